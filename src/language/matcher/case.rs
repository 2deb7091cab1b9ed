//! Text that ignores case the way EventBridge does: every wanted character stands for its full lowercase and its
//! full uppercase form, and for nothing else. That is neither symmetric nor case folding.

/// A text in which each character may stand in either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseInsensitive(Forms);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Forms {
    /// Below U+0080 the two forms are all there is: `k` is not the Kelvin sign.
    Ascii(Box<[u8]>),
    /// For each character lowercase and uppercase. Neither form of a character is the beginning or the end of its
    /// other form (tested for all of Unicode), so the first that fits is the only one that can.
    Other(Vec<[Box<str>; 2]>),
}

impl CaseInsensitive {
    /// Returns the text made ready for comparisons.
    pub fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self(Forms::Ascii(text.as_bytes().into()));
        }
        let forms = |character: char| {
            [
                character.to_lowercase().collect::<String>().into(),
                character.to_uppercase().collect::<String>().into(),
            ]
        };
        Self(Forms::Other(text.chars().map(forms).collect()))
    }

    /// Returns the text in the case in which it was given, when it is ASCII.
    pub fn as_ascii(&self) -> Option<&str> {
        match &self.0 {
            Forms::Ascii(wanted) => std::str::from_utf8(wanted).ok(), // ASCII always is
            Forms::Other(_) => None,
        }
    }

    /// Tells whether `text` is this text.
    pub fn is(&self, text: &[u8]) -> bool {
        match &self.0 {
            Forms::Ascii(wanted) => wanted.eq_ignore_ascii_case(text),
            Forms::Other(_) => self.after(text).is_some_and(<[u8]>::is_empty),
        }
    }

    /// Tells whether `text` begins with this text.
    pub fn begins(&self, text: &[u8]) -> bool {
        self.after(text).is_some()
    }

    /// Tells whether `text` ends with this text.
    pub fn ends(&self, text: &[u8]) -> bool {
        match &self.0 {
            Forms::Ascii(wanted) => text
                .len()
                .checked_sub(wanted.len())
                .is_some_and(|start| wanted.eq_ignore_ascii_case(&text[start..])),
            Forms::Other(characters) => characters
                .iter()
                .rev()
                .try_fold(text, |text, forms| {
                    forms.iter().find_map(|form| text.strip_suffix(form.as_bytes()))
                })
                .is_some(),
        }
    }

    /// Tells whether this text is somewhere in `text`.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let letters = match &self.0 {
            Forms::Ascii(wanted) => {
                wanted.first().map(|first| [first.to_ascii_lowercase(), first.to_ascii_uppercase()])
            }
            // All characters have a first byte.
            Forms::Other(characters) => characters
                .first()
                .map(|forms| [0, 1].map(|form| forms[form].as_bytes().first().copied().unwrap_or(0))),
        };
        let Some([one, other]) = letters else { return true };
        memchr::memchr2_iter(one, other, text).any(|at| self.begins(&text[at..]))
    }

    /// Returns what follows this text at the beginning of `text`.
    fn after<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        match &self.0 {
            Forms::Ascii(wanted) => {
                let (head, tail) = text.split_at_checked(wanted.len())?;
                wanted.eq_ignore_ascii_case(head).then_some(tail)
            }
            Forms::Other(characters) => characters.iter().try_fold(text, |text, forms| {
                forms.iter().find_map(|form| text.strip_prefix(form.as_bytes()))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(wanted: &str, text: &str) -> bool {
        CaseInsensitive::new(wanted).is(text.as_bytes())
    }

    #[test]
    fn every_character_has_two_full_forms_and_no_third() {
        for (wanted, matching, other) in [
            ("EC2", &["ec2", "Ec2", "EC2"][..], &["ec", "ec22"][..]),
            ("straße", &["straße", "STRASSE", "straSSe"], &["strasse"]),
            ("STRASSE", &["strasse"], &["straße"]),
            ("ΣΑΣ", &["σασ", "ΣΑΣ"], &["σας"]),
            ("σας", &["ΣΑΣ", "σας"], &["σασ"]),
            ("I", &["i", "I"], &["ı", "İ"]),
            ("İ", &["İ", "i\u{307}"], &["i"]),
            ("\u{212a}", &["k", "\u{212a}"], &["K"]),
            ("k", &["k", "K"], &["\u{212a}"]),
            ("ǅ", &["ǆ", "Ǆ"], &["ǅ"]),
            ("", &[""], &["x"]),
            ("é", &["É"], &["e", ""]),
        ] {
            for text in matching {
                assert!(is(wanted, text), "{wanted} {text}");
            }
            for text in other {
                assert!(!is(wanted, text), "{wanted} {text}");
            }
        }
    }

    #[test]
    fn beginnings_and_ends_take_their_expansions_from_their_side() {
        let wanted = CaseInsensitive::new("ß");
        assert!(wanted.begins("SSx".as_bytes()) && wanted.begins("ßx".as_bytes()));
        assert!(wanted.ends("xSS".as_bytes()) && wanted.ends("xß".as_bytes()));
        assert!(!wanted.begins("Sx".as_bytes()) && !wanted.ends("ss".as_bytes()));
        assert!(wanted.is_in("xSSx".as_bytes()) && wanted.is_in("xßx".as_bytes()) && !wanted.is_in(b"xssx"));
        let wanted = CaseInsensitive::new("Ab");
        assert!(wanted.is_in(b"aaBc") && !wanted.is_in(b"acb") && CaseInsensitive::new("").is_in(b""));
        assert!(wanted.begins(b"aBc") && wanted.ends(b"caB"));
        assert!(!wanted.begins(b"a") && !wanted.ends(b"b"));
    }

    #[test]
    fn no_form_begins_or_ends_with_its_other_form() {
        for character in '\0'..=char::MAX {
            let lower: String = character.to_lowercase().collect();
            let upper: String = character.to_uppercase().collect();
            for (form, other) in [(&lower, &upper), (&upper, &lower)] {
                let nests = form.starts_with(other.as_str()) || form.ends_with(other.as_str());
                assert!(form == other || !nests, "{character:?}");
            }
        }
    }
}
