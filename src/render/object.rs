//! A hit as a JSON object: a type of its own with a version, so that the types inside may change.

use crate::delivery::Delivery;
use crate::hit::Hit;
use crate::json::scan;
use std::io;

/// The version of all JSON output. A change that adds members keeps it.
pub(super) const VERSION: u32 = 1;

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    query: &'a str,
    severity: &'static str,
    log_key: &'a str,
    time: Option<String>,
    event_id: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    principal: Option<&'a str>,
    event_name: Option<&'a str>,
    source_ip: Option<&'a str>,
    outcome: &'static str,
    error: Option<&'a str>,
    /// Only there when it is true: the event is approximated, the record its detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    synthetic: Option<bool>,
    /// Only there when it is known where the rule lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryObject>,
}

/// Whether the rule would have fired.
#[derive(serde::Serialize)]
pub(super) struct DeliveryObject {
    would_have_fired: &'static str,
    reasons: Vec<ReasonObject>,
}

#[derive(serde::Serialize)]
struct ReasonObject {
    id: &'static str,
    reason: String,
}

impl From<Delivery> for DeliveryObject {
    fn from(delivery: Delivery) -> Self {
        let reasons = delivery.reasons.iter();
        let reasons = reasons.map(|reason| ReasonObject { id: reason.id(), reason: reason.to_string() });
        Self { would_have_fired: delivery.verdict.word(), reasons: reasons.collect() }
    }
}

/// Returns the word for how a hit ended.
pub(super) fn outcome_name(hit: &Hit<'_>) -> &'static str {
    if hit.facts.outcome.error().is_some() { "failure" } else { "success" }
}

/// Appends the hit as one line, without line end. The record follows last and byte for byte, but for the white space
/// between its tokens: odd numbers and lone surrogates are none of our business.
pub(super) fn push_hit(hit: &Hit<'_>, version: Option<u32>, line: &mut Vec<u8>) -> io::Result<()> {
    let facts = hit.facts;
    let object = Object {
        version,
        query: &hit.query.id,
        severity: hit.query.card.severity.word(),
        log_key: hit.log_key,
        time: facts.time.map(|time| time.to_string()),
        event_id: facts.event_id.as_deref(),
        account: hit.account(),
        region: facts.region.as_deref(),
        principal: facts.principal.as_deref(),
        event_name: facts.event_name.as_deref(),
        source_ip: facts.source_ip.as_deref(),
        outcome: outcome_name(hit),
        error: facts.outcome.error(),
        synthetic: hit.is_synthetic.then_some(true),
        delivery: hit.delivery().map(DeliveryObject::from),
    };
    serde_json::to_writer(&mut *line, &object)?;
    // The object is never empty, so its closing brace makes room for one more member.
    line.pop();
    line.extend_from_slice(b",\"record\":");
    scan::write_compact(hit.record, line);
    line.push(b'}');
    Ok(())
}
