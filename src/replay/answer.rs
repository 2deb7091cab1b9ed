//! What the queries say about records that are alike in all that the queries look at.

use std::sync::{Arc, Mutex, PoisonError};

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
