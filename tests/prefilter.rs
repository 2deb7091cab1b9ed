//! The search for literals, and a glance at a record, must never decide otherwise than its projection: the same records are
//! replayed from a compact log file, where both come first, and from one with a space in front of the array, where neither
//! does.

use crate::support::hostile::{MEMBERS, PATTERNS, replay_both_ways};
use backtrail::language::Pattern;
use backtrail::language::metric_filter::MetricFilter;
use backtrail::language::sigma::SigmaRule;
use backtrail::query::{Card, Query};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Filters over records that a glance decides about, or must leave alone.
pub const FILTERS: [&str; 17] = [
    "{ $.eventName = ConsoleLogin }",
    "{ ($.eventName = ConsoleLogin) || ($.eventName = CreateUser) && ($.errorCode NOT EXISTS) }",
    "{ $.eventName != ConsoleLogin }",
    "{ $.eventName NOT EXISTS }",
    "{ $.eventName = 5 || $.eventName IS NULL }",
    "{ $.userIdentity.type = Root && $.eventType != AwsServiceEvent }",
    "{ $.userIdentity[0].type = Root || $.userIdentity[1].userName = \"quo\\\"te\" }",
    "{ $.userIdentity NOT EXISTS && $.eventSource = \"*\" }",
    "{ $.requestParameters.bucketName = private-reports }",
    "{ $.requestParameters[0].bucketName[1] = private-reports }",
    "{ $.eventType = AwsAggregatedEvent }",
    "{ $.errorCode = *Denied && $.eventName = %^Con% }",
    "{ $.awsRegion = us-east-1 && $.errorCode NOT EXISTS }",
    "{ $.readOnly IS FALSE || $.requestParameters IS NULL }",
    "{ $.eventSource = iam.amazonaws.com && $.eventSource.x NOT EXISTS && $.eventType = Aws* }",
    "{ $.eventSource.x = * || $.requestParameters.bucketName NOT EXISTS }",
    "",
];

/// The detections of Sigma rules for the same.
pub const DETECTIONS: [&str; 22] = [
    "s: {eventName: consolelogin}",
    "s: {eventName: [ConsoleLogin, 'create*'], userIdentity.type: root}",
    "s: {eventName|contains: login}",
    "s: {eventName: null}",
    "s: {eventName: 5}",
    "s: {userIdentity.userName|contains: 'quo\"'}",
    "s: {userIdentity|contains: root, eventType|exists: true}",
    "s: {requestParameters|contains: private-reports}",
    "s: {requestParameters.bucketName|fieldref|neq: errorCode, eventSource|endswith: .amazonaws.com}",
    "s: [consolelogin, agged]",
    "s: {errorCode|re|i: ^access, eventName|neq: ListUsers}",
    "s: {eventType: awsaggregatedevent}",
    "s: {eventSource: iam.AMAZONAWS.com, userIdentity.type: ROOT}",
    "s: {eventSource: iam.amazonaws.com, eventType|startswith: aws}",
    "s: {requestParameters.bucketName: private-REPORTS}",
    "s: {requestParameters.bucketName: 'true', eventName: [ConsoleLogin, CreateUser]}",
    "s: {requestParameters: null, readOnly: 'false'}",
    "s: {requestParameters|contains: '\"a\":\"b c\"'}",
    "s: {readOnly: true, eventSource: null}",
    "s: {userIdentity.userName: k}",
    "s: {userIdentity.userName: '\u{212a}'}",
    "s: [{eventName: CreateUser, eventSource: iam.amazonaws.com}, {errorCode: accessdenied, eventType: AwsApiCall}]",
];

/// What real records have, so that patterns with several fields have something to match.
pub const REAL: [&[&str]; 3] = [
    &[
        r#""eventSource":"signin.amazonaws.com""#,
        r#""eventName":"ConsoleLogin""#,
        r#""eventType":"AwsConsoleSignIn""#,
    ],
    &[
        r#""userIdentity":{"type":"Root"}"#,
        r#""eventSource":"iam.amazonaws.com""#,
        r#""eventName":"CreateUser""#,
    ],
    &[r#""eventName":"ListUsers""#, r#""errorCode":"AccessDenied""#, r#""userIdentity":{"userName":"a/b"}"#],
];

/// The members of a record: real ones, or none, and hostile ones behind them.
fn record() -> impl Strategy<Value = Vec<&'static str>> {
    let real = prop_oneof![Just(&[][..]), select(&REAL[..])];
    (real, prop::collection::vec(select(&MEMBERS[..]), 0..7))
        .prop_map(|(real, members)| [real, &members].concat())
}

/// A pattern alone, or some together: what is looked at in every record depends on all of them.
fn patterns() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![select(&PATTERNS[..]).prop_map(|pattern| vec![pattern]), subsequence(&PATTERNS[..], 2..5)]
}

/// Who did it, in spellings that say the same and in some that do not, of which only a part is looked at.
const IDENTITIES: [&str; 23] = [
    r#"{"type":"Root","arn":"a"}"#,
    r#"{"type":"Boot","arn":"a"}"#,
    r#"{"type":"Root","arn":"b","accountId":"1"}"#,
    r#"{"type":"R\u006fot","arn":"c"}"#,
    r#"{"arn":"d","type":"Root"}"#,
    r#"{"type":"Root","type":"IAMUser"}"#,
    r#"{"type":"IAMUser","type":"Root"}"#,
    r#"{"type":"IAMUser","arn":"e"}"#,
    r#"{"type":"IAMUser","arn":"f","sessionContext":{"type":"Root"}}"#,
    r#"{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}"#,
    r#"{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":false}}}"#,
    r#"{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":null}}}"#,
    r#"{"type":["Root","IAMUser"],"arn":"g"}"#,
    r#"{"type":["IAMUser","Root"],"arn":"h"}"#,
    r#"{"type":{"type":"Root"}}"#,
    r#"{"type":"Ro","accountId":"ot"}"#,
    r#"{"type":"","accountId":"Root"}"#,
    r#"{"accountId":5,"type":"Root"}"#,
    r#"{"accountId":"5","type":"Root"}"#,
    r#"[{"type":"Root"},{"type":"IAMUser"}]"#,
    r#""Root""#,
    "null",
    "{}",
];

#[test]
fn identities_that_are_alike_in_what_is_looked_at_have_the_same_answer_and_others_do_not() {
    let record = |(identity, id): (&&str, i32)| {
        format!(
            r#"{{"userIdentity":{identity},"eventTime":"2026-03-02T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","eventID":"{id}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
        )
    };
    let records: Vec<String> = IDENTITIES.iter().zip(0..).map(record).collect();
    let all = r#"{"detail":{"eventName":[{"exists":true}]}}"#;
    let shared = [
        (r#"{"detail":{"userIdentity":{"type":["Root"]}}}"#, 10),
        (r#"{"detail":{"userIdentity":{"type":["IAMUser"],"accountId":[{"exists":false}]}}}"#, 9),
        (r#"{"detail":{"userIdentity":{"accountId":[5]}}}"#, 1),
        (
            r#"{"detail":{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":["false"]}}}}}"#,
            1,
        ),
    ];
    let queries = [(all, IDENTITIES.len())].into_iter().chain(shared);
    let queries: Vec<(Query, usize)> = queries
        .zip(0..)
        .map(|((pattern, hits), number)| {
            (Query::from_pattern_text(&format!("q{number}"), pattern, "test").unwrap(), hits)
        })
        .collect();
    for (query, hits) in &queries {
        let found = replay_both_ways(&records, std::slice::from_ref(query), false);
        assert_eq!(found.len(), *hits, "{}: {found:?}", query.id);
    }
    let together: Vec<Query> = queries.into_iter().map(|(query, _)| query).collect();
    replay_both_ways(&records, &together, false);
}

#[test]
fn a_keyword_beside_a_test_of_the_identity_is_looked_for_in_every_record() {
    let text = "logsource: {product: aws, service: cloudtrail}\ndetection:\n    a: {userIdentity.type: Root}\n    b: [needle]\n    condition: a and b\n";
    let rule = Pattern::Sigma(Box::new(SigmaRule::parse(text).unwrap()));
    let queries = [Query::new("a".to_owned(), Card::default(), rule, "test")];
    let record = |agent: &str| {
        format!(
            r#"{{"userIdentity":{{"type":"Root"}},"eventTime":"2026-03-02T10:00:00Z","eventName":"CreateUser","userAgent":"{agent}"}}"#
        )
    };
    let records = ["a needle", "hay", "hay", "one more needle", "hay"].map(record);
    let hits = replay_both_ways(&records, &queries, false);
    assert_eq!(hits, [0, 3].map(|at| format!("a {}", records[at])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn literals_and_a_glance_decide_as_the_projection_does(
        records in prop::collection::vec(record(), 0..12),
        patterns in patterns(),
        is_limited in any::<bool>(),
    ) {
        let records: Vec<String> = records.iter().map(|members| format!("{{{}}}", members.join(","))).collect();
        let queries: Vec<Query> = patterns
            .iter()
            .zip(0..)
            .map(|(pattern, number)| Query::from_pattern_text(&format!("q{number}"), pattern, "test").unwrap())
            .collect();
        replay_both_ways(&records, &queries, is_limited);
    }

    #[test]
    fn sigma_rules_are_decided_alike_too(
        records in prop::collection::vec(record(), 0..12),
        detections in subsequence(&DETECTIONS[..], 1..4),
        is_negated in any::<bool>(),
        is_limited in any::<bool>(),
    ) {
        let records: Vec<String> = records.iter().map(|members| format!("{{{}}}", members.join(","))).collect();
        let condition = if is_negated { "not s" } else { "s" };
        let rule = |(detection, number): (&&str, i32)| {
            let text = format!(
                "logsource: {{product: aws, service: cloudtrail}}\ndetection:\n    {detection}\n    condition: {condition}\n"
            );
            let rule = Pattern::Sigma(Box::new(SigmaRule::parse(&text).unwrap()));
            Query::new(format!("s{number}"), Card::default(), rule, "test")
        };
        let queries: Vec<Query> = detections.iter().zip(0..).map(rule).collect();
        replay_both_ways(&records, &queries, is_limited);
    }

    #[test]
    fn filters_over_records_are_decided_alike_too(
        records in prop::collection::vec(record(), 0..12),
        filters in subsequence(&FILTERS[..], 1..4),
        pattern in select(&PATTERNS[..]),
        only in prop::option::of(select(&FILTERS[..])),
        is_limited in any::<bool>(),
    ) {
        let records: Vec<String> = records.iter().map(|members| format!("{{{}}}", members.join(","))).collect();
        let filter = |(text, number): (&&str, i32)| {
            let filter = MetricFilter::parse(text).unwrap();
            Query::new(format!("f{number}"), Card::default(), filter, "test")
        };
        let mut queries: Vec<Query> = filters.iter().zip(0..).map(filter).collect();
        queries.push(Query::from_pattern_text("q", pattern, "test").unwrap());
        if let Some(only) = only {
            let only = MetricFilter::parse(only).unwrap();
            queries.iter_mut().for_each(|query| query.limit_to(&only));
        }
        replay_both_ways(&records, &queries, is_limited);
    }
}
