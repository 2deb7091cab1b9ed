//! What one thread found in its share of a log file.

use super::groups::Groups;
use super::matcher::Scratch;
use super::outcome::{KeptRecord, Match, Tally};
use super::pool::Pool;
use super::{Matcher, Options};
use crate::decode::{Kind, Rejected};
use crate::event::{self, identity};
use crate::hit::GroupKey;
use crate::json::scan::{SyntaxError, skip_value};
use crate::record::{Facts, parse_event_time};
use crate::source::LogKey;
use jiff::Timestamp;
use std::ops::ControlFlow;

/// Records that are no sound JSON are named up to this number in each share of a log file.
const MOST_NAMED: usize = 1_000;

/// The memory of a share that kept more bytes than that is given back to the system.
const LARGEST_KEPT: usize = 1 << 20;

/// What a run asks of its records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'run> {
    pub(super) matcher: &'run Matcher<'run>,
    pub(super) options: &'run Options,
    pub(super) groups: &'run Groups,
    /// Memory of shares that were received.
    pub(super) received: &'run Pool<Matched>,
}

/// What one thread found in its share of a log file.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// How many records it looked at.
    pub(super) records: usize,
    /// The place among them of the one that is looked at.
    pub(super) at: usize,
    pub(super) tally: Tally,
    pub(super) rejected: Vec<Rejected>,
    /// How many more were rejected.
    pub(super) rejected_unnamed: usize,
    /// Records that matched, in text order.
    pub(super) matches: Vec<Match>,
    /// Behind them those that are only counted …
    pub(super) counted: Vec<CountedMatch>,
    /// … and what many of these share: all but time and identity.
    pub(super) shared: Vec<Match>,
    /// The queries of all matches, the groups and the bytes of their records, one after the other.
    pub(super) queries: Vec<u32>,
    pub(super) groups: Vec<u32>,
    pub(super) bytes: Vec<u8>,
}

/// A record that matched, of which no more is known than that.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedMatch {
    pub(super) identity: u128,
    pub(super) seconds: i64,
    /// The place of the rest in [`Matched::shared`].
    pub(super) shared: u32,
    /// As in [`Match`].
    pub(super) number: u32,
}

impl Matched {
    /// Calls `take` with every record that matched, until it breaks off.
    pub(super) fn for_each(&self, mut take: impl FnMut(&Match) -> ControlFlow<()>) -> ControlFlow<()> {
        self.matches.iter().try_for_each(&mut take)?;
        self.counted.iter().try_for_each(|counted| take(&self.whole(counted)))
    }

    /// Returns what tells the events apart, in the order of [`Matched::for_each`].
    pub(super) fn identities(&self) -> impl Iterator<Item = u128> {
        let counted = self.counted.iter().map(|counted| counted.identity);
        self.matches.iter().map(|found| found.identity).chain(counted)
    }

    /// Returns how many queries were matched how often.
    pub(super) fn hits(&self) -> u64 {
        let hits = |found: &Match| found.queries.len() as u64;
        let counted = self.counted.iter().map(|counted| hits(&self.shared[counted.shared as usize]));
        self.matches.iter().map(hits).chain(counted).sum()
    }

    /// Returns about how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let matches =
            self.matches.len() * size_of::<Match>() + self.counted.len() * size_of::<CountedMatch>();
        self.bytes.len() + self.groups.len() * 4 + matches
    }

    pub(super) fn whole(&self, counted: &CountedMatch) -> Match {
        let shared = &self.shared[counted.shared as usize];
        Match {
            number: counted.number,
            queries: shared.queries.clone(),
            identity: counted.identity,
            time: Timestamp::from_second(counted.seconds).ok(), // a moment, as it was one before
            groupings: shared.groupings,
            groups: shared.groups.clone(),
            record: None,
        }
    }

    /// Returns one for a share of so many records, of which nothing is found yet.
    pub(super) fn of(records: usize, run: &Asked<'_>) -> Self {
        Self { records, ..run.received.take() }
    }

    /// Gives the memory back, to be used for another share.
    pub(super) fn give_back(mut self, received: &Pool<Self>) {
        if self.bytes.capacity() > LARGEST_KEPT {
            return;
        }
        self.matches.clear();
        self.queries.clear();
        self.groups.clear();
        self.bytes.clear();
        let Self { matches, queries, groups, bytes, .. } = self;
        received.give_back(Self { matches, queries, groups, bytes, ..Self::default() });
    }

    /// Adds a record that matched. One that is passed on is checked all through before; of one that is only counted, what
    /// was looked at is sound, and that is enough.
    pub(super) fn push(
        &mut self,
        (key, kind): (&LogKey, Kind),
        bytes: &[u8],
        scratch: &mut Scratch,
        run: &Asked<'_>,
    ) -> Result<(), SyntaxError> {
        let fields = run.matcher.fields();
        let view = &scratch.leaves.view(bytes);
        let account = fields.account(view).map(|text| text.decode_bytes());
        let event_id = fields.event_id(view).map(|text| text.decode_bytes());
        let identity = identity(account.as_deref(), event_id.as_deref(), bytes);
        let time = fields.event_time(view).and_then(|time| parse_event_time(&time.decode()));
        let keeps = run.matcher.keeps();
        let kept = scratch.matched.iter().map(|position| &keeps.of_queries[*position as usize]);
        let (groupings, is_record) =
            kept.fold((0, false), |(set, is_record), kept| (set | kept.set, is_record | kept.is_record));
        if is_record {
            skip_value(bytes, 0)?;
        }
        let first_group = self.groups.len();
        for (number, grouping) in keeps.groupings.iter().enumerate() {
            if groupings >> number & 1 == 0 {
                continue;
            }
            let met = &mut scratch.met;
            let write = |group: &mut GroupKey| grouping.write_key(fields, view, key.account(), group);
            self.groups.push(match scratch.leaves.repeat().filter(|_| keeps.is_repeating(number)) {
                Some(repeat) => run.groups.find_repeat(number, repeat, met, write),
                None => {
                    write(&mut met.key);
                    run.groups.find(number, met)
                }
            });
        }
        let first_query = self.queries.len();
        self.queries.extend_from_slice(&scratch.matched);
        let record = is_record.then(|| self.keep(kind, bytes));
        self.matches.push(Match {
            number: self.at as u32,
            queries: first_query..self.queries.len(),
            identity,
            time,
            groupings,
            groups: first_group..self.groups.len(),
            record,
        });
        Ok(())
    }

    fn keep(&mut self, kind: Kind, bytes: &[u8]) -> KeptRecord {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let facts = match kind {
            Kind::Record => Facts::read(bytes),
            Kind::Event => event::detail(bytes).map(Facts::read).unwrap_or_default(),
        };
        let bytes = start..self.bytes.len();
        KeptRecord { bytes, is_event: kind == Kind::Event, facts: Box::new(facts) }
    }

    /// Notes a record that is no sound JSON.
    pub(super) fn reject(&mut self, index: usize, error: &SyntaxError) {
        if self.rejected.len() < MOST_NAMED {
            self.rejected.push(Rejected { index, reason: error.to_string() });
        } else {
            self.rejected_unnamed += 1;
        }
    }
}
