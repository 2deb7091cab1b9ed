//! The things of the two accounts, and the records that are about them more than once.

use super::call::Call;
use super::cast::{FRANKFURT, PRODUCTION, Principal, VIRGINIA};
use super::chance::{Chance, resource_id, uuid};
use super::clock::{Moment, THURSDAY, on};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The bucket the intruder opens.
pub const BUCKET: &str = "example-shop-exports";
/// The account's own trail; the organisation trail keeps recording.
pub const MEMBER_TRAIL: &str = "production-audit";
/// The configuration recorder.
pub const RECORDER: &str = "default";
/// The key that encrypts the orders.
pub const KEY: &str = "0e5a3b1c-1111-4222-8333-44445555aaaa";
/// From when to when on Thursday the key could not be used.
pub const KEY_UNUSABLE: (&str, &str) = ("00:52:47", "08:58:49");
/// When on Thursday the shop's servers were destroyed.
pub const SERVERS_LOST: &str = "00:41:30";
/// The secrets the intruder reads.
pub const SECRETS: [&str; 4] = ["shop/database", "shop/payment-api", "shop/mail", "shop/session-signing"];

/// The snapshot of the database volume.
pub static SNAPSHOT: LazyLock<String> = LazyLock::new(|| resource_id("snap", "database"));
/// The server of the database.
pub static DATABASE_SERVER: LazyLock<String> = LazyLock::new(|| resource_id("i", "database"));
/// The security group of the web servers.
pub static WEB_GROUP: LazyLock<String> = LazyLock::new(|| resource_id("sg", "web"));
/// The servers of the shop.
pub static WEB_SERVERS: LazyLock<[String; 2]> =
    LazyLock::new(|| [resource_id("i", "web-1"), resource_id("i", "web-2")]);

/// Returns the servers that run in an account at `when`. Auto Scaling replaces what the intruder destroys.
pub fn servers(account: &str, when: Moment) -> Vec<String> {
    if account != PRODUCTION {
        return vec![resource_id("i", &format!("{account}/web-1"))];
    }
    if when < on(THURSDAY, SERVERS_LOST) {
        return WEB_SERVERS.to_vec();
    }
    (0..2).map(|number| instance("web-replacement", number)).collect()
}

/// Returns the server whose role is `shop-api`.
pub fn api_server(account: &str) -> String {
    resource_id("i", &format!("{account}/api"))
}

/// Returns the ARN of the account's own trail.
pub fn trail_arn() -> String {
    format!("arn:aws:cloudtrail:{VIRGINIA}:{PRODUCTION}:trail/{MEMBER_TRAIL}")
}

/// Returns the ARN of the key.
pub fn key_arn() -> String {
    format!("arn:aws:kms:{FRANKFURT}:{PRODUCTION}:key/{KEY}")
}

/// Returns the event selectors of a trail that does or does not record management events.
pub fn selectors(management: bool) -> Value {
    json!([{"readWriteType": "All", "includeManagementEvents": management, "dataResources": [],
        "excludeManagementEventSources": []}])
}

/// Says that the caller may not make the call.
pub fn denied(call: Call, caller: &str) -> Call {
    let source = call.record["eventSource"].as_str().unwrap_or_default();
    let service = source.split('.').next().unwrap_or_default();
    let action = format!("{service}:{}", call.record["eventName"].as_str().unwrap_or_default());
    let because = format!("because no identity-based policy allows the {action} action");
    if service == "ec2" {
        let message = format!(
            "You are not authorized to perform this operation. User: {caller} is not authorized to perform: {action} {because}"
        );
        return call.error("Client.UnauthorizedOperation", &message);
    }
    let code = match service {
        "organizations" | "guardduty" => "AccessDeniedException",
        _ => "AccessDenied",
    };
    call.error(code, &format!("User: {caller} is not authorized to perform: {action} {because}"))
}

/// Describes a rule of the web servers' security group: one TCP port from `cidr`.
pub fn ingress(call: Call, cidr: &str, port: u16) -> Call {
    call.request(json!({"groupId": *WEB_GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp",
        "fromPort": port, "toPort": port, "groups": {}, "ipRanges": {"items": [{"cidrIp": cidr}]},
        "ipv6Ranges": {}, "prefixListIds": {}}]}}))
        .response(json!({"_return": true}))
}

/// Describes instances that go from one state to another.
pub fn state_change(call: Call, instances: &[&str], before: &str, after: &str) -> Call {
    let asked: Vec<Value> = instances.iter().map(|id| json!({"instanceId": id})).collect();
    let changed: Vec<Value> = instances
        .iter()
        .map(|id| json!({"instanceId": id, "currentState": state(after), "previousState": state(before)}))
        .collect();
    call.request(json!({"instancesSet": {"items": asked}}))
        .response(json!({"instancesSet": {"items": changed}}))
}

/// Answers `RunInstances` with `count` instances named after `seed`.
pub fn launched(call: Call, kind: &str, seed: &str, count: usize) -> Call {
    let zone = format!("{}a", call.region);
    let items: Vec<Value> = (0..count)
        .map(|number| {
            json!({"instanceId": instance(seed, number), "imageId": resource_id("ami", seed),
                "instanceState": state("pending"), "instanceType": kind,
                "launchTime": call.time.as_millisecond(), "placement": {"availabilityZone": zone,
                "tenancy": "default"}, "subnetId": resource_id("subnet", &zone), "architecture": "x86_64",
                "amiLaunchIndex": number})
        })
        .collect();
    let answer = json!({"reservationId": resource_id("r", seed), "ownerId": call.account, "groupSet": {},
        "instancesSet": {"items": items}});
    call.response(answer)
}

/// Returns the id of one of the instances that [`launched`] answers with.
pub fn instance(seed: &str, number: usize) -> String {
    resource_id("i", &format!("{seed}-{number}"))
}

/// Describes a new policy of [`BUCKET`] that lets `reader` read everything.
pub fn bucket_policy(call: Call, reader: &str) -> Call {
    let host = format!("{BUCKET}.s3.{FRANKFURT}.amazonaws.com");
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Read", "Effect": "Allow",
        "Principal": {"AWS": reader}, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/*")]}]});
    call.request(json!({"bucketName": BUCKET, "Host": host, "policy": "", "bucketPolicy": policy}))
        .resource("AWS::S3::Bucket", &format!("arn:aws:s3:::{BUCKET}"))
}

/// Records a role of another account being taken: one call, two records. The caller's account sees who it is, the
/// role's account sees no more than where the caller comes from; `sharedEventID` joins them.
pub fn cross_over(
    who: &Principal,
    account: &'static str,
    role: &str,
    session: &str,
    when: Moment,
) -> [Call; 2] {
    let here = who.clone().working_in(VIRGINIA);
    let mut there = here.clone();
    there.account = account;
    there.identity = json!({"type": "AWSAccount", "principalId": who.identity["principalId"],
        "accountId": who.account});
    let shared = json!(uuid(&format!("shared/{role}/{when}")));
    [here, there].map(|who| {
        let call = who.call("sts", "AssumeRole").when(when).without("sessionCredentialFromConsole");
        call.assumes(account, role, session).set("sharedEventID", shared.clone())
    })
}

/// Records a data event about one object.
pub fn object(who: &Principal, name: &str, bucket: &str, key: &str) -> Call {
    let host = format!("{bucket}.s3.{}.amazonaws.com", who.region);
    let size = Chance::named(key).below(4_000_000);
    let moved = if name == "PutObject" { (size, 0) } else { (0, size) };
    who.call("s3", name)
        .touching_data()
        .request(json!({"bucketName": bucket, "Host": host, "key": key}))
        .set(
            "additionalEventData",
            json!({"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                "AuthenticationMethod": "AuthHeader", "bytesTransferredIn": moved.0,
                "bytesTransferredOut": moved.1}),
        )
        .resource("AWS::S3::Object", &format!("arn:aws:s3:::{bucket}/{key}"))
        .resource("AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
}

fn state(name: &str) -> Value {
    let code = match name {
        "pending" => 0,
        "running" => 16,
        "shutting-down" => 32,
        "stopping" => 64,
        "stopped" => 80,
        _ => 48,
    };
    json!({"code": code, "name": name})
}
