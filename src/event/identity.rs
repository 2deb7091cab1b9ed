//! What tells one event from another.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Account and event id are 49 bytes; only odd ones are longer than this.
const USUAL: usize = 128;

/// So many of the highest bits stand for the account alone …
const OF_ACCOUNT: u32 = 16;

/// … and the others for the event.
pub const OWN: u128 = u128::MAX >> OF_ACCOUNT;

/// Returns the identity of an event: a hash of account and event id, or of the whole record when it has no id (event
/// version 1.00). The highest 16 of its bits are a hash of the account, and zeros when there is no id.
pub fn identity(account: Option<&[u8]>, event_id: Option<&[u8]>, record: &[u8]) -> u128 {
    let Some(event_id) = event_id else { return xxh3_128(record) & OWN };
    let account = account.unwrap_or_default();
    let length = account.len() + 1 + event_id.len();
    let mut bytes = [0; USUAL];
    let hash = match bytes.get_mut(..length) {
        Some(bytes) => {
            bytes[..account.len()].copy_from_slice(account);
            bytes[account.len() + 1..].copy_from_slice(event_id);
            xxh3_128(bytes)
        }
        None => xxh3_128(&[account, b"\0", event_id].concat()),
    };
    u128::from(xxh3_64(account)) << (u128::BITS - OF_ACCOUNT) | hash & OWN
}

/// Returns what of an identity stands for the account.
pub fn account_of(identity: u128) -> u16 {
    (identity >> (u128::BITS - OF_ACCOUNT)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_that_of_account_and_id_however_long_they_are() {
        for length in [0, 1, 36, USUAL - 14, USUAL - 13, USUAL - 12, 1000] {
            let id = "e".repeat(length);
            let bytes = format!("111122223333\0{id}");
            let found = identity(Some(b"111122223333"), Some(id.as_bytes()), b"{}");
            assert_eq!(found << OF_ACCOUNT, xxh3_128(bytes.as_bytes()) << OF_ACCOUNT, "{length}");
            assert_eq!(account_of(found), xxh3_64(b"111122223333") as u16, "{length}");
        }
        assert_eq!(identity(None, Some(b"e"), b"{}") << OF_ACCOUNT, xxh3_128(b"\0e") << OF_ACCOUNT);
        assert_eq!(identity(Some(b"1"), None, b"{}"), xxh3_128(b"{}") << OF_ACCOUNT >> OF_ACCOUNT);
    }
}
