//! Text with stars: `*` stands for any run of characters, also none; everything else for itself.

use memchr::memmem;

/// A text with stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// What stands between the stars; one more than there are stars.
    pieces: Vec<Box<str>>,
}

/// Why a text is no wildcard; positions count UTF-8 bytes from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WildcardError {
    /// Two stars in a row say no more than one.
    #[error("has two `*` in a row at position {position}")]
    ConsecutiveStars {
        /// Where the second star stands.
        position: usize,
    },
    /// A backslash stands before something else than a star or a backslash.
    #[error("has a `\\` at position {position} that is followed by neither `*` nor `\\`")]
    Escape {
        /// Where the backslash stands.
        position: usize,
    },
}

impl Wildcard {
    /// Reads a text with stars; `\*` and `\\` stand for the characters themselves.
    ///
    /// # Errors
    /// Returns what cannot stand there.
    pub fn read(text: &str) -> Result<Self, WildcardError> {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut after_star = false;
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            let position = at + 1;
            match character {
                '*' if after_star => return Err(WildcardError::ConsecutiveStars { position }),
                '*' => pieces.push(std::mem::take(&mut piece).into()),
                '\\' => match characters.next() {
                    Some((_, escaped @ ('*' | '\\'))) => piece.push(escaped),
                    _ => return Err(WildcardError::Escape { position }),
                },
                other => piece.push(other),
            }
            after_star = character == '*';
        }
        pieces.push(piece.into());
        Ok(Self { pieces })
    }

    /// Makes a text with stars of what stands between them: one piece more than there are stars.
    pub fn of_pieces<T: Into<Box<str>>>(pieces: impl IntoIterator<Item = T>) -> Self {
        Self { pieces: pieces.into_iter().map(Into::into).collect() }
    }

    /// Returns what stands between the stars; without a star this is one piece.
    pub fn pieces(&self) -> &[Box<str>] {
        &self.pieces
    }

    /// Tells whether the whole text is of this form.
    pub fn accepts(&self, text: &[u8]) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else {
            return self.pieces.iter().all(|only| only.as_bytes() == text);
        };
        let middle = text.strip_prefix(first.as_bytes()).and_then(|text| text.strip_suffix(last.as_bytes()));
        // The leftmost place of a piece leaves the most room for the others.
        middle
            .and_then(|text| {
                between.iter().try_fold(text, |text, piece| {
                    memmem::find(text, piece.as_bytes()).map(|at| &text[at + piece.len()..])
                })
            })
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(wildcard: &str, text: &str) -> bool {
        Wildcard::read(wildcard).unwrap().accepts(text.as_bytes())
    }

    #[test]
    fn a_star_is_any_run() {
        for (wildcard, text) in [
            ("*", ""),
            ("*", "x"),
            ("a*", "a"),
            ("a*b", "ab"),
            ("a*b", "axxb"),
            ("*a*", "xay"),
            ("a*b*c", "abbc"),
            ("", ""),
            ("x", "x"),
            ("a*\n", "a\n\n"),
            (r"\*", "*"),
            (r"a\\*", r"a\b"),
            (r"*\*", "x*"),
            (r"\**", "*x"),
            ("*é*", "caféx"),
            ("a*a", "aa"),
            ("*ab*ab", "abab"),
        ] {
            assert!(accepts(wildcard, text), "{wildcard} {text}");
        }
        for (wildcard, text) in [
            ("", "x"),
            ("a*a", "a"),
            ("a*b", "abc"),
            ("?", "x"),
            ("A*", "ab"),
            (r"\*", "x"),
            ("*ab*ab", "ab"),
            ("a*b*c", "acb"),
            ("[a]", "a"),
        ] {
            assert!(!accepts(wildcard, text), "{wildcard} {text}");
        }
    }

    #[test]
    fn what_cannot_stand_is_refused_with_its_position() {
        let error = |text: &str| Wildcard::read(text).unwrap_err();
        assert_eq!(error("é**"), WildcardError::ConsecutiveStars { position: 4 });
        assert_eq!(error(r"a\b"), WildcardError::Escape { position: 2 });
        assert_eq!(error(r"a\"), WildcardError::Escape { position: 2 });
        assert!(Wildcard::read(r"*\**").is_ok());
    }

    #[test]
    fn many_stars_in_a_long_text_take_no_time() {
        let wildcard = "*a".repeat(200) + "*b";
        assert!(!accepts(&wildcard, &"a".repeat(100_000)));
    }
}
