//! One element of an array of wanted values: a plain value or an operator.

use super::Reason;
use super::anything_but::AnythingBut;
use super::numeric::Numeric;
use super::reader::Json;
use crate::language::matcher::{Block, Decimal, Wildcard};

/// A plain value or an operator with its argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    Text(String),
    Number(Decimal),
    Bool(bool),
    Null,
    Exactly(String),
    Exists(bool),
    EqualsIgnoreCase(String),
    Prefix(Affix),
    Suffix(Affix),
    Wildcard { text: String, wildcard: Wildcard },
    Cidr { text: String, block: Block },
    Numeric(Numeric),
    AnythingBut(AnythingBut),
}

/// The argument of `prefix` and `suffix`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Affix {
    pub(super) text: String,
    pub(super) ignores_case: bool,
}

impl Wanted {
    pub(super) fn read(value: Json) -> Result<Self, Reason> {
        match value {
            Json::Text(text) => Ok(Self::Text(text)),
            Json::Number(text) => Ok(Self::Number(Decimal::new(&text))),
            Json::Bool(value) => Ok(Self::Bool(value)),
            Json::Null => Ok(Self::Null),
            Json::Array(_) => Err(Reason::NestedArray),
            Json::Object(members) => {
                let (name, argument) = only_member(members, Reason::NoOperator)?;
                Self::read_operator(name, argument)
            }
        }
    }

    fn read_operator(name: String, argument: Json) -> Result<Self, Reason> {
        Ok(match name.as_str() {
            "exactly" => Self::Exactly(string("exactly", argument)?),
            "equals-ignore-case" => Self::EqualsIgnoreCase(string("equals-ignore-case", argument)?),
            "prefix" => Self::Prefix(Affix::read("prefix", argument)?),
            "suffix" => Self::Suffix(Affix::read("suffix", argument)?),
            "wildcard" => {
                let text = string("wildcard", argument)?;
                Self::Wildcard { wildcard: read_wildcard(&text)?, text }
            }
            "cidr" => {
                let text = string("cidr", argument)?;
                match Block::read(&text) {
                    Ok(block) => Self::Cidr { text, block },
                    Err(error) => return Err(Reason::Cidr { text, error }),
                }
            }
            "exists" => match argument {
                Json::Bool(exists) => Self::Exists(exists),
                _ => return Err(Reason::ExistsNotBool),
            },
            "numeric" => Self::Numeric(Numeric::read(argument)?),
            "anything-but" => Self::AnythingBut(AnythingBut::read(argument)?),
            _ => return Err(Reason::UnknownOperator { name }),
        })
    }
}

impl Affix {
    fn read(operator: &'static str, argument: Json) -> Result<Self, Reason> {
        let Json::Object(members) = argument else {
            return Ok(Self { text: string(operator, argument)?, ignores_case: false });
        };
        match only_member(members, Reason::NoForm { operator })? {
            (name, argument) if name == "equals-ignore-case" => {
                Ok(Self { text: string("equals-ignore-case", argument)?, ignores_case: true })
            }
            (name, _) => Err(Reason::UnsupportedForm { operator, name }),
        }
    }
}

/// Returns the one member that an operator's object must have.
pub(super) fn only_member(
    members: Vec<(String, Json)>,
    when_empty: Reason,
) -> Result<(String, Json), Reason> {
    let mut members = members.into_iter();
    let only = members.next().ok_or(when_empty)?;
    match members.next() {
        Some((name, _)) => Err(Reason::ManyOperators { name }),
        None => Ok(only),
    }
}

pub(super) fn read_wildcard(text: &str) -> Result<Wildcard, Reason> {
    Wildcard::read(text).map_err(|error| Reason::Wildcard { text: text.to_owned(), error })
}

fn string(operator: &'static str, argument: Json) -> Result<String, Reason> {
    match argument {
        Json::Text(text) => Ok(text),
        _ => Err(Reason::NotAString { operator }),
    }
}
