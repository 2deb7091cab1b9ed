//! Records by what stands behind their credentials: a long-term key, or a session with or without a second factor.

use super::origins::{Origin, Origins};
use crate::hit::{self, Group, Hit};
use crate::record::Identity;
use crate::report::sign_in::role_of;
use crate::report::span::Span;
use foldhash::fast::FixedState;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What tells whether the session was begun with MFA: all records are counted by it and, apart, by the fields of an
/// identity, which another report counts by, too.
pub(super) const MFA: &str = "userIdentity.sessionContext.attributes.mfaAuthenticated";

/// What stands behind the credentials of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CallClass {
    LongTermKey,
    SessionWithoutMfa,
    Unknown,
    SessionWithMfa,
    Federated,
    Service,
    Other,
    SignIn,
}

/// Records by identity and use of MFA, as they come.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// By the number of the identity's group: nearly always there is one use of MFA …
    first: Vec<Option<Called>>,
    /// … and by the numbers of both groups, when there are more.
    others: HashMap<(u32, u32), Called, FixedState>,
}

#[derive(Debug, Clone)]
struct Called {
    /// The values are read when all is counted: so memory holds them once, in few bytes.
    identity: Arc<Group>,
    mfa: Arc<Group>,
    span: hit::Span,
    /// How many of the records are of the sign-in service.
    sign_ins: u64,
}

/// Records by class.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// By class, why, `userIdentity.type` and `mfaAuthenticated`.
    pub(super) kinds: BTreeMap<KindOfCall, Span>,
    /// Of the classes that matter, by class, account, principal and why.
    pub(super) principals: BTreeMap<Concerned, Span>,
}

/// Class, why, `userIdentity.type` and `mfaAuthenticated` of records.
pub(super) type KindOfCall = (CallClass, &'static str, Option<String>, Option<String>);

/// Class, account, name and why of a principal.
pub(super) type Concerned = (CallClass, Option<String>, Option<String>, &'static str);

impl Calls {
    /// Counts a record.
    pub(super) fn take(&mut self, hit: &Hit<'_>) {
        if let Some(called) = self.called(hit) {
            called.span.add(&hit.span);
        }
    }

    /// Counts a record of the sign-in service among those counted already, which is no call.
    pub(super) fn take_sign_in(&mut self, hit: &Hit<'_>) {
        if let Some(called) = self.called(hit) {
            called.sign_ins += hit.span.records;
        }
    }

    fn called(&mut self, hit: &Hit<'_>) -> Option<&mut Called> {
        let [identity, mfa] = hit.groups else { return None };
        let number = identity.number as usize;
        if self.first.len() <= number {
            self.first.resize(number + 1, None);
        }
        let new = || Called {
            identity: Arc::clone(identity),
            mfa: Arc::clone(mfa),
            span: hit::Span::default(),
            sign_ins: 0,
        };
        let first = self.first[number].get_or_insert_with(new);
        if first.mfa.number == mfa.number {
            return Some(first);
        }
        Some(self.others.entry((identity.number, mfa.number)).or_insert_with(new))
    }

    /// Says what stands behind the credentials of all records.
    pub(super) fn classify(self, origins: &Origins) -> Classes {
        let mut classes = Classes::default();
        for called in self.first.into_iter().flatten().chain(self.others.into_values()) {
            classes.add(&called, origins);
        }
        classes
    }
}

impl Classes {
    fn add(&mut self, called: &Called, origins: &Origins) {
        let values: Vec<_> = called.identity.values().collect();
        let identity = Identity::from_values(values.iter().map(Option::as_deref));
        let identity_type = identity.kind.as_deref().map(str::to_owned);
        let mfa = called.mfa.values().next().flatten().map(Cow::into_owned);
        let all = Span::from(called.span);
        let mut calls = all;
        // The times of a group are those of all its records.
        calls.records = calls.records.saturating_sub(called.sign_ins);
        if called.sign_ins > 0 {
            let kind =
                (CallClass::SignIn, "an event of the sign-in service", identity_type.clone(), mfa.clone());
            let span = Span { records: called.sign_ins, ..all };
            self.kinds.entry(kind).or_default().add(&span);
        }
        if calls.records == 0 {
            return;
        }
        let (class, reason) = classify(&identity, mfa.as_deref(), origins);
        self.kinds.entry((class, reason, identity_type.clone(), mfa)).or_default().add(&calls);
        let name = match class {
            CallClass::LongTermKey | CallClass::SessionWithoutMfa => identity.name(),
            // There can be very many sessions of a role.
            CallClass::Unknown => role(&identity).or_else(|| identity.name()),
            _ => return,
        };
        self.principals
            .entry((class, identity.account_id.map(Cow::into_owned), name, reason))
            .or_default()
            .add(&calls);
    }

    /// Returns how many records are of a class, and by how many principals, as far as those are told apart.
    pub(super) fn of(&self, wanted: CallClass) -> (u64, u64) {
        let kinds = self.kinds.iter().filter(|((class, ..), _)| *class == wanted);
        let mut principals: Vec<_> = self.principals.keys().filter(|(class, ..)| *class == wanted).collect();
        principals.dedup_by_key(|(_, account, name, _)| (account.clone(), name.clone()));
        (kinds.map(|(_, span)| span.records).sum(), principals.len() as u64)
    }
}

impl CallClass {
    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LongTermKey => "long-term key",
            Self::SessionWithoutMfa => "session without MFA",
            Self::Unknown => "unknown",
            Self::SessionWithMfa => "session with MFA",
            Self::Federated => "federated",
            Self::Service => "service",
            Self::Other => "other",
            Self::SignIn => "sign-in event",
        }
    }
}

fn role(identity: &Identity<'_>) -> Option<String> {
    let role = identity.issuer_name.as_deref().or_else(|| role_of(identity.arn.as_deref()?));
    Some(format!("role/{}", role?))
}

fn classify(identity: &Identity<'_>, mfa: Option<&str>, origins: &Origins) -> (CallClass, &'static str) {
    use CallClass::{Federated, LongTermKey, Other, Service, SessionWithMfa, SessionWithoutMfa, Unknown};
    match (identity.kind.as_deref(), mfa) {
        (Some("AWSService"), _) => (Service, "an AWS service"),
        (None, _) if identity.invoked_by.is_some() => (Service, "an event of an AWS service"),
        _ if identity.invoked_by.is_some() => (Service, "made by an AWS service for the principal"),
        (Some("IAMUser" | "Root" | "AssumedRole"), Some("true")) => {
            (SessionWithMfa, "`mfaAuthenticated` is true")
        }
        (Some("IAMUser" | "Root"), Some("false")) => (SessionWithoutMfa, "`mfaAuthenticated` is false"),
        (Some("IAMUser" | "Root"), None) => (LongTermKey, "no session: signed with a long-term key"),
        (Some("IAMUser" | "Root"), Some(_)) => (Unknown, "`mfaAuthenticated` is neither true nor false"),
        (Some("FederatedUser" | "SAMLUser" | "WebIdentityUser" | "IdentityCenterUser"), _) => {
            (Federated, "only the identity provider knows")
        }
        (Some("AssumedRole"), _) => match identity.arn.as_deref().map(|arn| origins.of(arn)) {
            Some(Origin::User) => (SessionWithoutMfa, "a role taken by a user without MFA"),
            Some(Origin::Federated) => (Federated, "only the identity provider knows"),
            Some(Origin::Service) => (Service, "a role taken by an AWS service"),
            Some(Origin::Unknown(reason)) => (Unknown, reason),
            None => (Unknown, "the record does not name the session"),
        },
        (Some("AWSAccount"), _) => (Other, "another account, whose principal AWS does not name"),
        (None, _) => (Other, "no identity is recorded"),
        _ => (Other, "not a type of identity whose MFA AWS checks"),
    }
}
