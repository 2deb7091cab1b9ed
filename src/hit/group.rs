//! What hits that are counted together have in common.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Marks the end of a value, and one that is not there: neither byte is in UTF-8.
const END: u8 = 0xff;
const ABSENT: u8 = 0xfe;

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

    /// Returns the key.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the values in the order of the fields; several at one field are joined by `, `, and `None` stands for none
    /// but empty ones.
    pub fn values(&self) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        self.raw_values().map(|value| value.map(String::from_utf8_lossy))
    }

    /// Orders by the values, absent ones first.
    pub fn order(&self, other: &Self) -> Ordering {
        self.raw_values().cmp(other.raw_values())
    }

    fn raw_values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let keys = self.key.strip_suffix(&[END]).map(|key| key.split(|byte| *byte == END));
        keys.into_iter().flatten().map(|value| (value != [ABSENT]).then_some(value))
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
