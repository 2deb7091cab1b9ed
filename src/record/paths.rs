//! Picks a few fields out of a record.

use crate::json::{FieldId, Fields, Leaves, Place, Scalar, View, project};
use foldhash::fast::FixedState;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// The paths of some fields, as CloudTrail names them: `userIdentity.type`. Ready to pick them out of many records.
#[derive(Debug)]
pub struct Paths {
    /// They stand below `detail`, so that a bare record and an event share one tree.
    fields: Fields,
    ids: HashMap<&'static str, FieldId, FixedState>,
}

/// The wanted fields of one record.
#[derive(Debug)]
pub struct Picked<'a> {
    paths: &'a Paths,
    record: &'a [u8],
    leaves: Leaves,
}

impl Paths {
    /// Prepares some paths.
    pub fn new(paths: impl IntoIterator<Item = &'static str>) -> Self {
        let mut fields = Fields::new();
        let ids = paths.into_iter().map(|path| (path, fields.intern(&format!("detail.{path}")))).collect();
        Self { fields, ids }
    }

    /// Prepares fields below `detail` that are not asked for by their paths.
    pub(super) fn of(fields: Fields) -> Self {
        Self { fields, ids: HashMap::default() }
    }

    /// Picks them out of one record, bare or as the `detail` of an event. Members of an unexpected type count as absent;
    /// behind a syntax error nothing is read any more.
    pub fn pick<'a>(&'a self, record: &'a [u8]) -> Picked<'a> {
        let mut leaves = Leaves::new();
        let below_detail = self.fields.node("detail");
        for from in below_detail.into_iter().chain([self.fields.root()]) {
            leaves.reset(self.fields.len());
            // A syntax error ends the reading; what stands before it is still worth showing.
            let _ = project(record, &self.fields, from, &mut leaves);
            let view = leaves.view(record);
            if (0..self.fields.len() as u32).any(|id| view.last(FieldId(id)).is_some()) {
                break;
            }
        }
        Picked { paths: self, record, leaves }
    }
}

impl Picked<'_> {
    /// Returns the text at `path`, unless it is empty; the last one of several.
    pub fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        let text = self.leaves.view(self.record).text(self.id(path)?)?.decode();
        (!text.is_empty()).then_some(text)
    }

    /// Returns all that stands at `path`, as text: more than one value when an array is on the way. Numbers keep their
    /// spelling, nulls are passed over.
    pub fn all(&self, path: &str) -> Vec<String> {
        let Some(id) = self.id(path) else { return Vec::new() };
        let leaves = self.leaves.view(self.record).at(id);
        let texts = leaves.filter_map(|leaf| match leaf.value {
            Scalar::String(text) => Some(text.decode().into_owned()),
            Scalar::Number(text) => Some(text.to_owned()),
            Scalar::Bool(value) => Some(value.to_string()),
            Scalar::Null => None,
        });
        texts.collect()
    }

    /// Returns the first of what [`Picked::all`] returns: also numbers, `true` and `false`.
    pub fn first(&self, path: &str) -> Option<String> {
        self.all(path).into_iter().next()
    }

    /// Returns what stands at some paths of the same array, a row for each of its elements that has any: texts, unless they
    /// are empty, and numbers in their spelling.
    pub fn rows<const N: usize>(&self, paths: [&str; N]) -> Vec<[Option<String>; N]> {
        let view = self.leaves.view(self.record);
        let mut rows: BTreeMap<Place, [Option<String>; N]> = BTreeMap::new();
        for (number, id) in
            paths.iter().enumerate().filter_map(|(number, path)| Some((number, self.id(path)?)))
        {
            for leaf in view.at(id) {
                let text = match leaf.value {
                    Scalar::String(text) => Some(text.decode().into_owned()).filter(|text| !text.is_empty()),
                    Scalar::Number(text) => Some(text.to_owned()),
                    Scalar::Bool(_) | Scalar::Null => None,
                };
                rows.entry(leaf.place).or_insert_with(|| std::array::from_fn(|_| None))[number] = text;
            }
        }
        rows.into_values().collect()
    }

    /// Returns all leaves.
    pub(super) fn view(&self) -> View<'_> {
        self.leaves.view(self.record)
    }

    fn id(&self, path: &str) -> Option<FieldId> {
        self.paths.ids.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_one_element_is_one_row() {
        let paths = ["a.items.id", "a.items.state.name", "a.items.n"];
        let all = Paths::new(paths);
        let picked = |record: &str| all.pick(record.as_bytes()).rows(paths);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            picked(
                r#"{"a":{"items":[{"id":"x","state":{"name":"up"}},{"n":2,"id":""},{"other":1},{"id":"z"}]}}"#
            ),
            [[text("x"), text("up"), None], [None, None, text("2")], [text("z"), None, None]]
        );
        assert_eq!(picked(r#"{"a":{"items":{"id":"x","n":[]}}}"#), [[text("x"), None, None]]);
        assert!(picked(r#"{"a":{"items":[]},"id":"x"}"#).is_empty());
    }

    #[test]
    fn fields_are_picked_whatever_is_around_them() {
        let paths = Paths::new(["eventName", "requestParameters.items.id", "readOnly", "gone"]);
        let record =
            r#"{"eventName":"a","requestParameters":{"items":[{"id":"x"},{"id":7}]},"readOnly":false}"#;
        for text in [record.to_owned(), format!(r#"{{"version":"0","detail":{record}}}"#)] {
            let picked = paths.pick(text.as_bytes());
            assert_eq!(picked.text("eventName").as_deref(), Some("a"));
            assert_eq!(picked.all("requestParameters.items.id"), ["x", "7"]);
            assert_eq!(picked.first("readOnly").as_deref(), Some("false"));
            assert_eq!(
                (picked.text("readOnly"), picked.text("gone"), picked.text("other")),
                (None, None, None)
            );
        }
    }
}
