//! Which part of an archive is asked for.

use super::LogKey;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// The part of the archives that a run is about. Parsed once from what the user said.
#[derive(Debug, Clone)]
pub struct Scope {
    /// First moment of `eventTime` that counts, inclusive.
    pub since: Option<Timestamp>,
    /// First moment that no longer counts.
    pub until: Option<Timestamp>,
    /// Accounts (as in keys: the receiving account); empty means all.
    pub accounts: BTreeSet<String>,
    /// Regions; empty means all.
    pub regions: BTreeSet<String>,
    /// Days behind `until` in which late files are still looked for.
    pub late_slack_days: u16,
    /// First day (UTC) whose folders are read, when an earlier run read those before; whatever `eventTime` says.
    pub first_day: Option<Date>,
    /// Log files that an earlier run read, and which are passed over. With it (even an empty one) a run says which ones it
    /// has read itself: [`crate::replay::Coverage::log_files_read`].
    pub read_before: Option<Arc<ReadBefore>>,
    /// The present moment, given from outside: no folder later than this day exists.
    pub now: Timestamp,
}

/// Log files by the fingerprints of their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadBefore(HashSet<u128>);

impl ReadBefore {
    /// Tells whether a log file is among them. Of keys that name no day nobody knows whether they stand for the same
    /// file every time: these never are.
    pub fn has(&self, key: &LogKey) -> bool {
        key.day().is_some() && self.0.contains(&fingerprint(key))
    }
}

impl FromIterator<u128> for ReadBefore {
    fn from_iter<I: IntoIterator<Item = u128>>(fingerprints: I) -> Self {
        Self(fingerprints.into_iter().collect())
    }
}

/// Returns a short stand-in for a key.
pub fn fingerprint(key: &LogKey) -> u128 {
    xxh3_128(key.as_str().as_bytes())
}

impl Scope {
    /// Returns the last day (UTC) whose folders are read: that of `until` and the slack behind it, today at most. An
    /// event lies in the folder of its day or, delivered late, in a later one.
    pub fn last_day(&self) -> Date {
        let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
        let slack = SignedDuration::from_hours(24 * i64::from(self.late_slack_days));
        let late = |until: Timestamp| until.checked_add(slack).map_or(Date::MAX, day);
        self.until.map_or(day(self.now), late).min(day(self.now))
    }

    /// Tells whether folders behind the last day may exist: events that were delivered even later would be there.
    pub fn ends_before_today(&self) -> bool {
        self.last_day() < self.now.to_zoned(TimeZone::UTC).date()
    }
}
