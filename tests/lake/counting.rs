//! Counts of converted folders: what kinds of records say must be what the records say, however they are written.

use super::{convert, scopes};
use crate::prefilter::{DETECTIONS, FILTERS, REAL};
use crate::support::archive::key;
use crate::support::hostile::{MEMBERS, PATTERNS};
use backtrail::hit::Span;
use backtrail::lake::Lake;
use backtrail::language::Pattern;
use backtrail::language::metric_filter::MetricFilter;
use backtrail::language::sigma::SigmaRule;
use backtrail::query::{Card, Query};
use backtrail::replay::{
    self, ACCOUNT, Coverage, DAY, DEFAULT_MAX_OBJECT_SIZE, HOUR, Keep, Matcher, Options, Silent, Watch,
};
use backtrail::source::{Memory, Scope, Source};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Members that make records of kinds, in ways that may fool whoever looks at leaves only.
const ODD: [&str; 22] = [
    r#""userIdentity":{"type":"Root","type":"IAMUser"}"#,
    r#""userIdentity":{"type":{"a":"Root"}}"#,
    r#""userIdentity":[{"type":"Root"}]"#,
    r#""userIdentity":[{"type":{"a":"Root"}}]"#,
    r#""userIdentity":null"#,
    r#""userIdentity":"Root""#,
    r#""userIdentity":{"type":"Root"},"userIdentity.type":"Root""#,
    r#""userIdentity.type":{"a":1}"#,
    r#""userIdentity":{"type":"\ud800"}"#,
    r#""userIdentity":{"accountId":"444455556666"},"recipientAccountId":"""#,
    r#""recipientAccountId":111122223333"#,
    r#""recipientAccountId":null,"awsRegion":null"#,
    r#""errorCode":{}"#,
    r#""errorCode":[]"#,
    r#""errorCode":"","readOnly":true"#,
    r#""errorCode":null"#,
    r#""readOnly":false,"managementEvent":true"#,
    r#""readOnly":"true","eventCategory":"Management""#,
    r#""eventTime":"2026-03-02T10:00:00.5Z""#,
    r#""eventTime":"2026-03-02T12:00:00+01:00""#,
    r#""time":"2026-03-02T10:00:00Z","source":"aws.iam","detail":{"eventName":"CreateUser"}"#,
    r#""eventID":null"#,
];

const RULES: [&str; 8] = [
    r#"{"detail":{"readOnly":[false]}}"#,
    r#"{"detail":{"eventName":[{"exists":true}]}}"#,
    r#"{"account":["111122223333"],"detail":{"userIdentity":{"type":[{"anything-but":"Root"}]}}}"#,
    r#"{"region":["us-east-1"],"detail":{"errorCode":[{"exists":false}]}}"#,
    r#"{"detail":{"awsRegion":["eu-west-1","us-east-1"],"recipientAccountId":[{"prefix":"1111"}]}}"#,
    r#"{"detail":{"userIdentity":[{"exists":false}]}}"#,
    r#"{"source":["aws.iam"],"detail-type":[{"prefix":"AWS"}]}"#,
    r#"{"detail":{"managementEvent":[true,{"exists":false}],"eventCategory":[{"exists":false},"Management"]}}"#,
];

const MORE_FILTERS: [&str; 4] = [
    "{ $.userIdentity.type NOT EXISTS }",
    "{ $.errorCode NOT EXISTS || $.readOnly IS TRUE }",
    "{ $.errorCode = \"\" }",
    "{ $.userIdentity.type IS NULL }",
];

fn query(number: usize, text: &str) -> Query {
    let id = format!("q{number}");
    match text.chars().next() {
        Some('s') => {
            let text = format!(
                "logsource: {{product: aws, service: cloudtrail}}\ndetection:\n    {text}\n    condition: {}\n",
                if number.is_multiple_of(2) { "s" } else { "not s" }
            );
            Query::new(
                id,
                Card::default(),
                Pattern::Sigma(Box::new(SigmaRule::parse(&text).unwrap())),
                "test",
            )
        }
        _ if FILTERS.contains(&text) || MORE_FILTERS.contains(&text) => {
            Query::new(id, Card::default(), MetricFilter::parse(text).unwrap(), "test")
        }
        _ => Query::from_pattern_text(&id, text, "test").unwrap(),
    }
}

/// Hits as the query's id, the facts and the groups, or the record, those that may come together added up; and the coverage
/// without the archive's name.
fn count(
    source: Box<dyn Source>,
    queries: &[Query],
    (keeps, scope, limit): (&[Keep], &Scope, Option<u64>),
) -> (Vec<String>, Coverage) {
    let options = Options {
        scope: scope.clone(),
        threads: 2,
        max_object_size: DEFAULT_MAX_OBJECT_SIZE,
        is_deduplicating: true,
        limit,
        is_pairing: true,
    };
    let matcher = Matcher::keeping(queries, keeps);
    let interrupt = AtomicBool::new(false);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let (mut hits, mut together) = (Vec::new(), BTreeMap::new());
    let coverage = replay::run(&[source], &matcher, &options, watch, &mut |hit| {
        let groups: Vec<Vec<_>> = hit.groups.iter().map(|group| group.values().collect()).collect();
        let (id, facts, record) = (&hit.query.id, hit.facts, String::from_utf8_lossy(hit.record));
        match keeps[hit.position as usize] {
            Keep::Counts(_) => {
                together.entry(format!("{id} {groups:?}")).or_insert_with(Span::default).add(&hit.span);
            }
            _ => hits.push(format!("{id} {facts:?} {groups:?} {record}")),
        }
        ControlFlow::Continue(())
    });
    hits.extend(together.into_iter().map(|(text, span)| format!("{text} {span:?}")));
    (hits, Coverage { archives: Vec::new(), ..coverage.unwrap() })
}

fn by(lists: &[&[&str]]) -> Keep {
    Keep::Groups(owned(lists))
}

fn count_by(lists: &[&[&str]]) -> Keep {
    Keep::Counts(owned(lists))
}

fn owned(lists: &[&[&str]]) -> Vec<Vec<String>> {
    lists.iter().map(|list| list.iter().map(|&path| path.to_owned()).collect()).collect()
}

fn keeps() -> impl Strategy<Value = Keep> {
    select(vec![
        by(&[&[]]),
        by(&[&["eventName", "errorCode"]]),
        by(&[&[ACCOUNT, "userIdentity.type"], &[DAY]]),
        by(&[&[HOUR, "readOnly"], &["awsRegion"]]),
        by(&[&["userIdentity.userName", "eventSource"]]),
        count_by(&[&["eventName", "userIdentity.type"], &[HOUR]]),
        count_by(&[&[ACCOUNT, "awsRegion"]]),
        Keep::Record,
        Keep::Facts,
    ])
}

fn record() -> impl Strategy<Value = String> {
    let real = prop_oneof![Just(&[][..]), select(&REAL[..])];
    let odd = prop::collection::vec(prop_oneof![select(&MEMBERS[..]), select(&ODD[..])], 0..4);
    let time = select(vec!["10:00:00", "10:30:00", "11:30:00"]);
    (real, odd, time, 0..4_u8).prop_map(|(real, odd, time, id)| {
        let base = format!(
            r#""eventTime":"2026-03-02T{time}Z","awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333""#
        );
        format!("{{{}}}", [&[&*base], real, &odd].concat().join(","))
    })
}

fn objects() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let records = prop::collection::vec(prop::collection::vec(record(), 1..4), 0..8);
    records.prop_map(|log_files| {
        let names = [key("111122223333", "us-east-1", "2026/03/02"), "export/AAAA.json.gz".to_owned()];
        let name = |at: usize| names[at % 2].replace("AAAA.json", &format!("{at:04}.json"));
        (0..).zip(log_files).map(|(at, records)| (name(at), super::log_file(&records))).collect()
    })
}

fn assert_same_counts(objects: &[(String, Vec<u8>)], folder: &Path, queries: &[Query], keeps: &[Keep]) {
    for scope in scopes() {
        for limit in [None, Some(3)] {
            let asked = (keeps, &scope, limit);
            let mut expected = count(Box::new(Memory::new("memory", objects.to_vec())), queries, asked);
            let mut found = count(Box::new(Lake::open(folder.to_str().unwrap()).unwrap()), queries, asked);
            if limit.is_some() {
                // How far others had come when it was reached is chance.
                (expected.1, found.1) = Default::default();
            }
            assert_eq!(found, expected, "{scope:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_the_log_files(
        objects in objects(),
        texts in subsequence([&PATTERNS[..], &RULES, &FILTERS, &MORE_FILTERS, &DETECTIONS].concat(), 1..4),
        keeps in prop::collection::vec(keeps(), 3),
    ) {
        let folder = tempfile::tempdir().unwrap();
        convert(&objects, folder.path());
        let queries: Vec<Query> = (0..).zip(&texts).map(|(number, text)| query(number, text)).collect();
        let alike = [keeps[0].clone(), keeps[0].clone(), keeps[0].clone()];
        for keeps in [&keeps[..], &alike] {
            assert_same_counts(&objects, folder.path(), &queries, keeps);
        }
    }
}
