//! Sessions by the access keys they used, and the calls that issued these.

use super::super::{Joined, Slot, who::Who};
use crate::hit::Group;
use std::collections::HashMap;
use std::sync::Arc;

/// Where a session's record has the key.
pub(super) const KEY: &str = "userIdentity.accessKeyId";
/// Where calls have the id of the assumed role …
const ID: &str = "responseElements.assumedRoleUser.assumedRoleId";
/// … and the key that they issue.
const ISSUED: &str = "responseElements.credentials.accessKeyId";
/// What calls are counted by, with the caller's identity.
pub(super) const OF_CALLS: [&str; 2] = [ID, ISSUED];

/// Calls by [`OF_CALLS`], and by the caller's identity.
pub(super) type Callers = [Joined];

/// What one session did for one caller.
#[derive(Debug)]
pub(super) struct Session {
    /// Whose records they are, and how many.
    pub(super) slot: Slot,
    /// Who called for the keys, as far as that was read.
    pub(super) caller: Option<Arc<Group>>,
}

/// Joins what was done with each key of each session with the calls that issued the keys, and returns the sessions, in no
/// order that means anything: what people see no difference between is put together.
pub(super) fn join(used: Vec<Joined>, calls: &Callers) -> Vec<Session> {
    let mut issued: HashMap<String, &Arc<Group>> = HashMap::new();
    for Joined { groups: [call, caller], .. } in calls {
        let Some(key) = issued_key(call) else { continue };
        // A call across accounts is in the logs of both: the one that names no more than the account comes first in the order.
        let known = issued.entry(key).or_insert(caller);
        if caller.order(known).is_gt() {
            *known = caller;
        }
    }
    let sessions = used.into_iter().map(|Joined { groups: [session, key], span }| {
        let key = key.values().next().flatten();
        let caller = key.and_then(|key| issued.get(&*key)).map(|caller| Arc::clone(caller));
        let hash = caller.as_ref().map_or(0, |caller| Who::of(caller).hash());
        (Who::of(&session).hash(), hash, Session { slot: Slot { group: session, span }, caller })
    });
    let mut sessions: Vec<(u128, u128, Session)> = sessions.collect();
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

fn issued_key(call: &Group) -> Option<String> {
    call.values().nth(1).flatten().map(|key| key.into_owned())
}
