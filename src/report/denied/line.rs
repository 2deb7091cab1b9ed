//! Denied calls that have all in common but the time.

use super::super::{Joined, Span, who::Who};
use crate::record::Identity;
use std::borrow::Cow;

/// What lines are counted by, with the identity.
pub(super) const FIELDS: [&str; 4] = ["sourceIPAddress", "eventSource", "eventName", "errorCode"];

/// Denied calls that have all in common but the time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) who: Who,
    /// The service that called, and how that is known.
    pub(super) service: Option<(String, &'static str)>,
    pub(super) address: Option<String>,
    pub(super) action: Action,
    pub(super) span: Span,
    /// Its place in the order in which they came.
    pub(super) place: u32,
}

/// What was denied, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Action {
    pub(super) source: Option<String>,
    pub(super) name: Option<String>,
    pub(super) code: Option<String>,
}

impl Line {
    /// Makes a line of what was counted by [`Identity::FIELDS`] and [`FIELDS`].
    pub(super) fn new(Joined { groups: [identity, call], span }: &Joined<2>, place: u32) -> Self {
        let values: Vec<_> = identity.values().collect();
        let identity = Identity::from_values(values.iter().map(Option::as_deref));
        let mut values = call.values().map(|value| value.map(Cow::into_owned));
        let [address, source, name, code] = FIELDS.map(|_| values.next().flatten());
        let service = service(&identity, address.as_deref());
        let action = Action { source, name, code };
        Self { who: Who::from_identity(identity), service, address, action, span: *span, place }
    }

    /// Tells whether it counts for those versions of the CIS benchmark that except noise, read as they were meant (their
    /// text joins the exceptions with `||` and so matches nearly every record).
    pub(super) fn is_counted_by_cis(&self) -> bool {
        self.address.as_deref() != Some("delivery.logs.amazonaws.com")
            && self.action.name.as_deref() != Some("HeadBucket")
    }

    fn key(&self) -> impl Ord + '_ {
        (&self.who, &self.service, &self.address, &self.action, self.place)
    }
}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Line {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// Returns the service that made a call, for itself or for the principal, and how that is known.
fn service(identity: &Identity<'_>, address: Option<&str>) -> Option<(String, &'static str)> {
    let is_name = |address: &&str| address.ends_with(".amazonaws.com") || address.starts_with("AWS Internal");
    let named = address.filter(is_name);
    if identity.kind.as_deref() == Some("AWSService") {
        let name = identity.invoked_by.as_deref().or(named).unwrap_or("an unnamed service");
        return Some((name.to_owned(), "type AWSService"));
    }
    let invoked_by = identity.invoked_by.as_deref().map(|name| (name, "invokedBy"));
    let found = invoked_by.or_else(|| Some((named?, "source address")));
    found.map(|(name, how)| (name.to_owned(), how))
}
