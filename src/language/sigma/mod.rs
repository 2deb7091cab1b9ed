//! Sigma rules about AWS CloudTrail, as the Sigma specification (2.1, with its appendix on modifiers) reads them.
//!
//! Fields name the record (`userIdentity.type`), and a rule is asked about records, whether a bus would carry them or not.
//! Where the specification leaves something to whoever evaluates, [`SigmaRule`] says what is chosen. What is not supported is
//! refused by name.

mod about;
mod anatomy;
mod compile;
mod condition;
mod correlation;
mod detection;
#[cfg(test)]
mod documents;
mod encoding;
mod error;
mod item;
mod logsource;
#[cfg(test)]
mod tests;
mod text;

pub use about::About;
pub use correlation::{Comparison, Correlation, CorrelationKind};
pub use error::{ParseError, Reason};

use super::Condition;
use super::explain::Anatomy;
use super::warning::Warning;
use crate::json::Fields;
use detection::Detection;
use serde::Deserialize as _;
use serde::de::IgnoredAny;
use serde_yaml_ng::{Deserializer, Mapping, Value};
use std::collections::HashMap;

/// One document of a Sigma file.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A rule about single records.
    Rule(Box<SigmaRule>),
    /// A rule about how others match together.
    Correlation(Box<Correlation>),
}

/// A valid rule. Two are equal when their documents say the same.
///
/// - A field is looked for through arrays: one of the elements is enough, for every value by itself.
/// - Where no value stands at the field but an object does (`requestParameters|contains`), values with a wildcard at their
///   beginning and regular expressions are looked for in its compact JSON text, with its escapes or without.
/// - Texts ignore case unless `cased` says otherwise; numbers and truth values are compared as they are spelled, and numbers
///   by value too.
/// - `null` is a field that is missing or `null`; `exists` sees `null` and objects, but not an empty array.
/// - Keywords are looked for inside every string of the record, never in names.
/// - Parts of moments (`hour`) are those of UTC.
/// - The service of a log source may be any whose calls CloudTrail records.
/// - A map as the value of a field, which Sigma does not define, names fields below it; it is warned of.
#[derive(Debug, Clone)]
pub struct SigmaRule {
    /// What the rule says about itself.
    pub about: About,
    detection: Detection,
    document: Mapping,
    warnings: Vec<Warning>,
}

impl PartialEq for SigmaRule {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document
    }
}

impl SigmaRule {
    /// Reads the one rule of a text.
    ///
    /// # Errors
    /// Returns why the text is refused, and where; also when it has several documents.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut documents = read(text)?;
        match (documents.pop(), documents.is_empty()) {
            (Some(Ok(Document::Rule(rule))), true) => Ok(*rule),
            (Some(Err(error)), true) => Err(error),
            (Some(Ok(Document::Correlation(_))), true) => Err(Reason::CorrelationAlone.at("correlation")),
            _ => Err(Reason::ManyDocuments.at("")),
        }
    }

    /// Tells whether a text is meant as a Sigma file: no template and no pattern has such names at its top.
    pub fn is_meant(text: &str) -> bool {
        const NAMES: [&str; 3] = ["detection", "correlation", "logsource"];
        if text.trim_start().starts_with('{')
            && ["logsource", "correlation"].iter().any(|name| text.contains(name))
        {
            // In braces, maybe as JSON, which is YAML, too.
            let first = Deserializer::from_str(text).next();
            let top = first.map(HashMap::<String, IgnoredAny>::deserialize);
            let has = |top: &HashMap<String, IgnoredAny>, names: [&str; 2]| {
                names.iter().all(|name| top.contains_key(*name))
            };
            return top.and_then(Result::ok).is_some_and(|top| {
                has(&top, ["logsource", "detection"]) || has(&top, ["title", "correlation"])
            });
        }
        text.lines().any(|line| {
            let line = line.trim_start_matches(['"', '\'']);
            let behind = NAMES.iter().find_map(|name| line.strip_prefix(name));
            behind.is_some_and(|behind| behind.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        })
    }

    /// Compiles the rule against a set of fields of the event, adding those that it names.
    pub fn compile(&self, fields: &mut Fields) -> Condition {
        Condition::of_record(compile::compile(&self.detection, fields))
    }

    /// Lays the rule out for explaining it, adding the fields that it names.
    pub fn anatomy(&self, fields: &mut Fields) -> Anatomy {
        anatomy::anatomy(&self.detection, fields)
    }

    /// Returns what will surprise the author although it is valid.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Writes the document back as YAML; reading that gives an equal rule.
    pub fn to_text(&self) -> String {
        serde_yaml_ng::to_string(&self.document).expect("what was read as YAML can be written")
    }

    fn read(document: Mapping) -> Result<Self, ParseError> {
        let about = About::read(&document)?;
        let mut warnings = Vec::new();
        logsource::check(document.get("logsource"), &mut warnings)?;
        let detection = Detection::read(document.get("detection"), &mut warnings)?;
        Ok(Self { about, detection, document, warnings })
    }
}

/// Reads the documents of a text: rules and correlations.
///
/// # Errors
/// Returns that the text is no YAML; what is wrong with one document stands in its place.
pub fn read(text: &str) -> Result<Vec<Result<Document, ParseError>>, ParseError> {
    let mut documents = Vec::new();
    for document in Deserializer::from_str(text) {
        let unreadable = |error: serde_yaml_ng::Error| Reason::Yaml(error.to_string()).at("");
        let mut value = Value::deserialize(document).map_err(unreadable)?;
        value.apply_merge().map_err(unreadable)?;
        match value {
            // What stands behind a last `---`.
            Value::Null => {}
            Value::Mapping(document) => documents.push(read_document(document)),
            _ => documents.push(Err(Reason::NotAMap.at(""))),
        }
    }
    Ok(documents)
}

fn read_document(document: Mapping) -> Result<Document, ParseError> {
    if document.contains_key("correlation") {
        return Ok(Document::Correlation(Box::new(Correlation::read(&document)?)));
    }
    if document.contains_key("filter") {
        return Err(Reason::Unsupported("a filter over other rules").at("filter"));
    }
    if document.contains_key("action") {
        return Err(Reason::Unsupported("the collection of rules by `action`").at("action"));
    }
    Ok(Document::Rule(Box::new(SigmaRule::read(document)?)))
}
