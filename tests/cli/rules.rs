//! Which queries are replayed.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key, record};
use insta::assert_snapshot;

#[test]
fn a_pattern_from_the_command_line_is_refused_with_its_path() {
    let ran = replay(&Archive::small(), ["trail", "-e", r#"{"detail":{"userIdentity":{"type":"Root"}}}"#]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `-e` is not an event pattern: `detail.userIdentity.type` in the pattern: must be an object or an array of values
    --- exit code 2
    ");
    let ran = replay(&Archive::small(), ["trail", "-e", "{detail:"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `-e` is not an event pattern: pattern is not valid JSON: expected a name in double quotes at line 1, column 2
    --- exit code 2
    ");
}

#[test]
fn a_file_in_the_place_of_a_pattern_gets_a_hint() {
    let ran = replay(&Archive::small(), ["trail", "-e", "queries/user-created.json"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `-e` takes the text of a pattern, and `queries/user-created.json` is a file: give it with -q
    --- exit code 2
    ");
}

#[test]
fn several_patterns_have_names_that_no_query_has() {
    let archive = Archive::small();
    archive.write("pattern-1.json", r#"{"source":["aws.iam"]}"#);
    let any = r#"{"source":["aws.iam"]}"#;
    let ran = replay(&archive, ["-q", "pattern-1.json", "-e", any, "-e", any, "trail", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY      SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    pattern-1  informational     3  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    pattern-2  informational     3  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    pattern-3  informational     3  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 9 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn an_unknown_query_is_answered_with_the_closest() {
    assert_snapshot!(replay(&Archive::small(), ["trail", "-q", "iam/user-craeted"]).transcript(), @r"
    --- stderr
    error: no file or stored query is called `iam/user-craeted`; the closest are `iam/user-created`, `iam/user-deleted`, `iam/role-created`
    --- exit code 2
    ");
}

#[test]
fn a_query_that_is_no_pattern_is_refused_with_its_file() {
    let archive = Archive::small();
    archive.write("broken.json", r#"{"source":["aws.iam"],"detail":{"eventName":[{"prefixes":"Create"}]}}"#);
    archive.write("card.json", r#"{"source":["aws.iam"]}"#);
    archive.write("card.toml", "titel = \"x\"\n");
    archive.write("nothing/readme.txt", "x");
    assert_snapshot!(replay(&archive, ["trail", "-q", "broken.json"]).transcript(), @r"
    --- stderr
    error: `broken.json` is not an event pattern: `detail.eventName[0]` in the pattern: unknown operator `prefixes`
    --- exit code 2
    ");
    assert_snapshot!(replay(&archive, ["trail", "-q", "card.json"]).transcript(), @r"
    --- stderr
    error: `card.toml` is not a card: TOML parse error at line 1, column 1: unknown field `titel`, expected one of `title`, `description`, `severity`, `status`, `tags`, `references`, `false_positives`, `allow`, `parameters`, `rule`, `alarm`
    --- exit code 2
    ");
    assert_snapshot!(replay(&archive, ["trail", "-q", "nothing"]).transcript(), @r"
    --- stderr
    error: `nothing` holds neither event patterns nor rules
    --- exit code 2
    ");
}

#[test]
fn what_cannot_be_used_in_a_directory_is_named_and_the_rest_is_replayed() {
    let archive = Archive::small();
    archive.write("queries/broken.json", "{");
    assert_snapshot!(replay(&archive, ["trail", "-q", "queries", "--count"]).transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              2  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    warning: left out: `queries/broken.json` is not valid JSON: EOF while parsing an object at line 1 column 1
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 2 days
    not replayed: 1 rule or file, named above
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

#[test]
fn a_rule_that_cannot_be_used_is_seen_in_the_exit_code_and_the_coverage() {
    let archive = Archive::small();
    let rule = "    Type: AWS::Events::Rule\n    Properties:\n      EventPattern:\n        detail:\n          eventName:";
    let template = format!("Resources:\n  Good:\n{rule} [CreateUser]\n  Bad:\n{rule} [!Sub '${{Name}}']\n");
    archive.write("template.yaml", template);
    let arguments = ["-q", "template.yaml", "--coverage", "coverage.json", "-o", "hits.txt"];
    let replay = |more: &[&'static str]| replay(&archive, arguments.into_iter().chain(more.iter().copied()));
    assert_snapshot!(replay(&["trail"]).transcript(), @r"
    --- stderr
    warning: left out: rule `Bad` in `template.yaml`: `Fn::Sub` at `detail.eventName[0]` can be resolved only by a deployment
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 2 matched, 2 hits, 0 duplicates
    1 account × 1 region × 2 days
    not replayed: 1 rule or file, named above
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
    let coverage: serde_json::Value = serde_json::from_str(&archive.read("coverage.json")).unwrap();
    assert_eq!(coverage["is_complete"], false);
    let reason = "`Fn::Sub` at `detail.eventName[0]` can be resolved only by a deployment";
    let bad = serde_json::json!([{"name": "Bad", "origin": "template.yaml", "reason": reason}]);
    assert_eq!(coverage["queries_left_out"], bad);
    assert_eq!(replay(&["trail", "--fail-on", "informational"]).code, 10);
    assert_eq!(replay(&["trail", "--region", "eu-west-1"]).code, 4);
}

#[test]
fn rules_are_read_from_the_documents_they_come_in() {
    let archive = Archive::small();
    archive.write(
        "describe.json",
        r#"{"Name":"described","EventPattern":"{\"source\":[\"aws.iam\"]}","State":"ENABLED"}"#,
    );
    archive.write(
        "list.json",
        r#"{"Rules":[{"Name":"listed","EventPattern":"{\"detail\":{\"eventName\":[\"DeleteUser\"]}}"},{"Name":"nightly","ScheduleExpression":"rate(1 day)"}]}"#,
    );
    let template = "Resources:\n  Users:\n    Type: AWS::Events::Rule\n    Properties:\n      EventPattern:\n        detail:\n          eventName: [CreateUser]\n";
    archive.write("template.yaml", template);
    archive.write(
        "plan.json",
        r#"{"format_version":"1.2","values":{"root_module":{"resources":[{"address":"aws_cloudwatch_event_rule.keys","type":"aws_cloudwatch_event_rule","name":"keys","values":{"name":"planned","event_pattern":"{\"detail\":{\"errorCode\":[\"AccessDenied\"]}}"}}]}}}"#,
    );
    let documents = "-q describe.json -q list.json -q template.yaml -q plan.json trail --count".split(' ');
    assert_snapshot!(replay(&archive, documents).transcript(), @r"
    QUERY      SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    Users      informational     2  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    described  informational     3  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    listed     informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    planned    informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    note: left out: rule `nightly` in `list.json`: it has a schedule and no event pattern
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 7 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn parameters_are_filled_in() {
    let archive = Archive::small();
    archive.write("by-user.json", r#"{"detail":{"userIdentity":{"userName":["EXAMPLE"]}}}"#);
    let card =
        "[parameters.user]\npath = \"detail.userIdentity.userName\"\ndescription = \"whom to look for\"\n";
    archive.write("by-user.toml", card);
    let by_user = |set: &[&'static str]| {
        let arguments = ["-q", "by-user.json", "trail", "--count"];
        replay(&archive, arguments.into_iter().chain(set.iter().copied()))
    };
    assert!(by_user(&["--set", "user=mallory"]).stderr.contains("2 hits"));
    assert!(by_user(&["--set", "user=mallory", "--set", "user=alice"]).stderr.contains("3 hits"));
    assert_snapshot!(by_user(&["--set", "role=Admin"]).transcript(), @r"
    --- stderr
    error: no selected query has a parameter `role` (`backtrail queries show ID` lists them)
    --- exit code 2
    ");
    assert_snapshot!(by_user(&["--set", "user"]).transcript(), @r"
    --- stderr
    error: `--set user` needs the form NAME=VALUE
    --- exit code 2
    ");
}

#[test]
fn a_surprising_pattern_is_warned_of_before_anything_is_read() {
    let ran = replay(&Archive::small(), ["trail", "-e", r#"{"detail":{"size":[{"numeric":[">",6e9]}]}}"#]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    warning: pattern: `detail.size[0]` compares with `6e9`: EventBridge documents -5e9 to 5e9 only
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 0 matched, 0 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn the_two_spellings_of_console_sign_ins_can_be_made_one() {
    let archive = Archive::empty();
    let sign_in = record(1, "alice", "ConsoleLogin", "2026-03-02T09:58:00Z", None)
        .replace("AwsApiCall", "AwsConsoleSignIn");
    archive.write(&key("111122223333", "us-east-1", "2026/03/02"), gzip(&document(&[sign_in])));
    let documented = r#"{"detail-type":["AWS Console Signin via CloudTrail"]}"#;
    assert_snapshot!(replay(&archive, ["-e", documented, "trail", "--count"]).transcript(), @r"
    QUERY    SEVERITY       HITS  FIRST  LAST  ACCOUNTS  REGIONS
    pattern  informational     0  -      -            0        0
    --- stderr
    warning: pattern: `detail-type[0]` names `AWS Console Signin via CloudTrail`, which AWS documents and never sends: it sends `AWS Console Sign In via CloudTrail`
    1 log file read (470 B stored, 447 B of JSON) in [time] s
    1 record, 0 matched, 0 hits, 0 duplicates
    1 account × 1 region × 1 day
    --- exit code 0
    ");
    assert_snapshot!(replay(&archive, ["-e", documented, "trail", "--count", "--signin-alias"]).transcript(), @r"
    QUERY    SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    pattern  informational     1  2026-03-02T09:58:00Z  2026-03-02T09:58:00Z         1        1
    --- stderr
    1 log file read (470 B stored, 447 B of JSON) in [time] s
    1 record, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 1 day
    --- exit code 0
    ");
}
