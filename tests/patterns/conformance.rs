//! Worked cases: 3,000 answers of the reference implementation, and our own, each with its source.

use backtrail::json::{Fields, Leaves, project};
use backtrail::language::event_pattern::EventPattern;
use backtrail::language::explain::{Clause, Explained};
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
    let answer = condition.is_satisfied(&leaves.view(event.as_bytes()));
    // Whatever is asked here is explained, too: the tree's verdict is the verdict.
    let explained = explained(&pattern, event);
    assert_eq!((explained.is_met, explained.verdict()), (answer, answer), "{explained:?}");
    Some(answer)
}

fn explained(pattern: &EventPattern, event: &str) -> Explained {
    let mut fields = Fields::new();
    let anatomy = pattern.anatomy(&mut fields);
    let mut leaves = Leaves::new();
    leaves.reset(fields.len());
    project(event.as_bytes(), &fields, fields.root(), &mut leaves).expect("the event is JSON");
    anatomy.explain(&leaves.view(event.as_bytes()))
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

#[test]
fn clauses_that_hold_in_different_elements_are_told_from_clauses_that_do_not_hold() {
    let pattern = EventPattern::parse(r#"{"t":{"k":["env"],"v":["prod"]}}"#).unwrap();
    let explained = explained(&pattern, r#"{"t":[{"k":"env","v":"dev"},{"k":"x","v":"prod"}]}"#);
    let Clause::All(clauses) = explained.clause else { panic!("{explained:?}") };
    let met: Vec<_> = clauses.iter().map(|clause| clause.is_met).collect();
    assert_eq!(met, [true, true, false]);
    assert_eq!(clauses[2].clause, Clause::Together);
    let Clause::Test { path, wanted, found } = &clauses[1].clause else { panic!("{clauses:?}") };
    assert_eq!(
        (path.as_str(), wanted.join(" "), found.join(" ")),
        ("t.v", "\"prod\"".into(), "\"dev\" \"prod\"".into())
    );
}

#[test]
fn what_must_be_absent_in_an_element_is_explained_with_the_clauses_that_choose_it() {
    let pattern = EventPattern::parse(r#"{"t":{"k":["env"],"z":[{"exists":false}]}}"#).unwrap();
    let explained = explained(&pattern, r#"{"t":[{"k":"env"},{"z":1}]}"#);
    assert!(explained.is_met && explained.verdict(), "{explained:?}");
}
