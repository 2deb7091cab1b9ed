use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{Section, Settings};

const TIME: &str = "2026-03-02T10:00:00Z";
const USER: &str = r#"{"type":"IAMUser","accountId":"111122223333","userName":"alice"}"#;
const SERVICE: &str = r#"{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}"#;
const ADMIN: &str = "arn:aws:iam::111122223333:role/team/Admin";

/// A call of STS with some members beside the usual ones.
fn call(id: u32, name: &str, identity: &str, members: &str) -> String {
    record(id, ("sts.amazonaws.com", name), identity, "111122223333", members)
}

fn assume(id: u32, identity: &str, role: &str, account: &str) -> String {
    let members = format!(r#""requestParameters":{{"roleArn":"{role}","roleSessionName":"s"}}"#);
    record(id, ("sts.amazonaws.com", "AssumeRole"), identity, account, &members)
}

fn record(id: u32, (source, name): (&str, &str), identity: &str, account: &str, members: &str) -> String {
    format!(
        r#"{{"eventTime":"{TIME}","eventSource":"{source}","eventName":"{name}","eventType":"AwsApiCall","sourceIPAddress":"192.0.2.1","userIdentity":{identity},"eventID":"{id}","recipientAccountId":"{account}",{members}}}"#
    )
}

/// A record of a session of the role Admin.
fn session(id: u32, name: &str, issuer: &str) -> String {
    let identity = format!(
        r#"{{"type":"AssumedRole","principalId":"AROA1:{name}","arn":"arn:aws:sts::111122223333:assumed-role/Admin/{name}","accountId":"111122223333"{issuer}}}"#
    );
    record(id, ("s3.amazonaws.com", "ListBuckets"), &identity, "111122223333", r#""readOnly":true"#)
}

const ISSUER: &str = r#","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/team/Admin","userName":"Admin"}}"#;

fn findings(section: &Section) -> Vec<(Severity, &str)> {
    section.findings.iter().map(|finding| (finding.severity, finding.text.as_str())).collect()
}

/// Returns some columns of a table's rows, by their places.
fn columns(section: &Section, table: &str, places: &[usize]) -> Vec<String> {
    let pick = |row: &String| {
        let values: Vec<_> = row.split('|').collect();
        places.iter().map(|place| values[*place]).collect::<Vec<_>>().join("|")
    };
    rows(section, table).iter().map(pick).collect()
}

#[test]
fn calls_are_joined_with_the_sessions_of_their_role_whatever_its_path() {
    let records = [
        assume(1, USER, ADMIN, "111122223333"),
        assume(2, SERVICE, ADMIN, "111122223333"),
        session(3, "s", ISSUER),
        session(4, "s", ISSUER),
        session(5, "t", ""),
    ];
    let section = section("roles", &records);
    assert_eq!(
        rows(&section, "roles"),
        [format!("Admin|111122223333|{ADMIN}|2|0|0|0|2|1|{TIME}|{TIME}|2|3|{TIME}|{TIME}")]
    );
    let text = "2 calls for roles (1 role by 2 principals, 0 refused and 0 across accounts) in 1 log file";
    assert_eq!(findings(&section), [(Severity::Informational, text)]);
}

#[test]
fn a_refused_call_that_names_no_role_is_counted_without_one() {
    let refused = call(1, "AssumeRole", USER, r#""errorCode":"AccessDenied","requestParameters":null"#);
    let section = section("roles", &[refused]);
    assert!(rows(&section, "roles").is_empty());
    assert_eq!(
        rows(&section, "uses"),
        [format!(
            "AssumeRole|-|-|-|user/alice|IAMUser|111122223333|-|192.0.2.1|111122223333|-|1|1|{TIME}|{TIME}"
        )]
    );
    assert_eq!(rows(&section, "calls"), ["AssumeRole|1|1|0"]);
}

#[test]
fn calls_across_accounts_are_marked_and_told_by_the_side_they_are_recorded_on() {
    let role = "arn:aws:iam::444455556666:role/Audit";
    let stranger = r#"{"type":"AWSAccount","accountId":"999988887777","principalId":"AIDA9"}"#;
    let records = [
        assume(1, USER, role, "111122223333"),
        assume(
            2,
            r#"{"type":"AWSAccount","accountId":"111122223333","principalId":"AIDA1"}"#,
            role,
            "444455556666",
        ),
        assume(3, stranger, role, "444455556666"),
        assume(4, SERVICE, role, "444455556666"),
        assume(5, USER, ADMIN, "111122223333"),
    ];
    let section = section("roles", &records);
    assert_eq!(columns(&section, "roles", &[0, 3, 5, 6]), ["Audit|4|3|1", "Admin|1|0|0"]);
    let mut across = columns(&section, "uses", &[4, 9, 10]);
    across.sort();
    assert_eq!(
        across,
        [
            "account/111122223333 (AIDA1)|444455556666|true",
            "account/999988887777 (AIDA9)|444455556666|true",
            "service/lambda.amazonaws.com|444455556666|-",
            "user/alice|111122223333|false",
            "user/alice|111122223333|true",
        ]
    );
    let text = "Roles were used from 1 account that is not in this archive: 999988887777";
    assert_eq!(findings(&section)[0], (Severity::Medium, text));
}

#[test]
fn every_way_to_a_role_is_counted_by_its_name() {
    let role = format!(r#""requestParameters":{{"roleArn":"{ADMIN}"}}"#);
    let saml = r#"{"type":"SAMLUser","userName":"bob","identityProvider":"idp"}"#;
    let web = r#"{"type":"WebIdentityUser","userName":"sub","identityProvider":"idp"}"#;
    let switched = r#"{"type":"AssumedRole","principalId":"AROA1:alice","accountId":"111122223333","arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice"}"#;
    let from = |result: &str| {
        format!(
            r#""responseElements":{{"SwitchRole":"{result}"}},"additionalEventData":{{"SwitchFrom":"arn:aws:iam::444455556666:user/alice"}}"#
        )
    };
    let switch = |id, result: &str| {
        record(id, ("signin.amazonaws.com", "SwitchRole"), switched, "111122223333", &from(result))
    };
    let records = [
        call(1, "AssumeRoleWithSAML", saml, &role),
        call(2, "AssumeRoleWithWebIdentity", web, &role),
        call(3, "AssumeRoot", USER, r#""requestParameters":{"targetPrincipal":"444455556666"}"#),
        call(
            4,
            "AssumeRoot",
            USER,
            r#""requestParameters":{"targetPrincipal":"arn:aws:iam::444455556666:root"}"#,
        ),
        call(5, "GetFederationToken", USER, r#""requestParameters":{"name":"carol"}"#),
        switch(6, "Success"),
        switch(7, "Failure"),
        call(8, "GetSessionToken", USER, r#""readOnly":false"#),
    ];
    let section = section("roles", &records);
    assert_eq!(
        rows(&section, "calls"),
        [
            "AssumeRoleWithSAML|1|0|1",
            "AssumeRoleWithWebIdentity|1|0|1",
            "AssumeRoot|2|0|1",
            "GetFederationToken|1|0|1",
            "SwitchRole|2|1|1",
        ]
    );
    assert_eq!(
        columns(&section, "uses", &[0, 1, 2, 4, 10, 11]),
        [
            "AssumeRoot|root|444455556666|user/alice|true|2",
            "SwitchRole|Admin|111122223333|user/alice|true|2",
            "AssumeRoleWithSAML|Admin|111122223333|bob (idp)|-|1",
            "AssumeRoleWithWebIdentity|Admin|111122223333|sub (idp)|-|1",
            "GetFederationToken|federated-user/carol|111122223333|user/alice|false|1",
        ]
    );
    let text = "2 calls for root sessions in member accounts (AssumeRoot)";
    assert_eq!(findings(&section)[0], (Severity::Medium, text));
}

#[test]
fn whoever_called_for_a_session_is_named_beside_it() {
    let answered = |id, identity: &str, session: &str| {
        let members = format!(
            r#""requestParameters":{{"roleArn":"{ADMIN}"}},"responseElements":{{"assumedRoleUser":{{"assumedRoleId":"AROA1:{session}"}}}}"#
        );
        call(id, "AssumeRole", identity, &members)
    };
    let bob = r#"{"type":"IAMUser","accountId":"111122223333","userName":"bob"}"#;
    let records = [
        answered(1, USER, "s"),
        answered(2, bob, "s"),
        answered(3, USER, "t"),
        answered(4, SERVICE, "u"),
        session(5, "s", ISSUER),
        session(6, "s", ISSUER),
        session(7, "t", ISSUER),
        session(8, "u", ISSUER),
    ];
    let section = section("roles", &records);
    assert_eq!(
        columns(&section, "sessions", &[0, 2, 3, 6, 7, 8]),
        [
            "Admin|role/Admin/s|2|user/alice, user/bob|2|session name",
            "Admin|role/Admin/t|1|user/alice|1|session name",
            "Admin|role/Admin/u|1|-|0|-",
        ]
    );
}

#[test]
fn two_callers_with_sessions_of_one_name_are_told_apart_by_the_keys_they_were_issued() {
    let issuing = |id, identity: &str, key: &str| {
        let members = format!(
            r#""requestParameters":{{"roleArn":"{ADMIN}"}},"responseElements":{{"credentials":{{"accessKeyId":"{key}"}},"assumedRoleUser":{{"assumedRoleId":"AROA1:s"}}}}"#
        );
        call(id, "AssumeRole", identity, &members)
    };
    let using = |id, key: &str| session(id, "s", &format!(r#","accessKeyId":"{key}"{ISSUER}"#));
    let bob = r#"{"type":"IAMUser","accountId":"444455556666","userName":"bob"}"#;
    let records = [
        issuing(1, USER, "ASIAALICE1"),
        issuing(2, USER, "ASIAALICE2"),
        issuing(3, bob, "ASIABOB1"),
        using(4, "ASIAALICE1"),
        using(5, "ASIAALICE2"),
        using(6, "ASIABOB1"),
        using(7, "ASIABOB1"),
        using(8, "ASIABOB1"),
        using(9, "ASIAEARLIER"),
    ];
    let section = section("roles", &records);
    assert_eq!(
        columns(&section, "sessions", &[2, 3, 6, 7, 8]),
        [
            "role/Admin/s|3|user/bob|1|access key",
            "role/Admin/s|2|user/alice|1|access key",
            "role/Admin/s|1|user/alice, user/bob|2|session name",
        ]
    );
    assert_eq!(columns(&section, "roles", &[0, 11, 12]), ["Admin|1|6"]);
}

#[test]
fn a_call_in_the_logs_of_two_accounts_has_the_caller_that_one_of_them_names() {
    let issuing = |id, identity: &str, account: &str| {
        let members = format!(
            r#""requestParameters":{{"roleArn":"{ADMIN}"}},"responseElements":{{"credentials":{{"accessKeyId":"ASIAACROSS1"}},"assumedRoleUser":{{"assumedRoleId":"AROA1:s"}}}}"#
        );
        record(id, ("sts.amazonaws.com", "AssumeRole"), identity, account, &members)
    };
    let named = r#"{"type":"IAMUser","accountId":"444455556666","userName":"bob"}"#;
    let unnamed = r#"{"type":"AWSAccount","accountId":"444455556666","principalId":"AIDABOB"}"#;
    let calls = [issuing(1, unnamed, "111122223333"), issuing(2, named, "444455556666")];
    let used = session(3, "s", &format!(r#","accessKeyId":"ASIAACROSS1"{ISSUER}"#));
    for order in [[0, 1], [1, 0]] {
        let records =
            [order.map(|call: usize| calls[call].clone()).as_slice(), std::slice::from_ref(&used)].concat();
        let section = section("roles", &records);
        assert_eq!(columns(&section, "sessions", &[2, 3, 6, 7, 8]), ["role/Admin/s|1|user/bob|1|access key"]);
    }
}

#[test]
fn a_role_that_is_active_without_a_call_is_listed_and_said() {
    let section = section("roles", &[session(1, "s", ISSUER)]);
    assert_eq!(columns(&section, "roles", &[0, 1, 2, 3, 11, 12]), ["Admin|111122223333|-|0|1|1"]);
    let expected = [
        (Severity::Informational, "0 calls for roles in 1 log file"),
        (Severity::Informational, "1 role was active without a call in what was read"),
    ];
    assert_eq!(findings(&section), expected);
}

#[test]
fn an_archive_without_roles_says_so() {
    let section = document(&["roles"], &[(key(2), vec![])], &Settings::default()).sections.remove(0);
    assert_eq!(findings(&section), [(Severity::Informational, "0 calls for roles in 1 log file")]);
}
