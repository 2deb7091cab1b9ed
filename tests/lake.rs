//! Converted folders: they answer like the log files they were made of.

mod counting;

use crate::support::archive::key;
use crate::support::hostile::{MEMBERS, PATTERNS};
use backtrail::lake::{self, Lake, Watch as _};
use backtrail::query::Query;
use backtrail::replay::{self, Coverage, DEFAULT_MAX_OBJECT_SIZE, Matcher, Options, Silent, Watch};
use backtrail::source::{Memory, Scope, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

struct Silently;

impl lake::Watch for Silently {
    fn is_wanted(&self) -> bool {
        true
    }
    fn announce(&self, _log_files: u64, _stored_bytes: u64) {}
    fn finish(&self, _stored_bytes: u64) {}
}

fn scope(since: Option<&str>, until: Option<&str>, regions: &[&str], accounts: &[&str]) -> Scope {
    Scope {
        since: since.map(|text| text.parse().unwrap()),
        until: until.map(|text| text.parse().unwrap()),
        accounts: accounts.iter().map(|&text| text.to_owned()).collect(),
        regions: regions.iter().map(|&text| text.to_owned()).collect(),
        late_slack_days: 1,
        first_day: None,
        read_before: None,
        now: "2026-04-01T00:00:00Z".parse().unwrap(),
    }
}

fn scopes() -> Vec<Scope> {
    let (ten, half_past_ten) = (Some("2026-03-02T10:00:00Z"), Some("2026-03-02T10:30:00Z"));
    vec![
        scope(None, None, &[], &[]),
        scope(ten, half_past_ten, &[], &[]),
        scope(half_past_ten, None, &[], &[]),
        scope(None, Some("2026-03-02T11:30:01Z"), &["us-east-1"], &[]),
        scope(None, None, &["eu-west-1"], &["111122223333"]),
    ]
}

/// Hits as the query's id, the log key and the record; and the coverage without the archive's name.
fn replay(source: Box<dyn Source>, queries: &[Query], scope: &Scope) -> (Vec<String>, Coverage) {
    let options = Options {
        scope: scope.clone(),
        threads: 2,
        max_object_size: DEFAULT_MAX_OBJECT_SIZE,
        is_deduplicating: true,
        limit: None,
        is_pairing: false,
    };
    let matcher = Matcher::new(queries);
    let interrupt = AtomicBool::new(false);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let mut hits = Vec::new();
    let coverage = replay::run(&[source], &matcher, &options, watch, &mut |hit| {
        hits.push(format!("{} {} {}", hit.query.id, hit.log_key, String::from_utf8_lossy(hit.record)));
        ControlFlow::Continue(())
    });
    (hits, Coverage { archives: Vec::new(), ..coverage.unwrap() })
}

fn convert(objects: &[(String, Vec<u8>)], folder: &Path) -> lake::Converted {
    let options = lake::Options { scope: scopes().remove(0), max_object_size: DEFAULT_MAX_OBJECT_SIZE };
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", objects.to_vec()))];
    assert!(Silently.is_wanted());
    lake::convert(&sources, folder, &options, &Silently).unwrap()
}

/// Patterns on what makes the kind of a record, in every way that tells texts apart.
const OF_KINDS: [&str; 8] = [
    r#"{"detail":{"userIdentity":{"type":["Root"]}}}"#,
    r#"{"detail":{"userIdentity":{"type":[{"exists":false}]},"eventName":["ConsoleLogin"]}}"#,
    r#"{"detail":{"userIdentity":{"type":[null,"IAMUser"]},"errorCode":[{"exists":false}]}}"#,
    r#"{"detail":{"errorCode":[{"prefix":"Access"}],"eventSource":["iam.amazonaws.com"]}}"#,
    r#"{"detail":{"errorCode":[{"anything-but":["AccessDenied"]}]}}"#,
    r#"{"detail":{"errorCode":[{"exists":true}],"eventName":[{"wildcard":"*User*"}]}}"#,
    r#"{"detail":{"$or":[{"errorCode":[""]},{"userIdentity":{"type":["Root"]},"eventSource":["iam.amazonaws.com"]}]}}"#,
    r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser","AssumeRole"]}}"#,
];

fn assert_alike(objects: &[(String, Vec<u8>)], folder: &Path) {
    assert_same_answers(&[&PATTERNS[..], &OF_KINDS].concat(), objects, folder);
}

fn assert_same_answers(patterns: &[&str], objects: &[(String, Vec<u8>)], folder: &Path) {
    let queries: Vec<Query> = patterns
        .iter()
        .zip(0..)
        .map(|(pattern, number)| Query::from_pattern_text(&format!("q{number}"), pattern, "test").unwrap())
        .collect();
    let mut questions: Vec<&[Query]> = queries.iter().map(std::slice::from_ref).collect();
    questions.push(&queries);
    questions.push(&[]);
    for queries in questions {
        for scope in scopes() {
            let expected = replay(Box::new(Memory::new("memory", objects.to_vec())), queries, &scope);
            let lake = Lake::open(folder.to_str().unwrap()).unwrap();
            assert_eq!(replay(Box::new(lake), queries, &scope), expected, "{scope:?}");
        }
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn log_file(records: &[String]) -> Vec<u8> {
    gzip(&format!(r#"{{"Records":[{}]}}"#, records.join(",")))
}

/// A record as trails write them, and one in a few with a member that is not quite what it should be.
fn record() -> impl Strategy<Value = String> {
    let names =
        prop::sample::select(vec!["ConsoleLogin", "CreateUser", "ListUsers", "GetUser", "Assume\\u0052ole"]);
    let times = prop::sample::select(vec!["10:00:00", "10:29:59", "10:30:00", "11:30:00"]);
    let regions = prop::sample::select(vec!["us-east-1", "us-east-1", "eu-west-1", "global"]);
    let odd = prop::option::weighted(0.05, prop::sample::select(MEMBERS.to_vec()));
    let source = prop::sample::select(vec!["signin", "iam"]);
    let kind = prop::sample::select(vec![
        "",
        r#","userIdentity":{"type":"Root"}"#,
        r#","userIdentity":{"type":"IAMUser"},"errorCode":"AccessDenied""#,
        r#","userIdentity":{"type":null},"errorCode":["AccessDenied","Throttling"]"#,
        r#","userIdentity":[{"type":"Root"},{"type":"IAMUser"}],"errorCode":"""#,
    ]);
    (names, times, regions, odd, (source, kind), 0..9_u8).prop_map(|(name, time, region, odd, source, id)| {
        let (source, kind) = source;
        let odd = kind.to_owned() + &odd.map(|member| format!(",{member}")).unwrap_or_default();
        format!(
            r#"{{"eventName":"{name}","eventTime":"2026-03-02T{time}Z","awsRegion":"{region}","eventSource":"{source}.amazonaws.com","eventType":"AwsApiCall","eventID":"{id}","recipientAccountId":"111122223333"{odd}}}"#
        )
    })
}

fn objects() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let keys = prop::sample::select(vec![
        key("111122223333", "us-east-1", "2026/03/02"),
        key("111122223333", "us-east-1", "2026/03/03"),
        key("444455556666", "eu-west-1", "2026/03/02"),
        "export/000000.gz".to_owned(),
    ]);
    let object = (keys, 0..4_u8, prop::collection::vec(record(), 0..8));
    prop::collection::btree_map(
        object.prop_map(|(key, number, records)| {
            (key.replace("AAAA.json", &format!("{number}.json")), records)
        }),
        Just(()),
        0..6,
    )
    .prop_map(|objects| {
        let objects: std::collections::BTreeMap<String, Vec<String>> = objects.into_keys().collect();
        objects.into_iter().map(|(key, records)| (key, log_file(&records))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_question_has_the_same_answer(objects in objects()) {
        let folder = tempfile::tempdir().unwrap();
        convert(&objects, folder.path());
        assert_alike(&objects, folder.path());
    }
}

fn plain(id: u32, name: &str) -> String {
    format!(
        r#"{{"eventName":"{name}","eventTime":"2026-03-02T10:00:00Z","awsRegion":"us-east-1","eventSource":"iam.amazonaws.com","eventType":"AwsApiCall","eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

fn named(number: u32) -> String {
    key("111122223333", "us-east-1", "2026/03/02").replace("AAAA.json", &format!("{number:04}.json"))
}

#[test]
fn log_files_that_are_odd_stay_odd() {
    let (good, other) = (plain(1, "CreateUser"), plain(2, "GetUser"));
    let mut two_members = log_file(std::slice::from_ref(&good));
    two_members.extend(gzip(""));
    let mut truncated = log_file(&[good.clone(), other.clone()]);
    truncated.truncate(60);
    let texts: [Vec<u8>; 9] = [
        log_file(&[good.clone(), other.clone()]),
        log_file(&[]),
        two_members,
        truncated,
        gzip(&format!(r#"{{"Records":[{good},7]}}"#)),
        format!(r#"{{"Records":[{good}]}}"#).into_bytes(),
        log_file(&[other.replace("2026-03-02T10:00:00Z", "some day"), good.clone()]),
        gzip(&format!("{good}\n{other}\n")),
        log_file(&[good.replace("AwsApiCall", "AwsAggregatedEvent")]),
    ];
    let objects: Vec<_> = (0..).zip(texts).map(|(number, bytes)| (named(number), bytes)).collect();
    let folder = tempfile::tempdir().unwrap();
    let converted = convert(&objects, folder.path());
    assert_eq!((converted.added, converted.verbatim, converted.records), (9, 6, 4));
    assert_alike(&objects, folder.path());
}

#[test]
fn what_comes_later_is_added_in_its_place_and_nothing_twice() {
    let objects: Vec<_> = (0..6)
        .map(|number| (named(number), log_file(&[plain(number, "CreateUser"), plain(9, "GetUser")])))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let some: Vec<_> = objects.iter().step_by(2).cloned().collect();
    assert_eq!(convert(&some, folder.path()).added, 3);
    assert_alike(&some, folder.path());
    let second = convert(&objects, folder.path());
    assert_eq!((second.added, second.present), (3, 3));
    assert_eq!(convert(&objects, folder.path()).added, 0);
    assert_alike(&objects, folder.path());
    let stray =
        folder.path().join("account=111122223333/region=us-east-1/day=2026-03-02/part-000003-0000.parquet");
    std::fs::write(&stray, "of a process that was killed").unwrap();
    convert(&objects, folder.path());
    assert!(!stray.exists());
}

#[test]
fn many_records_of_many_names_are_found_in_their_row_groups() {
    let objects: Vec<_> = (0..4)
        .map(|number| {
            let names = ["ConsoleLogin", "CreateUser", "GetUser", "ListUsers", "ListRoles", "AssumeRole"];
            let records: Vec<_> =
                (0..1_500).map(|at| plain(number * 10_000 + at, names[at as usize % 6])).collect();
            (named(number), log_file(&records))
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(convert(&objects, folder.path()).records, 6_000);
    assert_same_answers(&OF_KINDS, &objects, folder.path());
}

#[test]
fn a_part_that_is_damaged_is_a_fault_of_its_log_files() {
    let objects =
        vec![(named(0), log_file(&[plain(1, "CreateUser")])), (named(1), log_file(&[plain(2, "GetUser")]))];
    let folder = tempfile::tempdir().unwrap();
    convert(&objects, folder.path());
    let part =
        folder.path().join("account=111122223333/region=us-east-1/day=2026-03-02/part-000001-0000.parquet");
    std::fs::write(&part, "PAR1 no more").unwrap();
    let query = [Query::from_pattern_text("q", PATTERNS[7], "test").unwrap()];
    let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
    let (hits, coverage) = replay(Box::new(lake), &query, &scopes()[0]);
    assert!(hits.is_empty());
    assert!(!coverage.is_complete);
    assert!(coverage.faults[0].reason.contains("its records are damaged"), "{:?}", coverage.faults);
}
