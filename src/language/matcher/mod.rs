//! Tests on one scalar, each its own file, for every language to build on.

mod address;
mod case;
mod moment;
mod number;
mod regex;
mod wildcard;

pub use address::{Address, Block, BlockError};
pub use case::CaseInsensitive;
pub use moment::MomentPart;
pub use number::{Bound, Decimal, Range};
pub use regex::{Regex, RegexError};
pub use wildcard::{Wildcard, WildcardError};

use crate::json::Scalar;
use std::borrow::Cow;

/// A test on one scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Matcher {
    /// Any leaf at all, `null` included.
    Any,
    /// A string, one of these.
    OneOf(Texts),
    /// A string that spells this address.
    Address(Address),
    /// A string that spells an address in this block.
    Block(Block),
    /// A string that begins so.
    Prefix(Box<str>),
    /// A string that ends so.
    Suffix(Box<str>),
    /// A string that is this but for case.
    EqualsIgnoringCase(CaseInsensitive),
    /// A string that begins so but for case.
    PrefixIgnoringCase(CaseInsensitive),
    /// A string that ends so but for case.
    SuffixIgnoringCase(CaseInsensitive),
    /// A string in which this is but for case.
    ContainsIgnoringCase(CaseInsensitive),
    /// A string of this form.
    Wildcard(Wildcard),
    /// A number of this value or spelling.
    Number(Decimal),
    /// A number between bounds.
    Range(Range),
    /// A number between bounds, after both were made the nearest doubles.
    Double(Range),
    /// A string in which this is found.
    Regex(Regex),
    /// A string that spells a moment, a part of which is between bounds.
    Moment(MomentPart, Range),
    /// A string, or the spelling of a number or a truth value, that passes as a string.
    Spelled(Box<Matcher>),
    /// This truth value.
    Bool(bool),
    /// An explicit `null`.
    Null,
    /// Anything, of any kind, that none of these accepts.
    NoneOf(Vec<Matcher>),
}

/// A scalar made ready for many tests: unescaped once.
#[derive(Debug)]
pub enum Value<'a> {
    /// The bytes a string stands for.
    Text(Cow<'a, [u8]>),
    /// A number in the spelling of the text.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// An explicit `null`.
    Null,
}

impl<'a> From<Scalar<'a>> for Value<'a> {
    fn from(scalar: Scalar<'a>) -> Self {
        match scalar {
            Scalar::String(text) => Self::Text(text.decode_bytes()),
            Scalar::Number(text) => Self::Number(text),
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Null => Self::Null,
        }
    }
}

impl Value<'_> {
    /// Returns the text of a string, and numbers and truth values as they are spelled; `null` has no text.
    pub fn spelling(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(text) => Some(text.as_bytes()),
            Self::Bool(true) => Some(b"true"),
            Self::Bool(false) => Some(b"false"),
            Self::Null => None,
        }
    }
}

impl Matcher {
    /// Tells whether the value passes.
    pub fn accepts(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::NoneOf(matchers), value) => !matchers.iter().any(|matcher| matcher.accepts(value)),
            (Self::Bool(wanted), Value::Bool(value)) => wanted == value,
            (Self::Null, Value::Null) => true,
            (Self::Number(wanted), Value::Number(text)) => wanted.is(text),
            (Self::Range(range), Value::Number(text)) => range.contains(text),
            (Self::Double(range), Value::Number(text)) => range.contains_double(text),
            (Self::Spelled(matcher), value) => {
                value.spelling().is_some_and(|text| matcher.accepts_spelling(text))
            }
            (_, Value::Text(text)) => self.accepts_text(text),
            _ => false,
        }
    }

    /// Of what is spelled out, a number may stand in a string.
    fn accepts_spelling(&self, text: &[u8]) -> bool {
        match self {
            Self::Double(range) => std::str::from_utf8(text).is_ok_and(|text| range.contains_double(text)),
            matcher => matcher.accepts_text(text),
        }
    }

    fn accepts_text(&self, text: &[u8]) -> bool {
        match self {
            Self::OneOf(texts) => texts.contain(text),
            Self::Address(address) => Address::read(text).is_some_and(|other| other == *address),
            Self::Block(block) => Address::read(text).is_some_and(|address| block.contains(address)),
            Self::Prefix(prefix) => text.starts_with(prefix.as_bytes()),
            Self::Suffix(suffix) => text.ends_with(suffix.as_bytes()),
            Self::EqualsIgnoringCase(wanted) => wanted.is(text),
            Self::PrefixIgnoringCase(wanted) => wanted.begins(text),
            Self::SuffixIgnoringCase(wanted) => wanted.ends(text),
            Self::ContainsIgnoringCase(wanted) => wanted.is_in(text),
            Self::Wildcard(wildcard) => wildcard.accepts(text),
            Self::Regex(regex) => regex.is_in(text),
            Self::Moment(part, range) => part.of(text).is_some_and(|value| range.has(value)),
            // The languages that spell values out negate these as well.
            Self::Any => true,
            Self::NoneOf(matchers) => !matchers.iter().any(|matcher| matcher.accepts_text(text)),
            _ => false,
        }
    }
}

/// A set of strings.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts(Vec<Box<str>>);

impl Texts {
    /// Returns the strings, sorted, each once.
    pub fn as_slice(&self) -> &[Box<str>] {
        &self.0
    }

    fn contain(&self, text: &[u8]) -> bool {
        match self.0.as_slice() {
            [only] => only.as_bytes() == text,
            many => many.binary_search_by(|wanted| wanted.as_bytes().cmp(text)).is_ok(),
        }
    }
}

impl<T: Into<Box<str>>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut texts: Vec<Box<str>> = texts.into_iter().map(Into::into).collect();
        texts.sort_unstable();
        texts.dedup();
        Self(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text.as_bytes()))
    }

    #[test]
    fn string_tests_see_strings_only() {
        let every_string = [
            Matcher::Prefix("".into()),
            Matcher::Suffix("".into()),
            Matcher::OneOf(Texts::from_iter(["1", "true"])),
        ];
        for matcher in every_string {
            assert!(matcher.accepts(&text("true")));
            for value in [Value::Number("1"), Value::Bool(true), Value::Null] {
                assert!(!matcher.accepts(&value), "{matcher:?} {value:?}");
            }
        }
    }

    #[test]
    fn spelled_values_are_texts_and_null_is_none() {
        let matcher = Matcher::Spelled(Box::new(Matcher::OneOf(Texts::from_iter(["1.0", "true"]))));
        assert!(matcher.accepts(&text("true")) && matcher.accepts(&Value::Number("1.0")));
        assert!(matcher.accepts(&Value::Bool(true)));
        for value in [text("x"), Value::Number("1"), Value::Bool(false), Value::Null] {
            assert!(!matcher.accepts(&value), "{value:?}");
        }
    }

    #[test]
    fn doubles_are_compared_after_rounding() {
        let equal = |value| {
            let bound = Bound::Inclusive(value);
            Matcher::Double(Range { low: bound, high: bound })
        };
        assert!(equal(9_007_199_254_740_992.0).accepts(&Value::Number("9007199254740993")));
        assert!(equal(1000.0).accepts(&Value::Number("10e2")));
        assert!(!equal(1.0).accepts(&text("1")));
    }

    #[test]
    fn none_of_takes_every_other_kind() {
        let matcher = Matcher::NoneOf(vec![Matcher::OneOf(Texts::from_iter(["x", "y"]))]);
        assert!(!matcher.accepts(&text("y")));
        for value in [text("z"), Value::Number("1"), Value::Bool(true), Value::Null] {
            assert!(matcher.accepts(&value), "{value:?}");
        }
    }

    #[test]
    fn a_set_of_strings_has_each_once() {
        let texts = Texts::from_iter(["b", "a", "b"]);
        assert_eq!(texts.as_slice().len(), 2);
        assert!(texts.contain(b"a") && texts.contain(b"b") && !texts.contain(b""));
    }
}
