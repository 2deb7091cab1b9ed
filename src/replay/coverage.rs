//! What a replay has read, passed over and failed to read: the evidence that a count is complete, or why it is not.

use crate::hit::OTHERS;
use crate::source::{Folder, LogKey, Scope};
use crate::words::thousands;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a replay covered. Serialises to the document of `--coverage`; `version` changes when a field changes meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Version of this document.
    pub version: u32,
    /// Whether everything in the scope was read, for all queries that were asked for.
    pub is_complete: bool,
    /// Why the run ended before the end of the archives, when it did.
    pub stopped: Option<Stopped>,
    /// The archives, as they were named.
    pub archives: Vec<String>,
    /// What was asked for.
    pub scope: ScopeDocument,
    /// Log files.
    pub log_files: LogFiles,
    /// Stored and decompressed bytes of the log files read.
    pub bytes: Bytes,
    /// Records.
    pub records: Records,
    /// Pairs of a record and a query that it matched, duplicates not counted.
    pub hits: u64,
    /// Hits of each query, those without any included.
    pub hits_by_query: BTreeMap<String, u64>,
    /// Log files and records by the kind of folder.
    pub folders: BTreeMap<&'static str, Cell>,
    /// Log files and records by account, region and day of publication, as the keys name them.
    pub accounts: BTreeMap<String, BTreeMap<String, BTreeMap<Date, Cell>>>,
    /// What could not be read, in the order of the archives. It makes the coverage incomplete.
    pub faults: Vec<Fault>,
    /// Queries that were asked for and could not be replayed. They make the coverage incomplete, too.
    pub queries_left_out: Vec<LeftOut>,
    /// Oddities that cost no record.
    pub notes: Vec<Note>,
    /// Fingerprints of the log files that were read, by their day, when the scope asks for them
    /// ([`Scope::read_before`]); not part of the document.
    #[serde(skip)]
    pub log_files_read: BTreeMap<Date, Vec<u128>>,
    /// Which places record the same events, when that was asked for ([`super::Options::is_pairing`]), sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded_twice: Vec<RecordedTwice>,
    /// By which fields there were more groups than are told apart, in the order in which they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted_together: Vec<CountedTogether>,
}

/// Fields by which hits are counted, with more combinations of values than a run tells apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedTogether {
    /// The fields.
    pub by: Vec<String>,
    /// So many combinations, the first in the order of the archive, are told apart. The hits of all others are counted
    /// as one, [`crate::hit::OTHERS`]; none is left out.
    pub most: u64,
}

impl CountedTogether {
    /// Says it in words.
    pub fn in_words(&self) -> String {
        let (by, most) = (self.by.join(", "), thousands(self.most));
        format!(
            "only the first {most} combinations of {by} are told apart; all later ones are counted as `{OTHERS}`"
        )
    }
}

/// Events that lie in two places, or twice in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecordedTwice {
    /// Where the events were met first: what precedes the account's folder in the log keys, which tells trails apart as
    /// far as anything does.
    pub first: String,
    /// Where the copies are.
    pub copy: String,
    /// How many copies.
    pub records: u64,
}

/// Why a run ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// From outside, with Ctrl-C.
    Interrupted,
    /// As many hits as were asked for.
    Limit,
    /// Nobody reads the output any more.
    OutputClosed,
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScopeDocument {
    /// First moment, inclusive.
    pub since: Option<Timestamp>,
    /// First moment that no longer counts.
    pub until: Option<Timestamp>,
    /// Accounts; empty for all.
    pub accounts: Vec<String>,
    /// Regions; empty for all.
    pub regions: Vec<String>,
}

/// Counts of log files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogFiles {
    /// Log files that the scope needs: those read and those that failed.
    pub listed: u64,
    /// Read to the end.
    pub read: u64,
    /// Not read: each one is among the faults.
    pub failed: u64,
    /// Of those not read, the ones that lie in an archive storage class of S3 and need a restore first.
    pub archived: u64,
    /// Folders, prefixes or whole archives that could not be listed to the end: nobody knows what else is in them.
    /// Each is among the faults.
    pub listings_failed: u64,
    /// Objects passed over, by kind.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// Counts of bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// As stored.
    pub stored: u64,
    /// As JSON text.
    pub text: u64,
}

/// Counts of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Records {
    /// Found in the log files read.
    pub read: u64,
    /// Of these, inside the scope.
    pub in_scope: u64,
    /// Of these, left out of the time range because they have no readable `eventTime`.
    pub undated: u64,
    /// Of those in scope, records that no event bus carries.
    pub never_delivered: u64,
    /// Elements of log files that are no records: each one is among the faults.
    pub rejected: u64,
    /// Records that matched but had been met before.
    pub duplicates: u64,
    /// Records that matched at least one query, duplicates not counted.
    pub matched: u64,
}

/// Log files and records of one account, region and day, or of one kind of folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Log files read.
    pub log_files: u64,
    /// Log files that failed.
    pub failed: u64,
    /// Records read.
    pub records: u64,
}

/// Something that could not be read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The log file, the prefix of a listing, or the archive as it was named.
    pub key: String,
    /// What is wrong, one phrase.
    pub reason: String,
    /// Whether its other records were used all the same.
    pub is_partly_read: bool,
}

/// A query that could not be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The rule's own name, or the file's path.
    pub name: String,
    /// The file it stands in.
    pub origin: String,
    /// Why it cannot be used, one phrase.
    pub reason: String,
}

/// Something odd that cost no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The log file.
    pub key: String,
    /// What is odd, one phrase.
    pub remark: String,
}

impl Coverage {
    /// Current version of the document.
    pub const VERSION: u32 = 1;

    /// Adds queries that were asked for and could not be replayed: whoever loads them knows, a replay does not.
    pub fn leave_out(&mut self, queries: Vec<LeftOut>) {
        self.is_complete &= queries.is_empty();
        self.queries_left_out.extend(queries);
    }

    /// Returns the cell of a log file's account, region and day, when the key names all three.
    pub(super) fn cell(&mut self, key: &LogKey) -> Option<&mut Cell> {
        let (account, region, day) = (key.account()?, key.region()?, key.day()?);
        // Most files share account and region with others: look up before allocating names.
        if !self.accounts.contains_key(account) {
            self.accounts.insert(account.to_owned(), BTreeMap::new());
        }
        let regions = self.accounts.get_mut(account)?;
        if !regions.contains_key(region) {
            regions.insert(region.to_owned(), BTreeMap::new());
        }
        Some(regions.get_mut(region)?.entry(day).or_default())
    }

    /// Returns the cell of a kind of folder.
    pub(super) fn folder(&mut self, folder: Folder) -> &mut Cell {
        self.folders.entry(folder.name()).or_default()
    }

    /// Returns the number of accounts, of regions and of days that were touched.
    pub fn extent(&self) -> (usize, usize, usize) {
        let cells = || self.accounts.values().flatten();
        let mut regions: Vec<&String> = cells().map(|(region, _)| region).collect();
        let mut days: Vec<&Date> = cells().flat_map(|(_, days)| days.keys()).collect();
        regions.sort_unstable();
        regions.dedup();
        days.sort_unstable();
        days.dedup();
        (self.accounts.len(), regions.len(), days.len())
    }
}

impl From<&Scope> for ScopeDocument {
    fn from(scope: &Scope) -> Self {
        Self {
            since: scope.since,
            until: scope.until,
            accounts: scope.accounts.iter().cloned().collect(),
            regions: scope.regions.iter().cloned().collect(),
        }
    }
}
