//! Reads one page of a listing.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};

/// Returns the keys of a page, objects and folders in one order; folders come without an object.
pub(super) fn entries(page: &ListObjectsV2Output) -> Vec<(String, Option<&Object>)> {
    let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
    let plain = |key: &str| if is_encoded { decode(key) } else { key.to_owned() };
    let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).map(plain);
    let objects = page.contents().iter().filter_map(|object| Some((plain(object.key()?), Some(object))));
    let mut entries: Vec<_> = prefixes.map(|prefix| (prefix, None)).chain(objects).collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries
}

/// Returns what the next page is asked for with, unless this is the last one.
pub(super) fn token(page: &ListObjectsV2Output) -> Option<&str> {
    page.next_continuation_token().filter(|_| page.is_truncated() == Some(true))
}

/// Undoes the encoding of keys in a listing: `+` is a space, `%` stands before two hexadecimal digits.
pub(super) fn decode(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(hexadecimal);
        bytes.push(match (first, escaped) {
            (_, Some(byte)) => byte,
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*digits.first()?)?, digit(*digits.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_keys_are_read_back() {
        assert_eq!(decode("copy+of+log+%281%29%2B.json.gz"), "copy of log (1)+.json.gz");
        assert_eq!(decode("%C3%A4/100%25"), "ä/100%");
        assert_eq!(decode("50%"), "50%");
        assert_eq!(decode("%zz"), "%zz");
    }
}
