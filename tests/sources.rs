//! The suite that every source passes: the same items, in the same order, with the same keys and bytes.

use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, SECRET_KEY, Server};
use backtrail::source::{
    self, Credentials, Error, Item, LogKey, Memory, Options, ReadFault, S3Options, Scope, Sink, Skip, Source,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

pub const CAP: u64 = 1 << 20;

/// What a source fed, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    File(String, Vec<u8>),
    Skipped(String, Skip),
    Fault(String, ReadFault),
}

#[derive(Default)]
pub struct Collect {
    pub seen: Vec<Seen>,
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
                    Ok(_) => Seen::File(text(key), bytes),
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

pub fn feed(source: &dyn Source, scope: &Scope) -> Vec<Seen> {
    let mut collect = Collect::default();
    source.feed(scope, &mut collect).unwrap();
    let files = collect.seen.iter().filter(|seen| !matches!(seen, Seen::Skipped(..))).count();
    assert_eq!(collect.announced as usize, files, "{}", source.name());
    collect.seen
}

pub fn open(archive: &str, options: &Options) -> Box<dyn Source> {
    source::open(&[archive.to_owned()], options).unwrap().remove(0)
}

pub fn options(server: &Server) -> Options {
    let s3 = S3Options {
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(server.endpoint_url.clone()),
        credentials: Some(Credentials {
            access_key_id: ACCESS_KEY.to_owned(),
            secret_access_key: SECRET_KEY.to_owned(),
        }),
        ..S3Options::default()
    };
    Options { max_object_size: CAP, s3, objects: None }
}

pub fn bucket(server: &Server) -> Box<dyn Source> {
    open(&format!("s3://{BUCKET}"), &options(server))
}

pub fn fail(source: &dyn Source) -> Error {
    source.feed(&wide(), &mut Collect::default()).unwrap_err()
}

pub fn wide() -> Scope {
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

pub fn january() -> Scope {
    let (since, until) = ("2024-01-05T00:00:00Z".parse().unwrap(), "2024-01-06T00:00:00Z".parse().unwrap());
    Scope { since: Some(since), until: Some(until), ..wide() }
}

/// A bucket with a bit of everything. Each object holds its own key.
pub fn trail() -> Vec<(String, Vec<u8>)> {
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
pub fn assert_same(seen: &[Seen], expected: &[Seen], what: &str) {
    let difference = seen.iter().zip(expected).find(|(one, other)| one != other);
    assert_eq!(difference, None, "{what}");
    assert_eq!(seen.len(), expected.len(), "{what}");
}

pub fn key(seen: &Seen) -> &str {
    match seen {
        Seen::File(key, _) | Seen::Skipped(key, _) | Seen::Fault(key, _) => key,
    }
}

pub fn files(seen: &[Seen]) -> Vec<&str> {
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
