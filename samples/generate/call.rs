//! One record in the making: the fields every record has, and setters for the rest.

use super::cast::{Channel, Principal, VIRGINIA, role_arn, role_id, session_arn, session_key};
use super::chance::{Chance, uuid};
use super::clock::{MONDAY, Moment, after, long_date, on, stamp};
use serde_json::{Map, Value, json};

/// The folder of an archive that a record is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// Management and data events.
    CloudTrail,
    /// Insights.
    Insight,
    /// What happened at VPC endpoints.
    NetworkActivity,
}

impl Folder {
    /// Returns the folder's name in log keys.
    pub fn name(self) -> &'static str {
        match self {
            Folder::CloudTrail => "CloudTrail",
            Folder::Insight => "CloudTrail-Insight",
            Folder::NetworkActivity => "CloudTrail-NetworkActivity",
        }
    }
}

/// A record, and how it is delivered.
#[derive(Debug, Clone)]
pub struct Call {
    /// The record.
    pub record: Value,
    /// The account whose trail has it.
    pub account: &'static str,
    /// The region whose trail has it.
    pub region: &'static str,
    /// When it happened.
    pub time: Moment,
    /// The folder it goes to.
    pub folder: Folder,
    /// When it is delivered, if not with the others.
    pub late: Option<Moment>,
    /// Whether it is delivered a second time.
    pub twice: bool,
}

impl Call {
    /// Begins the record of a call by `who` to `service`, the first label of its host name.
    pub fn new(who: &Principal, service: &str, name: &str) -> Self {
        let region = if is_global(service) { VIRGINIA } else { who.region };
        let mut record = json!({
            "eventVersion": version(service),
            "userIdentity": who.identity,
            "eventSource": format!("{service}.amazonaws.com"),
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": who.address,
            "userAgent": who.agent,
            "requestParameters": null,
            "responseElements": null,
            "readOnly": is_read(name),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": who.account,
            "eventCategory": "Management",
        });
        match who.channel {
            Channel::Keys => record["tlsDetails"] = tls(&host(service, region)),
            Channel::Console => record["sessionCredentialFromConsole"] = json!("true"),
            Channel::Service => {}
        }
        let time = on(MONDAY, "00:00:00");
        Call {
            record,
            account: who.account,
            region,
            time,
            folder: Folder::CloudTrail,
            late: None,
            twice: false,
        }
    }

    /// Says when the call was made.
    pub fn at(self, day: &str, time: &str) -> Self {
        self.when(on(day, time))
    }

    /// Says when the call was made.
    pub fn when(mut self, time: Moment) -> Self {
        self.time = time;
        self.set("eventTime", json!(stamp(time)))
    }

    /// Says which region recorded the call.
    pub fn recorded_in(mut self, region: &'static str) -> Self {
        self.region = region;
        let service = self.service();
        if self.record["tlsDetails"].is_object() {
            self.record["tlsDetails"] = tls(&host(&service, region));
        }
        self.set("awsRegion", json!(region))
    }

    /// Says what was asked for.
    pub fn request(self, parameters: Value) -> Self {
        self.set("requestParameters", parameters)
    }

    /// Says what was answered.
    pub fn response(self, elements: Value) -> Self {
        self.set("responseElements", elements)
    }

    /// Says that the call failed.
    pub fn error(self, code: &str, message: &str) -> Self {
        self.set("errorCode", json!(code)).set("errorMessage", json!(message)).response(Value::Null)
    }

    /// Names a resource the call was about.
    pub fn resource(mut self, kind: &str, arn: &str) -> Self {
        let owner = self.account;
        self.resource_of(owner, kind, arn);
        self
    }

    /// Sets any field of the record.
    pub fn set(mut self, field: &str, value: Value) -> Self {
        self.record[field] = value;
        self
    }

    /// Takes a field out of the record.
    pub fn without(mut self, field: &str) -> Self {
        self.fields().remove(field);
        self
    }

    /// Turns the call into a data event.
    pub fn touching_data(self) -> Self {
        self.set("managementEvent", json!(false)).set("eventCategory", json!("Data"))
    }

    /// Delivers the record a second time, in another log file.
    pub fn delivered_twice(mut self) -> Self {
        self.twice = true;
        self
    }

    /// Delivers the record at another time than its neighbours.
    pub fn delivered_late(mut self, day: &str, time: &str) -> Self {
        self.late = Some(on(day, time));
        self.set("addendum", json!({"reason": "DELIVERY_DELAY"}))
    }

    /// Describes the start of a role session that lasts an hour, as `AssumeRole` and its kin answer it.
    pub fn assumes(mut self, account: &'static str, role: &str, session: &str) -> Self {
        let since = self.time;
        let arn = role_arn(account, role);
        self.resource_of(account, "AWS::IAM::Role", &arn);
        self.request(json!({"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600})).response(
            json!({
                "credentials": {
                    "accessKeyId": session_key(account, role, session, since),
                    "expiration": long_date(after(since, 3600)),
                },
                "assumedRoleUser": {
                    "assumedRoleId": format!("{}:{session}", role_id(account, role)),
                    "arn": session_arn(account, role, session),
                },
            }),
        )
    }

    /// Gives the record its ids; `number` is different for every record of the trail.
    pub fn numbered(mut self, number: usize) -> Self {
        let request_id = if self.service() == "s3" {
            Chance::named(&format!("request {number}")).text(16, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        } else {
            uuid(&format!("request/{number}"))
        };
        // EC2 repeats the id of the request inside its answer.
        if self.service() == "ec2" && self.record["responseElements"].is_object() {
            self.record["responseElements"]["requestId"] = json!(request_id);
        }
        if self.record["eventType"] == "AwsApiCall" {
            self.record["requestID"] = json!(request_id);
        }
        self.set("eventID", json!(uuid(&format!("event/{number}"))))
    }

    fn service(&self) -> String {
        let source = self.record["eventSource"].as_str().unwrap_or_default();
        source.split('.').next().unwrap_or_default().to_owned()
    }

    fn resource_of(&mut self, owner: &str, kind: &str, arn: &str) {
        let resource = json!({"accountId": owner, "type": kind, "ARN": arn});
        match self.record["resources"].as_array_mut() {
            Some(resources) => resources.push(resource),
            None => self.record["resources"] = json!([resource]),
        }
    }

    fn fields(&mut self) -> &mut Map<String, Value> {
        self.record.as_object_mut().expect("a record is made as an object")
    }
}

/// Returns how an encrypted connection to `host` is recorded.
pub fn tls(host: &str) -> Value {
    json!({
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": host,
    })
}

fn host(service: &str, region: &str) -> String {
    if is_global(service) {
        return format!("{service}.amazonaws.com");
    }
    format!("{service}.{region}.amazonaws.com")
}

fn is_global(service: &str) -> bool {
    matches!(service, "iam" | "organizations" | "cloudfront" | "health")
}

/// Services moved to newer record versions one by one.
fn version(service: &str) -> &'static str {
    match service {
        "signin" | "sts" | "sso" | "lambda" => "1.08",
        "cloudtrail" | "logs" => "1.09",
        "ec2" | "autoscaling" => "1.10",
        _ => "1.11",
    }
}

fn is_read(name: &str) -> bool {
    let prefixes =
        ["Get", "List", "Describe", "Lookup", "Head", "BatchGet", "AssumeRole", "Decrypt", "GenerateDataKey"];
    name != "GetSigninToken" && prefixes.iter().any(|prefix| name.starts_with(prefix))
}
