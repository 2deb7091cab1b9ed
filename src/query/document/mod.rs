//! Documents that hold rules: answers of the AWS command line, CloudFormation templates, Terraform plans and states,
//! and plain lists. Takes the rules out of them; what their patterns mean is left to the pattern language.
//!
//! An event pattern is JSON too and may have fields called `Resources` or `values`. Its leaves are arrays, though, so a
//! string at the right place tells a document from a pattern.

mod alarms;
mod cloudformation;
mod intrinsic;
mod listing;
mod terraform;
pub(super) mod yaml;

use super::Reason;
use crate::alarm::Alarm;
use crate::delivery::Location;
use crate::json::scan;
use crate::language::Language;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A rule as its document describes it.
#[derive(Debug)]
pub(super) struct Rule {
    /// Its own name, or what the document calls it.
    pub name: String,
    /// What tells it from a rule of the same name: file, account and region, module.
    pub qualifier: Option<String>,
    /// What its author says about it, or nothing.
    pub description: String,
    /// Where it lives, as far as the document says.
    pub location: Location,
    /// The language of its pattern.
    pub language: Language,
    /// The alarm on the metric of a metric filter.
    pub alarm: Option<Alarm>,
    /// The text of its pattern, or why there is none.
    pub pattern: Result<String, Reason>,
}

/// Takes the rules out of a JSON document. Returns `None` when it is of no known kind and so perhaps a pattern. `stem`
/// names a rule that has no name.
pub(super) fn rules(document: &RawValue, stem: &str) -> Option<Vec<Rule>> {
    // Modules in modules are read one inside the other; what is nested deeper than this the pattern language refuses.
    if scan::skip_value(document.get().as_bytes(), 0).is_err() {
        return None;
    }
    if let Some(rules) = listing::read(document, stem) {
        return Some(rules);
    }
    let mut rules = cloudformation::read(document).or_else(|| terraform::read(document))?;
    alarms::attach(document.get(), &mut rules);
    Some(rules)
}

/// The members of an object, still as text: a pattern must keep the spelling of its numbers.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Returns the members of an object, `None` for any other value.
fn members(value: &RawValue) -> Option<Members<'_>> {
    // The text has been checked: the only thing that can be wrong is the kind of value.
    serde_json::from_str(value.get()).ok()
}

/// Returns the elements of an array, `None` for any other value.
fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    // As in `members`: only the kind of value can be wrong.
    serde_json::from_str(value.get()).ok()
}

/// Returns what a string stands for, `None` for any other value (and for a lone surrogate, which names nothing).
fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Returns the first of the named members that is a string with something in it.
fn first_string(members: &Members<'_>, names: &[&str]) -> Option<String> {
    let strings = names.iter().filter_map(|name| members.get(*name).and_then(|value| string(value)));
    strings.into_iter().find(|text| !text.is_empty())
}

/// Returns a member's text unless it is `null` or an empty string: what tools write for "not set".
fn given<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    let value = *members.get(name)?;
    (!matches!(value.get(), "null" | "\"\"")).then_some(value)
}

/// Returns where a rule lives by its ARN, its bus and its state, each under the given names of members. Words that are no
/// state (`!Ref State`, say) and texts that only a deployment resolves tell nothing.
fn location(members: &Members<'_>, [arn, bus, state]: [&str; 3]) -> Location {
    let text = |name: &str| first_string(members, &[name]).filter(|text| !text.contains("${"));
    let mut location = text(bus).map_or_else(Location::default, |bus| Location::of_bus(&bus));
    if let Some(arn) = text(arn) {
        location.overlay(&Location::of_rule_arn(&arn));
    }
    location.state = text(state).and_then(|state| state.parse().ok());
    location
}

/// Returns the text of a pattern that is given as an object or as a string that holds the text.
fn pattern_text(value: &RawValue) -> String {
    string(value).unwrap_or_else(|| value.get().to_owned())
}

/// Parses a document of a test and takes the rules out of it: name, qualifier, and pattern or reason.
#[cfg(test)]
fn told(text: &str) -> Option<Vec<(String, Option<String>, String)>> {
    let document: &RawValue = serde_json::from_str(text).unwrap();
    let tell = |rule: Rule| {
        (rule.name, rule.qualifier, rule.pattern.unwrap_or_else(|reason| format!("unusable: {reason}")))
    };
    Some(rules(document, "stem")?.into_iter().map(tell).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_with_the_field_names_of_documents_stay_patterns() {
        for pattern in [
            r#"{"Rules":["x"]}"#,
            r#"{"Rules":[{"prefix":"x"}]}"#,
            r#"{"Resources":{"Type":["x"]}}"#,
            r#"{"Resources":{"A":{"Type":["AWS::Events::Rule"]}}}"#,
            r#"{"values":{"root_module":{"resources":["x"]}}}"#,
            r#"{"planned_values":{"root_module":{"resources":[{"prefix":"x"}]}}}"#,
            r#"{"Name":["x"],"EventPattern":["y"]}"#,
            r#"{"name":["x"],"pattern":{"a":["y"]}}"#,
            r#"{"patterns":[{"exists":true}]}"#,
        ] {
            assert!(told(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn a_document_nested_without_end_is_left_to_the_pattern_language() {
        let modules = |depth: usize| {
            format!(
                r#"{{"format_version":"1.2","values":{{"root_module":{}{}}}}}"#,
                r#"{"child_modules":["#.repeat(depth),
                "]}".repeat(depth)
            )
        };
        assert!(told(&modules(100)).is_some());
        assert!(told(&modules(100_000)).is_none());
    }

    #[test]
    fn an_event_given_by_mistake_is_no_document() {
        assert!(told(r#"{"id":"1","detail-type":"x","source":"aws.iam","detail":{"a":"b"}}"#).is_none());
        assert!(told(r#"{"Records":[{"eventName":"x"}]}"#).is_none());
    }
}
