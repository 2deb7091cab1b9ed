//! `backtrail match`.

use crate::support::archive::{Archive, record};
use crate::support::command::backtrail;
use insta::assert_snapshot;

const IAM: &str = r#"{"source":["aws.iam"]}"#;

fn archive() -> Archive {
    let archive = Archive::small();
    archive.write("record.json", record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None));
    let event = r#"{"id":"1","detail-type":"x","source":"aws.iam","account":"1","time":"2026-03-02T09:58:00Z","region":"us-east-1","detail":{}}"#;
    archive.write("event.json", event);
    archive
}

fn matched(arguments: &[&'static str]) -> String {
    let archive = archive();
    let command = backtrail(archive.path()).args(["match"]);
    command.args(arguments.iter().copied()).run().transcript()
}

#[test]
fn an_event_that_matches_ends_with_0() {
    assert_snapshot!(matched(&["--pattern", "queries/user-created.json", "record.json"]), @r"
    match
    --- stderr
    note: the event is a CloudTrail record and is wrapped as EventBridge would do it
    --- exit code 0
    ");
    assert_snapshot!(matched(&["-e", IAM, "event.json"]), @r"
    match
    --- stderr

    --- exit code 0
    ");
}

#[test]
fn an_event_that_does_not_match_ends_with_1() {
    assert_snapshot!(matched(&["-e", r#"{"source":["aws.ec2"]}"#, "event.json"]), @r"
    no-match
    --- stderr

    --- exit code 1
    ");
}

#[test]
fn an_event_may_come_from_standard_input() {
    let archive = archive();
    let command = backtrail(archive.path()).args(["match", "-e", IAM, "-"]);
    assert_eq!(command.stdin(&archive.path().join("event.json")).run().code, 0);
}

#[test]
fn an_event_that_aws_would_refuse_is_warned_of() {
    let archive = archive();
    archive.write("bare.json", r#"{"source":"aws.iam","detail-type":"x","detail":{}}"#);
    let ran = backtrail(archive.path()).args(["match", "-e", IAM, "bare.json"]).run();
    assert_snapshot!(ran.transcript(), @r"
    match
    --- stderr
    warning: AWS would refuse this event: it has no `id`, `account`, `time`, `region`
    --- exit code 0
    ");
}

#[test]
fn what_is_no_pattern_or_no_event_ends_with_2() {
    assert_snapshot!(matched(&["-e", r#"{"source":"aws.iam"}"#, "event.json"]), @r"
    --- stderr
    error: `-e` is not an event pattern: `source` in the pattern: must be an object or an array of values
    --- exit code 2
    ");
    assert_snapshot!(matched(&["-e", IAM, "queries/user-created.toml"]), @r"
    --- stderr
    error: `queries/user-created.toml` is not valid JSON: expected ident at line 1 column 2
    --- exit code 2
    ");
    assert_snapshot!(matched(&["-e", IAM, "queries/user-created.json"]), @r"
    --- stderr
    error: `queries/user-created.json` is neither an EventBridge event nor a CloudTrail record
    --- exit code 2
    ");
    assert_snapshot!(matched(&["-e", IAM, "-"]), @r"
    --- stderr
    error: standard input is not valid JSON: EOF while parsing a value at line 1 column 0
    --- exit code 2
    ");
    assert_snapshot!(matched(&["-e", IAM, "missing.json"]), @r"
    --- stderr
    error: cannot read `missing.json`: No such file or directory
    --- exit code 2
    ");
    assert_snapshot!(matched(&["--pattern", IAM, "event.json"]), @r"
    --- stderr
    error: `--pattern` takes a file: give the text of a pattern with -e
    --- exit code 2
    ");
    assert_snapshot!(matched(&["-e", IAM]), @r"
    --- stderr
    error: the following required arguments were not provided:
      <EVENT>

    Usage: backtrail match --pattern-text <PATTERN> <EVENT>

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn a_surprising_pattern_is_warned_of() {
    let signin = r#"{"detail-type":["AWS Console Signin via CloudTrail"]}"#;
    assert_snapshot!(matched(&["-e", signin, "event.json"]), @r"
    no-match
    --- stderr
    warning: `detail-type[0]` names `AWS Console Signin via CloudTrail`, which AWS documents and never sends: it sends `AWS Console Sign In via CloudTrail`
    --- exit code 1
    ");
}

#[test]
fn cases_are_judged_one_a_line() {
    let archive = Archive::empty();
    let good = r#"{"id":"good","pattern":{"a":[1]},"event":{"a":1},"expect":"match"}"#;
    let invalid = r#"{"id":"invalid","pattern":"{\"a\":1}","event":{"a":1},"expect":"invalid"}"#;
    let wrong = r#"{"id":"wrong","pattern":{"a":[1]},"event":{"a":2},"expect":"match"}"#;
    archive.write("good.jsonl", format!("{good}\n\n{invalid}\n"));
    archive.write("wrong.jsonl", format!("{good}\n{wrong}\n"));
    archive.write("broken.jsonl", format!("{good}\nbroken\n"));
    let cases = |file| backtrail(archive.path()).args(["match", "--cases", file]).run().transcript();
    assert_snapshot!(cases("good.jsonl"), @r"
    good	match
    invalid	invalid
    2 of 2 verdicts as expected
    --- stderr

    --- exit code 0
    ");
    assert_snapshot!(cases("wrong.jsonl"), @r"
    good	match
    wrong	no-match	WRONG, expected match
    1 of 2 verdicts as expected
    --- stderr

    --- exit code 1
    ");
    assert_snapshot!(cases("broken.jsonl"), @r"
    good	match
    --- stderr
    error: `broken.jsonl:2` is not a case: expected value at line 1 column 1
    --- exit code 2
    ");
}
