//! Requests and answers of calls in the shapes in which CloudTrail writes them.
//!
//! Most calls are written flat and in lower camel case. EC2 writes lists as `{"items":[…]}`; its newer calls wrap the request
//! (`{"CreateNatGatewayRequest":{…}}`), write names in upper camel case, and lists of one as a bare object.

use serde_json::{Map, Value};

/// How deep an answer is searched for a name.
const DEEPEST: usize = 4;

/// The request and the answer of one call.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) asked: Map<String, Value>,
    answered: Value,
    /// The instances that a Spot interruption took.
    pub(super) evicted: Vec<String>,
}

impl Request {
    /// Reads the members of a record; what is not there is empty.
    pub(super) fn read(record: &[u8]) -> Self {
        #[derive(Default, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Record {
            request_parameters: Value,
            response_elements: Value,
            service_event_details: Value,
        }
        // A record that matched is sound JSON; one with these members given twice says nothing for certain.
        let record: Record = serde_json::from_slice(record).unwrap_or_default();
        let evicted = record.service_event_details.get("instanceIdSet").and_then(Value::as_array);
        let evicted = evicted.into_iter().flatten().filter_map(|id| text(Some(id))).collect();
        Self { asked: unwrapped(record.request_parameters), answered: record.response_elements, evicted }
    }

    /// Tells whether CloudTrail left the request out because of its size.
    pub(super) fn is_omitted(&self) -> bool {
        text(self.asked.get("omitted")).as_deref() == Some("true")
    }

    /// Returns a member of the request as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text(member(&self.asked, name))
    }

    /// Returns what stands at a name anywhere in the answer.
    pub(super) fn answer(&self, name: &str) -> Option<&Value> {
        search(&self.answered, name, DEEPEST)
    }

    /// Returns the first of these names that the request, or else the answer, has.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name).or_else(|| text(self.answer(name))))
    }
}

fn unwrapped(request: Value) -> Map<String, Value> {
    let Value::Object(mut members) = request else { return Map::new() };
    let wrapper = members.iter().find(|(name, value)| name.ends_with("Request") && value.is_object());
    let wrapper = wrapper.map(|(name, _)| name.clone()).filter(|_| members.len() == 1);
    match wrapper.and_then(|name| members.remove(&name)) {
        Some(Value::Object(inner)) => inner,
        _ => members,
    }
}

/// Returns a member by its name in lower camel case, also when it is written in upper.
pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).or_else(|| {
        let (first, rest) = name.split_at_checked(1)?;
        members.get(&format!("{}{rest}", first.to_ascii_uppercase()))
    })
}

/// Returns a value as text when it is no list, no object, nothing empty.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Returns the objects of a list in any of its shapes; of an empty or missing one, none.
pub(super) fn objects(list: Option<&Value>) -> Vec<&Map<String, Value>> {
    match list {
        Some(Value::Array(elements)) => elements.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(members)) => match members.get("items").or_else(|| members.get("item")) {
            Some(inner) => objects(Some(inner)),
            None if members.is_empty() => Vec::new(),
            None => vec![members],
        },
        _ => Vec::new(),
    }
}

fn search<'a>(value: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
    let members = value.as_object()?;
    member(members, name).or_else(|| {
        let below = depth.checked_sub(1)?;
        members.values().find_map(|value| search(value, name, below))
    })
}
