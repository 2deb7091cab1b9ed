//! Rules as entries: what `aws events describe-rule` and `list-rules` and `aws logs describe-metric-filters` answer, what
//! `put-rule` takes, and lists of names with patterns that people keep.

use super::{Members, Rule, elements, first_string, given, location, members, pattern_text, string};
use crate::delivery::Location;
use crate::language::Language;
use crate::query::Reason;
use serde_json::value::RawValue;

/// How entries call their name, the most telling first.
const NAMES: [&str; 6] = ["Name", "name", "RuleName", "Id", "id", "filterName"];
/// How entries call their pattern.
const PATTERNS: [&str; 4] = ["EventPattern", "event_pattern", "Pattern", "pattern"];
/// How entries call the pattern of a metric filter.
const FILTER: &str = "filterPattern";
/// How objects call a list of entries.
const LISTS: [&str; 5] = ["Rules", "rules", "metricFilters", "queries", "patterns"];

/// Takes the rules out of a list or a single entry; `None` for anything else.
pub(super) fn read(document: &RawValue, stem: &str) -> Option<Vec<Rule>> {
    if let Some(entries) = elements(document) {
        return list(&entries);
    }
    let members = members(document)?;
    if is_entry(&members) {
        return Some(vec![rule(&members, stem)]);
    }
    LISTS.iter().find_map(|name| list(&elements(members.get(*name)?)?))
}

/// Reads the entries of a list that has at least one, or none at all.
fn list(entries: &[&RawValue]) -> Option<Vec<Rule>> {
    let read: Vec<Option<Members<'_>>> =
        entries.iter().map(|entry| members(entry).filter(is_entry)).collect();
    if !entries.is_empty() && read.iter().all(Option::is_none) {
        return None;
    }
    let rules = read.into_iter().enumerate().map(|(place, entry)| {
        let fallback = format!("entry {}", place + 1);
        match entry {
            Some(members) => rule(&members, &fallback),
            None => Rule {
                name: fallback,
                qualifier: None,
                description: String::new(),
                location: Location::default(),
                language: Language::EventPattern,
                alarm: None,
                pattern: Err(Reason::NotARule),
            },
        }
    });
    Some(rules.collect())
}

/// Tells whether an object is a rule: it has a name and something to fire on, or a pattern as text. None of this can
/// stand in an event pattern, where strings stand in arrays only.
fn is_entry(members: &Members<'_>) -> bool {
    let is_string = |name: &&str| members.get(*name).is_some_and(|value| string(value).is_some());
    let is_named = NAMES.iter().any(is_string) || is_string(&"Arn");
    let has_trigger =
        PATTERNS.iter().chain(&[FILTER, "ScheduleExpression"]).any(|name| members.contains_key(*name));
    (is_named && has_trigger) || PATTERNS.iter().chain(&[FILTER]).any(is_string)
}

fn rule(members: &Members<'_>, fallback: &str) -> Rule {
    let arn = first_string(members, &["Arn"]);
    let name = first_string(members, &NAMES)
        .or_else(|| arn.as_deref().and_then(name_in_arn).map(str::to_owned))
        .unwrap_or_else(|| fallback.to_owned());
    let qualifier = first_string(members, &["file", "logGroupName"]);
    let qualifier = qualifier.or_else(|| arn.as_deref().and_then(place_in_arn));
    let description = first_string(members, &["Description", "description"]).unwrap_or_default();
    // One that takes everything has an empty pattern.
    if let Some(filter) = members.get(FILTER).and_then(|filter| string(filter)) {
        return Rule {
            name,
            qualifier,
            description,
            location: Location::default(),
            language: Language::MetricFilter,
            alarm: None,
            pattern: Ok(filter),
        };
    }
    let pattern = match PATTERNS.iter().find_map(|name| given(members, name)) {
        Some(pattern) => Ok(pattern_text(pattern)),
        None if given(members, "ScheduleExpression").is_some() => Err(Reason::Schedule),
        None => Err(Reason::NoPattern),
    };
    let location = location(members, ["Arn", "EventBusName", "State"]);
    Rule { name, qualifier, description, location, language: Language::EventPattern, alarm: None, pattern }
}

/// Returns the rule's name: what follows the last slash of `arn:aws:events:REGION:ACCOUNT:rule/[BUS/]NAME`.
fn name_in_arn(arn: &str) -> Option<&str> {
    arn.rsplit_once('/').map(|(_, name)| name)
}

/// Returns `ACCOUNT/REGION` of a rule's ARN, and the bus when it is not the default one.
fn place_in_arn(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':').skip(3);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let resource = resource.strip_prefix("rule/")?;
    // A partner bus has slashes in its name (`aws.partner/example.com/123`), a rule has none.
    Some(match resource.rsplit_once('/') {
        Some((bus, _)) => format!("{account}/{region}/{bus}"),
        None => format!("{account}/{region}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_described_rule_is_named_and_placed_by_its_arn() {
        let text = r#"{
            "Name": "root-used",
            "Arn": "arn:aws:events:eu-west-1:111122223333:rule/root-used",
            "EventPattern": "{\"detail\":{\"userIdentity\":{\"type\":[\"Root\"]}}}",
            "State": "ENABLED", "EventBusName": "default"
        }"#;
        let pattern = r#"{"detail":{"userIdentity":{"type":["Root"]}}}"#;
        let place = Some("111122223333/eu-west-1".to_owned());
        assert_eq!(told(text).unwrap(), [("root-used".to_owned(), place, pattern.to_owned())]);
    }

    #[test]
    fn a_bus_of_ones_own_is_part_of_the_place() {
        let arn = "arn:aws:events:eu-west-1:111122223333:rule/audit/root-used";
        assert_eq!(place_in_arn(arn).unwrap(), "111122223333/eu-west-1/audit");
        assert_eq!(name_in_arn(arn), Some("root-used"));
        assert_eq!(place_in_arn("root-used"), None);
    }

    #[test]
    fn listed_rules_without_pattern_are_named_with_the_reason() {
        let text = r#"{"Rules":[
            {"Name":"nightly","ScheduleExpression":"rate(1 day)"},
            {"Name":"watch","EventPattern":"{\"source\":[\"aws.iam\"]}"},
            {"Name":"broken","EventPattern":null},
            "noise"
        ]}"#;
        let told = told(text).unwrap();
        let short: Vec<(&str, &str)> = told.iter().map(|it| (it.0.as_str(), it.2.as_str())).collect();
        assert_eq!(
            short,
            [
                ("nightly", "unusable: it has a schedule and no event pattern"),
                ("watch", r#"{"source":["aws.iam"]}"#),
                ("broken", "unusable: it has no event pattern"),
                ("entry 4", "unusable: it is not a rule with a name and an event pattern"),
            ]
        );
    }

    #[test]
    fn described_metric_filters_are_named_and_placed_by_their_log_group() {
        let text = r#"{"metricFilters":[
            {"filterName":"root","filterPattern":"{ $.userIdentity.type = Root }","logGroupName":"trail",
             "metricTransformations":[{"metricName":"n","metricNamespace":"s","metricValue":"1"}]},
            {"filterName":"all","filterPattern":"","logGroupName":"trail"}
        ]}"#;
        let place = Some("trail".to_owned());
        let root = "{ $.userIdentity.type = Root }".to_owned();
        assert_eq!(
            told(text).unwrap(),
            [("root".to_owned(), place.clone(), root), ("all".to_owned(), place, String::new())]
        );
    }

    #[test]
    fn a_list_takes_patterns_as_objects_or_texts_and_keeps_their_spelling() {
        let text = r#"[
            {"name":"a","file":"one.yml","pattern":{"n":[1.0]}},
            {"id":"b","EventPattern":"{\"n\":[ 1e0 ]}"}
        ]"#;
        assert_eq!(
            told(text).unwrap(),
            [
                ("a".to_owned(), Some("one.yml".to_owned()), r#"{"n":[1.0]}"#.to_owned()),
                ("b".to_owned(), None, r#"{"n":[ 1e0 ]}"#.to_owned()),
            ]
        );
    }

    #[test]
    fn a_rule_without_any_name_takes_the_files() {
        assert_eq!(told(r#"{"EventPattern":"{}"}"#).unwrap()[0].0, "stem");
    }

    #[test]
    fn an_answer_without_rules_is_an_empty_document() {
        assert!(told(r#"{"Rules":[]}"#).unwrap().is_empty());
    }
}
