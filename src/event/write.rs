//! Events as texts: recognising one, finding its record, writing one around a record.

use super::envelope;
use crate::json::scan::write_compact;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The members of one JSON object, the last of equal names.
type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Tells whether a JSON object is an EventBridge event (it has `detail-type`, and `detail` is an object) rather than a
/// CloudTrail record.
pub fn is_event(object: &[u8]) -> bool {
    serde_json::from_slice::<Members>(object).is_ok_and(|members| {
        let is_object = |value: &&RawValue| value.get().starts_with('{');
        members.contains_key("detail-type") && members.get("detail").is_some_and(is_object)
    })
}

/// Returns the record inside an EventBridge event: the bytes of `detail`.
pub fn detail(event: &[u8]) -> Option<&[u8]> {
    let members: Members = serde_json::from_slice(event).ok()?; // no JSON, no detail
    let detail: &RawValue = members.get("detail")?;
    Some(detail.get().as_bytes())
}

/// Appends the event that wraps `record`, as the bus would carry it, compact and on one line. `key_account` is the
/// account in the log key, used when the record names none. Of a record that no bus carries, nothing is written.
pub fn write_event(record: &[u8], key_account: Option<&str>, out: &mut Vec<u8>) {
    let Ok(members) = serde_json::from_slice::<Members>(record) else { return };
    let text = |name: &str| string(members.get(name).copied());
    let identity: Option<Members> =
        members.get("userIdentity").and_then(|value| serde_json::from_str(value.get()).ok()); // `null` has no members
    let of_identity = |name: &str| string(identity.as_ref().and_then(|members| members.get(name).copied()));

    let (event_type, event_source) = (text("eventType"), text("eventSource"));
    let Some(detail_type) = envelope::detail_type(event_type.as_deref(), event_source.as_deref()) else {
        return;
    };
    let account = text("recipientAccountId")
        .or_else(|| of_identity("accountId"))
        .or_else(|| key_account.map(str::to_owned));
    let source = envelope::source(event_type.as_deref(), event_source.as_deref());
    let region = text("awsRegion")
        .map(|region| envelope::bus_region(&region, of_identity("arn").as_deref()).into_owned());
    let id = envelope::id(account.as_deref(), text("eventID").as_deref(), record);

    out.extend_from_slice(b"{\"version\":\"0\"");
    let fields = [
        ("id", Some(id)),
        ("detail-type", Some(detail_type.to_owned())),
        ("source", source),
        ("account", account),
        ("time", text("eventTime")),
        ("region", region),
    ];
    for (name, value) in fields {
        let Some(value) = value else { continue };
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        serde_json::to_writer(&mut *out, &value).expect("a string is always written to memory");
    }
    out.extend_from_slice(b",\"resources\":[],\"detail\":");
    write_compact(record, out);
    out.push(b'}');
}

/// Returns a member's text when it is a string.
fn string(value: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(value?.get()).ok() // of another type: as good as absent
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventVersion": "1.08", "eventType":"AwsApiCall","eventSource":"iam.amazonaws.com",
        "awsRegion":"us-east-1","eventTime":"2026-03-02T10:00:00Z","eventID":"e1","userIdentity":{"accountId":"9"}}"#;

    #[test]
    fn an_event_is_written_on_one_line_and_recognised_again() {
        let mut out = Vec::new();
        write_event(RECORD.as_bytes(), Some("111122223333"), &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["source"], "aws.iam");
        assert_eq!(value["account"], "9");
        assert_eq!(value["time"], "2026-03-02T10:00:00Z");
        assert_eq!(value["resources"], serde_json::json!([]));
        assert_eq!(value["detail"], serde_json::from_str::<serde_json::Value>(RECORD).unwrap());
        assert!(is_event(text.as_bytes()));
        assert!(!is_event(RECORD.as_bytes()));
        assert_eq!(detail(text.as_bytes()).unwrap()[..17], RECORD.replace(' ', "").as_bytes()[..17]);
    }

    #[test]
    fn the_account_of_the_log_key_stands_in_for_a_missing_one() {
        let mut out = Vec::new();
        write_event(br#"{"eventName":"X"}"#, Some("111122223333"), &mut out);
        assert!(String::from_utf8(out).unwrap().contains(r#""account":"111122223333""#));
    }
}
