//! Runs that are killed and taken up again.

use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::{Backtrail, backtrail};
use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, SECRET_KEY, Server};
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const LOG_FILES: u32 = 80;
const RECORDS: u32 = 60;

/// A trail that takes a while: events that come again in the next log file, one log file that is damaged, one that holds
/// something that is no record, and a digest.
fn trail() -> Vec<(String, Vec<u8>)> {
    let mut objects: Vec<_> = (0..LOG_FILES)
        .map(|number| {
            let records: Vec<_> = (0..RECORDS)
                .map(|at| {
                    let name = if at % 7 == 0 { "CreateUser" } else { "GetUser" };
                    let user = format!("user-{}", at % 5);
                    let time = format!("2026-03-02T09:{:02}:{:02}Z", number % 60, at % 60);
                    let record = record(number * (RECORDS - 1) + at, &user, name, &time, None);
                    if at % 9 == 0 { stop(&record) } else { record }
                })
                .collect();
            let suffix = format!("{number:016}");
            let name = key("111122223333", "us-east-1", "2026/03/02").replace("AAAAAAAAAAAAAAAA", &suffix);
            (name, gzip(&document(&records)))
        })
        .collect();
    objects[20].1.truncate(1_000);
    objects[30].1 = gzip(&format!(r#"{{"Records":[{},7]}}"#, record(1, "eve", "CreateUser", "never", None)));
    objects.push((
        "trail/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/x.json.gz".to_owned(),
        b"x".to_vec(),
    ));
    objects
}

/// Makes a record one of an instance that is stopped.
fn stop(record: &str) -> String {
    let change = r#""previousState":{"name":"running"}"#;
    let elements =
        format!(r#","responseElements":{{"instancesSet":{{"items":[{{"instanceId":"i-1",{change}}}]}}}}}}"#);
    let record = record.replace("GetUser", "StopInstances").replace("iam.amazonaws.com", "ec2.amazonaws.com");
    record[..record.len() - 1].to_owned() + &elements
}

fn archive() -> Archive {
    let archive = Archive::small();
    std::fs::remove_dir_all(archive.path().join("trail")).unwrap();
    trail().into_iter().for_each(|(key, bytes)| archive.write(&key, bytes));
    archive
}

/// A run as of a moment; what it writes is `out` and `coverage.json`.
fn run(archive: &Archive, arguments: &str, now: &str) -> Backtrail {
    let outputs = ["--no-progress", "-o", "out", "--coverage", "coverage.json", "--now", now];
    backtrail(archive.path()).args(arguments.split(' ').chain(outputs))
}

fn written(archive: &Archive) -> (String, String) {
    (archive.read("out"), archive.read("coverage.json"))
}

/// Kills a run at moments that nobody chose until it comes to its end, and returns how often, and its exit code.
fn kill_until_done(start: impl Fn() -> Backtrail, takes: Duration, mut seed: u64) -> (u32, i32) {
    for kills in 0..20 {
        let mut command = start().into_command();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(takes.mul_f64(0.6 * (seed >> 40) as f64 / f64::from(1 << 24)));
        child.kill().unwrap();
        if let Some(code) = child.wait().unwrap().code() {
            return (kills, code);
        }
    }
    (20, start().run().code)
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_like_one_that_is_not() {
    let questions = [
        "replay -q queries trail --format ndjson",
        "replay -q queries trail --count --by userIdentity.userName,day --format csv",
        "report activity trail --by eventName",
        "report compliance trail --format ndjson",
        r#"replay -q queries -e {"detail":{"state":["stopping"]}} --synthesize ec2-state trail --format ndjson"#,
    ];
    let mut all_kills = 0;
    for (question, seed) in questions.into_iter().zip(1..) {
        let archive = archive();
        let begun = Instant::now();
        let undisturbed = run(&archive, question, "2026-04-01T00:00:00Z").run();
        let takes = begun.elapsed();
        assert_eq!(undisturbed.code, 4, "{}", undisturbed.stderr);
        let expected = written(&archive);
        let with_checkpoint = format!("{question} --checkpoint run.checkpoint");
        let start = || run(&archive, &with_checkpoint, "2026-04-01T00:00:00Z");
        let (kills, code) = kill_until_done(start, takes, seed);
        all_kills += kills;
        assert_eq!(code, 4);
        assert!(written(&archive) == expected, "{question}, killed {kills} times");
        assert!(!archive.path().join("run.checkpoint").exists());
    }
    assert!(all_kills > 5, "{all_kills}");
}

#[test]
fn what_is_done_is_not_fetched_again_and_days_are_counted_from_the_first_run() {
    let server = Server::start(trail());
    let archive = Archive::small();
    let question =
        format!("replay -q queries s3://{BUCKET}/trail --since 60d --endpoint-url {}", server.endpoint_url);
    let signed = |command: Backtrail| {
        let command = command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    };
    signed(run(&archive, &question, "2026-04-01T00:00:00Z")).run();
    let expected = written(&archive);
    let fetched = server.requests().get.load(Ordering::Relaxed);
    assert_eq!(fetched, u64::from(LOG_FILES));

    server.set_faults(Faults { delay: Some(Duration::from_millis(100)), ..Faults::default() });
    let with_checkpoint = format!("{question} --checkpoint run.checkpoint");
    let mut first = signed(run(&archive, &with_checkpoint, "2026-04-01T00:00:00Z")).into_command();
    let mut child = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let checkpoint = archive.path().join("run.checkpoint");
    let is_begun = || std::fs::metadata(&checkpoint).is_ok_and(|metadata| metadata.len() > 10_000);
    while !is_begun() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What was asked for before the end is still counted.
    std::thread::sleep(Duration::from_millis(500));
    let before = server.requests().get.load(Ordering::Relaxed);
    let last = signed(run(&archive, &with_checkpoint, "2026-04-02T00:00:00Z")).run();
    assert!(last.stderr.contains("note: going on with an earlier run: "), "{}", last.stderr);
    let again = server.requests().get.load(Ordering::Relaxed) - before;
    assert!(again < u64::from(LOG_FILES) - 10, "{again} fetched again");
    assert!(written(&archive) == expected);
}

#[test]
fn a_checkpoint_belongs_to_one_question() {
    let archive = archive();
    let question = "replay -q queries trail --checkpoint run.checkpoint";
    let mut child = run(&archive, question, "2026-04-01T00:00:00Z").into_command();
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let checkpoint = archive.path().join("run.checkpoint");
    while !std::fs::metadata(&checkpoint).is_ok_and(|metadata| metadata.len() > 0) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(checkpoint.exists());
    for (other, differences) in [
        ("replay -q queries/user-created.json trail", "counts, queries"),
        ("replay -q queries trail --count", "counts"),
        ("replay -q queries trail queries", "archives"),
        ("replay -q queries trail --region us-east-1 --since 9d", "regions, times"),
        ("replay -q queries trail --no-dedupe", "options"),
        ("replay -q queries trail --synthesize ec2-state", "approximations"),
    ] {
        let ran =
            run(&archive, &format!("{other} --checkpoint run.checkpoint"), "2026-04-01T00:00:00Z").run();
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains(&format!("of another run, with other {differences}: ")),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(run(&archive, question, "2026-04-01T00:00:00Z").run().code, 4);
}

#[test]
fn what_cannot_be_a_checkpoint_is_refused_and_left_as_it_is() {
    let archive = archive();
    archive.write("notes.txt", "mine");
    for (arguments, reason) in [
        ("replay trail --checkpoint notes.txt", "`notes.txt` is no checkpoint, or damaged"),
        ("replay trail --checkpoint trail/run", "lies in the archive `trail`"),
        ("replay - --checkpoint run", "`-` can be read only once"),
        ("replay trail --checkpoint out", "-o and --checkpoint both name `out`"),
        ("replay trail --checkpoint gone/run", "there is no such directory"),
    ] {
        let ran = run(&archive, arguments, "2026-04-01T00:00:00Z").run();
        assert_eq!(ran.code, 2, "{arguments}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
    assert_eq!(archive.read("notes.txt"), "mine");
    assert_eq!(archive.names(), ["notes.txt", "queries", "trail"]);
}
