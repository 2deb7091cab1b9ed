//! The rarer kinds of record that a real archive holds: service events, Insights, network activity, a late one.

use super::call::{Call, Folder};
use super::cast::{COMMAND_LINE, Channel, FRANKFURT, PRODUCTION, Principal, SANDBOX, STOCKHOLM};
use super::chance::{hex, resource_id, uuid};
use super::clock::{FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, on};
use super::props::{BUCKET, KEY, WEB_SERVERS, api_server, key_arn, object};
use serde_json::{Value, json};

/// Returns every record that is out of the ordinary for its form.
pub fn oddities() -> Vec<Call> {
    let mut calls = vec![key_rotation(), secret_rotation(), late(), console_action()];
    calls.extend(insights());
    calls.extend(network_activity());
    calls.extend(strangers());
    calls
}

fn service_event(service: &str, name: &str) -> Call {
    let identity = json!({"accountId": PRODUCTION, "invokedBy": "AWS Internal"});
    let who = Principal::of(identity, PRODUCTION, Channel::Service).from("AWS Internal", "AWS Internal");
    who.call(service, name).set("eventType", json!("AwsServiceEvent"))
}

fn key_rotation() -> Call {
    service_event("kms", "RotateKey")
        .at(FRIDAY, "04:17:33")
        .set("serviceEventDetails", json!({"keyId": KEY, "rotationType": "AUTOMATIC"}))
        .resource("AWS::KMS::Key", &key_arn())
}

fn secret_rotation() -> Call {
    let secret =
        format!("arn:aws:secretsmanager:{FRANKFURT}:{PRODUCTION}:secret:shop/mail-{}", hex(6, "mail"));
    service_event("secretsmanager", "RotationSucceeded")
        .at(MONDAY, "03:30:12")
        .set("additionalEventData", json!({"SecretId": secret}))
}

/// A record of Tuesday that arrives on Wednesday and says so.
fn late() -> Call {
    let bob = Principal::user(PRODUCTION, "bob").from("198.51.100.11", COMMAND_LINE);
    bob.call("ec2", "CreateTags")
        .at(TUESDAY, "16:22:40")
        .request(json!({"resourcesSet": {"items": [{"resourceId": WEB_SERVERS[0]}]},
            "tagSet": {"items": [{"key": "owner", "value": "bob"}]}}))
        .response(json!({"_return": true}))
        .delivered_late(WEDNESDAY, "05:40:00")
}

fn console_action() -> Call {
    let session = "aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_PowerUser_0123456789abcdef";
    let since = on(THURSDAY, "07:58:30");
    Principal::session(PRODUCTION, session, "alice", since)
        .through_browser()
        .call("monitoring", "GetDashboard")
        .at(THURSDAY, "08:05:51")
        .request(json!({"dashboardName": "shop"}))
        .set("eventType", json!("AwsConsoleAction"))
}

/// Instances were asked for far more often than usual while the intruder tried to start more miners.
fn insights() -> Vec<Call> {
    let shared = uuid("shared/insight");
    [("Start", WEDNESDAY, "02:36:00", None), ("End", WEDNESDAY, "03:16:00", Some(40))]
        .into_iter()
        .map(|(state, day, time, duration)| {
            let call = Principal::service(SANDBOX, "cloudtrail.amazonaws.com")
                .working_in(STOCKHOLM)
                .call("cloudtrail", "Insight")
                .at(day, time);
            let mut call = bare(call);
            call.folder = Folder::Insight;
            call.set("eventVersion", json!("1.09"))
                .set("eventType", json!("AwsCloudTrailInsight"))
                .set("eventCategory", json!("Insight"))
                .set("sharedEventID", json!(shared))
                .set("insightDetails", insight_details(state, duration))
        })
        .collect()
}

fn bare(mut call: Call) -> Call {
    for field in [
        "userIdentity",
        "eventSource",
        "eventName",
        "sourceIPAddress",
        "userAgent",
        "requestParameters",
        "responseElements",
        "readOnly",
        "managementEvent",
    ] {
        call = call.without(field);
    }
    call
}

fn insight_details(state: &str, duration: Option<u64>) -> Value {
    let mut statistics = json!({"baseline": {"average": 0.0004}, "insight": {"average": 0.5},
        "baselineDuration": 10080});
    if let Some(minutes) = duration {
        statistics["insightDuration"] = json!(minutes);
    }
    json!({"state": state, "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances",
        "insightType": "ApiCallRateInsight", "insightContext": {"statistics": statistics}})
}

/// Somebody inside the network tried a bucket that the VPC endpoint's policy does not allow.
fn network_activity() -> Vec<Call> {
    let role = Principal::session(PRODUCTION, "shop-api", &api_server(PRODUCTION), on(MONDAY, "12:01:00"))
        .from("10.0.4.17", "");
    [(MONDAY, "12:40:02"), (MONDAY, "12:40:09"), (TUESDAY, "12:41:30")]
        .into_iter()
        .map(|(day, time)| {
            let mut call = role
                .call("s3", "GetObject")
                .at(day, time)
                .error("VpceAccessDenied", "The request was denied due to a VPC endpoint policy")
                .without("userAgent")
                .without("requestParameters")
                .without("responseElements")
                .set("eventType", json!("AwsVpceEvent"))
                .set("eventCategory", json!("NetworkActivity"))
                .set("managementEvent", json!(false))
                .set("vpcEndpointId", json!(resource_id("vpce", "s3")))
                .set("vpcEndpointAccountId", json!(PRODUCTION));
            call.folder = Folder::NetworkActivity;
            call
        })
        .collect()
}

/// Once the bucket is open, people without any credentials read from it; when it is closed, they are denied.
fn strangers() -> Vec<Call> {
    let identity = json!({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"});
    let nobody = Principal::of(identity, PRODUCTION, Channel::Keys).from("203.0.113.140", "curl/8.18.0");
    let read = |key: &str| object(&nobody, "GetObject", BUCKET, key);
    vec![
        read("exports/customers-0.csv").at(WEDNESDAY, "11:20:03"),
        read("exports/customers-1.csv").at(WEDNESDAY, "11:20:08"),
        read("exports/customers-2.csv").at(THURSDAY, "10:03:40").error("AccessDenied", "Access Denied"),
    ]
}
