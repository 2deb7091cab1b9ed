//! What the modifiers on encodings make of a text.

/// The letters of base64, by their values.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes bytes in base64, with its padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            encoded.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    encoded
}

/// Returns what is always there of the base64 of a text in which the bytes stand, wherever they begin.
pub(super) fn base64_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let shifted = [&vec![b' '; offset][..], bytes].concat();
        let encoded = base64(&shifted);
        // The letters that share bits with what stands before or behind.
        let start = [0, 2, 3][offset];
        let end = encoded.len() - [0, 3, 2][shifted.len() % 3];
        encoded.get(start..end).unwrap_or_default().to_owned()
    })
}

/// The encodings of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Utf16 {
    Little,
    Big,
    /// Little, with its byte order mark.
    Marked,
}

impl Utf16 {
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let mark: &[u8] = if self == Self::Marked { &[0xff, 0xfe] } else { &[] };
        let unit = |unit: u16| if self == Self::Big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        mark.iter().copied().chain(text.encode_utf16().flat_map(unit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded, "{text}");
        }
    }

    #[test]
    fn a_text_is_found_in_base64_wherever_it_begins() {
        for text in ["http://", "IEX", "secret key"] {
            let variants = base64_offsets(text.as_bytes());
            for before in 0..9 {
                for behind in 0..4 {
                    let whole = format!("{}{text}{}", "x".repeat(before), "~".repeat(behind));
                    assert!(base64(whole.as_bytes()).contains(&variants[before % 3]), "{whole}");
                }
            }
        }
        assert_eq!(base64_offsets(b"foobar"), ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
    }

    #[test]
    fn utf_16_has_its_byte_order() {
        assert_eq!(Utf16::Little.encode("cm"), b"c\0m\0");
        assert_eq!(Utf16::Big.encode("cm"), b"\0c\0m");
        assert_eq!(Utf16::Marked.encode("c"), b"\xff\xfec\0");
    }
}
