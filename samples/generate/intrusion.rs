//! The break-in, call by call: from a guessed password on Tuesday to destroyed data on Thursday.

use super::call::Call;
use super::cast::{
    BROWSER, COMMAND_LINE, FRANKFURT, INTRUDER_ADDRESS, PRODUCTION, Principal, SANDBOX, STOCKHOLM, STRANGER,
    VIRGINIA,
};
use super::chance::{access_key, principal_id, resource_id};
use super::clock::{Moment, THURSDAY, TUESDAY, WEDNESDAY, after, long_date, on};
use super::props::{
    BUCKET, DATABASE_SERVER, KEY, MEMBER_TRAIL, RECORDER, SECRETS, SNAPSHOT, WEB_SERVERS, bucket_policy,
    cross_over, denied, ingress, key_arn, launched, object, selectors, state_change, trail_arn,
};
use super::signin::{Mfa, failed_login, login, switch_role, unknown_login};
use serde_json::json;

/// The user the intruder creates.
pub const BACKDOOR: &str = "backup-operator";
/// The role the intruder takes in the other account.
pub const ADMIN: &str = "Admin";
/// How often the script asks for more instances, once every two minutes.
const TRIES: i64 = 20;

/// Returns every record the intruder leaves.
pub fn intrusion() -> Vec<Call> {
    let mut calls = guessing();
    calls.extend(looking_around());
    calls.extend(staying());
    calls.extend(blinding());
    calls.extend(stealing());
    calls.extend(crossing_over());
    calls.extend(mining());
    calls.extend(locking_out());
    calls.extend(destroying());
    calls
}

/// The victim's user in the intruder's browser.
fn stolen() -> Principal {
    Principal::user(PRODUCTION, "bob")
        .in_console(on(TUESDAY, "02:31:12"), false)
        .from(INTRUDER_ADDRESS, BROWSER)
}

/// The intruder's own user, on the command line.
pub fn backdoor() -> Principal {
    Principal::user(PRODUCTION, BACKDOOR).from(INTRUDER_ADDRESS, COMMAND_LINE)
}

/// The intruder as an administrator of the other account, since a moment in the story.
pub fn admin(since: Moment) -> Principal {
    Principal::session(SANDBOX, ADMIN, "maintenance", since)
        .from(INTRUDER_ADDRESS, COMMAND_LINE)
        .working_in(STOCKHOLM)
}

fn guessing() -> Vec<Call> {
    let at = |time| on(TUESDAY, time);
    let mut calls = vec![
        unknown_login(INTRUDER_ADDRESS, at("02:11:04")),
        unknown_login(INTRUDER_ADDRESS, at("02:11:41")),
        unknown_login(INTRUDER_ADDRESS, at("02:12:22")),
        failed_login("carol", INTRUDER_ADDRESS, at("02:14:09"), Mfa::Used),
        failed_login("carol", INTRUDER_ADDRESS, at("02:14:48"), Mfa::Used),
    ];
    for time in
        ["02:17:02", "02:17:39", "02:18:15", "02:19:58", "02:21:33", "02:23:07", "02:25:44", "02:28:20"]
    {
        calls.push(failed_login("bob", INTRUDER_ADDRESS, at(time), Mfa::Unused));
    }
    calls.push(login(&stolen(), STOCKHOLM, at("02:31:12"), Mfa::Unused));
    calls
}

fn looking_around() -> Vec<Call> {
    let bob = stolen();
    let iam = |name: &str, time: &str| bob.call("iam", name).at(TUESDAY, time);
    let arn = bob.name_of("arn");
    let mut calls = vec![
        bob.call("sts", "GetCallerIdentity").at(TUESDAY, "02:33:20").recorded_in(VIRGINIA),
        iam("GetAccountSummary", "02:33:52"),
        iam("ListUsers", "02:34:10").request(json!({"maxItems": 1000})),
        iam("ListRoles", "02:34:38").request(json!({"maxItems": 1000})),
        iam("GetAccountAuthorizationDetails", "02:35:55").request(json!({"maxItems": 1000})),
        bob.call("s3", "ListBuckets").at(TUESDAY, "02:37:12").recorded_in(VIRGINIA),
        bob.call("secretsmanager", "ListSecrets").at(TUESDAY, "02:38:01").request(json!({"maxResults": 100})),
        denied(bob.call("organizations", "ListAccounts").at(TUESDAY, "02:38:47"), &arn),
        denied(bob.call("guardduty", "ListDetectors").at(TUESDAY, "02:39:05"), &arn),
    ];
    for (region, time) in [(VIRGINIA, "02:40:11"), (FRANKFURT, "02:40:36"), (STOCKHOLM, "02:41:02")] {
        let seen = bob.call("ec2", "DescribeInstances").at(TUESDAY, time).recorded_in(region);
        calls.push(seen.request(json!({"maxResults": 100, "instancesSet": {}, "filterSet": {}})));
    }
    calls
}

fn staying() -> Vec<Call> {
    let bob = stolen();
    let made = long_date(on(TUESDAY, "02:52:10"));
    let user = json!({"path": "/", "userName": BACKDOOR, "userId": principal_id("AIDA", BACKDOOR),
        "arn": format!("arn:aws:iam::{PRODUCTION}:user/{BACKDOOR}"), "createDate": made});
    let key = json!({"accessKeyId": access_key("AKIA", BACKDOOR), "status": "Active", "userName": BACKDOOR,
        "createDate": long_date(on(TUESDAY, "02:53:31"))});
    let profile = json!({"userName": BACKDOOR, "createDate": long_date(on(TUESDAY, "03:04:18")),
        "passwordResetRequired": false});
    vec![
        bob.call("iam", "CreateUser")
            .at(TUESDAY, "02:52:10")
            .request(json!({"userName": BACKDOOR}))
            .response(json!({"user": user})),
        bob.call("iam", "CreateAccessKey")
            .at(TUESDAY, "02:53:31")
            .request(json!({"userName": BACKDOOR}))
            .response(json!({"accessKey": key})),
        bob.call("iam", "AttachUserPolicy").at(TUESDAY, "02:55:02").request(
            json!({"userName": BACKDOOR, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ),
        bob.call("iam", "CreateLoginProfile")
            .at(TUESDAY, "03:04:18")
            .request(json!({"userName": BACKDOOR, "passwordResetRequired": false}))
            .response(json!({"loginProfile": profile})),
        backdoor().call("sts", "GetCallerIdentity").at(TUESDAY, "03:11:45").recorded_in(VIRGINIA),
    ]
}

fn blinding() -> Vec<Call> {
    let intruder = backdoor().working_in(VIRGINIA);
    let trail = |name: &str, time: &str| intruder.call("cloudtrail", name).at(WEDNESDAY, time);
    let updated = json!({"name": MEMBER_TRAIL, "s3BucketName": "example-production-audit",
        "includeGlobalServiceEvents": false, "isMultiRegionTrail": false, "trailARN": trail_arn(),
        "logFileValidationEnabled": false, "isOrganizationTrail": false});
    vec![
        trail("DescribeTrails", "01:04:10")
            .request(json!({"trailNameList": [], "includeShadowTrails": true})),
        trail("UpdateTrail", "01:06:22")
            .request(json!({"name": MEMBER_TRAIL, "isMultiRegionTrail": false,
                "includeGlobalServiceEvents": false, "enableLogFileValidation": false}))
            .response(updated)
            .delivered_twice(),
        trail("PutEventSelectors", "01:07:40")
            .request(json!({"trailName": MEMBER_TRAIL, "eventSelectors": selectors(false)}))
            .response(json!({"trailARN": trail_arn(), "eventSelectors": selectors(false)}))
            .delivered_twice(),
        trail("StopLogging", "01:09:03").request(json!({"name": MEMBER_TRAIL})).delivered_twice(),
        backdoor()
            .call("config", "StopConfigurationRecorder")
            .at(WEDNESDAY, "01:12:37")
            .request(json!({"configurationRecorderName": RECORDER})),
    ]
}

fn stealing() -> Vec<Call> {
    let intruder = backdoor();
    let ec2 = |name: &str, time: &str| intruder.call("ec2", name).at(WEDNESDAY, time);
    let mut calls = vec![
        ingress(ec2("AuthorizeSecurityGroupIngress", "01:21:15"), "0.0.0.0/0", 22),
        ec2("CreateSnapshot", "01:33:08")
            .request(json!({"volumeId": resource_id("vol", "database"), "description": "weekly"}))
            .response(json!({"snapshotId": *SNAPSHOT, "volumeId": resource_id("vol", "database"),
                "status": "pending", "ownerId": PRODUCTION, "volumeSize": "200", "encrypted": false})),
        ec2("ModifySnapshotAttribute", "01:48:51")
            .request(json!({"snapshotId": *SNAPSHOT, "attributeType": "CREATE_VOLUME_PERMISSION",
                "createVolumePermission": {"add": {"items": [{"userId": STRANGER}]}}}))
            .response(json!({"_return": true})),
        bucket_policy(intruder.call("s3", "PutBucketPolicy").at(WEDNESDAY, "01:55:29"), "*"),
    ];
    for (secret, time) in SECRETS.iter().zip(["02:02:11", "02:02:14", "02:02:19", "02:02:23"]) {
        let read = intruder.call("secretsmanager", "GetSecretValue").at(WEDNESDAY, time);
        calls.push(read.request(json!({"secretId": secret})));
    }
    calls.push(
        intruder
            .call("ssm", "GetParametersByPath")
            .at(WEDNESDAY, "02:04:02")
            .request(json!({"path": "/shop/", "recursive": true, "withDecryption": true, "maxResults": 10})),
    );
    for (number, time) in ["02:07:31", "02:07:38", "02:07:44"].into_iter().enumerate() {
        calls.push(
            object(&intruder, "GetObject", BUCKET, &format!("exports/customers-{number}.csv"))
                .at(WEDNESDAY, time),
        );
    }
    calls
}

fn crossing_over() -> Vec<Call> {
    let since = on(WEDNESDAY, "02:20:00");
    let mut calls = Vec::from(cross_over(&backdoor(), SANDBOX, ADMIN, "maintenance", since));
    let admin = admin(since);
    calls.push(admin.call("sts", "GetCallerIdentity").at(WEDNESDAY, "02:20:41"));
    calls.push(
        admin
            .call("iam", "ListAttachedRolePolicies")
            .at(WEDNESDAY, "02:21:16")
            .request(json!({"roleName": ADMIN})),
    );
    calls.push(
        admin.call("ec2", "DescribeRegions").at(WEDNESDAY, "02:22:03").request(json!({"regionSet": {}})),
    );
    calls.push(
        admin
            .call("servicequotas", "ListServiceQuotas")
            .at(WEDNESDAY, "02:23:27")
            .request(json!({"serviceCode": "ec2"})),
    );
    let console = Principal::session(SANDBOX, ADMIN, BACKDOOR, on(WEDNESDAY, "02:26:10"))
        .through_browser()
        .from(INTRUDER_ADDRESS, BROWSER);
    let from = format!("arn:aws:iam::{PRODUCTION}:user/{BACKDOOR}");
    calls.push(login_of_backdoor());
    calls.push(switch_role(&console, &from, VIRGINIA, on(WEDNESDAY, "02:26:10")));
    calls
}

fn login_of_backdoor() -> Call {
    let user = backdoor().through_browser();
    login(&user, VIRGINIA, on(WEDNESDAY, "02:25:02"), Mfa::Unused)
}

fn mining() -> Vec<Call> {
    let admin = admin(on(WEDNESDAY, "02:20:00"));
    let wanted = json!({"instancesSet": {"items": [{"imageId": resource_id("ami", "miner"), "minCount": 4,
        "maxCount": 4}]}, "instanceType": "g5.48xlarge", "blockDeviceMapping": {},
        "monitoring": {"enabled": false}, "disableApiTermination": false, "userData": "<sensitiveDataRemoved>"});
    let run = |when: Moment, kind: &str| {
        let mut wanted = wanted.clone();
        wanted["instanceType"] = json!(kind);
        admin.call("ec2", "RunInstances").when(when).request(wanted)
    };
    let limit = "You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the specified instance type belongs to.";
    let pair = json!({"keyName": "maintenance", "keyType": "ed25519", "keyFormat": "PEM"});
    let at = |time| on(WEDNESDAY, time);
    let mut calls = vec![
        admin.call("ec2", "CreateKeyPair").when(at("02:29:44")).request(pair),
        run(at("02:31:00"), "p5.48xlarge").error("Client.VcpuLimitExceeded", limit),
        launched(run(at("02:32:18"), "g5.48xlarge"), "g5.48xlarge", "miner", 4),
        launched(run(at("02:34:02"), "g5.48xlarge"), "g5.48xlarge", "miner-more", 4),
    ];
    // A script tries its luck every other minute, until the session ends.
    for number in 0..TRIES {
        let when = after(at("02:36:30"), 120 * number);
        calls.push(run(when, "g5.48xlarge").error("Client.VcpuLimitExceeded", limit));
    }
    calls
}

fn locking_out() -> Vec<Call> {
    let intruder = backdoor();
    let device = format!("arn:aws:iam::{PRODUCTION}:mfa/dave");
    let dave = Principal::user(PRODUCTION, "dave").from(INTRUDER_ADDRESS, BROWSER);
    vec![
        intruder
            .call("iam", "DeactivateMFADevice")
            .at(WEDNESDAY, "02:41:36")
            .request(json!({"userName": "dave", "serialNumber": device})),
        intruder
            .call("iam", "UpdateLoginProfile")
            .at(WEDNESDAY, "02:42:20")
            .request(json!({"userName": "dave", "passwordResetRequired": false})),
        login(&dave, STOCKHOLM, on(WEDNESDAY, "02:45:09"), Mfa::Unused),
    ]
}

fn destroying() -> Vec<Call> {
    let intruder = backdoor();
    let ec2 = |name: &str, time: &str| intruder.call("ec2", name).at(THURSDAY, time);
    let protected = format!(
        "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
        *DATABASE_SERVER
    );
    vec![
        state_change(ec2("StopInstances", "00:38:12"), &[DATABASE_SERVER.as_str()], "running", "stopping"),
        ec2("TerminateInstances", "00:40:05")
            .request(json!({"instancesSet": {"items": [{"instanceId": *DATABASE_SERVER}]}}))
            .error("Client.OperationNotPermitted", &protected),
        state_change(
            ec2("TerminateInstances", "00:41:30"),
            &[WEB_SERVERS[0].as_str(), WEB_SERVERS[1].as_str()],
            "running",
            "shutting-down",
        ),
        intruder
            .call("kms", "ScheduleKeyDeletion")
            .at(THURSDAY, "00:52:47")
            .request(json!({"keyId": KEY, "pendingWindowInDays": 7}))
            .response(json!({"keyId": key_arn(), "deletionDate": "Mar 12, 2026, 12:52:47 AM",
                "keyState": "PendingDeletion", "pendingWindowInDays": 7}))
            .resource("AWS::KMS::Key", &key_arn()),
    ]
}
