//! Recognises events that were met before: redelivered, or recorded by several trails.
//!
//! CloudTrail names an event by receiving account and event id; the same call seen from two accounts is two events.
//! Only records that matched are remembered, 16 bytes each.

use super::coverage::RecordedTwice;
use crate::event;
use crate::source::LogKey;
use foldhash::fast::FixedState;
use hashbrown::hash_table::{Entry, HashTable};
use std::collections::{BTreeMap, HashMap};

/// So many tables are made for each account, by the lowest bits of identities.
const TABLES: usize = 16;

/// So many places are told apart; no archive has more trails.
const MOST_PLACES: usize = 1 << event::OWN.count_zeros();

/// The events met so far. The log files of one account follow one another, so that what is asked for is often in the
/// processor's cache; and many small tables grow at less cost than a large one, which would be copied, and its memory asked
/// for, again and again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By account, one row after the other.
    tables: Vec<[HashTable<Met>; TABLES]>,
    rows: HashMap<u16, usize, FixedState>,
    /// The account that was asked for last, and its row.
    last: Option<(u16, usize)>,
}

/// An event, and the number of the place where it was met first, in the bits of its identity that stand for the account: in
/// one table there are events of one account.
#[derive(Debug, Clone, Copy)]
struct Met(u128);

impl Met {
    fn new(identity: u128, place: u32) -> Self {
        Self(identity & event::OWN | u128::from(place) << event::OWN.count_ones())
    }

    fn place(self) -> u32 {
        (self.0 >> event::OWN.count_ones()) as u32
    }

    fn is_same(self, other: Self) -> bool {
        (self.0 ^ other.0) & event::OWN == 0
    }

    /// Returns bits that are random already, without those that tell tables apart.
    fn hash(self) -> u64 {
        (self.0 >> TABLES.ilog2()) as u64
    }
}

impl Seen {
    /// Remembers an event and tells whether it is the first of its kind.
    pub(super) fn is_first(&mut self, identity: u128) -> bool {
        self.meet(identity, 0).is_none()
    }

    /// Remembers an event of a place, and returns the place where it was met before.
    fn meet(&mut self, identity: u128, place: u32) -> Option<u32> {
        let met = Met::new(identity, place);
        match self.table(identity).entry(met.hash(), |other| other.is_same(met), |other| other.hash()) {
            Entry::Vacant(entry) => {
                entry.insert(met);
                None
            }
            Entry::Occupied(first) => Some(first.get().place()),
        }
    }

    fn table(&mut self, identity: u128) -> &mut HashTable<Met> {
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

/// The events met so far, and where: for counting which places record the same events.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    seen: Seen,
    /// The names of the places, by number.
    names: Vec<Box<str>>,
    /// Copies by the first place and that of the copy.
    copies: BTreeMap<(u32, u32), u64>,
}

impl Pairs {
    /// Remembers an event of a place, counts it when it was met before, and tells whether it is the first of its kind.
    pub(super) fn is_first(&mut self, identity: u128, place: u32) -> bool {
        let first = self.seen.meet(identity, place);
        if let Some(first) = first {
            *self.copies.entry((first, place)).or_default() += 1;
        }
        first.is_none()
    }

    /// Returns the number of the place that a log file is in.
    pub(super) fn place(&mut self, key: &LogKey) -> u32 {
        let name = trail_prefix(key);
        let known = self.names.iter().rposition(|known| **known == *name);
        let number = known.unwrap_or_else(|| {
            match self.names.len() < MOST_PLACES {
                true => self.names.push(name.into()),
                false => self.names[MOST_PLACES - 1] = "other places".into(),
            }
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
    fn every_place_is_told_apart_whatever_the_account() {
        let mut seen = Seen::default();
        let last = MOST_PLACES as u32 - 1;
        for (account, place) in [(0_u128, last), (1, 0), (0x8000, 1), (0xffff, last)] {
            let identity = account << event::OWN.count_ones() | 7 << 64;
            assert_eq!(seen.meet(identity, place), None);
            assert_eq!(seen.meet(identity, 5), Some(place));
            assert_eq!(seen.meet(identity ^ 1 << 111, 5), None);
        }
    }

    #[test]
    fn records_without_an_id_are_told_apart_by_their_bytes() {
        assert_eq!(identity(None, None, b"{}"), identity(Some(b"1"), None, b"{}"));
        assert_ne!(identity(None, None, b"{}"), identity(None, None, b"{ }"));
    }
}
