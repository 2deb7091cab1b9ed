//! Records inside strings: their bytes with the escapes resolved.

/// Appends what the content of a checked JSON string stands for. A lone surrogate becomes U+FFFD.
pub(super) fn unescape(content: &[u8], out: &mut Vec<u8>) {
    let mut rest = content;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&letter, behind)) = rest.split_first() else { return };
        rest = behind;
        match letter {
            b'u' => rest = unescape_unit(rest, out),
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            other => out.push(other),
        }
    }
    out.extend_from_slice(rest);
}

/// Appends the character whose first UTF-16 unit stands at the start of `rest`; returns what follows it.
fn unescape_unit<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some(first) = unit(rest) else { return rest };
    let rest = &rest[4..];
    let second = rest.strip_prefix(b"\\u").and_then(unit);
    let (units, rest) = match second {
        Some(second) if is_pair(first, second) => (vec![first, second], &rest[6..]),
        _ => (vec![first], rest),
    };
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    rest
}

fn unit(digits: &[u8]) -> Option<u16> {
    digits.first_chunk::<4>()?.iter().try_fold(0, |unit, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | digit as u16)
    })
}

fn is_pair(first: u16, second: u16) -> bool {
    (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescaped(content: &str) -> String {
        let mut out = Vec::new();
        unescape(content.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_escape_is_resolved() {
        assert_eq!(unescaped(r#"a\"b\\c\/d\b\f\n\r\tz"#), "a\"b\\c/d\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped(r"\u0041\u00e9\u20AC\ud83d\ude00!"), "Aé€😀!");
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        assert_eq!(unescaped(r"\ud800 x"), "\u{fffd} x");
        assert_eq!(unescaped(r"\ude00\ud83d"), "\u{fffd}\u{fffd}");
        assert_eq!(unescaped(r"\ud83d\u0041"), "\u{fffd}A");
        assert_eq!(unescaped(r"\ud83d\ud83d\ude00"), "\u{fffd}😀");
    }

    proptest! {
        #[test]
        fn unescaping_undoes_escaping(text in ".*") {
            let escaped = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescaped(&escaped[1..escaped.len() - 1]), text.clone());
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(unescaped(&units), text);
        }
    }
}
