//! Values that come again and again, like the identity in the records of one session: their leaves are remembered, so that
//! they need not be projected once more.

use super::leaves::Entry;
use super::scan::SyntaxError;
use super::{FieldId, Fields, Leaves, NodeId, project_value};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// So many values are remembered; one that comes new takes the place of another …
const SLOTS: usize = 1 << 12;

/// … and none that is longer.
const LONGEST: usize = 2 << 10;

/// Values that were projected, all at one place and for the same fields.
#[derive(Debug, Default)]
pub struct Repeats {
    slots: Vec<Slot>,
    remembered: u64,
    /// Those of one value, while it is learnt.
    leaves: Leaves,
}

#[derive(Debug, Clone, Default)]
struct Slot {
    /// The value and what follows it.
    text: Vec<u8>,
    serial: u64,
    /// With offsets from the beginning of `text`.
    leaves: Vec<(FieldId, Entry)>,
}

/// A value that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// Where: a small number, which another value may have later …
    pub slot: usize,
    /// … but not with this number, which is never zero.
    pub serial: u64,
}

impl Repeats {
    /// Adds the leaves of the value that begins where `range` does, as [`project_value`] does; the range must reach beyond
    /// the value, and whatever else is in it should come again, too.
    ///
    /// # Errors
    /// Returns the same as [`project_value`].
    pub fn project_value(
        &mut self,
        text: &[u8],
        range: Range<usize>,
        (fields, node): (&Fields, NodeId),
        leaves: &mut Leaves,
    ) -> Result<(), SyntaxError> {
        let Some(repeat) = self.recognize(&text[range.clone()], (fields, node)) else {
            return project_value(text, range.start, fields, node, leaves).map(drop);
        };
        leaves.push_repeat(repeat, &self.slots[repeat.slot].leaves, range.start as u32, fields.len());
        Ok(())
    }

    /// Returns which of the remembered values this is, which begins a text as in [`Repeats::project_value`]; `None` when it
    /// cannot be remembered.
    pub fn recognize(&mut self, value: &[u8], (fields, node): (&Fields, NodeId)) -> Option<Repeat> {
        if !(1..=LONGEST).contains(&value.len()) {
            return None;
        }
        self.slots.resize_with(SLOTS, Slot::default);
        let slot = xxh3_64(value) as usize % SLOTS;
        if self.slots[slot].text != value && !self.learn(slot, value, fields, node) {
            return None;
        }
        Some(Repeat { slot, serial: self.slots[slot].serial })
    }

    /// Remembers a value, unless it takes more than its leaves to say what it is.
    fn learn(&mut self, place: usize, value: &[u8], fields: &Fields, node: NodeId) -> bool {
        self.leaves.reset(fields.len());
        let slot = &mut self.slots[place];
        slot.text.clear();
        slot.leaves.clear();
        // Nothing but these bytes is looked at, so the same bytes have the same leaves.
        if project_value(value, 0, fields, node, &mut self.leaves).is_err()
            || self.leaves.view(value).array_count() > 0
        {
            return false;
        }
        self.remembered += 1;
        slot.serial = self.remembered;
        slot.text.extend_from_slice(value);
        self.leaves.drain_into(&mut slot.leaves);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaves_are_those_of_a_projection() {
        let mut fields = Fields::new();
        let ids = ["a.b", "a.c", "a.d.e"].map(|path| fields.intern(path));
        let node = fields.node("a").unwrap();
        let values = [
            r#"{"b":"x","c":1.0}"#,
            r#"{"b":"\u0041","b":null,"d":{"e":true}}"#,
            r#"{"b":["x","y"],"d":[{"e":1},{"e":2}]}"#,
            "7",
            "{}",
        ];
        let mut repeats = Repeats::default();
        let (mut one, mut other) = (Leaves::new(), Leaves::new());
        for (begin, end) in [("{\"a\":", "}"), ("{\"zz\":0,\"a\":", "}"), ("{\"a\":", ",\"y\":[]}")] {
            for value in values {
                let text = format!("{begin}{value}{end}");
                let (text, at) = (text.as_bytes(), begin.len());
                for _ in 0..2 {
                    one.reset(fields.len());
                    other.reset(fields.len());
                    repeats.project_value(text, at..text.len(), (&fields, node), &mut one).unwrap();
                    project_value(text, at, &fields, node, &mut other).unwrap();
                    for id in ids {
                        let leaves =
                            |leaves: &Leaves| format!("{:?}", leaves.view(text).at(id).collect::<Vec<_>>());
                        assert_eq!(leaves(&one), leaves(&other), "{value}");
                    }
                    assert_eq!(one.repeat().is_none(), value.contains('['), "{value}");
                    assert_eq!(repeats.recognize(&text[at..], (&fields, node)), one.repeat(), "{value}");
                }
            }
        }
        let serial = |text: &[u8], repeats: &mut Repeats, leaves: &mut Leaves| {
            leaves.reset(fields.len());
            repeats.project_value(text, 0..text.len(), (&fields, node), leaves).unwrap();
            leaves.repeat().unwrap()
        };
        let first = serial(br#"{"b":"x"},"#, &mut repeats, &mut one);
        assert_ne!(first, serial(br#"{"b":"y"},"#, &mut repeats, &mut one));
        assert_eq!(first, serial(br#"{"b":"x"},"#, &mut repeats, &mut one));
    }

    #[test]
    fn a_value_without_end_is_none() {
        let mut fields = Fields::new();
        fields.intern("a.b");
        let node = fields.node("a").unwrap();
        let (mut repeats, mut leaves) = (Repeats::default(), Leaves::new());
        for text in [&br#"{"b":"x"#[..], br#"{"b":"x"}"#, br#"{"b":x},"#] {
            for _ in 0..2 {
                leaves.reset(fields.len());
                let projected = repeats.project_value(text, 0..text.len(), (&fields, node), &mut leaves);
                assert_eq!(projected, project_value(text, 0, &fields, node, &mut Leaves::new()).map(drop));
                assert!(projected.is_err());
            }
        }
    }
}
