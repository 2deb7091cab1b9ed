//! Records that are alike in all that is asked have one answer, which is found once; those that differ in a single value of it
//! must not get the answer of another. The same records are counted from a compact log file, where answers are remembered,
//! and from one with a space in front of the array, where every record is read whole.

use crate::replay::options;
use backtrail::hit::Span;
use backtrail::query::Query;
use backtrail::replay::{self, ACCOUNT, HOUR, Keep, Matcher, Options, Silent, Watch};
use backtrail::source::{Memory, Source};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

const KEY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json";

/// A member, the field of it that is counted by, and values; the first is that of most records.
const MEMBERS: [(&str, &str, [&str; 3]); 16] = [
    (
        "userIdentity",
        "userIdentity.type",
        [r#"{"type":"IAMUser","accountId":"1"}"#, r#"{"type":"Root","accountId":"1"}"#, "{}"],
    ),
    (
        "eventTime",
        HOUR,
        [r#""2026-03-02T10:00:00Z""#, r#""2026-03-02T11:00:00Z""#, r#""2026-03-02T12:00:00.5Z""#],
    ),
    ("eventSource", "eventSource", [r#""iam.amazonaws.com""#, r#""sts.amazonaws.com""#, r#""\u0073""#]),
    ("eventName", "eventName", [r#""CreateUser""#, r#""DeleteUser""#, r#""createuser""#]),
    ("awsRegion", "awsRegion", [r#""us-east-1""#, r#""us-east-2""#, "7"]),
    ("sourceIPAddress", "sourceIPAddress", [r#""192.0.2.1""#, r#""192.0.2.11""#, r#""""#]),
    ("userAgent", "userAgent", [r#""a""#, r#""b""#, r#""a\"b""#]),
    ("errorCode", "errorCode", ["null", r#""AccessDenied""#, r#""null""#]),
    ("errorMessage", "errorMessage", ["null", r#""no""#, "false"]),
    ("readOnly", "readOnly", ["true", "false", r#""true""#]),
    ("eventType", "eventType", [r#""AwsApiCall""#, r#""AwsServiceEvent""#, r#""AwsConsoleSignIn""#]),
    ("apiVersion", "apiVersion", [r#""1""#, r#""2""#, "null"]),
    ("managementEvent", "managementEvent", ["true", "false", "null"]),
    ("recipientAccountId", ACCOUNT, [r#""111122223333""#, r#""444455556666""#, "null"]),
    ("vpcEndpointId", "vpcEndpointId", ["null", r#""vpce-1""#, r#""vpce-2""#]),
    ("eventCategory", "eventCategory", [r#""Management""#, r#""Data""#, r#""management""#]),
];

/// Returns records that differ from most in one member, or lack it, each several times.
fn records() -> Vec<String> {
    let mut records = Vec::new();
    for _ in 0..4 {
        for (changed, (_, _, values)) in MEMBERS.iter().enumerate() {
            for value in values.iter().map(Some).chain([None]) {
                let members = MEMBERS.iter().enumerate().filter_map(|(place, (name, _, values))| {
                    let value = if place == changed { value? } else { &values[0] };
                    Some(format!(r#""{name}":{value}"#))
                });
                let members: Vec<String> = members.collect();
                records.push(format!(r#"{{{},"eventID":"{}"}}"#, members.join(","), records.len()));
            }
        }
    }
    records
}

/// Counts the records of a log file, and returns the counts by query and group, and how many hits were handed out.
fn count(log_file: String, keeps: &[Keep]) -> (BTreeMap<String, u64>, usize) {
    let queries: Vec<Query> = (0..keeps.len())
        .map(|number| {
            let all = r#"{"detail":{"eventSource":[{"exists":true},{"exists":false}]}}"#;
            Query::from_pattern_text(&format!("q{number}"), all, "test").unwrap()
        })
        .collect();
    let matcher = Matcher::keeping(&queries, keeps);
    let interrupt = AtomicBool::new(false);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let source: Box<dyn Source> =
        Box::new(Memory::new("memory", vec![(KEY.to_owned(), log_file.into_bytes())]));
    let (mut spans, mut handed_out) = (BTreeMap::new(), 0);
    let one_thread = Options { threads: 1, ..options() };
    let coverage = replay::run(&[source], &matcher, &one_thread, watch, &mut |hit| {
        handed_out += 1;
        for (number, group) in hit.groups.iter().enumerate() {
            let values: Vec<_> = group.values().collect();
            let of_group = format!("{} {number} {values:?}", hit.query.id);
            spans.entry(of_group).or_insert_with(Span::default).add(&hit.span);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(coverage.unwrap().records.rejected, 0);
    (spans.into_iter().map(|(group, span)| (group, span.records)).collect(), handed_out)
}

fn assert_same_counts(keeps: &[Keep]) {
    let records = records().join(",");
    let (counts, handed_out) = count(format!(r#"{{"Records":[{records}]}}"#), keeps);
    let (expected, one_by_one) = count(format!(r#"{{"Records": [{records}]}}"#), keeps);
    assert_eq!(counts, expected, "{keeps:?}");
    assert!(handed_out < one_by_one, "nothing was remembered for {keeps:?}");
}

fn lists(fields: &[&str]) -> Vec<Vec<String>> {
    fields.iter().map(|field| vec![(*field).to_owned()]).collect()
}

#[test]
fn records_that_differ_in_what_they_are_counted_by_are_counted_apart() {
    for (_, field, _) in &MEMBERS {
        assert_same_counts(&[Keep::Counts(lists(&[field]))]);
    }
    let all: Vec<&str> = MEMBERS.iter().map(|(_, field, _)| *field).collect();
    assert_same_counts(&[Keep::Counts(lists(&all))]);
    let together = all.iter().map(|field| (*field).to_owned()).collect();
    assert_same_counts(&[Keep::Counts(vec![together])]);
}

#[test]
fn calls_and_callers_are_counted_apart_each_by_what_tells_them() {
    let of_callers = ["userIdentity.type", "sourceIPAddress", "userAgent"];
    let of_calls: Vec<&str> =
        MEMBERS.iter().map(|(_, field, _)| *field).filter(|field| !of_callers.contains(field)).collect();
    assert_same_counts(&[Keep::Counts(lists(&of_calls)), Keep::Counts(lists(&of_callers))]);
}
