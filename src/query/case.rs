//! The cases of a stored query: records that it must find and records that it must not, one JSON object a line.

use super::file::Beside;
use super::{Card, Error};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Why a line is not a case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseFault {
    /// The line is no JSON object of the expected shape.
    #[error(transparent)]
    Line(#[from] serde_json::Error),
    /// There is nothing to run the pattern on, or two things.
    #[error("a case has either a `record` or an `event`")]
    Input,
    /// A record or event is an object; this is something else.
    #[error("`{field}` must be an object")]
    NotAnObject {
        /// `record` or `event`.
        field: &'static str,
    },
    /// The event cannot be read as JSON.
    #[error("event is not valid JSON")]
    Event(#[from] crate::json::scan::SyntaxError),
}

/// One case of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it shows, a sentence.
    pub case: String,
    /// Whether the query must match.
    pub expect_match: bool,
    /// What the query is run on.
    pub input: Input,
    /// Line in the case file, from 1.
    pub line: usize,
}

/// What a case runs its query on, as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A CloudTrail record, to be wrapped as EventBridge does it.
    Record(String),
    /// An event with its envelope.
    Event(String),
}

/// What stands beside a pattern to show that it is right: its card as written, and its cases.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// The card, when there is one.
    pub card: Option<Card>,
    /// Whether the card states a severity, which otherwise reads as `informational`.
    pub has_severity: bool,
    /// The cases; `None` when there is no case file.
    pub cases: Option<Vec<Case>>,
}

impl Proof {
    /// Reads card and cases.
    pub(super) fn read(card: Option<Beside>, cases: Option<Beside>) -> Result<Self, Error> {
        let has_severity = card.as_ref().is_some_and(|card| Card::states_severity(&card.text));
        let card = card.map(|card| Card::parse(&card.file, &card.text)).transpose()?;
        let cases = cases.map(|cases| read(&cases.file, &cases.text)).transpose()?;
        Ok(Self { card, has_severity, cases })
    }

    /// Reads the cases of a Sigma rule that stand beside it in the form of other projects: a JSON object with the lists
    /// `should_match` and `should_not_match`.
    pub(super) fn read_sigma(tests: &Beside) -> Result<Self, Error> {
        let failed = |source: serde_json::Error| Error::Json { file: tests.file.clone(), source };
        let lists: SigmaTests = serde_json::from_str(&tests.text).map_err(failed)?;
        let mut cases = Vec::new();
        for (name, records) in
            [("should_match", lists.should_match), ("should_not_match", lists.should_not_match)]
        {
            for (record, number) in records.into_iter().zip(1..) {
                cases.push(Case {
                    case: format!("{name} {number}"),
                    expect_match: name == "should_match",
                    input: Input::Record(record.get().to_owned()),
                    line: number,
                });
            }
        }
        Ok(Self { cases: Some(cases), ..Self::default() })
    }

    /// Returns the cases, none when there is no case file.
    pub fn cases(&self) -> &[Case] {
        self.cases.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct SigmaTests<'a> {
    #[serde(borrow, default)]
    should_match: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    should_not_match: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    case: Cow<'a, str>,
    expect: Expectation,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Expectation {
    Match,
    NoMatch,
}

/// Reads a case file; blank lines are passed over.
fn read(file: &str, text: &str) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for (index, text) in text.split('\n').enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let line = index + 1;
        let case = case(line, text).map_err(|source| Error::Case { file: file.to_owned(), line, source })?;
        cases.push(case);
    }
    Ok(cases)
}

fn case(line: usize, text: &str) -> Result<Case, CaseFault> {
    let read: Line<'_> = serde_json::from_str(text)?;
    let input = match (read.record, read.event) {
        (Some(record), None) => Input::Record(object("record", record)?),
        (None, Some(event)) => Input::Event(object("event", event)?),
        _ => return Err(CaseFault::Input),
    };
    Ok(Case { case: read.case.into_owned(), expect_match: read.expect == Expectation::Match, input, line })
}

fn object(field: &'static str, value: &RawValue) -> Result<String, CaseFault> {
    let text = value.get();
    if text.starts_with('{') { Ok(text.to_owned()) } else { Err(CaseFault::NotAnObject { field }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    fn refusal(text: &str) -> (String, String) {
        let error = read("x.cases.jsonl", text).unwrap_err();
        (error.to_string(), error.source().unwrap().to_string())
    }

    #[test]
    fn cases_keep_the_text_of_their_record_and_their_line() {
        let text = "{\"case\":\"a\",\"expect\":\"match\",\"record\":{\"n\":1.0}}\n\n\
                    {\"case\":\"b\",\"expect\":\"no-match\",\"event\":{ }}\r\n";
        let cases = read("x.cases.jsonl", text).unwrap();
        assert_eq!(cases[0].input, Input::Record("{\"n\":1.0}".to_owned()));
        assert!(cases[0].expect_match);
        assert_eq!(cases[1].input, Input::Event("{ }".to_owned()));
        assert!(!cases[1].expect_match);
        assert_eq!(cases[1].line, 3);
    }

    #[test]
    fn a_line_that_is_no_case_is_named_by_file_and_line() {
        let good = r#"{"case":"a","expect":"match","record":{}}"#;
        let (message, _) = refusal(&format!("{good}\n{{\"case\":\"b\"}}"));
        assert_eq!(message, "`x.cases.jsonl:2` is not a case");
        let (_, cause) = refusal(r#"{"case":"a","expect":"match"}"#);
        assert_eq!(cause, "a case has either a `record` or an `event`");
        let (_, cause) = refusal(r#"{"case":"a","expect":"match","record":{},"event":{}}"#);
        assert_eq!(cause, "a case has either a `record` or an `event`");
        let (_, cause) = refusal(r#"{"case":"a","expect":"match","record":[]}"#);
        assert_eq!(cause, "`record` must be an object");
    }

    #[test]
    fn misspelled_words_in_a_case_are_refused() {
        let (_, cause) = refusal(r#"{"case":"a","expect":"matches","record":{}}"#);
        assert!(cause.contains("at line 1"), "{cause}");
        let (_, cause) = refusal(r#"{"case":"a","expect":"match","records":{}}"#);
        assert!(cause.contains("at line 1"), "{cause}");
    }
}
