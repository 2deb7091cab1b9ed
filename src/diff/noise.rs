//! What makes the noise of a rule, and what one more exclusion would take away.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

/// The fields that alerts are tuned by.
const FIELDS: [&str; 6] = [
    "detail.userIdentity.arn",
    "detail.userIdentity.sessionContext.sessionIssuer.arn",
    "detail.userIdentity.invokedBy",
    "detail.sourceIPAddress",
    "detail.userAgent",
    "detail.eventName",
];

/// So many exclusions are told.
const TOLD: usize = 5;

/// The values of one record at these fields.
pub(super) type Values = [Option<String>; FIELDS.len()];

/// One more exclusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The field, as patterns name it.
    pub path: &'static str,
    /// The value that would be excluded.
    pub value: String,
    /// The hits of the new version that it would remove.
    pub hits: u64,
}

impl Exclusion {
    /// Returns the condition to be added: everything but this value, and records without any.
    pub fn condition(&self) -> String {
        serde_json::json!([{"anything-but": [self.value]}, {"exists": false}]).to_string()
    }
}

/// How often each value stood at each field.
#[derive(Debug, Default)]
pub(super) struct Noise([HashMap<String, u64>; FIELDS.len()]);

impl Noise {
    pub(super) fn count(&mut self, values: Values) {
        for (counts, value) in self.0.iter_mut().zip(values) {
            if let Some(value) = value {
                *counts.entry(value).or_default() += 1;
            }
        }
    }

    /// Returns the exclusions that remove most. One that would leave nothing of `all` hits is no exclusion but the end of
    /// the rule, and is left out.
    pub(super) fn exclusions(self, all: u64) -> Vec<Exclusion> {
        let mut exclusions: Vec<_> = FIELDS
            .into_iter()
            .zip(self.0)
            .flat_map(|(path, counts)| {
                counts.into_iter().map(move |(value, hits)| Exclusion { path, value, hits })
            })
            .filter(|exclusion| exclusion.hits < all)
            .collect();
        exclusions.sort_by(|one, other| {
            (Reverse(one.hits), one.path, &one.value).cmp(&(Reverse(other.hits), other.path, &other.value))
        });
        exclusions.truncate(TOLD);
        exclusions
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Record<'a> {
    #[serde(borrow)]
    user_identity: Option<&'a RawValue>,
    #[serde(rename = "sourceIPAddress", borrow)]
    source_ip_address: Option<&'a RawValue>,
    #[serde(borrow)]
    user_agent: Option<&'a RawValue>,
    #[serde(borrow)]
    event_name: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Identity<'a> {
    #[serde(borrow)]
    arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    invoked_by: Option<Cow<'a, str>>,
    session_context: Option<Session>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Session {
    session_issuer: Option<Issuer>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Issuer {
    arn: Option<String>,
}

/// Reads the values of a record. What is not as records usually are cannot be excluded by its value.
pub(super) fn values(record: &[u8]) -> Values {
    let record: Record<'_> = serde_json::from_slice(record).unwrap_or_default();
    let text = |value: Option<&RawValue>| -> Option<String> { serde_json::from_str(value?.get()).ok() };
    let identity: Option<Identity<'_>> =
        record.user_identity.and_then(|identity| serde_json::from_str(identity.get()).ok());
    let identity = identity.unwrap_or_default();
    let issuer = identity.session_context.and_then(|session| session.session_issuer);
    [
        identity.arn.map(Cow::into_owned),
        issuer.and_then(|issuer| issuer.arn),
        identity.invoked_by.map(Cow::into_owned),
        text(record.source_ip_address),
        text(record.user_agent),
        text(record.event_name),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_are_those_that_remove_most_and_leave_something() {
        let mut noise = Noise::default();
        let record = |arn: &str, name: &str| {
            values(format!(r#"{{"userIdentity":{{"arn":"{arn}"}},"eventName":"{name}"}}"#).as_bytes())
        };
        for (arn, name) in [("a", "x"), ("a", "x"), ("b", "x")] {
            noise.count(record(arn, name));
        }
        let exclusions = noise.exclusions(3);
        let shown: Vec<_> = exclusions
            .iter()
            .map(|exclusion| (exclusion.path, exclusion.value.as_str(), exclusion.hits))
            .collect();
        assert_eq!(shown, [("detail.userIdentity.arn", "a", 2), ("detail.userIdentity.arn", "b", 1)]);
        assert_eq!(exclusions[0].condition(), r#"[{"anything-but":["a"]},{"exists":false}]"#);
    }

    #[test]
    fn odd_records_have_no_values() {
        assert!(values(b"[]").iter().all(Option::is_none));
        assert!(values(br#"{"userIdentity":"x","eventName":1}"#).iter().all(Option::is_none));
    }
}
