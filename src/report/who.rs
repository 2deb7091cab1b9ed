//! Who did something: what of an identity tells principals apart for people.

use super::{Column, Kind, Slot, Tally, Value};
use crate::hit::Group;
use crate::record::Identity;
use std::borrow::Cow;
use xxhash_rust::xxh3::Xxh3;

/// A principal. Sessions of one role are different principals; the services that a principal called through are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Who {
    /// The name, by the table of identity types in the CloudTrail user guide.
    pub(super) name: Option<String>,
    /// `userIdentity.type`.
    pub(super) kind: Option<String>,
    /// `userIdentity.accountId`.
    pub(super) account: Option<String>,
    /// `userIdentity.arn`.
    pub(super) arn: Option<String>,
}

impl Who {
    /// Makes a principal of what stands at [`Identity::FIELDS`].
    pub(super) fn from_values<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        Self::from_identity(Identity::from_values(values))
    }

    /// Makes a principal of an identity.
    pub(super) fn from_identity(identity: Identity<'_>) -> Self {
        let name = identity.name();
        let [kind, account, arn] =
            [identity.kind, identity.account_id, identity.arn].map(|text| text.map(Cow::into_owned));
        Self { name, kind, account, arn }
    }

    /// Makes a principal of a group by [`Identity::FIELDS`].
    pub(super) fn of(group: &Group) -> Self {
        let values: Vec<_> = group.values().collect();
        Self::from_values(values.iter().map(Option::as_deref))
    }

    /// Returns the columns that tell it.
    pub(super) fn columns() -> [Column; 4] {
        [
            Column::new(
                "principal",
                Kind::Text,
                "who: user, role with session, root, service or account; empty when the record names nobody",
            ),
            Column::new("identity_type", Kind::Text, "`userIdentity.type`; service events have none"),
            Column::new(
                "principal_account",
                Kind::Text,
                "`userIdentity.accountId`: the principal's own account; services and federated callers have none",
            ),
            Column::new(
                "principal_arn",
                Kind::Text,
                "`userIdentity.arn`; failed sign-ins, services and others have none",
            ),
        ]
    }

    /// Returns the values of these columns.
    pub(super) fn values(&self) -> [Value<'_>; 4] {
        [&self.name, &self.kind, &self.account, &self.arn].map(|text| text.as_ref().into())
    }

    /// Returns the same, of one that nobody else needs.
    pub(super) fn into_values(self) -> [Value<'static>; 4] {
        [self.name, self.kind, self.account, self.arn].map(Value::from)
    }

    /// Returns the name to be used in a sentence.
    pub(super) fn in_words(&self) -> &str {
        self.name.as_deref().unwrap_or("an unnamed principal")
    }

    /// Returns what tells it from others, for a million of them.
    pub(super) fn hash(&self) -> u128 {
        let mut hash = Xxh3::new();
        for text in [&self.name, &self.kind, &self.account, &self.arn] {
            hash.update(text.as_deref().map_or(b"\xfe", str::as_bytes));
            hash.update(b"\xff");
        }
        hash.digest128()
    }
}

/// Returns one slot a principal of groups by [`Identity::FIELDS`]: those that differ in nothing that people see are put
/// together. Names are not kept, because there may be a million.
pub(super) fn merge(tally: Tally) -> Vec<Slot> {
    let mut slots: Vec<(u128, Slot)> =
        tally.into_slots().map(|slot| (Who::of(&slot.group).hash(), slot)).collect();
    slots.sort_unstable_by(|(one, first), (other, second)| {
        one.cmp(other).then_with(|| first.group.order(&second.group))
    });
    slots.dedup_by(|(other, second), (one, first)| {
        let is_same = one == other;
        if is_same {
            first.span.add(&second.span);
        }
        is_same
    });
    slots.into_iter().map(|(_, slot)| slot).collect()
}
