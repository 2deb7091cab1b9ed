//! Rules in what `terraform show -json` writes about a plan or a state.

use super::{Members, Rule, elements, first_string, given, location, members, pattern_text, string};
use crate::delivery::{Location, State};
use crate::language::Language;
use crate::query::Reason;
use serde_json::value::RawValue;

/// The resource type of EventBridge rules.
const RULE: &str = "aws_cloudwatch_event_rule";

/// The resource type of metric filters.
const FILTER: &str = "aws_cloudwatch_log_metric_filter";

/// Takes the rules out of a plan or a state; `None` for anything else.
pub(super) fn read(document: &RawValue) -> Option<Vec<Rule>> {
    let members = members(document)?;
    // A plan has both: what there will be, and (in `prior_state`) what there was.
    let values = ["planned_values", "values"].iter().find_map(|name| members.get(*name))?;
    let root = super::members(super::members(values)?.get("root_module")?)?;
    // Every `format_version` that Terraform ever wrote is a string; in a pattern it would be an array.
    if first_string(&members, &["format_version"]).is_none() && !is_module(&root) {
        return None;
    }
    let mut rules = Vec::new();
    read_module(&root, &mut rules);
    Some(rules)
}

/// Tells whether an object is a module: what it holds has an address, as text.
fn is_module(module: &Members<'_>) -> bool {
    let parts = ["resources", "child_modules"].iter().filter_map(|name| elements(module.get(*name)?));
    parts.flatten().filter_map(members).any(|part| first_string(&part, &["address"]).is_some())
}

fn read_module(module: &Members<'_>, rules: &mut Vec<Rule>) {
    let address = first_string(module, &["address"]);
    for resource in module.get("resources").and_then(|it| elements(it)).unwrap_or_default() {
        let Some(resource) = members(resource) else { continue };
        match first_string(&resource, &["type"]).as_deref() {
            Some(RULE) => rules.push(rule(&resource, address.clone())),
            Some(FILTER) => rules.push(filter(&resource, address.clone())),
            _ => {}
        }
    }
    for child in module.get("child_modules").and_then(|it| elements(it)).unwrap_or_default() {
        if let Some(child) = members(child) {
            read_module(&child, rules);
        }
    }
}

/// Returns what a resource says about itself, and its name.
fn named<'a>(resource: &Members<'a>) -> (Members<'a>, String) {
    let values = resource.get("values").and_then(|it| members(it)).unwrap_or_default();
    let name = first_string(&values, &["name"]).or_else(|| first_string(resource, &["address", "name"]));
    (values, name.unwrap_or_else(|| RULE.to_owned()))
}

fn filter(resource: &Members<'_>, module: Option<String>) -> Rule {
    let (values, name) = named(resource);
    let pattern = values.get("pattern").and_then(|pattern| string(pattern));
    Rule {
        name,
        qualifier: module.or_else(|| first_string(&values, &["log_group_name"])),
        description: String::new(),
        location: Location::default(),
        language: Language::MetricFilter,
        alarm: None,
        pattern: pattern.ok_or(Reason::UnknownUntilApplied),
    }
}

fn rule(resource: &Members<'_>, module: Option<String>) -> Rule {
    let (values, name) = named(resource);
    let pattern = match given(&values, "event_pattern") {
        Some(pattern) => Ok(pattern_text(pattern)),
        None if given(&values, "schedule_expression").is_some() => Err(Reason::Schedule),
        // A rule must have one of the two, so this one's pattern is among the values that the plan cannot tell yet.
        None => Err(Reason::UnknownUntilApplied),
    };
    let description = first_string(&values, &["description"]).unwrap_or_default();
    let mut location = location(&values, ["arn", "event_bus_name", "state"]);
    // What `state` took the place of.
    if location.state.is_none() && values.get("is_enabled").is_some_and(|enabled| enabled.get() == "false") {
        location.state = Some(State::Disabled);
    }
    Rule {
        name,
        qualifier: module,
        description,
        location,
        language: Language::EventPattern,
        alarm: None,
        pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::super::told;

    const PLAN: &str = r#"{
        "format_version": "1.2",
        "planned_values": {"root_module": {
            "resources": [
                {"address":"aws_cloudwatch_event_rule.root","type":"aws_cloudwatch_event_rule",
                 "values":{"name":"root-used","event_pattern":"{\"source\":[\"aws.signin\"]}","schedule_expression":null}},
                {"address":"aws_s3_bucket.logs","type":"aws_s3_bucket","values":{"name":"logs"}}
            ],
            "child_modules": [{"address":"module.audit","resources":[
                {"address":"module.audit.aws_cloudwatch_event_rule.late","type":"aws_cloudwatch_event_rule","values":{"name":null}},
                {"address":"module.audit.aws_cloudwatch_event_rule.cron","type":"aws_cloudwatch_event_rule",
                 "values":{"name":"nightly","event_pattern":"","schedule_expression":"rate(1 day)"}}
            ],
            "child_modules": [{"address":"module.audit.module.deep[0]","resources":[
                {"address":"x","type":"aws_cloudwatch_event_rule","values":{"name":"root-used","event_pattern":"{}"}}
            ]}]}]
        }},
        "prior_state": {"values": {"root_module": {}}}
    }"#;

    #[test]
    fn the_rules_of_a_plan_come_from_all_its_modules() {
        let told = told(PLAN).unwrap();
        let short: Vec<(&str, Option<&str>, &str)> =
            told.iter().map(|it| (it.0.as_str(), it.1.as_deref(), it.2.as_str())).collect();
        let late = "module.audit.aws_cloudwatch_event_rule.late";
        assert_eq!(
            short,
            [
                ("root-used", None, r#"{"source":["aws.signin"]}"#),
                (late, Some("module.audit"), "unusable: its pattern is known only after `terraform apply`"),
                ("nightly", Some("module.audit"), "unusable: it has a schedule and no event pattern"),
                ("root-used", Some("module.audit.module.deep[0]"), "{}"),
            ]
        );
    }

    #[test]
    fn metric_filters_are_rules() {
        let state = r#"{"format_version":"1.0","values":{"root_module":{"resources":[
            {"address":"a.b","type":"aws_cloudwatch_log_metric_filter",
             "values":{"name":"root","pattern":"{ $.a = Root }","log_group_name":"trail"}},
            {"address":"a.c","type":"aws_cloudwatch_log_metric_filter","values":{"name":"late"}}]}}}"#;
        let late = "unusable: its pattern is known only after `terraform apply`".to_owned();
        assert_eq!(
            told(state).unwrap(),
            [
                ("root".to_owned(), Some("trail".to_owned()), "{ $.a = Root }".to_owned()),
                ("late".to_owned(), None, late),
            ]
        );
    }

    #[test]
    fn a_state_is_read_like_a_plan() {
        let state = r#"{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{"resources":[
            {"address":"a.b","type":"aws_cloudwatch_event_rule","values":{"name":"x","event_pattern":"{}"}}]}}}"#;
        assert_eq!(told(state).unwrap().len(), 1);
        let bare = state.replace("\"format_version\":\"1.0\",", "");
        assert_eq!(told(&bare).unwrap().len(), 1);
    }
}
