use super::logins::{ROOT, event, login, portal, session, user};
use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::Settings;

/// A call of an identity.
fn call(id: u32, identity: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"2026-03-02T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"us-east-1","eventID":"c{id}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
    )
}

/// The call that began a session of a role.
fn assume(id: u32, name: &str, identity: &str, role: &str, session: &str) -> String {
    let answer = format!(
        r#"{{"assumedRoleUser":{{"arn":"arn:aws:sts::111122223333:assumed-role/{role}/{session}"}}}}"#
    );
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"2026-03-02T09:00:00Z","eventSource":"sts.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","responseElements":{answer},"eventID":"a{id}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
    )
}

const SERVICE: &str = r#"{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}"#;

/// Returns class and reason of the calls of an identity after some others.
fn class(before: &[String], identity: &str) -> String {
    let section = section("no-mfa", &[before, &[call(0, identity)]].concat());
    let kind = if identity.contains("AssumedRole") { "AssumedRole" } else { "" };
    let calls = rows(&section, "calls_by_class");
    let found: Vec<_> = calls.iter().filter(|row| row.contains(&format!("|{kind}"))).collect();
    // The call in question is the last that was added; the others have other identities.
    let row = found.iter().find(|row| row.ends_with("|1") || before.is_empty()).unwrap();
    row.split('|').take(2).collect::<Vec<_>>().join(": ")
}

#[test]
fn each_definition_catches_what_its_text_says() {
    let sso = session("AWSReservedSSO_Admin_0123456789abcdef", "alice", "false");
    let records = [
        login(1, "10:00:00", &user("bob"), "Success", Some("Yes")),
        login(2, "10:00:00", &user("bob"), "Success", Some("No")),
        login(3, "10:00:00", &user("carol"), "Success", None),
        login(4, "10:00:00", &user("bob"), "Failure", Some("No")),
        login(5, "10:00:00", &user("dave"), "Success", Some("YES")),
        login(6, "10:00:00", ROOT, "Success", Some("No")),
        login(7, "10:00:00", &session("Admin", "erin", "false"), "Success", Some("No")),
        login(8, "10:00:00", &sso, "Success", Some("No")),
    ];
    let log_files = [(key(2), records.to_vec())];
    let settings = Settings { is_including_federated: true, ..Settings::default() };
    let whole = document(&["no-mfa"], &log_files, &settings).sections.remove(0);
    let definitions: Vec<_> = rows(&whole, "definitions")
        .iter()
        .map(|row| {
            let cells: Vec<_> = row.split('|').collect();
            [&cells[..1], &cells[2..]].concat().join("|")
        })
        .collect();
    assert_eq!(
        definitions,
        ["CIS|7|6|1|6", "CIS alternative|3|3|1|3", "backtrail|3|3|1|3", "federated, MFA unknown|2|2|0|2",]
    );
    assert_eq!(rows(&whole, "sign_ins").len(), 7);
    let text = "3 sign-ins without MFA by 3 principals, 1 of them by root, among 8 sign-ins in 1 log file";
    assert_eq!((whole.findings[0].severity, whole.findings[0].text.as_str()), (Severity::High, text));

    let plain = section("no-mfa", &records);
    assert_eq!(rows(&plain, "definitions").len(), 3);
    assert_eq!(rows(&plain, "sign_ins").len(), 5);
    assert!(!rows(&plain, "sign_ins").iter().any(|row| row.contains("|federated|")));
}

#[test]
fn an_archive_without_anything_says_so() {
    let section = section("no-mfa", &[]);
    assert_eq!(section.findings.len(), 1);
    assert_eq!(
        section.findings[0].text,
        "0 sign-ins of root or IAM users without MFA among 0 sign-ins in 1 log file"
    );
    assert!(section.charts.is_empty());
}

#[test]
fn a_portal_sign_in_with_a_password_alone_is_one_without_mfa() {
    let password = r#""CredentialType":"PASSWORD","UserName":"alice""#;
    let section = section("no-mfa", &[portal(1, "09:00:00", "UserAuthentication", "Success", password)]);
    assert_eq!(
        rows(&section, "identity_center"),
        ["no|access portal: only a password or a code sent by mail was used|PASSWORD|alice|1|1"]
    );
    let text = "1 sign-in to the access portal of Identity Center without MFA";
    assert_eq!((section.findings[0].severity, section.findings[0].text.as_str()), (Severity::High, text));
}

#[test]
fn users_are_told_by_their_keys_and_sessions() {
    let with = |mfa: &str| {
        format!(
            r#"{{"type":"IAMUser","userName":"bob","accountId":"111122223333","sessionContext":{{"attributes":{{"mfaAuthenticated":"{mfa}"}}}}}}"#
        )
    };
    assert_eq!(class(&[], &user("bob")), "long-term key: no session: signed with a long-term key");
    assert_eq!(class(&[], ROOT), "long-term key: no session: signed with a long-term key");
    assert_eq!(class(&[], &with("false")), "session without MFA: `mfaAuthenticated` is false");
    assert_eq!(class(&[], &with("true")), "session with MFA: `mfaAuthenticated` is true");
    assert_eq!(class(&[], &with("maybe")), "unknown: `mfaAuthenticated` is neither true nor false");
    let invoked = r#"{"type":"IAMUser","userName":"bob","invokedBy":"cloudformation.amazonaws.com"}"#;
    assert_eq!(class(&[], invoked), "service: made by an AWS service for the principal");
    assert_eq!(
        class(&[], r#"{"type":"SAMLUser","userName":"bob"}"#),
        "federated: only the identity provider knows"
    );
    assert_eq!(class(&[], "null"), "other: no identity is recorded");
    assert_eq!(class(&[], r#"{"type":"Robot"}"#), "other: not a type of identity whose MFA AWS checks");
}

#[test]
fn a_role_session_is_told_by_the_call_that_began_it() {
    let work = session("Work", "s", "false");
    let begun = |name: &str, identity: &str| [assume(1, name, identity, "Work", "s")];
    assert_eq!(class(&[], &session("Work", "s", "true")), "session with MFA: `mfaAuthenticated` is true");
    assert_eq!(class(&[], &work), "unknown: no record of how the session was begun");
    assert_eq!(class(&begun("AssumeRole", SERVICE), &work), "service: a role taken by an AWS service");
    assert_eq!(
        class(&begun("AssumeRole", &user("bob")), &work),
        "session without MFA: a role taken by a user without MFA"
    );
    let saml = r#"{"type":"SAMLUser","userName":"bob"}"#;
    assert_eq!(
        class(&begun("AssumeRoleWithSAML", saml), &work),
        "federated: only the identity provider knows"
    );
    let stranger = r#"{"type":"AWSAccount","accountId":"444455556666"}"#;
    assert_eq!(
        class(&begun("AssumeRole", stranger), &work),
        "unknown: begun from another account, whose record is not here"
    );
    let sso = session("AWSReservedSSO_Admin_0123456789abcdef", "alice", "false");
    assert_eq!(class(&[], &sso), "federated: only the identity provider knows");
    let linked = session("AWSServiceRoleForConfig", "configLambdaExecution", "false");
    assert_eq!(class(&[], &linked), "service: a role taken by an AWS service");
}

#[test]
fn sessions_begun_from_sessions_are_followed_and_circles_end() {
    let (first, second) = (session("First", "s", "false"), session("Second", "s", "false"));
    let of_user = assume(1, "AssumeRole", &user("bob"), "First", "s");
    let of_service = assume(2, "AssumeRole", SERVICE, "First", "s");
    let of_first = assume(3, "AssumeRole", &first, "Second", "s");
    let of_second = assume(4, "AssumeRole", &second, "First", "s");
    let records = |records: &[&String]| {
        let calls = [call(1, &second), call(2, &second)];
        let records: Vec<_> = records.iter().map(|record| (*record).clone()).chain(calls).collect();
        let section = section("no-mfa", &records);
        let principals = rows(&section, "principals");
        principals.into_iter().filter(|row| row.contains("Second")).collect::<Vec<_>>()
    };
    let time = "2026-03-02T10:00:00Z";
    let mine = format!(
        "session without MFA|111122223333|role/Second/s|a role taken by a user without MFA|2|{time}|{time}"
    );
    assert_eq!(records(&[&of_user, &of_first]), [mine]);
    let unknown = |reason: &str, calls| vec![format!("unknown|111122223333|role/Second|{reason}|{calls}")];
    let untimed = |rows: Vec<String>| -> Vec<String> {
        rows.iter().map(|row| row.rsplitn(3, '|').last().unwrap().to_owned()).collect()
    };
    let mixed = "sessions of this name were begun in more than one way";
    assert_eq!(untimed(records(&[&of_user, &of_service, &of_first])), unknown(mixed, 2));
    let nobody = "begun from a session of which nobody knows how it was begun";
    assert_eq!(untimed(records(&[&of_first])), unknown(nobody, 2));
    // In a circle with a user at its beginning, it was the user.
    let circle = untimed(records(&[&of_user, &of_first, &of_second]));
    let mine = "session without MFA|111122223333|role/Second/s|a role taken by a user without MFA|3";
    assert_eq!(circle, [mine]);
    let nowhere = "sessions begun one from another, the first of them not recorded";
    assert_eq!(untimed(records(&[&of_first, &of_second])), unknown(nowhere, 3));
}

#[test]
fn events_of_the_sign_in_service_are_no_calls() {
    let role = session("Admin", "bob", "false");
    let switch = r#""responseElements":{"SwitchRole":"Success"}"#;
    let records = [
        login(1, "10:00:00", &user("bob"), "Success", Some("Yes")),
        event(2, "10:00:00", "SwitchRole", &role, switch),
        call(3, &user("bob")),
    ];
    let section = section("no-mfa", &records);
    assert_eq!(
        rows(&section, "calls_by_class"),
        [
            "long-term key|no session: signed with a long-term key|IAMUser|-|1",
            "sign-in event|an event of the sign-in service|AssumedRole|false|1",
            "sign-in event|an event of the sign-in service|IAMUser|-|1",
        ]
    );
    assert_eq!(section.findings[0].text, "1 call with long-term keys by 1 principal");
}
