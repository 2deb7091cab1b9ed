//! A stored query in the words of another language.
//!
//! Every pattern compiles to a condition; that is read as a tree of tests on fields of the record (`tree`, with
//! `envelope` for the fields that only the event has), and a writer per target writes it down. What a target cannot say is
//! refused by name; what it says a little differently is in the list of what is lost. Records that no bus carries (the
//! five-minute summaries of data events) match no event pattern and are not told apart by other languages.

mod envelope;
mod event_pattern;
mod metric_filter;
mod sigma;
mod sql;
mod tree;

pub use sql::Dialect;

use crate::json::Fields;
use crate::language::Pattern;
use crate::query::Query;
use std::fmt;
use tree::Tree;

/// What a query is translated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An Amazon EventBridge event pattern.
    EventPattern,
    /// A filter pattern of CloudWatch Logs.
    MetricFilter,
    /// A Sigma rule.
    Sigma,
    /// SQL over records.
    Sql(Dialect),
}

/// A query in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The text, without a line end behind it.
    pub text: String,
    /// What it says differently; each once, in the order in which it was met.
    pub lost: Vec<Loss>,
}

/// Something that a translation says differently.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// The target looks at exact places only.
    Places,
    /// The target does not tie tests on elements of one array together.
    Elements {
        /// What the elements have in common.
        path: String,
    },
    /// An envelope's `source` is told from the record.
    Source,
    /// An envelope's `detail-type` is told from the record.
    DetailType,
    /// Another field of the envelope is told from one of the record.
    Envelope {
        /// The event's field.
        field: &'static str,
        /// The record's field.
        record: &'static str,
    },
    /// Numbers and truth values are not told from texts that spell them.
    Kinds {
        /// The field.
        path: String,
    },
    /// A field that is `null` is taken for missing.
    Nulls {
        /// The field.
        path: String,
    },
    /// An address is compared in one of its spellings only.
    Spellings {
        /// The field.
        path: String,
    },
    /// Objects were compared as texts.
    Objects {
        /// The field.
        path: String,
    },
    /// The text is longer than an EventBridge rule takes by default.
    Length {
        /// Characters.
        length: usize,
    },
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Places => formatter.write_str(
                "only a value exactly at its path is seen: not one inside an array, and an object or array is something",
            ),
            Self::Elements { path } => {
                write!(formatter, "`{path}`: tests may be satisfied by different elements of an array")
            }
            Self::Source => {
                formatter.write_str("`source` is told from an `eventSource` of the form SERVICE.amazonaws.com")
            }
            Self::DetailType => formatter.write_str(
                "`detail-type` is told from `eventType`: records without one, or with an unknown one, are not seen",
            ),
            Self::Envelope { field, record } => {
                write!(formatter, "`{field}` of the event is told from `{record}` as it stands in the record")
            }
            Self::Kinds { path } => {
                write!(formatter, "`{path}`: numbers and truth values are not told from texts that spell them")
            }
            Self::Nulls { path } => write!(formatter, "`{path}`: null is taken for missing"),
            Self::Spellings { path } => {
                write!(formatter, "`{path}`: an address is compared in its usual spelling only")
            }
            Self::Objects { path } => write!(formatter, "`{path}`: an object is no longer compared as a text"),
            Self::Length { length } => write!(
                formatter,
                "the pattern has {length} characters: EventBridge takes 2,048 unless the quota is raised"
            ),
        }
    }
}

/// Why a query cannot be translated without changing what it means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A field of the event that no record has.
    #[error("`{field}` of the event is in no record")]
    NotInRecord {
        /// The field.
        field: String,
    },
    /// A value of an envelope's field that no record leads to.
    #[error("`{field}`: {value} cannot be told from a record")]
    NotTold {
        /// The field.
        field: &'static str,
        /// What is wanted there.
        value: String,
    },
    /// A test that the target has no words for.
    #[error("`{path}`: {what} cannot be said")]
    Unsaid {
        /// The field.
        path: String,
        /// The test.
        what: String,
    },
    /// A question that is about no single field.
    #[error("{what} cannot be said")]
    UnsaidAtAll {
        /// The question.
        what: &'static str,
    },
    /// A field whose name the target cannot write.
    #[error("`{path}` cannot be named")]
    Name {
        /// The field.
        path: String,
    },
    /// A field that the documented table does not have.
    #[error("the table has no column for `{path}`")]
    NoColumn {
        /// The field.
        path: String,
    },
    /// The translation is longer than the target takes.
    #[error("it would have {length} characters, and the limit is {limit}")]
    TooLong {
        /// Characters.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Too many alternatives that cannot be written one inside the other.
    #[error("it would be more than {limit} alternatives")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// Nothing can match.
    #[error("nothing can match it")]
    Nothing,
}

/// Translates a query.
///
/// # Errors
/// Returns why the target cannot say what the query means.
pub fn translate(query: &Query, target: Target) -> Result<Translation, Refusal> {
    let is_its_own = matches!(
        (target, &query.pattern),
        (Target::EventPattern, Pattern::Event(_))
            | (Target::MetricFilter, Pattern::Metric(_))
            | (Target::Sigma, Pattern::Sigma(_))
    );
    if is_its_own {
        let text = query.pattern.to_text().trim_end().to_owned();
        return Ok(Translation { text, lost: Vec::new() });
    }
    let mut lost = Losses::default();
    let mut fields = Fields::new();
    let condition = query.pattern.compile(&mut fields);
    let tree = Tree::of_condition(&condition, &fields, &mut lost)?;
    let text = match target {
        Target::EventPattern => event_pattern::write(&tree, &mut lost)?,
        Target::MetricFilter => metric_filter::write(&tree, &mut lost)?,
        Target::Sigma => sigma::write(query, &tree, &mut lost)?,
        Target::Sql(dialect) => sql::write(query, &tree, dialect, &mut lost)?,
    };
    Ok(Translation { text, lost: lost.0 })
}

/// What was lost so far.
#[derive(Debug, Default)]
struct Losses(Vec<Loss>);

impl Losses {
    fn note(&mut self, loss: Loss) {
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }
}
