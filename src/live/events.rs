//! EventBridge rules on every event bus of a region.

use super::Fault;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::Rule;
use aws_types::SdkConfig;
use serde_json::{Value, json};

/// Returns the rules of all buses as `aws events list-rules` prints those of one.
pub(super) async fn read(config: &SdkConfig) -> Result<Value, Fault> {
    let client = Client::new(config);
    let mut rules = Vec::new();
    for bus in buses(&client).await? {
        let mut token = None;
        loop {
            let page = client.list_rules().event_bus_name(&bus).set_next_token(token).send();
            let page = page.await.map_err(|error| Fault::of("events:ListRules", error))?;
            rules.extend(page.rules().iter().map(entry));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
    }
    Ok(json!({ "Rules": rules }))
}

async fn buses(client: &Client) -> Result<Vec<String>, Fault> {
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let page = client.list_event_buses().set_next_token(token).send();
        let page = page.await.map_err(|error| Fault::of("events:ListEventBuses", error))?;
        names.extend(page.event_buses().iter().filter_map(|bus| bus.name.clone()));
        token = page.next_token;
        if token.is_none() {
            return Ok(names);
        }
    }
}

/// Returns a rule without the members that it does not have.
fn entry(rule: &Rule) -> Value {
    let members = [
        ("Name", rule.name()),
        ("Arn", rule.arn()),
        ("EventPattern", rule.event_pattern()),
        ("State", rule.state().map(|state| state.as_str())),
        ("Description", rule.description()),
        ("ScheduleExpression", rule.schedule_expression()),
        ("ManagedBy", rule.managed_by()),
        ("EventBusName", rule.event_bus_name()),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect()
}
