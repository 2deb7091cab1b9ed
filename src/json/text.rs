//! String contents as they stand in the text, and what they mean.

use super::chunk;
use std::borrow::Cow;

/// A JSON string's content between its quotes, not yet unescaped. UTF-8 wherever the text it stands in is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawString<'a> {
    raw: &'a [u8],
    is_escaped: bool,
}

impl<'a> RawString<'a> {
    /// Wraps a content that may hold escapes.
    pub fn new(raw: &'a str) -> Self {
        Self { raw: raw.as_bytes(), is_escaped: raw.contains('\\') }
    }

    /// Wraps a text that is meant as it stands, backslashes included.
    pub fn literal(raw: &'a str) -> Self {
        Self::from_bytes(raw.as_bytes(), false)
    }

    pub(super) fn from_bytes(raw: &'a [u8], is_escaped: bool) -> Self {
        Self { raw, is_escaped }
    }

    /// Returns the characters that the string stands for. A lone surrogate becomes U+FFFD.
    pub fn decode(&self) -> Cow<'a, str> {
        match self.decode_bytes() {
            Cow::Borrowed(bytes) => read_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Returns the same as [`RawString::decode`] as bytes, without looking whether they are UTF-8.
    #[inline]
    pub fn decode_bytes(&self) -> Cow<'a, [u8]> {
        if self.is_escaped {
            let mut out = Vec::with_capacity(self.raw.len());
            unescape(self.raw, &mut out);
            Cow::Owned(out)
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Tells whether the string stands for exactly `text`.
    pub fn is(&self, text: &str) -> bool {
        if self.is_escaped { *self.decode_bytes() == *text.as_bytes() } else { self.raw == text.as_bytes() }
    }
}

/// Returns bytes as text, with U+FFFD for what is not UTF-8. Nearly always they are, and being told so costs less than being
/// told where they are not.
pub fn read_lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Returns the content of the string that begins at `at`, when there is one and nothing in it is escaped.
#[inline]
pub fn plain_string(text: &[u8], at: usize) -> Option<&[u8]> {
    let Some([b'"', content @ ..]) = text.get(at..) else { return None };
    let end = super::skip::quote_or_backslash(content, 0);
    (content.get(end) == Some(&b'"')).then(|| &content[..end])
}

/// Copies the string that begins at `at`, in its quotes, to the beginning of `out`, and returns how long it is; what is behind
/// it there may be anything. `None` when there is no string, something in it is escaped, or it does not fit.
#[inline]
pub fn copy_plain_string(text: &[u8], at: usize, out: &mut [u8]) -> Option<usize> {
    let text = text.get(at..)?;
    let (Some(b'"'), [first, ..]) = (text.first(), &mut *out) else { return None };
    *first = b'"';
    let mut end = 1;
    while let (Some(chunk), Some(room)) =
        (text.get(end..)?.first_chunk(), out.get_mut(end..)?.first_chunk_mut())
    {
        *room = *chunk;
        if let Some(place) = chunk::first_quote_or_backslash(chunk) {
            return (chunk[place] == b'"').then_some(end + place + 1);
        }
        end += chunk::SIZE;
    }
    // Near the end of either.
    let length = plain_string(text, 0)?.len() + 2;
    out.get_mut(..length)?.copy_from_slice(&text[..length]);
    Some(length)
}

/// Appends what the content of a JSON string stands for. A lone surrogate becomes U+FFFD; what is no escape is kept as
/// it is.
pub fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let escape = &rest[at + 1..];
        let Some(kind) = escape.first() else {
            out.push(b'\\');
            return;
        };
        rest = &escape[1..];
        match kind {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => rest = unescape_unit(rest, out),
            other => out.push(*other),
        }
    }
    out.extend_from_slice(rest);
}

/// Appends the character of a `\u` escape whose digits begin `rest`; returns what follows it.
fn unescape_unit<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (code_point, taken) = match code_unit(rest) {
        None => (None, 0),
        Some(high @ 0xd800..=0xdbff) => match low_surrogate(&rest[4..]) {
            Some(low) => (Some(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 10),
            None => (None, 4),
        },
        Some(unit) => (Some(unit), 4),
    };
    let character = code_point.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    &rest[taken..]
}

fn low_surrogate(rest: &[u8]) -> Option<u32> {
    code_unit(rest.strip_prefix(b"\\u")?).filter(|unit| (0xdc00..=0xdfff).contains(unit))
}

fn code_unit(rest: &[u8]) -> Option<u32> {
    let digits = rest.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_string_is_copied_as_far_as_it_is_plain_and_fits(
            text in r#"[ab"\\]{0,70}"#,
            at in 0..72_usize,
            room in 0..72_usize,
        ) {
            let text = text.as_bytes();
            let quoted = plain_string(text, at).map(|content| &text[at..at + content.len() + 2]);
            let mut out = vec![b'x'; room];
            let length = copy_plain_string(text, at, &mut out);
            prop_assert_eq!(length.map(|length| &out[..length]), quoted.filter(|quoted| quoted.len() <= room));
        }
    }

    #[test]
    fn every_escape_stands_for_its_character() {
        let raw = r#"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"#;
        assert_eq!(RawString::new(raw).decode(), "\"\\/\u{8}\u{c}\n\r\tAé😀");
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        for (raw, text) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00x", "\u{fffd}x"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(RawString::new(raw).decode(), text, "{raw}");
        }
    }

    #[test]
    fn an_escaped_string_is_compared_by_what_it_stands_for() {
        assert!(RawString::new(r"\u0043reate").is("Create"));
        assert!(!RawString::new(r"\u0043reate").is(r"\u0043reate"));
        assert!(RawString::literal(r"\u0043").is(r"\u0043"));
        assert!(RawString::new("é").is("é"));
    }

    proptest! {
        #[test]
        fn unescaping_undoes_escaping(text in ".*") {
            let escaped = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(RawString::new(&escaped[1..escaped.len() - 1]).decode(), text.as_str());
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(RawString::new(&units).decode(), text.as_str());
        }
    }
}
