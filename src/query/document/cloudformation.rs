//! Rules in CloudFormation and SAM templates. YAML templates come here as JSON, short tags written out.

use super::{Members, Rule, first_string, given, intrinsic, location, members, string};
use crate::language::Language;
use crate::query::Reason;
use serde_json::value::RawValue;

/// Resource types whose `Events` SAM turns into rules.
const SAM: [&str; 2] = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];

/// Takes the rules out of a template; `None` for anything else.
pub(super) fn read(document: &RawValue) -> Option<Vec<Rule>> {
    let members = members(document)?;
    let resources = super::members(members.get("Resources")?)?;
    let typed: Vec<(&String, Option<String>, Members<'_>)> = resources
        .iter()
        .filter_map(|(id, resource)| {
            let resource = super::members(resource)?;
            Some((id, first_string(&resource, &["Type"]), resource))
        })
        .collect();
    let is_template = first_string(&members, &["AWSTemplateFormatVersion"]).is_some();
    if !is_template && typed.iter().all(|(_, kind, _)| kind.is_none()) {
        return None;
    }
    let mut rules = loops(&resources);
    for (id, kind, resource) in &typed {
        let properties = resource.get("Properties").and_then(|it| super::members(it)).unwrap_or_default();
        match kind.as_deref() {
            Some("AWS::Events::Rule") => rules.push(rule(id, &properties)),
            Some("AWS::Logs::MetricFilter") => rules.push(filter(id, &properties)),
            Some(kind) if SAM.contains(&kind) => rules.extend(sam_rules(id, &properties)),
            _ => {}
        }
    }
    Some(rules)
}

/// Names the loops that make rules: their bodies are templates of templates.
fn loops(resources: &Members<'_>) -> Vec<Rule> {
    let loops = resources
        .iter()
        .filter(|(id, body)| id.starts_with("Fn::ForEach::") && body.get().contains("AWS::Events::Rule"));
    loops.map(|(id, _)| made(id, &Members::new(), Err(Reason::Loop))).collect()
}

fn rule(logical_id: &str, properties: &Members<'_>) -> Rule {
    let name = properties.get("Name").and_then(|it| string(it)).filter(|name| !name.is_empty());
    let pattern = pattern(properties, "EventPattern");
    made(name.as_deref().unwrap_or(logical_id), properties, pattern)
}

fn filter(logical_id: &str, properties: &Members<'_>) -> Rule {
    let name = first_string(properties, &["FilterName"]);
    let pattern = match properties.get("FilterPattern") {
        Some(pattern) => intrinsic::resolve(pattern.get()),
        None => Err(Reason::NoPattern),
    };
    let rule = made(name.as_deref().unwrap_or(logical_id), properties, pattern);
    Rule { language: Language::MetricFilter, ..rule }
}

/// Returns the rules that SAM makes for a function's or state machine's events, under the logical ids that SAM gives
/// them: the resource's and the event's together.
fn sam_rules(resource: &str, properties: &Members<'_>) -> Vec<Rule> {
    let events = properties.get("Events").and_then(|it| members(it)).unwrap_or_default();
    let mut rules = Vec::new();
    for (id, event) in &events {
        let event = members(event).unwrap_or_default();
        let kind = first_string(&event, &["Type"]);
        if !matches!(kind.as_deref(), Some("EventBridgeRule" | "CloudWatchEvent")) {
            continue;
        }
        let properties = event.get("Properties").and_then(|it| members(it)).unwrap_or_default();
        let name = properties.get("RuleName").and_then(|it| string(it));
        let name = name.unwrap_or_else(|| format!("{resource}{id}"));
        rules.push(made(&name, &properties, pattern(&properties, "Pattern")));
    }
    rules
}

fn pattern(properties: &Members<'_>, property: &str) -> Result<String, Reason> {
    match given(properties, property) {
        Some(pattern) => intrinsic::resolve(pattern.get()),
        None if given(properties, "ScheduleExpression").is_some() => Err(Reason::Schedule),
        None => Err(Reason::NoPattern),
    }
}

fn made(name: &str, properties: &Members<'_>, pattern: Result<String, Reason>) -> Rule {
    let description = first_string(properties, &["Description"]).unwrap_or_default();
    let (name, language) = (name.to_owned(), Language::EventPattern);
    let location = location(properties, ["Arn", "EventBusName", "State"]);
    Rule { name, qualifier: None, description, location, language, alarm: None, pattern }
}

#[cfg(test)]
mod tests {
    use super::super::{told, yaml};

    fn short(text: &str) -> Vec<(String, String)> {
        told(text).unwrap().into_iter().map(|(name, _, pattern)| (name, pattern)).collect()
    }

    fn pair(name: &str, pattern: &str) -> (String, String) {
        (name.to_owned(), pattern.to_owned())
    }

    const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Watched: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Sub "${AWS::StackName}-alarms"}
  KeysMade:
    Type: AWS::Events::Rule
    Properties:
      Name: !Sub "${AWS::StackName}-keys"
      EventPattern:
        source: [aws.iam]
        detail:
          eventName: [!Sub CreateAccessKey]
      Targets: [{Arn: !GetAtt Topic.TopicArn, Id: !Join ["-", [a, b]]}]
  Named:
    Type: AWS::Events::Rule
    Properties:
      Name: trail-changed
      EventPattern: '{"detail":{"eventName":["StopLogging"]}}'
  Watch:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {detail: {userIdentity: {arn: [!Ref Watched]}}}
  Nightly:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 day)}
"#;

    #[test]
    fn the_rules_of_a_yaml_template_load_and_the_unresolved_is_named() {
        assert_eq!(
            short(&yaml::to_json(TEMPLATE).unwrap()),
            [
                pair("KeysMade", r#"{"detail":{"eventName":["CreateAccessKey"]},"source":["aws.iam"]}"#),
                pair("trail-changed", r#"{"detail":{"eventName":["StopLogging"]}}"#),
                pair("Nightly", "unusable: it has a schedule and no event pattern"),
                pair(
                    "Watch",
                    "unusable: `Ref` at `detail.userIdentity.arn[0]` can be resolved only by a deployment"
                ),
            ]
        );
    }

    #[test]
    fn metric_filters_of_a_template_are_rules() {
        let text = r#"{"Resources":{
            "Root":{"Type":"AWS::Logs::MetricFilter","Properties":{"FilterPattern":"{ $.a = Root }","LogGroupName":"t"}},
            "Named":{"Type":"AWS::Logs::MetricFilter","Properties":{"FilterName":"keys","FilterPattern":""}},
            "Late":{"Type":"AWS::Logs::MetricFilter","Properties":{"FilterPattern":{"Ref":"Watched"}}}
        }}"#;
        assert_eq!(
            short(text),
            [
                pair("Late", "unusable: `Ref` at `pattern` can be resolved only by a deployment"),
                pair("keys", ""),
                pair("Root", "{ $.a = Root }"),
            ]
        );
    }

    #[test]
    fn a_json_template_keeps_the_spelling_of_its_patterns() {
        let text =
            r#"{"Resources":{"R":{"Type":"AWS::Events::Rule","Properties":{"EventPattern":{"n":[1.0]}}}}}"#;
        assert_eq!(short(text), [pair("R", r#"{"n":[1.0]}"#)]);
    }

    #[test]
    fn events_of_serverless_functions_are_rules() {
        let text = r#"{"Resources":{"Alert":{"Type":"AWS::Serverless::Function","Properties":{"Events":{
            "Api":{"Type":"Api","Properties":{}},
            "Old":{"Type":"CloudWatchEvent","Properties":{"Pattern":{"source":["aws.iam"]}}},
            "New":{"Type":"EventBridgeRule","Properties":{"RuleName":"watch","Pattern":{"source":["aws.ec2"]}}}
        }}}}}"#;
        assert_eq!(
            short(text),
            [pair("watch", r#"{"source":["aws.ec2"]}"#), pair("AlertOld", r#"{"source":["aws.iam"]}"#)]
        );
    }

    #[test]
    fn a_template_without_rules_is_an_empty_document_and_a_loop_is_named() {
        assert!(short(r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}"#).is_empty());
        let looped = r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"Fn::ForEach::Rules":
            ["Name",["a"],{"Rule${Name}":{"Type":"AWS::Events::Rule"}}]}}"#;
        assert_eq!(short(looped), [pair("Fn::ForEach::Rules", "unusable: `Fn::ForEach` is not expanded")]);
    }
}
