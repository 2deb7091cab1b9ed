//! What hits look like in every format.

use super::replay;
use crate::support::archive::Archive;
use insta::assert_snapshot;

#[test]
fn hits_are_a_table_by_default() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail"]);
    assert_snapshot!(ran.transcript(), @r"
    TIME                  SEVERITY       QUERY         ACCOUNT       REGION     PRINCIPAL     EVENT       SOURCE IP  OUTCOME
    2026-03-02T09:58:00Z  high           user-created  111122223333  us-east-1  user/alice    CreateUser  192.0.2.7  success
    2026-03-02T09:59:00Z  informational  user-deleted  111122223333  us-east-1  user/mallory  DeleteUser  192.0.2.7  AccessDenied
    2026-03-03T09:59:30Z  high           user-created  111122223333  us-east-1  user/mallory  CreateUser  192.0.2.7  success
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn ndjson_holds_the_raw_record_the_query_and_the_key() {
    let ran = replay(&Archive::small(), ["-q", "queries/user-deleted.json", "trail", "--format", "ndjson"]);
    assert_snapshot!(ran.transcript(), @r#"
    {"version":1,"query":"user-deleted","severity":"informational","log_key":"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz","time":"2026-03-02T09:59:00Z","event_id":"00000002-0000-4000-8000-000000000000","account":"111122223333","region":"us-east-1","principal":"user/mallory","event_name":"DeleteUser","source_ip":"192.0.2.7","outcome":"failure","error":"AccessDenied","record":{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},"eventTime":"2026-03-02T09:59:00Z","eventSource":"iam.amazonaws.com","eventName":"DeleteUser","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"test","errorCode":"AccessDenied","eventID":"00000002-0000-4000-8000-000000000000","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    "#);
}

#[test]
fn json_is_one_document() {
    let ran = replay(&Archive::small(), ["-q", "queries/user-deleted.json", "trail", "--format", "json"]);
    assert_snapshot!(ran.transcript(), @r#"
    {"version":1,"hits":[
    {"query":"user-deleted","severity":"informational","log_key":"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz","time":"2026-03-02T09:59:00Z","event_id":"00000002-0000-4000-8000-000000000000","account":"111122223333","region":"us-east-1","principal":"user/mallory","event_name":"DeleteUser","source_ip":"192.0.2.7","outcome":"failure","error":"AccessDenied","record":{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},"eventTime":"2026-03-02T09:59:00Z","eventSource":"iam.amazonaws.com","eventName":"DeleteUser","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"test","errorCode":"AccessDenied","eventID":"00000002-0000-4000-8000-000000000000","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}
    ]}
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    "#);
}

#[test]
fn csv_has_a_header_and_ends_its_lines_as_spreadsheets_want() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--format", "csv"]);
    assert!(ran.stdout.lines().count() == 4 && ran.stdout.matches("\r\n").count() == 4);
    assert_snapshot!(ran.transcript().replace('\r', ""), @r"
    time,severity,query,account,region,principal,identity_type,event_name,event_source,event_id,source_ip,user_agent,outcome,error,log_key
    2026-03-02T09:58:00Z,high,user-created,111122223333,us-east-1,user/alice,IAMUser,CreateUser,iam.amazonaws.com,00000001-0000-4000-8000-000000000000,192.0.2.7,test,success,,AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz
    2026-03-02T09:59:00Z,informational,user-deleted,111122223333,us-east-1,user/mallory,IAMUser,DeleteUser,iam.amazonaws.com,00000002-0000-4000-8000-000000000000,192.0.2.7,test,failure,AccessDenied,AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz
    2026-03-03T09:59:30Z,high,user-created,111122223333,us-east-1,user/mallory,IAMUser,CreateUser,iam.amazonaws.com,00000003-0000-4000-8000-000000000000,192.0.2.7,test,success,,AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/03/111122223333_CloudTrail_us-east-1_20260303T1000Z_AAAAAAAAAAAAAAAA.json.gz
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn eventbridge_is_the_event_as_the_bus_carries_it() {
    let ran =
        replay(&Archive::small(), ["-q", "queries/user-deleted.json", "trail", "--format", "eventbridge"]);
    assert_snapshot!(ran.transcript(), @r#"
    {"version":"0","id":"738d98c6-1d9f-56bf-ac66-58cf22b280c1","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"111122223333","time":"2026-03-02T09:59:00Z","region":"us-east-1","resources":[],"detail":{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},"eventTime":"2026-03-02T09:59:00Z","eventSource":"iam.amazonaws.com","eventName":"DeleteUser","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"test","errorCode":"AccessDenied","eventID":"00000002-0000-4000-8000-000000000000","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    "#);
}

#[test]
fn counting_shows_every_query_even_without_hits() {
    let archive = Archive::small();
    archive.write("queries/never.json", r#"{"source":["aws.never"]}"#);
    let ran = replay(&archive, ["-q", "queries", "trail", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    never         informational     0  -                     -                            0        0
    user-created  high              2  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
    let json = replay(&archive, ["-q", "queries", "trail", "--count", "--format", "json"]);
    assert_snapshot!(json.stdout, @r#"
    {"version":1,"counts":[
    {"query":"never","title":"never","severity":"informational","hits":0,"first":null,"last":null,"accounts":0,"regions":0},
    {"query":"user-created","title":"A user was created","severity":"high","hits":2,"first":"2026-03-02T09:58:00Z","last":"2026-03-03T09:59:30Z","accounts":1,"regions":1},
    {"query":"user-deleted","title":"user-deleted","severity":"informational","hits":1,"first":"2026-03-02T09:59:00Z","last":"2026-03-02T09:59:00Z","accounts":1,"regions":1}
    ]}
    "#);
    let csv = replay(&archive, ["-q", "queries", "trail", "--count", "--format", "csv"]);
    assert_snapshot!(csv.stdout.replace('\r', ""), @r"
    query,title,severity,hits,first,last,accounts,regions
    never,never,informational,0,,,0,0
    user-created,A user was created,high,2,2026-03-02T09:58:00Z,2026-03-03T09:59:30Z,1,1
    user-deleted,user-deleted,informational,1,2026-03-02T09:59:00Z,2026-03-02T09:59:00Z,1,1
    ");
}

#[test]
fn a_count_is_no_event() {
    let ran = replay(&Archive::small(), ["trail", "--count", "--format", "eventbridge"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: format `eventbridge` holds events, not a list; use `table`, `json`, `ndjson` or `csv`
    --- exit code 2
    ");
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let archive = Archive::small();
    let plain = replay(&archive, ["-q", "queries", "trail"]).stdout;
    let coloured = replay(&archive, ["-q", "queries", "trail", "--color", "always"]).stdout;
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
}

#[test]
fn text_from_a_log_cannot_act_on_the_terminal() {
    let archive = Archive::empty();
    let name = r"Create\u001b]0;title\u0007User\nx";
    let record = crate::support::archive::record(1, "=1+1", name, "2026-03-02T09:58:00Z", None);
    archive.write("a\u{1b}[2J.json", record);
    archive.write("b\u{1b}[2J.json", "no log file");
    let ran = replay(&archive, ["-e", r#"{"source":["aws.iam"]}"#, "."]);
    assert_snapshot!(ran.transcript(), @r"
    TIME                  SEVERITY       QUERY    ACCOUNT       REGION     PRINCIPAL  EVENT                          SOURCE IP  OUTCOME
    2026-03-02T09:58:00Z  informational  pattern  111122223333  us-east-1  user/=1+1  Create\x1b]0;title\x07User\nx  192.0.2.7  success
    --- stderr
    1 log file read (446 B stored, 446 B of JSON) in [time] s, 1 failed
    1 record, 1 matched, 1 hit, 0 duplicates
    not read: b\x1b[2J.json: is not JSON
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let archive = Archive::small();
    let of = |threads| {
        let ran = replay(&archive, ["-q", "queries", "trail", "--format", "ndjson", "--threads", threads]);
        ran.transcript()
    };
    let one = of("1");
    assert!(one.contains("3 hits"));
    assert_eq!(of("2"), one);
    assert_eq!(of("8"), one);
}
