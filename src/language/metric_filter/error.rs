//! Why a text is not a filter pattern.

use crate::language::matcher::RegexError;

/// Why a text is not a filter pattern. The service says only that a pattern is invalid, not where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Something in the pattern cannot stand there.
    #[error("at character {position} of the filter: {reason}")]
    Refused {
        /// Characters from the beginning, from 1.
        position: usize,
        /// Why.
        reason: Reason,
    },
    /// The filter has no condition to replace.
    #[error("filter has no `=` on `{selector}`")]
    NoCondition {
        /// The selector that was to be set.
        selector: String,
    },
}

/// What is wrong at a place in a filter pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Something else stands there.
    #[error("expected {expected}")]
    Expected {
        /// What could have stood there.
        expected: &'static str,
    },
    /// A pattern over columns.
    #[error("`[…]` is a pattern over columns, and records are JSON: begin with `{{ $.`")]
    Columns,
    /// A pattern over words.
    #[error("this is a pattern over words, and records are JSON: begin with `{{ $.`")]
    Words,
    /// More characters than the service takes.
    #[error("a filter has at most {most} characters, and this has {length}")]
    TooLong {
        /// The limit.
        most: usize,
        /// What it has.
        length: usize,
    },
    /// Parentheses in parentheses without end.
    #[error("parentheses are nested too deep")]
    TooDeep,
    /// `==`.
    #[error("there is no operator `==`: write `=`")]
    DoubleEquals,
    /// `!` before something else than `=`.
    #[error("nothing but `=` is negated: write `!=`, or `NOT EXISTS`")]
    Negation,
    /// `&` or `|` alone.
    #[error("conditions are joined with `&&` and `||`")]
    SingleSign,
    /// `IS NOT`.
    #[error("there is no `IS NOT`: write `$.x = \"*\"` for a field that is there, `!=` for another value")]
    IsNot,
    /// `EXISTS`.
    #[error("there is no `EXISTS`: write `$.x = \"*\"`")]
    Exists,
    /// A keyword in other letters.
    #[error("`{keyword}` is written in capitals")]
    Capitals {
        /// As it must be written.
        keyword: &'static str,
    },
    /// `[*]`.
    #[error("there is no `[*]`: name one element, like `[0]`")]
    EveryElement,
    /// A name with other characters.
    #[error(
        "a name has letters, digits, `_` and `-` only: a field with another character cannot be selected"
    )]
    Name,
    /// An ordering of something else than a number.
    #[error("`{operator}` compares with a number")]
    NotANumber {
        /// The operator.
        operator: &'static str,
    },
    /// A backslash before something else.
    #[error("a `\\` stands before `\"` or `\\` only")]
    Escape,
    /// A text that begins with a quote and does not end.
    #[error("the text has no closing `\"`")]
    OpenText,
    /// An expression that does not end.
    #[error("the regular expression has no closing `%`")]
    OpenRegex,
    /// An expression with something that the service does not take.
    #[error("a regular expression cannot hold `{character}`")]
    RegexCharacter {
        /// The character.
        character: char,
    },
    /// An expression that is none.
    #[error("this is no regular expression: {error}")]
    Regex {
        /// Why.
        error: RegexError,
    },
    /// A third expression.
    #[error("a filter has at most two regular expressions")]
    ManyRegexes,
}
