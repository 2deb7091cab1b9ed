//! How closely records are looked at: first at few members of all of them, then at all members of few.
//!
//! Marking a member while a text is split costs little, but every record pays for it. So only what tells records apart is
//! marked at first, and a record that is worth it is split once more, on its own. Where most records turn out to be worth
//! it, as when all are counted, the second look is taken at once.

use super::Matcher;
use crate::event::Members;
use crate::json::compact::Marker;
use crate::source::Scope;

/// What is marked at a look.
pub(super) struct Look {
    pub(super) is_second: bool,
    /// The members that are marked wherever a record has them …
    pub(super) marked: Members,
    /// … and what marks them, unless that is impossible: then records are read whole.
    pub(super) marker: Marker,
    pub(super) is_marking: bool,
}

impl Look {
    /// Returns the first look and the second one.
    pub(super) fn both(matcher: &Matcher<'_>, scope: &Scope) -> [Self; 2] {
        let [few, all] = matcher.marked(scope);
        [(few, false), (all, true)].map(|(marked, is_second)| {
            let marker = matcher.marker(marked);
            let is_marking = marker.is_some();
            Self { is_second, marked, marker: marker.unwrap_or_else(Marker::none), is_marking }
        })
    }
}

/// One record in so many may be looked at twice before the second look is taken at once.
const MOST_TWICE: usize = 4;

/// What one thread has learnt about the records it sees; it decides how they are read, and never what is found.
#[derive(Debug, Default)]
pub(super) struct Habit {
    /// Whether the second look is taken at once.
    pub(super) is_close: bool,
    records: usize,
    worthy: usize,
}

impl Habit {
    /// Notes whether a record was worth a second look.
    #[inline]
    pub(super) fn note(&mut self, is_worthy: bool) {
        self.records += 1;
        self.worthy += usize::from(is_worthy);
    }

    /// Draws the conclusion for the records of the next share.
    pub(super) fn learn(&mut self) {
        if self.records > 0 {
            self.is_close = self.worthy * MOST_TWICE > self.records;
        }
        (self.records, self.worthy) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_look_comes_first_where_most_records_are_worth_it() {
        let mut habit = Habit::default();
        for (worthy, is_close) in [(0, false), (25, false), (26, true), (100, true), (3, false)] {
            (0..100).for_each(|record| habit.note(record < worthy));
            habit.learn();
            assert_eq!(habit.is_close, is_close, "{worthy} of 100");
        }
        habit.note(true);
        habit.learn();
        habit.learn();
        assert!(habit.is_close, "nothing new was seen");
    }
}
