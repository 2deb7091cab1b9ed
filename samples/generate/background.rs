//! The hum of two accounts: service roles that describe, decrypt and report around the clock.

use super::call::Call;
use super::cast::{FRANKFURT, PRODUCTION, Principal, SANDBOX, STOCKHOLM, VIRGINIA};
use super::chance::{Chance, hex, uuid};
use super::clock::{Moment, THURSDAY, WEEK, after, on};
use super::props::{KEY, KEY_UNUSABLE, SECRETS, api_server, denied, key_arn, object, servers};
use serde_json::{Value, json};

const SDK: &str = "aws-sdk-rust/1.3.14 ua/2.1 api/example#1.120.0 os/linux lang/rust#1.95.0";
const JAVA: &str = "aws-sdk-java/2.41.9 md/io#sync ua/2.1 os/Linux#6.12 lang/java#25.0.1";
const SIX_HOURS: i64 = 6 * 3600;

/// A role that works without people.
struct Worker {
    role: &'static str,
    /// The name of its sessions; `i` stands for the id of an instance, which differs by account.
    session: &'static str,
    /// The service that takes the role.
    service: &'static str,
    address: &'static str,
    agent: &'static str,
}

const API: Worker = Worker {
    role: "shop-api",
    session: "i",
    service: "ec2.amazonaws.com",
    address: "192.0.2.21",
    agent: JAVA,
};
const ORDERS: Worker = Worker {
    role: "orders-worker",
    session: "orders-worker",
    service: "lambda.amazonaws.com",
    address: "192.0.2.35",
    agent: SDK,
};
const METRICS: Worker = Worker {
    role: "metrics-reader",
    session: "metrics",
    service: "ecs-tasks.amazonaws.com",
    address: "192.0.2.50",
    agent: SDK,
};
const RECORDER: Worker = Worker {
    role: "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    session: "AWSConfig-Describe",
    service: "config.amazonaws.com",
    address: "config.amazonaws.com",
    agent: "config.amazonaws.com",
};

/// What a worker does again and again: how often, who, and the call.
struct Duty(u64, &'static Worker, fn(&Principal, Moment, &mut Chance) -> Call);

/// One account in one region, and how many calls it sees a day.
struct Site {
    account: &'static str,
    region: &'static str,
    daily: u64,
    workers: &'static [Worker],
    duties: &'static [Duty],
}

static BUSY: [Duty; 17] = [
    Duty(18, &ORDERS, decrypt),
    Duty(10, &API, data_key),
    Duty(9, &METRICS, |who, _, _| {
        ec2(who, "DescribeInstances", json!({"instancesSet": {}, "filterSet": {}}))
    }),
    Duty(6, &METRICS, |who, _, _| ec2(who, "DescribeVolumes", json!({"volumeSet": {}, "filterSet": {}}))),
    Duty(6, &METRICS, target_health),
    Duty(5, &METRICS, |who, _, _| {
        plain(who, "autoscaling", "DescribeAutoScalingGroups", json!({"maxRecords": 100}))
    }),
    Duty(5, &METRICS, |who, _, _| plain(who, "monitoring", "DescribeAlarms", json!({"maxRecords": 100}))),
    Duty(9, &API, instance_report),
    Duty(7, &API, parameter),
    Duty(5, &API, secret),
    Duty(8, &ORDERS, log_stream),
    Duty(5, &ORDERS, table),
    Duty(4, &API, |who, _, chance| object(who, "GetObject", "example-shop-assets", &asset(chance))),
    Duty(3, &ORDERS, |who, _, chance| object(who, "PutObject", "example-shop-orders", &asset(chance))),
    Duty(4, &API, |who, _, _| {
        plain(who, "ecr", "GetAuthorizationToken", json!({"registryIds": [who.account]}))
    }),
    Duty(4, &RECORDER, bucket_acl),
    Duty(1, &ORDERS, no_policy),
];
static QUIET: [Duty; 8] = [
    Duty(6, &METRICS, |who, _, _| {
        ec2(who, "DescribeInstances", json!({"instancesSet": {}, "filterSet": {}}))
    }),
    Duty(4, &METRICS, |who, _, _| plain(who, "monitoring", "DescribeAlarms", json!({"maxRecords": 100}))),
    Duty(4, &METRICS, |who, _, _| plain(who, "sts", "GetCallerIdentity", Value::Null)),
    Duty(6, &RECORDER, |who, _, _| plain(who, "iam", "ListRoles", json!({"maxItems": 1000}))),
    Duty(5, &RECORDER, attached),
    Duty(5, &RECORDER, bucket_acl),
    Duty(4, &RECORDER, |who, _, _| {
        ec2(who, "DescribeSecurityGroups", json!({"securityGroupSet": {}, "filterSet": {}}))
    }),
    Duty(2, &METRICS, |who, _, _| plain(who, "lambda", "ListFunctions20150331", json!({"maxItems": 50}))),
];
static EMPTY: [Duty; 3] = [
    Duty(2, &RECORDER, |who, _, _| ec2(who, "DescribeVpcs", json!({"vpcSet": {}, "filterSet": {}}))),
    Duty(2, &RECORDER, |who, _, _| {
        ec2(who, "DescribeRouteTables", json!({"routeTableIdSet": {}, "filterSet": {}}))
    }),
    Duty(1, &RECORDER, |who, _, _| plain(who, "lambda", "ListFunctions20150331", json!({"maxItems": 50}))),
];

static SITES: [Site; 6] = [
    Site {
        account: PRODUCTION,
        region: FRANKFURT,
        daily: 132,
        workers: &[API, ORDERS, METRICS, RECORDER],
        duties: &BUSY,
    },
    Site { account: PRODUCTION, region: VIRGINIA, daily: 64, workers: &[METRICS, RECORDER], duties: &QUIET },
    Site { account: PRODUCTION, region: STOCKHOLM, daily: 6, workers: &[RECORDER], duties: &EMPTY },
    Site {
        account: SANDBOX,
        region: FRANKFURT,
        daily: 40,
        workers: &[API, ORDERS, METRICS, RECORDER],
        duties: &BUSY,
    },
    Site { account: SANDBOX, region: VIRGINIA, daily: 44, workers: &[METRICS, RECORDER], duties: &QUIET },
    Site { account: SANDBOX, region: STOCKHOLM, daily: 5, workers: &[RECORDER], duties: &EMPTY },
];

/// Returns every record of the background.
pub fn background() -> Vec<Call> {
    let mut calls = Vec::new();
    for site in &SITES {
        for day in WEEK {
            calls.extend(a_day(site, day));
        }
    }
    calls
}

fn a_day(site: &Site, day: &str) -> Vec<Call> {
    let mut chance = Chance::named(&format!("{}/{}/{day}", site.account, site.region));
    let mut calls = Vec::new();
    for (hour, quarter) in ["00:01:00", "06:01:00", "12:01:00", "18:01:00"].into_iter().enumerate() {
        let begin = on(day, quarter);
        for (number, worker) in site.workers.iter().enumerate() {
            let since = after(begin, 20 * i64::try_from(number).unwrap_or_default());
            // In an empty region the recorder keeps the session it got elsewhere.
            if site.duties.len() > EMPTY.len() {
                calls.push(takes_role(site, worker, since));
            }
        }
        let share = site.daily / 4 + u64::from(hour == 1 || hour == 2) * site.daily / 12;
        for _ in 0..share {
            calls.push(a_call(site, begin, &mut chance));
        }
    }
    calls
}

fn a_call(site: &Site, begin: Moment, chance: &mut Chance) -> Call {
    let total: u64 = site.duties.iter().map(|duty| duty.0).sum();
    let mut mark = chance.below(total);
    let duty = site.duties.iter().find(|duty| {
        let found = mark < duty.0;
        mark = mark.saturating_sub(duty.0);
        found
    });
    let Duty(_, worker, act) = duty.unwrap_or(&site.duties[0]);
    let number = site.workers.iter().position(|other| other.role == worker.role).unwrap_or_default();
    let since = after(begin, 20 * i64::try_from(number).unwrap_or_default());
    let who = at_work(site, worker, since);
    // The last minutes of the day stay quiet, so that no log file waits for the next day.
    let seconds = 90 + chance.below((SIX_HOURS - 900).unsigned_abs());
    let when = after(begin, seconds.cast_signed());
    let call = broken(act(&who, when, chance).when(when));
    if chance.below(260) == 0 { call.delivered_twice() } else { call }
}

/// While the key waits for its deletion, nothing can be decrypted with it.
fn broken(call: Call) -> Call {
    let (from, to) = KEY_UNUSABLE;
    let is_affected = call.account == PRODUCTION && call.region == FRANKFURT;
    let is_kms = call.record["eventSource"] == "kms.amazonaws.com";
    if is_affected && is_kms && call.time > on(THURSDAY, from) && call.time < on(THURSDAY, to) {
        let message = format!("{} is pending deletion.", key_arn());
        return call.error("KMSInvalidStateException", &message);
    }
    call
}

fn at_work(site: &Site, worker: &Worker, since: Moment) -> Principal {
    let session = session_of(site.account, worker);
    let who = Principal::session(site.account, worker.role, &session, since).working_in(site.region);
    if worker.address == worker.service {
        who.through(worker.service)
    } else {
        who.from(worker.address, worker.agent)
    }
}

fn session_of(account: &str, worker: &Worker) -> String {
    if worker.session == "i" { api_server(account) } else { worker.session.to_owned() }
}

fn takes_role(site: &Site, worker: &Worker, since: Moment) -> Call {
    let service = Principal::service(site.account, worker.service).working_in(site.region);
    let shared = uuid(&format!("shared/{}/{}/{}/{since}", site.account, site.region, worker.role));
    let session = session_of(site.account, worker);
    let call = service.call("sts", "AssumeRole").when(since).assumes(site.account, worker.role, &session);
    call.set("sharedEventID", json!(shared))
}

fn plain(who: &Principal, service: &str, name: &str, request: Value) -> Call {
    who.call(service, name).request(request)
}

fn ec2(who: &Principal, name: &str, request: Value) -> Call {
    plain(who, "ec2", name, request)
}

fn key(who: &Principal) -> String {
    format!("arn:aws:kms:{}:{}:key/{}", who.region, who.account, KEY)
}

fn decrypt(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let key = key(who);
    let context = json!({"aws:s3:arn": format!("arn:aws:s3:::example-shop-orders/{}", asset(chance))});
    plain(
        who,
        "kms",
        "Decrypt",
        json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": context}),
    )
    .resource("AWS::KMS::Key", &key)
}

fn data_key(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let key = key(who);
    let context = json!({"aws:s3:arn": format!("arn:aws:s3:::example-shop-assets/{}", asset(chance))});
    plain(
        who,
        "kms",
        "GenerateDataKey",
        json!({"keyId": key, "keySpec": "AES_256", "encryptionContext": context}),
    )
    .resource("AWS::KMS::Key", &key)
}

fn target_health(who: &Principal, _: Moment, _: &mut Chance) -> Call {
    let group = format!(
        "arn:aws:elasticloadbalancing:{}:{}:targetgroup/web/{}",
        who.region,
        who.account,
        hex(16, "web")
    );
    plain(who, "elasticloadbalancing", "DescribeTargetHealth", json!({"targetGroupArn": group}))
        .set("apiVersion", json!("2015-12-01"))
}

fn instance_report(who: &Principal, when: Moment, chance: &mut Chance) -> Call {
    let servers = servers(who.account, when);
    let server = chance.pick(&servers);
    plain(
        who,
        "ssm",
        "UpdateInstanceInformation",
        json!({"instanceId": server,
        "agentVersion": "3.3.3270.0", "agentStatus": "Active", "platformType": "Linux",
        "platformName": "Amazon Linux", "platformVersion": "2023", "agentName": "amazon-ssm-agent",
        "availabilityZone": format!("{}a", who.region)}),
    )
}

fn parameter(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let name = *chance.pick(&["/shop/api/limits", "/shop/api/features", "/shop/mail/sender"]);
    plain(who, "ssm", "GetParameter", json!({"name": name, "withDecryption": true}))
}

fn secret(who: &Principal, _: Moment, _: &mut Chance) -> Call {
    plain(who, "secretsmanager", "GetSecretValue", json!({"secretId": SECRETS[0]}))
}

fn log_stream(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let stream = format!("[$LATEST]{}", chance.text(32, "0123456789abcdef"));
    plain(
        who,
        "logs",
        "CreateLogStream",
        json!({"logGroupName": "/aws/lambda/orders-worker",
        "logStreamName": stream}),
    )
    .set("apiVersion", json!("20140328"))
}

fn table(who: &Principal, _: Moment, _: &mut Chance) -> Call {
    let arn = format!("arn:aws:dynamodb:{}:{}:table/orders", who.region, who.account);
    plain(who, "dynamodb", "DescribeTable", json!({"tableName": "orders"}))
        .set("apiVersion", json!("2012-08-10"))
        .resource("AWS::DynamoDB::Table", &arn)
}

fn attached(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let role = *chance.pick(&["shop-api", "orders-worker", "metrics-reader", "deploy", "instance-scheduler"]);
    plain(who, "iam", "ListAttachedRolePolicies", json!({"roleName": role}))
}

fn bucket_acl(who: &Principal, _: Moment, chance: &mut Chance) -> Call {
    let bucket = *chance.pick(&["example-shop-assets", "example-shop-orders", "example-shop-artifacts"]);
    let host = format!("{bucket}.s3.{}.amazonaws.com", who.region);
    plain(who, "s3", "GetBucketAcl", json!({"bucketName": bucket, "Host": host, "acl": ""}))
        .resource("AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
}

fn no_policy(who: &Principal, _: Moment, _: &mut Chance) -> Call {
    let arn = who.name_of("arn");
    let request = json!({"bucketName": "example-shop-artifacts", "policy": ""});
    denied(plain(who, "s3", "GetBucketPolicy", request), &arn)
}

fn asset(chance: &mut Chance) -> String {
    format!("{}/{}.json", chance.pick(&["2025", "2026"]), chance.text(12, "0123456789abcdef"))
}
