//! Counts of groups as they come: how many, from when to when.
//!
//! Whoever counts all principals of an archive may meet a million groups: of each, only the group that the run holds
//! anyway is pointed at, and its values are written out one group after the other in the end.

use crate::hit::{Group, Hit, Span};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Counts records by group; memory grows with the groups, never with the records.
#[derive(Debug, Default)]
pub struct Tally {
    /// By the group's number, in pages: of a million groups that a run has, a query may meet a few.
    pages: Vec<Option<Box<Page>>>,
}

/// So many slots are made at once.
const PAGE: usize = 32;

type Page = [Option<Slot>; PAGE];

/// What is counted of one group whose values are not written out.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The group.
    pub group: Arc<Group>,
    /// How many, and when.
    pub span: Span,
}

/// What is counted of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The values that the records have in common, in the order of the fields.
    pub values: Vec<Option<String>>,
    /// How many records.
    pub records: u64,
    /// Time of the earliest, in milliseconds.
    pub first: Option<Timestamp>,
    /// Time of the latest, in milliseconds.
    pub last: Option<Timestamp>,
}

impl Tally {
    /// Counts a hit by the group at that place among those of its ask; without one nothing is counted.
    pub fn take(&mut self, hit: &Hit<'_>, place: usize) {
        let Some(group) = hit.groups.get(place) else { return };
        let (page, place) = (group.number as usize / PAGE, group.number as usize % PAGE);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_default();
        let slot =
            page[place].get_or_insert_with(|| Slot { group: Arc::clone(group), span: Span::default() });
        slot.span.add(&hit.span);
    }

    /// Returns what was counted, sorted by the values, absent ones first. The values are written out one by one.
    pub fn into_sorted(self) -> impl ExactSizeIterator<Item = Counted> {
        let mut slots: Vec<Slot> = self.into_slots().collect();
        slots.sort_unstable_by(|one, other| one.group.order(&other.group));
        slots.into_iter().map(Counted::from)
    }

    /// Returns what was counted, in no order that means anything.
    pub fn into_slots(self) -> impl Iterator<Item = Slot> {
        self.pages.into_iter().flatten().flat_map(|page| *page).flatten()
    }
}

/// Returns the first `most` of all, as `order` sorts them, without sorting all. Memory grows with `most` only.
pub fn top<T>(all: impl Iterator<Item = T>, most: usize, order: fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut heap = BinaryHeap::with_capacity(most.min(1 << 10) + 1);
    for value in all {
        heap.push(Ordered { value, order });
        if heap.len() > most {
            heap.pop();
        }
    }
    heap.into_sorted_vec().into_iter().map(|ordered| ordered.value).collect()
}

/// A value that knows its order.
struct Ordered<T> {
    value: T,
    order: fn(&T, &T) -> Ordering,
}

impl<T> Ord for Ordered<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order)(&self.value, &other.value)
    }
}

impl<T> PartialOrd for Ordered<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Ordered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Ordered<T> {}

impl Slot {
    /// Orders by number of records, the most first, and by the values where they are as many.
    pub fn most_first(&self, other: &Self) -> Ordering {
        other.span.records.cmp(&self.span.records).then_with(|| self.group.order(&other.group))
    }

    /// Orders by the first time, the latest first, and by the values where they are the same.
    pub fn newest_first(&self, other: &Self) -> Ordering {
        other.span.first().cmp(&self.span.first()).then_with(|| self.group.order(&other.group))
    }
}

impl From<Slot> for Counted {
    fn from(Slot { group, span }: Slot) -> Self {
        let values = group.values().map(|value| value.map(|text| text.into_owned())).collect();
        Self { values, records: span.records, first: span.first(), last: span.last() }
    }
}

impl Counted {
    /// Returns the value at a place, or nothing.
    pub fn value(&self, place: usize) -> Option<&str> {
        self.values.get(place)?.as_deref()
    }

    /// Returns the values as [`crate::record::Identity::from_values`] takes them, beginning with the one at `place`.
    pub fn values_from(&self, place: usize) -> impl Iterator<Item = Option<&str>> {
        self.values.iter().skip(place).map(Option::as_deref)
    }

    /// Returns how many and when, without the values.
    pub fn span(&self) -> Span {
        Span::between(self.records, self.first, self.last)
    }

    /// Adds what was counted of another group.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hit::GroupKey;

    fn slot(number: u32, value: &str, records: u64) -> Slot {
        let mut key = GroupKey::default();
        key.push(value.as_bytes());
        key.end();
        let group = Arc::new(Group::new(number, key.as_bytes()));
        Slot { group, span: Span::between(records, None, None) }
    }

    fn tally(slots: Vec<Slot>) -> Tally {
        let mut slots = slots.into_iter();
        let mut pages = Vec::new();
        while slots.len() > 0 {
            pages.push(Some(Box::new(std::array::from_fn(|_| slots.next()))));
        }
        Tally { pages }
    }

    #[test]
    fn groups_are_sorted_by_their_values_whatever_their_numbers() {
        let values = ["b", "abc", "", "ab"];
        let sorted =
            tally((0..).zip(values).map(|(number, value)| slot(number, value, 1)).collect()).into_sorted();
        assert_eq!(sorted.len(), 4);
        let sorted: Vec<_> = sorted.map(|counted| counted.value(0).map(str::to_owned)).collect();
        assert_eq!(sorted, [None, Some("ab".to_owned()), Some("abc".to_owned()), Some("b".to_owned())]);
    }

    #[test]
    fn the_top_is_what_sorting_all_would_put_first() {
        let slots =
            || (0..50).map(|number| slot(number, &format!("{:02}", number * 7 % 50), number as u64 % 5));
        let mut all: Vec<_> = slots().collect();
        all.sort_by(Slot::most_first);
        for most in [0, 1, 7, 50, 100] {
            let top = top(slots(), most, Slot::most_first);
            let numbers = |slots: &[Slot]| slots.iter().map(|slot| slot.group.number).collect::<Vec<_>>();
            assert_eq!(numbers(&top), numbers(&all[..most.min(50)]));
        }
    }
}
