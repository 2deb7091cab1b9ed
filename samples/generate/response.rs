//! The answer: who notices, what is undone on Thursday, what is put in order on Friday.

use super::call::Call;
use super::cast::{
    BROWSER, COMMAND_LINE, PRODUCTION, Principal, SANDBOX, STOCKHOLM, STRANGER, VIRGINIA, role_arn,
};
use super::chance::access_key;
use super::clock::{FRIDAY, THURSDAY, on};
use super::intrusion::{ADMIN, BACKDOOR, admin, backdoor};
use super::props::{
    DATABASE_SERVER, KEY, MEMBER_TRAIL, RECORDER, SNAPSHOT, bucket_policy, cross_over, ingress, instance,
    key_arn, selectors, state_change, trail_arn,
};
use super::signin::{Mfa, check_mfa, login};
use serde_json::json;

/// The address of the responder.
pub const RESPONDER_ADDRESS: &str = "198.51.100.20";
const REVOKE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-03-05T09:00:00Z"}}}]}"#;

/// Returns every record the responder leaves, and what the intruder still tries meanwhile.
pub fn response() -> Vec<Call> {
    let mut calls = arriving();
    calls.extend(switching_on());
    calls.extend(closing());
    calls.extend(evicting());
    calls.extend(freeing_the_sandbox());
    calls.extend(shut_out());
    calls.extend(putting_in_order());
    calls
}

/// The responder's user: its console session carries MFA.
pub fn carol(day: &str, time: &str) -> Principal {
    Principal::user(PRODUCTION, "carol").in_console(on(day, time), true).from(RESPONDER_ADDRESS, BROWSER)
}

fn responder() -> Principal {
    carol(THURSDAY, "08:31:40")
}

fn arriving() -> Vec<Call> {
    let carol = responder();
    let root = Principal::root(PRODUCTION, on(THURSDAY, "08:42:05")).from(RESPONDER_ADDRESS, BROWSER);
    let lookup = json!({"maxResults": 50,
        "lookupAttributes": [{"attributeKey": "Username", "attributeValue": BACKDOOR}]});
    vec![
        check_mfa(&carol, STOCKHOLM, on(THURSDAY, "08:31:18")),
        login(&carol, STOCKHOLM, on(THURSDAY, "08:31:40"), Mfa::Used),
        carol
            .call("cloudtrail", "LookupEvents")
            .at(THURSDAY, "08:34:02")
            .recorded_in(VIRGINIA)
            .request(lookup),
        login(&root, VIRGINIA, on(THURSDAY, "08:42:05"), Mfa::Used),
        root.call("iam", "GetAccountSummary").at(THURSDAY, "08:42:31"),
        root.call("iam", "ListVirtualMFADevices").at(THURSDAY, "08:43:10"),
    ]
}

fn switching_on() -> Vec<Call> {
    let carol = responder().working_in(VIRGINIA);
    let trail = |name: &str, time: &str| carol.call("cloudtrail", name).at(THURSDAY, time);
    vec![
        trail("StartLogging", "08:46:13").request(json!({"name": MEMBER_TRAIL})),
        trail("UpdateTrail", "08:47:35")
            .request(json!({"name": MEMBER_TRAIL, "isMultiRegionTrail": true,
                "includeGlobalServiceEvents": true, "enableLogFileValidation": true}))
            .response(json!({"name": MEMBER_TRAIL, "s3BucketName": "example-production-audit",
                "includeGlobalServiceEvents": true, "isMultiRegionTrail": true, "trailARN": trail_arn(),
                "logFileValidationEnabled": true, "isOrganizationTrail": false})),
        trail("PutEventSelectors", "08:48:20")
            .request(json!({"trailName": MEMBER_TRAIL, "eventSelectors": selectors(true)}))
            .response(json!({"trailARN": trail_arn(), "eventSelectors": selectors(true)})),
        responder()
            .call("config", "StartConfigurationRecorder")
            .at(THURSDAY, "08:50:01")
            .request(json!({"configurationRecorderName": RECORDER})),
    ]
}

fn closing() -> Vec<Call> {
    let carol = responder();
    vec![
        ingress(carol.call("ec2", "RevokeSecurityGroupIngress").at(THURSDAY, "08:52:44"), "0.0.0.0/0", 22),
        carol
            .call("ec2", "ModifySnapshotAttribute")
            .at(THURSDAY, "08:54:09")
            .request(json!({"snapshotId": *SNAPSHOT, "attributeType": "CREATE_VOLUME_PERMISSION",
                "createVolumePermission": {"remove": {"items": [{"userId": STRANGER}]}}}))
            .response(json!({"_return": true})),
        bucket_policy(
            carol.call("s3", "PutBucketPolicy").at(THURSDAY, "08:56:30"),
            &role_arn(PRODUCTION, "orders-worker"),
        ),
        carol
            .call("kms", "CancelKeyDeletion")
            .at(THURSDAY, "08:58:16")
            .request(json!({"keyId": KEY}))
            .response(json!({"keyId": key_arn()}))
            .resource("AWS::KMS::Key", &key_arn()),
        carol
            .call("kms", "EnableKey")
            .at(THURSDAY, "08:58:49")
            .request(json!({"keyId": KEY}))
            .resource("AWS::KMS::Key", &key_arn()),
        state_change(
            carol.call("ec2", "StartInstances").at(THURSDAY, "08:59:22"),
            &[DATABASE_SERVER.as_str()],
            "stopped",
            "pending",
        ),
    ]
}

fn evicting() -> Vec<Call> {
    let carol = responder();
    let iam = |name: &str, time: &str| carol.call("iam", name).at(THURSDAY, time);
    let key = access_key("AKIA", BACKDOOR);
    vec![
        iam("UpdateAccessKey", "09:01:05")
            .request(json!({"userName": BACKDOOR, "accessKeyId": key, "status": "Inactive"})),
        iam("DeleteLoginProfile", "09:02:12").request(json!({"userName": BACKDOOR})),
        iam("DeleteLoginProfile", "09:02:40").request(json!({"userName": "bob"})),
        iam("UpdateLoginProfile", "09:03:31")
            .request(json!({"userName": "dave", "passwordResetRequired": true})),
        iam("DetachUserPolicy", "09:04:26").request(
            json!({"userName": BACKDOOR, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ),
    ]
}

fn freeing_the_sandbox() -> Vec<Call> {
    let since = on(THURSDAY, "09:06:00");
    let carol = Principal::session(SANDBOX, "SecurityResponse", "carol", since)
        .from(RESPONDER_ADDRESS, COMMAND_LINE)
        .working_in(STOCKHOLM);
    let mut calls = Vec::from(cross_over(&responder(), SANDBOX, "SecurityResponse", "carol", since));
    let miners: Vec<String> = ["miner", "miner-more"]
        .iter()
        .flat_map(|seed| (0..4).map(move |number| instance(seed, number)))
        .collect();
    let miners: Vec<&str> = miners.iter().map(String::as_str).collect();
    calls.push(carol.call("iam", "PutRolePolicy").at(THURSDAY, "09:07:20").request(
        json!({"roleName": ADMIN, "policyName": "AWSRevokeOlderSessions", "policyDocument": REVOKE}),
    ));
    calls.push(
        carol
            .call("ec2", "DescribeInstances")
            .at(THURSDAY, "09:08:02")
            .request(json!({"instancesSet": {}, "filterSet": {}})),
    );
    calls.push(state_change(
        carol.call("ec2", "TerminateInstances").at(THURSDAY, "09:09:15"),
        &miners,
        "running",
        "shutting-down",
    ));
    calls.push(
        carol
            .call("ec2", "DeleteKeyPair")
            .at(THURSDAY, "09:10:11")
            .request(json!({"keyName": "maintenance"})),
    );
    calls
}

/// The intruder comes back in the morning, and from a quarter past nine on is denied everything.
fn shut_out() -> Vec<Call> {
    let since = on(THURSDAY, "08:38:30");
    let admin = admin(since);
    let arn = admin.name_of("arn");
    let mut calls = Vec::from(cross_over(&backdoor(), SANDBOX, ADMIN, "maintenance", since));
    let all = json!({"instancesSet": {}, "filterSet": {}});
    calls.push(admin.call("ec2", "DescribeInstances").at(THURSDAY, "08:39:12").request(all.clone()));
    calls.extend(["09:14:02", "09:14:20", "09:15:47"].into_iter().map(|time| {
            let call = admin.call("ec2", "DescribeInstances").at(THURSDAY, time);
            let message = format!("You are not authorized to perform this operation. User: {arn} is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy");
            call.request(all.clone()).error("Client.UnauthorizedOperation", &message)
        }));
    calls
}

fn putting_in_order() -> Vec<Call> {
    let carol = carol(FRIDAY, "09:02:14");
    let iam = |name: &str, time: &str| carol.call("iam", name).at(FRIDAY, time);
    let key = access_key("AKIA", BACKDOOR);
    let mut calls = vec![
        iam("DeleteAccessKey", "09:05:40").request(json!({"userName": BACKDOOR, "accessKeyId": key})),
        iam("DeleteUser", "09:06:33").request(json!({"userName": BACKDOOR})),
        iam("UpdateAccountPasswordPolicy", "09:21:50").request(json!({"minimumPasswordLength": 16,
            "requireSymbols": false, "requireNumbers": false, "requireUppercaseCharacters": false,
            "requireLowercaseCharacters": false, "allowUsersToChangePassword": true})),
        iam("GetAccountAuthorizationDetails", "09:30:02").request(json!({"maxItems": 1000})),
    ];
    for (user, made, enabled) in [("bob", "10:11:03", "10:12:20"), ("dave", "10:20:15", "10:21:41")] {
        let serial = format!("arn:aws:iam::{PRODUCTION}:mfa/{user}");
        calls.push(
            iam("CreateVirtualMFADevice", made)
                .request(json!({"path": "/", "virtualMFADeviceName": user}))
                .response(json!({"virtualMFADevice": {"serialNumber": serial}})),
        );
        calls
            .push(iam("EnableMFADevice", enabled).request(json!({"userName": user, "serialNumber": serial})));
    }
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/platform"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}"#;
    let since = on(FRIDAY, "10:40:00");
    calls.extend(cross_over(&carol, SANDBOX, "SecurityResponse", "carol", since));
    let sandbox =
        Principal::session(SANDBOX, "SecurityResponse", "carol", since).from(RESPONDER_ADDRESS, COMMAND_LINE);
    calls.push(
        sandbox
            .call("iam", "UpdateAssumeRolePolicy")
            .at(FRIDAY, "10:42:18")
            .request(json!({"roleName": ADMIN, "policyDocument": trust})),
    );
    calls
}
