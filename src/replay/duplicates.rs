//! Recognises events that were met before: redelivered, or recorded by several trails.
//!
//! CloudTrail names an event by receiving account and event id; the same call seen from two accounts is two events.
//! Only records that matched are remembered, 16 bytes each.

use foldhash::fast::FixedState;
use std::collections::HashSet;
use xxhash_rust::xxh3::Xxh3;

/// Returns the identity of an event: a 128-bit hash of account and event id, or of the whole record when it has no id
/// (event version 1.00).
pub(super) fn identity(account: Option<&[u8]>, event_id: Option<&[u8]>, record: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    match event_id {
        Some(event_id) => {
            hash.update(account.unwrap_or_default());
            hash.update(b"\0");
            hash.update(event_id);
        }
        None => hash.update(record),
    }
    hash.digest128()
}

/// The events met so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    identities: HashSet<u128, FixedState>,
}

impl Seen {
    /// Remembers an event and tells whether it is the first of its kind.
    pub(super) fn is_first(&mut self, identity: u128) -> bool {
        self.identities.insert(identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_event_id_in_two_accounts_is_two_events() {
        let mut seen = Seen::default();
        assert!(seen.is_first(identity(Some(b"1"), Some(b"e"), b"a")));
        assert!(seen.is_first(identity(Some(b"2"), Some(b"e"), b"a")));
        assert!(!seen.is_first(identity(Some(b"1"), Some(b"e"), b"b")));
    }

    #[test]
    fn records_without_an_id_are_told_apart_by_their_bytes() {
        assert_eq!(identity(None, None, b"{}"), identity(Some(b"1"), None, b"{}"));
        assert_ne!(identity(None, None, b"{}"), identity(None, None, b"{ }"));
    }
}
