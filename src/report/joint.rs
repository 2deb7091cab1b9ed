//! Counts of records by two lists of fields together.
//!
//! What hardly two records share, counted by one list with something long that comes again and again, like an identity,
//! would have this written out for every record. Apart they are two groups, and only their numbers come together. How many
//! groups there are is bounded, but not how many pairs of them: this is for lists of which one nearly tells the other.

use crate::hit::{Group, Hit, Span};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// Counts records by the groups that they are in by the two lists of their ask.
#[derive(Debug, Default)]
pub(super) struct Joint {
    /// The places in `all` by the numbers of the groups.
    places: HashMap<[u32; 2], usize, FixedState>,
    all: Vec<Joined>,
}

/// What is counted of two groups together.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    /// The groups, one a list.
    pub(super) groups: [Arc<Group>; 2],
    /// How many, and when.
    pub(super) span: Span,
}

impl Joint {
    /// Counts a hit; without two groups nothing is counted.
    pub(super) fn take(&mut self, hit: &Hit<'_>) {
        let Some(groups) = hit.groups.first_chunk::<2>() else { return };
        let place = *self.places.entry(groups.map(|group| group.number)).or_insert_with(|| {
            self.all.push(Joined { groups: groups.map(Arc::clone), span: Span::default() });
            self.all.len() - 1
        });
        self.all[place].span.add(&hit.span);
    }

    /// Returns what was counted, in the order in which it came.
    pub(super) fn into_all(self) -> Vec<Joined> {
        self.all
    }
}
