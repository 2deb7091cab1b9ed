//! Numbers by keys that came lately: what one thread remembers of what all of them share.

use xxhash_rust::xxh3::xxh3_64;

/// When so many bytes of keys are remembered, all are forgotten.
const MOST_BYTES: usize = 2 << 20;

/// So many slots are made at first; a power of two.
const FIRST_SLOTS: usize = 1 << 6;

/// Numbers by keys. The keys lie behind each other, and a slot is small: one look costs two waits for memory at most.
#[derive(Debug, Default)]
pub(super) struct Lately {
    /// A power of two of them, or none; half of them are free.
    slots: Vec<Slot>,
    taken: usize,
    keys: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    /// Where the key is among all.
    start: u32,
    length: u32,
    /// What it stands for; [`FREE`] when there is none.
    number: u32,
}

const FREE: u32 = u32::MAX;

impl Lately {
    /// Returns the number of a key: what `ask` says when it did not come lately.
    pub(super) fn number(&mut self, key: &[u8], ask: impl FnOnce() -> u32) -> u32 {
        let hash = xxh3_64(key) as u32;
        if let Some(number) = self.find(hash, key) {
            return number;
        }
        let number = ask();
        self.remember(hash, key, number);
        number
    }

    fn find(&self, hash: u32, key: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.number == FREE {
                return None;
            }
            let (start, length) = (slot.start as usize, slot.length as usize);
            if slot.hash == hash && length == key.len() && self.keys[start..start + length] == *key {
                return Some(slot.number);
            }
            at = (at + 1) & mask;
        }
    }

    fn remember(&mut self, hash: u32, key: &[u8], number: u32) {
        if key.len() > MOST_BYTES || number == FREE {
            return;
        }
        // A slot counts like a key: there may be many short ones.
        if self.keys.len() + key.len() + self.taken * size_of::<Slot>() > MOST_BYTES {
            *self = Self::default();
        }
        if self.taken * 2 >= self.slots.len() {
            self.grow();
        }
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        self.place(Slot { hash, start, length: key.len() as u32, number });
        self.taken += 1;
    }

    fn grow(&mut self) {
        let free = Slot { hash: 0, start: 0, length: 0, number: FREE };
        let more = vec![free; (self.slots.len() * 2).max(FIRST_SLOTS)];
        let slots = std::mem::replace(&mut self.slots, more);
        slots.into_iter().filter(|slot| slot.number != FREE).for_each(|slot| self.place(slot));
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn a_key_has_the_number_that_was_said_first(keys in proptest::collection::vec("[ab]{0,9}", 0..600)) {
            let (mut lately, mut known) = (Lately::default(), HashMap::new());
            for key in &keys {
                let next = known.len() as u32;
                let expected = *known.entry(key.clone()).or_insert(next);
                prop_assert_eq!(lately.number(key.as_bytes(), || next), expected);
            }
        }
    }

    #[test]
    fn what_is_too_much_is_forgotten_and_asked_for_again() {
        let mut lately = Lately::default();
        let (mut asked, key) = (0, vec![b'k'; MOST_BYTES / 2]);
        for turn in 0..6 {
            let key = [&key[..], &[turn % 3]].concat();
            let number = lately.number(&key, || {
                asked += 1;
                u32::from(turn % 3)
            });
            assert_eq!(number, u32::from(turn % 3));
            assert!(lately.keys.len() <= MOST_BYTES);
        }
        assert_eq!(asked, 6);
        assert_eq!(lately.number(&vec![b'k'; MOST_BYTES + 1], || 7), 7);
        assert!(lately.keys.len() <= MOST_BYTES);
    }
}
