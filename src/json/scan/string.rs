//! Skipping over a string, some bytes at a time: most of a log file is string contents.

use super::{SyntaxError, unexpected};
use crate::json::chunk;

/// Checks the string whose opening quote is at `at` and returns the offset behind its closing quote.
#[inline]
pub(super) fn skip_string(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let mut at = at + 1;
    loop {
        at = next_special(text, at);
        match text.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = skip_escape(text, at)?,
            _ => return Err(unexpected(text, at)),
        }
    }
}

/// Returns the offset of the next quote, backslash or control character, or the text's length.
#[inline]
fn next_special(text: &[u8], at: usize) -> usize {
    let mut at = at;
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk) {
        if let Some(place) = chunk::first_special(chunk) {
            return at + place;
        }
        at += chunk::SIZE;
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}

/// Checks the escape whose backslash is at `at`. Surrogates need not come in pairs (RFC 8259, section 8.2).
fn skip_escape(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let wrong = (at + 2..at + 6).find(|&digit| !text.get(digit).is_some_and(u8::is_ascii_hexdigit));
            wrong.map_or(Ok(at + 6), |digit| Err(unexpected(text, digit)))
        }
        _ => Err(unexpected(text, at + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                for around in [b'a', 0x80, 0xff, b'!', b'#'] {
                    let mut word = [around; 20];
                    word[place] = byte;
                    let is_special = matches!(byte, b'"' | b'\\' | 0..=0x1f);
                    let expected = if is_special { place } else { word.len() };
                    assert_eq!(next_special(&word, 0), expected, "{byte} at {place} among {around}");
                }
            }
        }
    }

    #[test]
    fn the_lowest_of_several_special_bytes_is_found() {
        assert_eq!(next_special(b"ab\x01\"\\\"\"\"\"", 0), 2);
        assert_eq!(next_special(b"abcdefghijklmnop\"!\"", 0), 16);
    }
}
