//! Alarms on metric filters, beside them in CloudFormation templates and Terraform plans: which filter one belongs to says
//! the metric's name.

use super::{Rule, intrinsic};
use crate::alarm::{Alarm, Definition, Table};
use crate::delivery::Location;
use crate::language::Language;
use crate::query::Reason;
use serde_json::{Map, Value};

/// How the two kinds of documents call things.
struct Words {
    filter: &'static str,
    alarm: &'static str,
    /// Of a filter, the first that is there; else the name of the resource.
    filter_names: &'static [&'static str],
    alarm_names: &'static [&'static str],
    transformations: &'static str,
    /// Of a transformation: metric, name space, value, default value.
    transformed: [&'static str; 4],
    /// Of an alarm: metric, name space.
    metric: [&'static str; 2],
}

const CLOUDFORMATION: Words = Words {
    filter: "AWS::Logs::MetricFilter",
    alarm: "AWS::CloudWatch::Alarm",
    filter_names: &["FilterName"],
    alarm_names: &["AlarmName"],
    transformations: "MetricTransformations",
    transformed: ["MetricName", "MetricNamespace", "MetricValue", "DefaultValue"],
    metric: ["MetricName", "Namespace"],
};

const TERRAFORM: Words = Words {
    filter: "aws_cloudwatch_log_metric_filter",
    alarm: "aws_cloudwatch_metric_alarm",
    filter_names: &["name"],
    alarm_names: &["alarm_name"],
    transformations: "metric_transformation",
    transformed: ["name", "namespace", "value", "default_value"],
    metric: ["metric_name", "namespace"],
};

/// A resource: its own name in the document, its type, and what it says about itself.
struct Resource {
    name: String,
    kind: String,
    properties: Map<String, Value>,
}

/// The metric that a filter writes.
struct Metric {
    filter: String,
    /// Name and name space, in the words of the document.
    id: [String; 2],
    value: Option<Value>,
    default: Option<Value>,
}

/// Gives the filters among the rules their alarms. An alarm on one of their metrics that cannot be replayed becomes a rule
/// of its own that says why.
pub(super) fn attach(document: &str, rules: &mut Vec<Rule>) {
    if rules.iter().all(|rule| rule.language != Language::MetricFilter) {
        return;
    }
    // Nested too deep for a tree: its rules are refused for that, too.
    let Ok(document) = serde_json::from_str::<Value>(document) else { return };
    let (resources, words) = match document.get("Resources") {
        Some(resources) => (of_template(resources), &CLOUDFORMATION),
        None => {
            let values = document.get("planned_values").or_else(|| document.get("values"));
            let mut found = Vec::new();
            collect_modules(values.and_then(|values| values.get("root_module")), &mut found);
            (found, &TERRAFORM)
        }
    };
    let metrics: Vec<Metric> = resources
        .iter()
        .filter(|resource| resource.kind == words.filter)
        .flat_map(|resource| metrics(resource, words))
        .collect();
    for resource in resources.iter().filter(|resource| resource.kind == words.alarm) {
        let id = words.metric.map(|name| text(resource.properties.get(name)));
        for metric in metrics.iter().filter(|metric| metric.id == id) {
            put(resource, metric, words, rules);
        }
    }
}

/// Gives a filter an alarm on its metric.
fn put(resource: &Resource, metric: &Metric, words: &Words, rules: &mut Vec<Rule>) {
    let is_filter = |rule: &&mut Rule| rule.language == Language::MetricFilter && rule.name == metric.filter;
    let Some(rule) = rules.iter_mut().find(is_filter) else { return };
    let refused = match alarm(resource, metric) {
        Ok(_) if rule.alarm.is_some() => Definition::Another { filter: metric.filter.clone() },
        Ok(alarm) => {
            rule.alarm = Some(alarm);
            return;
        }
        Err(error) => error,
    };
    let named = words.alarm_names.iter().find_map(|name| resource.properties.get(*name)?.as_str());
    rules.push(Rule {
        name: named.unwrap_or(&resource.name).to_owned(),
        qualifier: None,
        description: String::new(),
        location: Location::default(),
        language: Language::MetricFilter,
        alarm: None,
        pattern: Err(Reason::Alarm(Box::new(refused))),
    });
}

fn alarm(resource: &Resource, metric: &Metric) -> Result<Alarm, Definition> {
    let mut table = Table::default();
    // Terraform writes null where nothing is set.
    for (name, value) in resource.properties.iter().filter(|(_, value)| !is_empty(value)) {
        table.set(name, value)?;
    }
    let number = |field: &str, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let refuse = |_| Definition::Value { field: field.to_owned(), value: text.clone() };
        text.parse::<f64>().map_err(refuse)
    };
    // A value out of the record (`$.size`) is no number and refused: hits are counted here, not summed up.
    table.metric_value = metric.value.as_ref().map(|value| number("MetricValue", value)).transpose()?;
    table.default_value = metric.default.as_ref().map(|value| number("DefaultValue", value)).transpose()?;
    table.try_into()
}

fn metrics(resource: &Resource, words: &Words) -> Vec<Metric> {
    let named = words.filter_names.iter().find_map(|name| resource.properties.get(*name)?.as_str());
    let filter = named.unwrap_or(&resource.name).to_owned();
    let transformations = resource.properties.get(words.transformations).and_then(Value::as_array);
    let [name, namespace, value, default] = words.transformed;
    let metric = |transformed: &Value| {
        let given = |name: &str| transformed.get(name).filter(|value| !is_empty(value)).cloned();
        Metric {
            filter: filter.clone(),
            id: [text(transformed.get(name)), text(transformed.get(namespace))],
            value: given(value),
            default: given(default),
        }
    };
    transformations.into_iter().flatten().map(metric).collect()
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

/// Returns a text, worked out where the template alone says what it is; two that only a deployment knows are the same when
/// they are written alike.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => intrinsic::resolve(&value.to_string()).unwrap_or_else(|_| value.to_string()),
        None => String::new(),
    }
}

fn of_template(resources: &Value) -> Vec<Resource> {
    let members = resources.as_object().into_iter().flatten();
    let resource = |(id, resource): (&String, &Value)| {
        Some(Resource {
            name: id.clone(),
            kind: resource.get("Type")?.as_str()?.to_owned(),
            properties: resource.get("Properties")?.as_object()?.clone(),
        })
    };
    members.filter_map(resource).collect()
}

/// Adds the resources of a module and of those below it.
fn collect_modules(module: Option<&Value>, found: &mut Vec<Resource>) {
    let Some(module) = module else { return };
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    found.extend(list("resources").filter_map(|resource| {
        Some(Resource {
            name: resource.get("address")?.as_str()?.to_owned(),
            kind: resource.get("type")?.as_str()?.to_owned(),
            properties: resource.get("values")?.as_object()?.clone(),
        })
    }));
    list("child_modules").for_each(|child| collect_modules(Some(child), found));
}

#[cfg(test)]
mod tests {
    use super::super::{rules, yaml};
    use super::*;
    use serde_json::value::RawValue;

    /// Tells rules like `denied: Sum 300 >= 2` or `loud: unusable: …`.
    fn told(text: &str) -> Vec<String> {
        let document: &RawValue = serde_json::from_str(text).unwrap();
        let line = |rule: Rule| match (rule.pattern, rule.alarm) {
            (Err(reason), _) => format!("{}: unusable: {reason}", rule.name),
            (Ok(_), Some(Alarm::Metric(alarm))) => {
                format!("{}: {:?} {} {}", rule.name, alarm.statistic, alarm.period, alarm.threshold)
            }
            (Ok(_), _) => format!("{}: no alarm", rule.name),
        };
        rules(document, "stem").unwrap().into_iter().map(line).collect()
    }

    const TEMPLATE: &str = r#"
Resources:
  Denied:
    Type: AWS::Logs::MetricFilter
    Properties:
      FilterPattern: '{ $.errorCode = "AccessDenied*" }'
      LogGroupName: trail
      MetricTransformations:
        - {MetricName: denied, MetricNamespace: !Ref Space, MetricValue: "1"}
  Quiet:
    Type: AWS::Logs::MetricFilter
    Properties:
      FilterPattern: '{ $.eventName = "StopLogging" }'
      MetricTransformations: [{MetricName: quiet, MetricNamespace: cis, MetricValue: $.size}]
  DeniedAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: denied
      Namespace: !Ref Space
      Statistic: Sum
      Period: "600"
      EvaluationPeriods: 1
      Threshold: 2
      ComparisonOperator: GreaterThanOrEqualToThreshold
      AlarmActions: [!Ref Topic]
  SecondAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: denied, Namespace: !Ref Space, Threshold: 100, AlarmName: loud}
  Sized:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: quiet, Namespace: cis, Threshold: 1}
  Other:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: denied, Namespace: elsewhere, Threshold: 1}
"#;

    #[test]
    fn a_filter_has_the_alarm_on_its_metric_and_others_are_named() {
        assert_eq!(
            told(&yaml::to_json(TEMPLATE).unwrap()),
            [
                "Denied: Sum 600 2",
                "Quiet: no alarm",
                "loud: unusable: its alarm is not replayed: `Denied` has another one",
                "Sized: unusable: its alarm is not replayed: `MetricValue` of the alarm cannot be `$.size`",
            ]
        );
    }

    #[test]
    fn a_plan_of_terraform_is_read_alike() {
        let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{"child_modules":[{"address":"module.a","resources":[
            {"address":"module.a.f","type":"aws_cloudwatch_log_metric_filter","values":{"name":"denied","pattern":"{ $.a = 1 }",
             "metric_transformation":[{"name":"m","namespace":"n","value":"1","default_value":"0"}]}},
            {"address":"module.a.a","type":"aws_cloudwatch_metric_alarm","values":{"alarm_name":"x","metric_name":"m","namespace":"n",
             "statistic":"Sum","period":60,"evaluation_periods":1,"threshold":5,"comparison_operator":"GreaterThanThreshold",
             "extended_statistic":null,"metric_query":[],"treat_missing_data":"notBreaching"}}]}]}}}"#;
        assert_eq!(told(plan), ["denied: Sum 60 5"]);
    }
}
