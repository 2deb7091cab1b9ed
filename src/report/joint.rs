//! Counts of records by several lists of fields together.
//!
//! What hardly two records share, counted by one list with something long that comes again and again, like an identity,
//! would have this written out for every record. Apart they are two groups, and only their numbers come together.

use crate::hit::{Group, Hit, Span};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// Counts records by the groups that they are in by the first `N` lists of their ask.
#[derive(Debug)]
pub(super) struct Joint<const N: usize> {
    /// The places in `all` by the numbers of the groups.
    places: HashMap<[u32; N], u32, FixedState>,
    all: Vec<Joined<N>>,
}

/// What is counted of some groups together.
#[derive(Debug, Clone)]
pub(super) struct Joined<const N: usize> {
    /// The groups, one a list.
    pub(super) groups: [Arc<Group>; N],
    /// How many, and when.
    pub(super) span: Span,
}

impl<const N: usize> Joint<N> {
    /// Counts a hit, and returns the place of its groups among all that came, counted from 0; `None` without so many groups.
    pub(super) fn take(&mut self, hit: &Hit<'_>) -> Option<u32> {
        let groups: &[&Arc<Group>; N] = hit.groups.first_chunk()?;
        let place = *self.places.entry(groups.map(|group| group.number)).or_insert_with(|| {
            self.all.push(Joined { groups: groups.map(Arc::clone), span: Span::default() });
            self.all.len() as u32 - 1
        });
        self.all[place as usize].span.add(&hit.span);
        Some(place)
    }

    /// Returns what was counted, in the order in which it came.
    pub(super) fn into_all(self) -> Vec<Joined<N>> {
        self.all
    }

    /// Returns what was counted, sorted by the values of the lists one after the other, absent ones first.
    pub(super) fn into_sorted(self) -> Vec<Joined<N>> {
        let mut all = self.all;
        all.sort_unstable_by(|one, other| {
            let orders = one.groups.iter().zip(&other.groups).map(|(one, other)| one.order(other));
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        all
    }
}

impl<const N: usize> Default for Joint<N> {
    fn default() -> Self {
        Self { places: HashMap::default(), all: Vec::new() }
    }
}
