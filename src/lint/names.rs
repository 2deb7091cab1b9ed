//! Names of sources and types of events: which there are, and which never come together.
//!
//! Source: the EventBridge user guide, "AWS service events delivered via CloudTrail", and the events reference.

use super::finding::{Edit, Finding};
use super::subject::{Alternative, Subject, VIA_CLOUDTRAIL, listed, service};
use crate::event;

/// What services call their own events, and what CloudTrail calls those that it sends about their calls.
const OWN_SOURCES: [(&str, &str); 7] = [
    ("aws.cloudwatch", "aws.monitoring"),
    ("aws.emr", "aws.elasticmapreduce"),
    ("aws.tag", "aws.tagging"),
    ("aws.elb", "aws.elasticloadbalancing"),
    ("aws.macie", "aws.macie2"),
    ("aws.application-autoscaling", "aws.autoscaling"),
    ("aws.glue-dataquality", "aws.glue"),
];

/// Events of the console's sign-in that are no calls.
const SIGN_INS: [&str; 5] =
    ["ConsoleLogin", "CheckMfa", "GetSigninToken", "SwitchRole", "PasswordRecoveryRequested"];

/// The types of events that CloudTrail sends; the last is only documented.
const TYPES: [&str; 7] = [
    "AWS API Call via CloudTrail",
    "AWS Service Event via CloudTrail",
    "AWS Console Action via CloudTrail",
    SIGN_IN,
    "AWS Insight via CloudTrail",
    "AWS Network Activity Event via CloudTrail",
    "AWS Console Signin via CloudTrail",
];

const SIGN_IN: &str = "AWS Console Sign In via CloudTrail";
const API_CALL: &str = "AWS API Call via CloudTrail";

/// Returns why conditions that must all hold cannot.
pub(super) fn contradictions(alternative: &Alternative) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(own_source(alternative));
    findings.extend(source_form(alternative));
    findings.extend(source_and_event_source(alternative));
    findings.extend(sign_in_type(alternative));
    findings
}

/// Only the service's own events come from such a source.
fn own_source(alternative: &Alternative) -> Option<Finding> {
    let sources = alternative.texts("source").filter(|_| alternative.is_via_cloudtrail())?;
    let of_calls = |source: &str| OWN_SOURCES.iter().find(|(own, _)| *own == source).map(|(_, calls)| *calls);
    let pairs: Option<Vec<_>> = sources.into_iter().map(|source| Some((source, of_calls(source)?))).collect();
    let (own, calls) = *pairs?.first()?;
    let message = format!(
        "wants `{own}`, the source of the service's own events: those via CloudTrail come from `{calls}`"
    );
    let edit = Edit::Replace { path: "source".to_owned(), from: own.to_owned(), to: calls.to_owned() };
    Some(Finding::new("source-of-own-events", "source", message).fixed_by(Some(edit)))
}

/// What CloudTrail sends comes from `aws.` and the service.
fn source_form(alternative: &Alternative) -> Option<Finding> {
    let sources = alternative.texts("source").filter(|_| alternative.is_via_cloudtrail())?;
    if sources.iter().any(|source| source.starts_with("aws.") && !source.ends_with(".amazonaws.com")) {
        return None;
    }
    let given = *sources.first()?;
    let lower = given.to_lowercase();
    let name = lower.strip_prefix("aws.").unwrap_or(&lower);
    let meant = event::source(None, Some(name))?;
    let message = format!("wants `{given}`: events via CloudTrail come from sources like `{meant}`");
    let edit = Edit::Replace { path: "source".to_owned(), from: given.to_owned(), to: meant };
    let is_sure = lower.starts_with("aws.") || lower.ends_with(".amazonaws.com");
    Some(Finding::new("source-form", "source", message).fixed_by(is_sure.then_some(edit)))
}

/// The one is made of the other.
fn source_and_event_source(alternative: &Alternative) -> Option<Finding> {
    let sources = alternative.texts("source")?;
    let event_sources = alternative.texts("detail.eventSource")?;
    let made = |event_source: &&str| event::source(None, Some(event_source));
    if event_sources.iter().filter_map(made).any(|source| sources.contains(&source.as_str())) {
        return None;
    }
    let message = format!(
        "wants {}, and `detail.eventSource` {}: the one is made of the other, and these never come together",
        listed(&sources),
        listed(&event_sources)
    );
    Some(Finding::new("source-and-event-source", "source", message))
}

fn sign_in_type(alternative: &Alternative) -> Option<Finding> {
    let types = alternative.texts("detail-type")?;
    if types.iter().all(|text| *text == SIGN_IN) {
        let services = alternative.services()?;
        let message =
            format!("wants `{SIGN_IN}` from {}: sign-ins come from `aws.signin` only", listed(&services));
        return (!services.contains(&"signin"))
            .then(|| Finding::new("source-and-detail-type", "detail-type", message));
    }
    let names = alternative.texts("detail.eventName")?;
    let is_sign_in = names.iter().all(|name| SIGN_INS.contains(name));
    let message = format!("wants `{API_CALL}` and {}: sign-ins come as `{SIGN_IN}`", listed(&names));
    let edit =
        Edit::Replace { path: "detail-type".to_owned(), from: API_CALL.to_owned(), to: SIGN_IN.to_owned() };
    let is_sure = alternative.services().is_some_and(|services| services == ["signin"]);
    (is_sign_in && types.iter().all(|text| *text == API_CALL)).then(|| {
        Finding::new("event-name-and-detail-type", "detail-type", message).fixed_by(is_sure.then_some(edit))
    })
}

/// Returns findings about single names.
pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, place, text) in subject.texts() {
        match path {
            "detail-type" => findings.extend(unknown_type(&place, text)),
            "detail.eventSource" => findings.extend(event_source_form(&place, text)),
            _ => {}
        }
    }
    findings.extend(missing_source(subject));
    findings.extend(only_cloudtrail(subject));
    findings
}

fn unknown_type(place: &str, text: &str) -> Option<Finding> {
    let is_meant = text.to_lowercase().ends_with(&VIA_CLOUDTRAIL.to_lowercase());
    if TYPES.contains(&text) || !is_meant {
        return None;
    }
    let closest = TYPES.iter().min_by_key(|known| strsim::osa_distance(known, text)).copied()?;
    let message = format!("wants `{text}`, which CloudTrail never sends; the closest is `{closest}`");
    let edit =
        Edit::Replace { path: "detail-type".to_owned(), from: text.to_owned(), to: closest.to_owned() };
    let is_sure = closest.eq_ignore_ascii_case(text);
    Some(Finding::new("unknown-detail-type", place, message).fixed_by(is_sure.then_some(edit)))
}

fn event_source_form(place: &str, text: &str) -> Option<Finding> {
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        return None;
    }
    let name = text.strip_prefix("aws.").unwrap_or(text).to_lowercase();
    let meant = format!("{name}.amazonaws.com");
    let message = format!("wants `{text}`: an event source looks like `{meant}`");
    let edit = Edit::Replace { path: "detail.eventSource".to_owned(), from: text.to_owned(), to: meant };
    let is_sure = text.starts_with("aws.");
    Some(Finding::new("event-source-form", place, message).fixed_by(is_sure.then_some(edit)))
}

/// Anybody may put events with any `detail` on a bus, but none with a source that begins with `aws.`.
fn missing_source(subject: &Subject<'_>) -> Option<Finding> {
    let is_named = |alternative: &Alternative| alternative.wanted("source").is_some();
    let sources_of = |alternative: &Alternative| -> Option<Vec<String>> {
        if let Some(event_sources) = alternative.texts("detail.eventSource") {
            let sources = event_sources.iter().map(|name| format!("aws.{}", service(name)));
            return Some(sources.collect());
        }
        let types = alternative.texts("detail-type")?;
        types.iter().all(|text| *text == SIGN_IN).then(|| vec!["aws.signin".to_owned()])
    };
    if subject.alternatives.iter().any(is_named) {
        return None;
    }
    let sources: Option<Vec<_>> = subject.alternatives.iter().map(sources_of).collect();
    let mut sources = sources?.concat();
    sources.sort_unstable();
    sources.dedup();
    let shown: Vec<&str> = sources.iter().map(String::as_str).collect();
    let message = format!(
        "names no `source`: whoever may call PutEvents can make events that match; name {}, which only AWS can use",
        listed(&shown)
    );
    let edit = Edit::Add { name: "source".to_owned(), texts: sources };
    Some(Finding::new("missing-source", "", message).fixed_by(Some(edit)))
}

/// `aws.cloudtrail` is a service like any other, not the sender of all calls.
fn only_cloudtrail(subject: &Subject<'_>) -> Option<Finding> {
    let is_suspicious = |alternative: &Alternative| {
        let is_cloudtrail = alternative.texts("source").is_some_and(|sources| sources == ["aws.cloudtrail"]);
        let is_insight = alternative
            .texts("detail-type")
            .is_some_and(|types| types.iter().any(|text| text.contains("Insight")));
        let names_calls =
            ["detail.eventName", "detail.eventSource"].iter().any(|path| alternative.wanted(path).is_some());
        is_cloudtrail && !is_insight && !names_calls
    };
    let message =
        "wants `aws.cloudtrail`: these are the calls to CloudTrail itself, not all calls that it records";
    subject
        .is_always(is_suspicious)
        .then(|| Finding::new("only-calls-to-cloudtrail", "source", message.to_owned()))
}
