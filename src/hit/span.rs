//! How many records a hit or a count stands for, and when they were.

use jiff::Timestamp;

/// How many records, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many records.
    pub records: u64,
    /// Milliseconds since 1970 of the earliest; the largest number without any …
    first: i64,
    /// … and of the latest; the smallest number without any.
    last: i64,
}

impl Default for Span {
    fn default() -> Self {
        Self { records: 0, first: i64::MAX, last: i64::MIN }
    }
}

impl Span {
    /// Returns that of a single record.
    pub fn of(time: Option<Timestamp>) -> Self {
        let mut span = Self::default();
        span.count(time);
        span
    }

    /// Returns that of so many records with these times.
    pub fn between(records: u64, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        let [first, last] = [first, last].map(|time| time.map(Timestamp::as_millisecond));
        Self { records, first: first.unwrap_or(i64::MAX), last: last.unwrap_or(i64::MIN) }
    }

    /// Counts a record.
    pub fn count(&mut self, time: Option<Timestamp>) {
        self.records += 1;
        if let Some(time) = time.map(Timestamp::as_millisecond) {
            self.first = self.first.min(time);
            self.last = self.last.max(time);
        }
    }

    /// Counts a record of a moment in milliseconds since 1970.
    #[inline]
    pub fn count_at(&mut self, time: i64) {
        self.records += 1;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Returns the time of the earliest record that has one.
    pub fn first(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.first).ok().filter(|_| self.first <= self.last)
    }

    /// Returns the time of the latest.
    pub fn last(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.last).ok().filter(|_| self.first <= self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_time_are_counted_and_have_none() {
        let mut span = Span::default();
        span.count(None);
        assert_eq!((span.records, span.first(), span.last()), (1, None, None));
        span.count("2026-03-01T00:00:00Z".parse().ok());
        assert_eq!(span.first(), "2026-03-01T00:00:00Z".parse().ok());
        assert_eq!(span.first(), span.last());
    }
}
