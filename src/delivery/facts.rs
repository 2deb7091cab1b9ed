//! What a record says that decides about its event.

use crate::event;
use crate::json::scan;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// What decides; `None` where the record is silent.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) name: Option<String>,
    event_type: Option<String>,
    pub(super) category: Option<String>,
    is_management_event: Option<bool>,
    pub(super) is_read_only: Option<bool>,
    /// That of the bus.
    pub(super) region: Option<String>,
    pub(super) account: Option<String>,
    /// Whether there is an `addendum` for a delay.
    pub(super) is_late: bool,
    /// Bytes without white space.
    pub(super) compact_size: usize,
}

impl Facts {
    /// Reads a record; what is no JSON says nothing.
    pub(super) fn read(record: &[u8]) -> Self {
        let mut compact = Vec::with_capacity(record.len());
        scan::write_compact(record, &mut compact);
        let members: HashMap<String, &RawValue> = serde_json::from_slice(record).unwrap_or_default();
        let value = |name: &str| -> Option<Value> { serde_json::from_str(members.get(name)?.get()).ok() };
        let text = |name: &str| value(name)?.as_str().map(str::to_owned);
        let identity = value("userIdentity").unwrap_or_default();
        let region = text("awsRegion")
            .or_else(|| text("region"))
            .map(|region| event::bus_region(&region, identity["arn"].as_str()).into_owned());
        let own_account = identity["accountId"].as_str().map(str::to_owned);
        Self {
            name: text("eventName"),
            event_type: text("eventType"),
            category: text("eventCategory"),
            is_management_event: value("managementEvent").as_ref().and_then(truth),
            is_read_only: value("readOnly").as_ref().and_then(truth),
            region,
            account: text("recipientAccountId").or(own_account).or_else(|| text("account")),
            is_late: value("addendum").is_some_and(|addendum| addendum["reason"] == "DELIVERY_DELAY"),
            compact_size: compact.len(),
        }
    }

    /// Tells whether it is a management event. Records from before version 1.07 have no category.
    pub(super) fn is_management(&self) -> bool {
        match self.category.as_deref() {
            Some(category) => category == "Management",
            None => self.is_management_event.unwrap_or(true),
        }
    }

    /// Tells whether it is a call: records from before version 1.02 have no type.
    pub(super) fn is_api_call(&self) -> bool {
        self.event_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("AwsApiCall"))
    }
}

/// Returns a truth, which some services write as text.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
