//! The groups that the receiver has met, in the order of the archive, and how many it tells apart.

use super::groups::{Groups, OTHERS};
use crate::hit::Group;
use std::sync::Arc;

/// The groups that were met so far.
#[derive(Debug)]
pub(super) struct KnownGroups {
    /// Of each grouping one.
    of_groupings: Vec<Met>,
    /// So many are told apart by one grouping; what comes later is put together.
    most: usize,
}

/// Those by one grouping.
#[derive(Debug, Default, Clone)]
struct Met {
    /// By number: the group, or that of all others.
    groups: Vec<Option<Arc<Group>>>,
    count: usize,
    is_beyond: bool,
}

impl KnownGroups {
    /// Returns none yet.
    pub(super) fn new(groupings: usize, most: usize) -> Self {
        Self { of_groupings: vec![Met::default(); groupings], most }
    }

    /// Meets the groups that a record is in: their groupings, one bit each, and their numbers in the same order. Which
    /// groups are told apart depends on nothing but the order in which they are met.
    #[inline]
    pub(super) fn meet(&mut self, all: &Groups, mut groupings: u64, numbers: &[u32]) {
        for number in numbers {
            let grouping = groupings.trailing_zeros() as usize;
            groupings &= groupings - 1;
            let is_known =
                self.of_groupings[grouping].groups.get(*number as usize).is_some_and(Option::is_some);
            if !is_known {
                self.meet_new(all, grouping, *number);
            }
        }
    }

    #[cold]
    fn meet_new(&mut self, all: &Groups, grouping: usize, number: u32) {
        let met = &mut self.of_groupings[grouping];
        let place = number as usize;
        if met.groups.len() <= place {
            met.groups.resize(place + 1, None);
        }
        let is_told_apart = number != OTHERS && met.count < self.most;
        met.groups[place] = Some(all.get(grouping, if is_told_apart { number } else { OTHERS }));
        if is_told_apart {
            met.count += 1;
            if met.count == self.most {
                all.close(grouping);
            }
        } else {
            met.is_beyond = true;
        }
    }

    /// Returns a group that was met.
    #[inline]
    pub(super) fn get(&self, grouping: u32, number: u32) -> &Arc<Group> {
        let group = self.of_groupings[grouping as usize].groups[number as usize].as_ref();
        group.expect("a group is met before it is asked for")
    }

    /// Returns the groupings by which more were met than are told apart.
    pub(super) fn beyond(&self) -> impl Iterator<Item = usize> {
        (0..).zip(&self.of_groupings).filter(|(_, met)| met.is_beyond).map(|(grouping, _)| grouping)
    }
}
