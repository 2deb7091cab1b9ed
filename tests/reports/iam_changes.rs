use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{Section, Settings};

/// A call of IAM by alice; `rest` are further members.
fn record(id: u8, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T10:00:{id:02}Z","eventSource":"iam.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","eventID":"{id}","recipientAccountId":"111122223333","userIdentity":{{"type":"IAMUser","userName":"alice"}},{rest}}}"#
    )
}

fn write(id: u8, name: &str, request: &str) -> String {
    record(id, name, &format!(r#""readOnly":false,"requestParameters":{request}"#))
}

/// What was done to whom: call, target, detail, error.
fn told(section: &Section) -> Vec<String> {
    let wanted = |row: String| {
        let cells: Vec<&str> = row.split('|').collect();
        [cells[5], cells[6], cells[7], cells[10]].join("|")
    };
    rows(section, "changes").into_iter().map(wanted).collect()
}

fn findings(section: &Section) -> Vec<&str> {
    section.findings.iter().map(|finding| finding.text.as_str()).collect()
}

#[test]
fn who_did_what_to_whom_is_told_and_equal_calls_once() {
    let attach = r#"{"userName":"bob","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#;
    let made = section(
        "iam-changes",
        &[
            write(3, "AttachUserPolicy", attach),
            write(2, "CreateUser", r#"{"userName":"bob"}"#),
            write(5, "AttachUserPolicy", attach),
            write(6, "CreateAccessKey", "null"),
        ],
    );
    assert_eq!(
        rows(&made, "changes")[1],
        format!(
            "2026-03-02T10:00:03Z|2026-03-02T10:00:05Z|2|111122223333|us-east-1|AttachUserPolicy|user/bob|\
             arn:aws:iam::aws:policy/AdministratorAccess, grants every permission|user/alice|192.0.2.7|-|3|{}|policy|created",
            key(2)
        )
    );
    assert_eq!(
        told(&made),
        [
            "CreateUser|user/bob|-|-",
            "AttachUserPolicy|user/bob|arn:aws:iam::aws:policy/AdministratorAccess, grants every permission|-",
            // without a user in the request it is the caller's own key
            "CreateAccessKey|user/alice|-|-",
        ]
    );
    assert_eq!(
        findings(&made),
        [
            "2 grants of every permission",
            "1 access key created",
            "4 IAM changes by 1 principal in 1 log file"
        ]
    );
    assert_eq!(made.worst(), Some(Severity::High));
    assert_eq!(
        rows(&made, "principals"),
        ["111122223333|user/alice|4|0|2026-03-02T10:00:02Z|2026-03-02T10:00:06Z"]
    );
}

#[test]
fn attempts_are_apart_from_successes_and_give_no_grave_finding() {
    let denied = |id| {
        let request = r#"{"userName":"bob","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#;
        record(
            id,
            "AttachUserPolicy",
            &format!(r#""readOnly":false,"errorCode":"AccessDenied","requestParameters":{request}"#),
        )
    };
    let made =
        section("iam-changes", &[denied(1), denied(2), write(3, "DeleteUser", r#"{"userName":"bob"}"#)]);
    assert_eq!(rows(&made, "kinds"), ["user|deleted|DeleteUser|1|0", "policy|created|AttachUserPolicy|0|2",]);
    assert_eq!(
        findings(&made),
        ["2 attempts to change IAM failed", "1 IAM change by 1 principal in 1 log file"]
    );
}

#[test]
fn calls_that_read_and_calls_of_other_services_are_no_changes() {
    let read = record(1, "ListUsers", r#""readOnly":true"#);
    let old_read = record(2, "GetUser", r#""requestParameters":null"#);
    let null_read = record(3, "SimulatePrincipalPolicy", r#""readOnly":null"#);
    let old_write = record(4, "CreateUser", r#""requestParameters":{"userName":"bob"}"#);
    let other = write(5, "CreateUser", "null").replace("iam.amazonaws.com", "transfer.amazonaws.com");
    let made = section("iam-changes", &[read, old_read, null_read, old_write, other]);
    assert_eq!(told(&made), ["CreateUser|user/bob|-|-"]);
}

#[test]
fn odd_records_are_shown_as_far_as_they_go() {
    let trust = r#"{"roleName":"Admin","policyDocument":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\"}]}"}"#;
    let omitted = r#"{"reason":"requestParameters too large","omitted":true,"originalSize":149893}"#;
    let bare = r#"{"eventSource":"iam.amazonaws.com","eventName":7,"readOnly":false}"#.to_owned();
    let made = section(
        "iam-changes",
        &[
            write(1, "UpdateAssumeRolePolicy", trust),
            write(2, "PutUserPolicy", omitted),
            write(3, "CreateUser", r#"["bob"]"#),
            bare,
        ],
    );
    assert_eq!(
        told(&made),
        [
            "UpdateAssumeRolePolicy|role/Admin|trusts anyone|-",
            "PutUserPolicy|-|content omitted|-",
            "CreateUser|-|-|-",
            "-|-|-|-",
        ]
    );
    assert_eq!(findings(&made)[0], "1 role opened to anyone by its trust policy");
}

#[test]
fn an_archive_with_nothing_to_say_still_says_what_was_read() {
    let made = section("iam-changes", &[]);
    assert_eq!(findings(&made), ["0 IAM changes in 1 log file"]);
    assert_eq!(made.worst(), Some(Severity::Informational));
    let none = document(&["iam-changes"], &[], &Settings::default());
    assert_eq!(none.sections[0].findings[0].text, "0 IAM changes in 0 log files");
}
