//! A sign-in to the console, and whether a second factor was used.
//!
//! What the fields mean: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html>.
//! `MFAUsed` speaks of the factor that AWS itself checks, so it says something of root and IAM users only: a federated user
//! shows `No` whatever the identity provider asked for.

mod list;
mod portal;
pub(super) mod wanted_region;

pub(super) use list::SignInList;
pub(super) use portal::{PORTAL_EVENTS, Portal};

use crate::hit::Hit;
use crate::record::{Facts, Paths};
use jiff::Timestamp;
use std::sync::LazyLock;

/// Role names that begin like this belong to Identity Center; users cannot make such roles.
pub(super) const IDENTITY_CENTER_ROLE: &str = "AWSReservedSSO_";

/// An attempt to sign in to the console: a `ConsoleLogin` record.
#[derive(Debug, Clone)]
pub(super) struct SignIn {
    pub(super) time: Option<Timestamp>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) wanted_region: Option<String>,
    /// Whether the record says where the user was sent to.
    pub(super) has_address: bool,
    pub(super) principal: Option<String>,
    pub(super) identity_type: Option<String>,
    pub(super) class: Class,
    /// `responseElements.ConsoleLogin` as it stands.
    pub(super) result: Option<String>,
    pub(super) error: Option<String>,
    /// `additionalEventData.MFAUsed` as it stands.
    pub(super) mfa_used: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) device: Option<String>,
    pub(super) source_ip: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) event_id: Option<String>,
    /// Name of the role session, which for Identity Center is the user's.
    pub(super) session_name: Option<String>,
}

/// The kinds of principals that sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Root,
    IamUser,
    Federated,
    IdentityCenter,
    Other,
}

/// Whether a second factor was used, and why that is thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Verdict {
    pub(super) mfa: Mfa,
    pub(super) reason: &'static str,
}

/// Whether a second factor was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mfa {
    Yes,
    No,
    Unknown,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new([
        "responseElements.ConsoleLogin",
        "errorMessage",
        "additionalEventData.LoginTo",
        "additionalEventData.MFAUsed",
        "additionalEventData.MFAIdentifier",
        "userIdentity.arn",
        "userIdentity.principalId",
        "userIdentity.userName",
        "userIdentity.sessionContext.sessionIssuer.userName",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
    ])
});

/// Stands in `userName` when there is no user of that name: what was typed might be a password.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

impl SignIn {
    /// Reads a `ConsoleLogin` record.
    pub(super) fn read(hit: &Hit<'_>) -> Self {
        let picked = PATHS.pick(hit.record);
        let text = |path| picked.text(path).map(std::borrow::Cow::into_owned);
        let facts: &Facts = hit.facts;
        let arn = text("userIdentity.arn");
        let role = text("userIdentity.sessionContext.sessionIssuer.userName");
        let role = role.as_deref().or_else(|| role_of(arn.as_deref()?));
        let class = Class::of(facts.identity_type.as_deref(), role);
        let mfa_used = text("additionalEventData.MFAUsed");
        let is_session_with_mfa =
            text("userIdentity.sessionContext.attributes.mfaAuthenticated").as_deref() == Some("true");
        let address = text("additionalEventData.LoginTo");
        let session = text("userIdentity.principalId");
        Self {
            time: facts.time,
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            wanted_region: address.as_deref().and_then(wanted_region::find),
            has_address: address.is_some(),
            principal: facts.principal.clone(),
            identity_type: facts.identity_type.clone(),
            class,
            result: text("responseElements.ConsoleLogin"),
            error: text("errorMessage"),
            verdict: Verdict::of_console(class, mfa_used.as_deref(), is_session_with_mfa),
            mfa_used,
            device: text("additionalEventData.MFAIdentifier"),
            source_ip: facts.source_ip.clone(),
            user_agent: facts.user_agent.clone(),
            event_id: facts.event_id.clone(),
            session_name: session.and_then(|id| id.split_once(':').map(|(_, name)| name.to_owned())),
        }
    }

    /// Tells whether the user got in.
    pub(super) fn is_success(&self) -> bool {
        self.result.as_deref() == Some("Success")
    }

    /// Tells whether the record says that the second factor of AWS was used. Old records shout.
    pub(super) fn is_mfa_used(&self) -> bool {
        is_yes(self.mfa_used.as_deref())
    }

    /// Tells whether the name that was typed is nobody's.
    pub(super) fn is_hidden(&self) -> bool {
        self.principal.as_deref().is_some_and(|principal| principal.ends_with(HIDDEN))
    }

    /// Returns why the wanted region is unknown, when it is.
    pub(super) fn why_no_wanted_region(&self) -> Option<&'static str> {
        match (&self.wanted_region, self.has_address) {
            (Some(_), _) => None,
            (None, true) => Some("the address names no region"),
            (None, false) => Some("no address is recorded"),
        }
    }
}

impl Class {
    /// Returns the class of a principal by `userIdentity.type` and, for role sessions, the name of the role.
    pub(super) fn of(identity_type: Option<&str>, role: Option<&str>) -> Self {
        match identity_type {
            Some("Root") => Self::Root,
            Some("IAMUser") => Self::IamUser,
            Some("AssumedRole") if role.is_some_and(|role| role.starts_with(IDENTITY_CENTER_ROLE)) => {
                Self::IdentityCenter
            }
            Some("IdentityCenterUser") => Self::IdentityCenter,
            Some("AssumedRole" | "FederatedUser" | "SAMLUser" | "WebIdentityUser") => Self::Federated,
            _ => Self::Other,
        }
    }

    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::IamUser => "IAM user",
            Self::Federated => "federated",
            Self::IdentityCenter => "Identity Center",
            Self::Other => "other",
        }
    }
}

impl Verdict {
    fn of_console(class: Class, mfa_used: Option<&str>, is_session_with_mfa: bool) -> Self {
        let (mfa, reason) = match class {
            _ if is_yes(mfa_used) => (Mfa::Yes, "`MFAUsed` says yes"),
            Class::Root | Class::IamUser => match mfa_used {
                Some(_) => (Mfa::No, "`MFAUsed` does not say yes"),
                None => (Mfa::No, "`MFAUsed` is missing, which counts as no"),
            },
            _ if is_session_with_mfa => (Mfa::Yes, "the session was begun with MFA"),
            Class::Federated => (Mfa::Unknown, "federated: only the identity provider knows"),
            Class::IdentityCenter => (
                Mfa::Unknown,
                "Identity Center: no sign-in to the access portal under that name in the 8 hours before",
            ),
            Class::Other => (Mfa::Unknown, "not a type of identity whose MFA AWS checks"),
        };
        Self { mfa, reason }
    }
}

impl Mfa {
    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

fn is_yes(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case("yes"))
}

/// Returns the role in the ARN of its session, `…:assumed-role/ROLE/SESSION`.
pub(super) fn role_of(arn: &str) -> Option<&str> {
    arn.split_once(":assumed-role/")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_federated_sign_in_is_never_one_without_mfa() {
        for class in [Class::Federated, Class::IdentityCenter, Class::Other] {
            for used in [None, Some("No"), Some("")] {
                assert_eq!(Verdict::of_console(class, used, false).mfa, Mfa::Unknown);
            }
            assert_eq!(Verdict::of_console(class, Some("No"), true).mfa, Mfa::Yes);
        }
    }

    #[test]
    fn a_user_whose_record_does_not_say_yes_had_no_second_factor() {
        for (used, mfa) in
            [(None, Mfa::No), (Some("No"), Mfa::No), (Some("YES"), Mfa::Yes), (Some("Yes"), Mfa::Yes)]
        {
            assert_eq!(Verdict::of_console(Class::IamUser, used, true).mfa, mfa);
            assert_eq!(Verdict::of_console(Class::Root, used, false).mfa, mfa);
        }
    }

    #[test]
    fn roles_of_identity_center_are_told_from_other_roles() {
        let arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice";
        assert_eq!(Class::of(Some("AssumedRole"), role_of(arn)), Class::IdentityCenter);
        assert_eq!(Class::of(Some("AssumedRole"), Some("Admin")), Class::Federated);
        assert_eq!(Class::of(Some("AssumedRole"), None), Class::Federated);
        assert_eq!(Class::of(None, None), Class::Other);
    }
}
