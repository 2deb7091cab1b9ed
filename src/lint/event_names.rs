//! Names of calls that CloudTrail writes otherwise.

use super::finding::{Edit, Finding};
use super::subject::{Subject, service};
use crate::query::shipped;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// By service: what an API calls something, and what stands in records; nothing where nothing does.
///
/// Sources: the CloudTrail user guide and the Amazon S3 user guide, "CloudTrail events"; names of Lambda as recorded.
const RECORDED_AS: [(&str, &str, Option<&str>); 11] = [
    ("s3", "DeletePublicAccessBlock", Some("DeleteBucketPublicAccessBlock")),
    ("s3", "PutPublicAccessBlock", Some("PutBucketPublicAccessBlock")),
    ("s3", "PutBucketLifecycleConfiguration", Some("PutBucketLifecycle")),
    ("lambda", "CreateFunction", Some("CreateFunction20150331")),
    ("lambda", "UpdateFunctionCode", Some("UpdateFunctionCode20150331v2")),
    ("lambda", "UpdateFunctionConfiguration", Some("UpdateFunctionConfiguration20150331v2")),
    ("lambda", "AddPermission", Some("AddPermission20150331v2")),
    ("lambda", "CreateEventSourceMapping", Some("CreateEventSourceMapping20150331")),
    ("iam", "PassRole", None),
    ("signin", "ConsoleSignIn", Some("ConsoleLogin")),
    ("signin", "Consolelogin", Some("ConsoleLogin")),
];

/// Returns findings about names of calls.
pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let services: BTreeSet<&str> =
        subject.alternatives.iter().filter_map(|alternative| alternative.services()).flatten().collect();
    // With several services nobody knows whose call is meant.
    let mut services = services.into_iter();
    let (Some(service), None) = (services.next(), services.next()) else { return Vec::new() };
    let none = BTreeSet::new();
    let known = KNOWN.get(service).unwrap_or(&none);
    let names = subject.texts().filter(|(path, ..)| *path == "detail.eventName");
    names.filter_map(|(_, place, name)| judge(service, known, &place, name)).collect()
}

fn judge(service: &str, known: &BTreeSet<String>, place: &str, name: &str) -> Option<Finding> {
    let replace = |to: &str| Edit::Replace {
        path: "detail.eventName".to_owned(),
        from: name.to_owned(),
        to: to.to_owned(),
    };
    let recorded = RECORDED_AS.iter().find(|(of, called, _)| *of == service && *called == name);
    if let Some((_, _, recorded)) = recorded {
        let message = match recorded {
            Some(recorded) => format!("wants `{name}`, which is recorded as `{recorded}`"),
            None => format!("wants `{name}`, which is a permission and no call: nothing is recorded"),
        };
        return Some(Finding::new("event-name", place, message).fixed_by(recorded.map(replace)));
    }
    let same = known.iter().find(|known| known.eq_ignore_ascii_case(name) && *known != name)?;
    let message = format!("wants `{name}`, which is recorded as `{same}`: names are told apart by case");
    Some(Finding::new("event-name", place, message).fixed_by(Some(replace(same))))
}

/// The names of calls that shipped queries want, by service. They never change, so they are read once.
static KNOWN: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // The shipped queries are proven to load; without them nothing is known.
    for query in shipped().unwrap_or_default() {
        let Some(pattern) = query.pattern.as_event_pattern() else { continue };
        let conditions = pattern.conditions();
        let wanted = |path: &str| -> Vec<String> {
            let at = conditions.iter().filter(|(other, _)| other == path);
            at.flat_map(|(_, wanted)| wanted).filter_map(|value| value.as_str()).map(str::to_owned).collect()
        };
        for event_source in wanted("detail.eventSource") {
            let names = known.entry(service(&event_source).to_owned()).or_default();
            names.extend(wanted("detail.eventName"));
        }
    }
    known
});
