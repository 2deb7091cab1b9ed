//! Counts of records with the same answer, until they are handed out together.

use super::answer::{Answer, Answers};
use crate::hit::Span;
use std::sync::Arc;

/// When so many answers are counted, all are handed out.
const MOST: usize = 1 << 17;

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Folded {
    lists: Vec<List>,
    /// Which list was asked for last, and how many counts there are in all.
    last: usize,
    count: usize,
}

/// The counts of the answers in one list.
#[derive(Debug)]
struct List {
    answers: Arc<Answers>,
    /// By the answer's number.
    counts: Vec<Option<Count>>,
}

/// How many records have an answer, and when they were.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub(super) answer: Arc<Answer>,
    pub(super) span: Span,
}

impl Folded {
    /// Returns the count of an answer, and whether it is a new one.
    #[inline]
    pub(super) fn count(&mut self, answers: &Arc<Answers>, number: u32) -> (&mut Count, bool) {
        let is_last = self.lists.get(self.last).is_some_and(|list| Arc::ptr_eq(&list.answers, answers));
        if !is_last {
            self.last = self.find(answers);
        }
        let list = &mut self.lists[self.last];
        let number = number as usize;
        if list.counts.len() <= number {
            list.counts.resize(number + 1, None);
        }
        let count = &mut list.counts[number];
        let is_new = count.is_none();
        self.count += usize::from(is_new);
        let new = || Count { answer: list.answers.get(number as u32), span: Span::default() };
        (count.get_or_insert_with(new), is_new)
    }

    #[cold]
    fn find(&mut self, answers: &Arc<Answers>) -> usize {
        let known = self.lists.iter().position(|list| Arc::ptr_eq(&list.answers, answers));
        known.unwrap_or_else(|| {
            self.lists.push(List { answers: Arc::clone(answers), counts: Vec::new() });
            self.lists.len() - 1
        })
    }

    /// Tells whether there are so many counts that they should be taken.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST
    }

    /// Takes all counts that are not empty, and begins anew.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Count> + use<> {
        let counts = std::mem::take(self).lists.into_iter().flat_map(|list| list.counts).flatten();
        counts.filter(|count| count.span.records > 0)
    }
}
