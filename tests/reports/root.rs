use super::logins::{ROOT, event, login};
use super::{rows, section};
use backtrail::query::Severity;
use backtrail::report::Section;

/// A record of root at a time of 2 March 2026; `identity` and `more` are put into identity and record.
fn call(id: u32, time: &str, name: &str, identity: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"Root","principalId":"111122223333","accountId":"111122223333"{identity}}},"eventTime":"2026-03-02T{time}Z","eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1"{more},"eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

const TYPE: &str = r#","eventType":"AwsApiCall""#;

fn session_with(mfa: &str) -> String {
    format!(
        r#","accessKeyId":"ASIAEXAMPLE","sessionContext":{{"attributes":{{"mfaAuthenticated":"{mfa}"}}}}"#
    )
}

fn texts(section: &Section) -> Vec<(Severity, &str)> {
    section.findings.iter().map(|finding| (finding.severity, finding.text.as_str())).collect()
}

#[test]
fn what_services_do_as_root_is_no_use_of_root() {
    let section = section(
        "root",
        &[
            call(1, "10:00:00", "GetUser", &session_with("true"), TYPE),
            call(1, "10:00:00", "GetUser", &session_with("true"), TYPE),
            call(2, "11:00:00", "GetUser", r#","invokedBy":"s3.amazonaws.com""#, TYPE),
            call(3, "12:00:00", "Rotate", "", r#","eventType":"AwsServiceEvent""#),
            call(4, "13:00:00", "GetUser", &session_with("false"), ""),
        ],
    );
    let (first, last) = ("2026-03-02T10:00:00Z", "2026-03-02T13:00:00Z");
    assert_eq!(rows(&section, "accounts"), [format!("111122223333|4|2|1|1|0|0|0|1|1|0|{first}|{last}")]);
    assert_eq!(rows(&section, "uses").len(), 2);
    assert_eq!(
        texts(&section),
        [
            (Severity::High, "2 uses of root in 1 account in 1 log file"),
            (
                Severity::Informational,
                "2 records of root's identity made by services, which are no uses of root"
            ),
        ]
    );
    assert_eq!(section.charts.len(), 2);
}

#[test]
fn sign_ins_of_root_are_counted_with_their_mfa() {
    let section = section(
        "root",
        &[
            login(1, "10:00:00", ROOT, "Success", Some("Yes")),
            login(2, "11:00:00", ROOT, "Success", Some("No")),
            login(3, "12:00:00", ROOT, "Failure", Some("No")),
            event(4, "13:00:00", "PasswordRecoveryRequested", ROOT, r#""responseElements":null"#),
        ],
    );
    let (first, last) = ("2026-03-02T10:00:00Z", "2026-03-02T13:00:00Z");
    assert_eq!(rows(&section, "accounts"), [format!("111122223333|4|4|0|0|2|1|1|1|2|1|{first}|{last}")]);
    assert_eq!(
        texts(&section),
        [
            (Severity::Critical, "1 sign-in of root without MFA"),
            (Severity::High, "4 uses of root in 1 account in 1 log file"),
            (Severity::High, "1 change of root's own password, access keys or MFA devices"),
            (Severity::Medium, "1 failed sign-in of root"),
        ]
    );
    let unknown = "unknown|the record has neither a session nor an access key|true";
    assert!(rows(&section, "uses")[3].contains(unknown), "{:?}", rows(&section, "uses"));
}

#[test]
fn keys_that_last_are_told_from_those_of_sessions() {
    let lasting = r#","accessKeyId":"AKIAEXAMPLE""#;
    let section = section(
        "root",
        &[
            call(1, "10:00:00", "ListUsers", lasting, TYPE),
            call(2, "10:00:00", "ListUsers", &session_with("false"), TYPE),
            call(3, "10:00:00", "ListUsers", r#","accessKeyId":"""#, TYPE),
        ],
    );
    let time = "2026-03-02T10:00:00Z";
    assert_eq!(
        rows(&section, "keys"),
        [
            format!("111122223333|-|-|1|1|{time}|{time}"),
            format!("111122223333|AKIAEXAMPLE|true|1|1|{time}|{time}"),
            format!("111122223333|ASIAEXAMPLE|false|1|1|{time}|{time}"),
        ]
    );
    assert_eq!(texts(&section)[0], (Severity::Critical, "1 use of root with an access key that lasts"));
    assert!(rows(&section, "uses")[0].contains("|no|an access key that lasts was used|"));
}

#[test]
fn only_roots_own_credentials_are_its_own_and_attempts_change_nothing() {
    let create = |id, more: &str| {
        call(id, "10:00:00", "CreateAccessKey", &session_with("true"), &format!("{TYPE}{more}"))
    };
    let section = section(
        "root",
        &[
            create(1, r#","requestParameters":null"#),
            create(2, r#","requestParameters":{"userName":"AWS ROOT USER"}"#),
            create(3, r#","requestParameters":{"userName":"bob"}"#),
            create(4, r#","errorCode":"LimitExceeded","requestParameters":null"#),
        ],
    );
    let text = "2 changes of root's own password, access keys or MFA devices";
    assert!(texts(&section).contains(&(Severity::High, text)), "{:?}", section.findings);
    let time = "2026-03-02T10:00:00Z";
    let row = format!("root|iam.amazonaws.com|CreateAccessKey|111122223333|us-east-1|yes|4|1|{time}|{time}");
    assert_eq!(rows(&section, "actions"), [row]);
}

#[test]
fn root_sessions_of_administrators_are_shown_with_what_was_done() {
    let assume = r#"{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","userName":"bob"},"eventTime":"2026-03-02T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRoot","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","requestParameters":{"targetPrincipal":"444455556666","taskPolicyArn":{"arn":"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}},"eventID":"1","recipientAccountId":"111122223333"}"#;
    let done = |id: u8, kind: &str, is_assumed: &str| {
        format!(
            r#"{{"userIdentity":{{"type":"{kind}","arn":"arn:aws:sts::444455556666:assumed-root","sessionContext":{{"assumedRoot":{is_assumed}}}}},"eventTime":"2026-03-02T11:00:00Z","eventSource":"s3.amazonaws.com","eventName":"DeleteBucketPolicy","eventID":"{id}","recipientAccountId":"444455556666"}}"#
        )
    };
    let records =
        [assume.to_owned(), done(2, "AssumedRole", r#""true""#), done(3, "AssumedRole", r#""false""#)];
    let section = section("root", &records);
    assert_eq!(
        rows(&section, "assume_root"),
        [
            "2026-03-02T10:00:00Z|111122223333|us-east-1|user/bob|444455556666|arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy|-|192.0.2.1|1"
        ]
    );
    let time = "2026-03-02T11:00:00Z";
    let arn = "arn:aws:sts::444455556666:assumed-root";
    let row = format!("444455556666|AssumedRole|{arn}|s3.amazonaws.com|DeleteBucketPolicy|-|1|{time}|{time}");
    assert_eq!(rows(&section, "root_sessions"), [row]);
    assert_eq!(
        texts(&section),
        [
            (Severity::Medium, "1 call of `AssumeRoot`, by which administrators act as root"),
            (Severity::Informational, "0 uses of root in 1 log file"),
        ]
    );
}

#[test]
fn an_archive_without_root_says_so() {
    let section = section("root", &[]);
    assert_eq!(texts(&section), [(Severity::Informational, "0 uses of root in 1 log file")]);
    assert!(section.charts.is_empty());
}

#[test]
fn a_record_of_root_with_hardly_anything_in_it_is_a_use() {
    let section = section("root", &[r#"{"eventID":"1","userIdentity":{"type":"Root"}}"#.to_owned()]);
    assert_eq!(rows(&section, "actions"), ["root|-|-|111122223333|-|unknown|1|0|-|-"]);
    assert_eq!(rows(&section, "keys"), ["111122223333|-|-|1|0|-|-"]);
}
