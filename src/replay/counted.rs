//! Records that are only counted, of which a source says no more than kind, time and identity: the queries are asked once
//! about each kind, and the answer goes for all its records.

use super::matched::{Asked, CountedMatch, Matched};
use super::matcher::Scratch;
use super::outcome::{Match, Place};
use super::pool::Pool;
use crate::decode::Kind;
use crate::source::{Counted, LogKey, RecordKind, Want};
use foldhash::fast::FixedState;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const SECONDS_PER_HOUR: i64 = 3_600;

/// Beyond so many kinds and hours a thread forgets what it has asked.
const MOST_ANSWERS: usize = 100_000;

/// The kinds that are counted.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    known: Mutex<Vec<RecordKind>>,
    answers: Pool<Answers>,
}

/// What one thread has asked; by kind, and by hour where the time counts.
#[derive(Debug, Default)]
struct Answers {
    scratch: Scratch,
    known: HashMap<(u32, i64), Answer, FixedState>,
}

/// What the queries say about a kind of records.
#[derive(Debug, Default)]
struct Answer {
    /// By position, ascending.
    queries: Vec<u32>,
    /// As in [`Match`].
    groupings: u64,
    groups: Vec<u32>,
}

impl Kinds {
    /// Says what is wanted of a kind that shall be counted.
    pub(super) fn count(&self, kind: &RecordKind) -> Want {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.push(kind.clone());
        Want::Count(known.len() as u32 - 1)
    }

    /// Matches the counted records of a log file.
    pub(super) fn match_all(&self, key: &LogKey, counted: &[Counted], asked: &Asked<'_>) -> Matched {
        let mut answers = self.answers.take();
        let mut matched = Matched { records: counted.len(), ..Matched::default() };
        // Records of a kind share the answer; nothing is kept of those that no query matched.
        let mut shared: HashMap<(u32, i64), Option<u32>, FixedState> = HashMap::default();
        let has_moments = asked.matcher.told().has_moments;
        for record in counted {
            matched.tally.count(Place::Inside, true);
            let hour = if has_moments { record.seconds.div_euclid(SECONDS_PER_HOUR) } else { 0 };
            let sort = (record.kind, hour);
            let shared = shared.entry(sort).or_insert_with(|| {
                let answer = answers.answer(sort, record.seconds, key, (self, asked));
                matched.share(answer)
            });
            let Some(shared) = *shared else { continue };
            let Counted { number, seconds, identity, .. } = *record;
            matched.counted.push(CountedMatch { identity, seconds, shared, number });
        }
        self.answers.give_back(answers);
        matched
    }
}

impl Answers {
    fn answer(
        &mut self,
        sort: (u32, i64),
        seconds: i64,
        key: &LogKey,
        (kinds, asked): (&Kinds, &Asked<'_>),
    ) -> &Answer {
        if self.known.len() >= MOST_ANSWERS {
            self.known.clear();
        }
        let scratch = &mut self.scratch;
        self.known.entry(sort).or_insert_with(|| {
            let kind = kinds.known.lock().unwrap_or_else(PoisonError::into_inner)[sort.0 as usize].clone();
            ask(&kind, seconds, key, scratch, asked)
        })
    }
}

/// Asks the queries about a record that has nothing but its kind and its time: they look at nothing else.
fn ask(kind: &RecordKind, seconds: i64, key: &LogKey, scratch: &mut Scratch, asked: &Asked<'_>) -> Answer {
    let time = Timestamp::from_second(seconds).unwrap_or_default().to_string();
    let mut record = Vec::new();
    kind.write_record(&time, &mut record).expect("texts are always written to memory");
    let projected = asked.matcher.project(Kind::Record, &record, key.account(), &mut scratch.leaves);
    asked.matcher.ask_all(&record, None, scratch);
    let mut one = Matched::default();
    if projected.is_ok() && !scratch.matched.is_empty() {
        // Nothing that would be checked is kept of it.
        let pushed = one.push((key, Kind::Record), &record, scratch, asked);
        debug_assert!(pushed.is_ok());
    }
    let groupings = one.matches.first().map_or(0, |found| found.groupings);
    Answer { queries: one.queries, groupings, groups: one.groups }
}

impl Matched {
    /// Adds what records of a kind share; nothing when they match nothing.
    fn share(&mut self, answer: &Answer) -> Option<u32> {
        let (first_query, first_group) = (self.queries.len(), self.groups.len());
        self.queries.extend_from_slice(&answer.queries);
        self.groups.extend_from_slice(&answer.groups);
        (!answer.queries.is_empty()).then(|| {
            self.shared.push(Match {
                number: 0,
                identity: 0,
                time: None,
                queries: first_query..self.queries.len(),
                groupings: answer.groupings,
                groups: first_group..self.groups.len(),
                record: None,
            });
            self.shared.len() as u32 - 1
        })
    }

    /// Puts what was found in the text of a log file and what was counted into one order. `numbers` are the places of the
    /// text's records among all.
    pub(super) fn interleave(shares: Vec<Self>, counted: Self, numbers: &[u32]) -> Self {
        let mut all = Self { records: counted.records, ..Self::default() };
        let mut first = 0;
        for (mut share, is_text) in shares.into_iter().map(|share| (share, true)).chain([(counted, false)]) {
            let (queries, groups, bytes) = (all.queries.len(), all.groups.len(), all.bytes.len());
            all.queries.append(&mut share.queries);
            all.groups.append(&mut share.groups);
            all.bytes.append(&mut share.bytes);
            let counted: Vec<Match> = share.counted.iter().map(|counted| share.whole(counted)).collect();
            for mut found in share.matches.into_iter().chain(counted) {
                if is_text {
                    let at = first + found.number as usize;
                    found.number = numbers.get(at).copied().unwrap_or(u32::MAX);
                }
                found.queries = found.queries.start + queries..found.queries.end + queries;
                found.groups = found.groups.start + groups..found.groups.end + groups;
                if let Some(record) = &mut found.record {
                    record.bytes = record.bytes.start + bytes..record.bytes.end + bytes;
                }
                all.matches.push(found);
            }
            first += share.records;
        }
        all.matches.sort_by_key(|found| found.number);
        all
    }
}
