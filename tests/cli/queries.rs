//! `backtrail queries`.

use crate::support::archive::Archive;
use crate::support::command::backtrail;
use insta::assert_snapshot;

fn queries(archive: &Archive, arguments: &[&'static str]) -> String {
    backtrail(archive.path()).args(["queries"]).args(arguments.iter().copied()).run().transcript()
}

#[test]
fn queries_of_a_directory_are_listed() {
    let archive = Archive::small();
    assert_snapshot!(queries(&archive, &["list", "queries"]), @r"
    QUERY         SEVERITY       TITLE
    user-created  high           A user was created
    user-deleted  informational  user-deleted
    --- stderr

    --- exit code 0
    ");
    assert_snapshot!(queries(&archive, &["list", "queries", "--format", "ndjson"]), @r#"
    {"version":1,"query":"user-created","severity":"high","status":"","title":"A user was created","tags":[]}
    {"version":1,"query":"user-deleted","severity":"informational","status":"","title":"user-deleted","tags":[]}
    --- stderr

    --- exit code 0
    "#);
}

#[test]
fn the_shipped_queries_are_listed_by_default() {
    let ran = backtrail(".").args(["queries", "list", "--format", "ndjson"]).run();
    assert_eq!(ran.stdout.lines().count(), backtrail::query::shipped().unwrap().len());
}

#[test]
fn a_query_is_shown_with_its_card_and_its_pattern() {
    let archive = Archive::small();
    assert_snapshot!(queries(&archive, &["show", "queries/user-created.json"]), @r#"
    user-created
    A user was created

    severity  high
    origin    queries/user-created.json

    Pattern
    {
      "source": ["aws.iam"],
      "detail": {
        "eventName": ["CreateUser"]
      }
    }
    --- stderr

    --- exit code 0
    "#);
    assert_snapshot!(queries(&archive, &["show", "queries/user-created.json", "--format", "json"]), @r#"
    {"version":1,"query":"user-created","title":"A user was created","description":"","severity":"high","status":"","tags":[],"references":[],"false_positives":[],"parameters":{},"origin":"queries/user-created.json","pattern":{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}}
    --- stderr

    --- exit code 0
    "#);
}

#[test]
fn a_query_that_is_unknown_or_not_one_is_refused() {
    let archive = Archive::small();
    assert_snapshot!(queries(&archive, &["show", "user-invented"]), @r"
    --- stderr
    error: no file or stored query is called `user-invented`; the closest are `iam/user-created`, `iam/user-deleted`
    --- exit code 2
    ");
    assert_snapshot!(queries(&archive, &["show", "queries"]), @r"
    --- stderr
    error: `queries` is 2 queries: user-created, user-deleted
    --- exit code 2
    ");
    assert_snapshot!(queries(&archive, &["show"]), @r"
    --- stderr
    error: the following required arguments were not provided:
      <ID|PATH>

    Usage: backtrail queries show <ID|PATH>

    For more information, try '--help'.
    --- exit code 2
    ");
}
