//! One rule in both versions.

use super::noise::{Noise, Values};
use crate::hit::Hit;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// So many examples are kept of each side.
const EXAMPLES: usize = 3;

/// A version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The version that was.
    Old,
    /// The version that is to be.
    New,
}

impl Side {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// Records by the versions that they match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Only the old one.
    pub only_old: u64,
    /// Both.
    pub both: u64,
    /// Only the new one.
    pub only_new: u64,
}

impl Counts {
    /// Returns all hits of the old version.
    pub fn all_old(&self) -> u64 {
        self.only_old + self.both
    }

    /// Returns all hits of the new version.
    pub fn all_new(&self) -> u64 {
        self.only_new + self.both
    }

    fn count(&mut self, is_in: [bool; 2]) {
        match is_in {
            [true, true] => self.both += 1,
            [true, false] => self.only_old += 1,
            [false, true] => self.only_new += 1,
            [false, false] => {}
        }
    }
}

/// A hit that only one version has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Its event id.
    pub event_id: Option<String>,
    /// The call.
    pub event_name: Option<String>,
    /// Who made it.
    pub principal: Option<String>,
    /// The account that received it.
    pub account: Option<String>,
    /// The region of the record.
    pub region: Option<String>,
}

impl Example {
    pub(super) fn of(hit: &Hit<'_>) -> Self {
        let facts = hit.facts;
        Self {
            time: facts.time,
            event_id: facts.event_id.clone(),
            event_name: facts.event_name.clone(),
            principal: facts.principal.clone(),
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
        }
    }
}

/// What was counted of one rule.
#[derive(Debug, Default)]
pub(super) struct Pair {
    counts: Counts,
    days: BTreeMap<Option<Date>, Counts>,
    examples: Vec<(Side, Example)>,
    noise: Noise,
}

impl Pair {
    pub(super) fn count(&mut self, is_in: [bool; 2], example: Example, values: Values) {
        self.counts.count(is_in);
        let day = example.time.map(|time| time.to_zoned(TimeZone::UTC).date());
        self.days.entry(day).or_default().count(is_in);
        if is_in[Side::New as usize] {
            self.noise.count(values);
        }
        let side = if is_in[Side::Old as usize] { Side::Old } else { Side::New };
        let kept = self.examples.iter().filter(|(kept, _)| *kept == side).count();
        if is_in != [true; 2] && kept < EXAMPLES {
            self.examples.push((side, example));
        }
    }

    #[expect(clippy::type_complexity, reason = "the parts have names where they go")]
    pub(super) fn into_parts(
        mut self,
    ) -> (Counts, BTreeMap<Option<Date>, Counts>, Vec<(Side, Example)>, Noise) {
        self.examples.sort_by_key(|(side, _)| *side);
        (self.counts, self.days, self.examples, self.noise)
    }
}
