//! Values that cannot stand where they are wanted, or mean something else than they look like.

use super::finding::Finding;
use super::subject::Subject;
use serde_json::Value;

/// Names, in which no star ever stands.
const NAMES: [&str; 4] = ["source", "detail-type", "detail.eventName", "detail.eventSource"];

/// Fields that are true or false, and one that says so in words.
const TRUTHS: [&str; 2] = ["detail.readOnly", "detail.managementEvent"];
const WORDED_TRUTHS: [&str; 1] = ["detail.userIdentity.sessionContext.attributes.mfaAuthenticated"];

/// Fields that are missing, and never null, when there is nothing to say.
const NEVER_NULL: [&str; 2] = ["detail.errorCode", "detail.errorMessage"];

/// Returns findings about values.
pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, wanted) in &subject.conditions {
        findings.extend(wrong_type(path, wanted));
        for (index, value) in wanted.iter().enumerate() {
            let place = format!("{path}[{index}]");
            findings.extend(literal_star(path, &place, value));
            if value.is_null() && NEVER_NULL.contains(&path.as_str()) && wanted.len() == 1 {
                let message = "wants null, which is never there: on success the field is missing, which is \
                               `{\"exists\": false}`"
                    .to_owned();
                findings.push(Finding::new("null-for-missing", &place, message));
            }
        }
    }
    findings
}

fn wrong_type(path: &str, wanted: &[Value]) -> Option<Finding> {
    let is_worded = |value: &Value| matches!(value.as_str(), Some("true" | "false"));
    if TRUTHS.contains(&path) && wanted.iter().all(is_worded) {
        let message = "is true or false in records, and no text: leave out the quotes".to_owned();
        return Some(Finding::new("wrong-type", path, message));
    }
    if WORDED_TRUTHS.contains(&path) && wanted.iter().all(Value::is_boolean) {
        let message = "is a text in records, \"true\" or \"false\": put it in quotes".to_owned();
        return Some(Finding::new("wrong-type", path, message));
    }
    None
}

/// A star is a star, except in `wildcard`.
fn literal_star(path: &str, place: &str, value: &Value) -> Option<Finding> {
    let has_star = |value: &Value| value.as_str().is_some_and(|text| text.contains('*'));
    let excluded = value.get("anything-but");
    let is_excluded = excluded.is_some_and(|excluded| match excluded {
        Value::Array(list) => list.iter().any(has_star),
        other => has_star(other),
    });
    if is_excluded {
        let message = "takes the `*` in `anything-but` for a star and no wildcard: write \
                       `{\"anything-but\": {\"wildcard\": …}}`"
            .to_owned();
        return Some(Finding::new("star-in-anything-but", place, message));
    }
    if NAMES.contains(&path) && has_star(value) {
        let message =
            "takes `*` for a star, which no name has: write `{\"wildcard\": …}` or `{\"prefix\": …}`"
                .to_owned();
        return Some(Finding::new("literal-star", place, message));
    }
    None
}
