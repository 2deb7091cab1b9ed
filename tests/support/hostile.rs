//! Records and patterns that try to fool a glance, and the two log files that must be replayed alike.

use backtrail::hit::Span;
use backtrail::query::Query;
use backtrail::record::Facts;
use backtrail::replay::{self, Coverage, DEFAULT_MAX_OBJECT_SIZE, Keep, Matcher, Options, Silent, Watch};
use backtrail::source::{Memory, Scope, Source};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

/// Patterns that a glance decides about, and some that it must leave alone.
pub const PATTERNS: [&str; 27] = [
    r#"{"detail":{"eventName":["ConsoleLogin"]}}"#,
    r#"{"source":["aws.signin"],"detail":{"eventName":["ConsoleLogin","CreateUser"],"errorCode":[{"exists":false}]}}"#,
    r#"{"detail":{"eventName":[{"prefix":"Con"}]}}"#,
    r#"{"detail":{"eventName":[{"anything-but":["ConsoleLogin"]}]}}"#,
    r#"{"detail":{"eventName":[{"exists":false}]}}"#,
    r#"{"detail":{"eventName":[null,5]}}"#,
    r#"{"detail":{"userIdentity":{"type":["Root"]},"eventType":[{"anything-but":["AwsServiceEvent"]}]}}"#,
    r#"{"detail":{"$or":[{"eventName":["CreateUser"]},{"userIdentity":{"type":["Root"],"userName":["a/b"]}}]}}"#,
    r#"{"detail-type":["AWS API Call via CloudTrail"],"detail":{"userIdentity":{"userName":["quo\"te"]}}}"#,
    r#"{"detail":{"requestParameters":{"eventName":["ConsoleLogin"]}}}"#,
    r#"{"source":["aws.iam"]}"#,
    r#"{"detail":{"eventTime":[{"exists":true}],"eventType":["AwsApiCall"]}}"#,
    r#"{"detail":{"eventName":["ConsoleLogin"],"eventSource":["signin.amazonaws.com"]}}"#,
    r#"{"detail":{"eventName":["CreateUser"],"userIdentity":{"type":["Root"]}}}"#,
    r#"{"detail":{"eventName":["ConsoleLogin","ListUsers"],"errorCode":[{"exists":true}]}}"#,
    r#"{"detail":{"eventSource":["iam.amazonaws.com","x"],"userIdentity":{"userName":[{"exists":true}]}}}"#,
    r#"{"detail":{"errorCode":["AccessDenied"],"eventName":[{"anything-but":["ListUsers"]}]}}"#,
    r#"{"detail":{"requestParameters":{"bucketName":["private-reports"]}}}"#,
    r#"{"detail":{"requestParameters":{"bucketName":["reports/2026"]}}}"#,
    r#"{"detail":{"$or":[{"eventName":["CreateUser"]},{"errorCode":["AccessDenied"]}]}}"#,
    r#"{"detail":{"readOnly":[false]}}"#,
    r#"{"detail":{"readOnly":[true,"x"],"eventName":["ConsoleLogin","ListUsers",{"exists":false}]}}"#,
    // More names than are looked for one by one.
    r#"{"detail":{"eventName":["A0","A1","A2","A3","A4","A5","A6","A7","A8","A9","B0","B1","B2","B3","B4","B5","CreateUser"]}}"#,
    r#"{"detail":{"errorCode":[{"exists":true}]}}"#,
    r#"{"detail":{"userIdentity":{"type":["Root"]}}}"#,
    r#"{"detail":{"eventSource":["iam.amazonaws.com"],"eventName":[{"anything-but":{"prefix":["List"]}}]}}"#,
    r#"{"detail":{"eventType":[{"exists":true},{"exists":false}]}}"#,
];

/// Members of records, in many spellings.
pub const MEMBERS: [&str; 85] = [
    r#""awsRegion":"us-east-1""#,
    r#""awsRegion":"eu-west-1""#,
    r#""awsRegion":"global""#,
    r#""awsRegion":"us-\u0065ast-1""#,
    r#""awsRegion":5"#,
    r#""eventName":"ConsoleLogin""#,
    r#""eventName":"CreateUser""#,
    r#""eventName":"ListUsers""#,
    r#""eventName":"\u0043onsoleLogin""#,
    r#""event\u004eame":"ConsoleLogin""#,
    r#""eventName":null"#,
    r#""eventName":5"#,
    r#""eventName":["ConsoleLogin","x"]"#,
    r#""eventName":{"a":"ConsoleLogin"}"#,
    r#""requestParameters":{"eventName":"ConsoleLogin","eventType":"AwsAggregatedEvent","eventTime":"x"}"#,
    r#""requestParameters":"\"eventName\":\"ConsoleLogin\"""#,
    r#""requestParameters":"eventName\":\"ConsoleLogin""#,
    r#""eventSource":"signin.amazonaws.com""#,
    r#""eventSource":"iam.amazonaws.com""#,
    r#""eventType":"AwsApiCall""#,
    r#""eventType":"AwsServiceEvent""#,
    r#""eventType":"AwsAggregatedEvent""#,
    r#""eventType":"awsaggregatedevent""#,
    r#""eventType":"AwsAggregated\u0045vent""#,
    r#""eventType":7"#,
    r#""userIdentity":{"type":"Root","userName":"a\/b"}"#,
    r#""userIdentity":{"type":"Root","userName":"a/b"}"#,
    r#""userIdentity":{"type":"Ro\u006ft"}"#,
    r#""userIdentity":{"t\u0079pe":"Root"}"#,
    r#""userIdentity":[{"type":"Root"},{"userName":"quo\"te"}]"#,
    r#""userIdentity.type":"Root""#,
    r#""userIdentity":{"userName":"quo\"te"}"#,
    r#""errorCode":"AccessDenied""#,
    r#""eventTime":"2026-03-02T10:00:00Z""#,
    r#""eventTime":"2026-03-02T11:30:00Z""#,
    r#""eventTime":"some day""#,
    r#""eventTime":"2026-03-02T10:00:0\u0030Z""#,
    r#""eventTime":1"#,
    r#""event\u0054ime":"2026-03-02T11:30:00Z""#,
    r#""recipientAccountId":"111122223333""#,
    r#""eventID":"e""#,
    r#""eventName":"consolelogin""#,
    r#""eventType":"awsaggregatedEVENT""#,
    r#""errorCode":"Access\u0044enied""#,
    r#""requestParameters":{"bucketName":"private-reports"}"#,
    r#""requestParameters":[{"bucketName":["x","private-reports"]},{"a":"AwsAggregatedEvent"}]"#,
    r#""requestParameters":{"bucketName":"reports\/2026"}"#,
    r#""requestParameters":{"CreateUser":"\"CreateUser"}"#,
    r#""readOnly":true"#,
    r#""readOnly":false"#,
    r#""readOnly":"false""#,
    r#""readOnly":[true,false]"#,
    r#""readOnly":null"#,
    r#""read\u004fnly":false"#,
    r#""readOnly.x":true"#,
    r#""eventSource":"IAM.amazonaws.com""#,
    r#""eventSource":"iam\u002eamazonaws.com""#,
    r#""eventSource":["iam.amazonaws.com","x"]"#,
    r#""eventSource":{"x":"iam.amazonaws.com"}"#,
    r#""eventSource":null"#,
    r#""eventType":null"#,
    r#""eventType":["AwsServiceEvent"]"#,
    r#""eventType":"AwsConsoleSignIn""#,
    r#""requestParameters":null"#,
    r#""requestParameters":[]"#,
    r#""requestParameters":{"bucketName":"PRIVATE-reports","a": "b c"}"#,
    r#""requestParameters":{"bucketName":"private\u002dReports"}"#,
    r#""requestParameters":{"bucketName":true}"#,
    r#""userIdentity":null"#,
    r#""userIdentity":{"userName":"K"}"#,
    r#""userIdentity":{"userName":"k","type":"root"}"#,
    r#""errorCode":["AccessDenied",null]"#,
    r#""sourceIPAddress":"192.0.2.1""#,
    r#""sourceIPAddress":"192.0.2\u002e1""#,
    r#""sourceIPAddress":["192.0.2.1"]"#,
    r#""userAgent":"aws-cli""#,
    r#""errorCode":null"#,
    r#""e\u0072rorCode":"x""#,
    r#""requestParameters":{"errorCode":"x","a":"eventName"}"#,
    r#""requestParameters":["eventName","Root"]"#,
    r#""userIdentity":{"type":"Root"}"#,
    r#""userIdentity":{"Root":"Roots","type":"xRoot"}"#,
    r#""EVENTNAME":"ConsoleLogin""#,
    r#""eventName":"Con""#,
    r#""note":"漢字 ü \\ {[,:]}""#,
];

/// What is kept of hits that could be counted by some lists of fields.
type Keeping = fn(Vec<Vec<String>>) -> Keep;

/// Replays records from a compact log file, where they are glanced at, and from one with a space in front of the array,
/// where they are not: hits and counts must be the same, also when only facts are kept, or hits are only counted, with their
/// groups, one by one or together, some by what was called, others by who called, or by both. All records are there twice, so
/// that the answers to the second ones may be remembered. All must be sound JSON, so that a listing has no fault to name that
/// counting passes over: both find the same hits. Returns those on the first ones, each as its query's id and the record.
pub fn replay_both_ways(records: &[String], queries: &[Query], is_limited: bool) -> Vec<String> {
    let records = [records, records].concat().join(",");
    let keeps: [Keeping; 4] = [|_| Keep::Record, |_| Keep::Facts, Keep::Groups, Keep::Counts];
    let [(hits, facts, shown), (_, facts_alone, told), (one_by_one, _, counted), (together, _, folded)] =
        keeps.map(|keep| {
            let replay = |text: String| replay(text, queries, keep, is_limited);
            let (hits, facts, coverage) = replay(format!(r#"{{"Records":[{records}]}}"#));
            let (wanted_hits, wanted_facts, wanted) = replay(format!(r#"{{"Records": [{records}]}}"#));
            match keep(Vec::new()) {
                Keep::Counts(_) => assert_eq!(spans(&hits), spans(&wanted_hits)),
                _ => assert_eq!((&hits, &facts), (&wanted_hits, &wanted_facts)),
            }
            assert_eq!(format!("{:?}", coverage.records), format!("{:?}", wanted.records));
            assert_eq!(coverage.hits_by_query, wanted.hits_by_query);
            (hits, facts, coverage)
        });
    assert_eq!(facts, facts_alone);
    for counted in [told, counted, folded] {
        assert_eq!(shown.hits_by_query, counted.hits_by_query);
        assert_eq!(format!("{:?}", shown.records), format!("{:?}", counted.records));
    }
    assert_eq!(spans(&one_by_one), spans(&together));
    let (first, second) = hits.split_at(hits.len() / 2);
    assert_eq!(first, second);
    first.iter().map(|(text, _)| text.clone()).collect()
}

/// Adds up hits that say the same.
fn spans(hits: &[(String, Span)]) -> BTreeMap<&str, Span> {
    let mut spans = BTreeMap::new();
    hits.iter().for_each(|(text, span)| spans.entry(text.as_str()).or_insert_with(Span::default).add(span));
    spans
}

/// Says what hits are counted by: those of one query by what was called, of the next by who called, and then by both.
fn lists(query: usize) -> Vec<Vec<String>> {
    let of_call: [&[&str]; 2] =
        [&["account", "awsRegion", "day", "userIdentity.type", "errorCode"], &["eventName"]];
    let of_caller: [&[&str]; 2] = [&["userIdentity.arn", "hour"], &["sourceIPAddress"]];
    let of_both: [&[&str]; 2] = [&["eventName", "userIdentity.arn"], &["userIdentity.userName"]];
    let lists = [of_call, of_caller, of_both][query % 3];
    lists.map(|list| list.iter().map(|path| (*path).to_owned()).collect()).into()
}

fn replay(
    text: String,
    queries: &[Query],
    keep: Keeping,
    is_limited: bool,
) -> (Vec<(String, Span)>, Vec<Facts>, Coverage) {
    let moment = |text: &str| is_limited.then(|| text.parse().unwrap());
    let options = Options {
        scope: Scope {
            since: moment("2026-03-02T09:00:00Z"),
            until: moment("2026-03-02T11:00:00Z"),
            accounts: [].into(),
            regions: is_limited.then(|| "us-east-1".to_owned()).into_iter().collect(),
            late_slack_days: 1,
            first_day: None,
            read_before: None,
            now: "2026-04-01T00:00:00Z".parse().unwrap(),
        },
        threads: 1,
        max_object_size: DEFAULT_MAX_OBJECT_SIZE,
        is_deduplicating: false,
        limit: None,
        is_pairing: false,
    };
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz";
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", [(key, text.into_bytes())]))];
    let keeps: Vec<Keep> = (0..queries.len()).map(|query| keep(lists(query))).collect();
    let matcher = Matcher::keeping(queries, &keeps);
    let interrupt = AtomicBool::new(false);
    let (mut hits, mut facts) = (Vec::new(), Vec::new());
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let coverage = replay::run(&sources, &matcher, &options, watch, &mut |hit| {
        let groups = hit.groups.iter().map(|group| format!(" {:?}", group.values().collect::<Vec<_>>()));
        let group: String = groups.collect();
        hits.push((format!("{} {}{group}", hit.query.id, String::from_utf8_lossy(hit.record)), hit.span));
        facts.push(hit.facts.clone());
        ControlFlow::Continue(())
    });
    (hits, facts, coverage.unwrap())
}
