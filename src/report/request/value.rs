//! JSON values that point into the text where they can: answers of calls are long, and little of them is looked at.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;

/// A value.
#[derive(Debug, Clone, Default)]
pub(in crate::report) enum Value<'a> {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Members(Members<'a>),
}

/// The members of an object, sorted by name; of equal ones the last.
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct Members<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Value<'a> {
    /// Returns the elements of a list.
    pub(in crate::report) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Returns the members of an object.
    pub(in crate::report) fn as_members(&self) -> Option<&Members<'a>> {
        match self {
            Self::Members(members) => Some(members),
            _ => None,
        }
    }

    /// Returns a text.
    pub(in crate::report) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what is true or false.
    pub(in crate::report) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }
}

impl<'a> Members<'a> {
    /// Returns the value of a member.
    pub(in crate::report) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let at = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?; // else there is none
        Some(&self.0[at].1)
    }

    /// Returns all members.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the only member, when there is only one.
    pub(super) fn into_only(mut self) -> Result<(Cow<'a, str>, Value<'a>), Self> {
        match self.0.len() {
            1 => Ok(self.0.remove(0)),
            _ => Err(self),
        }
    }

    /// Tells whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> From<Vec<(Cow<'a, str>, Value<'a>)>> for Members<'a> {
    fn from(mut members: Vec<(Cow<'a, str>, Value<'a>)>) -> Self {
        // Of equal ones the last comes first, and stays.
        members.reverse();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.dedup_by(|(one, _), (other, _)| one == other);
        Self(members)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

/// A name or a text.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(name), value)) = entries.next_entry()? {
            members.push((name, value));
        }
        Ok(Value::Members(members.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_text_and_of_equal_names_the_last() {
        let text = r#"{"b":[null,true,-1,1.5,"x","\u0041"],"a":1,"b":{"a":"first","a":"last"},"c":[1]}"#;
        let Value::Members(members) = serde_json::from_str(text).unwrap() else { panic!("an object") };
        let names: Vec<_> = members.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let inner = members.get("b").and_then(Value::as_members).unwrap();
        assert!(matches!(inner.get("a"), Some(Value::Text(Cow::Borrowed("last")))));
        assert!(inner.get("b").is_none() && inner.iter().len() == 1);
        assert_eq!(members.get("c").and_then(Value::as_list).map(<[_]>::len), Some(1));
        let list: Value<'_> = serde_json::from_str(r#"[null,true,-1,1.5,"x","\u0041"]"#).unwrap();
        assert_eq!(
            format!("{list:?}"),
            r#"List([Null, Bool(true), Number(Number(-1)), Number(Number(1.5)), Text("x"), Text("A")])"#
        );
    }
}
