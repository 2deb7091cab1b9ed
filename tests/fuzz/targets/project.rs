//! Projection against a walk over what serde_json reads. The first line names the wanted fields, the rest is the text.

#![no_main]

use backtrail::json::{FieldId, Fields, Leaves, Place, Scalar, View, project};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

fuzz_target!(|input: &str| {
    let (paths, text) = input.split_once('\n').unwrap_or(("eventName userIdentity.type a a.b a.b.c", input));
    let paths: Vec<&str> = paths.split(' ').collect();
    let mut leaves = Leaves::new();
    let top = read(text, "", &paths, &mut leaves);
    let below = read(text, "detail.", &paths, &mut leaves);
    assert_eq!(top, below, "below a node a text has the same leaves");
    // What serde_json refuses, the projection may take: it does not check everything.
    if text.trim_start().starts_with('{')
        && serde_json::from_str::<Value>(text).is_ok()
        && let Ok(document) = serde_json::from_str::<&RawValue>(text)
    {
        assert_eq!(top.expect("the text is JSON"), expected(document, &paths));
    }
});

/// A leaf as either side tells it: which path, what, and the elements on the way, each with the array it is in.
type Leaf<A, E> = (usize, String, Vec<(A, E)>);

/// The same with arrays and elements numbered in the order in which they are met: only which are equal counts.
type Seen = Leaf<usize, usize>;

fn renumbered<A: Ord + Copy, E: Ord + Copy>(leaves: Vec<Leaf<A, E>>) -> Vec<Seen> {
    let (mut arrays, mut places) = (BTreeMap::new(), BTreeMap::new());
    let mut number = |(array, element): (A, E)| {
        let (next_array, next_place) = (arrays.len(), places.len());
        (*arrays.entry(array).or_insert(next_array), *places.entry((array, element)).or_insert(next_place))
    };
    let leaves = leaves.into_iter();
    leaves.map(|(path, value, above)| (path, value, above.into_iter().map(&mut number).collect())).collect()
}

/// Projects a text; `None` when it is refused.
fn read(text: &str, prefix: &str, paths: &[&str], leaves: &mut Leaves) -> Option<Vec<Seen>> {
    let mut fields = Fields::new();
    let ids: Vec<FieldId> = paths.iter().map(|path| fields.intern(&format!("{prefix}{path}"))).collect();
    let from = if prefix.is_empty() { fields.root() } else { fields.node("detail")? };
    leaves.reset(fields.len());
    project(text.as_bytes(), &fields, from, leaves).ok()?;
    let view = leaves.view(text.as_bytes());
    let mut found = Vec::new();
    for (path, id) in ids.iter().enumerate() {
        found.extend(view.at(*id).map(|leaf| (path, show(&leaf.value), elements(&view, leaf.place))));
    }
    Some(renumbered(found))
}

fn show(value: &Scalar<'_>) -> String {
    match value {
        Scalar::String(text) => format!("{:?}", text.decode()),
        Scalar::Number(text) => (*text).to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Null => "null".to_owned(),
    }
}

/// Returns the elements on the way to a leaf, outermost first.
fn elements(view: &View<'_>, mut place: Place) -> Vec<(u32, Place)> {
    let mut elements = Vec::new();
    while let Some(array) = view.array(place) {
        elements.push((array, place));
        place = view.parent(place);
    }
    elements.reverse();
    elements
}

fn expected(document: &RawValue, paths: &[&str]) -> Vec<Seen> {
    let mut walk = Walk { leaves: Vec::new(), arrays: 0 };
    walk.value(document, None, &[]);
    let mut seen = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        // A path that is asked for twice has the same leaves twice.
        let leaves = walk.leaves.iter().filter(|leaf| leaf.0 == *path);
        seen.extend(leaves.map(|leaf| (number, leaf.1.clone(), leaf.2.clone())));
    }
    renumbered(seen)
}

struct Walk {
    leaves: Vec<Found>,
    arrays: usize,
}

/// The path of a leaf, its value, and the elements on the way to it.
type Found = (String, String, Vec<(usize, usize)>);

impl Walk {
    fn value(&mut self, value: &RawValue, path: Option<&str>, above: &[(usize, usize)]) {
        let text = value.get();
        match text.as_bytes()[0] {
            b'{' => {
                let Members(members) = serde_json::from_str(text).expect("an object");
                for (name, value) in members {
                    let path = path.map_or(name.clone(), |parent| format!("{parent}.{name}"));
                    self.value(value, Some(&path), above);
                }
            }
            b'[' => {
                self.arrays += 1;
                let array = self.arrays;
                let elements: Vec<&RawValue> = serde_json::from_str(text).expect("an array");
                for (element, value) in elements.into_iter().enumerate() {
                    let is_entered = value.get().starts_with(['{', '[']);
                    let here = is_entered.then_some((array, element));
                    let above: Vec<_> = above.iter().copied().chain(here).collect();
                    self.value(value, path, &above);
                }
            }
            first => {
                let shown = match first {
                    b'"' => format!("{:?}", serde_json::from_str::<String>(text).expect("a string")),
                    _ => text.to_owned(),
                };
                self.leaves.push((path.unwrap_or_default().to_owned(), shown, above.to_vec()));
            }
        }
    }
}

/// The members of an object, of equal names the last, in text order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.retain(|(earlier, _)| *earlier != name);
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
