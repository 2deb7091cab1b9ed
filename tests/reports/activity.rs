use super::{document, key, rows, section};
use backtrail::report::{Section, Settings, Shape};

const EARLY: &str = "2026-03-02T10:00:00Z";
const LATE: &str = "2026-03-02T11:00:00Z";

fn record(id: u32, name: &str, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

/// A record with these members beside its id.
fn with(id: u32, members: &str) -> String {
    format!(
        r#"{{"eventTime":"{EARLY}","eventSource":"s3.amazonaws.com","eventName":"PutObject","eventType":"AwsApiCall","eventID":"{id}",{members}}}"#
    )
}

fn first_finding(section: &Section) -> &str {
    &section.findings[0].text
}

#[test]
fn events_are_counted_by_service_and_name_and_duplicates_once() {
    let records =
        [record(1, "CreateUser", LATE), record(1, "CreateUser", LATE), record(2, "CreateUser", EARLY)];
    let section = section("activity", &[&records[..], &[record(3, "ListUsers", EARLY)]].concat());
    assert_eq!(
        rows(&section, "events"),
        [
            format!("iam.amazonaws.com|CreateUser|2|0|{EARLY}|{LATE}"),
            format!("iam.amazonaws.com|ListUsers|1|0|{EARLY}|{EARLY}"),
        ]
    );
    assert_eq!(rows(&section, "services"), [format!("iam.amazonaws.com|3|0|2|{EARLY}|{LATE}")]);
    assert_eq!(
        first_finding(&section),
        "3 records of 2 different events from 1 service, in 1 account and 1 region, on 1 day by 1 principal from 1 source \
         address with 1 user agent in 1 log file"
    );
}

#[test]
fn insights_are_no_events_and_the_oldest_records_are() {
    let insight = format!(r#"{{"eventType":"AwsCloudTrailInsight","eventTime":"{EARLY}","eventID":"1"}}"#);
    let oldest = format!(
        r#"{{"eventTime":"{EARLY}","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventID":"2"}}"#
    );
    let section = section("activity", &[insight, oldest]);
    let names: Vec<_> = rows(&section, "events");
    assert_eq!(names, [format!("ec2.amazonaws.com|RunInstances|1|0|{EARLY}|{EARLY}")]);
    let text = "1 Insights record is left out";
    assert!(section.findings.iter().any(|finding| finding.text == text));
}

#[test]
fn errors_are_counted_by_code_and_beside_each_event() {
    let section = section(
        "activity",
        &[
            with(1, r#""errorCode":"NoSuchKey""#),
            with(2, r#""errorCode":"NoSuchKey""#),
            with(3, r#""errorCode":null"#),
        ],
    );
    assert_eq!(rows(&section, "errors"), [format!("NoSuchKey|2|{EARLY}|{EARLY}")]);
    assert_eq!(rows(&section, "events"), [format!("s3.amazonaws.com|PutObject|3|2|{EARLY}|{EARLY}")]);
}

#[test]
fn a_region_is_used_when_somebody_changes_something_in_it() {
    let place = |id, region: &str, read_only: &str, kind: &str| {
        with(
            id,
            &format!(r#""awsRegion":"{region}","readOnly":{read_only},"userIdentity":{{"type":"{kind}"}}"#),
        )
    };
    let records = [
        place(1, "eu-used", "false", "IAMUser"),
        place(2, "eu-services", "false", "AWSService"),
        place(3, "eu-reads", "true", "IAMUser"),
        place(4, "eu-unknown", "null", "IAMUser"),
        place(5, "eu-unknown", "true", "IAMUser"),
    ];
    let section = section("activity", &records);
    assert_eq!(
        rows(&section, "regions"),
        [
            "eu-unknown|2|1|0|0|1|0|unknown",
            "eu-reads|1|1|0|0|1|0|reads only",
            "eu-services|1|0|1|1|1|0|services only",
            "eu-used|1|0|1|0|1|0|used",
            "us-east-1|0|0|0|0|0|1|nothing",
        ]
    );
    let text = "3 regions are logged and unused: eu-reads, eu-services, us-east-1";
    assert!(section.findings.iter().any(|finding| finding.text == text));
}

#[test]
fn who_comes_for_the_first_time_is_counted_on_that_day() {
    let call = |id, time: &str, user: &str, address: &str| {
        let identity = format!(r#"{{"type":"IAMUser","accountId":"111122223333","userName":"{user}"}}"#);
        format!(
            r#"{{"eventTime":"{time}","eventType":"AwsApiCall","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"{id}","userIdentity":{identity},"sourceIPAddress":"{address}","userAgent":"cli"}}"#
        )
    };
    let records = [
        call(1, "2026-03-03T00:00:00Z", "bob", "192.0.2.1"),
        call(2, "2026-03-02T23:59:59Z", "alice", "192.0.2.1"),
        call(3, "2026-03-03T12:00:00Z", "alice", "192.0.2.2"),
        call(4, "never", "carol", "192.0.2.1"),
    ];
    let section = section("activity", &records);
    assert_eq!(rows(&section, "days"), ["-|1|1|0|0", "2026-03-02|1|1|1|1", "2026-03-03|2|1|1|0"]);
    let names = |table| {
        let rows = rows(&section, table);
        rows.iter().map(|row| row.split('|').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("principals"), ["user/alice", "user/bob", "user/carol"]);
    assert_eq!(names("new_principals"), ["user/bob", "user/alice", "user/carol"]);
    assert_eq!(names("new_addresses"), ["192.0.2.2", "192.0.2.1"]);
}

#[test]
fn a_principal_is_one_whichever_services_it_calls_through() {
    let of = |id, invoked_by: &str| {
        let identity =
            r#""type":"AssumedRole","principalId":"AROA:s","arn":"arn:aws:sts::1:assumed-role/R/s""#;
        with(id, &format!(r#""userIdentity":{{{identity}{invoked_by}}}"#))
    };
    let section = section("activity", &[of(1, ""), of(2, r#","invokedBy":"athena.amazonaws.com""#)]);
    let arn = "arn:aws:sts::1:assumed-role/R/s";
    assert_eq!(rows(&section, "principals"), [format!("role/R/s|AssumedRole|-|{arn}|2|{EARLY}|{EARLY}")]);
}

#[test]
fn the_week_is_drawn_by_day_and_hour_in_utc() {
    // 2026-03-02 is a Monday.
    let section = section("activity", &[record(1, "A", EARLY), record(2, "A", "2026-03-08T23:30:00+02:00")]);
    let week = section.charts.iter().find_map(|chart| match &chart.shape {
        Shape::Week(week) => Some(week),
        _ => None,
    });
    let week = week.unwrap();
    assert_eq!((week[0][10], week[6][21], week.iter().flatten().sum::<u64>()), (1, 1, 2));
}

#[test]
fn asked_for_fields_are_counted_in_one_table_instead() {
    let fields = ["eventName", "errorCode", "day"].map(str::to_owned).to_vec();
    let settings = Settings { by: fields, top: 2, ..Settings::default() };
    let records = vec![
        record(1, "A", EARLY),
        record(2, "A", LATE),
        record(3, "B", EARLY),
        record(4, "C", "2026-03-03T00:00:00Z"),
    ];
    let section = document(&["activity"], &[(key(2), records)], &settings).sections.remove(0);
    assert_eq!(section.tables.len(), 1);
    assert_eq!(
        rows(&section, "by"),
        [format!("A|-|2026-03-02|2|{EARLY}|{LATE}"), format!("B|-|2026-03-02|1|{EARLY}|{EARLY}")]
    );
    let texts: Vec<_> = section.findings.iter().map(|finding| finding.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "4 records in 3 combinations of eventName, errorCode, day in 1 log file",
            "2 of 3 combinations are listed and 1 left out: `--top` lists more",
        ]
    );
}

#[test]
fn an_archive_without_records_says_so() {
    let settings = Settings::default();
    let section = document(&["activity"], &[(key(2), vec![])], &settings).sections.remove(0);
    assert_eq!(first_finding(&section), "0 records in 1 log file");
    assert_eq!(rows(&section, "regions"), ["us-east-1|0|0|0|0|0|1|nothing"]);
    assert!(rows(&section, "events").is_empty());
}
