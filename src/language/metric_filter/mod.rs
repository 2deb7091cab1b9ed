//! Filter patterns of CloudWatch Logs over JSON, as metric filters, subscription filters and alarms use them. A log event is
//! one CloudTrail record, without an envelope: `$.eventName`.
//!
//! The service is closed; where its documentation leaves something open, [`MetricFilter`] says what is chosen.

mod anatomy;
mod choices;
mod compile;
mod error;
mod print;
mod reader;
mod regex;
#[cfg(test)]
mod tests;
mod tree;
mod warnings;

pub use error::{ParseError, Reason};

use super::explain::Anatomy;
use super::warning::Warning;
use super::{Clause, Condition, Expression};
use crate::json::Fields;
use tree::{Filter, Test, Value, Wanted};

/// A valid filter pattern. Two are equal when they were written alike but for white space and needless parentheses.
///
/// What the documentation of CloudWatch Logs (user guide, "Filter pattern syntax for metric filters") leaves open:
///
/// - a condition on a missing field is false, also with `!=`;
/// - an object or array is there (`NOT EXISTS` is false), and every other condition on it is false;
/// - of equal names in one object the last counts;
/// - strings are compared with strings only, and numbers with numbers, so `= "400"` is false for the number 400; `!=` is true
///   for every value that `=` is false for, of whatever kind;
/// - a bare `true`, `false` or `null` is a string;
/// - a bare number with stars (`4*`) is compared with the spelling of numbers, and with strings;
/// - stars count at the beginning and the end of a text only, and `"*"` is any value, `null` included;
/// - a regular expression is looked for in strings only;
/// - an empty pattern takes every record;
/// - keywords in lower case, `[*]`, and `\` before anything but `"` and `\` are refused.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricFilter {
    filter: Filter,
    warnings: Vec<Warning>,
}

impl MetricFilter {
    /// Reads a filter pattern.
    ///
    /// # Errors
    /// Returns why the text is refused, and where.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let filter = reader::read(text)?;
        let warnings = warnings::find(&filter);
        Ok(Self { filter, warnings })
    }

    /// Tells whether a text is meant as a filter pattern over JSON: no event pattern begins like one.
    pub fn is_meant(text: &str) -> bool {
        text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['$', '(']))
    }

    /// Compiles the filter against a set of fields of the event, adding those that it names.
    pub fn compile(&self, fields: &mut Fields) -> Condition {
        Condition::of_record(compile::compile(&self.filter, fields))
    }

    /// Lays the filter out for explaining it, adding the fields that it names.
    pub fn anatomy(&self, fields: &mut Fields) -> Anatomy {
        anatomy::anatomy(&self.filter, fields)
    }

    /// Lists the conditions that must all hold, in text order.
    pub fn clauses(&self) -> Vec<Clause> {
        anatomy::clauses(&self.filter)
    }

    /// Returns the filter without one of these conditions, by its number.
    #[must_use]
    pub fn without_clause(&self, number: usize) -> Self {
        Self { filter: anatomy::keep(&self.filter, &|other| other != number), warnings: Vec::new() }
    }

    /// Returns the filter with one of these conditions and no other.
    #[must_use]
    pub fn only_clause(&self, number: usize) -> Self {
        Self { filter: anatomy::keep(&self.filter, &|other| other == number), warnings: Vec::new() }
    }

    /// Returns how the filter is read where the documentation leaves that open, as far as it matters to this one.
    pub fn choices(&self) -> Vec<&'static str> {
        choices::find(&self.filter)
    }

    /// Returns the same as an expression.
    pub fn expression(&self, fields: &mut Fields) -> Expression {
        compile::compile(&self.filter, fields)
    }

    /// Replaces the values that the filter wants at a selector (`$.eventName`, or the path without `$.`), wherever it says `=`,
    /// by a choice of texts.
    ///
    /// # Errors
    /// Returns an error when the filter has no such condition, or when there is no value.
    pub fn set(&mut self, selector: &str, values: &[String]) -> Result<(), ParseError> {
        let path = selector.strip_prefix("$.").unwrap_or(selector);
        let mut is_found = false;
        self.filter.visit(&mut |filter| {
            let Filter::Is(Test { selector, wanted: Wanted::Equal { is_negated: false, .. } }) = filter
            else {
                return;
            };
            if selector.to_string()[2..] == *path {
                let equal = |text: &String| {
                    let value = Value::Text { text: text.clone(), is_bare: false };
                    let wanted = Wanted::Equal { is_negated: false, value };
                    Filter::Is(Test { selector: selector.clone(), wanted })
                };
                *filter = Filter::Any(values.iter().map(equal).collect());
                is_found = true;
            }
        });
        if !is_found || values.is_empty() {
            return Err(ParseError::NoCondition { selector: selector.to_owned() });
        }
        // Read again: that flattens what is joined alike, and checks the length.
        *self = Self::parse(&self.to_text())?;
        Ok(())
    }

    /// Returns what will surprise the author although it is valid.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Writes the filter back; reading that gives an equal filter.
    pub fn to_text(&self) -> String {
        print::print(&self.filter)
    }
}
