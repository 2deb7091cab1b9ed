//! The leaves that a projection found, with the array elements they came from.

use super::project::Scratch;
use super::{FieldId, RawString, Repeat};
use std::ops::Range;

/// The value of a leaf: always a scalar, still in the text's spelling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// A string, unescaped only when somebody looks.
    String(RawString<'a>),
    /// A number in the spelling of the text: `1e3` and `1000` are told apart here.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// An explicit `null`.
    Null,
}

/// The chain of array elements that were entered *by way of an object or an inner array* to reach a leaf. A scalar
/// that stands directly in an array remembers nothing about that array.
///
/// Chains are kept as a tree, so that deep nesting costs no more memory than the text itself. Numbers are dense and
/// in text order: all that hangs below an array has numbers from its first element up to [`View::end_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub(crate) u32);

impl Place {
    /// No array was entered.
    pub const TOP: Self = Self(0);
}

/// Two elements of one array, neither of which a consistent choice of leaves can hold together with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The array both are in, by its number within the text.
    pub array: u32,
    /// The element above the first place.
    pub first: Place,
    /// The element above the second place.
    pub second: Place,
}

/// One leaf: a scalar, and the place it was found at.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The value.
    pub value: Scalar<'a>,
    /// The array elements on the way to it.
    pub place: Place,
}

/// An array element that was entered.
#[derive(Debug, Clone, Copy)]
struct Element {
    /// The element around the array.
    parent: u32,
    array: u32,
    depth: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Escaped,
    /// A string of the side buffer.
    Computed,
    Number,
    True,
    False,
    Null,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    start: u32,
    end: u32,
    place: Place,
    kind: Kind,
}

/// Storage for the leaves of one text, reused from text to text. Holds offsets, never borrows.
#[derive(Debug, Default)]
pub struct Leaves {
    /// Parallel to the fields; in text order.
    entries: Vec<Vec<Entry>>,
    /// The fields that have entries, so that a reset looks at nothing else.
    touched: Vec<u32>,
    /// Place `n` is element `n - 1`.
    elements: Vec<Element>,
    /// One past the last place below each array.
    array_ends: Vec<u32>,
    /// Where objects and arrays are that stand at a field, as far as that was noted.
    nested: Vec<(FieldId, Range<usize>)>,
    /// Where the values of members begin, as far as that was noted.
    members: Vec<u32>,
    computed: String,
    repeat: Option<Repeat>,
    is_wrapped: bool,
    pub(super) scratch: Scratch,
}

impl Leaves {
    /// Returns empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all leaves and makes room for `fields` fields.
    pub fn reset(&mut self, fields: usize) {
        for field in self.touched.drain(..) {
            self.entries[field as usize].clear();
        }
        self.elements.clear();
        self.array_ends.clear();
        self.nested.clear();
        self.members.clear();
        self.computed.clear();
        self.repeat = None;
        self.is_wrapped = false;
        self.make_room(fields);
    }

    /// Notes that the text is only what the first name of every path leads to: a record and not the event around it.
    pub fn wrap(&mut self) {
        self.is_wrapped = true;
    }

    /// Notes that the object or array there is all that stands at a field.
    pub fn note_nested(&mut self, field: FieldId, range: Range<usize>) {
        self.nested.push((field, range));
    }

    /// Notes that the value of a member of the text begins there, behind `"name":`, and that no other has that name.
    pub fn note_member(&mut self, at: u32) {
        self.members.push(at);
    }

    /// Moves all leaves to the end of a list.
    pub(super) fn drain_into(&mut self, list: &mut Vec<(FieldId, Entry)>) {
        for field in self.touched.drain(..) {
            list.extend(self.entries[field as usize].drain(..).map(|entry| (FieldId(field), entry)));
        }
    }

    /// Adds the leaves of a value that begins at `start` and was projected before.
    pub(super) fn push_repeat(
        &mut self,
        repeat: Repeat,
        leaves: &[(FieldId, Entry)],
        start: u32,
        fields: usize,
    ) {
        self.make_room(fields);
        self.repeat = Some(repeat);
        for (field, entry) in leaves {
            let range = (start + entry.start) as usize..(start + entry.end) as usize;
            self.push(*field, entry.kind, range, entry.place);
        }
    }

    /// Returns the value that came before, when some of the leaves are of one.
    pub fn repeat(&self) -> Option<Repeat> {
        self.repeat
    }

    pub(super) fn make_room(&mut self, fields: usize) {
        if self.entries.len() < fields {
            self.entries.resize_with(fields, Vec::new);
        }
    }

    /// Adds a string leaf that is not in the text (a computed one); it is kept as it is, nothing is unescaped.
    pub fn push_text(&mut self, field: FieldId, value: &str) {
        self.make_room(field.index() + 1);
        let start = self.computed.len();
        self.computed.push_str(value);
        self.push(field, Kind::Computed, start..self.computed.len(), Place::TOP);
    }

    pub(super) fn push(&mut self, field: FieldId, kind: Kind, range: Range<usize>, place: Place) {
        let entries = &mut self.entries[field.index()];
        if entries.is_empty() {
            self.touched.push(field.0);
        }
        entries.push(Entry { start: range.start as u32, end: range.end as u32, place, kind });
    }

    /// Forgets the leaves at a field that were read from a range of the text.
    pub(super) fn discard(&mut self, field: FieldId, range: Range<usize>) {
        let entries = &mut self.entries[field.index()];
        let is_before =
            |entry: &Entry, at: usize| entry.kind == Kind::Computed || (entry.start as usize) < at;
        let first = entries.iter().rposition(|entry| is_before(entry, range.start)).map_or(0, |at| at + 1);
        let last = first + entries[first..].partition_point(|entry| is_before(entry, range.end));
        entries.drain(first..last);
        // An emptied field is touched a second time by its next leaf: clearing it twice does no harm.
    }

    pub(super) fn open_array(&mut self) -> u32 {
        self.array_ends.push(0);
        self.array_ends.len() as u32 - 1
    }

    pub(super) fn close_array(&mut self, array: u32) {
        self.array_ends[array as usize] = self.elements.len() as u32 + 1;
    }

    /// Adds the next element of `array`, which stands at `parent`.
    pub(super) fn open_element(&mut self, array: u32, parent: Place) -> Place {
        let depth = depth(&self.elements, parent) + 1;
        self.elements.push(Element { parent: parent.0, array, depth });
        Place(self.elements.len() as u32)
    }

    /// Returns a view of the leaves over the text they were projected from.
    pub fn view<'a>(&'a self, text: &'a [u8]) -> View<'a> {
        View { text, leaves: self }
    }
}

/// Leaves together with their text.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    text: &'a [u8],
    leaves: &'a Leaves,
}

impl<'a> View<'a> {
    /// Returns the text that the leaves were projected from.
    pub fn whole(&self) -> &'a [u8] {
        self.text
    }

    /// Tells whether the text is only what the first name of every path leads to.
    pub fn is_wrapped(&self) -> bool {
        self.leaves.is_wrapped
    }

    /// Returns where the value of a member of the text begins, when that was noted.
    pub fn member(&self, name: &str) -> Option<usize> {
        let has_name = |before: &[u8]| {
            before
                .strip_suffix(b"\":")
                .and_then(|before| before.strip_suffix(name.as_bytes()))
                .is_some_and(|before| before.ends_with(b"\""))
        };
        let mut members = self.leaves.members.iter().map(|at| *at as usize);
        members.find(|at| self.text.get(..*at).is_some_and(has_name))
    }

    /// Returns the only object or array at a field, when that was noted: its brackets match, its values may be anything.
    pub fn nested(&self, field: FieldId) -> Option<&'a [u8]> {
        let (_, range) = self.leaves.nested.iter().find(|(noted, _)| *noted == field)?;
        self.text.get(range.clone())
    }

    /// Returns the leaves at a field, in text order.
    pub fn at(&self, field: FieldId) -> impl DoubleEndedIterator<Item = Leaf<'a>> + use<'a> {
        let view = *self;
        let entries = self.leaves.entries.get(field.index()).map_or(&[][..], Vec::as_slice);
        entries.iter().map(move |entry| view.leaf(entry))
    }

    fn leaf(self, entry: &Entry) -> Leaf<'a> {
        let range = entry.start as usize..entry.end as usize;
        let bytes = |text: &'a [u8]| text.get(range.clone()).unwrap_or_default();
        let value = match entry.kind {
            Kind::Plain => Scalar::String(RawString::from_bytes(bytes(self.text), false)),
            Kind::Escaped => Scalar::String(RawString::from_bytes(bytes(self.text), true)),
            Kind::Computed => {
                Scalar::String(RawString::from_bytes(bytes(self.leaves.computed.as_bytes()), false))
            }
            Kind::Number => Scalar::Number(std::str::from_utf8(bytes(self.text)).unwrap_or_default()),
            Kind::True => Scalar::Bool(true),
            Kind::False => Scalar::Bool(false),
            Kind::Null => Scalar::Null,
        };
        Leaf { value, place: entry.place }
    }

    /// Returns the last leaf at a field (the last of equal keys is the one AWS keeps).
    pub fn last(&self, field: FieldId) -> Option<Leaf<'a>> {
        self.at(field).next_back()
    }

    /// Returns the last leaf at a field when it is a string.
    pub fn text(&self, field: FieldId) -> Option<RawString<'a>> {
        match self.last(field)?.value {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns where two places chose different elements of one array, when they did.
    pub fn conflict(&self, first: Place, second: Place) -> Option<Conflict> {
        let elements = &self.leaves.elements;
        let (mut first, mut second) = (first, second);
        while depth(elements, first) > depth(elements, second) {
            first = self.parent(first);
        }
        while depth(elements, second) > depth(elements, first) {
            second = self.parent(second);
        }
        while first != second {
            let (above_first, above_second) = (self.parent(first), self.parent(second));
            if above_first == above_second {
                let array = self.array(first)?;
                return (self.array(second) == Some(array)).then_some(Conflict { array, first, second });
            }
            (first, second) = (above_first, above_second);
        }
        None
    }

    /// Returns the element around the array that an element is in.
    pub fn parent(&self, place: Place) -> Place {
        element(&self.leaves.elements, place).map_or(Place::TOP, |element| Place(element.parent))
    }

    /// Returns the number of the array that an element is in; the top is in none.
    pub fn array(&self, place: Place) -> Option<u32> {
        element(&self.leaves.elements, place).map(|element| element.array)
    }

    /// Returns the first place that is no longer below an array.
    pub fn end_of(&self, array: u32) -> Place {
        Place(self.leaves.array_ends.get(array as usize).copied().unwrap_or(u32::MAX))
    }

    /// Returns the number of arrays that places are in.
    pub fn array_count(&self) -> usize {
        self.leaves.array_ends.len()
    }
}

fn element(elements: &[Element], place: Place) -> Option<&Element> {
    elements.get((place.0 as usize).checked_sub(1)?)
}

fn depth(elements: &[Element], place: Place) -> u32 {
    element(elements, place).map_or(0, |element| element.depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_forgets_everything() {
        let mut leaves = Leaves::new();
        leaves.reset(2);
        leaves.push_text(FieldId(1), r"a\u0041");
        assert!(leaves.view(b"").text(FieldId(1)).unwrap().is(r"a\u0041"));
        leaves.reset(2);
        assert!(leaves.view(b"").last(FieldId(1)).is_none());
    }

    #[test]
    fn a_field_that_nobody_made_room_for_has_no_leaves() {
        let leaves = Leaves::new();
        assert_eq!(leaves.view(b"{}").at(FieldId(7)).count(), 0);
    }

    #[test]
    fn places_conflict_where_they_part_inside_one_array() {
        let mut leaves = Leaves::new();
        let outer = leaves.open_array();
        let one = leaves.open_element(outer, Place::TOP);
        let left = leaves.open_array();
        let left_one = leaves.open_element(left, one);
        let right = leaves.open_array();
        let right_one = leaves.open_element(right, one);
        let two = leaves.open_element(outer, Place::TOP);
        let view = leaves.view(b"");
        assert_eq!(view.conflict(left_one, right_one), None);
        assert_eq!(view.conflict(one, left_one), None);
        assert_eq!(view.conflict(Place::TOP, two), None);
        assert_eq!(view.conflict(two, right_one), Some(Conflict { array: outer, first: two, second: one }));
    }
}
