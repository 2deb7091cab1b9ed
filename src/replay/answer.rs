//! What the queries say about records that are alike in all that the queries look at.

use super::keep::{Keeps, groupings};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Stands where a record has no answer, or no second part of one.
pub(super) const NO_ANSWER: u32 = u32::MAX;

/// What the queries say about records that are alike.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The queries that they match, by position, ascending; never none.
    pub(super) queries: Box<[u32]>,
    /// The groupings that were asked for, one bit each …
    pub(super) groupings: u64,
    /// … and the numbers of the groups by them, in the same order.
    pub(super) groups: Box<[u32]>,
    /// Whether hits may be handed out together.
    pub(super) is_count: bool,
}

/// The same while nobody remembers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) queries: &'a [u32],
    pub(super) groupings: u64,
    pub(super) groups: &'a [u32],
    pub(super) is_count: bool,
}

impl Said<'_> {
    /// Returns the part of the queries that count by who called, or the part of all others.
    pub(super) fn part(&self, is_of_caller: bool, keeps: &Keeps) -> Answer {
        let kept = |position: &u32| &keeps.of_queries[*position as usize];
        let queries = self.queries.iter().filter(|position| kept(position).is_of_caller == is_of_caller);
        let queries: Box<[u32]> = queries.copied().collect();
        let set = queries.iter().fold(0, |set, position| set | kept(position).set);
        let groups = by_grouping(self.groupings, self.groups);
        let groups = groups.filter(|(grouping, _)| set >> grouping & 1 == 1).map(|(_, group)| group);
        let is_count = queries.iter().all(|position| kept(position).is_count);
        Answer { groupings: set, groups: groups.collect(), is_count, queries }
    }
}

impl Answer {
    /// Returns what it says.
    pub(super) fn said(&self) -> Said<'_> {
        let Self { queries, groupings, groups, is_count } = self;
        Said { queries, groupings: *groupings, groups, is_count: *is_count }
    }

    /// Puts two parts of an answer together.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut queries = [&*self.queries, &*other.queries].concat();
        queries.sort_unstable();
        let parts = [self, other].into_iter();
        let groups: BTreeMap<u32, u32> =
            parts.flat_map(|part| by_grouping(part.groupings, &part.groups)).collect();
        Self {
            queries: queries.into(),
            groupings: self.groupings | other.groupings,
            groups: groups.into_values().collect(),
            is_count: self.is_count && other.is_count,
        }
    }
}

/// Returns the groupings in a set, each with the number of the group by it.
fn by_grouping(set: u64, groups: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    groupings(set).zip(groups.iter().copied())
}

impl From<Said<'_>> for Answer {
    fn from(Said { queries, groupings, groups, is_count }: Said<'_>) -> Self {
        Self { queries: queries.into(), groupings, groups: groups.into(), is_count }
    }
}

/// The answers that one thread has found, by number, until it forgets them; whoever holds their numbers holds these, too.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Vec<Arc<Answer>>>);

impl Answers {
    /// Adds an answer and returns its number.
    pub(super) fn push(&self, answer: Answer) -> u32 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::new(answer));
        all.len() as u32 - 1
    }

    /// Returns an answer by the number that [`Answers::push`] returned.
    pub(super) fn get(&self, number: u32) -> Arc<Answer> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner)[number as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::super::keep::Kept;
    use super::*;

    #[test]
    fn the_parts_of_an_answer_are_all_of_it() {
        let kept = |set, is_of_caller| Kept { set, is_of_caller, is_count: true, ..Kept::default() };
        let mut keeps = Keeps::default();
        keeps.of_queries = vec![kept(0b101, false), kept(0b110, true), kept(0, false), kept(0b1000, true)];
        let said = Said { queries: &[0, 1, 3], groupings: 0b1111, groups: &[10, 11, 12, 13], is_count: true };
        let [call, caller] = [false, true].map(|is_of_caller| said.part(is_of_caller, &keeps));
        assert_eq!((&*call.queries, call.groupings, &*call.groups), (&[0][..], 0b101, &[10, 12][..]));
        assert_eq!((&*caller.queries, caller.groupings), (&[1, 3][..], 0b1110));
        assert_eq!(&*caller.groups, [11, 12, 13]);
        let whole = caller.and(&call);
        assert_eq!((&*whole.queries, whole.groupings), (said.queries, said.groupings));
        assert_eq!(&*whole.groups, said.groups);
    }
}
