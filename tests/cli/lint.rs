//! What `backtrail check` finds in patterns.

use crate::support::archive::{Archive, record};
use crate::support::command::{Ran, backtrail};
use insta::assert_snapshot;

fn check(archive: &Archive, arguments: &[&'static str]) -> Ran {
    backtrail(archive.path()).args(["check"]).args(arguments.iter().copied()).run()
}

fn archive() -> Archive {
    let archive = Archive::small();
    archive.write(
        "rules/unsure.json",
        r#"{"detail-type":["AWS API call via CloudTrail"],"detail":{"eventSource":["iam.amazonaws.com"],"eventName":["CreateUsr",{"anything-but":["Get*"]}],"gone":["x"]}}"#,
    );
    archive
}

#[test]
fn findings_have_a_level_a_path_a_sentence_and_an_id() {
    assert_snapshot!(check(&archive(), &["rules"]).transcript(), @r#"
    ok     unsure (0 cases hold)
           warning: the pattern names no `source`: whoever may call PutEvents can make events that match; name `aws.iam`, which only AWS can use [missing-source]
           error: `detail-type[0]` wants `AWS API call via CloudTrail`, which CloudTrail never sends; the closest is `AWS API Call via CloudTrail` [unknown-detail-type]
           warning: `detail.eventName[1]` takes the `*` in `anything-but` for a star and no wildcard: write `{"anything-but": {"wildcard": …}}` [star-in-anything-but]
    1 query, 0 cases hold, 0 failed
    3 findings, 2 with a safe fix
    --- stderr

    --- exit code 0
    "#);
    assert_eq!(check(&archive(), &["rules", "--deny", "error"]).code, 1);
    assert_eq!(check(&archive(), &["queries", "--deny", "note"]).code, 0);
}

#[test]
fn where_the_rule_lives_decides_about_some() {
    let arguments = ["queries/user-created.json", "--rule-region", "eu-west-1", "--deny", "warning"];
    assert_snapshot!(check(&archive(), &arguments).transcript(), @r"
    FAILED user-created (0 cases hold)
           error: the pattern is about `iam`, whose events are on the bus of us-east-1: a rule in eu-west-1 never sees them [global-service-region]
    1 query, 0 cases hold, 1 failed
    1 finding, 0 with a safe fix
    --- stderr

    --- exit code 1
    ");
}

#[test]
fn an_archive_tells_which_fields_and_values_no_record_has() {
    let ran = check(&archive(), &["rules", "--archive", "trail", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = told["queries"][0]["findings"].as_array().unwrap();
    let sentences = findings.iter().filter(|finding| finding["id"].as_str().unwrap().ends_with("never-seen"));
    let sentences: Vec<_> = sentences.map(|finding| finding["sentence"].as_str().unwrap()).collect();
    assert_eq!(
        sentences,
        [
            "`detail.eventName[0]` wants `CreateUsr`, which no record of the archive has there; the closest is `CreateUser`",
            "`detail.gone` has no value in any record of the archive",
        ]
    );
}

#[test]
fn what_is_beyond_doubt_is_mended_in_the_file() {
    let archive = archive();
    assert_snapshot!(check(&archive, &["rules", "--fix"]).transcript(), @r#"
    ok     unsure (0 cases hold)
           warning: `detail.eventName[1]` takes the `*` in `anything-but` for a star and no wildcard: write `{"anything-but": {"wildcard": …}}` [star-in-anything-but]
    1 query, 0 cases hold, 0 failed
    1 finding, 0 with a safe fix
    --- stderr
    mended rules/unsure.json: 2 findings
    --- exit code 0
    "#);
    assert_snapshot!(archive.read("rules/unsure.json"), @r#"
    {
      "source": ["aws.iam"],
      "detail-type": ["AWS API Call via CloudTrail"],
      "detail": {
        "eventSource": ["iam.amazonaws.com"],
        "eventName": ["CreateUsr", {"anything-but": "Get*"}],
        "gone": ["x"]
      }
    }
    "#);
}

#[test]
fn sarif_names_the_rule_the_level_and_the_file() {
    let ran = check(&archive(), &["rules", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let known: Vec<_> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3, "{results:?}");
    for result in results {
        assert!(known.contains(&&result["ruleId"]), "{result}");
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "rules/unsure.json"
        );
    }
}

#[test]
fn junit_has_a_suite_for_each_query_and_a_test_for_each_case() {
    let archive = archive();
    let case = |name: &str, expect: &str, call: &str| {
        let record = record(1, "alice", call, "2026-03-02T09:58:00Z", None);
        format!("{{\"case\":\"{name}\",\"expect\":\"{expect}\",\"record\":{record}}}\n")
    };
    let cases = case("a user <b>", "match", "CreateUser") + &case("a user is read", "no-match", "CreateUser");
    archive.write("queries/user-created.cases.jsonl", cases);
    assert_snapshot!(check(&archive, &["queries", "rules", "--format", "junit", "--deny", "error"]).transcript(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="backtrail check" tests="8" failures="2">
      <testsuite name="unsure" tests="2" failures="1">
        <testcase classname="unsure" name="pattern"><failure message="`detail-type[0]` wants `AWS API call via CloudTrail`, which CloudTrail never sends; the closest is `AWS API Call via CloudTrail` [unknown-detail-type]"/></testcase>
        <testcase classname="unsure" name="card"/>
      </testsuite>
      <testsuite name="user-created" tests="4" failures="1">
        <testcase classname="user-created" name="pattern"/>
        <testcase classname="user-created" name="a user &lt;b&gt;"/>
        <testcase classname="user-created" name="a user is read"><failure message="case on line 2 must not match and does: a user is read"/></testcase>
        <testcase classname="user-created" name="card"/>
      </testsuite>
      <testsuite name="user-deleted" tests="2" failures="0">
        <testcase classname="user-deleted" name="pattern"/>
        <testcase classname="user-deleted" name="card"/>
      </testsuite>
    </testsuites>
    --- stderr

    --- exit code 1
    "#);
}

#[test]
fn every_id_is_listed_and_explained_with_an_example() {
    let list = check(&archive(), &["--list"]).stdout;
    assert_eq!(list.lines().count(), backtrail::lint::CATALOGUE.len());
    assert_snapshot!(check(&archive(), &["--explain", "global-service-region"]).transcript(), @r#"
    global-service-region (error)

    Events of global services, and sign-ins of root, are on the bus of us-east-1 only. A rule elsewhere never sees them.

    Example:
    {
      "source": ["aws.iam"],
      "detail-type": ["AWS API Call via CloudTrail"]
    }
    with `region = "eu-west-1"` in `[rule]` on its card
    --- stderr

    --- exit code 0
    "#);
    let ran = check(&archive(), &["--explain", "gone"]);
    assert_eq!(ran.code, 2);
    let ids: Vec<_> = backtrail::lint::CATALOGUE.iter().map(|entry| entry.id).collect();
    assert!(ids.is_sorted() && list.lines().zip(&ids).all(|(line, id)| line.starts_with(id)), "{list}");
}
