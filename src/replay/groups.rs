//! Numbers the groups that counted records are in.
//!
//! How many there are is bounded, and it is the receiver that counts them, in the order of the archive: from then on those
//! that nobody has met are the one group of all others ([`Groups::close`]).

use super::keep::Grouping;
use super::lately::Lately;
use crate::hit::{Group, GroupKey};
use crate::json::Repeat;
use foldhash::fast::FixedState;
use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// The number of the group of all others.
pub(super) const OTHERS: u32 = 0;

/// All groups of a run, shared by all threads.
#[derive(Debug)]
pub(super) struct Groups {
    /// Parallel to the groupings.
    all: Vec<Mutex<All>>,
}

#[derive(Debug, Default)]
struct All {
    by_key: HashSet<ByKey, FixedState>,
    /// The first one is that of all others.
    by_number: Vec<Arc<Group>>,
    is_closed: bool,
}

/// The groups that one thread has met lately.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Parallel to the groupings.
    by_key: Vec<Lately>,
    /// Parallel to the groupings, by the slot of a value that comes again and again: its serial, and its group's number.
    by_repeat: Vec<Vec<(u64, u32)>>,
    pub(super) key: GroupKey,
}

/// A group that is found by its key.
#[derive(Debug)]
struct ByKey(Arc<Group>);

impl Groups {
    pub(super) fn new(groupings: &[Grouping]) -> Self {
        let all = |grouping: &Grouping| All {
            by_number: vec![Arc::new(Group::others(grouping.width()))],
            ..All::default()
        };
        Self { all: groupings.iter().map(|grouping| Mutex::new(all(grouping))).collect() }
    }

    /// Returns the number of the group whose key was just written to `met`.
    pub(super) fn find(&self, grouping: usize, met: &mut Met) -> u32 {
        if met.by_key.len() < self.all.len() {
            met.by_key.resize_with(self.all.len(), Lately::default);
        }
        let key = met.key.as_bytes();
        met.by_key[grouping].number(key, || self.number(grouping, key))
    }

    /// Returns the number of the group of all records with a value that comes again; `write` writes its key.
    pub(super) fn find_repeat(
        &self,
        grouping: usize,
        repeat: Repeat,
        met: &mut Met,
        write: impl FnOnce(&mut GroupKey),
    ) -> u32 {
        if let Some((serial, number)) = met.by_repeat.get(grouping).and_then(|slots| slots.get(repeat.slot))
            && *serial == repeat.serial
        {
            return *number;
        }
        write(&mut met.key);
        let number = self.find(grouping, met);
        met.by_repeat.resize(self.all.len(), Vec::new());
        let slots = &mut met.by_repeat[grouping];
        if slots.len() <= repeat.slot {
            slots.resize(repeat.slot + 1, (0, 0));
        }
        slots[repeat.slot] = (repeat.serial, number);
        number
    }

    fn number(&self, grouping: usize, key: &[u8]) -> u32 {
        let mut all = self.all[grouping].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = all.by_key.get(key) {
            return group.0.number;
        }
        if all.is_closed {
            return OTHERS;
        }
        let number = all.by_number.len() as u32;
        let group = Arc::new(Group::new(number, key));
        all.by_number.push(Arc::clone(&group));
        all.by_key.insert(ByKey(group));
        number
    }

    /// Tells whether there is a grouping of that number.
    pub(super) fn has(&self, grouping: usize) -> bool {
        grouping < self.all.len()
    }

    /// Returns a group by the number that [`Groups::find`] returned.
    pub(super) fn get(&self, grouping: usize, number: u32) -> Arc<Group> {
        let all = self.all[grouping].lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&all.by_number[number as usize])
    }

    /// From now on a group that nobody has met yet is [`OTHERS`].
    pub(super) fn close(&self, grouping: usize) {
        self.all[grouping].lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
    }
}

impl Borrow<[u8]> for ByKey {
    fn borrow(&self) -> &[u8] {
        self.0.key()
    }
}

impl Hash for ByKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key().hash(state);
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for ByKey {}
