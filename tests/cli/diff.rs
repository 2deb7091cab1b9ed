//! `backtrail diff`.

use crate::support::archive::Archive;
use crate::support::command::{Ran, backtrail};
use insta::assert_snapshot;

fn diff<'a>(archive: &Archive, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    backtrail(archive.path()).args(["diff"]).args(arguments).run()
}

fn archive() -> Archive {
    let archive = Archive::small();
    archive.write("old.json", r#"{"source":["aws.iam"],"detail":{"userIdentity":{"userName":["alice"]}}}"#);
    archive.write("new.json", r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}"#);
    archive
}

#[test]
fn hits_are_told_apart_by_version_and_day_with_examples_and_what_makes_the_noise() {
    assert_snapshot!(diff(&archive(), ["old.json", "new.json", "trail"]).transcript(), @r#"
    new
      0 only old, 1 both, 1 only new
      alerts a day: old 0.50, new 1.00 (over 2 days)
      DAY           ONLY OLD        BOTH    ONLY NEW
      2026-03-02           0           1           0
      2026-03-03           0           0           1
      only new: 2026-03-03T09:59:30Z  CreateUser  user/mallory  111122223333  us-east-1  00000003-0000-4000-8000-000000000000
      excluding detail.userIdentity.arn "arn:aws:iam::111122223333:user/alice" removes 1 of 2 hits (50 %)
      excluding detail.userIdentity.arn "arn:aws:iam::111122223333:user/mallory" removes 1 of 2 hits (50 %)

    1 rule: 1 with other hits, 0 without any
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records
    1 account × 1 region × 2 days
    --- exit code 0
    "#);
    assert_snapshot!(diff(&archive(), ["new.json", "old.json", "trail", "--format", "json"]).stdout, @r#"
    {"days":2,"rules":[{"alerts_a_day":{"new":0.5,"old":1.0},"days":[{"both":1,"day":"2026-03-02","only_new":0,"only_old":0},{"both":0,"day":"2026-03-03","only_new":0,"only_old":1}],"examples":[{"account":"111122223333","event_id":"00000003-0000-4000-8000-000000000000","event_name":"CreateUser","only":"old","principal":"user/mallory","region":"us-east-1","time":"2026-03-03T09:59:30Z"}],"exclusions":[],"hits":{"both":1,"only_new":0,"only_old":1},"in_new":true,"in_old":true,"rule":"old"}],"version":1}
    "#);
}

#[test]
fn directories_are_compared_rule_by_rule() {
    let archive = archive();
    archive.write(
        "changed/user-created.json",
        r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"],"errorCode":["x"]}}"#,
    );
    archive.write("changed/added.json", r#"{"source":["aws.iam"]}"#);
    let ran = diff(&archive, ["queries", "changed", "trail", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let rule = |at: usize| {
        let rule = &told["rules"][at];
        format!("{} {} {} {}", rule["rule"], rule["in_old"], rule["in_new"], rule["hits"])
    };
    assert_eq!(
        [rule(0), rule(1), rule(2)],
        [
            r#""added" false true {"both":0,"only_new":3,"only_old":0}"#,
            r#""user-created" true true {"both":0,"only_new":0,"only_old":2}"#,
            r#""user-deleted" true false {"both":0,"only_new":0,"only_old":1}"#,
        ]
    );
}

#[test]
fn one_version_against_itself_has_nothing_of_its_own() {
    let ran = diff(&archive(), ["queries", "queries", "trail"]);
    assert!(ran.stdout.ends_with("2 rules: 0 with other hits, 0 without any\n"), "{}", ran.stdout);
    assert_eq!(diff(&archive(), ["queries", "gone", "trail"]).code, 2);
}
