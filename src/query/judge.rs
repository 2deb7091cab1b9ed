//! Judging patterns on events that others have judged: lines of `id`, `pattern`, `event` and `expect`.

use super::{CaseFault, Error};
use crate::event::{self, EventFields};
use crate::json::{Fields, Leaves, project, scan};
use crate::language::{Language, Subject};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What can be said about a pattern and an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The pattern matches the event.
    Match,
    /// The pattern is valid and does not match.
    NoMatch,
    /// The pattern is refused, whatever the event.
    Invalid,
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Match => "match",
            Self::NoMatch => "no-match",
            Self::Invalid => "invalid",
        })
    }
}

/// One judged line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The line's `id`, or its number when it has none.
    pub id: String,
    /// What backtrail says.
    pub verdict: Answer,
    /// What the line says, when it says anything.
    pub expected: Option<Answer>,
}

impl Judged {
    /// Tells whether the line expects something else than what backtrail says.
    pub fn is_wrong(&self) -> bool {
        self.expected.is_some_and(|expected| expected != self.verdict)
    }
}

/// A line as it stands; other fields (tags, reasons) are for people.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pattern: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    #[serde(default)]
    expect: Option<Answer>,
}

/// Judges one line of a file. `pattern` and `event` are taken character by character: an object as it stands, of a
/// string its content. The event is not wrapped, so it may be anything that is an object; patterns of
/// other languages take it for a record, unless it is an event.
///
/// # Errors
/// Returns why the line is not a case, naming `file` and `line`. A bad pattern is not an error but an answer.
pub fn judge(file: &str, line: usize, text: &str) -> Result<Judged, Error> {
    judge_line(line, text).map_err(|source| Error::Case { file: file.to_owned(), line, source })
}

fn judge_line(number: usize, text: &str) -> Result<Judged, CaseFault> {
    let line: Line<'_> = serde_json::from_str(text)?;
    let id = line.id.map_or_else(|| number.to_string(), Cow::into_owned);
    let verdict = answer(&unquoted(line.pattern)?, &unquoted(line.event)?)?;
    Ok(Judged { id, verdict, expected: line.expect })
}

/// Returns a value's text; of a string, the text that it holds.
fn unquoted(value: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    let text = value.get();
    if text.starts_with('"') { serde_json::from_str(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
}

fn answer(pattern: &str, event: &str) -> Result<Answer, CaseFault> {
    let Ok(pattern) = Language::of(pattern).read(pattern) else { return Ok(Answer::Invalid) };
    let event = event.trim().as_bytes();
    if !event.starts_with(b"{") {
        return Err(CaseFault::NotAnObject { field: "event" });
    }
    let end = scan::skip_value(event, 0)?;
    if end < event.len() {
        return Err(CaseFault::Event(scan::SyntaxError::Unexpected { at: end }));
    }
    let mut fields = Fields::new();
    let condition = pattern.compile(&mut fields);
    let mut leaves = Leaves::new();
    if condition.subject() == Subject::Record && !event::is_event(event) {
        EventFields::new(fields).project_record(event, None, &mut leaves)?;
    } else {
        leaves.reset(fields.len());
        project(event, &fields, fields.root(), &mut leaves)?;
    }
    Ok(if condition.is_satisfied(&leaves.view(event)) { Answer::Match } else { Answer::NoMatch })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    fn judged(text: &str) -> Judged {
        judge("cases.jsonl", 7, text).unwrap()
    }

    #[test]
    fn events_are_judged_as_they_are_without_an_envelope() {
        let yes = judged(r#"{"id":"a","pattern":{"z":["x"]},"event":{"z":"x"},"expect":"match","tags":[]}"#);
        assert_eq!(yes, Judged { id: "a".to_owned(), verdict: Answer::Match, expected: Some(Answer::Match) });
        let no = judged(r#"{"id":"b","pattern":{"z":["x"]},"event":{"z":"y"},"expect":"match"}"#);
        assert_eq!(no.verdict, Answer::NoMatch);
        assert!(no.is_wrong());
    }

    #[test]
    fn texts_in_strings_keep_the_spelling_of_numbers() {
        let line = r#"{"pattern":"{\"z\":[12345678901234567890]}","event":"{\"z\":12345678901234567890}"}"#;
        let answer = judged(line);
        assert_eq!(answer.verdict, Answer::Match);
        assert_eq!(answer.id, "7");
        assert!(!answer.is_wrong());
    }

    #[test]
    fn a_bad_pattern_is_an_answer_and_a_bad_line_is_an_error() {
        assert_eq!(judged(r#"{"pattern":{"z":1},"event":{}}"#).verdict, Answer::Invalid);
        assert_eq!(judged(r#"{"pattern":"{,}","event":{}}"#).verdict, Answer::Invalid);
        let error = judge("cases.jsonl", 7, r#"{"pattern":{"z":[1]},"event":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "`cases.jsonl:7` is not a case");
        assert_eq!(error.source().unwrap().to_string(), "`event` must be an object");
        let error = judge("cases.jsonl", 7, r#"{"pattern":{"z":[1]},"event":"{} x"}"#).unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), "event is not valid JSON");
    }
}
