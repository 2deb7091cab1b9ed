//! Sigma rules: loaded, checked, shown and replayed.

use super::replay;
use crate::support::archive::{Archive, record};
use crate::support::command::backtrail;

const RULE: &str = "title: A user was created
id: 0f0e2b6e-0000-4000-8000-000000000001
status: test
description: Somebody made a user.
references:
    - https://example.com/
tags: [attack.t1136.003]
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventSource: iam.amazonaws.com
        eventName: createuser
    filter:
        userIdentity.userName|startswith: ali
    condition: selection and not filter
falsepositives: [Onboarding]
level: high
";

/// A trail, and a folder with one rule that loads and two that do not.
fn archive() -> Archive {
    let archive = Archive::small();
    archive.write("rules/created.yml", RULE);
    archive.write("rules/windows.yml", RULE.replace("product: aws", "product: windows"));
    archive.write("rules/lists.yml", RULE.replace("|startswith", "|expand"));
    archive
}

#[test]
fn a_rule_is_replayed_and_what_does_not_load_is_named() {
    let ran = replay(&archive(), ["trail", "-q", "rules", "--count", "--format", "csv"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(
        ran.stdout.lines().nth(1).unwrap().starts_with("created,A user was created,high,1,"),
        "{}",
        ran.stdout
    );
    let wanted = "warning: left out: `rules/lists.yml` is not a Sigma rule: `detection.filter.userIdentity.userName|expand` in \
                  the rule: the modifier `expand` (a list that only its author has) is not supported\n\
                  warning: left out: `rules/windows.yml` is not a Sigma rule: `logsource` in the rule: the log source is \
                  product `windows`, service `cloudtrail`, and this replays product `aws`, service `cloudtrail`\n";
    assert!(ran.stderr.starts_with(wanted), "{}", ran.stderr);
}

#[test]
fn a_rule_is_its_own_card() {
    let archive = archive();
    let ran = backtrail(archive.path()).args(["queries", "show", "rules/created.yml"]).run();
    for part in [
        "created\nA user was created\n",
        "severity  high\n",
        "tags      attack.t1136.003\n",
        "- Onboarding\n",
        "  selection:\n",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let ran =
        backtrail(archive.path()).args(["queries", "show", "rules/created.yml", "--format", "json"]).run();
    let card: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(card["language"], "sigma");
    assert!(card["pattern"].as_str().unwrap().contains("createuser"));
}

#[test]
fn check_says_how_many_rules_of_a_folder_load_and_runs_the_tests_beside_them() {
    let archive = archive();
    let tests = format!(
        r#"{{"should_match":[{}],"should_not_match":[{},{}]}}"#,
        record(1, "bob", "CreateUser", "2026-03-02T09:58:00Z", None),
        record(2, "alice", "CreateUser", "2026-03-02T09:58:00Z", None),
        record(3, "bob", "DeleteUser", "2026-03-02T09:58:00Z", None),
    );
    archive.write("rules/created_tests.json", tests);
    let ran = backtrail(archive.path()).args(["check", "rules"]).run();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("FAILED rules/lists.yml\n") && ran.stdout.contains("FAILED rules/windows.yml\n")
    );
    assert!(ran.stdout.contains("ok     created (3 cases hold)\n"), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("1 of 3 queries load\n3 queries, 3 cases hold, 2 failed\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn one_event_is_tested_against_a_rule() {
    let archive = archive();
    archive.write("bob.json", record(1, "bob", "CreateUser", "2026-03-02T09:58:00Z", None));
    archive.write("alice.json", record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None));
    let matched = |event: &'static str| {
        backtrail(archive.path()).args(["match", "--pattern", "rules/created.yml", event]).run().stdout
    };
    assert_eq!((matched("bob.json"), matched("alice.json")), ("match\n".to_owned(), "no-match\n".to_owned()));
}

#[test]
fn rules_of_one_file_are_told_apart_and_a_correlation_is_named() {
    let archive = Archive::small();
    let named = RULE.replace("id: 0f0e", "name: made\nid: 0f0e");
    let correlation = "title: Many\nname: many\ncorrelation:\n    type: event_count\n    rules: [made]\n    group-by: [a]\n    \
                       timespan: 1h\n    condition: {gte: 2}\n";
    archive.write("many.yml", format!("{correlation}---\n{named}"));
    let ran = replay(&archive, ["trail", "-q", "many.yml", "--count", "--format", "csv"]);
    assert!(
        ran.stdout.lines().nth(1).unwrap().starts_with("many/made,A user was created,high,1,"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("note: 1 correlation not watched: that takes --alarms\n"), "{}", ran.stderr);
}
