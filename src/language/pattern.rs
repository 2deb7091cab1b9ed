//! What a stored query says, in the language it was written in.

use super::event_pattern::{self, EventPattern};
use super::explain::Anatomy;
use super::metric_filter::{self, MetricFilter};
use super::sigma::{self, SigmaRule};
use super::warning::Warning;
use super::{Clause, Condition};
use crate::json::Fields;

/// A language that people have stored queries in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Amazon EventBridge event patterns.
    EventPattern,
    /// Filter patterns of CloudWatch Logs.
    MetricFilter,
    /// Sigma rules.
    Sigma,
}

/// A pattern in one of the languages that people have stored queries in. All of them compile to a [`Condition`].
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// An Amazon EventBridge event pattern, over the event.
    Event(EventPattern),
    /// A filter pattern of CloudWatch Logs, over the record.
    Metric(MetricFilter),
    /// A Sigma rule, over the record.
    Sigma(Box<SigmaRule>),
    /// A pattern, and a filter that must take the record as well.
    Limited {
        /// The pattern.
        pattern: Box<Self>,
        /// The filter.
        only: Box<MetricFilter>,
    },
}

/// Why a text is no pattern of its language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no event pattern.
    #[error(transparent)]
    Event(#[from] event_pattern::ParseError),
    /// It is no filter pattern.
    #[error(transparent)]
    Metric(#[from] metric_filter::ParseError),
    /// It is no Sigma rule.
    #[error(transparent)]
    Sigma(#[from] sigma::ParseError),
    /// The language has nothing that could be set.
    #[error("{0} has nothing to fill in")]
    Fixed(&'static str),
}

impl Language {
    /// Returns the language that a text is meant in, by the way it begins.
    pub fn of(text: &str) -> Self {
        match () {
            () if MetricFilter::is_meant(text) => Self::MetricFilter,
            () if SigmaRule::is_meant(text) => Self::Sigma,
            () => Self::EventPattern,
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Returns why the language refuses it.
    pub fn read(self, text: &str) -> Result<Pattern, Refusal> {
        Ok(match self {
            Self::EventPattern => Pattern::Event(EventPattern::parse(text)?),
            Self::MetricFilter => Pattern::Metric(MetricFilter::parse(text)?),
            Self::Sigma => Pattern::Sigma(Box::new(SigmaRule::parse(text)?)),
        })
    }

    /// Returns the name for machines: `event-pattern`.
    pub fn word(self) -> &'static str {
        match self {
            Self::EventPattern => "event-pattern",
            Self::MetricFilter => "metric-filter",
            Self::Sigma => "sigma",
        }
    }

    /// Returns what messages call a text of the language, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::EventPattern => "an event pattern",
            Self::MetricFilter => "a metric filter",
            Self::Sigma => "a Sigma rule",
        }
    }
}

impl Pattern {
    /// Returns the language that the pattern was written in.
    pub fn language(&self) -> Language {
        match self {
            Self::Event(_) => Language::EventPattern,
            Self::Metric(_) => Language::MetricFilter,
            Self::Sigma(_) => Language::Sigma,
            Self::Limited { pattern, .. } => pattern.language(),
        }
    }

    /// Returns the pattern that also wants a filter to take the record.
    #[must_use]
    pub fn limited_to(self, only: &MetricFilter) -> Self {
        Self::Limited { pattern: Box::new(self), only: Box::new(only.clone()) }
    }

    /// Compiles the pattern against a set of fields, adding those that it names.
    pub fn compile(&self, fields: &mut Fields) -> Condition {
        match self {
            Self::Event(pattern) => pattern.compile(fields),
            Self::Metric(filter) => filter.compile(fields),
            Self::Sigma(rule) => rule.compile(fields),
            Self::Limited { pattern, only } => pattern.compile(fields).limited_to(only.compile(fields)),
        }
    }

    /// Returns the event pattern, when it is one.
    pub fn as_event_pattern(&self) -> Option<&EventPattern> {
        match self {
            Self::Event(pattern) => Some(pattern),
            Self::Metric(_) | Self::Sigma(_) => None,
            Self::Limited { pattern, .. } => pattern.as_event_pattern(),
        }
    }

    /// Returns the event pattern to be changed, when it is one.
    pub fn as_event_pattern_mut(&mut self) -> Option<&mut EventPattern> {
        match self {
            Self::Event(pattern) => Some(pattern),
            Self::Metric(_) | Self::Sigma(_) => None,
            Self::Limited { pattern, .. } => pattern.as_event_pattern_mut(),
        }
    }

    /// Replaces what the pattern wants at `path` by a choice of plain strings; see [`EventPattern::set`] and
    /// [`MetricFilter::set`].
    ///
    /// # Errors
    /// Returns an error when the pattern has no condition at that path, or when there is no value.
    pub fn set(&mut self, path: &str, values: &[String]) -> Result<(), Refusal> {
        match self {
            Self::Event(pattern) => Ok(pattern.set(path, values)?),
            Self::Metric(filter) => Ok(filter.set(path, values)?),
            Self::Sigma(_) => Err(Refusal::Fixed("a Sigma rule")),
            Self::Limited { pattern, .. } => pattern.set(path, values),
        }
    }

    /// Returns what will surprise the author although it is valid.
    pub fn warnings(&self) -> &[Warning] {
        match self {
            Self::Event(pattern) => pattern.warnings(),
            Self::Metric(filter) => filter.warnings(),
            Self::Sigma(rule) => rule.warnings(),
            Self::Limited { pattern, .. } => pattern.warnings(),
        }
    }

    /// Lays the pattern out for explaining it, adding the fields that it names.
    pub fn anatomy(&self, fields: &mut Fields) -> Anatomy {
        match self {
            Self::Event(pattern) => pattern.anatomy(fields),
            Self::Metric(filter) => filter.anatomy(fields),
            Self::Sigma(rule) => rule.anatomy(fields),
            Self::Limited { pattern, only } => {
                let whole = self.compile(fields);
                pattern.anatomy(fields).and(only.anatomy(fields), whole)
            }
        }
    }

    /// Lists the clauses that must all be met, in text order; none for Sigma rules, whose searches are not taken apart.
    pub fn clauses(&self) -> Vec<Clause> {
        match self {
            Self::Event(pattern) => pattern.clauses(),
            Self::Metric(filter) => filter.clauses(),
            Self::Sigma(_) => Vec::new(),
            Self::Limited { pattern, .. } => pattern.clauses(),
        }
    }

    /// Returns the pattern without one of its clauses, by its number.
    #[must_use]
    pub fn without_clause(&self, number: usize) -> Self {
        self.taken_apart(&|pattern| pattern.without_clause(number), &|filter| filter.without_clause(number))
    }

    /// Returns the pattern with one of its clauses and no other.
    #[must_use]
    pub fn only_clause(&self, number: usize) -> Self {
        self.taken_apart(&|pattern| pattern.only_clause(number), &|filter| filter.only_clause(number))
    }

    fn taken_apart(
        &self,
        of_event: &dyn Fn(&EventPattern) -> EventPattern,
        of_metric: &dyn Fn(&MetricFilter) -> MetricFilter,
    ) -> Self {
        match self {
            Self::Event(pattern) => Self::Event(of_event(pattern)),
            Self::Metric(filter) => Self::Metric(of_metric(filter)),
            Self::Sigma(rule) => Self::Sigma(rule.clone()),
            Self::Limited { pattern, only } => {
                let pattern = Box::new(pattern.taken_apart(of_event, of_metric));
                Self::Limited { pattern, only: only.clone() }
            }
        }
    }

    /// Returns how the pattern is read where its language leaves that open, as far as it matters to this one.
    pub fn choices(&self) -> Vec<&'static str> {
        match self {
            Self::Event(_) | Self::Sigma(_) => Vec::new(),
            Self::Metric(filter) => filter.choices(),
            Self::Limited { pattern, only } => {
                let mut choices = pattern.choices();
                let more = only.choices().into_iter().filter(|choice| !choices.contains(choice));
                choices.extend(more.collect::<Vec<_>>());
                choices
            }
        }
    }

    /// Writes the pattern back as the text of its language; reading that gives an equal pattern. The filter that limits a
    /// pattern follows on a line of its own.
    pub fn to_text(&self) -> String {
        match self {
            Self::Event(pattern) => pattern.to_json(),
            Self::Metric(filter) => filter.to_text(),
            Self::Sigma(rule) => rule.to_text(),
            Self::Limited { pattern, only } => format!("{}\n{}", pattern.to_text(), only.to_text()),
        }
    }
}

impl From<EventPattern> for Pattern {
    fn from(pattern: EventPattern) -> Self {
        Self::Event(pattern)
    }
}

impl From<MetricFilter> for Pattern {
    fn from(filter: MetricFilter) -> Self {
        Self::Metric(filter)
    }
}
