//! The operator `anything-but`: a leaf of any kind that is none of these.

use super::Reason;
use super::numeric::read_comparable;
use super::reader::Json;
use super::wanted::{only_member, read_wildcard};
use crate::language::matcher::{CaseInsensitive, Decimal, Matcher};

/// The argument of `anything-but`. Lists are never empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AnythingBut {
    Texts(Vec<String>),
    Numbers(Vec<Decimal>),
    Nested { operator: Nested, texts: Vec<(String, Matcher)> },
}

/// The operators that `anything-but` can turn round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nested {
    Prefix,
    Suffix,
    EqualsIgnoreCase,
    Wildcard,
}

impl AnythingBut {
    pub(super) fn read(argument: Json) -> Result<Self, Reason> {
        match argument {
            Json::Text(text) => Ok(Self::Texts(vec![text])),
            Json::Number(number) => Ok(Self::Numbers(vec![read_comparable(number)?])),
            Json::Array(elements) => Self::read_list(elements),
            Json::Object(members) => {
                let operator = "anything-but";
                let (name, argument) = only_member(members, Reason::NoForm { operator })?;
                let nested = Nested::find(&name).ok_or(Reason::UnsupportedForm { operator, name })?;
                Ok(Self::Nested { operator: nested, texts: nested.read_texts(argument)? })
            }
            Json::Bool(_) | Json::Null => Err(Reason::AnythingButValue),
        }
    }

    fn read_list(elements: Vec<Json>) -> Result<Self, Reason> {
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for element in elements {
            match element {
                Json::Text(text) => texts.push(text),
                Json::Number(number) => numbers.push(read_comparable(number)?),
                _ => return Err(Reason::AnythingButElement),
            }
        }
        match (texts.is_empty(), numbers.is_empty()) {
            (false, true) => Ok(Self::Texts(texts)),
            (true, false) => Ok(Self::Numbers(numbers)),
            _ => Err(Reason::AnythingButMixed),
        }
    }

    pub(super) fn matcher(&self) -> Matcher {
        Matcher::NoneOf(match self {
            Self::Texts(texts) => vec![Matcher::OneOf(texts.iter().map(String::as_str).collect())],
            Self::Numbers(numbers) => numbers.iter().cloned().map(Matcher::Number).collect(),
            Self::Nested { texts, .. } => texts.iter().map(|(_, matcher)| matcher.clone()).collect(),
        })
    }
}

impl Nested {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Suffix => "suffix",
            Self::EqualsIgnoreCase => "equals-ignore-case",
            Self::Wildcard => "wildcard",
        }
    }

    fn find(name: &str) -> Option<Self> {
        [Self::Prefix, Self::Suffix, Self::EqualsIgnoreCase, Self::Wildcard]
            .into_iter()
            .find(|nested| nested.name() == name)
    }

    fn read_texts(self, argument: Json) -> Result<Vec<(String, Matcher)>, Reason> {
        let operator = self.name();
        let elements = match argument {
            Json::Array(elements) if elements.is_empty() => {
                return Err(Reason::NestedNotAString { operator });
            }
            Json::Array(elements) => elements,
            single => vec![single],
        };
        let read = |element| match element {
            Json::Text(text) => self.matcher(&text).map(|matcher| (text, matcher)),
            _ => Err(Reason::NestedNotAString { operator }),
        };
        elements.into_iter().map(read).collect()
    }

    fn matcher(self, text: &str) -> Result<Matcher, Reason> {
        match self {
            Self::Prefix | Self::Suffix if text.is_empty() => {
                Err(Reason::NestedEmpty { operator: self.name() })
            }
            Self::Prefix => Ok(Matcher::Prefix(text.into())),
            Self::Suffix => Ok(Matcher::Suffix(text.into())),
            Self::EqualsIgnoreCase => Ok(Matcher::EqualsIgnoringCase(CaseInsensitive::new(text))),
            Self::Wildcard => read_wildcard(text).map(Matcher::Wildcard),
        }
    }
}
