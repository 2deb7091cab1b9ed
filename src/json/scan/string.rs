//! Skipping over a string, eight bytes at a time: most of a log file is string contents.

use super::{SyntaxError, unexpected};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

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
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let specials = specials(u64::from_le_bytes(*chunk));
        if specials != 0 {
            return at + specials.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}

/// Marks the high bit of each special byte. A borrow may mark bytes above a special one too, never below: the
/// lowest mark is right.
#[inline]
fn specials(word: u64) -> u64 {
    let quotes = word ^ (ONES * b'"' as u64);
    let backslashes = word ^ (ONES * b'\\' as u64);
    let controls = word.wrapping_sub(ONES * 0x20) & !word;
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    (is_zero(quotes) | is_zero(backslashes) | controls) & HIGHS
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
    fn every_byte_is_told_apart_at_every_place_in_a_word() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                for around in [b'a', 0x80, 0xff, b'!', b'#'] {
                    let mut word = [around; 8];
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
        assert_eq!(next_special(b"abcdefgh\"!\"", 0), 8);
    }
}
