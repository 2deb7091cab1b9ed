//! The pattern as it was written: a tree of names with arrays of wanted values, checked.

use super::reader::Json;
use super::wanted::Wanted;
use super::{ParseError, Reason};

/// The name that combines branches instead of naming a field.
pub(super) const OR: &str = "$or";

/// Names that must not be fields inside `$or`: what operators of the library are or were called.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// The members of an object, in order, equal names included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Members(pub(super) Vec<Member>);

/// One name and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) content: Content,
}

/// What a name can hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// One level down.
    Below(Members),
    /// A condition on the field: one of these.
    Wanted(Vec<Wanted>),
    /// `$or`: one of these, beside the other members.
    Branches(Vec<Members>),
}

impl Members {
    /// Checks the top of a pattern.
    pub(super) fn read(pattern: Json) -> Result<Self, ParseError> {
        match pattern {
            Json::Object(members) => Self::read_object(members, "", false),
            _ => Err(Reason::NotAnObject.at("")),
        }
    }

    fn read_object(members: Vec<(String, Json)>, path: &str, is_in_or: bool) -> Result<Self, ParseError> {
        if members.is_empty() {
            return Err(Reason::EmptyObject.at(path));
        }
        let read = |(name, value)| Member::read(name, value, path, is_in_or);
        Ok(Self(members.into_iter().map(read).collect::<Result<_, _>>()?))
    }
}

impl Member {
    fn read(name: String, value: Json, parent: &str, is_in_or: bool) -> Result<Self, ParseError> {
        let path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
        if is_in_or && RESERVED.contains(&name.as_str()) {
            return Err(Reason::ReservedName { name }.at(&path));
        }
        let content = match value {
            value if name == OR => Content::Branches(read_branches(value, &path)?),
            Json::Object(members) => Content::Below(Members::read_object(members, &path, is_in_or)?),
            Json::Array(values) => Content::Wanted(read_values(values, &path)?),
            _ => return Err(Reason::BareValue.at(&path)),
        };
        Ok(Self { name, content })
    }
}

fn read_branches(value: Json, path: &str) -> Result<Vec<Members>, ParseError> {
    let Json::Array(branches) = value else {
        return Err(Reason::OrNotAnArray.at(path));
    };
    let read = |(index, branch)| {
        let path = format!("{path}[{index}]");
        match branch {
            Json::Object(members) => Members::read_object(members, &path, true),
            _ => Err(Reason::BranchNotAnObject.at(&path)),
        }
    };
    let branches: Vec<_> = branches.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    if branches.len() < 2 { Err(Reason::TooFewBranches.at(path)) } else { Ok(branches) }
}

fn read_values(values: Vec<Json>, path: &str) -> Result<Vec<Wanted>, ParseError> {
    if values.is_empty() {
        return Err(Reason::EmptyArray.at(path));
    }
    let read = |(index, value)| Wanted::read(value).map_err(|reason| reason.at(&format!("{path}[{index}]")));
    values.into_iter().enumerate().map(read).collect()
}
