//! Every id that a finding can have, with what it means and an example.

use super::Level::{self, Error, Note, Warning};

/// What a finding of an id means.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The id, which stays the same from version to version.
    pub id: &'static str,
    /// How bad such a finding is.
    pub level: Level,
    /// What it means, in a few sentences.
    pub meaning: &'static str,
    /// A pattern that has it.
    pub example: &'static str,
    /// Where the example's rule has to live, as `[rule]` on a card says it; mostly nothing.
    pub rule: &'static str,
    /// Whether it is found with an archive only.
    pub needs_archive: bool,
}

const fn item(id: &'static str, level: Level, meaning: &'static str, example: &'static str) -> Entry {
    Entry { id, level, meaning, example, rule: "", needs_archive: false }
}

const fn placed(entry: Entry, rule: &'static str) -> Entry {
    Entry { rule, ..entry }
}

const fn with_archive(entry: Entry) -> Entry {
    Entry { needs_archive: true, ..entry }
}

/// Returns the entry of an id.
pub fn entry(id: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.id == id)
}

/// All ids, sorted.
pub static CATALOGUE: [Entry; 44] = [
    placed(
        item(
            "custom-bus",
            Warning,
            "CloudTrail sends its events to the default bus. A rule on another bus sees them only when a rule on the default \
             bus forwards them.",
            r#"{"source":["aws.iam"],"detail-type":["AWS API Call via CloudTrail"]}"#,
        ),
        "event_bus = \"security\"",
    ),
    item(
        "empty-resources",
        Error,
        "In events via CloudTrail the list `resources` at the top is always empty. What was touched stands in \
         `detail.resources`.",
        r#"{"detail-type":["AWS API Call via CloudTrail"],"resources":["arn:aws:s3:::bucket"]}"#,
    ),
    item(
        "equal-names",
        Warning,
        "A name is given twice in one object. Most readers of JSON keep the last only, EventBridge keeps both.",
        r#"{"detail":{"eventName":["a"]},"detail":{"eventSource":["iam.amazonaws.com"]},"source":["aws.iam"]}"#,
    ),
    item(
        "event-field-in-detail",
        Error,
        "`source`, `detail-type`, `account` and `region` stand at the top of the event and not in the record.",
        r#"{"detail-type":["AWS API Call via CloudTrail"],"detail":{"source":["aws.iam"]}}"#,
    ),
    item(
        "event-name",
        Error,
        "The call has another name in records than in the API, is written in other case, or is no call at all (`PassRole`).",
        r#"{"source":["aws.s3"],"detail":{"eventName":["DeletePublicAccessBlock"]}}"#,
    ),
    item(
        "event-name-and-detail-type",
        Error,
        "Sign-ins to the console come as `AWS Console Sign In via CloudTrail`, never as API calls.",
        r#"{"source":["aws.signin"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":["ConsoleLogin"]}}"#,
    ),
    item(
        "event-source-form",
        Error,
        "`eventSource` is a name like `iam.amazonaws.com`; `aws.iam` is what the event's `source` looks like.",
        r#"{"source":["aws.iam","aws.sts"],"detail":{"eventSource":["aws.iam","sts.amazonaws.com"]}}"#,
    ),
    item(
        "exactly",
        Warning,
        "`exactly` is an operator of the library inside EventBridge that AWS does not document. A plain text says the same.",
        r#"{"source":[{"exactly":"aws.iam"}]}"#,
    ),
    item(
        "field-case",
        Error,
        "Names of fields are told apart by case, and records spell this one differently.",
        r#"{"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventname":["CreateUser"]}}"#,
    ),
    with_archive(item(
        "field-never-seen",
        Note,
        "No record of the archive has a value at this field. It may be misspelled, or the call that has it was never made.",
        r#"{"source":["aws.iam"],"detail":{"requestParameters":{"usrName":["alice"]}}}"#,
    )),
    item(
        "field-outside-detail",
        Error,
        "The pattern was copied from the shape of a record. A rule sees an event, which has the record below `detail`.",
        r#"{"eventSource":["iam.amazonaws.com"],"eventName":["CreateUser"]}"#,
    ),
    item(
        "filter-address-block",
        Warning,
        "A filter knows no addresses: an address block is compared as text, and no record holds it.",
        r#"{ $.sourceIPAddress = "10.0.0.0/8" }"#,
    ),
    item(
        "filter-boolean-text",
        Warning,
        "`= true` compares with the string. CloudTrail writes `readOnly` as a boolean (`IS TRUE`), and `mfaAuthenticated` as a string.",
        r#"{ $.readOnly = true }"#,
    ),
    item(
        "filter-detail",
        Error,
        "A metric filter sees the record. `detail` is a part of the envelope that EventBridge puts around it.",
        r#"{ $.detail.eventName = CreateUser }"#,
    ),
    item(
        "filter-inner-star",
        Warning,
        "A star stands for any text at the beginning and at the end only; in the middle it is a star.",
        r#"{ $.userIdentity.arn = "arn:aws:sts::*:assumed-role/x" }"#,
    ),
    item(
        "filter-null-text",
        Warning,
        "`= null` compares with the string. An explicit null is `IS NULL`, a missing field `NOT EXISTS`.",
        r#"{ $.errorCode = null }"#,
    ),
    item(
        "filter-quoted-number",
        Warning,
        "A number in quotes is a string, and never equal to a number.",
        r#"{ $.responseElements.count = "5" }"#,
    ),
    item(
        "filter-unequal-or",
        Warning,
        "`!=` as one alternative of `||` takes nearly every record.",
        r#"{ ($.errorCode = "AccessDenied*") || ($.sourceIPAddress != "delivery.logs.amazonaws.com") }"#,
    ),
    item(
        "filter-unequal-to-any",
        Warning,
        "`!= \"*\"` is never true: every value is equal to any, and a missing field is unequal to nothing.",
        r#"{ $.errorCode != "*" }"#,
    ),
    placed(
        item(
            "global-service-region",
            Error,
            "Events of global services, and sign-ins of root, are on the bus of us-east-1 only. A rule elsewhere never sees \
             them.",
            r#"{"source":["aws.iam"],"detail-type":["AWS API Call via CloudTrail"]}"#,
        ),
        "region = \"eu-west-1\"",
    ),
    item(
        "literal-star",
        Error,
        "In a plain text `*` is a star. Names of events and sources have none, so this never matches.",
        r#"{"source":["aws.iam"],"detail":{"eventName":["Create*"]}}"#,
    ),
    item(
        "missing-source",
        Warning,
        "Whoever may call PutEvents can put events on the bus with any `detail` and any `detail-type`, but none with a \
         `source` that begins with `aws.`. A rule that does not name the source can be set off, or buried in noise, by \
         anyone in the account.",
        r#"{"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventSource":["iam.amazonaws.com"]}}"#,
    ),
    item(
        "null-for-missing",
        Error,
        "On success a record has no `errorCode`; it is not null. `{\"exists\": false}` asks for that.",
        r#"{"source":["aws.iam"],"detail":{"errorCode":[null]}}"#,
    ),
    item(
        "numeric-range",
        Note,
        "EventBridge documents numbers from -5e9 to 5e9 for `numeric`; what it does beyond is not promised.",
        r#"{"source":["aws.iam"],"detail":{"x":[{"numeric":[">",9e9]}]}}"#,
    ),
    item(
        "only-calls-to-cloudtrail",
        Warning,
        "`aws.cloudtrail` is the source of calls to the service CloudTrail itself. Calls to other services have the source of \
         that service, although CloudTrail sends them.",
        r#"{"source":["aws.cloudtrail"],"detail":{"userIdentity":{"type":["Root"]}}}"#,
    ),
    item(
        "pattern-size",
        Warning,
        "A rule's pattern may have 2,048 characters; up to 4,096 when the quota is raised.",
        LONG,
    ),
    placed(
        item(
            "read-only-name",
            Warning,
            "The call begins with Get, List or Describe and is no read by its records. Rules in the state ENABLED were seen not \
             to receive such events; AWS does not say.",
            r#"{"source":["aws.cloudshell"],"detail":{"eventName":["GetFileDownloadUrls"]}}"#,
        ),
        "state = \"ENABLED\"",
    ),
    placed(
        item(
            "read-only-state",
            Error,
            "Read-only management events reach only rules in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.",
            r#"{"source":["aws.iam"],"detail":{"eventName":["ListUsers"]}}"#,
        ),
        "state = \"ENABLED\"",
    ),
    item(
        "replaced-condition",
        Warning,
        "A field is wanted twice, inside and outside of `$or`, or in two spellings of its path. The later in the text \
         replaces the earlier without a word.",
        r#"{"source":["aws.iam"],"$or":[{"source":["aws.sts"]},{"region":["us-east-1"]}]}"#,
    ),
    item(
        "sigma-map",
        Warning,
        "Sigma does not define a map as the value of a field. It is read as the fields below it.",
        "title: x\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  sel: {userIdentity: {type: Root}}\n  condition: sel\n",
    ),
    item(
        "sigma-service",
        Note,
        "The rule names another service of AWS than `cloudtrail`, or none. Its fields are looked for in CloudTrail's records.",
        "title: x\nlogsource: {product: aws}\ndetection:\n  sel: {eventName: CreateUser}\n  condition: sel\n",
    ),
    item(
        "sigma-single-all",
        Warning,
        "`all` asks for all values of a list, and Sigma does not allow it with a single one.",
        "title: x\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  sel: {'eventName|contains|all': CreateUser}\n  condition: sel\n",
    ),
    placed(
        item(
            "sign-in-regions",
            Warning,
            "Sign-ins of IAM users are recorded in us-east-1, us-east-2, eu-north-1, ap-southeast-2, or the region of the \
             sign-in address; those of root in us-east-1. A rule sees those of its own region only.",
            r#"{"source":["aws.signin"],"detail":{"eventName":["ConsoleLogin"]}}"#,
        ),
        "region = \"us-east-1\"",
    ),
    item(
        "signin-spelling",
        Error,
        "One page of the guide writes `AWS Console Signin via CloudTrail`. Every event that was seen says `Sign In`.",
        r#"{"source":["aws.signin"],"detail-type":["AWS Console Signin via CloudTrail"]}"#,
    ),
    item(
        "source-and-detail-type",
        Error,
        "Sign-ins to the console come from `aws.signin` only.",
        r#"{"source":["aws.iam"],"detail-type":["AWS Console Sign In via CloudTrail"]}"#,
    ),
    item(
        "source-and-event-source",
        Error,
        "`source` is made of `eventSource`, so two that differ never come together.",
        r#"{"source":["aws.cloudtrail"],"detail":{"eventSource":["iam.amazonaws.com"]}}"#,
    ),
    item(
        "source-form",
        Error,
        "Events via CloudTrail come from sources like `aws.iam`; `iam.amazonaws.com` is the record's `eventSource`.",
        r#"{"source":["iam.amazonaws.com"],"detail-type":["AWS API Call via CloudTrail"]}"#,
    ),
    item(
        "source-of-own-events",
        Error,
        "Some services send their own events under another name than the one that their calls have: alarms come from \
         `aws.cloudwatch`, the calls that CloudTrail sends from `aws.monitoring`.",
        r#"{"source":["aws.cloudwatch"],"detail-type":["AWS API Call via CloudTrail"]}"#,
    ),
    item(
        "star-in-anything-but",
        Warning,
        "In `anything-but` a `*` is a star unless it stands in `wildcard`, so the names that were meant are not excluded.",
        r#"{"source":["aws.iam"],"detail":{"eventName":[{"anything-but":["Get*"]}]}}"#,
    ),
    item(
        "unknown-detail-type",
        Error,
        "CloudTrail sends six types of events, and this text is none of them.",
        r#"{"source":["aws.iam"],"detail-type":["AWS API call via CloudTrail"]}"#,
    ),
    item(
        "unreachable-branch",
        Warning,
        "A branch of `$or` can never match, or says the same as another. The pattern works without it.",
        r#"{"source":["aws.iam"],"$or":[{"region":["us-east-1"]},{"detail":{"eventSource":["ec2.amazonaws.com"]}}]}"#,
    ),
    with_archive(item(
        "value-never-seen",
        Note,
        "No record of the archive has this value at this field, though others have one there. Rare events are rarely seen; \
         a name that is one letter, or the case, away from one that was seen is a warning.",
        r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUsr"]}}"#,
    )),
    item(
        "wildcard-complexity",
        Warning,
        "EventBridge refuses some legal wildcards as too complex.",
        r#"{"source":["aws.iam"],"detail":{"x":[{"wildcard":"*:*:*:*:*:event-bus/*"}]}}"#,
    ),
    item(
        "wrong-type",
        Error,
        "`readOnly` is true or false, `mfaAuthenticated` is the text \"true\" or \"false\"; the other never matches.",
        r#"{"source":["aws.iam"],"detail":{"readOnly":["false"]}}"#,
    ),
];

/// 2,100 characters and more.
const LONG: &str = include_str!("long.json");
