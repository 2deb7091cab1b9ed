//! Requests and answers of calls in the shapes in which CloudTrail writes them.
//!
//! Most calls are written flat and in lower camel case. EC2 writes lists as `{"items":[…]}`; its newer calls wrap the request
//! (`{"CreateNatGatewayRequest":{…}}`), write names in upper camel case, and lists of one as a bare object.

mod value;

pub(super) use value::{Members, Value};

use serde_json::value::RawValue;
use std::cell::OnceCell;

/// How deep an answer is searched for a name.
const DEEPEST: usize = 4;

/// The request and the answer of one call.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) asked: Members<'a>,
    /// Answers are long, and not always looked at.
    written_answer: Option<&'a RawValue>,
    answered: OnceCell<Value<'a>>,
    /// The instances that a Spot interruption took.
    pub(super) evicted: Vec<String>,
}

impl<'a> Request<'a> {
    /// Reads the members of a record; what is not there is empty.
    pub(super) fn read(record: &'a [u8]) -> Self {
        #[derive(Default, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Record<'a> {
            #[serde(borrow)]
            request_parameters: Value<'a>,
            response_elements: Option<&'a RawValue>,
            service_event_details: Value<'a>,
        }
        // A record that matched is sound JSON; one with these members given twice says nothing for certain.
        let record: Record<'_> = serde_json::from_slice(record).unwrap_or_default();
        let evicted =
            record.service_event_details.as_members().and_then(|details| details.get("instanceIdSet"));
        let evicted = evicted.and_then(Value::as_list);
        let evicted = evicted.into_iter().flatten().filter_map(|id| text(Some(id))).collect();
        Self {
            asked: unwrapped(record.request_parameters),
            written_answer: record.response_elements,
            answered: OnceCell::new(),
            evicted,
        }
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
    pub(super) fn answer(&self, name: &str) -> Option<&Value<'a>> {
        // It is part of a record that is sound JSON.
        let read = || self.written_answer.and_then(|text| serde_json::from_str(text.get()).ok());
        search(self.answered.get_or_init(|| read().unwrap_or_default()), name, DEEPEST)
    }

    /// Returns the first of these names that the request, or else the answer, has.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name).or_else(|| text(self.answer(name))))
    }
}

fn unwrapped(request: Value<'_>) -> Members<'_> {
    let Value::Members(members) = request else { return Members::default() };
    let is_wrapper =
        |(name, value): (&str, &Value<'_>)| name.ends_with("Request") && value.as_members().is_some();
    if members.iter().len() != 1 || !members.iter().all(is_wrapper) {
        return members;
    }
    match members.into_only() {
        Ok((_, Value::Members(inner))) => inner,
        Ok((name, other)) => vec![(name, other)].into(),
        Err(members) => members,
    }
}

/// Returns a member by its name in lower camel case, also when it is written in upper.
pub(super) fn member<'m, 'a>(members: &'m Members<'a>, name: &str) -> Option<&'m Value<'a>> {
    members.get(name).or_else(|| {
        let (first, rest) = name.split_at_checked(1)?;
        members.get(&format!("{}{rest}", first.to_ascii_uppercase()))
    })
}

/// Returns a value as text when it is no list, no object, nothing empty.
pub(super) fn text(value: Option<&Value<'_>>) -> Option<String> {
    match value? {
        Value::Text(text) if !text.is_empty() => Some(text.clone().into_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Returns the objects of a list in any of its shapes; of an empty or missing one, none.
pub(super) fn objects<'m, 'a>(list: Option<&'m Value<'a>>) -> Vec<&'m Members<'a>> {
    match list {
        Some(Value::List(elements)) => elements.iter().filter_map(Value::as_members).collect(),
        Some(Value::Members(members)) => match members.get("items").or_else(|| members.get("item")) {
            Some(inner) => objects(Some(inner)),
            None if members.is_empty() => Vec::new(),
            None => vec![members],
        },
        _ => Vec::new(),
    }
}

fn search<'m, 'a>(value: &'m Value<'a>, name: &str, depth: usize) -> Option<&'m Value<'a>> {
    let members = value.as_members()?;
    member(members, name).or_else(|| {
        let below = depth.checked_sub(1)?;
        members.iter().find_map(|(_, value)| search(value, name, below))
    })
}
