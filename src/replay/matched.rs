//! What one thread found in its share of a log file.

use super::answer::{Answer, Answers, NO_ANSWER, Said};
use super::groups::Groups;
use super::keep::Keeps;
use super::matcher::Scratch;
use super::outcome::{KeptRecord, Match, Tally};
use super::plan::PARTS;
use super::pool::Pool;
use super::{Matcher, Options};
use crate::decode::{Kind, Rejected};
use crate::event::identity;
use crate::hit::GroupKey;
use crate::json::scan::{SyntaxError, skip_value};
use crate::record::parse_event_time;
use crate::source::LogKey;
use jiff::Timestamp;
use std::sync::Arc;

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
    /// Those of which no more is known than their answers, in text order …
    pub(super) counted: Vec<CountedMatch>,
    /// … and these, as soon as there are any.
    pub(super) answers: Option<Arc<Answers>>,
    /// How many queries were matched how often.
    pub(super) hits: u64,
    /// The queries of all matches, the groups and the bytes of their records, one after the other.
    pub(super) queries: Vec<u32>,
    pub(super) groups: Vec<u32>,
    pub(super) bytes: Vec<u8>,
}

/// A record that matched, of which no more is known than that.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedMatch {
    /// In bytes, because there are many of these, and numbers of 16 bytes would leave gaps.
    identity: [u8; 16],
    pub(super) seconds: i64,
    /// The numbers of its answer, or of the parts of it, in [`Matched::answers`].
    answers: [u32; PARTS],
    /// As in [`Match`].
    pub(super) number: u32,
}

/// A record that matched.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry<'a> {
    Whole(&'a Match),
    Counted(&'a CountedMatch),
}

impl Entry<'_> {
    /// Returns what tells the event apart from others.
    pub(super) fn identity(&self) -> u128 {
        match self {
            Self::Whole(found) => found.identity,
            Self::Counted(counted) => counted.identity(),
        }
    }
}

impl CountedMatch {
    /// Returns what tells the event apart from others.
    pub(super) fn identity(&self) -> u128 {
        u128::from_le_bytes(self.identity)
    }

    /// Returns the numbers of its answer, or of the parts of it; there is one at least.
    pub(super) fn answers(&self) -> impl Iterator<Item = u32> + use<> {
        self.answers.into_iter().filter(|number| *number != NO_ANSWER)
    }

    /// Returns its time.
    pub(super) fn time(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.seconds).ok() // a moment, as it was one before
    }
}

impl Matched {
    /// Returns all records that matched, in text order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = Entry<'_>> {
        let (mut matches, mut counted) = (self.matches.as_slice(), self.counted.as_slice());
        std::iter::from_fn(move || match (matches, counted) {
            (whole, [first, rest @ ..]) if whole.first().is_none_or(|whole| first.number < whole.number) => {
                counted = rest;
                Some(Entry::Counted(first))
            }
            ([first, rest @ ..], _) => {
                matches = rest;
                Some(Entry::Whole(first))
            }
            ([], _) => None,
        })
    }

    /// Returns the answer of a record that is only counted.
    pub(super) fn answer(&self, counted: &CountedMatch) -> Arc<Answer> {
        let answers = self.answers.as_ref().expect("there are answers to records that are only counted");
        let mut parts = counted.answers().map(|number| answers.get(number));
        let first = parts.next().expect("a record that is counted has an answer");
        parts.fold(first, |answer, part| Arc::new(answer.and(&part)))
    }

    /// Returns about how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let matches =
            self.matches.len() * size_of::<Match>() + self.counted.len() * size_of::<CountedMatch>();
        self.bytes.len() + self.groups.len() * 4 + matches
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
        self.counted.clear();
        self.queries.clear();
        self.groups.clear();
        self.bytes.clear();
        let Self { matches, counted, queries, groups, bytes, .. } = self;
        received.give_back(Self { matches, counted, queries, groups, bytes, ..Self::default() });
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
        let (mut groupings, mut is_record, mut has_facts) = (0, false, false);
        for kept in kept {
            groupings |= kept.set;
            is_record |= kept.is_record;
            has_facts |= kept.has_facts;
        }
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
        self.hits += scratch.matched.len() as u64;
        let record = has_facts.then(|| {
            let facts = Box::new(keeps.read_facts(view));
            let start = self.bytes.len();
            self.bytes.extend_from_slice(if is_record { bytes } else { &[] });
            KeptRecord { bytes: start..self.bytes.len(), is_event: kind == Kind::Event, facts }
        });
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

    /// Adds a record of which no more is known than its answer.
    pub(super) fn count(&mut self, (identity, seconds): (u128, i64), answers: [u32; PARTS], hits: u32) {
        self.hits += u64::from(hits);
        let identity = identity.to_le_bytes();
        self.counted.push(CountedMatch { identity, seconds, answers, number: self.at as u32 });
    }

    /// Returns what the queries said of the record that was added last, for others that are like it.
    pub(super) fn last_answer(&self, keeps: &Keeps) -> Option<Said<'_>> {
        let last = self.matches.last()?;
        let queries = &self.queries[last.queries.clone()];
        let is_count = |position: &u32| keeps.of_queries[*position as usize].is_count;
        Some(Said {
            queries,
            groupings: last.groupings,
            groups: &self.groups[last.groups.clone()],
            is_count: queries.iter().all(is_count),
        })
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
