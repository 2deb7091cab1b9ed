//! What tells one event from another.

use xxhash_rust::xxh3::xxh3_128;

/// Account and event id are 49 bytes; only odd ones are longer than this.
const USUAL: usize = 128;

/// Returns the identity of an event: a 128-bit hash of account and event id, or of the whole record when it has no id
/// (event version 1.00).
pub fn identity(account: Option<&[u8]>, event_id: Option<&[u8]>, record: &[u8]) -> u128 {
    let Some(event_id) = event_id else { return xxh3_128(record) };
    let account = account.unwrap_or_default();
    let length = account.len() + 1 + event_id.len();
    let mut bytes = [0; USUAL];
    match bytes.get_mut(..length) {
        Some(bytes) => {
            bytes[..account.len()].copy_from_slice(account);
            bytes[account.len() + 1..].copy_from_slice(event_id);
            xxh3_128(bytes)
        }
        None => xxh3_128(&[account, b"\0", event_id].concat()),
    }
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
            assert_eq!(found, xxh3_128(bytes.as_bytes()), "{length}");
        }
        assert_eq!(identity(None, Some(b"e"), b"{}"), xxh3_128(b"\0e"));
        assert_eq!(identity(Some(b"1"), None, b"{}"), xxh3_128(b"{}"));
    }
}
