//! Texts with wildcards, and what accepts them.

use super::error::Reason;
use crate::language::matcher::{CaseInsensitive, Matcher, Regex, Texts};
use std::fmt::Write as _;

/// A text in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Plain(String),
    /// `*`.
    Any,
    /// `?`.
    One,
    /// A dash of a command line, in whatever form.
    Dash,
}

/// The forms of a dash that `windash` takes for each other.
const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

impl Text {
    /// Reads a text: `*` and `?` are wildcards, a backslash before one of them or before a backslash is an escape.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Self::default();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '*' => parts.push(Part::Any),
                '?' => parts.push(Part::One),
                '\\' => {
                    let escaped = characters.next_if(|next| matches!(next, '*' | '?' | '\\'));
                    parts.push_character(escaped.unwrap_or('\\'));
                }
                other => parts.push_character(other),
            }
        }
        parts
    }

    /// Takes a text as it stands.
    pub(super) fn plain(text: String) -> Self {
        Self(if text.is_empty() { Vec::new() } else { vec![Part::Plain(text)] })
    }

    /// Returns the text when it has no wildcards.
    pub(super) fn as_plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Plain(text)] => Some(text),
            _ => None,
        }
    }

    fn push(&mut self, part: Part) {
        if part != Part::Any || self.0.last() != Some(&Part::Any) {
            self.0.push(part);
        }
    }

    fn push_character(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Plain(text)) => text.push(character),
            _ => self.0.push(Part::Plain(character.into())),
        }
    }

    /// Lets anything stand before the text, behind it, or both.
    pub(super) fn open(&mut self, is_before: bool, is_behind: bool) {
        if is_before && self.0.first() != Some(&Part::Any) {
            self.0.insert(0, Part::Any);
        }
        if is_behind {
            self.push(Part::Any);
        }
    }

    /// Lets every dash that begins a word stand for all its forms.
    pub(super) fn open_dashes(&mut self) {
        let mut opened = Self::default();
        let mut before = ' ';
        for part in std::mem::take(&mut self.0) {
            let Part::Plain(text) = part else {
                before = ' ';
                opened.push(part);
                continue;
            };
            let mut characters = text.chars().peekable();
            while let Some(character) = characters.next() {
                let begins_word =
                    characters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_')
                        && !before.is_alphanumeric()
                        && before != '_';
                if DASHES.contains(&character) && begins_word {
                    opened.0.push(Part::Dash);
                } else {
                    opened.push_character(character);
                }
                before = character;
            }
        }
        *self = opened;
    }

    /// Tells whether anything may stand at its beginning.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.0.first(), Some(Part::Any | Part::One))
    }

    /// Returns what accepts the text; fails when it is too large.
    pub(super) fn matcher(&self, is_cased: bool) -> Result<Matcher, Reason> {
        let insensitive = |text: &str| CaseInsensitive::new(text);
        Ok(match (self.0.as_slice(), is_cased) {
            ([Part::Any], _) => Matcher::Spelled(Box::new(Matcher::Any)),
            ([Part::Plain(text), Part::Any], true) => spelled(Matcher::Prefix(text.as_str().into()), text),
            ([Part::Plain(text), Part::Any], false) => {
                spelled(Matcher::PrefixIgnoringCase(insensitive(text)), text)
            }
            ([Part::Any, Part::Plain(text)], true) => spelled(Matcher::Suffix(text.as_str().into()), text),
            ([Part::Any, Part::Plain(text)], false) => {
                spelled(Matcher::SuffixIgnoringCase(insensitive(text)), text)
            }
            ([Part::Any, Part::Plain(text), Part::Any], false) if text.is_ascii() => {
                spelled(Matcher::ContainsIgnoringCase(insensitive(text)), text)
            }
            _ => match self.as_plain() {
                Some(text) if is_cased => spelled(Matcher::OneOf(Texts::from_iter([text])), text),
                Some(text) => spelled(Matcher::EqualsIgnoringCase(insensitive(text)), text),
                None => Matcher::Spelled(Box::new(Matcher::Regex(self.regex(is_cased)?))),
            },
        })
    }

    fn regex(&self, is_cased: bool) -> Result<Regex, Reason> {
        let mut pattern = if is_cased { "(?s)".to_owned() } else { "(?si)".to_owned() };
        let last = self.0.len() - 1;
        if self.0.first() != Some(&Part::Any) {
            pattern.push_str(r"\A");
        }
        for (at, part) in self.0.iter().enumerate() {
            match part {
                Part::Plain(text) => pattern.push_str(&regex::escape(text)),
                Part::Any if at == 0 || at == last => {}
                Part::Any => pattern.push_str("(?-u:.)*"),
                Part::One => pattern.push('.'),
                Part::Dash => {
                    let dashes: String = DASHES.into_iter().filter(|dash| *dash != '-').collect();
                    let written = write!(pattern, "[{dashes}-]");
                    written.expect("a text takes all that is written");
                }
            }
        }
        if self.0.last() != Some(&Part::Any) {
            pattern.push_str(r"\z");
        }
        Regex::read(&pattern).map_err(|error| Reason::Regex(error.to_string()))
    }
}

/// Lets a matcher see numbers and truth values as well, when they may be spelled like the text.
fn spelled(matcher: Matcher, text: &str) -> Matcher {
    let is_of_scalars = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    let lower = text.to_lowercase();
    let is_possible =
        text.chars().all(is_of_scalars) || ["true", "false"].iter().any(|word| word.contains(&lower));
    if is_possible { Matcher::Spelled(Box::new(matcher)) } else { matcher }
}
