//! The engine as a library: order, duplicates, faults, scope and limits, over archives in memory.

use backtrail::hit::{Hit, Span};
use backtrail::query::Query;
use backtrail::replay::{
    self, Coverage, DEFAULT_MAX_OBJECT_SIZE, Keep, Matcher, Options, Silent, Stopped, Watch,
};
use backtrail::source::{self, Memory, Scope, Sink, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

type Object = (String, Vec<u8>);

fn key(hour: u32) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T{hour:02}00Z_AAAAAAAAAAAAAAAA.json.gz"
    )
}

fn record(id: u32, name: &str, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","eventID":"{id}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn log_file(records: &[String]) -> Vec<u8> {
    gzip(&format!(r#"{{"Records":[{}]}}"#, records.join(",")))
}

pub fn options() -> Options {
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    Options {
        scope: Scope {
            since: None,
            until: None,
            accounts: [].into(),
            regions: [].into(),
            late_slack_days: 1,
            first_day: None,
            read_before: None,
            now,
        },
        threads: 2,
        max_object_size: DEFAULT_MAX_OBJECT_SIZE,
        is_deduplicating: true,
        limit: None,
        is_pairing: false,
    }
}

fn query(id: &str, pattern: &str) -> Query {
    Query::from_pattern_text(id, pattern, "test").unwrap()
}

pub fn every_record() -> Vec<Query> {
    vec![query("every", r#"{"detail":{"eventID":[{"exists":true}]}}"#)]
}

/// Replays and returns `query event-id` of each hit, in order.
fn replay(objects: Vec<Object>, queries: &[Query], options: &Options) -> (Vec<String>, Coverage) {
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", objects))];
    replay_sources(&sources, queries, options).unwrap()
}

/// Replays one query of which something else than the record is kept.
fn replay_keeping(objects: Vec<Object>, query: &Query, keep: Keep) -> (Vec<String>, Coverage) {
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", objects))];
    let matcher = Matcher::keeping(std::slice::from_ref(query), &[keep]);
    replay_matching(&sources, &matcher, &options()).unwrap()
}

pub fn replay_sources(
    sources: &[Box<dyn Source>],
    queries: &[Query],
    options: &Options,
) -> Result<(Vec<String>, Coverage), replay::Error> {
    replay_matching(sources, &Matcher::new(queries), options)
}

fn replay_matching(
    sources: &[Box<dyn Source>],
    matcher: &Matcher<'_>,
    options: &Options,
) -> Result<(Vec<String>, Coverage), replay::Error> {
    let interrupt = AtomicBool::new(false);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let mut hits = Vec::new();
    let mut take = |hit: &Hit<'_>| {
        hits.push(format!("{} {}", hit.query.id, hit.facts.event_id.as_deref().unwrap_or("-")));
        ControlFlow::Continue(())
    };
    let coverage = replay::run(sources, matcher, options, watch, &mut take)?;
    Ok((hits, coverage))
}

/// A call of a user or of root, which two of the queries below are about.
fn call(id: u32, name: &str, identity: &str) -> String {
    let members = format!(
        r#""eventVersion":"1.08","userIdentity":{{"type":"{identity}"}},"requestParameters":{{"userName":"u{id}"}},"#
    );
    record(id, name, "2026-03-02T10:00:00Z").replacen(r#""eventVersion":"1.08","#, &members, 1)
}

#[test]
fn what_the_records_before_were_like_changes_nothing() {
    let queries = [
        query(
            "named",
            r#"{"detail":{"eventName":["PutUserPolicy"],"requestParameters":{"userName":[{"prefix":"u"}]}}}"#,
        ),
        query("root", r#"{"detail":{"userIdentity":{"type":["Root"]},"errorCode":[{"exists":false}]}}"#),
    ];
    // How many in ten are worth a closer look.
    let share = |number: u32, worthy: u32| -> Object {
        let one = |place: u32| match place % 10 < worthy {
            true => call(1_000 * number + place, "PutUserPolicy", ["Root", "IAMUser"][place as usize % 2]),
            false => call(1_000 * number + place, "ListUsers", "IAMUser"),
        };
        (key(number), log_file(&(0..100).map(one).collect::<Vec<_>>()))
    };
    let objects: Vec<Object> =
        (0..).zip([10, 0, 10, 10, 1, 1, 5, 0, 0, 3]).map(|(number, worthy)| share(number, worthy)).collect();
    let options = Options { threads: 1, ..options() };
    let (together, _) = replay(objects.clone(), &queries, &options);
    let alone = objects.into_iter().flat_map(|object| replay(vec![object], &queries, &options).0);
    assert_eq!(together, alone.collect::<Vec<_>>());
    assert_eq!(together.len(), 400 + 220);
}

/// An archive that feeds what it holds and then fails, or fails its check.
struct Failing {
    holds: Memory,
    fails_check: bool,
}

impl Source for Failing {
    fn check(&self, _scope: &Scope, _sink: &dyn Sink) -> Result<(), source::Error> {
        if self.fails_check { Err(failure()) } else { Ok(()) }
    }

    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), source::Error> {
        self.holds.feed(scope, sink)?;
        Err(failure())
    }

    fn name(&self) -> &str {
        "failing"
    }
}

fn failure() -> source::Error {
    source::Error::Open { archive: "failing".to_owned(), source: std::io::Error::other("cut off") }
}

fn memory(objects: Vec<Object>) -> Box<dyn Source> {
    Box::new(Memory::new("memory", objects))
}

fn failing(objects: Vec<Object>, fails_check: bool) -> Box<dyn Source> {
    Box::new(Failing { holds: Memory::new("failing", objects), fails_check })
}

const T: &str = "2026-03-02T10:00:00Z";

#[test]
fn hits_come_in_the_order_of_keys_and_records_and_queries() {
    let objects = vec![
        (key(2), log_file(&[record(3, "CreateUser", T)])),
        (key(1), log_file(&[record(1, "CreateUser", T), record(2, "DeleteUser", T)])),
    ];
    let create = query("a", r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}"#);
    let any = query("b", r#"{"detail-type":["AWS API Call via CloudTrail"]}"#);
    let (hits, coverage) = replay(objects, &[create, any], &options());
    assert_eq!(hits, ["a 1", "b 1", "b 2", "a 3", "b 3"]);
    assert!(coverage.is_complete);
    assert_eq!((coverage.records.read, coverage.records.matched, coverage.hits), (3, 3, 5));
    assert_eq!(coverage.hits_by_query["a"], 2);
    assert_eq!(coverage.extent(), (1, 1, 1));
}

#[test]
fn a_query_by_event_name_asks_for_other_members_too() {
    let objects = vec![(key(1), log_file(&[record(1, "CreateUser", T), record(2, "DeleteUser", T)]))];
    for pattern in [
        r#"{"detail":{"eventName":["CreateUser"],"eventSource":["iam.amazonaws.com"]}}"#,
        r#"{"detail":{"eventName":["CreateUser"],"eventID":[{"exists":true}]}}"#,
        r#"{"detail":{"eventName":["CreateUser"],"errorCode":[{"exists":false}]}}"#,
    ] {
        let (hits, _) = replay(objects.clone(), &[query("a", pattern)], &options());
        assert_eq!(hits, ["a 1"], "{pattern}");
    }
}

#[test]
fn a_space_in_front_of_a_value_changes_nothing() {
    let spaced = record(1, "CreateUser", T).replace(r#""eventSource":"#, r#""eventSource": "#);
    assert!(spaced.contains(r#": "iam"#));
    let named = query("a", r#"{"source":["aws.iam"]}"#);
    let (hits, coverage) = replay(vec![(key(1), log_file(&[spaced]))], &[named], &options());
    assert_eq!((hits, coverage.is_complete), (vec!["a 1".to_owned()], true));
}

#[test]
fn a_match_that_is_no_sound_json_is_a_fault_where_it_is_shown_and_counts_where_it_is_counted() {
    let broken = record(1, "CreateUser", T).replacen('{', r#"{"note":tru,"#, 1);
    let log_file = log_file(&[broken, record(2, "CreateUser", T)]);
    let named = query("a", r#"{"detail":{"eventName":["CreateUser"]}}"#);
    let replay_as = |keep| replay_keeping(vec![(key(1), log_file.clone())], &named, keep);
    let (shown, coverage) = replay_as(Keep::Record);
    assert_eq!((shown.len(), coverage.hits, coverage.records.rejected), (1, 1, 1));
    assert!(coverage.faults[0].is_partly_read && !coverage.is_complete);
    for keep in [Keep::Groups(Vec::new()), Keep::Facts] {
        let (counted, coverage) = replay_as(keep);
        assert_eq!((counted.len(), coverage.hits, coverage.records.rejected), (2, 2, 0));
        assert!(coverage.is_complete);
    }
}

#[test]
fn a_count_names_a_record_that_is_no_sound_json_where_a_query_looks() {
    let broken = record(1, "CreateUser", T).replacen('{', r#"{"readOnly":tru,"#, 1);
    let log_file = log_file(&[broken, record(2, "CreateUser", T).replacen('{', r#"{"readOnly":false,"#, 1)]);
    let writes = query("a", r#"{"detail":{"readOnly":[false]}}"#);
    let (hits, coverage) = replay_keeping(vec![(key(1), log_file)], &writes, Keep::Groups(Vec::new()));
    assert_eq!((hits.len(), coverage.records.rejected, coverage.is_complete), (1, 1, false));
}

#[test]
fn hits_that_are_counted_together_come_as_one_for_all_log_files() {
    let times = ["2026-03-01T10:00:00Z", "2026-03-01T12:00:00Z", "2026-03-01T11:00:00Z"];
    let files = (0..).zip(times).map(|(number, time)| {
        let records = [record(number * 2, "CreateUser", time), record(number * 2 + 1, "DeleteUser", time)];
        (key(number + 1), log_file(&records))
    });
    let files: Vec<_> = files.collect();
    let all = query("all", r#"{"detail":{"eventName":[{"exists":true}]}}"#);
    for (by, expected) in [
        (Vec::new(), vec!["[] 6 10..12"]),
        (
            vec!["eventName".to_owned()],
            vec!["[Some(\"CreateUser\")] 3 10..12", "[Some(\"DeleteUser\")] 3 10..12"],
        ),
    ] {
        let queries = [all.clone()];
        let matcher = Matcher::keeping(&queries, &[Keep::Counts(vec![by])]);
        let interrupt = AtomicBool::new(false);
        let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
        let source: Box<dyn Source> = Box::new(Memory::new("memory", files.clone()));
        let (mut spans, mut handed_out) = (BTreeMap::new(), 0);
        let one_thread = Options { threads: 1, ..options() };
        let coverage = replay::run(&[source], &matcher, &one_thread, watch, &mut |hit| {
            handed_out += 1;
            let values: Vec<_> = hit.groups[0].values().collect();
            spans.entry(format!("{values:?}")).or_insert_with(Span::default).add(&hit.span);
            ControlFlow::Continue(())
        });
        let coverage = coverage.unwrap();
        assert_eq!((coverage.hits, coverage.records.matched, coverage.hits_by_query["all"]), (6, 6, 6));
        assert!(handed_out < 6, "{handed_out} hits");
        let hour = |time: Option<Timestamp>| time.unwrap().strftime("%H").to_string();
        let spans = spans.iter().map(|(values, span)| {
            format!("{values} {} {}..{}", span.records, hour(span.first()), hour(span.last()))
        });
        assert_eq!(spans.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn records_that_name_no_account_are_of_that_of_their_log_file_however_alike_they_are() {
    let nameless = |id: u32| {
        format!(
            r#"{{"userIdentity":{{"type":"AWSService"}},"eventTime":"{T}","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","eventID":"{id}","eventType":"AwsApiCall","recipientAccountId":null,"eventCategory":"Management"}}"#
        )
    };
    let own = key(1);
    let others = own.replace("111122223333", "000011112222");
    let files =
        vec![(others, log_file(&[nameless(1), nameless(2)])), (own, log_file(&[nameless(3), nameless(4)]))];
    let own = query(
        "own",
        r#"{"account":["111122223333"],"detail":{"eventName":["CreateUser"],"eventCategory":["Management"]}}"#,
    );
    let by_account = vec!["account".to_owned()];
    for keep in [Keep::Groups(vec![by_account.clone()]), Keep::Counts(vec![by_account])] {
        let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", files.clone()))];
        let matcher = Matcher::keeping(std::slice::from_ref(&own), &[keep]);
        let one_thread = Options { threads: 1, ..options() };
        let (_, coverage) = replay_matching(&sources, &matcher, &one_thread).unwrap();
        assert_eq!(coverage.hits, 2);
    }
}

#[test]
fn a_truncated_log_file_is_counted_and_the_rest_is_replayed() {
    let good = log_file(&[record(1, "CreateUser", T)]);
    let cut = good[..good.len() - 12].to_vec();
    let (hits, coverage) = replay(vec![(key(1), cut), (key(2), good)], &every_record(), &options());
    assert_eq!(hits, ["every 1"]);
    assert!(!coverage.is_complete);
    assert_eq!((coverage.log_files.listed, coverage.log_files.read, coverage.log_files.failed), (2, 1, 1));
    assert_eq!(coverage.faults[0].key, key(1));
    assert!(!coverage.faults[0].is_partly_read);
}

#[test]
fn an_event_that_was_recorded_twice_is_one_hit_and_one_duplicate() {
    let twice = || log_file(&[record(1, "CreateUser", T)]);
    let objects = || vec![(key(1), twice()), (key(2), twice())];
    let (hits, coverage) = replay(objects(), &every_record(), &options());
    assert_eq!((hits.len(), coverage.records.duplicates), (1, 1));
    let all = Options { is_deduplicating: false, ..options() };
    let (hits, coverage) = replay(objects(), &every_record(), &all);
    assert_eq!((hits.len(), coverage.records.duplicates), (2, 0));
}

#[test]
fn the_time_range_selects_on_event_time_and_names_records_without_one() {
    let records = [
        record(1, "A", "2026-03-02T09:59:59Z"),
        record(2, "A", "2026-03-02T10:00:00Z"),
        record(3, "A", "2026-03-02T11:00:00Z"),
        record(4, "A", "some day"),
    ];
    let mut options = options();
    options.scope.since = Some("2026-03-02T10:00:00Z".parse().unwrap());
    options.scope.until = Some("2026-03-02T11:00:00Z".parse().unwrap());
    let (hits, coverage) = replay(vec![(key(1), log_file(&records))], &every_record(), &options);
    assert_eq!(hits, ["every 2"]);
    assert_eq!((coverage.records.read, coverage.records.in_scope, coverage.records.undated), (4, 1, 1));
    assert!(!coverage.is_complete, "a record that cannot be placed may be missing from the answer");
}

#[test]
fn a_region_takes_the_records_that_name_it_and_those_of_its_folder_that_name_none() {
    let elsewhere = record(2, "A", T).replace("us-east-1", "eu-west-1");
    let records = [record(1, "A", T), elsewhere, record(3, "A", T).replace("us-east-1", "global")];
    let mut options = options();
    options.scope.regions = ["us-east-1".to_owned()].into();
    let (hits, coverage) = replay(vec![(key(1), log_file(&records))], &every_record(), &options);
    assert_eq!(hits, ["every 1", "every 3"]);
    assert_eq!((coverage.records.read, coverage.records.in_scope), (3, 2));
}

#[test]
fn events_in_the_very_last_folders_are_a_reason_to_look_further() {
    let mut options = options();
    options.scope.until = Some("2026-03-01T12:00:00Z".parse().unwrap());
    let late = log_file(&[record(1, "A", "2026-03-01T11:59:00Z")]);
    let (hits, coverage) = replay(vec![(key(1), late.clone())], &every_record(), &options);
    assert_eq!(hits, ["every 1"], "the folder of the next day is read");
    assert!(coverage.notes[0].remark.contains("--late-slack"), "{:?}", coverage.notes);
    assert!(coverage.is_complete);
    options.scope.late_slack_days = 2;
    let (_, coverage) = replay(vec![(key(1), late)], &every_record(), &options);
    assert_eq!(coverage.notes, []);
}

#[test]
fn the_limit_stops_in_the_order_of_the_archive() {
    let objects: Vec<Object> = (0..24).map(|hour| (key(hour), log_file(&[record(hour, "A", T)]))).collect();
    let limited = Options { limit: Some(5), ..options() };
    let (hits, coverage) = replay(objects, &every_record(), &limited);
    assert_eq!(hits, ["every 0", "every 1", "every 2", "every 3", "every 4"]);
    assert_eq!(coverage.stopped, Some(Stopped::Limit));
    assert_eq!(coverage.log_files.read, 5);
}

#[test]
fn an_interrupted_run_says_so_and_is_not_complete() {
    let sources: Vec<Box<dyn Source>> =
        vec![Box::new(Memory::new("memory", [(key(1), log_file(&[record(1, "A", T)]))]))];
    let queries = every_record();
    let matcher = Matcher::new(&queries);
    let interrupt = AtomicBool::new(true);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let coverage =
        replay::run(&sources, &matcher, &options(), watch, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(coverage.stopped, Some(Stopped::Interrupted));
    assert!(!coverage.is_complete);
}

#[test]
fn what_no_bus_carries_is_read_but_never_matches() {
    let aggregated =
        r#"{"eventType":"AwsAggregatedEvent","eventCategory":"Aggregated","eventID":"1"}"#.to_owned();
    let (hits, coverage) = replay(vec![(key(1), log_file(&[aggregated]))], &every_record(), &options());
    assert!(hits.is_empty());
    assert_eq!(coverage.records.never_delivered, 1);
}

#[test]
fn an_event_is_not_wrapped_twice() {
    let event = format!(
        r#"{{"id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"1","time":"{T}","region":"us-east-1","detail":{}}}"#,
        record(7, "CreateUser", T)
    );
    let pattern = query("q", r#"{"source":["aws.iam"],"id":["x"],"detail":{"eventName":["CreateUser"]}}"#);
    let (hits, _) = replay(vec![("events/one".to_owned(), event.into_bytes())], &[pattern], &options());
    assert_eq!(hits, ["q 7"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Large files are shared out among threads; whatever their sizes and number, the outcome is the same.
    #[test]
    fn the_number_of_threads_changes_nothing(sizes in prop::collection::vec(0_u32..6000, 1..6), threads in 1_usize..9) {
        let mut next = 0;
        let mut file = |size: u32| {
            let records: Vec<String> = (0..size).map(|_| { next += 1; record(next % 5000, "A", T) }).collect();
            log_file(&records)
        };
        let objects: Vec<Object> = sizes.iter().zip(0..).map(|(size, hour)| (key(hour), file(*size))).collect();
        let one = Options { threads: 1, ..options() };
        let many = Options { threads, ..options() };
        let wanted = replay(objects.clone(), &every_record(), &one);
        prop_assert_eq!(replay(objects, &every_record(), &many), wanted);
    }
}

fn one(hour: u32) -> Vec<Object> {
    vec![(key(hour), log_file(&[record(hour, "CreateUser", T)]))]
}

#[test]
fn an_archive_that_fails_is_a_fault_and_the_others_are_replayed() {
    let sources = [memory(one(1)), failing(vec![], false), failing(one(2), false), memory(one(3))];
    let (hits, coverage) = replay_sources(&sources, &every_record(), &options()).unwrap();
    assert_eq!(hits, ["every 1", "every 2", "every 3"]);
    let faults: Vec<_> =
        coverage.faults.iter().map(|fault| (fault.key.as_str(), fault.is_partly_read)).collect();
    assert_eq!(faults, [("failing", false), ("failing", true)]);
    assert_eq!(coverage.faults[0].reason, "cannot open `failing`: cut off");
    assert_eq!((coverage.is_complete, coverage.log_files.listings_failed), (false, 2));
}

#[test]
fn an_archive_that_fails_halfway_keeps_what_was_read_of_it() {
    let (hits, coverage) = replay_sources(&[failing(one(1), false)], &every_record(), &options()).unwrap();
    assert_eq!((hits.len(), coverage.faults.len(), coverage.is_complete), (1, 1, false));
}

#[test]
fn archives_that_all_fail_are_an_error() {
    let sources = [failing(vec![], false), failing(vec![], false)];
    assert!(replay_sources(&sources, &every_record(), &options()).is_err());
}

#[test]
fn an_archive_that_cannot_be_reached_is_an_error_before_another_is_read() {
    let mut hits = 0;
    let sources = [memory(one(1)), failing(one(2), true)];
    let (queries, interrupt) = (every_record(), AtomicBool::new(false));
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let mut take = |_: &Hit<'_>| {
        hits += 1;
        ControlFlow::Continue(())
    };
    let ran = replay::run(&sources, &Matcher::new(&queries), &options(), watch, &mut take);
    assert!(ran.is_err() && hits == 0);
}
