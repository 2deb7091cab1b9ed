//! What tells one event from another.

use xxhash_rust::xxh3::Xxh3;

/// Returns the identity of an event: a 128-bit hash of account and event id, or of the whole record when it has no id
/// (event version 1.00).
pub fn identity(account: Option<&[u8]>, event_id: Option<&[u8]>, record: &[u8]) -> u128 {
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
