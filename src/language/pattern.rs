//! What a stored query says, in the language it was written in.

use super::Condition;
use super::event_pattern::{EventPattern, ParseError, Warning};
use super::explain::Anatomy;
use crate::json::Fields;

/// A pattern in one of the languages that people have stored queries in. All of them compile to a [`Condition`].
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// An Amazon EventBridge event pattern, over the event.
    Event(EventPattern),
}

impl Pattern {
    /// Compiles the pattern against a set of fields, adding those that it names.
    pub fn compile(&self, fields: &mut Fields) -> Condition {
        match self {
            Self::Event(pattern) => pattern.compile(fields),
        }
    }

    /// Returns the event pattern, when it is one.
    pub fn as_event_pattern(&self) -> Option<&EventPattern> {
        match self {
            Self::Event(pattern) => Some(pattern),
        }
    }

    /// Returns the event pattern to be changed, when it is one.
    pub fn as_event_pattern_mut(&mut self) -> Option<&mut EventPattern> {
        match self {
            Self::Event(pattern) => Some(pattern),
        }
    }

    /// Replaces what the pattern wants at `path` by a choice of plain strings; see [`EventPattern::set`].
    ///
    /// # Errors
    /// Returns an error when the pattern has no condition at that path, or when there is no value.
    pub fn set(&mut self, path: &str, values: &[String]) -> Result<(), ParseError> {
        match self {
            Self::Event(pattern) => pattern.set(path, values),
        }
    }

    /// Returns what will surprise the author although it is valid.
    pub fn warnings(&self) -> &[Warning] {
        match self {
            Self::Event(pattern) => pattern.warnings(),
        }
    }

    /// Lays the pattern out for explaining it, adding the fields that it names.
    pub fn anatomy(&self, fields: &mut Fields) -> Anatomy {
        match self {
            Self::Event(pattern) => pattern.anatomy(fields),
        }
    }

    /// Writes the pattern back as the text of its language; reading that gives an equal pattern.
    pub fn to_text(&self) -> String {
        match self {
            Self::Event(pattern) => pattern.to_json(),
        }
    }
}

impl From<EventPattern> for Pattern {
    fn from(pattern: EventPattern) -> Self {
        Self::Event(pattern)
    }
}
