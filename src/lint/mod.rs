//! What is wrong with a pattern although it is valid: it can never match, the rule never fires, or it says something else
//! than its author thinks.
//!
//! Every finding has an id that stays the same, explained in [`CATALOGUE`] with an example. What is claimed here is taken
//! from the AWS documentation and from real events; what only might be wrong is no finding. [`find`] looks at the pattern
//! alone; [`Observed`] holds it against an archive.

mod catalogue;
mod event_names;
mod finding;
mod names;
mod observed;
mod places;
mod shape;
mod subject;
mod values;

pub use catalogue::{CATALOGUE, Entry, entry};
pub use finding::{Edit, Finding, Level};
pub use observed::{Observed, Seen};

use crate::delivery::Location;
use crate::language::event_pattern::EventPattern;
use crate::query::Query;
use std::collections::BTreeMap;
use subject::Subject;

/// Returns what is wrong with a query's pattern, by path and id. For metric filters and Sigma rules that is what their
/// languages warn of. What the card allows is left out.
pub fn find(query: &Query) -> Vec<Finding> {
    let mut findings = match query.pattern.as_event_pattern() {
        Some(pattern) => find_in_events(pattern, &query.card.rule),
        None => Vec::new(),
    };
    findings.extend(query.pattern.warnings().iter().map(|warning| {
        let edit = (warning.id == "signin-spelling").then_some(Edit::AcceptSignInSpellings);
        Finding::new(warning.id, &warning.path, warning.message.clone()).fixed_by(edit)
    }));
    findings.retain(|finding| !query.card.allow.iter().any(|id| id == finding.id));
    findings.sort_by(|one, other| (&one.path, one.id).cmp(&(&other.path, other.id)));
    findings.dedup();
    findings
}

fn find_in_events(pattern: &EventPattern, rule: &Location) -> Vec<Finding> {
    let subject = Subject::of(pattern, rule);
    let mut findings = never(&subject);
    findings.extend(names::find(&subject));
    findings.extend(shape::find(&subject));
    findings.extend(values::find(&subject));
    findings.extend(event_names::find(&subject));
    findings.extend(places::find(&subject));
    findings
}

/// Returns why the pattern can never match, or which branches of it cannot.
fn never(subject: &Subject<'_>) -> Vec<Finding> {
    let reasons: Vec<Vec<Finding>> = subject.alternatives.iter().map(names::contradictions).collect();
    let mut findings: BTreeMap<(String, &'static str), Finding> = BTreeMap::new();
    let is_hopeless = reasons.iter().all(|reasons| !reasons.is_empty());
    for (number, reasons) in reasons.into_iter().enumerate() {
        for finding in reasons {
            let finding = if is_hopeless {
                finding
            } else {
                let message =
                    format!("belongs to a branch that can never match: there it {}", finding.message);
                Finding::new("unreachable-branch", &finding.path, message)
            };
            findings.entry((finding.path.clone(), finding.id)).or_insert(finding);
        }
        let earlier = subject.alternatives[..number].iter();
        if earlier.into_iter().any(|other| *other == subject.alternatives[number]) {
            let message = "has two branches that want the same".to_owned();
            let finding = Finding::new("unreachable-branch", "$or", message);
            findings.entry((finding.path.clone(), finding.id)).or_insert(finding);
        }
    }
    findings.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::shipped;

    #[test]
    fn every_example_of_the_catalogue_has_its_finding_and_every_fix_removes_it() {
        for entry in &CATALOGUE {
            if entry.needs_archive {
                continue;
            }
            let mut query = Query::from_pattern_text("x", entry.example, entry.id).unwrap();
            query.card.rule = toml::from_str::<Location>(entry.rule).unwrap();
            let found = find(&query);
            let finding = found.iter().find(|finding| finding.id == entry.id);
            let finding = finding.unwrap_or_else(|| panic!("{}: {found:?}", entry.id));
            if let Some(edit) = &finding.edit {
                edit.apply(query.pattern.as_event_pattern_mut().unwrap());
                let left = find(&query);
                assert!(!left.contains(finding), "{}: {}", entry.id, query.pattern.to_text());
            }
        }
    }

    #[test]
    fn no_shipped_query_has_a_finding() {
        for query in shipped().unwrap() {
            assert_eq!(find(&query), [], "{}", query.id);
        }
    }

    #[test]
    fn what_a_card_allows_is_no_finding() {
        let mut query = Query::from_pattern_text("x", "{ $.readOnly = true }", "x").unwrap();
        assert_eq!(
            find(&query).iter().map(|finding| finding.id).collect::<Vec<_>>(),
            ["filter-boolean-text"]
        );
        query.card.allow.push("filter-boolean-text".to_owned());
        assert_eq!(find(&query), []);
    }

    #[test]
    fn a_branch_that_cannot_match_is_told_from_a_pattern_that_cannot() {
        let text = r#"{"$or":[{"source":["aws.iam"]},{"source":["aws.cloudwatch"],"detail-type":["AWS API Call via CloudTrail"]}]}"#;
        let query = Query::from_pattern_text("x", text, "x").unwrap();
        let ids: Vec<_> = find(&query).iter().map(|finding| finding.id).collect();
        assert_eq!(ids, ["unreachable-branch"]);
    }
}
