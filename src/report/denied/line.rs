//! Denied calls that have all in common but the time.

use super::super::{Counted, Slot, Span, who::Who};
use crate::record::Identity;

/// What stands behind the identity.
const REST: [&str; 4] = ["sourceIPAddress", "eventSource", "eventName", "errorCode"];

/// Returns the fields that lines are counted by.
pub(super) fn fields() -> Vec<&'static str> {
    Identity::FIELDS.into_iter().chain(REST).collect()
}

/// Denied calls that have all in common but the time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) who: Who,
    /// The service that called, and how that is known.
    pub(super) service: Option<(String, &'static str)>,
    pub(super) address: Option<String>,
    pub(super) action: Action,
    pub(super) span: Span,
    /// The number of the group.
    pub(super) number: u32,
}

/// What was denied, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Action {
    pub(super) source: Option<String>,
    pub(super) name: Option<String>,
    pub(super) code: Option<String>,
}

impl Line {
    pub(super) fn new(slot: Slot) -> Self {
        let (span, number) = (slot.span, slot.group.number);
        let counted = Counted::from(slot);
        let identity = Identity::from_values(counted.values_from(0));
        let rest = Identity::FIELDS.len();
        let text = |place: usize| counted.value(rest + place).map(str::to_owned);
        let address = text(0);
        let service = service(&identity, address.as_deref());
        let action = Action { source: text(1), name: text(2), code: text(3) };
        Self { who: Who::from_identity(identity), service, address, action, span, number }
    }

    /// Tells whether it counts for those versions of the CIS benchmark that except noise, read as they were meant (their
    /// text joins the exceptions with `||` and so matches nearly every record).
    pub(super) fn is_counted_by_cis(&self) -> bool {
        self.address.as_deref() != Some("delivery.logs.amazonaws.com")
            && self.action.name.as_deref() != Some("HeadBucket")
    }

    fn key(&self) -> impl Ord + '_ {
        (&self.who, &self.service, &self.address, &self.action, self.number)
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
