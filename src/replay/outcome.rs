//! What came of one thing that a source offered.

use super::matched::Matched;
use crate::decode::Rejected;
use crate::record::Facts;
use crate::source::{LogKey, Skip};
use jiff::Timestamp;
use std::ops::Range;

/// What came of one offer, with its place in the order of offers.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) sequence: u64,
    pub(super) what: What,
    /// The same for the checkpoint, when it is new there.
    pub(super) frame: Vec<u8>,
}

/// What came of one offer.
#[derive(Debug)]
pub(super) enum What {
    /// Passed over by the source.
    Skipped { reason: Skip },
    /// No record of it can be used.
    Unreadable { key: LogKey, reason: String, is_archived: bool },
    /// The rest of an archive, or all of it, cannot be had.
    Lost { archive: String, reason: String, is_partly_read: bool },
    /// Read, decoded and matched.
    Read(Box<ReadLogFile>),
    /// Still waiting when the run was interrupted.
    NotRead,
}

impl Outcome {
    /// Returns about how many bytes it takes until it is received.
    pub(super) fn size(&self) -> usize {
        let what = match &self.what {
            What::Read(read) => read.shares.iter().map(Matched::size).sum(),
            _ => 0,
        };
        what + self.frame.len()
    }
}

/// What was found in one log file.
#[derive(Debug)]
pub(super) struct ReadLogFile {
    pub(super) key: LogKey,
    /// Whether its records are out of Event history or Lake: see [`crate::decode::Shape::is_history`].
    pub(super) is_history: bool,
    pub(super) stored_bytes: u64,
    pub(super) text_bytes: u64,
    /// Counts of records.
    pub(super) tally: Tally,
    /// Elements that are no records, named up to a limit.
    pub(super) rejected: Vec<Rejected>,
    /// How many there are.
    pub(super) rejected_count: u64,
    /// Faults of the file that leave its records good.
    pub(super) faults: Vec<String>,
    /// Oddities that are no faults.
    pub(super) notes: Vec<String>,
    /// What the threads found that worked on it, in text order.
    pub(super) shares: Vec<Matched>,
}

impl ReadLogFile {
    /// Returns the number of hits.
    pub(super) fn hits(&self) -> u64 {
        self.shares.iter().map(|share| share.hits).sum()
    }
}

/// How many records there were, and of which sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records and events found.
    pub(super) read: u64,
    /// Of these, inside the scope.
    pub(super) in_scope: u64,
    /// Of these, without a readable `eventTime` while the scope has a time range: left out.
    pub(super) undated: u64,
    /// Of those in scope, records that no event bus carries (aggregated events).
    pub(super) never_delivered: u64,
}

/// Where a record stands to the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Outside,
    Undated,
}

impl Tally {
    /// Counts one record.
    pub(super) fn count(&mut self, place: Place, is_delivered: bool) {
        self.read += 1;
        match place {
            Place::Inside => {
                self.in_scope += 1;
                self.never_delivered += u64::from(!is_delivered);
            }
            Place::Undated => self.undated += 1,
            Place::Outside => {}
        }
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.read += other.read;
        self.in_scope += other.in_scope;
        self.undated += other.undated;
        self.never_delivered += other.never_delivered;
    }
}

/// A record that matched at least one query.
#[derive(Debug)]
pub(super) struct Match {
    /// Its place among the records that were looked at with it.
    pub(super) number: u32,
    /// Where its queries are, by position, ascending.
    pub(super) queries: Range<usize>,
    /// Tells equal events apart from others: see [`super::duplicates`].
    pub(super) identity: u128,
    pub(super) time: Option<Timestamp>,
    /// The groupings that were asked for, one bit each …
    pub(super) groupings: u64,
    /// … and where the numbers of the record's groups by them are, in the same order.
    pub(super) groups: Range<usize>,
    /// What there is of the record, when a query wants more than groups.
    pub(super) record: Option<KeptRecord>,
}

/// A record that is kept, or only its facts.
#[derive(Debug)]
pub(super) struct KeptRecord {
    /// Where its bytes are: none when only facts are wanted.
    pub(super) bytes: Range<usize>,
    /// Whether the bytes are an EventBridge event instead of a record.
    pub(super) is_event: bool,
    /// What people want to see of it.
    pub(super) facts: Box<Facts>,
}
