//! What a rule cannot see from where it lives. Nothing is found where nobody says where that is.
//!
//! Sources: the CloudTrail user guide, "global service events"; the EventBridge user guide on read-only management events;
//! the console sign-in documentation.

use super::finding::Finding;
use super::subject::{Alternative, Subject, listed};
use crate::delivery::State;

/// Services that record in us-east-1 whatever region people work in, in the commercial partition.
const GLOBAL: [&str; 8] =
    ["iam", "organizations", "route53", "cloudfront", "account", "support", "shield", "billing"];

/// Where IAM users' sign-ins are recorded when they do not use a regional address.
const SIGN_IN_REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "eu-north-1", "ap-southeast-2"];

const HOME: &str = "us-east-1";

/// Partitions with places of their own.
const OTHER_PARTITIONS: [&str; 5] = ["us-gov-", "cn-", "us-iso", "eu-iso", "eusc-"];

/// Reads that count as changes.
const CHANGES: [&str; 2] = ["GetFederationToken", "GetSessionToken"];

/// Calls that begin like reads, are none by their records, and were seen not to arrive.
const WRITES: [&str; 1] = ["GetFileDownloadUrls"];

/// Returns findings about the place of the rule.
pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(region) = subject.location.region.as_deref() {
        let is_commercial = !OTHER_PARTITIONS.iter().any(|partition| region.starts_with(partition));
        if is_commercial && region != HOME {
            findings.extend(global_service(subject, region));
        }
        if is_commercial {
            findings.extend(sign_ins(subject, region));
        }
    }
    if subject.location.is_known() && subject.location.state() == State::Enabled {
        findings.extend(read_only(subject));
    }
    let bus = subject.location.bus.as_deref().filter(|bus| *bus != "default");
    if let Some(bus) = bus.filter(|_| subject.is_via_cloudtrail()) {
        let message = format!(
            "waits on the bus `{bus}`: CloudTrail sends to the default bus, and a rule there has to forward"
        );
        findings.push(Finding::new("custom-bus", "", message));
    }
    findings
}

fn global_service(subject: &Subject<'_>, region: &str) -> Option<Finding> {
    let mut named = Vec::new();
    for alternative in &subject.alternatives {
        let services = alternative.services()?;
        if !services.iter().all(|service| GLOBAL.contains(service)) {
            return None;
        }
        named.extend(services);
    }
    named.sort_unstable();
    named.dedup();
    let message = format!(
        "is about {}, whose events are on the bus of {HOME}: a rule in {region} never sees them",
        listed(&named)
    );
    Some(Finding::new("global-service-region", "", message))
}

fn sign_ins(subject: &Subject<'_>, region: &str) -> Option<Finding> {
    let is_login = |alternative: &Alternative| {
        let names = alternative.texts("detail.eventName");
        names.is_some_and(|names| names == ["ConsoleLogin"])
            || alternative.texts("detail-type").is_some_and(|types| {
                types.iter().all(|text| text.starts_with("AWS Console Sign"))
                    && alternative.wanted("detail.eventName").is_none()
            })
    };
    if !subject.is_always(is_login) {
        return None;
    }
    let is_root = subject.is_always(|alternative| {
        alternative.texts("detail.userIdentity.type").is_some_and(|types| types == ["Root"])
    });
    if is_root {
        let message = format!(
            "is about sign-ins of root, which are on the bus of {HOME}: a rule in {region} never sees them"
        );
        return (region != HOME).then(|| Finding::new("global-service-region", "", message));
    }
    let others: Vec<&str> = SIGN_IN_REGIONS.into_iter().filter(|other| *other != region).collect();
    let message = format!(
        "is about console sign-ins, and its rule sees those of {region} only: they are also recorded in {} and in every \
         region with a sign-in address in use, each of which needs a rule",
        listed(&others)
    );
    Some(Finding::new("sign-in-regions", "", message))
}

/// Under the state `ENABLED`, read-only management events do not arrive.
fn read_only(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_call = |alternative: &Alternative| {
        alternative.texts("detail-type").is_none_or(|types| types == ["AWS API Call via CloudTrail"])
            && alternative.texts("detail.eventCategory").is_none_or(|kinds| kinds == ["Management"])
    };
    if !subject.is_always(is_call) {
        return findings;
    }
    for (path, wanted) in subject.conditions.iter().filter(|(path, _)| path == "detail.readOnly") {
        if wanted.iter().all(|value| *value == true) {
            findings.push(Finding::new("read-only-state", path, needs("wants read-only events")));
        }
    }
    for (path, place, name) in subject.texts() {
        let reads = ["Get", "List", "Describe"].iter().any(|prefix| name.starts_with(prefix));
        if path == "detail.eventName" && WRITES.contains(&name) {
            let message = format!(
                "wants `{name}`, which is no read by its record: such events were seen not to reach a rule in the state ENABLED"
            );
            findings.push(Finding::new("read-only-name", &place, message));
        } else if path == "detail.eventName" && reads && !CHANGES.contains(&name) && !is_data(subject) {
            findings.push(Finding::new("read-only-state", &place, needs(&format!("wants `{name}`"))));
        }
    }
    findings
}

/// Services whose reads of this kind may be data events, which do arrive.
fn is_data(subject: &Subject<'_>) -> bool {
    const WITH_DATA_EVENTS: [&str; 6] = ["s3", "dynamodb", "lambda", "sns", "sqs", "cognito-identity"];
    subject.alternatives.iter().any(|alternative| match alternative.services() {
        Some(services) => services.iter().any(|service| WITH_DATA_EVENTS.contains(service)),
        None => true,
    })
}

fn needs(what: &str) -> String {
    format!(
        "{what}: read-only management events do not reach a rule in the state ENABLED; it needs \
         ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    )
}
