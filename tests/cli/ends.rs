//! How a run ends: severities, closed pipes, Ctrl-C.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::backtrail;
use insta::assert_snapshot;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One run: a severity, a limit, and whether a log file is broken.
fn end(fail_on: &'static str, is_broken: bool, more: &[&'static str]) -> i32 {
    let archive = Archive::small();
    if is_broken {
        archive.write(&key("111122223333", "us-east-1", "2026/03/01"), "broken");
    }
    let arguments = ["-q", "queries", "trail", "--fail-on", fail_on];
    replay(&archive, arguments.into_iter().chain(more.iter().copied())).code
}

#[test]
fn a_hit_as_severe_as_asked_for_has_an_exit_code_of_its_own() {
    assert_eq!(end("low", false, &[]), 10);
    assert_eq!(end("high", false, &[]), 10);
    assert_eq!(end("high", false, &["--count"]), 10);
    assert_eq!(end("critical", false, &[]), 0);
}

#[test]
fn the_highest_exit_code_wins() {
    assert_eq!(end("high", true, &[]), 10);
    assert_eq!(end("critical", true, &[]), 4);
    assert_eq!(end("high", false, &["--limit", "1"]), 10);
    assert_eq!(end("critical", true, &["--limit", "1"]), 4);
    assert_eq!(end("critical", false, &["--region", "eu-west-1"]), 3);
}

#[test]
fn a_stop_at_the_limit_does_not_hide_what_could_not_be_read() {
    let archive = Archive::small();
    archive.write(&key("111122223333", "us-east-1", "2026/03/01"), "broken");
    assert_snapshot!(replay(&archive, ["-q", "queries", "trail", "--limit", "1", "--count"]).transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              1  2026-03-02T09:58:00Z  2026-03-02T09:58:00Z         1        1
    user-deleted  informational     0  -                     -                            0        0
    --- stderr
    1 log file read (919 B stored, 896 B of JSON) in [time] s, 1 failed; skipped: 1 digest
    2 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    not read: AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T1000Z_AAAAAAAAAAAAAAAA.json.gz: is not JSON
    stopped at the limit: what follows in the archive was not read
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

/// A trail with more hits than a pipe holds.
fn large() -> Archive {
    let archive = Archive::empty();
    let records: Vec<String> =
        (0..1_500).map(|id| record(id, "alice", "CreateUser", "2026-03-02T09:58:00Z", None)).collect();
    for day in 1..=9 {
        archive
            .write(&key("111122223333", "us-east-1", &format!("2026/03/0{day}")), gzip(&document(&records)));
    }
    archive
}

pub fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end, with a limit.
pub fn finish(mut child: Child) -> (i32, String, String) {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let (mut stdout, mut stderr) = (String::new(), String::new());
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut stdout).unwrap();
    }
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap().code().unwrap_or(-1), stdout, stderr)
}

pub fn interrupt(child: &Child) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
}

#[test]
fn a_closed_pipe_is_fine() {
    let archive = large();
    for format in ["table", "ndjson", "json", "csv", "eventbridge"] {
        let arguments =
            ["replay", "-e", r#"{"source":["aws.iam"]}"#, "trail", "--format", format, "--no-dedupe"];
        let mut child = spawn(&mut backtrail(archive.path()).args(arguments).into_command());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (code, _, stderr) = finish(child);
        assert!(!line.is_empty() && code == 0, "{format}: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{format}: {stderr}");
        assert!(stderr.starts_with("9 log files read"), "{format}: {stderr}");
    }
}

#[test]
fn a_closed_pipe_is_fine_for_lists_too() {
    for arguments in [&["queries", "list"][..], &["check"], &["man"], &["completions", "bash"], &["--help"]] {
        let mut command = backtrail(".").args(arguments.iter().copied()).into_command();
        let mut child = spawn(&mut command);
        drop(child.stdout.take());
        let (code, _, stderr) = finish(child);
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn ctrl_c_while_waiting_for_input_ends_with_the_foot_and_without_a_file() {
    let archive = Archive::empty();
    let arguments = ["replay", "-e", r#"{"source":["aws.iam"]}"#, "-", "-o", "hits.txt"];
    let mut command = backtrail(archive.path()).args(arguments).into_command();
    let mut child = spawn(command.stdin(Stdio::piped()));
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"{\"Records\":[").unwrap();
    wait_for_output(&archive);
    interrupt(&child);
    let (code, stdout, stderr) = finish(child);
    drop(input);
    assert_eq!((code, stdout.as_str()), (130, ""), "{stderr}");
    assert!(
        stderr.starts_with("note: `hits.txt` is not written: it would look like the whole result\n"),
        "{stderr}"
    );
    assert!(stderr.ends_with("interrupted: this is what was covered until then\n"), "{stderr}");
    assert!(archive.names().is_empty());
}

/// Waits until the run has opened its output: Ctrl-C is listened to from then on.
pub fn wait_for_output(archive: &Archive) {
    let start = Instant::now();
    while !archive.names().iter().any(|name| name.starts_with(".backtrail-")) {
        assert!(start.elapsed() < Duration::from_secs(20), "no output was opened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn ctrl_c_in_the_middle_shows_what_was_covered() {
    let archive = large();
    // Many copies of the trail make sure that it is still running.
    let trails = ["trail"; 100];
    let arguments = ["replay", "-e", r#"{"source":["aws.never"]}"#, "--coverage", "coverage.json"];
    let mut child = spawn(&mut backtrail(archive.path()).args(arguments).args(trails).into_command());
    wait_for_output(&archive);
    interrupt(&child);
    let stdout = child.stdout.take();
    let (code, _, stderr) = finish(child);
    drop(stdout);
    assert_eq!(code, 130, "{stderr}");
    assert!(stderr.ends_with("interrupted: this is what was covered until then\n"), "{stderr}");
    assert!(archive.read("coverage.json").contains(r#""stopped": "interrupted""#));
}

#[test]
fn ctrl_c_does_not_wait_for_a_pipe_that_nobody_writes_into() {
    let archive = Archive::empty();
    let pipe = archive.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let arguments = ["replay", "-e", r#"{"source":["aws.iam"]}"#, "pipe", "-o", "hits.txt"];
    let child = spawn(&mut backtrail(archive.path()).args(arguments).into_command());
    wait_for_output(&archive);
    // By then it waits; if it does not yet, it is stopped all the same.
    std::thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    let (code, _, stderr) = finish(child);
    assert_eq!(code, 130, "{stderr}");
    assert!(stderr.ends_with("interrupted: this is what was covered until then\n"), "{stderr}");
    assert_eq!(archive.names(), ["pipe"]);
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_leaves_nothing_behind() {
    let archive = large();
    let arguments = ["replay", "-e", r#"{"source":["aws.iam"]}"#, "trail", "--coverage", "coverage.json"];
    let mut child = spawn(&mut backtrail(archive.path()).args(arguments).into_command());
    wait_for_output(&archive);
    // Nobody reads what it writes. By then it waits; if it does not yet, the first Ctrl-C may be enough.
    let stdout = child.stdout.take();
    std::thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    // Two signals of a kind that are pending at the same time are one.
    std::thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    let (code, _, stderr) = finish(child);
    drop(stdout);
    assert_eq!(code, 130, "{stderr}");
    assert_eq!(archive.names(), ["trail"]);
}
