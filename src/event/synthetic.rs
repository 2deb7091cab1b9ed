//! Events that EC2 itself sends about instances, approximated from the calls that cause them.
//!
//! CloudTrail does not record "EC2 Instance State-change Notification" events (EC2 user guide, "monitor instance state
//! changes"). A successful call tells which instances leave which state; that the next states are reached, and at once, is
//! assumed. Shutdowns from inside, failures of hardware and of capacity leave no call and give no event.

use super::envelope;
use serde::Serialize;
use serde_json::Value;

/// `detail-type` of the approximated events.
pub const STATE_CHANGE: &str = "EC2 Instance State-change Notification";

/// The event pattern of the records that events are approximated from.
pub const CAUSES: &str = r#"{"detail":{"eventSource":["ec2.amazonaws.com"],"eventName":["RunInstances","StartInstances","StopInstances","TerminateInstances","BidEvictedEvent"],"errorCode":[{"exists":false},null,""]}}"#;

/// What the `id` of an approximated event begins with; no id of EventBridge does.
const ID_PREFIX: &str = "synthetic-";

/// By event name: the states that follow, and those an instance must not be in already.
const STATES: [(&str, [&str; 2], &[&str]); 5] = [
    ("RunInstances", ["pending", "running"], &[]),
    ("StartInstances", ["pending", "running"], &["pending", "running"]),
    ("StopInstances", ["stopping", "stopped"], &["stopping", "stopped"]),
    ("TerminateInstances", ["shutting-down", "terminated"], &["shutting-down", "terminated"]),
    // With another interruption behaviour it is stopped or hibernated, which the record does not say.
    ("BidEvictedEvent", ["shutting-down", "terminated"], &[]),
];

/// The event, its members in the order in which EventBridge writes them.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Event<'a> {
    version: &'a str,
    id: String,
    detail_type: &'a str,
    source: &'a str,
    account: Option<&'a str>,
    time: Option<&'a str>,
    region: &'a str,
    resources: [String; 1],
    detail: Detail<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Detail<'a> {
    instance_id: &'a str,
    state: &'a str,
}

/// Returns the events that EC2 would have sent because of a record: for each instance one a state, compact and on one
/// line. `key_account` is the account in the log key, used when the record names none. Only records that match [`CAUSES`]
/// cause any.
pub fn state_changes(record: &[u8], key_account: Option<&str>) -> Vec<Vec<u8>> {
    let Ok(record) = serde_json::from_slice::<Value>(record) else { return Vec::new() };
    let text =
        |pointer: &str| record.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("/eventName").unwrap_or_default();
    let Some((_, states, left_out)) = STATES.iter().find(|(known, ..)| *known == name) else {
        return Vec::new();
    };
    let account = text("/recipientAccountId").or_else(|| text("/userIdentity/accountId")).or(key_account);
    let arn = text("/userIdentity/arn");
    let region = envelope::bus_region(text("/awsRegion").unwrap_or_default(), arn);
    let mut events = Vec::new();
    for instance in instances(&record, left_out) {
        for state in states {
            let cause = format!("{}/{instance}/{state}", text("/eventID").unwrap_or_default());
            let event = Event {
                version: envelope::VERSION,
                id: format!("{ID_PREFIX}{}", envelope::id(account, Some(&cause), &[])),
                detail_type: STATE_CHANGE,
                source: "aws.ec2",
                account,
                time: text("/eventTime"),
                region: &region,
                resources: [format!(
                    "arn:{}:ec2:{region}:{}:instance/{instance}",
                    partition(arn, &region),
                    account.unwrap_or_default()
                )],
                detail: Detail { instance_id: instance, state },
            };
            events.push(serde_json::to_vec(&event).expect("texts are always written to memory"));
        }
    }
    events
}

/// Returns the instances that a record names, without those that were in one of these states before.
fn instances<'a>(record: &'a Value, left_out: &[&str]) -> Vec<&'a str> {
    let list = |pointer| record.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let evicted = list("/serviceEventDetails/instanceIdSet").filter_map(Value::as_str);
    let answered = list("/responseElements/instancesSet/items").filter(|item| {
        let before = item.pointer("/previousState/name").and_then(Value::as_str);
        before.is_none_or(|before| !left_out.contains(&before))
    });
    let answered = answered.filter_map(|item| item.get("instanceId")?.as_str());
    evicted.chain(answered).filter(|instance| !instance.is_empty()).collect()
}

/// Returns the partition: that of the caller's ARN, else the region's.
fn partition<'a>(arn: Option<&'a str>, region: &str) -> &'a str {
    const BY_REGION: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let named = arn.and_then(|arn| arn.split(':').nth(1)).filter(|name| name.starts_with("aws"));
    named.unwrap_or_else(|| {
        BY_REGION.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, name)| name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(record: &str) -> Vec<String> {
        let events = state_changes(record.as_bytes(), Some("444455556666"));
        let events = events.iter().map(|event| serde_json::from_slice::<Value>(event).unwrap());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        events.map(|event| text(&event["resources"][0]) + " " + &text(&event["detail"]["state"])).collect()
    }

    #[test]
    fn an_event_is_written_as_ec2_would_but_for_its_id() {
        let record = r#"{"eventName":"RunInstances","eventID":"e1","eventTime":"2026-03-02T10:00:00Z","awsRegion":"eu-west-1","recipientAccountId":"111122223333","responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}}"#;
        let events = state_changes(record.as_bytes(), None);
        let event = String::from_utf8(events[0].clone()).unwrap();
        let (before, rest) = event.split_once(r#""id":"synthetic-"#).unwrap();
        assert_eq!(before, r#"{"version":"0","#);
        assert_eq!(
            &rest[37..],
            r#","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333","time":"2026-03-02T10:00:00Z","region":"eu-west-1","resources":["arn:aws:ec2:eu-west-1:111122223333:instance/i-1"],"detail":{"instance-id":"i-1","state":"pending"}}"#
        );
        assert_ne!(events[0], events[1]);
    }

    #[test]
    fn every_cause_has_its_states_and_instances_that_are_there_already_none() {
        let set = |before: &str| {
            format!(
                r#"{{"instancesSet":{{"items":[{{"instanceId":"i-1","previousState":{{"name":"{before}"}}}}]}}}}"#
            )
        };
        let call = |name: &str, before: &str| {
            told(&format!(
                r#"{{"eventName":"{name}","awsRegion":"cn-north-1","responseElements":{}}}"#,
                set(before)
            ))
        };
        let arn = "arn:aws-cn:ec2:cn-north-1:444455556666:instance/i-1";
        let both = |one: &str, other: &str| vec![format!("{arn} {one}"), format!("{arn} {other}")];
        assert_eq!(call("StartInstances", "stopped"), both("pending", "running"));
        assert_eq!(call("StartInstances", "running"), [""; 0]);
        assert_eq!(call("StopInstances", "running"), both("stopping", "stopped"));
        assert_eq!(call("StopInstances", "stopping"), [""; 0]);
        assert_eq!(call("TerminateInstances", "stopped"), both("shutting-down", "terminated"));
        assert_eq!(call("TerminateInstances", "terminated"), [""; 0]);
        assert_eq!(call("RebootInstances", "running"), [""; 0]);
        let evicted = r#"{"eventName":"BidEvictedEvent","awsRegion":"cn-north-1","serviceEventDetails":{"instanceIdSet":["i-1",7]}}"#;
        assert_eq!(told(evicted), both("shutting-down", "terminated"));
    }

    #[test]
    fn odd_records_cause_nothing() {
        for record in [
            "{",
            "[]",
            "{}",
            r#"{"eventName":"RunInstances"}"#,
            r#"{"eventName":"RunInstances","responseElements":{"instancesSet":{"items":[{},7]}}}"#,
        ] {
            assert_eq!(told(record), [""; 0], "{record}");
        }
    }
}
