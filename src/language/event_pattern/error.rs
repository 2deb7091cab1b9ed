//! Why a text is not an event pattern.

use crate::language::matcher::{BlockError, WildcardError};

/// Why a text is not an event pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text is not JSON.
    #[error("pattern is not valid JSON: expected {expected} at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What could have stood there.
        expected: &'static str,
    },
    /// Something in the pattern is not allowed.
    #[error("{}: {reason}", shown(path))]
    Refused {
        /// Where in the pattern: `detail.userIdentity.type[0]`; empty for the pattern as a whole.
        path: String,
        /// Why.
        reason: Reason,
    },
    /// The pattern has no condition to replace.
    #[error("pattern has no condition on `{path}`")]
    NoCondition {
        /// The path that was to be set.
        path: String,
    },
}

impl ParseError {
    /// Returns where in the pattern the reason lies, when the text is JSON at all.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::Refused { path, .. } | Self::NoCondition { path } => Some(path),
        }
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() { "pattern".to_owned() } else { format!("`{path}` in the pattern") }
}

/// What is wrong at a place in a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The top is something else than an object.
    #[error("must be an object")]
    NotAnObject,
    /// `{}`.
    #[error("an empty object is not allowed")]
    EmptyObject,
    /// `[]`.
    #[error("an empty array is not allowed")]
    EmptyArray,
    /// EventBridge wants every value inside an array, even a single one.
    #[error("must be an object or an array of values")]
    BareValue,
    /// An array inside an array of values.
    #[error("a value must be a string, a number, `true`, `false`, `null` or an operator, not an array")]
    NestedArray,
    /// `[{}]`.
    #[error("operator is missing")]
    NoOperator,
    /// A name that is no operator; they are case sensitive.
    #[error("unknown operator `{name}`")]
    UnknownOperator {
        /// The name.
        name: String,
    },
    /// Two operators in one object.
    #[error("only one operator is allowed in each object, found `{name}` too")]
    ManyOperators {
        /// The second name.
        name: String,
    },
    /// An operator that takes a string was given something else.
    #[error("`{operator}` takes a string")]
    NotAString {
        /// The operator.
        operator: &'static str,
    },
    /// An operator that takes a string or an object was given an empty object.
    #[error("`{operator}` takes no empty object")]
    NoForm {
        /// The operator.
        operator: &'static str,
    },
    /// An operator was combined with another that it does not take.
    #[error("`{operator}` cannot be combined with `{name}`")]
    UnsupportedForm {
        /// The outer operator.
        operator: &'static str,
        /// The inner name.
        name: String,
    },
    /// `exists` with anything but a truth value.
    #[error("`exists` takes `true` or `false`")]
    ExistsNotBool,
    /// `cidr` with a text that is no block.
    #[error("`{text}` {error}")]
    Cidr {
        /// The text.
        text: String,
        /// Why it is none.
        error: BlockError,
    },
    /// `wildcard` with a text that is none.
    #[error("wildcard `{text}` {error}")]
    Wildcard {
        /// The text.
        text: String,
        /// Why it is none.
        error: WildcardError,
    },
    /// `numeric` with something else than an array.
    #[error("`numeric` takes an array of operators and numbers")]
    NumericNotAnArray,
    /// Something that is no operator stands where `numeric` needs one.
    #[error("`numeric` needs an operator, not {found}")]
    NumericOperator {
        /// What stands there.
        found: String,
    },
    /// An operator that a `numeric` cannot begin with.
    #[error("`numeric` has no operator `{operator}`: use `=`, `<`, `<=`, `>` or `>=`")]
    UnknownComparison {
        /// The operator.
        operator: String,
    },
    /// An operator that cannot end a range.
    #[error("`{operator}` cannot end a numeric range: the lower bound comes first, then `<` or `<=`")]
    RangeOperator {
        /// The operator.
        operator: String,
    },
    /// The operand is missing or no number.
    #[error("`{operator}` must be followed by a number")]
    NumericOperand {
        /// The operator.
        operator: &'static str,
    },
    /// Something follows a complete `numeric`.
    #[error("`numeric` has too many elements")]
    NumericTooLong,
    /// The lower bound is not below the upper one.
    #[error("the lower bound `{low}` must be less than the upper bound `{high}`")]
    EmptyRange {
        /// The lower bound.
        low: String,
        /// The upper bound.
        high: String,
    },
    /// A number that no double holds exactly as written.
    #[error("`{number}` cannot be compared: it is too large or has too many digits")]
    NotComparable {
        /// The number.
        number: String,
    },
    /// `anything-but` with a value of another kind.
    #[error("`anything-but` takes a string, a number, a list of either, or one nested operator")]
    AnythingButValue,
    /// `anything-but` with a list that has something else in it.
    #[error("a list in `anything-but` takes strings or numbers only")]
    AnythingButElement,
    /// `anything-but` with a list of both kinds or of none.
    #[error("a list in `anything-but` must be all strings or all numbers, and not empty")]
    AnythingButMixed,
    /// A nested operator with something else than strings.
    #[error("`{operator}` in `anything-but` takes a string or a list of strings, not an empty list")]
    NestedNotAString {
        /// The nested operator.
        operator: &'static str,
    },
    /// A nested `prefix` or `suffix` that every string has.
    #[error("`{operator}` in `anything-but` must not be empty")]
    NestedEmpty {
        /// The nested operator.
        operator: &'static str,
    },
    /// `$or` with something else than an array.
    #[error("`$or` takes an array of objects")]
    OrNotAnArray,
    /// A branch of `$or` that is no object.
    #[error("a branch of `$or` must be an object")]
    BranchNotAnObject,
    /// `$or` with less than two branches.
    #[error("`$or` needs at least two branches")]
    TooFewBranches,
    /// A name that operators have, where `$or` forbids it.
    #[error("`{name}` is reserved and cannot be a field name inside `$or`")]
    ReservedName {
        /// The name.
        name: String,
    },
    /// The branches multiply beyond what EventBridge takes.
    #[error("`$or` makes more than {limit} combinations")]
    TooManyCombinations {
        /// How many are allowed.
        limit: usize,
    },
    /// More fields than EventBridge takes.
    #[error("names more than {limit} different fields")]
    TooManyFields {
        /// How many are allowed.
        limit: usize,
    },
}

impl Reason {
    pub(super) fn at(self, path: &str) -> ParseError {
        ParseError::Refused { path: path.to_owned(), reason: self }
    }
}
