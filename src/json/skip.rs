//! Fast ways past a value that nobody wants. They only match brackets and quotes; [`super::scan`] checks.

use super::chunk;
use super::scan::{MAX_DEPTH, SyntaxError};

/// How many chunks of a string are looked at before `memchr` is called.
const CHUNKS: usize = 6;

/// Returns the offset of the quote that ends the string whose content begins at `at`, and whether there is a
/// backslash in it.
pub(super) fn string(text: &[u8], at: usize) -> Result<(usize, bool), SyntaxError> {
    let mut is_escaped = false;
    let mut at = at;
    loop {
        at = quote_or_backslash(text, at);
        match text.get(at) {
            Some(b'"') => return Ok((at, is_escaped)),
            Some(_) => {
                is_escaped = true;
                at += 2;
            }
            None => return Err(SyntaxError::End { at: text.len() }),
        }
    }
}

/// Returns the offset of the first quote or backslash from `at` on. Most strings are so short that a call of `memchr`
/// costs more than a few chunks do.
#[inline]
pub(super) fn quote_or_backslash(text: &[u8], mut at: usize) -> usize {
    for _ in 0..CHUNKS {
        let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk) else {
            break;
        };
        if let Some(place) = chunk::first_quote_or_backslash(chunk) {
            return at + place;
        }
        at += chunk::SIZE;
    }
    let rest = text.get(at..).unwrap_or_default();
    memchr::memchr2(b'"', b'\\', rest).map_or(text.len(), |offset| at + offset)
}

/// Returns the offset behind the literal or number that begins at `at`.
pub(super) fn scalar(text: &[u8], at: usize) -> usize {
    let is_end = |byte: &u8| !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'+' | b'.' | b'E');
    text[at..].iter().position(is_end).map_or(text.len(), |length| at + length)
}

/// Returns the offset behind the value that begins at `at`, inside `depth` containers.
pub(super) fn value(text: &[u8], at: usize, depth: usize) -> Result<usize, SyntaxError> {
    match text.get(at) {
        Some(b'"') => Ok(string(text, at + 1)?.0 + 1),
        Some(b'{' | b'[') => container(text, at, depth),
        _ => match scalar(text, at.min(text.len())) {
            end if end == at => Err(unexpected(text, at)),
            end => Ok(end),
        },
    }
}

fn container(text: &[u8], at: usize, outer: usize) -> Result<usize, SyntaxError> {
    let mut depth = outer;
    let mut at = at;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = string(text, at)?.0 + 1,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(SyntaxError::TooDeep { at: at - 1 });
                }
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == outer {
                    return Ok(at);
                }
            }
            _ => {}
        }
    }
    Err(SyntaxError::End { at: text.len() })
}

/// Returns the error for what stands at `at`.
pub(super) fn unexpected(text: &[u8], at: usize) -> SyntaxError {
    if at < text.len() { SyntaxError::Unexpected { at } } else { SyntaxError::End { at: text.len() } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_quote_or_backslash_is_found_at_every_distance() {
        for distance in 0..150 {
            // Neighbours of both in the alphabet, and bytes that differ in the top bit only.
            let filler = "!#[]\u{a2}\u{dc}".repeat(30);
            let filler: String = filler.chars().take(distance).collect();
            for (tail, is_escaped) in [("\"", false), ("\\\"\"", true), ("\\\\\"\\\"", true)] {
                let text = format!("{filler}{tail}");
                let end = filler.len() + tail.find("\"\\").or(tail.rfind('"')).unwrap();
                assert_eq!(string(text.as_bytes(), 0), Ok((end, is_escaped)), "{text}");
            }
            assert_eq!(string(filler.as_bytes(), 0), Err(SyntaxError::End { at: filler.len() }));
        }
    }

    #[test]
    fn a_container_ends_at_its_own_bracket() {
        for length in 0..100 {
            let text = format!(r#"["{}\"{{",{{"a":[]}}, "{}"]x"#, "a".repeat(length), r"\\".repeat(length));
            assert_eq!(value(text.as_bytes(), 0, 0), Ok(text.len() - 1), "{text}");
            assert!(value(&text.as_bytes()[..text.len() - 2], 0, 0).is_err());
        }
    }

    #[test]
    fn a_value_that_is_missing_is_an_error() {
        assert_eq!(value(b"", 0, 0), Err(SyntaxError::End { at: 0 }));
        assert_eq!(value(b"}", 0, 0), Err(SyntaxError::Unexpected { at: 0 }));
        assert_eq!(value(b"-1.5e3,", 0, 0), Ok(6));
    }
}
