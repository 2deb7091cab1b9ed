//! `backtrail explain`.

use crate::support::archive::{Archive, record};
use crate::support::command::{Ran, backtrail};
use insta::assert_snapshot;

fn explain<'a>(archive: &Archive, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    backtrail(archive.path()).args(["explain"]).args(arguments).run()
}

fn archive() -> Archive {
    let archive = Archive::small();
    archive.write("record.json", record(1, "alice", "DeleteUser", "2026-03-02T09:58:00Z", None));
    archive
}

#[test]
fn a_record_is_held_against_the_pattern_clause_by_clause() {
    let ran = explain(&archive(), ["-q", "queries/user-created.json", "record.json"]);
    assert_snapshot!(ran.transcript(), @r#"
    record.json does not match user-created
      ✓ source: "aws.iam"
      ✗ detail.eventName: "DeleteUser"; wanted "CreateUser"
    --- stderr

    --- exit code 1
    "#);
    let ran =
        explain(&archive(), ["-q", "queries/user-deleted.json", "record.json", "--rule-region", "eu-west-1"]);
    assert_snapshot!(ran.transcript(), @r#"
    record.json matches user-deleted
      ✓ source: "aws.iam"
      ✓ detail.eventName: "DeleteUser"
    would have fired: no
      the event was on the bus of us-east-1, the rule is in eu-west-1
      the record does not say whether it is read-only, and its name does not tell either
    --- stderr
    check: the pattern is about `iam`, whose events are on the bus of us-east-1: a rule in eu-west-1 never sees them [global-service-region]
    --- exit code 0
    "#);
}

#[test]
fn choices_and_arrays_are_shown_as_clauses_of_their_own() {
    let archive = archive();
    archive.write(
        "tags.json",
        r#"{"eventName":"CreateUser","requestParameters":{"tags":[{"key":"env","value":"dev"},{"key":"x","value":"prod"}]}}"#,
    );
    let pattern = r#"{"detail":{"$or":[{"eventName":["CreateUser"]},{"eventName":["DeleteUser"]}],"requestParameters":{"tags":{"key":["env"],"value":["prod"]}}}}"#;
    assert_snapshot!(explain(&archive, ["-e", pattern, "tags.json"]).transcript(), @r#"
    tags.json does not match pattern
      ✓ one of these
        ✓ all of these
          ✓ detail.eventName: "CreateUser"
        ✗ all of these
          ✗ detail.eventName: "CreateUser"; wanted "DeleteUser"
      ✓ detail.requestParameters.tags.key: "env", "x"
      ✓ detail.requestParameters.tags.value: "dev", "prod"
      ✗ all of that in the same elements of arrays
    --- stderr

    --- exit code 1
    "#);
    let ran = explain(&archive, ["-e", pattern, "tags.json", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&told["matches"], &told["tree"]["is_met"]), (&false.into(), &false.into()));
    assert_eq!(told["tree"]["all"][3]["together"], true);
}

#[test]
fn colours_are_for_terminals_and_for_whoever_asks() {
    let ran = explain(&archive(), ["-q", "queries/user-created.json", "record.json", "--color", "always"]);
    assert!(ran.stdout.contains("\u{1b}[31m✗\u{1b}[0m detail.eventName"), "{}", ran.stdout);
}

#[test]
fn a_record_is_found_in_an_archive_by_its_event_id() {
    let id = "00000002-0000-4000-8000-000000000000";
    let ran = explain(&archive(), ["-q", "queries/user-created.json", "--event-id", id, "trail"]);
    assert_snapshot!(ran.transcript(), @r#"
    00000002-0000-4000-8000-000000000000 does not match user-created
      ✓ source: "aws.iam"
      ✗ detail.eventName: "DeleteUser"; wanted "CreateUser"
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records
    1 account × 1 region × 2 days
    --- exit code 1
    "#);
    let ran = explain(&archive(), ["-q", "queries/user-created.json", "--event-id", "gone", "trail"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no record in the archive has the event id `gone`"), "{}", ran.stderr);
}

#[test]
fn of_an_archive_it_is_told_which_clause_kept_records_from_matching() {
    let pattern = r#"{"source":["aws.iam"],"detail-type":["AWS Service Event via CloudTrail"],"detail":{"eventName":["CreateUser"]}}"#;
    assert_snapshot!(explain(&archive(), ["-e", pattern, "trail"]).transcript(), @r#"
    0 records match pattern
    2 records satisfy every clause but `detail-type`
        wanted "AWS Service Event via CloudTrail"
        found 2 × "AWS API Call via CloudTrail"
    by itself `source` is satisfied by 3 records
    by itself `detail.eventName` is satisfied by 2 records
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records
    1 account × 1 region × 2 days
    --- exit code 0
    "#);
    let ran = explain(&archive(), ["-e", pattern, "trail", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["misses"][1]["records"], 2);
    assert_eq!(told["misses"][1]["found"][0]["values"][0], "AWS API Call via CloudTrail");
}

#[test]
fn questions_that_cannot_be_answered_are_refused() {
    let ran = explain(&archive(), ["-q", "queries", "record.json"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `explain` takes one query at a time, and these are 2: give one with -q, or its id with --only
    --- exit code 2
    ");
    let only = |id| explain(&archive(), ["-q", "queries", "--only", id, "record.json"]);
    assert!(only("user-deleted").stdout.starts_with("record.json matches user-deleted"));
    assert!(only("gone").stderr.contains("none of the queries is called `gone`"));
    assert_eq!(explain(&archive(), ["-q", "queries/user-created.json", "gone.json"]).code, 2);
}

#[test]
fn a_filter_is_explained_with_the_choices_it_rests_on() {
    let archive = archive();
    let filter = r#"{ ($.eventName = CreateUser) && ($.errorCode != "AccessDenied") && ($.userIdentity.sessionContext NOT EXISTS) }"#;
    let record = r#"{"eventName":"CreateUser","eventType":"AwsApiCall","eventSource":"iam.amazonaws.com"}"#;
    archive.write("call.json", record);
    let ran = explain(&archive, ["-e", filter, "call.json"]);
    assert_eq!(ran.code, 1);
    for line in [
        "  ✓ $.eventName: \"CreateUser\"",
        "  ✗ $.errorCode: nothing; wanted != \"AccessDenied\"",
        "  != is false for a missing field, and true for a value of another kind",
        "  NOT EXISTS: an object, an array and an explicit null are there",
    ] {
        assert!(ran.stdout.lines().any(|known| known == line), "{line}\n{}", ran.stdout);
    }
    let json = explain(&archive, ["-e", filter, "call.json", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(told["choices"].as_array().is_some_and(|choices| choices.len() >= 3), "{told}");
}

#[test]
fn of_an_archive_it_is_told_which_condition_of_a_filter_kept_records_from_matching() {
    let archive = Archive::small();
    let filter = r#"{ ($.eventName = DeleteUser) && ($.errorCode NOT EXISTS) }"#;
    let ran = explain(&archive, ["-e", filter, "trail", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (told["matches"].as_u64(), told["misses"][1]["records"].as_u64()),
        (Some(0), Some(1)),
        "{told}"
    );
    assert_eq!(told["misses"][1]["path"], "$.errorCode");
    assert_eq!(told["misses"][1]["found"][0]["values"][0], "AccessDenied");
}

#[test]
fn a_filter_sees_records_that_no_bus_carries() {
    let archive = archive();
    archive.write("aggregated.json", r#"{"eventName":"GetObject","eventSource":"s3.amazonaws.com","eventType":"AwsAggregatedEvent","eventCategory":"Aggregated"}"#);
    assert_eq!(explain(&archive, ["-e", "{ $.eventName = GetObject }", "aggregated.json"]).code, 0);
}
