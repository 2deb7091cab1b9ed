//! `backtrail check`.

use crate::support::archive::{Archive, record};
use crate::support::command::backtrail;
use insta::assert_snapshot;

fn check(archive: &Archive, arguments: &[&'static str]) -> String {
    backtrail(archive.path()).args(["check"]).args(arguments.iter().copied()).run().transcript()
}

fn case(name: &str, expect: &str, call: &str) -> String {
    let record = record(1, "alice", call, "2026-03-02T09:58:00Z", None);
    format!("{{\"case\":\"{name}\",\"expect\":\"{expect}\",\"record\":{record}}}\n")
}

#[test]
fn queries_whose_cases_hold_are_good() {
    let archive = Archive::small();
    let cases =
        case("a user is made", "match", "CreateUser") + &case("a user is read", "no-match", "GetUser");
    archive.write("queries/user-created.cases.jsonl", cases);
    assert_snapshot!(check(&archive, &["queries"]), @r"
    ok     user-created (2 cases hold)
    ok     user-deleted (0 cases hold)
    2 queries, 2 cases hold, 0 failed
    --- stderr

    --- exit code 0
    ");
}

#[test]
fn a_case_that_does_not_hold_is_named_with_its_line() {
    let archive = Archive::small();
    let cases =
        case("a user is read", "match", "GetUser") + &case("a user is made", "no-match", "CreateUser");
    archive.write("queries/user-created.cases.jsonl", cases);
    assert_snapshot!(check(&archive, &["queries/user-created.json"]), @r"
    FAILED user-created (0 cases hold)
           case on line 1 must match and does not: a user is read
           case on line 2 must not match and does: a user is made
    1 query, 0 cases hold, 1 failed
    --- stderr

    --- exit code 1
    ");
}

#[test]
fn a_query_that_is_not_valid_fails() {
    let archive = Archive::small();
    archive.write("queries/broken.json", r#"{"source":"aws.iam"}"#);
    assert_snapshot!(check(&archive, &["queries"]), @r"
    FAILED queries/broken.json
           `queries/broken.json` is not an event pattern: `source` in the pattern: must be an object or an array of values
    ok     user-created (0 cases hold)
    ok     user-deleted (0 cases hold)
    2 of 3 queries load
    3 queries, 0 cases hold, 1 failed
    --- stderr

    --- exit code 1
    ");
    assert_snapshot!(check(&archive, &["queries/broken.json"]), @r"
    --- stderr
    error: `queries/broken.json` is not an event pattern: `source` in the pattern: must be an object or an array of values
    --- exit code 2
    ");
}

#[test]
fn a_line_that_is_no_case_is_named() {
    let archive = Archive::small();
    archive.write("queries/user-created.cases.jsonl", "\nno case\n");
    assert_snapshot!(check(&archive, &["queries/user-created.json"]), @r"
    --- stderr
    error: `queries/user-created.cases.jsonl:2` is not a case: expected ident at line 1 column 2
    --- exit code 2
    ");
}

#[test]
fn a_surprising_pattern_is_warned_of_and_good() {
    let archive = Archive::empty();
    archive.write("signin.json", r#"{"detail-type":["AWS Console Signin via CloudTrail"]}"#);
    assert_snapshot!(check(&archive, &["signin.json"]), @r"
    ok     signin (0 cases hold)
           error: `detail-type[0]` names `AWS Console Signin via CloudTrail`, which AWS documents and never sends: it sends `AWS Console Sign In via CloudTrail` [signin-spelling]
    1 query, 0 cases hold, 0 failed
    1 finding, 1 with a safe fix
    --- stderr

    --- exit code 0
    ");
}

#[test]
fn the_shipped_queries_are_checked_by_default() {
    let ran = backtrail(Archive::empty().path()).args(["check"]).run();
    assert!(ran.code == 0 && ran.stdout.ends_with(" hold, 0 failed\n"), "{}", ran.transcript());
}
