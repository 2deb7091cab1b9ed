//! Sign-ins to the access portal of IAM Identity Center, put together from the events that AWS writes about each.
//!
//! A sign-in is challenges and verifications, one a credential, and `UserAuthentication` when all went well; they share
//! `AuthWorkflowID`. The user's name stands in one of them at most:
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html>.

use super::{Class, Mfa, SignIn, Verdict};
use crate::hit::Hit;
use crate::record::Paths;
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Selects the events of such sign-ins.
pub(in crate::report) const PORTAL_EVENTS: &str = r#"{"detail": {
    "eventSource": ["signin.amazonaws.com"],
    "eventName": ["CredentialChallenge", "CredentialVerification", "UserAuthentication"]
}}"#;

/// How long a session of the access portal lasts unless somebody set another duration.
const SESSION: SignedDuration = SignedDuration::from_hours(8);

/// So many sign-ins are put together; those that begin later are only counted.
const MOST: usize = 100_000;

/// Sign-ins to the access portal while they are put together.
#[derive(Debug, Default)]
pub(in crate::report) struct Portal {
    /// By `AuthWorkflowID`, or `eventID` where there is none.
    flows: BTreeMap<String, PortalSignIn>,
    /// The names of users by `onBehalfOf.userId`, from the records that have both.
    names: BTreeMap<String, String>,
    /// Completed sign-ins by user in lower case, sorted by time; known when all events are there.
    completed: BTreeMap<String, Vec<(Timestamp, Verdict)>>,
    left_out: u64,
}

/// A sign-in to the access portal, completed or not.
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct PortalSignIn {
    /// Time of its latest event, which is the completion where there is one.
    pub(in crate::report) time: Option<Timestamp>,
    pub(in crate::report) account: Option<String>,
    pub(in crate::report) region: Option<String>,
    pub(in crate::report) user: Option<String>,
    pub(in crate::report) user_id: Option<String>,
    pub(in crate::report) source_ip: Option<String>,
    pub(in crate::report) user_agent: Option<String>,
    /// The types of credentials: those of `UserAuthentication`, else those that were asked for or tried.
    pub(in crate::report) credentials: BTreeSet<String>,
    pub(in crate::report) is_completed: bool,
    /// How many verifications failed.
    pub(in crate::report) failures: u64,
    /// `eventID` of the completion, else of the latest event.
    pub(in crate::report) event_id: Option<String>,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new([
        "additionalEventData.AuthWorkflowID",
        "additionalEventData.CredentialType",
        "additionalEventData.UserName",
        "userIdentity.onBehalfOf.userId",
        "serviceEventDetails.CredentialVerification",
        "serviceEventDetails.UserAuthentication",
    ])
});

impl Portal {
    /// Takes one of [`PORTAL_EVENTS`].
    pub(in crate::report) fn take(&mut self, hit: &Hit<'_>) {
        let picked = PATHS.pick(hit.record);
        let text = |path| picked.text(path).map(Cow::into_owned);
        let id = text("additionalEventData.AuthWorkflowID").or_else(|| hit.facts.event_id.clone());
        let id = id.unwrap_or_default();
        if self.flows.len() >= MOST && !self.flows.contains_key(&id) {
            self.left_out += 1;
            return;
        }
        let (name, user_id) = (text("additionalEventData.UserName"), text("userIdentity.onBehalfOf.userId"));
        if let (Some(name), Some(user_id)) = (&name, &user_id) {
            self.names.insert(user_id.clone(), name.clone());
        }
        let flow = self.flows.entry(id).or_default();
        flow.user = flow.user.take().or(name);
        flow.user_id = flow.user_id.take().or(user_id);
        let is_completion = text("serviceEventDetails.UserAuthentication").as_deref() == Some("Success");
        if text("serviceEventDetails.CredentialVerification").as_deref() == Some("Failure") {
            flow.failures += 1;
        }
        flow.add(hit, text("additionalEventData.CredentialType"), is_completion);
    }

    /// Puts together what has come: to be called once, after the last event.
    pub(in crate::report) fn complete(&mut self) {
        for flow in self.flows.values_mut() {
            let name = flow.user_id.as_ref().and_then(|id| self.names.get(id));
            flow.user = flow.user.take().or_else(|| name.cloned());
            if let (true, Some(user), Some(time)) = (flow.is_completed, &flow.user, flow.time) {
                self.completed.entry(user.to_lowercase()).or_default().push((time, flow.verdict()));
            }
        }
        self.completed.values_mut().for_each(|times| times.sort_unstable());
    }

    /// Returns how many events belong to sign-ins that found no room.
    pub(in crate::report) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Returns the sign-ins in the order of their times.
    pub(in crate::report) fn sorted(&self) -> Vec<&PortalSignIn> {
        let mut all: Vec<_> = self.flows.values().collect();
        all.sort_by_key(|flow| (flow.time, &flow.event_id));
        all
    }

    /// Judges a console sign-in of a role of Identity Center by the user's latest sign-in to the access portal.
    pub(super) fn judge(&self, sign_in: &SignIn) -> Option<Verdict> {
        if sign_in.class != Class::IdentityCenter || sign_in.verdict.mfa != Mfa::Unknown {
            return None;
        }
        let (user, time) = (sign_in.session_name.as_deref()?, sign_in.time?);
        let times = self.completed.get(&user.to_lowercase())?;
        let before = times.partition_point(|(completed, _)| *completed <= time);
        let (completed, verdict) = times[..before].last()?;
        (time.duration_since(*completed) <= SESSION).then_some(*verdict)
    }
}

impl PortalSignIn {
    fn add(&mut self, hit: &Hit<'_>, credentials: Option<String>, is_completion: bool) {
        let facts = hit.facts;
        let is_latest = self.event_id.is_none() || facts.time >= self.time;
        if is_completion || (is_latest && !self.is_completed) {
            self.time = facts.time;
            self.account = hit.account().map(str::to_owned);
            self.region.clone_from(&facts.region);
            self.source_ip.clone_from(&facts.source_ip);
            self.user_agent.clone_from(&facts.user_agent);
            self.event_id.clone_from(&facts.event_id);
        }
        let types = credentials.iter().flat_map(|types| types.split(','));
        let types = types.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        match (is_completion, self.is_completed) {
            (true, _) => self.credentials = types.collect(),
            (false, false) => self.credentials.extend(types),
            (false, true) => {}
        }
        self.is_completed |= is_completion;
    }

    /// Judges the use of a second factor by the types of the credentials.
    pub(in crate::report) fn verdict(&self) -> Verdict {
        let has = |name: &str| self.credentials.contains(name);
        let is_plain = |name: &String| matches!(name.as_str(), "PASSWORD" | "EMAIL_OTP");
        let (mfa, reason) = if !self.is_completed {
            (Mfa::Unknown, "the sign-in to the access portal was not completed")
        } else if has("TOTP") || has("WEBAUTHN") {
            (Mfa::Yes, "access portal: a code or a security key was used")
        } else if has("EXTERNAL_IDP") {
            (Mfa::Unknown, "access portal: only the external identity provider knows")
        } else if self.credentials.is_empty() {
            (Mfa::Unknown, "access portal: the record names no credential")
        } else if self.credentials.iter().all(is_plain) {
            (Mfa::No, "access portal: only a password or a code sent by mail was used")
        } else {
            (Mfa::Unknown, "access portal: a type of credential that AWS does not explain")
        };
        Verdict { mfa, reason }
    }

    /// Returns how far it came.
    pub(in crate::report) fn result(&self) -> &'static str {
        match (self.is_completed, self.failures) {
            (true, _) => "Success",
            (false, 0) => "not completed",
            (false, _) => "Failure",
        }
    }

    /// Returns the types of the credentials with commas between them.
    pub(in crate::report) fn credential_types(&self) -> Option<String> {
        let types: Vec<&str> = self.credentials.iter().map(String::as_str).collect();
        (!types.is_empty()).then(|| types.join(","))
    }
}
