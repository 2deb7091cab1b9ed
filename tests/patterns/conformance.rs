//! Worked cases: 3,000 answers of the reference implementation, and our own, each with its source.

use backtrail::json::{Fields, Leaves, project};
use backtrail::language::event_pattern::EventPattern;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What a pattern says about an event; `None` when the pattern is refused.
pub(super) fn answer(pattern: &str, event: &str) -> Option<bool> {
    let pattern = EventPattern::parse(pattern).ok()?;
    let mut fields = Fields::new();
    let condition = pattern.compile(&mut fields);
    let mut leaves = Leaves::new();
    leaves.reset(fields.len());
    project(event.as_bytes(), &fields, fields.root(), &mut leaves).expect("the event is JSON");
    Some(condition.is_satisfied(&leaves.view(event.as_bytes())))
}

#[derive(Deserialize)]
struct Case<'a> {
    #[serde(borrow)]
    pattern: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    expect: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    why: Option<String>,
    /// Where it is written; our own cases have one each.
    #[serde(default)]
    source: Option<String>,
}

/// Returns the text that a field holds: the content of a string, anything else as it stands.
fn text_of(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// Returns how many cases there are, and those with another answer than expected.
fn failures(cases: &str, needs_source: bool) -> (usize, Vec<String>) {
    let mut failures = Vec::new();
    // Not `lines`: other line separators occur inside.
    let lines: Vec<_> = cases.split('\n').filter(|line| !line.is_empty()).collect();
    for (number, line) in lines.iter().enumerate() {
        let case: Case<'_> = serde_json::from_str(line).expect("every line is a case");
        assert!(!needs_source || case.why.is_some() && case.source.is_some(), "line {}", number + 1);
        let answer = match answer(&text_of(case.pattern), &text_of(case.event)) {
            Some(true) => "match",
            Some(false) => "no-match",
            None => "invalid",
        };
        if answer != case.expect {
            let name = case.id.or(case.why).unwrap_or_default();
            failures.push(format!("line {}: {name}: {answer}, expected {}", number + 1, case.expect));
        }
    }
    (lines.len(), failures)
}

#[test]
fn every_answer_of_the_reference_is_ours_too() {
    let (count, failures) = failures(include_str!("event_patterns.jsonl"), false);
    assert_eq!(count, 3_000);
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_operator_does_what_its_page_says() {
    let (count, failures) = failures(include_str!("operators.jsonl"), true);
    assert!(count > 200);
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}
