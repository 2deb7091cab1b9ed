//! Checking a stored query: its card is complete, its cases hold, its pattern holds no surprises.

use super::{Card, Case, Input, Proof, Query};
use crate::event::EventFields;
use crate::json::scan::SyntaxError;
use crate::json::{Fields, Leaves};
use crate::language::{Condition, Warning};
use std::fmt;

/// How much a query has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// What is there must be right.
    Correct,
    /// A full card and cases of both kinds must be there too, as for the queries in the binary.
    Complete,
}

/// Something that a complete query has and this one has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// There is no card.
    Card,
    /// The card has no title.
    Title,
    /// The card has no description.
    Description,
    /// The card states no severity.
    Severity,
    /// The card's status is neither `stable` nor `experimental`.
    Status,
    /// The card names no reference.
    References,
    /// No case says what must match.
    Match,
    /// No case says what must not match.
    NoMatch,
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Card => "it has no card",
            Self::Title => "its card has no title",
            Self::Description => "its card has no description",
            Self::Severity => "its card has no severity",
            Self::Status => "the status on its card is neither `stable` nor `experimental`",
            Self::References => "its card has no references",
            Self::Match => "no case must match",
            Self::NoMatch => "no case must not match",
        })
    }
}

/// One finding of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// A case came out as it says.
    Holds {
        /// The case's sentence.
        case: String,
    },
    /// A case came out the other way.
    Fails {
        /// The case's sentence.
        case: String,
        /// Line in the case file.
        line: usize,
        /// What the case expected.
        expected_match: bool,
    },
    /// The record or event of a case cannot be read.
    Unreadable {
        /// The case's sentence.
        case: String,
        /// Line in the case file.
        line: usize,
        /// Why.
        fault: SyntaxError,
    },
    /// Something is missing.
    Lacks(Lack),
    /// A parameter on the card that cannot be filled in: the pattern has no condition at its path.
    Parameter {
        /// The parameter.
        name: String,
        /// The path on the card.
        path: String,
    },
    /// The pattern is valid and will surprise its author.
    Warns(Warning),
}

impl Verdict {
    /// Tells whether the query must be mended: a warning is for the author to weigh.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Holds { .. } | Self::Warns(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds { case } => write!(formatter, "case holds: {case}"),
            Self::Fails { case, line, expected_match: true } => {
                write!(formatter, "case on line {line} must match and does not: {case}")
            }
            Self::Fails { case, line, expected_match: false } => {
                write!(formatter, "case on line {line} must not match and does: {case}")
            }
            Self::Unreadable { case, line, fault } => {
                write!(formatter, "case on line {line} cannot be read ({fault}): {case}")
            }
            Self::Lacks(lack) => lack.fmt(formatter),
            Self::Parameter { name, path } => {
                write!(formatter, "parameter `{name}` names `{path}`, which the pattern does not have")
            }
            Self::Warns(warning) => warning.fmt(formatter),
        }
    }
}

/// Checks one query against what stands beside it: first the card, then the pattern, then the cases in their order.
pub fn check(query: &Query, proof: &Proof, demand: Demand) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = lacks(proof, demand).into_iter().map(Verdict::Lacks).collect();
    verdicts.extend(broken_parameters(query));
    verdicts.extend(query.pattern.warnings().iter().cloned().map(Verdict::Warns));
    verdicts.extend(run(query, proof.cases()));
    verdicts
}

fn lacks(proof: &Proof, demand: Demand) -> Vec<Lack> {
    let mut lacks = match &proof.card {
        Some(card) => lacks_of_card(card, proof.has_severity, demand),
        None if demand == Demand::Complete => vec![Lack::Card],
        None => Vec::new(),
    };
    // A case file with one kind only proves half of what its author believes, so it is never enough.
    if demand == Demand::Complete || proof.cases.is_some() {
        let cases = proof.cases();
        let kinds = [(Lack::Match, true), (Lack::NoMatch, false)];
        let missing =
            kinds.into_iter().filter(|(_, kind)| cases.iter().all(|case| case.expect_match != *kind));
        lacks.extend(missing.map(|(lack, _)| lack));
    }
    lacks
}

fn lacks_of_card(card: &Card, has_severity: bool, demand: Demand) -> Vec<Lack> {
    let is_known = matches!(card.status.as_str(), "stable" | "experimental");
    if demand == Demand::Correct {
        return if is_known || card.status.is_empty() { Vec::new() } else { vec![Lack::Status] };
    }
    let rows = [
        (Lack::Title, card.title.trim().is_empty()),
        (Lack::Description, card.description.trim().is_empty()),
        (Lack::Severity, !has_severity),
        (Lack::Status, !is_known),
        (Lack::References, card.references.is_empty()),
    ];
    rows.into_iter().filter(|(_, is_missing)| *is_missing).map(|(lack, _)| lack).collect()
}

fn broken_parameters(query: &Query) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (name, parameter) in &query.card.parameters {
        let mut pattern = query.pattern.clone();
        if pattern.set(&parameter.path, &["x".to_owned()]).is_err() {
            verdicts.push(Verdict::Parameter { name: name.clone(), path: parameter.path.clone() });
        }
    }
    verdicts
}

/// Runs the cases as a replay runs records: one compiled condition, one set of fields.
fn run(query: &Query, cases: &[Case]) -> Vec<Verdict> {
    let mut fields = Fields::new();
    let condition = query.pattern.compile(&mut fields);
    let fields = EventFields::new(fields);
    let mut leaves = Leaves::new();
    cases.iter().map(|case| run_case(case, &condition, &fields, &mut leaves)).collect()
}

fn run_case(case: &Case, condition: &Condition, fields: &EventFields, leaves: &mut Leaves) -> Verdict {
    let (text, projected) = match &case.input {
        Input::Record(record) => (record, fields.project_record(record.as_bytes(), None, leaves)),
        Input::Event(event) => (event, fields.project_event(event.as_bytes(), leaves)),
    };
    let (name, line) = (case.case.clone(), case.line);
    if let Err(fault) = projected {
        return Verdict::Unreadable { case: name, line, fault };
    }
    if condition.is_satisfied(&leaves.view(text.as_bytes())) == case.expect_match {
        Verdict::Holds { case: name }
    } else {
        Verdict::Fails { case: name, line, expected_match: case.expect_match }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Parameter;
    use crate::query::file::Beside;

    const PATTERN: &str = r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}"#;
    const CARD: &str = r#"
        title = "A user is created"
        description = "Somebody made a user."
        severity = "low"
        status = "stable"
        references = ["https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html"]
    "#;
    const MATCH: &str = r#"{"case":"it is made","expect":"match","record":{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventType":"AwsApiCall"}}"#;
    const NO_MATCH: &str = r#"{"case":"it is deleted","expect":"no-match","record":{"eventSource":"iam.amazonaws.com","eventName":"DeleteUser","eventType":"AwsApiCall"}}"#;

    fn query() -> Query {
        Query::from_pattern_text("iam/user-created", PATTERN, "inline").unwrap()
    }

    fn checked(card: Option<&str>, cases: Option<&str>, demand: Demand) -> Vec<String> {
        let beside = |file: &str, text: &str| Beside { file: file.to_owned(), text: text.to_owned() };
        let card = card.map(|text| beside("x.toml", text));
        let cases = cases.map(|text| beside("x.cases.jsonl", text));
        let proof = Proof::read(card, cases).unwrap();
        check(&query(), &proof, demand).iter().map(Verdict::to_string).collect()
    }

    #[test]
    fn a_complete_query_shows_only_cases_that_hold() {
        let cases = format!("{MATCH}\n{NO_MATCH}\n");
        assert_eq!(
            checked(Some(CARD), Some(&cases), Demand::Complete),
            ["case holds: it is made", "case holds: it is deleted"]
        );
    }

    #[test]
    fn a_case_that_comes_out_the_other_way_fails_with_its_line() {
        let wrong = MATCH.replace("\"match\"", "\"no-match\"");
        let missed = NO_MATCH.replace("\"no-match\"", "\"match\"");
        assert_eq!(
            checked(None, Some(&format!("{wrong}\n\n{missed}")), Demand::Correct),
            [
                "case on line 1 must not match and does: it is made",
                "case on line 3 must match and does not: it is deleted"
            ]
        );
    }

    #[test]
    fn an_event_is_not_wrapped_a_second_time() {
        let event = r#"{"case":"on the bus","expect":"match","event":{"source":"aws.iam","detail-type":"x","detail":{"eventName":"CreateUser"}}}"#;
        assert_eq!(
            checked(None, Some(&format!("{event}\n{NO_MATCH}")), Demand::Correct),
            ["case holds: on the bus", "case holds: it is deleted"]
        );
    }

    #[test]
    fn a_shipped_query_must_have_a_full_card_and_both_kinds_of_cases() {
        assert_eq!(
            checked(None, None, Demand::Complete),
            ["it has no card", "no case must match", "no case must not match"]
        );
        assert_eq!(
            checked(Some(""), Some(MATCH), Demand::Complete),
            [
                "its card has no title",
                "its card has no description",
                "its card has no severity",
                "the status on its card is neither `stable` nor `experimental`",
                "its card has no references",
                "no case must not match",
                "case holds: it is made",
            ]
        );
    }

    #[test]
    fn a_query_of_ones_own_needs_neither_card_nor_cases() {
        assert!(checked(None, None, Demand::Correct).is_empty());
        assert_eq!(
            checked(Some("status = \"old\""), None, Demand::Correct),
            ["the status on its card is neither `stable` nor `experimental`"]
        );
    }

    #[test]
    fn a_parameter_that_the_pattern_lacks_is_a_failure() {
        let mut query = query();
        for (name, path) in [("name", "detail.eventName"), ("user", "detail.user")] {
            let parameter = Parameter { path: path.to_owned(), description: "which".to_owned() };
            query.card.parameters.insert(name.to_owned(), parameter);
        }
        let verdicts = check(&query, &Proof::default(), Demand::Correct);
        assert_eq!(
            verdicts,
            [Verdict::Parameter { name: "user".to_owned(), path: "detail.user".to_owned() }]
        );
        assert!(verdicts[0].is_failure());
    }
}
