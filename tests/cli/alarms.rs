//! Alarms on queries: when they would have rung.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::backtrail;
use insta::assert_snapshot;

/// Three failed calls of mallory and one of alice within minutes, one more of mallory an hour later, in two log files whose
/// order is not that of time; and queries with and without alarms.
fn archive() -> Archive {
    let archive = Archive::empty();
    let denied = |id, user, time| record(id, user, "DeleteUser", time, Some("AccessDenied"));
    let late = [denied(5, "mallory", "2026-03-02T11:00:00Z"), denied(3, "mallory", "2026-03-02T10:04:00Z")];
    let early = [
        denied(1, "mallory", "2026-03-02T10:00:30Z"),
        denied(2, "alice", "2026-03-02T10:01:00Z"),
        denied(4, "mallory", "2026-03-02T10:02:00Z"),
    ];
    archive.write(&key("111122223333", "us-east-1", "2026/03/02"), gzip(&document(&late)));
    archive.write(&key("111122223333", "us-west-2", "2026/03/02"), gzip(&document(&early)));
    let pattern = r#"{"detail":{"errorCode":["AccessDenied"]}}"#;
    let window = "title = \"One user is denied again and again\"\nseverity = \"high\"\n[alarm]\nthreshold = 3\nwindow = 600\ngroup_by = [\"userIdentity.userName\"]\n";
    let metric = "title = \"Calls are denied\"\nseverity = \"low\"\n[alarm]\nthreshold = 4\nperiod = 300\ntreat_missing_data = \"notBreaching\"\ndefault_value = 0\n";
    archive.write("queries/by-user.json", pattern);
    archive.write("queries/by-user.toml", window);
    archive.write("queries/denied.json", pattern);
    archive.write("queries/denied.toml", metric);
    archive.write("queries/plain.json", pattern);
    archive
}

#[test]
fn alarms_ring_minute_by_minute_and_windows_by_group() {
    assert_snapshot!(replay(&archive(), ["--alarms", "-q", "queries", "trail"]).transcript(), @r"
    TIME                  QUERY    SEVERITY  FROM   TO     VALUE  GROUP
    2026-03-02T10:04:00Z  by-user  high      OK     ALARM      3  userIdentity.userName=mallory
    2026-03-02T10:05:00Z  denied   low       OK     ALARM      4  -
    2026-03-02T10:06:00Z  denied   low       ALARM  OK         3  -
    2026-03-02T10:10:31Z  by-user  high      ALARM  OK         -  userIdentity.userName=mallory
    --- stderr
    note: 1 query without an alarm not replayed
    2 log files read (2.3 KiB stored, 2.3 KiB of JSON) in [time] s
    5 records, 5 matched, 10 hits, 0 duplicates
    1 account × 2 regions × 1 day
    --- exit code 0
    ");
}

#[test]
fn alarms_make_lines_of_json_and_end_with_the_code_that_was_asked_for() {
    let ran =
        replay(&archive(), ["--alarms", "--format", "ndjson", "-q", "queries", "--fail-on", "high", "trail"]);
    assert_snapshot!(ran.stdout, @r#"
    {"version":1,"time":"2026-03-02T10:04:00Z","query":"by-user","title":"One user is denied again and again","severity":"high","from":"OK","to":"ALARM","value":3.0,"group":{"userIdentity.userName":"mallory"}}
    {"version":1,"time":"2026-03-02T10:05:00Z","query":"denied","title":"Calls are denied","severity":"low","from":"OK","to":"ALARM","value":4.0,"group":{}}
    {"version":1,"time":"2026-03-02T10:06:00Z","query":"denied","title":"Calls are denied","severity":"low","from":"ALARM","to":"OK","value":3.0,"group":{}}
    {"version":1,"time":"2026-03-02T10:10:31Z","query":"by-user","title":"One user is denied again and again","severity":"high","from":"ALARM","to":"OK","value":null,"group":{"userIdentity.userName":"mallory"}}
    "#);
    assert_eq!(ran.code, 10);
    let ran = replay(&archive(), ["--alarms", "-q", "queries", "--fail-on", "critical", "trail"]);
    assert_eq!(ran.code, 0);
}

#[test]
fn nothing_is_told_of_what_comes_after_the_scope() {
    let ran = replay(
        &archive(),
        ["--alarms", "--format", "csv", "-q", "queries", "--until", "2026-03-02T10:05:00Z", "trail"],
    );
    assert_snapshot!(ran.stdout.replace('\r', ""), @r"
    time,query,title,severity,from,to,value,group
    2026-03-02T10:04:00Z,by-user,One user is denied again and again,high,OK,ALARM,3,userIdentity.userName=mallory
    2026-03-02T10:05:00Z,denied,Calls are denied,low,OK,ALARM,4,
    ");
}

#[test]
fn threads_change_nothing() {
    let archive = archive();
    let ran = |threads| replay(&archive, ["--alarms", "-q", "queries", "--threads", threads, "trail"]).stdout;
    assert_eq!(ran("1"), ran("4"));
}

#[test]
fn alarms_that_make_no_sense_are_refused() {
    let archive = archive();
    let refused = |arguments: &[&'static str]| {
        let ran = replay(&archive, arguments.iter().copied().chain(["--alarms", "trail"]));
        assert_eq!(ran.code, 2);
        ran.stderr
    };
    assert_snapshot!(refused(&["-q", "queries/plain.json"]), @"error: --alarms: no selected query has an alarm: give its card an `[alarm]`, or select a query that has one");
    assert_snapshot!(refused(&["-q", "queries", "--format", "eventbridge"]), @"error: format `eventbridge` holds events, not a list; use `table`, `json`, `ndjson` or `csv`");
    assert!(refused(&["-q", "queries", "--count"]).contains("cannot be used with"));
    archive.write("queries/denied.toml", "[alarm]\nthreshold = 1\nperiod = 10\n");
    assert_snapshot!(refused(&["-q", "queries/denied.json"]), @"error: `queries/denied.toml` is not a card: TOML parse error at line 1, column 1: `period` of the alarm is 10 seconds: it must be a multiple of 60");
}

/// Rules of one file, and correlations of them: three failures of one user within an hour, a success of the same user
/// behind them, and two users from one address.
const CORRELATIONS: &str = "\
title: A call was denied
name: denied
logsource: {product: aws, service: cloudtrail}
detection: {selection: {errorCode: AccessDenied}, condition: selection}
---
title: A call worked
name: worked
logsource: {product: aws, service: cloudtrail}
detection: {filter: {errorCode|exists: true}, condition: not filter}
---
title: Many calls of one user were denied
name: many
level: medium
correlation:
    {type: event_count, rules: [denied], group-by: [userIdentity.userName], timespan: 1h, condition: {gte: 3}}
---
title: Then one worked
name: guessed
level: critical
correlation:
    {type: temporal_ordered, rules: [many, worked], group-by: [userIdentity.userName], timespan: 1d}
---
title: Two users from one address
name: users
level: low
correlation:
    type: value_count
    rules: [denied]
    group-by: [who]
    aliases: {who: {denied: sourceIPAddress}}
    timespan: 10m
    condition: {gte: 2, field: userIdentity.userName}
---
title: Of a rule that is not here
name: astray
correlation: {type: temporal, rules: [denied, gone], timespan: 1h}
";

#[test]
fn correlations_of_sigma_are_watched_one_behind_the_other() {
    let archive = archive();
    archive.write("rules.yml", CORRELATIONS);
    let worked = record(6, "mallory", "ListUsers", "2026-03-02T12:00:00Z", None);
    archive.write(&key("111122223333", "eu-west-1", "2026/03/02"), gzip(&document(&[worked])));
    let ran = replay(&archive, ["--alarms", "-q", "rules.yml", "--fail-on", "critical", "trail"]);
    let checked = backtrail(archive.path()).args(["check", "rules.yml"]).run().stdout;
    assert!(checked.contains("ok     rules/many (correlation of 1 rule)\n"), "{checked}");
    assert_snapshot!(ran.transcript(), @r"
    TIME                  QUERY          SEVERITY  FROM   TO     VALUE  GROUP
    2026-03-02T10:01:00Z  rules/users    low       OK     ALARM      2  who=192.0.2.7
    2026-03-02T10:04:00Z  rules/many     medium    OK     ALARM      3  userIdentity.userName=mallory
    2026-03-02T10:11:01Z  rules/users    low       ALARM  OK         -  who=192.0.2.7
    2026-03-02T11:02:01Z  rules/many     medium    ALARM  OK         -  userIdentity.userName=mallory
    2026-03-02T12:00:00Z  rules/guessed  critical  OK     ALARM      2  userIdentity.userName=mallory
    2026-03-03T11:00:01Z  rules/guessed  critical  ALARM  OK         -  userIdentity.userName=mallory
    --- stderr
    warning: left out: rule `rules/astray` in `rules.yml`: it is a correlation of rules, and `gone` is not among those that were read
    3 log files read (2.8 KiB stored, 2.7 KiB of JSON) in [time] s
    6 records, 6 matched, 6 hits, 0 duplicates
    1 account × 3 regions × 1 day
    not replayed: 1 rule or file, named above
    coverage is incomplete: hits may be missing
    --- exit code 10
    ");
}
