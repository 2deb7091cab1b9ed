//! Recognises events that were met before: redelivered, or recorded by several trails.
//!
//! CloudTrail names an event by receiving account and event id; the same call seen from two accounts is two events.
//! Only records that matched are remembered, 16 bytes each; 32 when somebody asks where their copies lie.

use super::coverage::RecordedTwice;
use crate::event;
use crate::source::LogKey;
use foldhash::fast::FixedState;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// So many tables are made for each account, by the lowest bits of identities.
const TABLES: usize = 16;

/// Something of the events met so far, by identity. The log files of one account follow one another, so that what is asked
/// for is often in the processor's cache; and many small tables grow at less cost than a large one, which would be copied,
/// and its memory asked for, again and again.
#[derive(Debug, Default)]
struct ByIdentity<T> {
    /// By account, one row after the other.
    tables: Vec<[T; TABLES]>,
    rows: HashMap<u16, usize, FixedState>,
    /// The account that was asked for last, and its row.
    last: Option<(u16, usize)>,
}

impl<T: Default> ByIdentity<T> {
    fn of(&mut self, identity: u128) -> &mut T {
        let account = event::account_of(identity);
        let row = match self.last {
            Some((last, row)) if last == account => row,
            _ => {
                let row = *self.rows.entry(account).or_insert(self.tables.len());
                if row == self.tables.len() {
                    self.tables.push(Default::default());
                }
                self.last = Some((account, row));
                row
            }
        };
        &mut self.tables[row][identity as usize % TABLES]
    }
}

/// The events met so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    identities: ByIdentity<HashSet<u128, FixedState>>,
}

impl Seen {
    /// Remembers an event and tells whether it is the first of its kind.
    pub(super) fn is_first(&mut self, identity: u128) -> bool {
        self.identities.of(identity).insert(identity)
    }
}

/// The events met so far, and where: for counting which places record the same events.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// The number of the place where an event was met first.
    places: ByIdentity<HashMap<u128, u32, FixedState>>,
    names: Vec<Box<str>>,
    /// Copies by the first place and that of the copy.
    copies: BTreeMap<(u32, u32), u64>,
}

impl Pairs {
    /// Remembers an event of a place, counts it when it was met before, and tells whether it is the first of its kind.
    pub(super) fn is_first(&mut self, identity: u128, place: u32) -> bool {
        match self.places.of(identity).entry(identity) {
            Entry::Vacant(entry) => {
                entry.insert(place);
                true
            }
            Entry::Occupied(first) => {
                *self.copies.entry((*first.get(), place)).or_default() += 1;
                false
            }
        }
    }

    /// Returns the number of the place that a log file is in.
    pub(super) fn place(&mut self, key: &LogKey) -> u32 {
        let name = trail_prefix(key);
        let known = self.names.iter().rposition(|known| **known == *name);
        let number = known.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        number as u32
    }

    /// Returns the copies by pair of places, sorted by their names.
    pub(super) fn into_counts(self) -> Vec<RecordedTwice> {
        let name = |number: u32| self.names[number as usize].to_string();
        let copies = self.copies.iter();
        let mut counts: Vec<_> = copies
            .map(|((first, copy), records)| RecordedTwice {
                first: name(*first),
                copy: name(*copy),
                records: *records,
            })
            .collect();
        counts.sort_unstable();
        counts
    }
}

/// Returns where a trail writes: the key up to the account's folder, or up to the file's name when there is none.
fn trail_prefix(key: &LogKey) -> &str {
    let text = key.as_str();
    let account = key.account().and_then(|account| {
        let at = text.match_indices(account).map(|(at, _)| at);
        let is_folder = |at: &usize| {
            (*at == 0 || text.as_bytes()[at - 1] == b'/')
                && text.as_bytes().get(at + account.len()) == Some(&b'/')
        };
        at.filter(is_folder).last()
    });
    let end = account.or_else(|| text.rfind('/')).unwrap_or(0);
    text[..end].trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::identity;

    #[test]
    fn the_same_event_id_in_two_accounts_is_two_events() {
        let mut seen = Seen::default();
        assert!(seen.is_first(identity(Some(b"1"), Some(b"e"), b"a")));
        assert!(seen.is_first(identity(Some(b"2"), Some(b"e"), b"a")));
        assert!(!seen.is_first(identity(Some(b"1"), Some(b"e"), b"b")));
        assert!(!seen.is_first(identity(Some(b"2"), Some(b"e"), b"b")));
    }

    #[test]
    fn copies_are_counted_by_the_prefixes_of_both_trails() {
        let key = |prefix: &str, day: u8| {
            let name = "111122223333_CloudTrail_us-east-1_20260301T0000Z_AAAAAAAAAAAAAAAA.json.gz";
            LogKey::parse(format!("{prefix}111122223333/CloudTrail/us-east-1/2026/03/{day:02}/{name}"))
        };
        let (org, own) = ("AWSLogs/o-exampleorg/", "AWSLogs/");
        let mut pairs = Pairs::default();
        let mut is_first = |identity, key: LogKey| {
            let place = pairs.place(&key);
            pairs.is_first(identity, place)
        };
        assert!(is_first(1, key(org, 1)));
        assert!(is_first(2, key(org, 1)));
        assert!(!is_first(1, key(own, 2)));
        assert!(!is_first(2, key(own, 1)));
        assert!(!is_first(2, key(org, 2)));
        let counted = |copy: &str, records| RecordedTwice {
            first: "AWSLogs/o-exampleorg".to_owned(),
            copy: copy.to_owned(),
            records,
        };
        assert_eq!(pairs.into_counts(), [counted("AWSLogs", 2), counted("AWSLogs/o-exampleorg", 1)]);
        assert_eq!(trail_prefix(&LogKey::parse("logs/one.json.gz")), "logs");
        assert_eq!(trail_prefix(&LogKey::parse("one.json.gz")), "");
    }

    #[test]
    fn records_without_an_id_are_told_apart_by_their_bytes() {
        assert_eq!(identity(None, None, b"{}"), identity(Some(b"1"), None, b"{}"));
        assert_ne!(identity(None, None, b"{}"), identity(None, None, b"{ }"));
    }
}
