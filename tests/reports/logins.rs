use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{Section, Settings};

/// A record of the sign-in service at a time of 2 March 2026.
pub fn event(id: u32, time: &str, name: &str, identity: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{identity},"eventTime":"2026-03-02T{time}Z","eventSource":"signin.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userAgent":"Mozilla/5.0",{more},"eventID":"{id}","eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"}}"#
    )
}

pub fn user(name: &str) -> String {
    format!(
        r#"{{"type":"IAMUser","principalId":"AIDAEXAMPLE","accountId":"111122223333","userName":"{name}"}}"#
    )
}

pub const ROOT: &str = r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}"#;

/// A session of a role; `mfa` is what `mfaAuthenticated` says.
pub fn session(role: &str, name: &str, mfa: &str) -> String {
    format!(
        r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:{name}","arn":"arn:aws:sts::111122223333:assumed-role/{role}/{name}","accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"type":"Role","userName":"{role}"}},"attributes":{{"mfaAuthenticated":"{mfa}"}}}}}}"#
    )
}

/// A sign-in; `mfa_used` may be absent.
pub fn login(id: u32, time: &str, identity: &str, result: &str, mfa_used: Option<&str>) -> String {
    let mfa_used = mfa_used.map(|used| format!(r#""MFAUsed":"{used}","#)).unwrap_or_default();
    let error = if result == "Failure" { r#""errorMessage":"Failed authentication","# } else { "" };
    let more = format!(
        r#"{error}"responseElements":{{"ConsoleLogin":"{result}"}},"additionalEventData":{{{mfa_used}"LoginTo":"https://console.aws.amazon.com/console/home?region=eu-west-1","MobileVersion":"No"}}"#
    );
    event(id, time, "ConsoleLogin", identity, &more)
}

/// An event of the access portal: `data` is put into `additionalEventData`.
pub fn portal(id: u32, time: &str, name: &str, result: &str, data: &str) -> String {
    let identity =
        r#"{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"u-1"}}"#;
    let more = format!(
        r#""responseElements":null,"additionalEventData":{{"AuthWorkflowID":"w-1",{data}}},"serviceEventDetails":{{"{name}":"{result}"}}"#
    );
    event(id, time, name, identity, &more)
}

fn column(section: &Section, table: &str, name: &str) -> Vec<String> {
    let columns = &section.tables.iter().find(|known| known.name == table).unwrap().columns;
    let place = columns.iter().position(|column| column.name == name).unwrap();
    rows(section, table).iter().map(|row| row.split('|').nth(place).unwrap().to_owned()).collect()
}

#[test]
fn sign_ins_are_counted_by_region_class_result_and_mfa() {
    let sso = session("AWSReservedSSO_Admin_0123456789abcdef", "alice", "false");
    let section = section(
        "logins",
        &[
            login(1, "10:00:00", &user("bob"), "Success", Some("Yes")),
            login(1, "10:00:00", &user("bob"), "Success", Some("Yes")),
            login(2, "11:00:00", &user("bob"), "Success", Some("Yes")),
            login(3, "10:00:00", &user("bob"), "Failure", Some("No")),
            login(4, "10:00:00", ROOT, "Success", None),
            login(5, "10:00:00", &session("Admin", "carol", "false"), "Success", Some("No")),
            login(6, "10:00:00", &sso, "Success", Some("No")),
        ],
    );
    let (ten, eleven) = ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z");
    assert_eq!(
        rows(&section, "by_region"),
        [
            format!("us-east-1|root|Root|Success|-|1|{ten}|{ten}"),
            format!("us-east-1|IAM user|IAMUser|Failure|No|1|{ten}|{ten}"),
            format!("us-east-1|IAM user|IAMUser|Success|Yes|2|{ten}|{eleven}"),
            format!("us-east-1|federated|AssumedRole|Success|No|1|{ten}|{ten}"),
            format!("us-east-1|Identity Center|AssumedRole|Success|No|1|{ten}|{ten}"),
        ]
    );
    assert_eq!(rows(&section, "wanted_regions"), [format!("eu-west-1|-|us-east-1|6|{ten}|{eleven}")]);
    assert_eq!(rows(&section, "by_day"), ["2026-03-02|5|1"]);
    let text = "6 sign-ins, 5 successful and 1 failed, recorded in 1 region in 1 log file";
    assert_eq!(section.findings.last().unwrap().text, text);
    let names: Vec<_> = section.charts.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn an_archive_without_sign_ins_says_so() {
    let document = document(&["logins"], &[(key(2), vec![])], &Settings::default());
    let section = &document.sections[0];
    assert_eq!(section.findings.len(), 1);
    assert_eq!(section.findings[0].text, "0 sign-ins in 1 log file");
    assert!(section.charts.is_empty());
    assert!(section.tables.iter().all(|table| table.frame.height() == 0));
}

#[test]
fn a_log_file_that_could_not_be_read_stands_in_the_sentence() {
    let broken = (key(3), vec!["{".to_owned()]);
    let document = document(&["logins"], &[(key(2), vec![]), broken], &Settings::default());
    let text = &document.sections[0].findings[0].text;
    assert!(text.starts_with("0 sign-ins in "), "{text}");
    assert_eq!(document.coverage.faults.len(), 1);
}

#[test]
fn a_record_with_hardly_anything_in_it_is_still_a_sign_in() {
    let bare = r#"{"eventName":"ConsoleLogin","eventID":"1"}"#.to_owned();
    let odd = r#"{"eventName":"ConsoleLogin","eventID":"2","eventTime":7,"userIdentity":[],"responseElements":"Success","additionalEventData":null}"#;
    let section = section("logins", &[bare, odd.to_owned()]);
    assert_eq!(rows(&section, "by_region"), ["-|other|-|-|-|2|-|-"]);
    assert_eq!(rows(&section, "wanted_regions"), ["-|no address is recorded|-|2|-|-"]);
    assert_eq!(column(&section, "sign_ins", "mfa"), ["unknown", "unknown"]);
    assert_eq!(column(&section, "sign_ins", "reason"), ["not a type of identity whose MFA AWS checks"; 2]);
}

#[test]
fn a_success_after_failures_from_the_same_address_is_found() {
    let mut records: Vec<_> = (0..3)
        .map(|number| login(number, &format!("10:00:0{number}"), &user("bob"), "Failure", Some("No")))
        .collect();
    let early = section("logins", &records);
    assert_eq!(rows(&early, "success_after_failures").len(), 0);
    records.push(login(4, "10:01:00", &user("bob"), "Success", Some("No")));
    // The archive need not be in the order of times.
    records.rotate_left(2);
    let found = section("logins", &records);
    assert_eq!(column(&found, "success_after_failures", "failures_before"), ["3"]);
    assert_eq!(found.findings[0].severity, Severity::High);
    let text = "1 successful sign-in after 3 or more failures from the same address within 24 hours, 1 of them without MFA";
    assert_eq!(found.findings[0].text, text);
    let (first, last) = ("2026-03-02T10:00:00Z", "2026-03-02T10:00:02Z");
    assert_eq!(rows(&found, "failures"), [format!("111122223333|user/bob|192.0.2.1|3|{first}|{last}")]);
}

#[test]
fn users_with_hidden_names_are_told_apart_by_address_only() {
    let hidden = user("HIDDEN_DUE_TO_SECURITY_REASONS");
    let section = section("logins", &[login(1, "10:00:00", &hidden, "Failure", Some("No"))]);
    let time = "2026-03-02T10:00:00Z";
    assert_eq!(rows(&section, "failures"), [format!("111122223333|-|192.0.2.1|1|{time}|{time}")]);
    assert_eq!(rows(&section, "sources"), [format!("192.0.2.1|0|1|0|{time}|{time}")]);
}

#[test]
fn a_code_that_was_asked_for_and_not_given_is_found() {
    let check = |id, time| {
        let more =
            r#""responseElements":{"CheckMfa":"Success"},"additionalEventData":{"MfaType":"Virtual MFA"}"#;
        event(id, time, "CheckMfa", &user("bob"), more)
    };
    let records = [
        check(1, "10:00:00"),
        login(2, "10:00:30", &user("bob"), "Success", Some("Yes")),
        check(3, "11:00:00"),
        login(4, "11:00:20", &user("bob"), "Failure", Some("Yes")),
        login(5, "11:05:01", &user("bob"), "Success", Some("Yes")),
    ];
    let section = section("logins", &records);
    let time = "2026-03-02T11:00:00Z";
    assert_eq!(
        rows(&section, "unanswered_mfa"),
        [format!("{time}|111122223333|us-east-1|user/bob|Virtual MFA|192.0.2.1|3")]
    );
    assert_eq!(
        section.findings[0].text,
        "1 attempt with the right password, but without the MFA code that was asked for"
    );
    let other = rows(&section, "other_events");
    assert_eq!(
        other,
        [format!("CheckMfa|111122223333|us-east-1|IAMUser|Success|-|2|2026-03-02T10:00:00Z|{time}")]
    );
    assert!(section.findings[1].text.starts_with("3 sign-ins, "), "{:?}", section.findings);
}

#[test]
fn switched_roles_and_tokens_are_no_sign_ins() {
    let role = session("Admin", "bob", "false");
    let switch = r#""responseElements":{"SwitchRole":"Success"},"additionalEventData":{"RedirectTo":"https://eu-central-1.console.aws.amazon.com/ec2/home"}"#;
    let token = r#""responseElements":{"GetSigninToken":"Success"},"additionalEventData":{"MFAUsed":"No"}"#;
    let section = section(
        "logins",
        &[
            event(1, "10:00:00", "SwitchRole", &role, switch),
            event(2, "10:00:00", "GetSigninToken", &role, token),
            event(3, "11:00:00", "GetSigninToken", &role, token),
        ],
    );
    assert_eq!(section.findings[0].text, "0 sign-ins in 1 log file");
    let (ten, eleven) = ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z");
    assert_eq!(
        rows(&section, "other_events"),
        [
            format!("GetSigninToken|111122223333|us-east-1|AssumedRole|Success|-|2|{ten}|{eleven}"),
            format!("SwitchRole|111122223333|us-east-1|AssumedRole|Success|eu-central-1|1|{ten}|{ten}"),
        ]
    );
}

#[test]
fn a_sign_in_of_identity_center_is_judged_by_the_one_to_the_access_portal() {
    let sso = session("AWSReservedSSO_Admin_0123456789abcdef", "alice", "false");
    for (types, mfa) in [
        ("PASSWORD,TOTP", "yes"),
        ("WEBAUTHN", "yes"),
        ("PASSWORD", "no"),
        ("PASSWORD, EMAIL_OTP", "no"),
        ("EXTERNAL_IDP", "unknown"),
        ("SMARTCARD", "unknown"),
        ("", "unknown"),
    ] {
        let records = [
            portal(3, "09:00:10", "UserAuthentication", "Success", &format!(r#""CredentialType":"{types}""#)),
            // The name stands in the challenge alone, and only the workflow joins the two.
            portal(
                1,
                "09:00:00",
                "CredentialChallenge",
                "Success",
                r#""CredentialType":"PASSWORD","UserName":"Alice""#,
            ),
            portal(2, "09:00:05", "CredentialVerification", "Failure", r#""CredentialType":"PASSWORD""#),
            login(4, "09:01:00", &sso, "Success", Some("No")),
            login(5, "17:30:00", &sso, "Success", Some("No")),
        ];
        let section = section("logins", &records);
        assert_eq!(column(&section, "identity_center", "mfa"), [mfa], "{types}");
        assert_eq!(column(&section, "identity_center", "user"), ["Alice"]);
        assert_eq!(column(&section, "identity_center", "failures"), ["1"]);
        assert_eq!(column(&section, "identity_center", "time"), ["2026-03-02T09:00:10Z"]);
        // Hours later the session of the portal is over.
        assert_eq!(column(&section, "sign_ins", "mfa"), [mfa, "unknown"], "{types}");
        let late = "Identity Center: no sign-in to the access portal under that name in the 8 hours before";
        assert_eq!(column(&section, "sign_ins", "reason")[1], late);
    }
}

#[test]
fn a_sign_in_to_the_access_portal_that_was_not_completed_is_none() {
    let challenge = r#""CredentialType":"TOTP","UserName":"alice""#;
    let begun = portal(1, "09:00:00", "CredentialChallenge", "Success", challenge);
    let failed = portal(2, "09:00:05", "CredentialVerification", "Failure", r#""CredentialType":"TOTP""#);
    let one = section("logins", std::slice::from_ref(&begun));
    assert_eq!(column(&one, "identity_center", "result"), ["not completed"]);
    let two = section("logins", &[begun, failed]);
    assert_eq!(column(&two, "identity_center", "result"), ["Failure"]);
    assert_eq!(column(&two, "identity_center", "mfa"), ["unknown"]);
    assert_eq!(two.findings[0].text, "0 sign-ins in 1 log file");
}
