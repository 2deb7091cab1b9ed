//! Sessions by the access keys they used, and the calls that issued these.

use super::super::{Slot, Span, who::Who};
use crate::hit::{Group, Hit};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// Where a session's record has the key.
pub(super) const KEY: &str = "userIdentity.accessKeyId";
/// Where calls have the id of the assumed role …
pub(super) const ID: &str = "responseElements.assumedRoleUser.assumedRoleId";
/// … and the key that they issue.
pub(super) const ISSUED: &str = "responseElements.credentials.accessKeyId";

/// What was done with each key of each session.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// By the numbers of the session's group and of the key's.
    used: HashMap<(u32, u32), Used, FixedState>,
}

#[derive(Debug)]
struct Used {
    session: Arc<Group>,
    key: Arc<Group>,
    span: Span,
}

/// What one session did for one caller.
#[derive(Debug)]
pub(super) struct Session {
    /// Whose records they are, and how many.
    pub(super) slot: Slot,
    /// The call that issued the keys, as far as it was read; see [`caller_of`].
    pub(super) call: Option<Arc<Group>>,
}

impl Keys {
    /// Counts a record of a session: its groups are the identity and the key.
    pub(super) fn take(&mut self, hit: &Hit<'_>) {
        let [session, key] = hit.groups else { return };
        let used = self.used.entry((session.number, key.number)).or_insert_with(|| Used {
            session: Arc::clone(session),
            key: Arc::clone(key),
            span: Span::default(),
        });
        used.span.add(&hit.span);
    }

    /// Returns the sessions, in no order that means anything: what people see no difference between is put together.
    pub(super) fn join(self, callers: &[Slot]) -> Vec<Session> {
        let issued: HashMap<String, &Arc<Group>> =
            callers.iter().filter_map(|call| Some((issued_key(&call.group)?, &call.group))).collect();
        let mut sessions: Vec<(u128, u128, Session)> = self
            .used
            .into_values()
            .map(|used| {
                let key = used.key.values().next().flatten();
                let call = key.and_then(|key| issued.get(&*key)).map(|call| Arc::clone(call));
                let caller = call.as_ref().map_or(0, |call| caller_of(call).hash());
                let slot = Slot { group: used.session, span: used.span };
                (Who::of(&slot.group).hash(), caller, Session { slot, call })
            })
            .collect();
        sessions.sort_unstable_by(|one, other| {
            (one.0, one.1).cmp(&(other.0, other.1)).then_with(|| one.2.slot.group.order(&other.2.slot.group))
        });
        sessions.dedup_by(|other, one| {
            let is_same = (one.0, one.1) == (other.0, other.1);
            if is_same {
                one.2.slot.span.add(&other.2.slot.span);
            }
            is_same
        });
        sessions.into_iter().map(|(_, _, session)| session).collect()
    }
}

/// Returns who called, of a call that is counted by [`ID`], [`ISSUED`] and the caller's identity.
pub(super) fn caller_of(call: &Group) -> Who {
    let values: Vec<_> = call.values().collect();
    Who::from_values(values.iter().skip(2).map(Option::as_deref))
}

fn issued_key(call: &Group) -> Option<String> {
    call.values().nth(1).flatten().map(|key| key.into_owned())
}
