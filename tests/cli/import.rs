//! `backtrail queries import`.

use crate::support::archive::Archive;
use crate::support::command::{Ran, backtrail};

const RULES: &str = r#"{"Rules":[
    {"Name":"user-created","Description":"Somebody made a user","State":"ENABLED","EventPattern":"{\"source\":[\"aws.iam\"],\"detail\":{\"eventName\":[\"CreateUser\"]}}"},
    {"Name":"../escape","State":"ENABLED","EventPattern":"{\"source\":[\"aws.s3\"]}"},
    {"Name":"nightly","State":"ENABLED","ScheduleExpression":"rate(1 day)"}
]}"#;

fn import(archive: &Archive, arguments: &[&'static str]) -> Ran {
    backtrail(archive.path()).args(["queries", "import"]).args(arguments.iter().copied()).run()
}

fn read(archive: &Archive, path: &str) -> String {
    std::fs::read_to_string(archive.path().join(path)).unwrap()
}

#[test]
fn rules_of_a_document_become_queries_that_are_replayed() {
    let archive = Archive::small();
    archive.write("rules.json", RULES);
    let ran = import(&archive, &["rules.json", "--to", "mine"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.ends_with("2 queries written to mine\n"), "{}", ran.stderr);
    let card = "description = \"Somebody made a user\"\n";
    assert!(read(&archive, "mine/user-created.toml").contains(card));
    assert!(read(&archive, "mine/rule/escape.json").contains("aws.s3"));
    let replay = backtrail(archive.path()).args(["replay", "trail", "-q", "mine", "--count"]).run();
    assert_eq!(replay.code, 0, "{}", replay.stderr);
    assert!(replay.stdout.contains("user-created"), "{}", replay.stdout);
}

#[test]
fn what_is_there_and_differs_is_left_unless_it_is_forced() {
    let archive = Archive::small();
    archive.write("rules.json", RULES);
    let again = |arguments: &[&'static str]| import(&archive, arguments).stderr;
    again(&["rules.json", "--to", "mine"]);
    let unchanged = again(&["rules.json", "--to", "mine"]);
    assert!(unchanged.ends_with("0 queries written to mine; 2 there already\n"), "{unchanged}");
    archive.write("mine/user-created.json", "{}");
    let kept = again(&["rules.json", "--to", "mine"]);
    assert!(kept.contains("`mine/user-created.json` is there already and differs"), "{kept}");
    assert_eq!(read(&archive, "mine/user-created.json"), "{}");
    let forced = again(&["rules.json", "--to", "mine", "--force"]);
    assert!(forced.ends_with("1 query written to mine; 1 there already\n"), "{forced}");
    assert!(read(&archive, "mine/user-created.json").contains("CreateUser"));
}

#[test]
fn a_rule_that_cannot_be_used_is_named() {
    let archive = Archive::empty();
    archive.write(
        "rules.json",
        r#"{"Rules":[{"Name":"x","EventPattern":"{\"a\":1}"},{"Name":"y","EventPattern":"{\"a\":[1]}"}]}"#,
    );
    let ran = import(&archive, &["rules.json", "--to", "mine"]);
    assert_eq!(ran.code, 4);
    assert!(ran.stderr.starts_with("warning: left out: rule `x` in `rules.json`"), "{}", ran.stderr);
    assert!(archive.path().join("mine/y.json").exists());
}

#[test]
fn the_policy_names_what_reading_needs() {
    let ran = import(&Archive::empty(), &["--policy"]);
    let policy: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let actions = policy["Statement"][0]["Action"].as_array().unwrap();
    assert!(actions.iter().all(|action| {
        let name = action.as_str().unwrap().split_once(':').unwrap().1;
        name.starts_with("List") || name.starts_with("Describe")
    }));
    assert_eq!((actions.len(), ran.code), (3, 0));
}

#[test]
fn a_region_that_does_not_answer_is_named_with_the_action() {
    let archive = Archive::empty();
    let command = backtrail(archive.path())
        .args(["queries", "import", "--live", "--region", "eu-west-1", "--to", "mine"])
        .args(["--endpoint-url", "http://127.0.0.1:9"])
        .env("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    let ran = command.run();
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: events in eu-west-1: events:ListEventBuses: "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("warning: logs in eu-west-1: logs:DescribeMetricFilters: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_source_or_a_directory_nothing_is_imported() {
    let archive = Archive::empty();
    assert_eq!(import(&archive, &["--to", "mine"]).code, 2);
    assert_eq!(import(&archive, &["rules.json"]).code, 2);
    assert_eq!(import(&archive, &["rules.json", "--to", "mine"]).code, 2);
    assert_eq!(import(&archive, &["rules.json", "--to", "mine", "--region", "eu-west-1"]).code, 2);
}
