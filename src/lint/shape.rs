//! Fields that are not where the pattern looks for them.

use super::finding::Finding;
use super::subject::Subject;
use serde_json::json;

/// The fields of an event.
const EVENT: [&str; 10] = [
    "version",
    "id",
    "detail-type",
    "source",
    "account",
    "time",
    "region",
    "resources",
    "detail",
    "replay-name",
];

/// Fields of an event that records do not have.
const EVENT_ONLY: [&str; 5] = ["detail-type", "source", "account", "region", "detail"];

/// The fields of a record (CloudTrail user guide, "CloudTrail record contents").
const RECORD: [&str; 30] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "eventType",
    "apiVersion",
    "managementEvent",
    "readOnly",
    "resources",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "addendum",
    "sessionCredentialFromConsole",
    "edgeDeviceDetails",
    "tlsDetails",
];

/// Returns findings about where conditions look.
pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_via_cloudtrail = subject.is_via_cloudtrail();
    for (path, wanted) in &subject.conditions {
        let (top, rest) = path.split_once('.').unwrap_or((path, ""));
        let first = rest.split('.').next().unwrap_or_default();
        if !EVENT.contains(&top) {
            findings.push(outside(path, top));
        } else if top == "detail" && is_via_cloudtrail {
            findings.extend(inside(path, first));
        } else if top == "resources" && is_via_cloudtrail && *wanted != [json!({"exists": false})] {
            let message =
                "is empty in every event via CloudTrail: what was touched stands in `detail.resources`"
                    .to_owned();
            findings.push(Finding::new("empty-resources", path, message));
        }
    }
    findings
}

/// No event has such a field at its top.
fn outside(path: &str, top: &str) -> Finding {
    let message = match RECORD.iter().find(|known| known.eq_ignore_ascii_case(top)) {
        Some(known) => {
            format!("is no field of an event: the record, and with it `{known}`, is below `detail`")
        }
        None => "is no field of an event".to_owned(),
    };
    Finding::new("field-outside-detail", path, message)
}

fn inside(path: &str, first: &str) -> Option<Finding> {
    if EVENT_ONLY.contains(&first) {
        let message = format!("is no field of a record: `{first}` stands at the top of the event");
        return Some(Finding::new("event-field-in-detail", path, message));
    }
    if RECORD.contains(&first) {
        return None;
    }
    let known = RECORD.iter().find(|known| known.eq_ignore_ascii_case(first))?;
    let message = format!("is spelled `{known}` in records: names are told apart by case");
    Some(Finding::new("field-case", path, message))
}
