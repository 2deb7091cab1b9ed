//! What a document says about itself: titles and the like.

use super::error::{ParseError, Reason};
use serde_yaml_ng::{Mapping, Value};

/// What a rule says about itself. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What it detects.
    pub title: String,
    /// Its id, by which others refer to it.
    pub id: String,
    /// Its name, by which others may refer to it as well.
    pub name: String,
    /// What it detects, at length.
    pub description: String,
    /// `informational`, `low`, `medium`, `high` or `critical`.
    pub level: String,
    /// `stable`, `test`, `experimental`, `deprecated` or `unsupported`.
    pub status: String,
    /// ATT&CK techniques and the like.
    pub tags: Vec<String>,
    /// Where it comes from.
    pub references: Vec<String>,
    /// Harmless activity that matches too.
    pub false_positives: Vec<String>,
}

/// What a level may be.
const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

impl About {
    pub(super) fn read(document: &Mapping) -> Result<Self, ParseError> {
        let level = text(document, "level")?.to_lowercase();
        if !level.is_empty() && !LEVELS.contains(&level.as_str()) {
            return Err(Reason::Level(level).at("level"));
        }
        Ok(Self {
            title: text(document, "title")?,
            id: text(document, "id")?,
            name: text(document, "name")?,
            description: text(document, "description")?,
            level,
            status: text(document, "status")?,
            tags: texts(document, "tags")?,
            references: texts(document, "references")?,
            false_positives: texts(document, "falsepositives")?,
        })
    }
}

/// Returns a member that is a text, or nothing.
fn text(document: &Mapping, name: &str) -> Result<String, ParseError> {
    match document.get(name) {
        None => Ok(String::new()),
        Some(value) => scalar(value).ok_or_else(|| Reason::NotAText.at(name)),
    }
}

/// Returns the texts of a member: one, several, or none.
fn texts(document: &Mapping, name: &str) -> Result<Vec<String>, ParseError> {
    let values = match document.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Sequence(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
    texts.ok_or_else(|| Reason::NotAText.at(name))
}

/// Returns a scalar as a text: what an author left without quotes may look like a number.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
