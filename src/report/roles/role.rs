//! Roles, and what is counted of each: calls for them, and what their sessions did.

use super::super::{Slot, Span, who::Who};
use super::uses::Use;
use crate::record::Identity;
use std::collections::{BTreeMap, BTreeSet};

/// A role. Names are unique in an account, whatever the path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Role {
    pub(super) account: Option<String>,
    pub(super) name: String,
}

impl Role {
    /// Reads `arn:aws:iam::111122223333:role/path/NAME`.
    pub(super) fn from_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':').skip(4);
        let (account, resource) = (parts.next()?, parts.next()?);
        let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
        let account = (!account.is_empty()).then(|| account.to_owned());
        (!name.is_empty()).then(|| Self { account, name: name.to_owned() })
    }

    /// Returns the role that issued a session.
    pub(super) fn of_session(identity: &Identity<'_>) -> Option<Self> {
        let tail = identity.arn.as_deref().and_then(|arn| arn.splitn(6, ':').nth(5));
        let name = match tail {
            Some("assumed-root") => "root",
            Some(tail) if tail.starts_with("federated-user/") => tail,
            tail => {
                let of_arn = || tail?.strip_prefix("assumed-role/")?.split('/').next();
                identity.issuer_name.as_deref().or_else(of_arn).filter(|name| !name.is_empty())?
            }
        };
        Some(Self { account: identity.account_id.as_deref().map(str::to_owned), name: name.to_owned() })
    }
}

/// What is counted of one role.
#[derive(Debug, Default)]
pub(super) struct Sum<'a> {
    pub(super) arn: Option<&'a str>,
    pub(super) calls: u64,
    pub(super) refused: u64,
    /// Calls across accounts, and those of them that are recorded on the caller's side.
    pub(super) across: u64,
    pub(super) on_the_callers_side: u64,
    pub(super) callers: BTreeSet<&'a Who>,
    pub(super) addresses: BTreeSet<Option<&'a str>>,
    /// When it was called for.
    pub(super) called: Span,
    pub(super) sessions: u64,
    /// What the sessions did.
    pub(super) active: Span,
}

/// Sums up calls and sessions by role; those of unknown roles are in none.
pub(super) fn sum<'a>(uses: &'a [Use], sessions: &[Slot]) -> BTreeMap<Role, Sum<'a>> {
    let mut roles: BTreeMap<Role, Sum<'_>> = BTreeMap::new();
    for used in uses {
        let Some(role) = &used.role else { continue };
        let sum = roles.entry(role.clone()).or_default();
        let records = used.span.records;
        let of = |is_counted: bool| if is_counted { records } else { 0 };
        // The ARN of a call that succeeded is the role's own.
        if sum.arn.is_none() || sum.calls == sum.refused {
            sum.arn = used.arn.as_deref().or(sum.arn);
        }
        sum.calls += records;
        sum.refused += of(used.is_refused);
        sum.across += of(used.is_across() == Some(true));
        sum.on_the_callers_side += of(used.is_on_the_callers_side());
        sum.callers.insert(&used.caller);
        sum.addresses.insert(used.address.as_deref());
        sum.called.add(&used.span);
    }
    for slot in sessions {
        let values: Vec<_> = slot.group.values().collect();
        let identity = Identity::from_values(values.iter().map(Option::as_deref));
        let Some(role) = Role::of_session(&identity) else { continue };
        let sum = roles.entry(role).or_default();
        sum.sessions += 1;
        sum.active.add(&slot.span);
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_known_by_account_and_name_whatever_its_path() {
        let role = |arn| Role::from_arn(arn).map(|role| (role.account.unwrap_or_default(), role.name));
        let admin = Some(("111122223333".to_owned(), "Admin".to_owned()));
        assert_eq!(role("arn:aws:iam::111122223333:role/Admin"), admin);
        assert_eq!(role("arn:aws-cn:iam::111122223333:role/a/b/Admin"), admin);
        for arn in ["", "Admin", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/"] {
            assert_eq!(role(arn), None, "{arn}");
        }
    }
}
