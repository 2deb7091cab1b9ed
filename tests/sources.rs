//! The suite that every source passes: the same items, in the same order, with the same keys and bytes.

use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, Listing, SECRET_KEY, Server};
use backtrail::source::{
    self, Credentials, Error, Item, LogKey, Memory, Options, ReadFault, S3Options, Scope, Sink, Skip, Source,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

const CAP: u64 = 1 << 20;

/// What a source fed, in its order.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    File(String, Vec<u8>),
    Skipped(String, Skip),
    Fault(String, ReadFault),
}

#[derive(Default)]
struct Collect {
    seen: Vec<Seen>,
    announced: u64,
    most: Option<usize>,
    is_unwatched: bool,
}

impl Sink for Collect {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        let text = |key: LogKey| key.as_str().to_owned();
        self.seen.push(match item {
            Item::LogFile(file) => {
                let key = file.key.clone();
                let mut bytes = Vec::new();
                match file.read(CAP, &mut bytes) {
                    Ok(()) => Seen::File(text(key), bytes),
                    Err(fault) => Seen::Fault(text(key), fault),
                }
            }
            Item::Skipped { key, reason } => Seen::Skipped(text(key), reason),
            Item::Fault { key, fault } => Seen::Fault(text(key), fault),
        });
        if Some(self.seen.len()) == self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_watched(&self) -> bool {
        !self.is_unwatched
    }

    fn announce(&mut self, objects: u64, _bytes: u64) {
        if self.is_unwatched {
            let files = self.seen.iter().filter(|seen| matches!(seen, Seen::File(..))).count();
            assert_eq!(self.announced as usize, files, "announced ahead");
        }
        self.announced += objects;
    }
}

fn feed(source: &dyn Source, scope: &Scope) -> Vec<Seen> {
    let mut collect = Collect::default();
    source.feed(scope, &mut collect).unwrap();
    let files = collect.seen.iter().filter(|seen| !matches!(seen, Seen::Skipped(..))).count();
    assert_eq!(collect.announced as usize, files, "{}", source.name());
    collect.seen
}

fn open(archive: &str, options: &Options) -> Box<dyn Source> {
    source::open(&[archive.to_owned()], options).unwrap().remove(0)
}

fn options(server: &Server) -> Options {
    let s3 = S3Options {
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(server.endpoint_url.clone()),
        credentials: Some(Credentials {
            access_key_id: ACCESS_KEY.to_owned(),
            secret_access_key: SECRET_KEY.to_owned(),
        }),
        ..S3Options::default()
    };
    Options { max_object_size: CAP, s3 }
}

fn bucket(server: &Server) -> Box<dyn Source> {
    open(&format!("s3://{BUCKET}"), &options(server))
}

fn fail(source: &dyn Source) -> Error {
    source.feed(&wide(), &mut Collect::default()).unwrap_err()
}

fn wide() -> Scope {
    Scope {
        since: None,
        until: None,
        accounts: BTreeSet::new(),
        regions: BTreeSet::new(),
        late_slack_days: 1,
        first_day: None,
        read_before: None,
        now: "2024-06-01T12:00:00Z".parse().unwrap(),
    }
}

fn january() -> Scope {
    let (since, until) = ("2024-01-05T00:00:00Z".parse().unwrap(), "2024-01-06T00:00:00Z".parse().unwrap());
    Scope { since: Some(since), until: Some(until), ..wide() }
}

/// A bucket with a bit of everything. Each object holds its own key.
fn trail() -> Vec<(String, Vec<u8>)> {
    let mut keys = vec![
        ".DS_Store".to_owned(),
        "export/task/stream/000000.gz".to_owned(),
        "export/aws-logs-write-test".to_owned(),
        "notes.txt".to_owned(),
        "stray.json".to_owned(),
        "AWSLogs/111122223333/ELBAccessLogTestFile".to_owned(),
        "AWSLogs/111122223333/Config/us-east-1/2024/1/5/ConfigHistory/x.json.gz".to_owned(),
        "AWSLogs/111122223333/Config/us-east-1/2024/1/6/ConfigHistory/x.json.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/01/05/d.json.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail-Aggregated/us-east-1/2024/01/05/a.json.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail-Lake/Query/2024/01/05/id/result_1.csv.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail-Lake/Query/2024/01/05/id/result_sign.json".to_owned(),
        "AWSLogs/111122223333/CloudTrail/us-east-1/2024/stray.json.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail/us-east-1/2024/1/5/unpadded.json.gz".to_owned(),
    ];
    let trees = [
        "AWSLogs/111122223333/CloudTrail",
        "AWSLogs/111122223333/CloudTrail-Insight",
        "AWSLogs/444455556666/CloudTrail",
        "AWSLogs/o-abcde12345/111122223333/CloudTrail",
        "o-abcde12345/AWSLogs/o-abcde12345/777788889999/CloudTrail",
        "team/audit/AWSLogs/111122223333/CloudTrail",
    ];
    for tree in trees {
        for region in ["eu-west-1", "us-east-1"] {
            for day in ["2023/12/31", "2024/01/04", "2024/01/05", "2024/01/06", "2024/01/07"] {
                for name in ["a.json", "a b+c%20(1).json.gz", "ä.json.gz"] {
                    keys.push(format!("{tree}/{region}/{day}/{name}"));
                }
            }
        }
    }
    keys.into_iter().map(|key| (key.clone(), key.into_bytes())).collect()
}

fn write(root: &Path, objects: &[(String, Vec<u8>)]) {
    for (key, bytes) in objects {
        let path = root.join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Feeds the same objects from memory, a folder and buckets with pages of several sizes, and compares.
fn every_source(scope: &Scope) -> Vec<Seen> {
    let objects = trail();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &objects);
    let server = Server::start(objects.clone());
    let seen = feed(&Memory::new("memory", objects), scope);
    let local = feed(&*open(folder.path().to_str().unwrap(), &Options::default()), scope);
    assert_same(&local, &seen, "a folder");
    for page_size in [1000, 3] {
        server.set_faults(Faults { page_size: Some(page_size), ..Faults::default() });
        assert_same(&feed(&*bucket(&server), scope), &seen, &format!("pages of {page_size}"));
    }
    seen
}

/// Compares what two sources fed, and names the first difference only.
#[track_caller]
fn assert_same(seen: &[Seen], expected: &[Seen], what: &str) {
    let difference = seen.iter().zip(expected).find(|(one, other)| one != other);
    assert_eq!(difference, None, "{what}");
    assert_eq!(seen.len(), expected.len(), "{what}");
}

fn key(seen: &Seen) -> &str {
    match seen {
        Seen::File(key, _) | Seen::Skipped(key, _) | Seen::Fault(key, _) => key,
    }
}

fn files(seen: &[Seen]) -> Vec<&str> {
    seen.iter().filter(|seen| matches!(seen, Seen::File(..))).map(key).collect()
}

#[test]
fn every_source_feeds_everything_in_the_byte_order_of_keys() {
    let seen = every_source(&wide());
    assert_eq!(seen.len(), trail().len());
    assert!(seen.is_sorted_by(|one, other| key(one) < key(other)));
    for seen in &seen {
        if let Seen::File(key, bytes) = seen {
            assert_eq!(key.as_bytes(), bytes);
        }
    }
    let skipped =
        |reason| seen.iter().filter(|seen| matches!(seen, Seen::Skipped(_, why) if *why == reason)).count();
    assert_eq!((skipped(Skip::Foreign), skipped(Skip::OtherName)), (4, 3));
    assert_eq!((skipped(Skip::Digest), skipped(Skip::Aggregated)), (1, 1));
}

#[test]
fn every_source_reads_the_days_that_a_time_needs_and_what_says_no_day() {
    let seen = every_source(&january());
    assert!(seen.is_sorted_by(|one, other| key(one) < key(other)));
    let files = files(&seen);
    assert_eq!(files.len(), 6 * 2 * 3 * 3 + 5);
    assert!(files.contains(&"AWSLogs/111122223333/CloudTrail/us-east-1/2024/stray.json.gz"));
    assert!(files.contains(&"AWSLogs/111122223333/CloudTrail/us-east-1/2024/1/5/unpadded.json.gz"));
    assert!(files.iter().all(|key| !key.contains("2023") && !key.contains("01/04")));
    assert!(seen.contains(&Seen::Skipped("AWSLogs/111122223333/Config/".into(), Skip::Foreign)));
    assert!(seen.contains(&Seen::Skipped("AWSLogs/111122223333/CloudTrail-Digest/".into(), Skip::Digest)));
}

#[test]
fn every_source_reads_the_accounts_and_regions_that_are_asked_for() {
    let accounts = ["111122223333".to_owned()].into();
    let seen = every_source(&Scope { accounts, regions: ["eu-west-1".to_owned()].into(), ..wide() });
    let files = files(&seen);
    let trails = files.iter().filter(|key| key.contains("/CloudTrail"));
    assert!(trails.clone().all(|key| key.contains("111122223333")));
    assert_eq!(trails.filter(|key| key.contains("eu-west-1")).count(), 4 * 5 * 3);
    assert!(files.contains(&"stray.json"));
    assert!(!files.iter().any(|key| key.contains("us-east-1/")));
}

#[test]
fn every_source_can_be_combined_with_every_narrowing() {
    let since = Some("2021-01-01T00:00:00Z".parse().unwrap());
    every_source(&Scope { since, ..wide() });
    every_source(&Scope { accounts: ["999999999999".to_owned()].into(), ..january() });
}

#[test]
fn a_folder_and_a_bucket_opened_anywhere_in_a_tree_give_the_same_keys() {
    let objects = trail();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &objects);
    let server = Server::start(objects);
    let places = [
        "AWSLogs",
        "AWSLogs/111122223333/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01",
        "AWSLogs/111122223333/CloudTrail-Digest",
        "AWSLogs/o-abcde12345",
        "team",
        "team/audit/AWSLogs",
        "export",
        "stray.json",
        "AWSLogs/111122223333/Config/us-east-1/2024/1/5/ConfigHistory/x.json.gz",
        "team/audit/AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/05/a b+c%20(1).json.gz",
    ];
    for place in places {
        for scope in [wide(), january()] {
            let local = open(folder.path().join(place).to_str().unwrap(), &Options::default());
            let remote = open(&format!("s3://{BUCKET}/{place}"), &options(&server));
            let seen = feed(&*local, &scope);
            assert_same(&feed(&*remote, &scope), &seen, place);
            assert!(!seen.is_empty(), "{place}");
            assert!(seen.iter().all(|seen| !key(seen).contains("AWSLogs/")
                || key(seen).starts_with("AWSLogs/")
                || place == "team"));
        }
    }
}

#[test]
fn a_prefix_is_a_folder_and_not_the_beginning_of_a_name() {
    let server = Server::start([("logs/a.json", "{}"), ("logs-old/a.json", "{}")]);
    let source = open(&format!("s3://{BUCKET}/logs"), &options(&server));
    assert_eq!(feed(&*source, &wide()), [Seen::File("a.json".into(), b"{}".to_vec())]);
}

#[test]
fn a_time_lists_each_folder_once_and_none_outside_it() {
    let server = Server::start(trail());
    feed(&*bucket(&server), &january());
    let listed = server.listed();
    let once: BTreeSet<_> = listed.iter().collect();
    assert_eq!(once.len(), listed.len());
    let month = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    let days = Listing {
        prefix: month.to_owned(),
        is_whole: true,
        start_after: Some(format!("{month}05")),
        token: None,
    };
    assert!(listed.contains(&days), "{listed:?}");
    for other in ["2023", "01/0", "Config", "Digest"] {
        assert!(listed.iter().all(|listing| !listing.prefix.contains(other)), "{other}");
    }
}

/// A trail of one account with so many log files a day in each region, for the three months around February.
fn quarter(regions: &[(&str, usize)]) -> Vec<(String, Vec<u8>)> {
    let mut keys = Vec::new();
    for (region, files) in regions {
        for (month, days) in [(1, 31), (2, 29), (3, 31)] {
            for day in 1..=days {
                let folder = format!("AWSLogs/111122223333/CloudTrail/{region}/2024/{month:02}/{day:02}");
                keys.extend((0..*files).map(|file| format!("{folder}/{file:05}.json.gz")));
            }
        }
    }
    keys.into_iter().map(|key| (key, b"{}".to_vec())).collect()
}

fn february() -> Scope {
    let (since, until) = ("2024-02-01T00:00:00Z".parse().unwrap(), "2024-03-01T00:00:00Z".parse().unwrap());
    Scope { since: Some(since), until: Some(until), late_slack_days: 0, ..wide() }
}

#[test]
fn the_days_of_a_quiet_region_are_one_listing() {
    let server = Server::start(quarter(&[("eu-west-1", 2), ("us-east-1", 30)]));
    assert_eq!(files(&feed(&*bucket(&server), &february())).len(), 30 * 32);
    // The way down to the regions takes 5, each region its years and months, its days one.
    assert_eq!(server.listed().iter().filter(|listing| listing.is_whole).count(), 2 * 2);
    assert_eq!(server.listed().len(), 4 + 2 * (2 + 2) + 4);
}

#[test]
fn a_busy_region_costs_hardly_more_requests_than_it_has_pages() {
    let server = Server::start(quarter(&[("us-east-1", 12)]));
    server.set_faults(Faults { page_size: Some(5), ..Faults::default() });
    assert_eq!(files(&feed(&*bucket(&server), &february())).len(), 30 * 12);
    let pages = server.listed().iter().filter(|listing| listing.is_whole).count();
    assert!((72..=95).contains(&pages), "{pages} pages");
}

#[test]
fn a_long_listing_is_split_and_gives_the_same() {
    let objects = quarter(&[("eu-west-1", 1), ("us-east-1", 10)]);
    let server = Server::start(objects.clone());
    let expected = feed(&Memory::new("memory", objects), &wide());
    for is_giving_passed_folders in [false, true] {
        server.set_faults(Faults { page_size: Some(5), is_giving_passed_folders, ..Faults::default() });
        assert_same(&feed(&*bucket(&server), &wide()), &expected, "split");
    }
    let listed = server.listed();
    let (whole, levels): (Vec<_>, Vec<_>) = listed.iter().partition(|listing| listing.is_whole);
    assert!(!levels.is_empty() && levels.len() < 80, "{} levels", levels.len());
    let pages = expected.len() / 5;
    assert!(whole.len() / 2 < pages + pages / 4, "{} pages of {pages}", whole.len() / 2);
}

#[test]
fn the_requests_of_a_listing_do_not_depend_on_time() {
    let server = Server::start(quarter(&[("eu-west-1", 1), ("us-east-1", 10)]));
    server.set_faults(Faults { page_size: Some(5), ..Faults::default() });
    let asked = |scope: &Scope| {
        let before = server.listed().len();
        feed(&*bucket(&server), scope);
        server.listed().len() - before
    };
    for scope in [wide(), february()] {
        assert_eq!(asked(&scope), asked(&scope));
    }
}

#[test]
fn folder_markers_in_a_bucket_are_passed_over() {
    let server = Server::start([
        ("AWSLogs/", ""),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/_folder_", ""),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/empty.json.gz", ""),
    ]);
    let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/";
    let expected = [
        Seen::Skipped("AWSLogs/".into(), Skip::FolderMarker),
        Seen::Skipped(format!("{folder}_folder_"), Skip::FolderMarker),
        Seen::File(format!("{folder}empty.json.gz"), Vec::new()),
    ];
    assert_eq!(feed(&*bucket(&server), &wide()), expected);
    assert_eq!(feed(&*bucket(&server), &january()), expected);
}

#[test]
fn a_sink_that_breaks_off_stops_every_source() {
    let objects = trail();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &objects);
    let server = Server::start(objects.clone());
    let local = open(folder.path().to_str().unwrap(), &Options::default());
    let sources = [Box::new(Memory::new("memory", objects)) as Box<dyn Source>, local, bucket(&server)];
    for source in sources {
        let mut collect = Collect { most: Some(3), ..Collect::default() };
        source.feed(&wide(), &mut collect).unwrap();
        assert_eq!(collect.seen.len(), 3, "{}", source.name());
    }
}

#[test]
fn a_folder_is_not_walked_ahead_when_nobody_watches() {
    let objects = trail();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &objects);
    let mut collect = Collect { is_unwatched: true, ..Collect::default() };
    let local = open(folder.path().to_str().unwrap(), &Options::default());
    local.feed(&wide(), &mut collect).unwrap();
    assert_eq!(collect.announced as usize, files(&collect.seen).len());
    assert_same(&collect.seen, &feed(&*local, &wide()), "watched");
}

#[test]
fn a_missing_path_cannot_be_opened() {
    let error = source::open(&["/no/such/archive".to_owned()], &Options::default()).err().unwrap();
    assert!(matches!(error, Error::Open { .. }));
    assert_eq!(error.to_string(), "cannot open `/no/such/archive`");
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_a_circle() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("day/a.json".into(), b"{}".to_vec()), ("elsewhere.json".into(), b"[]".to_vec())]);
    symlink(root, root.join("day/circle")).unwrap();
    symlink(root.join("elsewhere.json"), root.join("day/link.json")).unwrap();
    symlink(root.join("nowhere"), root.join("broken.json")).unwrap();
    symlink(root.join("day"), root.join("other")).unwrap();
    let seen = feed_without_count(&*open(root.to_str().unwrap(), &Options::default()));
    let keys: Vec<_> = seen.iter().map(key).collect();
    let expected =
        ["broken.json", "day/a.json", "day/link.json", "elsewhere.json", "other/a.json", "other/link.json"];
    assert_eq!(keys, expected);
    assert!(matches!(&seen[0], Seen::Fault(_, ReadFault::Unreadable { .. })));
}

fn feed_without_count(source: &dyn Source) -> Vec<Seen> {
    let mut collect = Collect::default();
    source.feed(&wide(), &mut collect).unwrap();
    collect.seen
}

#[test]
fn refused_and_broken_transfers_are_repeated_until_they_succeed() {
    let objects = trail();
    let server = Server::start(objects.clone());
    let short = objects.iter().step_by(5).map(|(key, _)| (key.clone(), 2)).collect();
    server.set_faults(Faults { slow_down_every: Some(4), short, ..Faults::default() });
    let expected = feed(&Memory::new("memory", objects), &wide());
    assert_same(&feed(&*bucket(&server), &wide()), &expected, "after repeating");
}

#[test]
fn what_cannot_be_had_is_a_fault_of_its_object_and_the_rest_is_fed() {
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (format!("{name}.json"), b"{}".to_vec()));
    let server = Server::start(names);
    let denied = [
        ("b.json".to_owned(), "not authorized to perform: kms:Decrypt".to_owned()),
        ("c.json".to_owned(), "Access Denied".to_owned()),
    ];
    server.set_faults(Faults {
        gone: ["a.json".to_owned()].into(),
        denied: denied.into(),
        short: [("d.json".to_owned(), 99)].into(),
        classes: [("e.json".to_owned(), "DEEP_ARCHIVE".to_owned())].into(),
        frozen: ["f.json".to_owned()].into(),
        ..Faults::default()
    });
    let seen = feed(&*bucket(&server), &wide());
    let said = |index: usize| match &seen[index] {
        Seen::Fault(_, fault) => fault.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(said(0), "no longer exists");
    assert_eq!(
        said(1),
        "access denied: needs `kms:Decrypt` (AccessDenied: not authorized to perform: kms:Decrypt)"
    );
    assert_eq!(said(2), "access denied: needs `s3:GetObject` (AccessDenied: Access Denied)");
    assert!(said(3).starts_with("transfer failed: "), "{}", said(3));
    assert_eq!(said(4), "is archived in storage class DEEP_ARCHIVE and needs a restore");
    assert!(said(5).starts_with("is archived"));
    assert_eq!(seen[6], Seen::File("g.json".into(), b"{}".to_vec()));
}

#[test]
fn an_object_beyond_the_cap_is_a_fault_without_a_request() {
    let server = Server::start([("a.json", vec![b' '; CAP as usize + 1])]);
    let seen = feed(&*bucket(&server), &wide());
    assert_eq!(seen, [Seen::Fault("a.json".into(), ReadFault::TooLarge { cap: CAP })]);
    assert_eq!(server.requests().get.load(Ordering::SeqCst), 0);
}

#[test]
fn a_folder_that_may_not_be_listed_is_a_fault_and_the_others_are_fed() {
    let server = Server::start(trail());
    let denied = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    server.set_faults(Faults { denied_prefixes: [denied.to_owned()].into(), ..Faults::default() });
    let mut collect = Collect::default();
    bucket(&server).feed(&january(), &mut collect).unwrap();
    let faults: Vec<_> = collect.seen.iter().filter(|seen| matches!(seen, Seen::Fault(..))).collect();
    assert_eq!(faults.iter().map(|seen| key(seen)).collect::<Vec<_>>(), [denied]);
    assert_eq!(files(&collect.seen).len(), 6 * 2 * 3 * 3 + 5 - 9);
}

#[test]
fn days_that_may_be_listed_one_by_one_only_are() {
    let server = Server::start(trail());
    let month = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/";
    let day = format!("{month}05/");
    server.set_faults(Faults {
        shallow_prefixes: [month.to_owned()].into(),
        denied_prefixes: [day.clone()].into(),
        ..Faults::default()
    });
    let mut collect = Collect::default();
    bucket(&server).feed(&january(), &mut collect).unwrap();
    let faults: Vec<_> = collect.seen.iter().filter(|seen| matches!(seen, Seen::Fault(..))).collect();
    assert_eq!(faults.iter().map(|seen| key(seen)).collect::<Vec<_>>(), [&day]);
    assert_eq!(files(&collect.seen).len(), 6 * 2 * 3 * 3 + 5 - 3);
}

#[test]
fn a_bucket_that_may_not_be_listed_is_an_error() {
    let server = Server::start(trail());
    server.set_faults(Faults { denied_prefixes: [String::new()].into(), ..Faults::default() });
    assert!(matches!(fail(&*bucket(&server)), Error::Denied { .. }));
}

#[test]
fn a_check_says_what_feeding_would_say_and_nothing_is_asked_for_twice() {
    let server = Server::start(trail());
    let (bucket, scope) = (bucket(&server), january());
    let seen = feed(&*bucket, &scope);
    let listed = server.listed();
    bucket.check(&scope, &Collect::default()).unwrap();
    assert_same(&feed(&*bucket, &scope), &seen, "after a check");
    assert_eq!(server.listed().len(), 2 * listed.len());
    server.set_faults(Faults { denied_prefixes: [String::new()].into(), ..Faults::default() });
    let error = bucket.check(&scope, &Collect::default()).unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
}

#[test]
fn a_folder_that_is_gone_is_told_by_a_check() {
    let folder = tempfile::tempdir().unwrap();
    let local = open(folder.path().to_str().unwrap(), &Options::default());
    local.check(&wide(), &Collect::default()).unwrap();
    drop(folder);
    assert!(matches!(local.check(&wide(), &Collect::default()), Err(Error::Open { .. })));
}

#[test]
fn a_missing_bucket_is_an_error() {
    let server = Server::start(trail());
    let error = fail(&*open("s3://another-bucket/AWSLogs", &options(&server)));
    assert_eq!(error.to_string(), "there is no bucket `another-bucket`");
}

#[test]
fn refused_credentials_are_an_error_that_says_what_to_do() {
    let server = Server::start(trail());
    let mut wrong = options(&server);
    wrong.s3.credentials.as_mut().unwrap().secret_access_key = "wrong".to_owned();
    let error = fail(&*open(&format!("s3://{BUCKET}"), &wrong));
    let said = format!(
        "the AWS credentials for `s3://{BUCKET}` are refused: the secret key does not fit the access key"
    );
    assert_eq!(error.to_string(), said);
    server.set_faults(Faults { refusal: Some(("ExpiredToken".to_owned(), 400)), ..Faults::default() });
    assert!(fail(&*bucket(&server)).to_string().ends_with("they have expired, sign in again"));
}

#[test]
fn unsigned_requests_to_a_private_bucket_are_denied() {
    let server = Server::start(trail());
    let mut unsigned = options(&server);
    (unsigned.s3.credentials, unsigned.s3.no_sign_request) = (None, true);
    assert!(matches!(fail(&*open(&format!("s3://{BUCKET}"), &unsigned)), Error::Denied { .. }));
}

#[test]
fn a_bucket_in_another_region_is_found_there() {
    let server = Server::start(trail());
    server.set_faults(Faults { region: Some("eu-north-1".to_owned()), ..Faults::default() });
    assert_eq!(feed(&*bucket(&server), &wide()).len(), trail().len());
    let single = open(&format!("s3://{BUCKET}/stray.json"), &options(&server));
    assert_eq!(files(&feed(&*single, &wide())), ["stray.json"]);
}

#[test]
fn an_endpoint_that_does_not_answer_is_an_error() {
    let server = Server::start(trail());
    let mut dead = options(&server);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    dead.s3.endpoint_url = Some(format!("http://127.0.0.1:{port}"));
    assert!(matches!(fail(&*open(&format!("s3://{BUCKET}"), &dead)), Error::Unreachable { .. }));
}

#[test]
fn objects_are_read_side_by_side_within_the_limits() {
    let objects: Vec<_> = (0..40).map(|index| (format!("{index:02}.json"), vec![b' '; 100])).collect();
    let server = Server::start(objects.clone());
    server.set_faults(Faults { delay: Some(Duration::from_millis(20)), ..Faults::default() });
    let mut few = options(&server);
    few.s3.bytes_in_flight = 350;
    let source = open(&format!("s3://{BUCKET}"), &few);
    assert_eq!(files(&feed(&*source, &wide())).len(), 40);
    assert_eq!(server.requests().most_gets.load(Ordering::SeqCst), 3);
    few.s3.bytes_in_flight = 50;
    let source = open(&format!("s3://{BUCKET}"), &few);
    assert_eq!(files(&feed(&*source, &wide())).len(), 40);
}
