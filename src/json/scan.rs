//! Skipping over JSON values while checking that they are JSON (RFC 8259). No recursion: nesting is bounded by a
//! number, not by the stack. Whether the text is UTF-8 is left to whoever holds the whole of it.

mod nesting;
mod string;
mod walk;

use nesting::Nesting;
use string::skip_string;
pub use walk::{Elements, Members};

/// How deep a value may be nested before it is refused. CloudTrail's own records stay below 20.
pub const MAX_DEPTH: usize = 512;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxError {
    /// A byte that cannot stand there.
    #[error("invalid JSON at byte {at}")]
    Unexpected {
        /// Offset of the byte in the text.
        at: usize,
    },
    /// The text ends inside a value.
    #[error("JSON text ends early, at byte {at}")]
    End {
        /// Length of the text.
        at: usize,
    },
    /// The value is legal so far but nested deeper than [`MAX_DEPTH`].
    #[error("JSON nested deeper than {MAX_DEPTH} levels at byte {at}")]
    TooDeep {
        /// Offset of the bracket that is one too many.
        at: usize,
    },
}

impl SyntaxError {
    /// Returns the offset at which the text stopped being JSON.
    pub fn at(&self) -> usize {
        match *self {
            Self::Unexpected { at } | Self::End { at } | Self::TooDeep { at } => at,
        }
    }
}

/// Returns the offset of the first byte from `at` on that is not white space.
#[inline]
pub fn skip_whitespace(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        // Nearly always, and then one comparison is enough.
        Some(byte) if *byte > b' ' => at,
        _ => skip_more_whitespace(text, at),
    }
}

fn skip_more_whitespace(text: &[u8], at: usize) -> usize {
    let mut at = at;
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// Checks the value that begins at `at` (no white space before it) and returns the offset behind it.
///
/// # Errors
/// Returns where and why the value is not JSON.
pub fn skip_value(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    skip_nested(text, at, 0)
}

/// Checks a value that already stands inside `depth` brackets.
fn skip_nested(text: &[u8], at: usize, depth: usize) -> Result<usize, SyntaxError> {
    let mut nesting = Nesting::new(depth);
    let mut at = at;
    loop {
        at = match text.get(at) {
            Some(b'"') => skip_string(text, at)?,
            Some(&bracket @ (b'{' | b'[')) => {
                let is_object = bracket == b'{';
                nesting.open(is_object, at)?;
                at = skip_whitespace(text, at + 1);
                match text.get(at) {
                    Some(b'}') if is_object => nesting.close(),
                    Some(b']') if !is_object => nesting.close(),
                    _ => {
                        at = if is_object { skip_key(text, at)? } else { at };
                        continue;
                    }
                }
                at + 1
            }
            _ => skip_scalar(text, at)?,
        };
        loop {
            let Some(is_object) = nesting.innermost() else { return Ok(at) };
            at = skip_whitespace(text, at);
            match text.get(at) {
                Some(b',') => {
                    at = skip_whitespace(text, at + 1);
                    at = if is_object { skip_key(text, at)? } else { at };
                    break;
                }
                Some(b'}') if is_object => nesting.close(),
                Some(b']') if !is_object => nesting.close(),
                _ => return Err(unexpected(text, at)),
            }
            at += 1;
        }
    }
}

/// Returns the offset behind the bracketed value that begins at `at`, however deep it is nested: brackets are only
/// counted, so the value is found but not checked.
///
/// # Errors
/// Returns that the text ends first, or that no bracket stands at `at`.
pub fn skip_brackets(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let (mut at, mut open) = (at, 0_usize);
    loop {
        match text.get(at) {
            Some(b'{' | b'[') => open += 1,
            Some(b'}' | b']') if open == 1 => return Ok(at + 1),
            Some(b'}' | b']') if open > 1 => open -= 1,
            Some(_) if open == 0 => return Err(unexpected(text, at)),
            Some(b'"') => {
                at = skip_string(text, at)?;
                continue;
            }
            Some(_) => {}
            None => return Err(unexpected(text, at)),
        }
        at += 1;
    }
}

/// Appends the value `text` without the white space between its tokens. The text must have been checked.
pub fn write_compact(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < text.len() {
        let start = skip_whitespace(text, at);
        at = start;
        while let Some(byte) = text.get(at).filter(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
            at = if *byte == b'"' { skip_string(text, at).unwrap_or(text.len()) } else { at + 1 };
        }
        out.extend_from_slice(&text[start..at]);
    }
}

/// Checks a member's name and colon; returns where its value begins.
#[inline]
fn skip_key(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    if text.get(at) != Some(&b'"') {
        return Err(unexpected(text, at));
    }
    let at = skip_whitespace(text, skip_string(text, at)?);
    if text.get(at) != Some(&b':') {
        return Err(unexpected(text, at));
    }
    Ok(skip_whitespace(text, at + 1))
}

/// Checks the number, `true`, `false` or `null` that begins at `at`.
pub(super) fn skip_scalar(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    match text.get(at) {
        Some(b't') => skip_literal(text, at, b"true"),
        Some(b'f') => skip_literal(text, at, b"false"),
        Some(b'n') => skip_literal(text, at, b"null"),
        Some(b'-' | b'0'..=b'9') => skip_number(text, at),
        _ => Err(unexpected(text, at)),
    }
}

fn skip_literal(text: &[u8], at: usize, literal: &[u8]) -> Result<usize, SyntaxError> {
    let wrong = (0..literal.len()).find(|&step| text.get(at + step) != literal.get(step));
    match wrong {
        Some(step) => Err(unexpected(text, at + step)),
        None => Ok(at + literal.len()),
    }
}

fn skip_number(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let start = if text.get(at) == Some(&b'-') { at + 1 } else { at };
    let mut at = skip_digits(text, start)?;
    if text[start] == b'0' && at > start + 1 {
        return Err(SyntaxError::Unexpected { at: start + 1 });
    }
    if text.get(at) == Some(&b'.') {
        at = skip_digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += if let Some(b'+' | b'-') = text.get(at + 1) { 2 } else { 1 };
        at = skip_digits(text, at)?;
    }
    Ok(at)
}

fn skip_digits(text: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let mut at = start;
    while let Some(b'0'..=b'9') = text.get(at) {
        at += 1;
    }
    if at == start { Err(unexpected(text, at)) } else { Ok(at) }
}

#[cold]
fn unexpected(text: &[u8], at: usize) -> SyntaxError {
    if at < text.len() { SyntaxError::Unexpected { at } } else { SyntaxError::End { at: text.len() } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn is_json(text: &[u8]) -> bool {
        let start = skip_whitespace(text, 0);
        skip_value(text, start).is_ok_and(|end| skip_whitespace(text, end) == text.len())
    }

    #[test]
    fn legal_values_are_skipped_to_their_end() {
        for text in [
            "{}",
            "[]",
            "0",
            "-0.0",
            "1e400",
            "12.5E-7",
            "true",
            "false",
            "null",
            r#""""#,
            r#""a\u00e9\n\/""#,
            r#""\ud800""#,
            r#"{"a":[1,{"b":null}],"c":"d"}"#,
            " [ 1 , 2 ] ",
            r#"{ "a" : { } , "b" : [ ] }"#,
        ] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn illegal_values_are_refused() {
        for text in [
            "",
            "{",
            "[",
            "}",
            "[}",
            "{]",
            "[1,]",
            "[,1]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "tru",
            "nul",
            "TRUE",
            r#"""#,
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u12"#,
            "\"\n\"",
            "\"\u{1}\"",
            r#"{"a" 1}"#,
            r#"{a:1}"#,
            "[1 2]",
            r#"{"a":1 "b":2}"#,
            "'a'",
            "NaN",
            r#"{"eventName":}"#,
            r#""aaaaaaaaaaaaaaaa\"#,
            "-a",
            "1.e5",
        ] {
            assert!(!is_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_byte() {
        assert_eq!(skip_value(br#"{"a":}"#, 0), Err(SyntaxError::Unexpected { at: 5 }));
        assert_eq!(skip_value(br#"{"a":"#, 0), Err(SyntaxError::End { at: 5 }));
        assert_eq!(skip_value(br#"["abcdefghij"#, 0), Err(SyntaxError::End { at: 12 }));
        assert_eq!(skip_value(b"[tru]", 0), Err(SyntaxError::Unexpected { at: 4 }));
    }

    #[test]
    fn the_deepest_legal_value_passes_and_one_level_more_is_refused() {
        let nested = |levels: usize| [b"[".repeat(levels), b"]".repeat(levels)].concat();
        assert_eq!(skip_value(&nested(MAX_DEPTH), 0), Ok(2 * MAX_DEPTH));
        assert_eq!(skip_value(&nested(MAX_DEPTH + 1), 0), Err(SyntaxError::TooDeep { at: MAX_DEPTH }));
        assert_eq!(skip_value(&nested(500_000), 0), Err(SyntaxError::TooDeep { at: MAX_DEPTH }));
    }

    #[test]
    fn brackets_are_matched_at_any_depth_and_not_inside_strings() {
        let text =
            [b"{\"a]\\\"}\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000), b",2".to_vec()].concat();
        assert_eq!(skip_brackets(&text, 0), Ok(text.len() - 2));
        assert!(skip_brackets(&text[..text.len() - 3], 0).is_err());
        assert!(skip_brackets(b"1", 0).is_err());
    }

    #[test]
    fn compact_writing_drops_white_space_between_tokens_only() {
        let mut out = b"-".to_vec();
        write_compact(b" { \"a b\" : [ 1 ,\r\n\t\"c \\\" d\" ] } ", &mut out);
        assert_eq!(out, b"-{\"a b\":[1,\"c \\\" d\"]}");
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let scalar = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
            "[a-z\\\\\"\n]{0,20}".prop_map(Into::into),
        ];
        scalar.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::hash_map(".{0,9}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn skipping_agrees_with_serde_json_on_mutated_text(
            value in json(),
            pretty in any::<bool>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<prop::sample::Index>()), 0..4),
        ) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let mut text = text.unwrap().into_bytes();
            let bytes = b"{}[],:\"\\ \n0123-+.eEtfnu/aDd\x01\x7f";
            for (place, kind, byte) in edits {
                let byte = bytes[byte.index(bytes.len())];
                let at = place.index(text.len() + 1);
                match kind {
                    0 => text.insert(at, byte),
                    1 if at < text.len() => text[at] = byte,
                    _ => drop((at < text.len()).then(|| text.remove(at))),
                }
            }
            if let Ok(text) = std::str::from_utf8(&text) {
                let theirs = serde_json::from_str::<&RawValue>(text).is_ok();
                prop_assert_eq!(is_json(text.as_bytes()), theirs, "{}", text);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = (skip_value(&bytes, 0), skip_brackets(&bytes, 0));
            write_compact(&bytes, &mut Vec::new());
        }

        #[test]
        fn compact_text_means_the_same(value in json()) {
            let mut out = Vec::new();
            write_compact(serde_json::to_string_pretty(&value).unwrap().as_bytes(), &mut out);
            prop_assert_eq!(out, serde_json::to_vec(&value).unwrap());
        }
    }
}
