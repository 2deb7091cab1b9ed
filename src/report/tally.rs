//! Counts of groups as they come: how many, from when to when.

use crate::hit::{Group, Hit};
use jiff::Timestamp;

/// Counts records by group; memory grows with the groups, never with the records.
#[derive(Debug, Default)]
pub struct Tally {
    /// By the group's number.
    counts: Vec<Option<Counted>>,
}

/// What is counted of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The values that the records have in common, in the order of the fields.
    pub values: Vec<Option<String>>,
    /// How many records.
    pub records: u64,
    /// Time of the earliest.
    pub first: Option<Timestamp>,
    /// Time of the latest.
    pub last: Option<Timestamp>,
}

impl Tally {
    /// Counts a hit by the group at that place among those of its ask; without one nothing is counted.
    pub fn take(&mut self, hit: &Hit<'_>, place: usize) {
        let Some(group) = hit.groups.get(place) else { return };
        let number = group.number as usize;
        if self.counts.len() <= number {
            self.counts.resize(number + 1, None);
        }
        let counted = self.counts[number].get_or_insert_with(|| Counted::new(group));
        counted.records += 1;
        if let Some(time) = hit.facts.time {
            counted.first = Some(counted.first.map_or(time, |first| first.min(time)));
            counted.last = Some(counted.last.map_or(time, |last| last.max(time)));
        }
    }

    /// Returns what was counted, sorted by the values, absent ones first.
    pub fn into_sorted(self) -> Vec<Counted> {
        let mut all: Vec<_> = self.counts.into_iter().flatten().collect();
        all.sort_unstable_by(|one, other| one.values.cmp(&other.values));
        all
    }
}

impl Counted {
    fn new(group: &Group) -> Self {
        let values = group.values().map(|value| value.map(|text| text.into_owned())).collect();
        Self { values, records: 0, first: None, last: None }
    }

    /// Returns the value at a place, or nothing.
    pub fn value(&self, place: usize) -> Option<&str> {
        self.values.get(place)?.as_deref()
    }

    /// Adds what was counted of another group.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }
}
