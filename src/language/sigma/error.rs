//! Why a text is not a Sigma rule.

/// Why a text is not a Sigma rule that can be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", shown(path))]
pub struct ParseError {
    /// Where in the document: `detection.selection.eventName|contains`; empty for the document as a whole.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

fn shown(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{path}` in the rule: ") }
}

/// What is wrong at a place in a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The text is no YAML.
    #[error("not valid YAML: {0}")]
    Yaml(String),
    /// Something else than a map.
    #[error("must be a map")]
    NotAMap,
    /// Something that must be there is not.
    #[error("is missing")]
    Missing,
    /// Something else than a text.
    #[error("must be a text")]
    NotAText,
    /// Something that is neither a value nor a list of values.
    #[error("must be a value or a list of values")]
    NotAValue,
    /// An empty list or map.
    #[error("is empty")]
    Empty,
    /// Several documents where one rule is wanted.
    #[error("must be a single document")]
    ManyDocuments,
    /// A correlation without its rules.
    #[error("a correlation needs the rules that it names: give it as a file")]
    CorrelationAlone,
    /// A level that Sigma does not have.
    #[error("`{0}` is no level: informational, low, medium, high or critical")]
    Level(String),
    /// A log that is not CloudTrail's.
    #[error("the log source is {0}, and this replays product `aws`, service `cloudtrail`")]
    LogSource(String),
    /// A feature that is not supported.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// A modifier that Sigma does not have.
    #[error("unknown modifier `{0}`")]
    UnknownModifier(String),
    /// Modifiers that cannot stand together.
    #[error("modifier `{0}` cannot be combined with `{1}`")]
    Combination(&'static str, &'static str),
    /// A modifier on a value of the wrong kind.
    #[error("modifier `{modifier}` takes {takes}")]
    Value {
        /// The modifier.
        modifier: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// A regular expression that is none.
    #[error("this is no regular expression: {0}")]
    Regex(String),
    /// A block of addresses that is none.
    #[error("`{text}` {error}")]
    Cidr {
        /// The text.
        text: String,
        /// Why it is none.
        error: crate::language::matcher::BlockError,
    },
    /// A condition that cannot be read.
    #[error("expected {expected}, found {found}")]
    Condition {
        /// What could have stood there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A search that the condition names and the rule does not have.
    #[error("no search is called `{0}`")]
    UnknownSearch(String),
    /// Parentheses in parentheses without end.
    #[error("is nested too deep")]
    TooDeep,
    /// A span of time that is none.
    #[error("`{0}` is no span of time: a number and `s`, `m`, `h` or `d`")]
    Timespan(String),
    /// A kind of correlation that Sigma does not have.
    #[error("unknown kind of correlation `{0}`")]
    CorrelationKind(String),
}

impl Reason {
    /// Returns the error of this reason at a place.
    pub(super) fn at(self, path: &str) -> ParseError {
        ParseError { path: path.to_owned(), reason: self }
    }
}
