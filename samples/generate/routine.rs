//! What the people and schedules of the company do on an ordinary day.

use super::call::Call;
use super::cast::{
    BROWSER, COMMAND_LINE, Channel, FRANKFURT, PRODUCTION, Principal, SANDBOX, STOCKHOLM, VIRGINIA,
};
use super::chance::{hex, resource_id};
use super::clock::{FRIDAY, MONDAY, Moment, THURSDAY, WEDNESDAY, WEEK, after, on};
use super::props::{BUCKET, WEB_GROUP, denied, instance, launched, object, servers, state_change};
use super::response::carol;
use super::signin::{Mfa, check_mfa, failed_login, identity_center, login};
use serde_json::{Value, json};

/// The permission set the engineers use, as a role of its accounts.
const POWER_USER: &str =
    "aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_PowerUser_0123456789abcdef";
/// The role of the build system.
const DEPLOY: &str = "deploy";

/// Returns every record of the working week.
pub fn routine() -> Vec<Call> {
    let mut calls = Vec::new();
    for day in WEEK {
        calls.extend(engineer(day));
        calls.extend(command_line_user(day));
        calls.extend(night_and_morning(day));
        calls.extend(growing_and_shrinking(day));
        if day != WEDNESDAY {
            calls.extend(deployment(day));
        }
        if day != THURSDAY {
            calls.extend(auditor(day));
        }
    }
    calls.extend(experiment());
    calls.extend(on_call());
    calls
}

/// Alice signs in through Identity Center, which shows as a federated console sign-in without MFA.
fn engineer(day: &str) -> Vec<Call> {
    let address = "198.51.100.10";
    let since = on(day, "07:58:30");
    let account = if day == MONDAY { SANDBOX } else { PRODUCTION };
    let alice =
        Principal::session(account, POWER_USER, "alice", since).through_browser().from(address, BROWSER);
    let saml = json!({"type": "SAMLUser", "principalId": "examplequalifier:alice", "userName": "alice",
        "identityProvider": "examplequalifier"});
    let provider = Principal::of(saml, account, Channel::Keys).from(address, COMMAND_LINE);
    let ec2 = |name: &str, seconds: i64| alice.call("ec2", name).when(after(since, seconds));
    vec![
        identity_center("alice", address, after(since, -40)),
        provider.call("sts", "AssumeRoleWithSAML").when(since).assumes(account, POWER_USER, "alice"),
        login(&alice, FRANKFURT, after(since, 6), Mfa::Unused),
        ec2("DescribeInstances", 61).request(json!({"maxResults": 100, "instancesSet": {}, "filterSet": {}})),
        ec2("DescribeSecurityGroups", 92).request(json!({"securityGroupSet": {}, "filterSet": {}})),
        alice.call("health", "DescribeEventAggregates").when(after(since, 97)).request(
            json!({"aggregateField": "eventTypeCategory", "filter": {"eventStatusCodes": ["open", "upcoming"]}}),
        ),
        alice
            .call("monitoring", "DescribeAlarms")
            .when(after(since, 340))
            .request(json!({"stateValue": "ALARM", "maxRecords": 100})),
        alice
            .call("ssm", "StartSession")
            .when(after(since, 5020))
            .request(json!({"target": servers(account, since)[0]}))
            .response(json!({"sessionId": format!("alice-{}", hex(17, day))})),
    ]
}

/// Carol, the auditor, signs in with MFA; her browser remembers the account's alias, so Stockholm records it.
fn auditor(day: &str) -> Vec<Call> {
    let time = if day == FRIDAY { "09:02:14" } else { "10:15:20" };
    let since = on(day, time);
    let carol = carol(day, time);
    let read =
        |service: &str, name: &str, seconds: i64| carol.call(service, name).when(after(since, seconds));
    vec![
        check_mfa(&carol, STOCKHOLM, after(since, -18)),
        login(&carol, STOCKHOLM, since, Mfa::Used),
        read("iam", "GenerateCredentialReport", 44).set("readOnly", json!(true)),
        read("iam", "GetCredentialReport", 58),
        read("cloudtrail", "LookupEvents", 300).recorded_in(VIRGINIA).request(json!({"maxResults": 50,
            "lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}]})),
    ]
}

/// Bob works with a long-term key and never uses the console.
fn command_line_user(day: &str) -> Vec<Call> {
    let bob = Principal::user(PRODUCTION, "bob").from("198.51.100.11", COMMAND_LINE);
    let arn = bob.name_of("arn");
    let mut calls = vec![
        bob.call("sts", "GetCallerIdentity").at(day, "08:20:09"),
        bob.call("s3", "ListBuckets").at(day, "08:21:40").recorded_in(VIRGINIA),
        object(&bob, "GetObject", BUCKET, &format!("reports/{day}.csv")).at(day, "08:23:15"),
        bob.call("logs", "FilterLogEvents")
            .at(day, "11:02:51")
            .request(json!({"logGroupName": "/shop/api", "filterPattern": "ERROR", "limit": 100}))
            .set("readOnly", json!(true)),
    ];
    calls.push(denied(bob.call("cloudformation", "ListStacks").at(day, "11:05:12"), &arn));
    if day == FRIDAY {
        let subnet = bob.call("ec2", "DescribeSubnets").at(day, "11:09:47");
        calls.push(denied(subnet.request(json!({"subnetSet": {}, "filterSet": {}})), &arn));
    }
    calls
}

/// The test servers run from six to six.
fn night_and_morning(day: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for account in [PRODUCTION, SANDBOX] {
        let servers =
            [resource_id("i", &format!("{account}/test-1")), resource_id("i", &format!("{account}/test-2"))];
        let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
        for (name, time, before, now) in [
            ("StartInstances", "06:00:07", "stopped", "pending"),
            ("StopInstances", "18:00:09", "running", "stopping"),
        ] {
            let since = on(day, time);
            let service = Principal::service(account, "lambda.amazonaws.com");
            let scheduler = Principal::session(account, "instance-scheduler", "instance-scheduler", since)
                .from("198.51.100.40", COMMAND_LINE);
            calls.push(service.call("sts", "AssumeRole").when(since).assumes(
                account,
                "instance-scheduler",
                "instance-scheduler",
            ));
            calls.push(state_change(
                scheduler.call("ec2", name).when(after(since, 3)),
                &servers,
                before,
                now,
            ));
        }
    }
    calls
}

/// Auto Scaling adds a web server for the day and takes it away in the evening; on Thursday it replaces two.
fn growing_and_shrinking(day: &str) -> Vec<Call> {
    let role = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let scaling = Principal::session(PRODUCTION, role, "AutoScaling", on(day, "09:00:00"))
        .through("autoscaling.amazonaws.com");
    let seed = format!("web-{day}");
    let wanted = json!({"instancesSet": {"items": [{"imageId": resource_id("ami", &seed), "minCount": 1,
        "maxCount": 1}]}, "instanceType": "m7i.large", "blockDeviceMapping": {},
        "monitoring": {"enabled": false}, "disableApiTermination": false});
    let begin = scaling.call("ec2", "RunInstances").at(day, "09:00:21").request(wanted.clone());
    let end = scaling.call("ec2", "TerminateInstances").at(day, "20:30:44");
    let mut calls = vec![
        launched(begin, "m7i.large", &seed, 1),
        state_change(end, &[instance(&seed, 0).as_str()], "running", "shutting-down"),
    ];
    if day == THURSDAY {
        let night = Principal::session(PRODUCTION, role, "AutoScaling", on(day, "00:43:50"));
        let call = night.through("autoscaling.amazonaws.com").call("ec2", "RunInstances").at(day, "00:44:12");
        calls.push(launched(call.request(wanted), "m7i.large", "web-replacement", 2));
    }
    calls
}

/// The build system deploys once a day, and CloudFormation does the work in its name.
fn deployment(day: &str) -> Vec<Call> {
    let since = on(day, "13:10:00");
    let session = format!("build-{}", hex(7, day));
    let subject = "repo:example/shop:ref:refs/heads/main";
    let provider = format!("arn:aws:iam::{PRODUCTION}:oidc-provider/ci.example.com");
    let token = json!({"type": "WebIdentityUser", "principalId": format!("{provider}:sts.amazonaws.com:{subject}"),
        "userName": subject, "identityProvider": provider});
    let runner = Principal::of(token, PRODUCTION, Channel::Keys).from("192.0.2.80", COMMAND_LINE);
    let deploy = Principal::session(PRODUCTION, DEPLOY, &session, since).from("192.0.2.80", COMMAND_LINE);
    let builder = deploy.clone().through("cloudformation.amazonaws.com");
    let mut calls = vec![
        runner.call("sts", "AssumeRoleWithWebIdentity").when(since).assumes(PRODUCTION, DEPLOY, &session),
        deploy.call("sts", "GetCallerIdentity").when(after(since, 2)),
        object(&deploy, "PutObject", "example-shop-artifacts", &format!("shop/{session}.zip"))
            .when(after(since, 9)),
    ];
    let stack = format!("arn:aws:cloudformation:{FRANKFURT}:{PRODUCTION}:stack/shop/5f0c2d10-example");
    for (name, seconds) in [
        ("DescribeStacks", 12),
        ("CreateChangeSet", 15),
        ("DescribeChangeSet", 24),
        ("ExecuteChangeSet", 31),
        ("DescribeStackEvents", 45),
    ] {
        let call = deploy.call("cloudformation", name).when(after(since, seconds));
        calls.push(call.request(json!({"stackName": stack})));
    }
    calls.extend(stack_changes(&builder, since, day));
    calls
}

fn stack_changes(builder: &Principal, since: Moment, day: &str) -> Vec<Call> {
    let role = json!({"roleName": "orders-worker", "policyName": "orders",
        "policyDocument": policy("sqs:SendMessage", &format!("arn:aws:sqs:{FRANKFURT}:{PRODUCTION}:orders"))});
    let mut calls = vec![
        builder.call("lambda", "UpdateFunctionCode20150331v2").when(after(since, 38)).request(
            json!({"functionName": "orders-worker", "s3Bucket": "example-shop-artifacts", "publish": true,
                "dryRun": false}),
        ),
        builder
            .call("lambda", "GetFunction20150331v2")
            .when(after(since, 41))
            .request(json!({"functionName": "orders-worker"})),
    ];
    if day == MONDAY || day == FRIDAY {
        calls.push(builder.call("iam", "PutRolePolicy").when(after(since, 52)).request(role));
        let group = json!({"groupId": *WEB_GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443,
            "toPort": 443, "groups": {}, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8",
            "description": "inside"}]}, "ipv6Ranges": {}, "prefixListIds": {}}]}});
        let name = if day == MONDAY { "AuthorizeSecurityGroupIngress" } else { "RevokeSecurityGroupIngress" };
        let call = builder.call("ec2", name).when(after(since, 57));
        calls.push(call.request(group).response(json!({"_return": true})));
    }
    calls
}

/// On Monday alice builds a network in the sandbox and takes it down again.
fn experiment() -> Vec<Call> {
    let alice = Principal::session(SANDBOX, POWER_USER, "alice", on(MONDAY, "07:58:30"))
        .through_browser()
        .from("198.51.100.10", BROWSER);
    let vpc = resource_id("vpc", "experiment");
    let gateway = resource_id("igw", "experiment");
    let table = resource_id("rtb", "experiment");
    let acl = resource_id("acl", "experiment");
    let steps: [(&str, &str, Value); 8] = [
        ("CreateVpc", "14:02:11", json!({"cidrBlock": "10.42.0.0/16", "instanceTenancy": "default"})),
        ("CreateInternetGateway", "14:03:40", json!({"tagSpecificationSet": {}})),
        ("AttachInternetGateway", "14:04:02", json!({"internetGatewayId": gateway, "vpcId": vpc})),
        ("CreateRouteTable", "14:05:15", json!({"vpcId": vpc})),
        (
            "CreateRoute",
            "14:05:58",
            json!({"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": gateway}),
        ),
        (
            "CreateNetworkAclEntry",
            "14:08:31",
            json!({"networkAclId": acl, "ruleNumber": 110, "egress": false,
            "ruleAction": "allow", "aclProtocol": "6", "cidrBlock": "10.0.0.0/8", "portRange": {"from": 443, "to": 443}}),
        ),
        (
            "CreateSecurityGroup",
            "14:10:12",
            json!({"groupName": "experiment", "groupDescription": "experiment",
            "vpcId": vpc}),
        ),
        ("DeleteVpc", "16:40:20", json!({"vpcId": vpc})),
    ];
    let mut calls: Vec<Call> = steps
        .into_iter()
        .map(|(name, time, request)| {
            alice.call("ec2", name).at(MONDAY, time).request(request).response(json!({"_return": true}))
        })
        .collect();
    calls.push(
        alice
            .call("logs", "DeleteLogGroup")
            .at(MONDAY, "16:44:09")
            .request(json!({"logGroupName": "/experiment"})),
    );
    calls
}

/// Dave signs in with MFA while he is on call; mistypes once.
fn on_call() -> Vec<Call> {
    let since = on(MONDAY, "19:12:30");
    let dave = Principal::user(PRODUCTION, "dave").in_console(since, true).from("198.51.100.12", BROWSER);
    let failed = failed_login("dave", "198.51.100.12", on(MONDAY, "19:11:50"), Mfa::Used);
    vec![
        failed,
        check_mfa(&dave, FRANKFURT, after(since, -15)),
        login(&dave, FRANKFURT, since, Mfa::Used),
        dave.call("ec2", "RebootInstances")
            .at(MONDAY, "19:20:05")
            .request(json!({"instancesSet": {"items": [{"instanceId": resource_id("i", "web-2")}]}}))
            .response(json!({"_return": true})),
    ]
}

fn policy(action: &str, resource: &str) -> String {
    json!({"Statement": [{"Action": action, "Effect": "Allow", "Resource": resource}]}).to_string()
}
