//! Questions about one field that languages other than event patterns ask.

use super::condition::Test;
use super::matcher::{Matcher, Value};
use crate::json::scan::{skip_value, write_compact};
use crate::json::{
    FieldId, Reached, Step, View, any_nested, any_nested_from, any_string, reach, reach_from, unescape,
};

/// One question about a text. Paths lead from the event, so the first name of each is `detail`; when the text is a record
/// it is passed over.
#[derive(Debug, Clone, PartialEq)]
pub enum Probe {
    /// Exactly at the place, and in no array but those that the steps name, stands a value that one of these accepts.
    At {
        /// The place.
        place: Place,
        /// One of them.
        matchers: Vec<Matcher>,
    },
    /// Exactly at the place stands nothing at all. An object or array is something.
    Nothing(Place),
    /// One of these accepts a leaf at the field, in whatever arrays.
    Leaf {
        /// The field.
        field: FieldId,
        /// One of them.
        matchers: Vec<Matcher>,
    },
    /// One of these accepts a leaf at the field; when there is none, an object that stands there, as compact JSON text, with
    /// its escapes or without.
    LeafOrObject {
        /// The field …
        field: FieldId,
        /// … and the names that lead to it.
        names: Vec<Box<str>>,
        /// One of them.
        matchers: Vec<Matcher>,
    },
    /// Two fields have a leaf of the same text, which may be part of the first field's.
    Same {
        /// The first field.
        field: FieldId,
        /// The second field.
        other: FieldId,
        /// How much of the first must be the second.
        part: Part,
        /// Whether the letters of ASCII are told apart by case.
        is_cased: bool,
    },
    /// One of these accepts a value anywhere in the text.
    Anywhere(Vec<Matcher>),
}

/// A place in a text, and the field whose leaves include what stands there.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The field.
    pub field: FieldId,
    /// The steps down.
    pub steps: Vec<Step>,
}

/// How much of one text must be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Its beginning.
    Beginning,
    /// Its end.
    End,
    /// Any of it.
    Any,
}

impl Probe {
    /// Tells whether the answer is yes. Of a text that turns out to be no JSON on the way it is no.
    pub fn holds(&self, leaves: &View<'_>) -> bool {
        match self {
            Self::At { place, matchers } => {
                // What stands there is among the leaves, which are at hand.
                let is_accepted = |value| matchers.iter().any(|matcher| matcher.accepts(&value));
                has_leaf(leaves, place.field, matchers)
                    && matches!(place.reach(leaves), Some(Some(Reached::Scalar(value))) if is_accepted(value.into()))
            }
            Self::Nothing(place) => place.reach(leaves) == Some(None),
            Self::Leaf { field, matchers } => has_leaf(leaves, *field, matchers),
            Self::LeafOrObject { field, names, matchers } => match leaves.at(*field).next() {
                Some(_) => has_leaf(leaves, *field, matchers),
                None => has_object(leaves, *field, names, matchers),
            },
            Self::Same { field, other, part, is_cased } => leaves.at(*field).any(|leaf| {
                leaves.at(*other).any(|other| part.is(&leaf.value.into(), &other.value.into(), *is_cased))
            }),
            Self::Anywhere(matchers) => has_string(leaves, matchers),
        }
    }

    /// Tells whether nothing is looked at but members that are named step by step.
    pub(super) fn is_of_named_members(&self) -> bool {
        let is_plain =
            |steps: &[Step]| steps.iter().all(|step| matches!(step, Step::Name(name) if !name.contains('.')));
        match self {
            Self::At { place, .. } | Self::Nothing(place) => is_plain(&place.steps),
            Self::LeafOrObject { names, .. } => names.iter().all(|name| !name.contains('.')),
            Self::Leaf { .. } | Self::Same { .. } => true,
            Self::Anywhere(_) => false,
        }
    }

    /// Returns the fields that are looked at.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> {
        let (field, other) = match self {
            Self::At { place, .. } | Self::Nothing(place) => (Some(place.field), None),
            Self::Leaf { field, .. } | Self::LeafOrObject { field, .. } => (Some(*field), None),
            Self::Same { field, other, .. } => (Some(*field), Some(*other)),
            Self::Anywhere(_) => (None, None),
        };
        field.into_iter().chain(other)
    }

    /// Returns a test that every text passes of which the answer is yes; `None` when there is no such test.
    pub(super) fn loose(&self) -> Option<Test> {
        let (field, matchers, accepts_absence) = match self {
            Self::At { place, matchers } => (place.field, matchers.clone(), false),
            Self::Leaf { field, matchers } => (*field, matchers.clone(), false),
            Self::LeafOrObject { field, matchers, .. } => (*field, matchers.clone(), true),
            Self::Same { field, .. } => (*field, vec![Matcher::Any], false),
            Self::Nothing(_) | Self::Anywhere(_) => return None,
        };
        Some(Test { field, matchers, accepts_absence })
    }
}

impl Place {
    /// Returns what stands there; `None` when the text is no JSON.
    fn reach<'a>(&self, leaves: &View<'a>) -> Option<Option<Reached<'a>>> {
        let outer = usize::from(leaves.is_wrapped());
        let steps = self.steps.get(outer..).unwrap_or_default();
        // The fault is named by whoever reads the text whole.
        if let [Step::Name(name), steps @ ..] = steps
            && let Some(at) = leaves.member(name)
        {
            return reach_from(leaves.whole(), at, steps).ok();
        }
        reach(leaves.whole(), steps).ok()
    }
}

impl Part {
    pub(super) fn is(self, text: &Value<'_>, other: &Value<'_>, is_cased: bool) -> bool {
        let (Some(text), Some(other)) = (text.spelling(), other.spelling()) else { return false };
        if is_cased {
            return self.is_of(text, other);
        }
        self.is_of(&text.to_ascii_lowercase(), &other.to_ascii_lowercase())
    }

    fn is_of(self, text: &[u8], other: &[u8]) -> bool {
        match self {
            Self::Whole => text == other,
            Self::Beginning => text.starts_with(other),
            Self::End => text.ends_with(other),
            Self::Any => memchr::memmem::find(text, other).is_some(),
        }
    }
}

fn has_leaf(leaves: &View<'_>, field: FieldId, matchers: &[Matcher]) -> bool {
    leaves.at(field).any(|leaf| {
        let value = Value::from(leaf.value);
        matchers.iter().any(|matcher| matcher.accepts(&value))
    })
}

fn has_object(leaves: &View<'_>, field: FieldId, names: &[Box<str>], matchers: &[Matcher]) -> bool {
    let mut is_accepted = |object: &[u8]| is_accepted_as_text(object, matchers);
    let names = names.get(usize::from(leaves.is_wrapped())..).unwrap_or_default();
    let member = names.split_first().and_then(|(name, names)| Some((leaves.member(name)?, names)));
    let found = match (leaves.nested(field), member) {
        // Nearly always no, and then nobody has to know whether it is sound.
        (Some(object @ [b'{', ..]), _) => return is_accepted(object) && skip_value(object, 0).is_ok(),
        (Some(array), _) => any_nested(array, &[], &mut is_accepted),
        (None, Some((at, names))) => any_nested_from(leaves.whole(), at, names, &mut is_accepted),
        (None, None) => any_nested(leaves.whole(), names, &mut is_accepted),
    };
    // As in `Place::reach`.
    found.unwrap_or(false)
}

/// Tells whether an object's compact text passes, with its escapes or without.
fn is_accepted_as_text(object: &[u8], matchers: &[Matcher]) -> bool {
    let mut compact = Vec::new();
    let text = if has_whitespace(object) {
        write_compact(object, &mut compact);
        &compact
    } else {
        object
    };
    accepts_text(matchers, text)
        || memchr::memchr(b'\\', text).is_some_and(|_| {
            let mut plain = Vec::new();
            unescape(text, &mut plain);
            accepts_text(matchers, &plain)
        })
}

fn has_whitespace(text: &[u8]) -> bool {
    memchr::memchr3(b' ', b'\n', b'\t', text).is_some() || memchr::memchr2(b'\r', b'\x0c', text).is_some()
}

fn has_string(leaves: &View<'_>, matchers: &[Matcher]) -> bool {
    let record = match leaves.is_wrapped() {
        true => Ok(Some(Reached::Nested(leaves.whole()))),
        false => reach(leaves.whole(), &[Step::Name("detail".into())]),
    };
    // As in `Place::reach`.
    let Ok(Some(Reached::Nested(record))) = record else { return false };
    any_string(record, &mut |text| accepts_text(matchers, &text.decode_bytes())).unwrap_or(false)
}

fn accepts_text(matchers: &[Matcher], text: &[u8]) -> bool {
    let value = Value::Text(text.into());
    matchers.iter().any(|matcher| matcher.accepts(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fields, Leaves, NodeId, project};
    use crate::language::matcher::Texts;

    fn one_of(text: &str) -> Vec<Matcher> {
        vec![Matcher::OneOf(Texts::from_iter([text]))]
    }

    fn contains(text: &str) -> Vec<Matcher> {
        vec![Matcher::Wildcard(crate::language::matcher::Wildcard::of_pieces(["", text, ""]))]
    }

    fn holds_in(probe: &Probe, fields: &Fields, text: &str, from: NodeId) -> bool {
        let mut leaves = Leaves::new();
        leaves.reset(fields.len());
        if from != fields.root() {
            leaves.wrap();
        }
        project(text.as_bytes(), fields, from, &mut leaves).unwrap();
        probe.holds(&leaves.view(text.as_bytes()))
    }

    /// Asks about a record, alone and as the detail of an event: the answer is the same.
    fn holds(make: impl Fn(&mut Fields) -> Probe, record: &str) -> bool {
        let mut fields = Fields::new();
        fields.intern("detail.x");
        let probe = make(&mut fields);
        let alone = holds_in(&probe, &fields, record, fields.node("detail").unwrap());
        let event = format!(r#"{{"a":"outside","detail":{record}}}"#);
        assert_eq!(alone, holds_in(&probe, &fields, &event, fields.root()), "{record}");
        alone
    }

    fn place(fields: &mut Fields, path: &str) -> Place {
        let names = path.split('.').map(|name| Step::Name(name.into()));
        Place { field: fields.intern(path), steps: names.collect() }
    }

    #[test]
    fn a_value_must_stand_exactly_at_its_place() {
        let at =
            |fields: &mut Fields| Probe::At { place: place(fields, "detail.a.b"), matchers: one_of("y") };
        assert!(holds(at, r#"{"a":{"b":"y"}}"#));
        for record in [
            r#"{"a":{"b":["y"]}}"#,
            r#"{"a":[{"b":"y"}]}"#,
            r#"{"a.b":"y"}"#,
            r#"{"a":{"b":{"y":"y"}}}"#,
            r#"{"a":{"b":"y","b":"z"}}"#,
            "{}",
        ] {
            assert!(!holds(at, record), "{record}");
        }
    }

    #[test]
    fn an_object_is_something_and_a_leaf_elsewhere_is_nothing() {
        let nothing = |fields: &mut Fields| Probe::Nothing(place(fields, "detail.a.b"));
        for record in ["{}", r#"{"a":null}"#, r#"{"a":[{"b":1}]}"#, r#"{"a.b":1}"#] {
            assert!(holds(nothing, record), "{record}");
        }
        for record in [r#"{"a":{"b":null}}"#, r#"{"a":{"b":{}}}"#, r#"{"a":{"b":[]}}"#] {
            assert!(!holds(nothing, record), "{record}");
        }
    }

    #[test]
    fn an_object_is_read_as_text_where_there_is_no_leaf() {
        let make = |text: &'static str| {
            move |fields: &mut Fields| Probe::LeafOrObject {
                field: fields.intern("detail.a"),
                names: vec!["detail".into(), "a".into()],
                matchers: contains(text),
            }
        };
        assert!(holds(make("\"b\":1"), r#"{"a": {"b": 1}}"#));
        assert!(holds(make("\"x\""), r#"{"a":{"policy":"{\"x\"}"}}"#));
        assert!(holds(make("\"b\""), r#"{"a":[[{"b":1}]]}"#));
        assert!(holds(make("b"), r#"{"a":"abc"}"#));
        assert!(!holds(make("b"), r#"{"a":["x",{"b":1}]}"#));
        assert!(!holds(make("outside"), "{}"));
    }

    #[test]
    fn two_fields_are_compared_with_or_without_case() {
        let make = |part, is_cased| {
            move |fields: &mut Fields| Probe::Same {
                field: fields.intern("detail.a"),
                other: fields.intern("detail.b"),
                part,
                is_cased,
            }
        };
        let record = r#"{"a":"user/Alice","b":"alice"}"#;
        assert!(holds(make(Part::End, false), record) && holds(make(Part::Any, false), record));
        assert!(!holds(make(Part::End, true), record) && !holds(make(Part::Whole, false), record));
        assert!(holds(make(Part::Whole, true), r#"{"a":5,"b":"5"}"#));
        assert!(!holds(make(Part::Whole, true), r#"{"a":null,"b":null}"#));
        assert!(holds(make(Part::Beginning, false), r#"{"a":"ALICE-1","b":"alice"}"#));
    }

    #[test]
    fn a_string_is_found_wherever_it_stands_as_a_value() {
        let anywhere = |_: &mut Fields| Probe::Anywhere(contains("needle"));
        assert!(holds(anywhere, r#"{"a":[{"b":"a n\u0065edle"}]}"#));
        assert!(!holds(anywhere, r#"{"needle": 1, "a": "hay"}"#));
    }
}
