use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{Section, Settings};

/// A call of a user at a time, with an error code.
fn call(id: usize, user: &str, time: &str, code: &str) -> String {
    record(
        id,
        &format!(r#"{{"type":"IAMUser","accountId":"111122223333","userName":"{user}"}}"#),
        ("192.0.2.1", "GetObject"),
        time,
        code,
    )
}

fn record(id: usize, identity: &str, (address, name): (&str, &str), time: &str, code: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"{address}","errorCode":"{code}","eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

/// Denied calls of a user, at seconds of one day.
fn calls(user: &str, seconds: impl IntoIterator<Item = u32>) -> Vec<String> {
    let time =
        |second: u32| format!("2026-03-02T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
    let numbered = seconds.into_iter().enumerate();
    numbered.map(|(id, second)| call(id + 1000 * user.len(), user, &time(second), "AccessDenied")).collect()
}

fn findings(section: &Section) -> Vec<(Severity, &str)> {
    section.findings.iter().map(|finding| (finding.severity, finding.text.as_str())).collect()
}

#[test]
fn codes_that_begin_or_end_right_are_denied_and_others_are_not() {
    let codes = [
        "AccessDenied",
        "AccessDeniedException",
        "Client.UnauthorizedOperation",
        "UnauthorizedOperation",
        "NotAccessDenied",
        "UnauthorizedOperationException",
        "accessdenied",
        "VpceAccessDenied",
        "",
    ];
    let time = "2026-03-02T10:00:00Z";
    let records: Vec<_> = (0..).zip(codes).map(|(id, code)| call(id, "alice", time, code)).collect();
    let section = section("denied", &records);
    assert_eq!(
        rows(&section, "actions"),
        [
            format!("s3.amazonaws.com|GetObject|AccessDenied|1|1|{time}|{time}"),
            format!("s3.amazonaws.com|GetObject|AccessDeniedException|1|1|{time}|{time}"),
            format!("s3.amazonaws.com|GetObject|Client.UnauthorizedOperation|1|1|{time}|{time}"),
            format!("s3.amazonaws.com|GetObject|UnauthorizedOperation|1|1|{time}|{time}"),
        ]
    );
    assert_eq!(
        findings(&section),
        [
            (Severity::Low, "4 calls were denied (4 of principals and 0 of AWS services) in 1 log file"),
            (
                Severity::Informational,
                "4 of them count in the sense of CIS, without log delivery and HeadBucket"
            ),
            (Severity::Informational, "1 call was denied by policies of VPC endpoints and not counted here"),
        ]
    );
}

#[test]
fn calls_of_aws_services_are_kept_apart_however_they_are_known() {
    let time = "2026-03-02T10:00:00Z";
    let of = |id, identity, address| record(id, identity, (address, "PutObject"), time, "AccessDenied");
    let user = r#"{"type":"IAMUser","accountId":"111122223333","userName":"alice"}"#;
    let records = [
        of(
            1,
            r#"{"type":"AWSService","invokedBy":"delivery.logs.amazonaws.com"}"#,
            "delivery.logs.amazonaws.com",
        ),
        of(
            2,
            r#"{"type":"AssumedRole","principalId":"A:s","invokedBy":"athena.amazonaws.com"}"#,
            "192.0.2.1",
        ),
        of(3, user, "cloudformation.amazonaws.com"),
        of(4, user, "AWS Internal"),
        of(5, r#"{"type":"AWSService"}"#, "192.0.2.1"),
        of(6, user, "192.0.2.1"),
    ];
    let section = section("denied", &records);
    let action = format!("s3.amazonaws.com|PutObject|AccessDenied|1|{time}|{time}");
    assert_eq!(
        rows(&section, "services"),
        [
            format!("AWS Internal|source address|{action}"),
            format!("an unnamed service|type AWSService|{action}"),
            format!("athena.amazonaws.com|invokedBy|{action}"),
            format!("cloudformation.amazonaws.com|source address|{action}"),
            format!("delivery.logs.amazonaws.com|type AWSService|{action}"),
        ]
    );
    assert_eq!(
        rows(&section, "principals"),
        [format!("user/alice|IAMUser|111122223333|-|1|1|1|{time}|{time}")]
    );
    assert_eq!(rows(&section, "days"), ["2026-03-02|1|5"]);
    assert!(section.findings[1].text.starts_with("5 of them count in the sense of CIS"));
}

#[test]
fn ten_denied_calls_within_five_minutes_of_the_clock_are_a_burst() {
    let spread = calls("alice", (0..10).map(|call| call * 30));
    let nine = calls("bob", (0..9).map(|_| 60));
    let slow = calls("carol", (0..20).map(|call| call * 61));
    let section = section("denied", &[spread, nine, slow].concat());
    assert_eq!(
        rows(&section, "bursts"),
        ["user/alice|IAMUser|111122223333|-|10|1|1|2026-03-02T00:00:00Z|2026-03-02T00:04:30Z"]
    );
    let expected = (Severity::Medium, "1 burst of denied calls, the largest of 10 by user/alice");
    assert_eq!(findings(&section)[0], expected);
}

#[test]
fn windows_that_overlap_are_one_burst_and_others_are_two() {
    // Each minute of the first half hour, a long pause, and ten calls at once.
    let records = calls("alice", (0..60).map(|call| call * 30).chain((0..10).map(|_| 7200)));
    let section = section("denied", &records);
    let tail = |row: &str| row.split('|').skip(4).map(str::to_owned).collect::<Vec<_>>().join("|");
    let bursts: Vec<_> = rows(&section, "bursts").iter().map(|row| tail(row)).collect();
    assert_eq!(
        bursts,
        [
            "60|1|1|2026-03-02T00:00:00Z|2026-03-02T00:29:30Z",
            "10|1|1|2026-03-02T02:00:00Z|2026-03-02T02:00:00Z",
        ]
    );
}

#[test]
fn bursts_do_not_depend_on_the_order_or_the_log_files_of_the_calls() {
    let records = calls("alice", (0..40).map(|call| call * 17 % 600));
    let (mut reversed, half) = (records.clone(), records.len() / 2);
    reversed.reverse();
    let settings = Settings::default();
    let whole = section("denied", &records);
    let split = [(key(2), reversed[..half].to_vec()), (key(3), reversed[half..].to_vec())];
    let split = document(&["denied"], &split, &settings).sections.remove(0);
    for table in ["bursts", "principals", "actions", "days"] {
        assert_eq!(rows(&whole, table), rows(&split, table), "{table}");
    }
    assert_eq!(rows(&whole, "bursts").len(), 1);
}

#[test]
fn calls_without_readable_time_are_counted_and_in_no_burst() {
    let records: Vec<_> = (0..20).map(|id| call(id, "alice", "never", "AccessDenied")).collect();
    let section = section("denied", &records);
    assert_eq!(rows(&section, "principals"), ["user/alice|IAMUser|111122223333|-|20|1|1|-|-"]);
    assert!(rows(&section, "bursts").is_empty());
    assert!(rows(&section, "days").is_empty());
}

#[test]
fn what_a_ranking_leaves_out_is_said() {
    let records: Vec<_> =
        (0..5).map(|id| call(id, &format!("user-{id}"), "2026-03-02T10:00:00Z", "AccessDenied")).collect();
    let settings = Settings { top: 2, ..Settings::default() };
    let section = document(&["denied"], &[(key(2), records)], &settings).sections.remove(0);
    assert_eq!(rows(&section, "principals").len(), 2);
    let text = "2 of 5 denied principals are listed and 3 left out: `--top` lists more";
    assert!(section.findings.iter().any(|finding| finding.text == text));
}

#[test]
fn an_archive_without_denied_calls_says_so() {
    let settings = Settings::default();
    let empty = document(&["denied"], &[], &settings).sections.remove(0);
    assert_eq!(findings(&empty), [(Severity::Informational, "0 calls were denied in 0 log files")]);
    let broken = key(3).replace("20260302T1000Z", "20260303T1000Z");
    let faulty = [(key(2), vec![]), (broken, vec!["{".to_owned()])];
    let faulty = document(&["denied"], &faulty, &settings).sections.remove(0);
    assert_eq!(
        findings(&faulty),
        [(Severity::Informational, "0 calls were denied in 1 log file; 1 could not be read")]
    );
}
