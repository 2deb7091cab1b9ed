//! What a filter pattern says, as a tree.

use crate::json::Step;
use crate::language::matcher::Regex;
use std::fmt;

/// Conditions, joined. Parentheses that change nothing leave no trace.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    /// `&&`; without any part it takes everything (the empty pattern).
    All(Vec<Filter>),
    /// `||`.
    Any(Vec<Filter>),
    /// One condition.
    Is(Test),
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    pub(super) selector: Selector,
    pub(super) wanted: Wanted,
}

/// A place in the record: names and numbers of elements, a name first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector(pub(super) Vec<Step>);

/// What must stand there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// `=` and `!=`.
    Equal { is_negated: bool, value: Value },
    /// `<`, `<=`, `>`, `>=`.
    Compared { operator: Operator, number: Number },
    /// `IS NULL`.
    Null,
    /// `IS TRUE`, `IS FALSE`.
    Bool(bool),
    /// `NOT EXISTS`.
    Nothing,
}

/// What `=` compares with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A text, in quotes or (as long as nobody can take it for something else) bare.
    Text { text: String, is_bare: bool },
    /// A bare number.
    Number(Number),
    /// A bare number with stars.
    Starred(String),
    /// Between percent signs.
    Regex { text: String, regex: Regex },
}

/// A number, as it is spelled and as a double.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub(super) text: String,
    pub(super) value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Shows every part, the inner ones first, to be changed.
    pub(super) fn visit(&mut self, change: &mut impl FnMut(&mut Self)) {
        if let Self::All(parts) | Self::Any(parts) = self {
            parts.iter_mut().for_each(|part| part.visit(change));
        }
        change(self);
    }
}

impl Operator {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("$")?;
        self.0.iter().try_for_each(|step| match step {
            Step::Name(name) => write!(formatter, ".{name}"),
            Step::Element(number) => write!(formatter, "[{number}]"),
        })
    }
}
