//! Whether a rule would have fired on what its pattern matches.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key};
use insta::assert_snapshot;

/// Console sign-ins and a call that reads, in three regions.
fn archive() -> Archive {
    let archive = Archive::empty();
    let record = |id: u32, region: &str, rest: &str| {
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"}},"eventTime":"2026-03-02T09:0{id}:00Z","awsRegion":"{region}","sourceIPAddress":"192.0.2.7","eventID":"{id:08}-0000-4000-8000-000000000000","recipientAccountId":"111122223333","eventCategory":"Management",{rest}}}"#
        )
    };
    let login = r#""eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","readOnly":false"#;
    let list = r#""eventSource":"iam.amazonaws.com","eventName":"ListUsers","eventType":"AwsApiCall","readOnly":true"#;
    let role = r#""eventSource":"sts.amazonaws.com","eventName":"AssumeRole","eventType":"AwsApiCall","readOnly":true"#;
    for (region, records) in [
        ("us-east-1", vec![record(1, "us-east-1", login), record(2, "us-east-1", list)]),
        ("eu-north-1", vec![record(3, "eu-north-1", login)]),
        ("eu-west-1", vec![record(4, "eu-west-1", login), record(5, "eu-west-1", role)]),
    ] {
        archive.write(&key("111122223333", region, "2026/03/02"), gzip(&document(&records)));
    }
    archive.write("any.json", r#"{"source":["aws.signin","aws.iam","aws.sts"]}"#);
    archive
}

#[test]
fn both_verdicts_are_shown_with_the_reasons_once_the_rules_place_is_known() {
    let ran = replay(&archive(), ["trail", "-q", "any.json", "--rule-region", "eu-west-1"]);
    assert_snapshot!(ran.transcript(), @r"
    TIME                  SEVERITY       QUERY  ACCOUNT       REGION      PRINCIPAL   EVENT         SOURCE IP  OUTCOME  WOULD HAVE FIRED
    2026-03-02T09:01:00Z  informational  any    111122223333  us-east-1   user/alice  ConsoleLogin  192.0.2.7  success  no: in us-east-1
    2026-03-02T09:02:00Z  informational  any    111122223333  us-east-1   user/alice  ListUsers     192.0.2.7  success  no: in us-east-1, read-only
    2026-03-02T09:03:00Z  informational  any    111122223333  eu-north-1  user/alice  ConsoleLogin  192.0.2.7  success  no: in eu-north-1
    2026-03-02T09:04:00Z  informational  any    111122223333  eu-west-1   user/alice  ConsoleLogin  192.0.2.7  success  yes
    2026-03-02T09:05:00Z  informational  any    111122223333  eu-west-1   user/alice  AssumeRole    192.0.2.7  success  uncertain: read-only with an odd name
    --- stderr
    any: would have fired on 1 of 5 matches, uncertain on 1 (in us-east-1 2, in eu-north-1 1, read-only 1, read-only with an odd name 1)
    note: it is taken for granted that a trail with logging on recorded these events where they were, and that the rule existed then
    3 log files read (2.3 KiB stored, 2.3 KiB of JSON) in [time] s
    5 records, 5 matched, 5 hits, 0 duplicates
    1 account × 3 regions × 1 day
    --- exit code 0
    ");
}

#[test]
fn only_what_would_have_fired_is_kept_when_that_is_asked() {
    let arguments =
        ["trail", "-q", "any.json", "--rule-region", "eu-west-1", "--delivered", "--format", "csv"];
    assert_snapshot!(replay(&archive(), arguments).transcript().replace('\r', ""), @r"
    time,severity,query,account,region,principal,identity_type,event_name,event_source,event_id,source_ip,user_agent,outcome,error,log_key,would_have_fired,reasons
    2026-03-02T09:04:00Z,informational,any,111122223333,eu-west-1,user/alice,IAMUser,ConsoleLogin,signin.amazonaws.com,00000004-0000-4000-8000-000000000000,192.0.2.7,,success,,AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz,yes,
    --- stderr
    any: would have fired on 1 of 5 matches, uncertain on 1 (in us-east-1 2, in eu-north-1 1, read-only 1, read-only with an odd name 1)
    note: it is taken for granted that a trail with logging on recorded these events where they were, and that the rule existed then
    3 log files read (2.3 KiB stored, 2.3 KiB of JSON) in [time] s
    5 records, 5 matched, 5 hits, 0 duplicates
    1 account × 3 regions × 1 day
    --- exit code 0
    ");
    let all = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
    let ran = replay(
        &archive(),
        ["trail", "-q", "any.json", "--rule-region", "eu-west-1", "--rule-state", all, "--delivered"],
    );
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    let ran = replay(&archive(), ["trail", "-q", "any.json", "--delivered"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: --delivered needs to know where the rule lives: give --rule-region or another --rule option, a `[rule]` on the card, or a rule document
    --- exit code 2
    ");
}

#[test]
fn cards_and_rule_documents_say_where_a_rule_lives() {
    let archive = archive();
    archive.write("any.toml", "[rule]\nregion = \"us-east-1\"\nstate = \"DISABLED\"\n");
    archive.write(
        "rule.json",
        r#"{"Name":"logins","Arn":"arn:aws:events:us-east-1:111122223333:rule/security/logins","State":"ENABLED","EventPattern":"{\"source\":[\"aws.signin\"]}"}"#,
    );
    archive.write(
        "template.yaml",
        "Resources:\n  Logins:\n    Type: AWS::Events::Rule\n    Properties:\n      State: DISABLED\n      EventPattern: {source: [aws.signin]}\n",
    );
    let ran = replay(
        &archive,
        ["trail", "-q", "any.json", "-q", "rule.json", "-q", "template.yaml", "--format", "ndjson"],
    );
    let reasons = |query: &str| {
        let lines = ran.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let of_query = lines.filter(|hit| hit["query"] == query);
        let reasons = of_query.map(|hit| {
            let reasons = hit["delivery"]["reasons"].as_array().unwrap().clone();
            reasons
                .iter()
                .map(|reason| reason["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        });
        reasons.collect::<Vec<_>>()
    };
    assert_eq!(
        reasons("any"),
        ["disabled", "disabled", "region disabled", "region disabled", "region disabled"]
    );
    assert_eq!(reasons("logins"), ["bus", "bus region", "bus region"]);
    assert_eq!(reasons("Logins"), ["disabled", "disabled", "disabled"]);
}

#[test]
fn slips_in_the_place_of_a_rule_are_refused() {
    let ran = replay(&archive(), ["trail", "--rule-account", "1111"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `--rule-account 1111` is no account: give its 12 digits
    --- exit code 2
    ");
    let ran = replay(&archive(), ["trail", "--rule-region", "Ireland"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: --rule-region: `Ireland` is no region known here, which looks like `us-east-1`
    --- exit code 2
    ");
}

#[test]
fn events_out_of_event_history_may_never_have_been_on_a_bus() {
    let archive = archive();
    let record = r#"{"eventVersion":"1.11","eventTime":"2026-03-02T09:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventType":"AwsApiCall","awsRegion":"us-east-1","eventID":"e1","recipientAccountId":"111122223333","eventCategory":"Management","readOnly":false}"#;
    let event = serde_json::json!({"Events": [{"EventId": "e1", "CloudTrailEvent": record}]});
    archive.write("history.json", event.to_string());
    archive.write("file.json", document(&[record.to_owned()]));
    let verdicts = |file| {
        let ran =
            replay(&archive, [file, "-q", "any.json", "--rule-region", "us-east-1", "--format", "json"]);
        let hits: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let hit = &hits["hits"][0];
        (hit["delivery"]["would_have_fired"].clone(), hit["delivery"]["reasons"][0]["id"].clone())
    };
    assert_eq!(verdicts("history.json"), ("uncertain".into(), "untracked".into()));
    assert_eq!(verdicts("file.json"), ("yes".into(), serde_json::Value::Null));
}
