//! Hits that are counted by the values at fields of the records.

use super::replay;
use crate::samples;
use crate::support::archive::{Archive, document, gzip, key};
use crate::support::command::backtrail;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

const EVERY_RECORD: &str = r#"{"source":[{"prefix":""}]}"#;

/// A record of a call to S3 with these members besides.
fn call(id: u32, members: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-03-02T09:58:0{id}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","eventID":"{id}","eventType":"AwsApiCall","recipientAccountId":"111122223333"{members}}}"#
    )
}

/// Two log files with values of all kinds; the second holds a copy of a record of the first.
fn archive() -> Archive {
    let archive = Archive::empty();
    let copied = call(1, r#","readOnly":true,"requestParameters":{"bucketName":"b","limit":10}"#);
    let first = [
        copied.clone(),
        call(2, r#","readOnly":true,"requestParameters":{"bucketName":"b","limit":10}"#),
        call(3, r#","readOnly":false,"requestParameters":{"bucketName":["a","b"],"limit":1.50}"#),
        call(4, r#","requestParameters":{"bucketName":null,"limit":[]}"#),
    ];
    let second = [
        copied,
        call(5, r#","readOnly":true,"requestParameters":null"#),
        call(6, r#","resources":[{"ARN":"arn:1"},{"type":"x"},{"ARN":"arn:2"}]"#),
    ];
    archive.write(&key("111122223333", "us-east-1", "2026/03/02"), gzip(&document(&first)));
    archive.write(&key("111122223333", "us-east-1", "2026/03/03"), gzip(&document(&second)));
    archive
}

#[test]
fn values_of_every_kind_have_a_row_and_a_copy_is_counted_once() {
    let by = ["--count", "--by", "readOnly,requestParameters.bucketName", "--by", "detail.resources.ARN"];
    let run = |more: [&'static str; 2]| {
        replay(&archive(), by.into_iter().chain(more).chain(["-e", EVERY_RECORD, "trail"]))
    };
    assert_snapshot!(run(["--format", "table"]).transcript(), @r"
    QUERY    SEVERITY       readOnly  requestParameters.bucketName  resources.ARN  HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    pattern  informational  true      b                             -                 2  2026-03-02T09:58:01Z  2026-03-02T09:58:02Z         1        1
    pattern  informational  -         -                             -                 1  2026-03-02T09:58:04Z  2026-03-02T09:58:04Z         1        1
    pattern  informational  -         -                             arn:1, arn:2      1  2026-03-02T09:58:06Z  2026-03-02T09:58:06Z         1        1
    pattern  informational  false     a, b                          -                 1  2026-03-02T09:58:03Z  2026-03-02T09:58:03Z         1        1
    pattern  informational  true      -                             -                 1  2026-03-02T09:58:05Z  2026-03-02T09:58:05Z         1        1
    --- stderr
    2 log files read (2.0 KiB stored, 1.9 KiB of JSON) in [time] s
    7 records, 6 matched, 6 hits, 1 duplicate
    1 account × 1 region × 2 days
    --- exit code 0
    ");
    assert_snapshot!(run(["--format", "csv"]).stdout.replace('\r', ""), @r#"
    query,title,severity,readOnly,requestParameters.bucketName,resources.ARN,hits,first,last,accounts,regions
    pattern,pattern,informational,true,b,,2,2026-03-02T09:58:01Z,2026-03-02T09:58:02Z,1,1
    pattern,pattern,informational,,,,1,2026-03-02T09:58:04Z,2026-03-02T09:58:04Z,1,1
    pattern,pattern,informational,,,"arn:1, arn:2",1,2026-03-02T09:58:06Z,2026-03-02T09:58:06Z,1,1
    pattern,pattern,informational,false,"a, b",,1,2026-03-02T09:58:03Z,2026-03-02T09:58:03Z,1,1
    pattern,pattern,informational,true,,,1,2026-03-02T09:58:05Z,2026-03-02T09:58:05Z,1,1
    "#);
    assert_snapshot!(run(["--format", "ndjson"]).stdout, @r#"
    {"version":1,"query":"pattern","title":"pattern","severity":"informational","by":{"readOnly":"true","requestParameters.bucketName":"b","resources.ARN":null},"hits":2,"first":"2026-03-02T09:58:01Z","last":"2026-03-02T09:58:02Z","accounts":1,"regions":1}
    {"version":1,"query":"pattern","title":"pattern","severity":"informational","by":{"readOnly":null,"requestParameters.bucketName":null,"resources.ARN":null},"hits":1,"first":"2026-03-02T09:58:04Z","last":"2026-03-02T09:58:04Z","accounts":1,"regions":1}
    {"version":1,"query":"pattern","title":"pattern","severity":"informational","by":{"readOnly":null,"requestParameters.bucketName":null,"resources.ARN":"arn:1, arn:2"},"hits":1,"first":"2026-03-02T09:58:06Z","last":"2026-03-02T09:58:06Z","accounts":1,"regions":1}
    {"version":1,"query":"pattern","title":"pattern","severity":"informational","by":{"readOnly":"false","requestParameters.bucketName":"a, b","resources.ARN":null},"hits":1,"first":"2026-03-02T09:58:03Z","last":"2026-03-02T09:58:03Z","accounts":1,"regions":1}
    {"version":1,"query":"pattern","title":"pattern","severity":"informational","by":{"readOnly":"true","requestParameters.bucketName":null,"resources.ARN":null},"hits":1,"first":"2026-03-02T09:58:05Z","last":"2026-03-02T09:58:05Z","accounts":1,"regions":1}
    "#);
    let document: Value = serde_json::from_str(&run(["--format", "json"]).stdout).unwrap();
    let first = json!({"readOnly": "true", "requestParameters.bucketName": "b", "resources.ARN": null});
    assert_eq!((&document["counts"][0]["by"], &document["counts"][0]["hits"]), (&first, &json!(2)));
}

#[test]
fn numbers_are_spelled_as_in_the_record() {
    let ran = replay(
        &archive(),
        ["--count", "--by", "requestParameters.limit", "-e", EVERY_RECORD, "trail", "--format", "csv"],
    );
    assert_snapshot!(ran.stdout.replace('\r', ""), @r"
    query,title,severity,requestParameters.limit,hits,first,last,accounts,regions
    pattern,pattern,informational,,3,2026-03-02T09:58:04Z,2026-03-02T09:58:06Z,1,1
    pattern,pattern,informational,10,2,2026-03-02T09:58:01Z,2026-03-02T09:58:02Z,1,1
    pattern,pattern,informational,1.50,1,2026-03-02T09:58:03Z,2026-03-02T09:58:03Z,1,1
    ");
}

#[test]
fn a_query_without_hits_keeps_one_row() {
    let archive = Archive::small();
    archive.write("queries/never.json", r#"{"source":["aws.never"]}"#);
    let ran =
        replay(&archive, ["-q", "queries", "trail", "--count", "--by", "eventName,userIdentity.userName"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       eventName   userIdentity.userName  HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    never         informational  -           -                         0  -                     -                            0        0
    user-created  high           CreateUser  alice                     1  2026-03-02T09:58:00Z  2026-03-02T09:58:00Z         1        1
    user-created  high           CreateUser  mallory                   1  2026-03-03T09:59:30Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational  DeleteUser  mallory                   1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn without_fields_nothing_is_said_of_them() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--count", "--format", "ndjson"]);
    assert!(ran.code == 0 && !ran.stdout.contains("by"), "{}", ran.stdout);
}

#[test]
fn text_from_a_log_acts_neither_on_the_terminal_nor_on_a_spreadsheet() {
    let archive = Archive::empty();
    archive.write("a.json", document(&[call(1, r##","errorCode":"=1\u001b[2J\n""##)]));
    let count = ["--count", "--by", "errorCode", "-e", EVERY_RECORD, "."];
    assert_snapshot!(replay(&archive, count).stdout, @r"
    QUERY    SEVERITY       errorCode    HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    pattern  informational  =1\x1b[2J\n     1  2026-03-02T09:58:01Z  2026-03-02T09:58:01Z         1        1
    ");
    let csv = replay(&archive, count.into_iter().chain(["--format", "csv"])).stdout;
    assert!(csv.contains(",\"'=1\u{1b}[2J\n\","), "{csv:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let of = |threads| {
        let by = "eventName,sourceIPAddress,userIdentity.arn";
        let count = ["replay", "samples", "--count", "--by", by, "--format", "json", "--threads", threads];
        backtrail(env!("CARGO_MANIFEST_DIR")).args(count).run().transcript()
    };
    let one = of("1");
    assert!(one.lines().count() > 50, "{one}");
    assert_eq!(of("2"), one);
    assert_eq!(of("8"), one);
}

#[test]
fn what_can_be_no_field_is_refused_before_anything_is_read() {
    let refused = |by: &'static str| {
        let ran = replay(&Archive::empty(), ["no-such-archive", "--count", "--by", by]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        ran.stderr
    };
    assert_snapshot!(refused("eventName,"), @r"
    error: --by: `` is no field: give a path as CloudTrail names it, like `userIdentity.type`
    ");
    assert_snapshot!(refused("userIdentity..type"), @r"
    error: --by: `userIdentity..type` is no field: give a path as CloudTrail names it, like `userIdentity.type`
    ");
    assert_snapshot!(refused("detail."), @r"
    error: --by: `detail.` is no field: give a path as CloudTrail names it, like `userIdentity.type`
    ");
    assert_snapshot!(refused("eventName,awsRegion,detail.eventName"), @r"
    error: --by: `eventName` is asked for twice
    ");
    assert_snapshot!(refused("hits"), @r"
    error: --by: `hits` is what a column of every count is called, and no field of CloudTrail
    ");
    let ran = replay(&Archive::empty(), ["no-such-archive", "--by", "eventName"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: the following required arguments were not provided:
      --count

    Usage: backtrail replay --count --by <FIELD> <ARCHIVE>...

    For more information, try '--help'.
    --- exit code 2
    ");
}

/// Returns the values at a path, as far as there are any, joined as the counts do it.
fn value_at(record: &Value, path: &[&str]) -> Option<String> {
    fn collect(value: &Value, path: &[&str], found: &mut Vec<String>) {
        match (value, path) {
            (Value::Array(elements), _) => elements.iter().for_each(|element| collect(element, path, found)),
            (Value::Object(members), [name, rest @ ..]) => {
                members.get(*name).into_iter().for_each(|member| collect(member, rest, found));
            }
            (Value::String(text), []) => found.push(text.clone()),
            (Value::Number(_) | Value::Bool(_), []) => found.push(value.to_string()),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(record, path, &mut found);
    Some(found.join(", ")).filter(|joined| !joined.is_empty())
}

#[test]
fn the_samples_are_counted_as_an_independent_count_does() {
    for by in [
        "eventName,eventSource,awsRegion,userIdentity.type,errorCode",
        "requestParameters.bucketName,resources.ARN,readOnly,additionalEventData.MFAUsed",
        "requestParameters.maxResults,requestParameters.instancesSet.items.instanceId",
    ] {
        let paths: Vec<Vec<&str>> = by.split(',').map(|path| path.split('.').collect()).collect();
        let mut seen = BTreeSet::new();
        let mut counts: BTreeMap<Vec<Option<String>>, u64> = BTreeMap::new();
        for record in samples::records().filter(|record| seen.insert(samples::id(record))) {
            *counts.entry(paths.iter().map(|path| value_at(record, path)).collect()).or_default() += 1;
        }
        let mut wanted: Vec<_> = counts.into_iter().collect();
        wanted.sort_by_key(|(_, hits)| Reverse(*hits));

        let count = ["replay", "samples", "-e", EVERY_RECORD, "--count", "--format", "ndjson", "--by", by];
        let ran = backtrail(env!("CARGO_MANIFEST_DIR")).args(count).run();
        let rows = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let got: Vec<(Value, u64)> =
            rows.map(|row| (row["by"].clone(), row["hits"].as_u64().unwrap())).collect();
        let wanted = wanted.into_iter().map(|(values, hits)| {
            let members = by.split(',').map(str::to_owned).zip(values.into_iter().map(|value| json!(value)));
            (Value::Object(members.collect()), hits)
        });
        assert!(got.len() > 1, "{by}: {got:?}");
        assert_eq!(got, wanted.collect::<Vec<_>>(), "{by}");
    }
}
