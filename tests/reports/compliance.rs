use super::{document, key, rows, section};
use backtrail::report::{Benchmark, Settings};

fn record(id: u8, source: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"IAMUser","userName":"bob"}},"eventTime":"2026-03-02T10:00:0{id}Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","eventID":"{id}","recipientAccountId":"111122223333"{more}}}"#
    )
}

#[test]
fn controls_are_counted_with_their_attempts_and_evidence() {
    let denied = r#","errorCode":"AccessDenied""#;
    let section = section(
        "compliance",
        &[
            record(2, "cloudtrail", "StopLogging", ""),
            record(1, "cloudtrail", "StopLogging", denied),
            record(3, "iot", "DeletePolicy", ""),
        ],
    );
    let controls = rows(&section, "controls");
    assert_eq!(controls.len(), 15);
    assert!(controls[4].starts_with("5.5|-|CloudTrail configuration changes|2|1|2026-03-02T10:00:01Z|"));
    assert_eq!(controls[3], "5.4|-|IAM policy changes|0|0|-|-|0", "not a policy of IAM");
    assert!(controls[2].starts_with("5.3|2.7|Use of the root user|0|"));
    let evidence = rows(&section, "evidence");
    let log_key = key(2);
    let shown = |control: &str, id: u8, error: &str| {
        format!(
            "{control}|2026-03-02T10:00:0{id}Z|111122223333|us-east-1|StopLogging|user/bob|192.0.2.7|{error}|{id}|{log_key}"
        )
    };
    assert_eq!(
        evidence,
        [shown("5.1", 1, "AccessDenied"), shown("5.5", 1, "AccessDenied"), shown("5.5", 2, "-")]
    );
    assert_eq!(section.findings[0].text, "5.5 CloudTrail configuration changes: 2 hits, 1 of them failed");
}

#[test]
fn an_older_version_numbers_its_controls_otherwise_and_knows_fewer_events() {
    let settings = Settings { benchmark: Benchmark::V1_4, ..Settings::default() };
    let records =
        vec![record(1, "ec2", "ModifySecurityGroupRules", ""), record(2, "ec2", "CreateSecurityGroup", "")];
    let document = document(&["compliance"], &[(key(2), records)], &settings);
    let controls = rows(&document.sections[0], "controls");
    assert!(controls[9].starts_with("4.10|-|Security group changes|1|0|"), "{}", controls[9]);
    assert!(controls[2].starts_with("4.3|1.7|"));
    assert!(document.sections.len() > 1, "all other reports come with it");
}

#[test]
fn the_certificate_counts_days_read_failed_and_missing() {
    let broken = vec!["{".to_owned()];
    let good = |id| vec![record(id, "iam", "GetUser", "")];
    let log_files = [(key(2), good(1)), (key(5), good(2)), (key(6), broken)];
    let document = document(&["compliance"], &log_files, &Settings::default());
    assert_eq!(
        rows(&document.sections[0], "coverage"),
        ["111122223333|us-east-1|2026-03-02|2026-03-06|2|1|2|2|1|2"]
    );
    let last = document.sections[0].findings.iter().rev().nth(1).unwrap();
    assert_eq!(
        last.text,
        "CIS 7.0: 15 controls searched in 2 of 3 log files (coverage is incomplete); 15 without a hit"
    );
}

#[test]
fn an_empty_archive_has_an_honest_document() {
    let section = section("compliance", &[]);
    assert!(rows(&section, "evidence").is_empty());
    assert_eq!(rows(&section, "controls").len(), 15);
    assert!(section.findings[0].text.ends_with("15 without a hit"));
}
