//! How objects are read: side by side, again when it fails, and what cannot be had is named.

use crate::replay::{every_record, replay_sources};
use crate::sources::*;
use crate::support::archive::{document, gzip, record};
use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, Mischief, Server};
use backtrail::source::{Item, Memory, ReadFault, Sink};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Takes log files in the places that it gave out for them.
struct Places {
    files: Vec<Option<Seen>>,
    room: usize,
    /// The order in which places were filled.
    filled: Vec<u64>,
}

impl Sink for Places {
    fn offer(&mut self, _item: Item) -> ControlFlow<()> {
        panic!("what has places is offered nothing without one");
    }

    fn has_places(&self) -> bool {
        true
    }

    fn reserve(&mut self) -> Option<u64> {
        let open = self.files.len() - self.filled.len();
        (open < self.room).then(|| {
            self.files.push(None);
            self.files.len() as u64 - 1
        })
    }

    fn fill(&mut self, place: u64, item: Option<Item>) {
        let mut collect = Collect::default();
        if let Some(item) = item {
            assert!(collect.offer(item).is_continue());
        }
        self.files[place as usize] = collect.seen.pop();
        self.filled.push(place);
    }

    fn announce(&mut self, _objects: u64, _bytes: u64) {}
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
    assert_eq!(
        said(4),
        "is archived in storage class DEEP_ARCHIVE and needs a restore (see `backtrail plan --restore-hint`)"
    );
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

#[test]
fn one_slow_object_does_not_hold_up_the_others() {
    let objects: Vec<_> = (0..40).map(|index| (format!("{index:02}.json"), b"{}".to_vec())).collect();
    let server = Server::start(objects.clone());
    let mischief = |key: &str, _| (key == "00.json").then_some(Mischief::Late(Duration::from_secs(1)));
    server.set_faults(Faults { mischief: Some(mischief), ..Faults::default() });
    let mut places = Places { files: Vec::new(), room: 100, filled: Vec::new() };
    bucket(&server).feed(&wide(), &mut places).unwrap();
    assert_eq!(places.filled.last(), Some(&0));
    let seen: Vec<_> = places.files.into_iter().flatten().collect();
    assert_same(&seen, &feed(&Memory::new("memory", objects), &wide()), "in places");
}

#[test]
fn a_sink_with_few_places_is_given_everything_all_the_same() {
    let objects = trail();
    let server = Server::start(objects.clone());
    for room in [1, 3] {
        let mut places = Places { files: Vec::new(), room, filled: Vec::new() };
        bucket(&server).feed(&wide(), &mut places).unwrap();
        let seen: Vec<_> = places.files.into_iter().flatten().collect();
        assert_same(&seen, &feed(&Memory::new("memory", objects.clone()), &wide()), "in places");
    }
}

#[test]
fn what_breaks_off_is_asked_for_from_there_on() {
    let bytes: Vec<u8> = (0..200_000_u32).map(|index| index as u8).collect();
    let server = Server::start([("a.json", bytes.clone())]);
    server.set_faults(Faults { short: [("a.json".to_owned(), 3)].into(), ..Faults::default() });
    assert_eq!(feed(&*bucket(&server), &wide()), [Seen::File("a.json".into(), bytes)]);
    assert_eq!(server.ranges(), ["a.json 100000", "a.json 150000", "a.json 175000"]);
}

#[test]
fn what_is_joined_must_have_the_md5_of_the_whole() {
    let server = Server::start([("a.json", "{} and more")]);
    let once: BTreeMap<_, _> = [("a.json".to_owned(), 1)].into();
    server.set_faults(Faults { wrong: once.clone(), short: once, ..Faults::default() });
    let mut verifying = options(&server);
    verifying.s3.is_verifying = true;
    let source = open(&format!("s3://{BUCKET}"), &verifying);
    assert_eq!(feed(&*source, &wide()), [Seen::File("a.json".into(), b"{} and more".to_vec())]);
    assert_eq!(server.ranges(), ["a.json 5"]);
    assert_eq!(server.requests().get.load(Ordering::SeqCst), 3);
}

#[test]
fn what_has_a_checksum_but_no_md5_is_read_in_one_answer() {
    let server = Server::start([("a.json", "{} and more")]);
    let once: BTreeMap<_, _> = [("a.json".to_owned(), 1)].into();
    let encrypted =
        || Faults { kms_key: Some("key".to_owned()), crc32: Some("CLgwZQ=="), ..Faults::default() };
    let mut verifying = options(&server);
    verifying.s3.is_verifying = true;
    for faults in [Faults { wrong: once.clone(), ..encrypted() }, Faults { short: once, ..encrypted() }] {
        server.set_faults(faults);
        let source = open(&format!("s3://{BUCKET}"), &verifying);
        assert_eq!(feed(&*source, &wide()), [Seen::File("a.json".into(), b"{} and more".to_vec())]);
    }
    assert_eq!(server.ranges(), [] as [&str; 0]);
    assert_eq!(server.requests().get.load(Ordering::SeqCst), 4);
}

#[test]
fn what_was_overwritten_in_the_middle_is_read_from_the_start() {
    let server = Server::start([("a.json", "{} first")]);
    let (short, rewritten) = ([("a.json".to_owned(), 1)].into(), [("a.json".to_owned(), 1)].into());
    server.set_faults(Faults { short, rewritten, ..Faults::default() });
    assert_eq!(
        feed(&*bucket(&server), &wide()),
        [Seen::File("a.json".into(), b"{} first rewritten".to_vec())]
    );
    assert_eq!(server.ranges(), [] as [&str; 0]);
}

#[test]
fn an_answer_of_another_length_than_was_listed_is_not_taken_for_the_object() {
    let server = Server::start([("a.json", "{} and more"), ("b.json", "{} and more")]);
    let mischief = |key: &str, nth| (key == "b.json" || nth == 0).then_some(Mischief::Half);
    server.set_faults(Faults { mischief: Some(mischief), ..Faults::default() });
    let seen = feed(&*bucket(&server), &wide());
    assert_eq!(seen[0], Seen::File("a.json".into(), b"{} and more".to_vec()));
    let fault = ReadFault::Transfer { reason: "10 of 11 bytes came".into() };
    assert_eq!(seen[1], Seen::Fault("b.json".into(), fault));
}

#[test]
fn an_answer_that_does_not_come_is_given_up_and_asked_for_again() {
    let server = Server::start([("a.json", "{}")]);
    let mischief = |_: &str, nth| (nth == 0).then_some(Mischief::Late(Duration::from_secs(60)));
    server.set_faults(Faults { mischief: Some(mischief), ..Faults::default() });
    let mut hasty = options(&server);
    hasty.s3.timeout = Duration::from_millis(300);
    let source = open(&format!("s3://{BUCKET}"), &hasty);
    assert_eq!(feed(&*source, &wide()), [Seen::File("a.json".into(), b"{}".to_vec())]);
}

/// One GET in twenty fails in one of the ways that pass; of some objects every GET fails.
fn trouble(key: &str, nth: u64) -> Option<Mischief> {
    const FOR_EVER: [Mischief; 6] = [
        Mischief::Deny("Access Denied"),
        Mischief::Deny("not authorized to perform: kms:Decrypt on resource: arn:aws:kms:invented"),
        Mischief::Refuse("NoSuchKey", 404),
        Mischief::Refuse("InvalidObjectState", 403),
        Mischief::Refuse("KMS.DisabledException", 400),
        Mischief::Marked,
    ];
    const PASSING: [Mischief; 8] = [
        Mischief::Refuse("SlowDown", 503),
        Mischief::Refuse("ServiceUnavailable", 503),
        Mischief::Refuse("InternalError", 500),
        Mischief::Refuse("RequestTimeout", 400),
        Mischief::Refuse("ExpiredToken", 400),
        Mischief::Late(Duration::from_millis(50)),
        Mischief::Cut,
        Mischief::Half,
    ];
    let (of_object, of_get) = (xxh3_64(key.as_bytes()), xxh3_64_with_seed(key.as_bytes(), nth + 1));
    let pick = |mischiefs: &[Mischief], number: u64| mischiefs[(number / 1000) as usize % mischiefs.len()];
    match () {
        () if of_object.is_multiple_of(100) => Some(pick(&FOR_EVER, of_object)),
        () if of_get.is_multiple_of(20) => Some(pick(&PASSING, of_get)),
        () => None,
    }
}

fn records(count: u32) -> BTreeMap<String, Vec<u8>> {
    let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02";
    let object = |id: u32| {
        let record = record(id, "alice", "CreateUser", "2026-03-02T09:58:00Z", None);
        (format!("{folder}/{id:05}.json.gz"), gzip(&document(&[record])))
    };
    (0..count).map(object).collect()
}

#[test]
fn whatever_goes_wrong_the_answer_is_right_or_says_which_objects_are_missing_from_it() {
    let objects = records(1_500);
    let lost: BTreeSet<&String> =
        objects.keys().filter(|key| (0..2).all(|nth| trouble(key, nth).is_some())).collect();
    let lost_for_ever = |key: &&&String| xxh3_64(key.as_bytes()).is_multiple_of(100);
    assert!(lost.iter().filter(lost_for_ever).count() >= 5);
    let server = Server::start(objects.clone());
    server.set_faults(Faults { mischief: Some(trouble), ..Faults::default() });
    let (hits, coverage) =
        replay_sources(&[bucket(&server)], &every_record(), &crate::replay::options()).unwrap();

    let named: BTreeSet<String> = coverage.faults.iter().map(|fault| fault.key.clone()).collect();
    let have = objects.iter().filter(|(key, _)| !named.contains(*key));
    let memory = Memory::new("memory", have.map(|(key, bytes)| (key.clone(), bytes.clone())));
    let (expected, _) =
        replay_sources(&[Box::new(memory)], &every_record(), &crate::replay::options()).unwrap();
    assert_eq!(hits, expected);
    let for_ever: BTreeSet<String> = lost.iter().filter(lost_for_ever).map(|key| (*key).clone()).collect();
    assert_eq!(named, for_ever);
    assert_eq!(coverage.log_files.listed, 1_500);
    let said: BTreeSet<&str> = coverage.faults.iter().map(|fault| fault.reason.as_str()).collect();
    for phrase in ["needs `s3:GetObject`", "needs `kms:Decrypt`", "no longer exists", "is archived"] {
        assert!(said.iter().any(|said| said.contains(phrase)), "{phrase}: {said:?}");
    }
}

#[test]
fn credentials_that_expire_for_good_end_the_run_and_what_was_under_way_is_named() {
    let objects = records(300);
    let server = Server::start(objects);
    server.set_faults(Faults { expired: Some((ACCESS_KEY, 100)), ..Faults::default() });
    let (hits, coverage) =
        replay_sources(&[bucket(&server)], &every_record(), &crate::replay::options()).unwrap();
    assert_eq!(hits.len(), 100);
    let archive = coverage.faults.iter().filter(|fault| fault.key == format!("s3://{BUCKET}"));
    let said: Vec<_> = archive.map(|fault| (fault.is_partly_read, fault.reason.as_str())).collect();
    assert!(
        said.len() == 1 && said[0].0 && said[0].1.contains("they have expired, sign in again"),
        "{said:?}"
    );
    let named = coverage.faults.iter().filter(|fault| fault.key.ends_with(".json.gz")).count();
    assert_eq!(coverage.log_files.failed, named as u64);
    assert_eq!(coverage.stopped, None);
}

fn many(count: usize) -> (Vec<(String, Vec<u8>)>, Server) {
    let objects: Vec<_> = (0..count).map(|index| (format!("{index:04}.json"), b"{}".to_vec())).collect();
    (objects.clone(), Server::start(objects))
}

#[test]
fn more_objects_are_asked_for_at_once_while_that_brings_more() {
    let (objects, server) = many(800);
    server.set_faults(Faults { delay: Some(Duration::from_millis(50)), ..Faults::default() });
    let mut places = Places { files: Vec::new(), room: 512, filled: Vec::new() };
    bucket(&server).feed(&wide(), &mut places).unwrap();
    assert_eq!(places.filled.len(), objects.len());
    let most = server.requests().most_gets.load(Ordering::SeqCst);
    assert!(most >= 16, "never more than {most}");
}

#[test]
fn fewer_objects_are_asked_for_at_once_when_s3_says_so() {
    let (objects, server) = many(800);
    let delay = Some(Duration::from_millis(20));
    server.set_faults(Faults { delay, most_at_once: Some(10), ..Faults::default() });
    let mut places = Places { files: Vec::new(), room: 512, filled: Vec::new() };
    bucket(&server).feed(&wide(), &mut places).unwrap();
    let seen: Vec<_> = places.files.into_iter().flatten().collect();
    assert_same(&seen, &feed(&Memory::new("memory", objects), &wide()), "throttled");
    let refused = server.requests().get.load(Ordering::SeqCst) - 800;
    assert!(refused > 0 && refused < 400, "{refused} refused");
}
