//! Regular expressions, with the engine of the crate `regex`: linear time, whatever the expression and the text.

use regex::bytes::{Regex as Engine, RegexBuilder};
use std::fmt;

/// A compiled expression may take so many bytes; one that takes more repeats something large many times.
const SIZE_LIMIT: usize = 1 << 20;

/// A regular expression. Two are equal when they are spelled alike.
#[derive(Clone)]
pub struct Regex(Engine);

/// Why a text is no regular expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct RegexError {
    /// What the engine says, on one line.
    reason: String,
}

impl Regex {
    /// Reads an expression over text: classes and case are Unicode's.
    ///
    /// # Errors
    /// Returns why the text is none, also when it is too large.
    pub fn read(text: &str) -> Result<Self, RegexError> {
        Self::build(RegexBuilder::new(text).size_limit(SIZE_LIMIT))
    }

    /// Reads an expression over bytes: classes are those of ASCII.
    ///
    /// # Errors
    /// As [`Regex::read`].
    pub fn read_ascii(text: &str) -> Result<Self, RegexError> {
        Self::build(RegexBuilder::new(text).size_limit(SIZE_LIMIT).unicode(false))
    }

    fn build(builder: &RegexBuilder) -> Result<Self, RegexError> {
        builder.build().map(Self).map_err(|error| RegexError { reason: last_line(&error.to_string()) })
    }

    /// Tells whether the expression is found anywhere in a text.
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

/// The engine draws the place over several lines and gives the reason on the last.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).trim_end_matches('.').to_owned()
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Regex").field(&self.0.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_found_anywhere_unless_it_is_anchored() {
        assert!(Regex::read("Tr[ae]il$").unwrap().is_in(b"CreateTrail"));
        assert!(!Regex::read("^Trail").unwrap().is_in(b"CreateTrail"));
        assert!(Regex::read("(?i)É").unwrap().is_in("é".as_bytes()));
    }

    #[test]
    fn classes_of_bytes_are_those_of_ascii() {
        let digits = "^\\d+$";
        assert!(Regex::read(digits).unwrap().is_in("٣".as_bytes()));
        assert!(!Regex::read_ascii(digits).unwrap().is_in("٣".as_bytes()));
    }

    #[test]
    fn what_is_no_expression_is_refused_on_one_line() {
        assert_eq!(Regex::read("a(").unwrap_err().to_string(), "unclosed group");
        assert!(Regex::read("(a{1000}){1000}").is_err());
    }
}
