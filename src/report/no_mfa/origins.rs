//! How role sessions were begun: by a service, with a token from outside, or by a user.
//!
//! A session of a role says `mfaAuthenticated` `false` in all of these cases, and only for a user's it means anything:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>. The record of the call
//! that began the session names the caller, and the ARN of the session that it made.

use crate::hit::Hit;
use crate::report::sign_in::{IDENTITY_CENTER_ROLE, role_of};
use std::collections::{BTreeMap, BTreeSet};

/// Selects the calls that begin sessions of roles.
pub(super) const PATTERN: &str = r#"{"detail": {
    "eventName": ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]
}}"#;

/// What such calls are counted by.
pub(super) const FIELDS: &[&str] =
    &["eventName", "userIdentity.type", "userIdentity.arn", "responseElements.assumedRoleUser.arn"];

/// Roles that are called like that are linked to a service, which alone takes them.
const SERVICE_LINKED: &str = "AWSServiceRoleFor";

/// Sessions begun from sessions are followed until so many were met.
const MOST: usize = 1000;

/// How a role session was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// By an AWS service.
    Service,
    /// With a token of an identity provider, or by a federated user.
    Federated,
    /// By an IAM user or root.
    User,
    /// Nobody can say, for this reason.
    Unknown(&'static str),
}

/// Who began a session.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Caller {
    Known(Origin),
    /// Another session.
    Session(String),
    /// A principal of another account, which AWS does not name. The other account's record does.
    Account,
}

/// The sessions whose beginning was met.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// By the ARN of the session.
    callers: BTreeMap<String, BTreeSet<Caller>>,
    /// Groups that were met, by number.
    is_met: Vec<bool>,
}

impl Origins {
    /// Takes a call of [`PATTERN`], counted by [`FIELDS`].
    pub(super) fn take(&mut self, hit: &Hit<'_>) {
        let Some(group) = hit.groups.first() else { return };
        let number = group.number as usize;
        if self.is_met.len() <= number {
            self.is_met.resize(number + 1, false);
        }
        if std::mem::replace(&mut self.is_met[number], true) {
            return;
        }
        let values: Vec<_> = group.values().collect();
        let [name, kind, arn, session] = &values[..] else { return };
        // A call that failed began nothing.
        let Some(session) = session else { return };
        let caller = match (name.as_deref(), kind.as_deref()) {
            (Some("AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity"), _) => Caller::Known(Origin::Federated),
            (_, Some("AWSService")) => Caller::Known(Origin::Service),
            (_, Some("IAMUser" | "Root")) => Caller::Known(Origin::User),
            (_, Some("FederatedUser" | "SAMLUser" | "WebIdentityUser" | "IdentityCenterUser")) => {
                Caller::Known(Origin::Federated)
            }
            (_, Some("AssumedRole")) => match arn {
                Some(arn) => Caller::Session(arn.to_string()),
                None => return,
            },
            _ => Caller::Account,
        };
        self.callers.entry(session.to_string()).or_default().insert(caller);
    }

    /// Returns how the session of that ARN was begun, following sessions that were begun from others. A role that takes
    /// itself adds nothing.
    pub(super) fn of(&self, arn: &str) -> Origin {
        if let Some(origin) = by_name(arn) {
            return origin;
        }
        let Some((arn, _)) = self.callers.get_key_value(arn) else {
            return Origin::Unknown("no record of how the session was begun");
        };
        let mut is_account = false;
        let (mut found, mut met, mut next) = (BTreeSet::new(), BTreeSet::from([arn]), vec![arn]);
        while let Some(session) = next.pop() {
            for caller in &self.callers[session] {
                match caller {
                    Caller::Known(origin) => _ = found.insert(*origin),
                    Caller::Account => is_account = true,
                    Caller::Session(before) if !met.insert(before) => {}
                    Caller::Session(before) => match by_name(before) {
                        Some(origin) => _ = found.insert(origin),
                        None if self.callers.contains_key(before) => next.push(before),
                        None => {
                            _ = found.insert(Origin::Unknown(
                                "begun from a session of which nobody knows how it was begun",
                            ));
                        }
                    },
                }
            }
            if met.len() > MOST {
                return Origin::Unknown("too many sessions begun one from another");
            }
        }
        match (found.len(), found.first()) {
            (1, Some(origin)) => *origin,
            (0, _) if is_account => Origin::Unknown("begun from another account, whose record is not here"),
            (0, _) => Origin::Unknown("sessions begun one from another, the first of them not recorded"),
            _ => Origin::Unknown("sessions of this name were begun in more than one way"),
        }
    }
}

/// Returns how sessions of a role are begun whose name says it.
fn by_name(arn: &str) -> Option<Origin> {
    match role_of(arn)? {
        role if role.starts_with(IDENTITY_CENTER_ROLE) => Some(Origin::Federated),
        role if role.starts_with(SERVICE_LINKED) => Some(Origin::Service),
        _ => None,
    }
}
