//! What is valid and will surprise its author: limits of the service, and places where two readings part.

use super::anything_but::{AnythingBut, Nested};
use super::rules::{Rules, conditions, join};
use super::tree::{Content, Members, OR};
use super::wanted::Wanted;
use super::wildcard_budget;
use crate::language::warning::Warning;
use std::collections::BTreeMap;

/// What a rule's pattern may have by default, and at most.
const LENGTH_QUOTA: usize = 2_048;
const LENGTH_LIMIT: usize = 4_096;

/// What the EventBridge guide calls console sign-ins, and what every event that was ever seen calls them.
pub(super) const SIGN_IN_SPELLINGS: [&str; 2] =
    ["AWS Console Signin via CloudTrail", "AWS Console Sign In via CloudTrail"];

/// The field that has them.
pub(super) const DETAIL_TYPE: &str = "detail-type";

/// The numbers that EventBridge documents for `numeric`.
const DOCUMENTED_NUMBERS: std::ops::RangeInclusive<f64> = -5e9..=5e9;

/// Looks through a pattern whose text has `length` characters.
pub(super) fn find(members: &Members, length: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warn_of_length(length, &mut warnings);
    warn_of_equal_names(members, None, &mut warnings);
    let conditions = conditions(members);
    for (path, is_across_branches) in Rules::expand(members, &conditions).replaced {
        warnings.push(Warning {
            id: "replaced-condition",
            path: path.to_owned(),
            message: if is_across_branches {
                "is wanted inside and outside of a branch of `$or`: the later in the text replaces the earlier"
            } else {
                "is wanted twice: the later in the text replaces the earlier"
            }
            .to_owned(),
        });
    }
    let mut wildcards: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, wanted) in &conditions {
        if path == DETAIL_TYPE {
            warn_of_sign_in(wanted, &mut warnings);
        }
        for (index, wanted) in wanted.iter().enumerate() {
            warn_of_value(wanted, &format!("{path}[{index}]"), &mut warnings);
            wildcards.entry(path).or_default().extend(wildcards_of(wanted));
        }
    }
    for (path, wildcards) in wildcards {
        if wildcard_budget::is_exceeded(&wildcards) {
            let message = "has wildcards that EventBridge may refuse as too complex".to_owned();
            warnings.push(Warning { id: "wildcard-complexity", path: path.to_owned(), message });
        }
    }
    warnings
}

fn warn_of_length(length: usize, warnings: &mut Vec<Warning>) {
    let message = if length > LENGTH_LIMIT {
        format!("is {length} characters long: EventBridge takes at most 4096")
    } else if length > LENGTH_QUOTA {
        format!("is {length} characters long: EventBridge takes 2048 unless the quota is raised")
    } else {
        return;
    };
    warnings.push(Warning { id: "pattern-size", path: String::new(), message });
}

/// Warns of names given twice where one of them holds an object: EventBridge keeps both, most parsers the last.
fn warn_of_equal_names(members: &Members, parent: Option<&str>, warnings: &mut Vec<Warning>) {
    let mut seen: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for member in &members.0 {
        let path = join(parent, &member.name);
        let (count, has_object) = seen.entry(&member.name).or_default();
        *count += 1;
        *has_object |= !matches!(member.content, Content::Wanted(_));
        if *count == 2 && *has_object {
            let message = "is given twice: most readers of JSON keep the last only, EventBridge keeps both";
            warnings.push(Warning { id: "equal-names", path: path.clone(), message: message.to_owned() });
        }
        match &member.content {
            Content::Below(below) => warn_of_equal_names(below, Some(&path), warnings),
            Content::Branches(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    warn_of_equal_names(branch, Some(&join(parent, &format!("{OR}[{index}]"))), warnings);
                }
            }
            Content::Wanted(_) => {}
        }
    }
}

/// Warns of a condition that waits for sign-ins under the name that only the guide gives them. Naming both is safe.
fn warn_of_sign_in(wanted: &[Wanted], warnings: &mut Vec<Warning>) {
    let [documented, observed] = SIGN_IN_SPELLINGS;
    let place = |spelling: &str| wanted.iter().position(|wanted| is_text(wanted, spelling));
    if let (Some(index), None) = (place(documented), place(observed)) {
        warnings.push(Warning {
            id: "signin-spelling",
            path: format!("{DETAIL_TYPE}[{index}]"),
            message: format!(
                "names `{documented}`, which AWS documents and never sends: it sends `{observed}`"
            ),
        });
    }
}

/// Tells whether a wanted value names a text, in whatever case where the case is ignored.
pub(super) fn is_text(wanted: &Wanted, text: &str) -> bool {
    match wanted {
        Wanted::Text(wanted) => wanted == text,
        Wanted::EqualsIgnoreCase(wanted) => wanted.eq_ignore_ascii_case(text),
        _ => false,
    }
}

fn warn_of_value(wanted: &Wanted, path: &str, warnings: &mut Vec<Warning>) {
    match wanted {
        Wanted::Exactly(_) => warnings.push(Warning {
            id: "exactly",
            path: path.to_owned(),
            message: "uses `exactly`, which EventBridge does not document".to_owned(),
        }),
        Wanted::Numeric(numeric) => {
            let is_beyond =
                |value: Option<f64>| value.is_some_and(|value| !DOCUMENTED_NUMBERS.contains(&value));
            for (_, number) in numeric.terms.iter().filter(|(_, number)| is_beyond(number.value())) {
                let text = number.text();
                warnings.push(Warning {
                    id: "numeric-range",
                    path: path.to_owned(),
                    message: format!("compares with `{text}`: EventBridge documents -5e9 to 5e9 only"),
                });
            }
        }
        _ => {}
    }
}

fn wildcards_of(wanted: &Wanted) -> Vec<&str> {
    match wanted {
        Wanted::Wildcard { text, .. } => vec![text],
        Wanted::AnythingBut(AnythingBut::Nested { operator: Nested::Wildcard, texts }) => {
            texts.iter().map(|(text, _)| text.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::EventPattern;
    use super::*;

    const DOCUMENTED: &str = r#"{"detail-type":["AWS Console Signin via CloudTrail"]}"#;
    const BOTH: &str =
        r#"{"detail-type":["AWS Console Signin via CloudTrail","AWS Console Sign In via CloudTrail"]}"#;

    fn warnings(pattern: &str) -> Vec<String> {
        let pattern = EventPattern::parse(pattern).unwrap();
        pattern.warnings().iter().map(Warning::to_string).collect()
    }

    #[test]
    fn the_spelling_of_sign_ins_that_only_the_guide_has_is_warned_of() {
        let warning = "`detail-type[0]` names `AWS Console Signin via CloudTrail`, which AWS documents and never sends: \
                       it sends `AWS Console Sign In via CloudTrail`";
        assert_eq!(warnings(DOCUMENTED), [warning]);
        let in_branch = format!(r#"{{"$or":[{DOCUMENTED},{{"source":["aws.iam"]}}]}}"#);
        assert_eq!(warnings(&in_branch), [warning]);
        assert!(warnings(BOTH).is_empty());
        assert!(warnings(r#"{"detail":{"detail-type":["AWS Console Signin via CloudTrail"]}}"#).is_empty());
    }

    #[test]
    fn a_warning_is_a_sentence_about_a_path_or_the_pattern() {
        let pattern = format!(r#"{{"a":["{}"]}}"#, "x".repeat(2_100));
        let sentence =
            "the pattern is 2110 characters long: EventBridge takes 2048 unless the quota is raised";
        assert_eq!(warnings(&pattern), [sentence]);
    }

    #[test]
    fn either_spelling_of_sign_ins_can_be_made_to_stand_for_both() {
        let widened = |text: &str| {
            let mut pattern = EventPattern::parse(text).unwrap();
            pattern.accept_both_sign_in_spellings();
            assert!(pattern.warnings().is_empty());
            pattern.to_json()
        };
        assert_eq!(widened(DOCUMENTED), BOTH);
        assert_eq!(widened(BOTH), BOTH);
        let other =
            r#"{"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":["CreateUser"]}}"#;
        assert_eq!(widened(other), other);
        let observed = r#"{"$or":[{"detail-type":["AWS Console Sign In via CloudTrail"]},{"source":["x"]}]}"#;
        assert!(widened(observed).contains("Signin"));
    }
}
