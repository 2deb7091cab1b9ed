//! Records that are only counted, of which a source says no more than kind, time and identity: the queries are asked once
//! about each kind, and the answer goes for all its records.

use super::answer::{Answer, Answers, NO_ANSWER};
use super::matched::{Asked, CountedMatch, Matched};
use super::matcher::Scratch;
use super::outcome::{Match, Place};
use super::pool::Pool;
use crate::decode::Kind;
use crate::source::{Counted, LogKey, RecordKind, Want};
use foldhash::fast::FixedState;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const SECONDS_PER_HOUR: i64 = 3_600;

/// Beyond so many kinds and hours a thread forgets what it has asked.
const MOST_ANSWERS: usize = 100_000;

/// The kinds that are counted.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    known: Mutex<Vec<RecordKind>>,
    asking: Pool<Asking>,
}

/// What one thread has asked; by kind, and by hour where the time counts.
#[derive(Debug, Default)]
struct Asking {
    scratch: Scratch,
    answers: Arc<Answers>,
    /// The number of the answer and of its queries; nothing when no query is matched.
    known: HashMap<(u32, i64), Option<(u32, u32)>, FixedState>,
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
        let mut asking = self.asking.take();
        asking.begin();
        let answers = Some(Arc::clone(&asking.answers));
        let mut matched = Matched { answers, ..Matched::of(counted.len(), asked) };
        matched.counted.reserve(counted.len());
        let has_moments = asked.matcher.told().has_moments;
        for record in counted {
            matched.tally.count(Place::Inside, true);
            let hour = if has_moments { record.seconds.div_euclid(SECONDS_PER_HOUR) } else { 0 };
            let Counted { kind, number, seconds, identity } = *record;
            if let Some(answer) = asking.answer((kind, hour), seconds, key, (self, asked)) {
                matched.at = number as usize;
                let (number, hits) = answer;
                matched.count((identity, seconds), [number, NO_ANSWER], hits);
            }
        }
        self.asking.give_back(asking);
        matched
    }
}

impl Asking {
    /// Begins a log file: what is too much is forgotten now, so that one list of answers is enough for it.
    fn begin(&mut self) {
        if self.known.len() >= MOST_ANSWERS {
            self.known.clear();
            self.answers = Arc::default();
        }
    }

    fn answer(
        &mut self,
        sort: (u32, i64),
        seconds: i64,
        key: &LogKey,
        (kinds, asked): (&Kinds, &Asked<'_>),
    ) -> Option<(u32, u32)> {
        let Self { scratch, answers, known } = self;
        *known.entry(sort).or_insert_with(|| {
            let kind = kinds.known.lock().unwrap_or_else(PoisonError::into_inner)[sort.0 as usize].clone();
            let answer = ask(&kind, seconds, key, scratch, asked)?;
            let hits = answer.queries.len() as u32;
            Some((answers.push(answer), hits))
        })
    }
}

/// Asks the queries about a record that has nothing but its kind and its time: they look at nothing else.
fn ask(
    kind: &RecordKind,
    seconds: i64,
    key: &LogKey,
    scratch: &mut Scratch,
    asked: &Asked<'_>,
) -> Option<Answer> {
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
    one.last_answer(asked.matcher.keeps()).map(Answer::from)
}

impl Matched {
    /// Puts what was found in the text of a log file and what was counted into one order. `numbers` are the places of the
    /// text's records among all.
    pub(super) fn interleave(shares: Vec<Self>, counted: Self, numbers: &[u32]) -> Self {
        let mut all = Self { records: counted.records, hits: counted.hits, ..Self::default() };
        let mut first = 0;
        for (share, is_text) in shares.into_iter().map(|share| (share, true)).chain([(counted, false)]) {
            if is_text {
                all.hits += share.hits;
            }
            let records = share.records;
            for mut found in all.take_over(share) {
                if is_text {
                    let at = first + found.number as usize;
                    found.number = numbers.get(at).copied().unwrap_or(u32::MAX);
                }
                all.matches.push(found);
            }
            first += records;
        }
        all.matches.sort_by_key(|found| found.number);
        all
    }

    /// Takes over what the matches of a share refer to, and returns these, as records of which all is known.
    fn take_over(&mut self, mut share: Self) -> Vec<Match> {
        let (queries, groups, bytes) = (self.queries.len(), self.groups.len(), self.bytes.len());
        self.queries.append(&mut share.queries);
        self.groups.append(&mut share.groups);
        self.bytes.append(&mut share.bytes);
        let counted: Vec<Match> =
            share.counted.iter().map(|one| self.whole(one, &share.answer(one))).collect();
        let mut matches = share.matches;
        for found in &mut matches {
            found.queries = found.queries.start + queries..found.queries.end + queries;
            found.groups = found.groups.start + groups..found.groups.end + groups;
            if let Some(record) = &mut found.record {
                record.bytes = record.bytes.start + bytes..record.bytes.end + bytes;
            }
        }
        matches.extend(counted);
        matches
    }

    fn whole(&mut self, counted: &CountedMatch, answer: &Answer) -> Match {
        let (first_query, first_group) = (self.queries.len(), self.groups.len());
        self.queries.extend_from_slice(&answer.queries);
        self.groups.extend_from_slice(&answer.groups);
        Match {
            number: counted.number,
            queries: first_query..self.queries.len(),
            identity: counted.identity(),
            time: counted.time(),
            groupings: answer.groupings,
            groups: first_group..self.groups.len(),
            record: None,
        }
    }
}
