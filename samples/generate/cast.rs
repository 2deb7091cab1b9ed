//! Who acts in the invented trail: two accounts and their users, role sessions, root and services.

use super::call::Call;
use super::chance::{access_key, principal_id};
use super::clock::{Moment, stamp};
use serde_json::{Value, json};

/// The account the customers depend on.
pub const PRODUCTION: &str = "111122223333";
/// The account for experiments.
pub const SANDBOX: &str = "444455556666";
/// The account that nobody here knows.
pub const STRANGER: &str = "999988887777";

/// Where global services are recorded.
pub const VIRGINIA: &str = "us-east-1";
/// Where the company works.
pub const FRANKFURT: &str = "eu-central-1";
/// Where nobody works.
pub const STOCKHOLM: &str = "eu-north-1";

/// The address everything bad comes from.
pub const INTRUDER_ADDRESS: &str = "203.0.113.66";
/// A browser.
pub const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36";
/// The AWS command line.
pub const COMMAND_LINE: &str = "aws-cli/2.34.2 md/awscrt#0.31.2 ua/2.1 os/linux#6.12 md/arch#x86_64 lang/python#3.13.9 cfg/retry-mode#standard";

/// How a principal reaches AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// With keys, through an SDK or the command line.
    Keys,
    /// With a browser.
    Console,
    /// A service acts, for itself or for somebody.
    Service,
}

/// Somebody who acts, and from where.
#[derive(Debug, Clone)]
pub struct Principal {
    /// `userIdentity`, as recorded.
    pub identity: Value,
    /// The account whose trail records it.
    pub account: &'static str,
    /// The region it works in.
    pub region: &'static str,
    /// `sourceIPAddress`.
    pub address: String,
    /// `userAgent`.
    pub agent: String,
    /// How it reaches AWS.
    pub channel: Channel,
}

impl Principal {
    /// Returns an IAM user with a long-term access key.
    pub fn user(account: &'static str, name: &str) -> Self {
        let identity = json!({
            "type": "IAMUser",
            "principalId": principal_id("AIDA", name),
            "arn": format!("arn:aws:iam::{account}:user/{name}"),
            "accountId": account,
            "accessKeyId": access_key("AKIA", name),
            "userName": name,
        });
        Principal::of(identity, account, Channel::Keys)
    }

    /// Returns the root user, signed in to the console with MFA.
    pub fn root(account: &'static str, since: Moment) -> Self {
        let identity = json!({
            "type": "Root",
            "principalId": account,
            "arn": format!("arn:aws:iam::{account}:root"),
            "accountId": account,
            "accessKeyId": access_key("ASIA", &format!("root/{since}")),
            "sessionContext": {"attributes": {"creationDate": stamp(since), "mfaAuthenticated": "true"}},
        });
        Principal::of(identity, account, Channel::Console)
    }

    /// Returns a session of a role that began at `since`.
    pub fn session(account: &'static str, role: &str, session: &str, since: Moment) -> Self {
        let id = role_id(account, role);
        let identity = json!({
            "type": "AssumedRole",
            "principalId": format!("{id}:{session}"),
            "arn": session_arn(account, role, session),
            "accountId": account,
            "accessKeyId": session_key(account, role, session, since),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": id,
                    "arn": role_arn(account, role),
                    "accountId": account,
                    "userName": role_name(role),
                },
                "attributes": {"creationDate": stamp(since), "mfaAuthenticated": "false"},
            },
        });
        Principal::of(identity, account, Channel::Keys)
    }

    /// Returns a service that acts for itself.
    pub fn service(account: &'static str, service: &str) -> Self {
        let mut principal =
            Principal::of(json!({"type": "AWSService", "invokedBy": service}), account, Channel::Service);
        principal.address = service.to_owned();
        principal.agent = service.to_owned();
        principal
    }

    /// Returns somebody described by `identity` alone.
    pub fn of(identity: Value, account: &'static str, channel: Channel) -> Self {
        Principal {
            identity,
            account,
            region: FRANKFURT,
            address: "198.51.100.10".to_owned(),
            agent: if channel == Channel::Console { BROWSER } else { COMMAND_LINE }.to_owned(),
            channel,
        }
    }

    /// Says from which address and with which program the principal comes.
    pub fn from(mut self, address: &str, agent: &str) -> Self {
        self.address = address.to_owned();
        self.agent = agent.to_owned();
        self
    }

    /// Says in which region the principal works.
    pub fn working_in(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    /// Turns a user into the session of a console sign-in.
    pub fn in_console(mut self, since: Moment, mfa: bool) -> Self {
        let name = self.identity["userName"].as_str().unwrap_or_default().to_owned();
        self.identity["accessKeyId"] = json!(access_key("ASIA", &format!("{name}/{since}")));
        self.identity["sessionContext"] =
            json!({"attributes": {"creationDate": stamp(since), "mfaAuthenticated": mfa.to_string()}});
        self.through_browser()
    }

    /// Says that a browser is used.
    pub fn through_browser(mut self) -> Self {
        self.channel = Channel::Console;
        self.agent = BROWSER.to_owned();
        self
    }

    /// Hands the principal's calls to a service that makes them in its name.
    pub fn through(mut self, service: &str) -> Self {
        self.identity["invokedBy"] = json!(service);
        self.channel = Channel::Service;
        self.from(service, service)
    }

    /// Returns a member of `userIdentity`, such as its `arn`.
    pub fn name_of(&self, member: &str) -> String {
        self.identity[member].as_str().unwrap_or_default().to_owned()
    }

    /// Begins a record of a call to `service` (the first label of its host name).
    pub fn call(&self, service: &str, name: &str) -> Call {
        Call::new(self, service, name)
    }
}

/// Returns the ARN of a role; `role` may carry its path.
pub fn role_arn(account: &str, role: &str) -> String {
    format!("arn:aws:iam::{account}:role/{role}")
}

/// Returns the ARN of a role session, which leaves out the role's path.
pub fn session_arn(account: &str, role: &str, session: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{}/{session}", role_name(role))
}

/// Returns the unique id of a role.
pub fn role_id(account: &str, role: &str) -> String {
    principal_id("AROA", &format!("{account}/{role}"))
}

/// Returns the temporary access key of a role session.
pub fn session_key(account: &str, role: &str, session: &str, since: Moment) -> String {
    access_key("ASIA", &format!("{account}/{role}/{session}/{since}"))
}

fn role_name(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}
