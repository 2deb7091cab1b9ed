//! What hits that are counted together have in common.

use crate::json::read_lossy;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Marks the end of a value, and one that is not there: neither byte is in UTF-8.
const END: u8 = 0xff;
const ABSENT: u8 = 0xfe;

/// The value at every field of the group that takes what cannot be told apart any more.
pub const OTHERS: &str = "(others)";

/// What hits that are counted together have in common: the values at some fields of their records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Tells the groups by the same fields of one run apart; the numbers are dense, and may be others in the next run.
    pub number: u32,
    key: Box<[u8]>,
}

impl Group {
    /// Returns a group by the key that [`GroupKey`] wrote.
    pub fn new(number: u32, key: &[u8]) -> Self {
        Self { number, key: key.into() }
    }

    /// Returns the group that takes all hits that are not told apart by so many fields; its number is 0.
    pub fn others(fields: usize) -> Self {
        let mut key = GroupKey::default();
        for _ in 0..fields {
            key.push(OTHERS.as_bytes());
            key.end();
        }
        Self::new(0, key.as_bytes())
    }

    /// Returns the key.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the values in the order of the fields; several at one field are joined by `, `, and `None` stands for none
    /// but empty ones.
    pub fn values(&self) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        self.raw_values().map(|value| value.map(read_lossy))
    }

    /// Orders by the values, absent ones first. Of a million groups with as many hits only this tells which come first, so it
    /// looks at bytes and not at values: where keys part, both are at the same place of the same value.
    pub fn order(&self, other: &Self) -> Ordering {
        let blocks = self.key.chunks_exact(BLOCK).zip(other.key.chunks_exact(BLOCK));
        let start = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
        let mut rest = self.key[start..].iter().zip(&other.key[start..]);
        match rest.find(|(one, other)| one != other) {
            Some((one, other)) => rank(*one).cmp(&rank(*other)),
            None => self.key.len().cmp(&other.key.len()),
        }
    }

    fn raw_values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let keys = self.key.strip_suffix(&[END]).map(|key| key.split(|byte| *byte == END));
        keys.into_iter().flatten().map(|value| (value != [ABSENT]).then_some(value))
    }
}

/// So many bytes of two keys are compared at once.
const BLOCK: usize = 16;

/// Returns where a byte of a key stands in the order: a value that ends is before one that goes on, and one that is absent
/// before all.
fn rank(byte: u8) -> u16 {
    match byte {
        END => 0,
        ABSENT => 1,
        byte => u16::from(byte) + 2,
    }
}

/// The key of a group while it is written, value by value.
#[derive(Debug, Default)]
pub struct GroupKey {
    bytes: Vec<u8>,
    start: usize,
}

impl GroupKey {
    /// Begins anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.start = 0;
    }

    /// Adds text to the value; that of another leaf at the same field is set apart from it.
    pub fn push(&mut self, text: &[u8]) {
        if self.bytes.len() > self.start {
            self.bytes.extend_from_slice(b", ");
        }
        self.bytes.extend_from_slice(text);
    }

    /// Ends the value.
    pub fn end(&mut self) {
        if self.bytes.len() == self.start {
            self.bytes.push(ABSENT);
        }
        self.bytes.push(END);
        self.start = self.bytes.len();
    }

    /// Takes over a key that was written before.
    pub fn copy(&mut self, key: &[u8]) {
        self.clear();
        self.bytes.extend_from_slice(key);
        self.start = key.len();
    }

    /// Returns the key, when all values are there.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn group(values: &[Option<String>]) -> Group {
        let mut key = GroupKey::default();
        for value in values {
            value.iter().for_each(|text| key.push(text.as_bytes()));
            key.end();
        }
        Group::new(0, key.as_bytes())
    }

    proptest! {
        #[test]
        fn groups_are_ordered_like_their_values(
            one in proptest::collection::vec(proptest::option::of("[aé\u{10ffff}]{0,20}"), 3),
            other in proptest::collection::vec(proptest::option::of("[aé\u{10ffff}]{0,20}"), 3),
            same in 0..4_usize,
        ) {
            let mixed: Vec<_> = one.iter().take(same).chain(other.iter().skip(same)).cloned().collect();
            let (one, other) = (group(&one), group(&mixed));
            prop_assert_eq!(one.order(&other), one.raw_values().cmp(other.raw_values()));
        }
    }

    #[test]
    fn the_values_are_those_that_were_written() {
        let mut key = GroupKey::default();
        key.push(b"stale");
        key.clear();
        for texts in [&["a"][..], &[], &["b", "c"], &[""]] {
            texts.iter().for_each(|text| key.push(text.as_bytes()));
            key.end();
        }
        let group = Group::new(0, key.as_bytes());
        let values: Vec<_> = group.values().collect();
        assert_eq!(values, [Some("a".into()), None, Some("b, c".into()), None]);
        assert_eq!(Group::new(0, b"").values().count(), 0);
    }
}
