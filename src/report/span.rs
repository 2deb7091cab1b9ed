//! How many records, from when to when.

use super::Counted;
use crate::hit;
use jiff::Timestamp;

/// How many records there are of a kind, and the times of the earliest and the latest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// How many.
    pub(super) records: u64,
    /// Time of the earliest; none when no record has one.
    pub(super) first: Option<Timestamp>,
    /// Time of the latest.
    pub(super) last: Option<Timestamp>,
}

impl Span {
    /// Counts a record.
    pub(super) fn count(&mut self, time: Option<Timestamp>) {
        self.add(&Self { records: 1, first: time, last: time });
    }

    /// Adds other records.
    pub(super) fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }
}

impl From<&Counted> for Span {
    fn from(counted: &Counted) -> Self {
        Self { records: counted.records, first: counted.first, last: counted.last }
    }
}

impl From<hit::Span> for Span {
    fn from(span: hit::Span) -> Self {
        Self { records: span.records, first: span.first(), last: span.last() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_time_are_counted_and_move_nothing() {
        let mut span = Span::default();
        let times = [Some(5), None, Some(3)].map(|second| Some(Timestamp::from_second(second?).unwrap()));
        times.into_iter().for_each(|time| span.count(time));
        assert_eq!((span.records, span.first, span.last), (3, times[2], times[0]));
    }
}
