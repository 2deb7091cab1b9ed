//! The rules by which EventBridge names what CloudTrail sends it.
//!
//! Sources: the EventBridge user guide, "AWS service events delivered via CloudTrail" and "Events from AWS services";
//! the CloudTrail user guide's event reference; spellings as observed in real events where the guides disagree.

use std::borrow::Cow;
use uuid::Uuid;

/// `version` of every event.
pub(super) const VERSION: &str = "0";

/// Name space of the deterministic `id`s: EventBridge's own are random and stand in no log.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d1c_3b7e_52a4_5f0c_9a3e_7b61_7472_6169);

const API_CALL: &str = "AWS API Call via CloudTrail";
// One guide page says "Signin"; every event seen says "Sign In".
const SIGN_IN: &str = "AWS Console Sign In via CloudTrail";

/// The `detail-type` of every `eventType`; none of what no bus ever carries.
const TYPES: [(&str, Option<&str>); 8] = [
    ("AwsApiCall", Some(API_CALL)),
    ("AwsServiceEvent", Some("AWS Service Event via CloudTrail")),
    ("AwsConsoleAction", Some("AWS Console Action via CloudTrail")),
    ("AwsConsoleSignIn", Some(SIGN_IN)),
    ("AwsCloudTrailInsight", Some("AWS Insight via CloudTrail")),
    ("AwsVpceEvent", Some("AWS Network Activity Event via CloudTrail")),
    ("AwsVpceEvents", Some("AWS Network Activity Event via CloudTrail")),
    ("AwsAggregatedEvent", None),
];

/// Returns the `detail-type` of a record by its `eventType`, or `None` for what no bus ever carries (the five-minute
/// summaries of data events). Records from before event version 1.02 have no `eventType`: there the source tells
/// sign-ins from calls. AWS's spellings differ in case, so case is ignored.
pub fn detail_type(event_type: Option<&str>, event_source: Option<&str>) -> Option<&'static str> {
    match event_type {
        Some(event_type) => match TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(event_type)) {
            Some((_, detail_type)) => *detail_type,
            None => Some(API_CALL),
        },
        None if event_source == Some("signin.amazonaws.com") => Some(SIGN_IN),
        None => Some(API_CALL),
    }
}

/// Tells whether a bus carries records of an `eventType`.
pub fn is_delivered(event_type: &str) -> bool {
    // Nearly always.
    event_type == "AwsApiCall" || detail_type(Some(event_type), None).is_some()
}

/// Returns the `eventType`s that no bus carries, in whatever case they are written.
pub fn never_delivered() -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter(|(_, detail_type)| detail_type.is_none()).map(|(name, _)| *name)
}

/// Returns the event's `source`: `aws.` and the service's name without the domain. Insight events have no
/// `eventSource` of their own and come from `aws.cloudtrail`.
pub fn source(event_type: Option<&str>, event_source: Option<&str>) -> Option<String> {
    if event_type.is_some_and(|name| name.eq_ignore_ascii_case("AwsCloudTrailInsight")) {
        return Some("aws.cloudtrail".to_owned());
    }
    let service = event_source?;
    let name = [".amazonaws.com", ".amazonaws.com.cn"].iter().find_map(|domain| service.strip_suffix(domain));
    Some(format!("aws.{}", name.unwrap_or(service)))
}

/// Returns the event's `region`: `awsRegion`, where the old `global` (and its kin) stands for the partition's region
/// of global services.
pub fn bus_region<'a>(aws_region: &'a str, identity_arn: Option<&str>) -> Cow<'a, str> {
    if !matches!(aws_region, "" | "global" | "aws-global") {
        return Cow::Borrowed(aws_region);
    }
    Cow::Borrowed(match identity_arn.and_then(|arn| arn.split(':').nth(1)) {
        Some("aws-cn") => "cn-north-1",
        Some("aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    })
}

/// Returns the event's synthetic `id`: the same for the same event in every run, never one that EventBridge used. A
/// record without `eventID` is known by its bytes.
pub(super) fn id(account: Option<&str>, event_id: Option<&str>, record: &[u8]) -> String {
    let name = match event_id {
        Some(event_id) => format!("{}/{event_id}", account.unwrap_or_default()).into_bytes(),
        None => record.to_vec(),
    };
    Uuid::new_v5(&NAMESPACE, &name).hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_type_has_the_detail_type_that_the_bus_carries() {
        let api = Some("AWS API Call via CloudTrail");
        assert_eq!(detail_type(Some("AwsApiCall"), None), api);
        assert_eq!(detail_type(Some("AWSServiceEvent"), None), Some("AWS Service Event via CloudTrail"));
        assert_eq!(detail_type(Some("AwsConsoleSignin"), None), Some("AWS Console Sign In via CloudTrail"));
        assert_eq!(detail_type(Some("AwsConsoleAction"), None), Some("AWS Console Action via CloudTrail"));
        assert_eq!(detail_type(Some("AwsCloudTrailInsight"), None), Some("AWS Insight via CloudTrail"));
        assert_eq!(
            detail_type(Some("AwsVpceEvents"), None),
            Some("AWS Network Activity Event via CloudTrail")
        );
        assert_eq!(detail_type(Some("AwsAggregatedEvent"), None), None);
        assert_eq!(detail_type(None, Some("ec2.amazonaws.com")), api);
        let sign_in = Some("AWS Console Sign In via CloudTrail");
        assert_eq!(detail_type(None, Some("signin.amazonaws.com")), sign_in);
    }

    #[test]
    fn the_source_is_the_service_without_its_domain() {
        assert_eq!(source(None, Some("iam.amazonaws.com")).as_deref(), Some("aws.iam"));
        assert_eq!(source(None, Some("ec2.amazonaws.com.cn")).as_deref(), Some("aws.ec2"));
        let marketplace = source(None, Some("metering-marketplace.amazonaws.com"));
        assert_eq!(marketplace.as_deref(), Some("aws.metering-marketplace"));
        assert_eq!(source(None, None), None);
        assert_eq!(source(Some("AwsCloudTrailInsight"), None).as_deref(), Some("aws.cloudtrail"));
    }

    #[test]
    fn the_global_region_is_that_of_the_partition() {
        assert_eq!(bus_region("eu-west-1", None), "eu-west-1");
        assert_eq!(bus_region("global", None), "us-east-1");
        assert_eq!(bus_region("", Some("arn:aws-cn:iam::1:user/a")), "cn-north-1");
        assert_eq!(bus_region("aws-global", Some("arn:aws-us-gov:iam::1:user/a")), "us-gov-west-1");
    }

    #[test]
    fn the_id_depends_on_account_and_event_id_only() {
        assert_eq!(id(Some("1"), Some("e"), b"{}"), id(Some("1"), Some("e"), b"{ }"));
        assert_ne!(id(Some("1"), Some("e"), b"{}"), id(Some("2"), Some("e"), b"{}"));
        assert_ne!(id(None, None, b"{}"), id(None, None, b"{ }"));
    }
}
