//! What a pool thread does: reads and decodes a log file, and matches records.

use super::counted::Kinds;
use super::glance::{Glance, Places};
use super::groups::Groups;
use super::job::{Job, Origin, Send};
use super::look::Look;
use super::matched::{Asked, Matched};
use super::matcher::{Scratch, Verdict};
use super::outcome::{Place, What};
use super::place::{place, place_at_a_glance};
use super::pool::Pool;
use super::prefilter::Prefilter;
use super::{Tick, Watch};
use crate::decode::{self, Found, Kind, Records, Text};
use crate::event::{Members, Presence};
use crate::json::scan::SyntaxError;
use crate::language::Subject;
use crate::source::{Counted, LogFile, LogKey, RecordKind, Telling, Want};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One more thread is asked to help for so many shares of a log file.
const SHARES_PER_HELPER: usize = 4;

/// Buffers above this size are given back to the system instead of being kept for the next file.
const LARGEST_KEPT_BUFFER: usize = 64 << 20;

/// What was found in longer pieces is given back, too: they hold long records.
const LARGEST_KEPT_PIECE: usize = 1 << 20;

/// What every pool thread needs.
pub(super) struct Worker<'run> {
    asked: Asked<'run>,
    watch: Watch<'run>,
    /// What is marked in every record, and in those that are worth a second look.
    looks: [Look; 2],
    /// What tells before that which records of a piece are worth a look.
    prefilter: Option<Prefilter>,
    kinds: Kinds,
    buffers: Pool<Buffers>,
    scratches: Pool<Scratch>,
}

/// Memory that goes from log file to log file.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) stored: Vec<u8>,
    pub(super) text: Text,
}

impl<'run> Worker<'run> {
    pub(super) fn new(asked: Asked<'run>, watch: Watch<'run>) -> Self {
        Self {
            asked,
            watch,
            looks: Look::both(asked.matcher, &asked.options.scope),
            prefilter: asked.matcher.prefilter(&asked.options.scope),
            kinds: Kinds::default(),
            buffers: Pool::default(),
            scratches: Pool::default(),
        }
    }

    /// Does all that has to be done with one log file, or asks others on the pool to help. Whoever does the last of it
    /// sends the outcome.
    pub(super) fn process(&'run self, log_file: LogFile, pool: &rayon::Scope<'run>, send: Send<'run>) {
        if self.watch.interrupt.load(Ordering::Relaxed) {
            return send(What::NotRead);
        }
        let (key, size) = (log_file.key.clone(), log_file.size);
        match self.read(log_file) {
            Ok(job) => {
                let job = Arc::new(job.then(send));
                let helpers = (self.asked.options.threads - 1).min(job.share_count() / SHARES_PER_HELPER);
                for _ in 0..helpers {
                    let job = Arc::clone(&job);
                    pool.spawn(move |_| job.work());
                }
                job.work();
            }
            Err(reason) => {
                let what = What::Unreadable { key, reason, is_archived: false };
                self.tell(size, &what);
                send(what);
            }
        }
    }

    /// Tells which members of kinds count.
    pub(super) fn tells_by(&self) -> Telling {
        self.asked.matcher.told().telling()
    }

    /// Says what is wanted of the records of a kind.
    pub(super) fn wants(&self, kind: &RecordKind) -> Want {
        self.asked.matcher.wants(kind, || self.kinds.count(kind))
    }

    /// Matches records that are only counted.
    pub(super) fn match_counted(&self, key: &LogKey, counted: &[Counted]) -> Matched {
        self.kinds.match_all(key, counted, &self.asked)
    }

    /// Tells the groups of this run apart.
    pub(super) fn groups(&self) -> &'run Groups {
        self.asked.groups
    }

    fn read(&'run self, log_file: LogFile) -> Result<Job<'run>, String> {
        let (cap, original) = (self.asked.options.max_object_size, log_file.original);
        let (key, size) = (log_file.key.clone(), log_file.size);
        let mut buffers = self.buffers.take();
        let read = log_file.read(cap, &mut buffers.stored).map_err(|fault| fault.to_string());
        let inflated = read.and_then(|rest| {
            let inflated = decode::inflate(&buffers.stored, cap, &mut buffers.text);
            inflated.map(|inflated| (inflated, rest)).map_err(|error| error.to_string())
        });
        match inflated {
            Ok((inflated, rest)) => {
                let origin = Origin { key, size, original, rest };
                Job::new(self, origin, inflated, buffers).map_err(|(reason, buffers)| {
                    self.give_back(buffers);
                    reason
                })
            }
            Err(reason) => {
                self.give_back(buffers);
                Err(reason)
            }
        }
    }

    /// Tells whoever looks on that a log file is done.
    pub(super) fn tell(&self, size: u64, what: &What) {
        let tick = Tick { stored_bytes: size, ..Tick::default() };
        self.watch.progress.finish(match what {
            What::Read(read) => Tick { records: read.tally.read, hits: read.hits(), ..tick },
            _ => tick,
        });
    }

    /// Keeps memory for the next log file, unless it is unusually much.
    pub(super) fn give_back(&self, buffers: Buffers) {
        if buffers.stored.capacity() + buffers.text.capacity() <= LARGEST_KEPT_BUFFER {
            self.buffers.give_back(buffers);
        }
    }

    /// Matches a piece of a log file; `None` when it holds no whole records.
    pub(super) fn match_piece(&self, key: &LogKey, piece: &[u8]) -> Option<Matched> {
        let is_of_scope = self.asked.options.scope.accounts.is_empty() || key.account().is_some();
        let mut scratch = self.scratches.take();
        let look = &self.looks[usize::from(scratch.habit.is_close)];
        let prefilter = self.prefilter.as_ref().filter(|_| is_of_scope);
        let marker = prefilter.map_or(&look.marker, Prefilter::marker);
        let records = decode::read_piece(piece, marker, std::mem::take(&mut scratch.records[0]));
        let matched = records.map(|records| {
            let matched = match prefilter {
                Some(prefilter) => self.match_candidates(key, (piece, &records), prefilter, &mut scratch),
                None => self.match_all(key, piece, (&records, &records.found, look), &mut scratch),
            };
            if piece.len() <= LARGEST_KEPT_PIECE {
                scratch.records[0] = records;
            }
            matched
        });
        self.scratches.give_back(scratch);
        matched
    }

    /// Matches some of the records of a text of any shape, in which nothing is marked.
    pub(super) fn match_records(
        &self,
        key: &LogKey,
        text: &[u8],
        records: &Records,
        found: &[Found],
    ) -> Matched {
        let mut scratch = self.scratches.take();
        let matched = self.match_all(key, text, (records, found, &self.looks[0]), &mut scratch);
        self.scratches.give_back(scratch);
        matched
    }

    /// Begins a share of so many records.
    fn begin(&self, key: &LogKey, records: usize, scratch: &mut Scratch) -> Matched {
        let answers = scratch.recall.begin(key.account(), self.asked.options.threads);
        Matched { answers: Some(Arc::clone(answers)), ..Matched::of(records, &self.asked) }
    }

    /// Matches the records that may match, and counts the others.
    fn match_candidates(
        &self,
        key: &LogKey,
        (piece, records): (&[u8], &Records),
        prefilter: &Prefilter,
        scratch: &mut Scratch,
    ) -> Matched {
        let mut matched = self.begin(key, records.found.len(), scratch);
        for (index, found) in records.found.iter().enumerate() {
            let bytes = records.bytes(piece, found);
            if !prefilter.is_candidate(records, (found, bytes), &mut scratch.admitted) {
                matched.tally.count(Place::Inside, true);
                continue;
            }
            matched.at = index;
            let done = match self.look_again(key, bytes, &mut matched, scratch) {
                Ok(Verdict::Unsure) => self.match_whole(key, found.kind, bytes, &mut matched, scratch),
                done => done.map(drop),
            };
            if let Err(error) = done {
                matched.reject(index, &error);
            }
        }
        matched
    }

    /// Matches records that were looked at, each in as few looks as will do.
    fn match_all(
        &self,
        key: &LogKey,
        text: &[u8],
        (records, found, look): (&Records, &[Found], &Look),
        scratch: &mut Scratch,
    ) -> Matched {
        let mut matched = self.begin(key, found.len(), scratch);
        let mut places = [0; _];
        for (index, found) in found.iter().enumerate() {
            let bytes = records.bytes(text, found);
            matched.at = index;
            let glance = self.glance((records, found, bytes), look, &mut places);
            let seen = (glance.as_ref(), look);
            let done = self.match_record(key, (bytes, found.kind), seen, (&mut matched, scratch));
            if let Err(error) = done {
                matched.reject(index, &error);
            }
        }
        scratch.habit.learn();
        matched
    }

    #[inline]
    fn glance<'a>(
        &self,
        (records, found, bytes): (&'a Records, &Found, &'a [u8]),
        look: &Look,
        places: &'a mut Places,
    ) -> Option<Glance<'a>>
    where
        'run: 'a,
    {
        match look.is_marking {
            true => Glance::new(records, found, bytes, (self.asked.matcher.numbers(), places)),
            false => None,
        }
    }

    /// Matches a record, at a glance if that will do, or at two.
    #[inline]
    fn match_record(
        &self,
        key: &LogKey,
        (bytes, kind): (&[u8], Kind),
        (glance, look): (Option<&Glance<'_>>, &Look),
        (matched, scratch): (&mut Matched, &mut Scratch),
    ) -> Result<(), SyntaxError> {
        let mut verdict = Verdict::Unsure;
        if let Some(glance) = glance {
            verdict = self.match_marked(key, glance, look, (matched, scratch))?;
            let is_worthy = verdict == Verdict::Unsure || !scratch.wanted.is_within(self.looks[0].marked);
            scratch.habit.note(is_worthy);
            if verdict == Verdict::Unsure && !look.is_second {
                verdict = self.look_again(key, bytes, matched, scratch)?;
            }
        }
        match verdict {
            Verdict::Unsure => self.match_whole(key, kind, bytes, matched, scratch),
            _ => Ok(()),
        }
    }

    /// Takes the second look at a record.
    fn look_again(
        &self,
        key: &LogKey,
        bytes: &[u8],
        matched: &mut Matched,
        scratch: &mut Scratch,
    ) -> Result<Verdict, SyntaxError> {
        let look = &self.looks[1];
        let Some(record) = decode::read_piece(bytes, &look.marker, std::mem::take(&mut scratch.records[1]))
        else {
            return Ok(Verdict::Unsure);
        };
        let mut places = [0; _];
        let found = record.found.first();
        let verdict = match found.and_then(|found| self.glance((&record, found, bytes), look, &mut places)) {
            Some(glance) => self.match_marked(key, &glance, look, (matched, scratch)),
            None => Ok(Verdict::Unsure),
        };
        if bytes.len() <= LARGEST_KEPT_PIECE {
            scratch.records[1] = record;
        }
        verdict
    }

    /// Does what can be done with a record by its marks alone.
    fn match_marked(
        &self,
        key: &LogKey,
        glance: &Glance<'_>,
        look: &Look,
        (matched, scratch): (&mut Matched, &mut Scratch),
    ) -> Result<Verdict, SyntaxError> {
        scratch.wanted = Members::NONE;
        let Some(place) = place_at_a_glance(&self.asked.options.scope, key, glance) else {
            return Ok(Verdict::Unsure);
        };
        if place == Place::Inside && (glance.is_delivered || self.asked.matcher.asks_for_records()) {
            match self.asked.matcher.ask(glance, key.account(), look, scratch)? {
                Verdict::Unsure => return Ok(Verdict::Unsure),
                Verdict::Known { identity, answers, hits } => matched.count(identity, answers, hits),
                Verdict::Sure if scratch.matched.is_empty() => {}
                Verdict::Sure => {
                    matched.push((key, Kind::Record), glance.record, scratch, &self.asked)?;
                    self.learn(matched, scratch);
                }
            }
        }
        matched.tally.count(place, glance.is_delivered);
        Ok(Verdict::Sure)
    }

    /// Remembers the answer to the record that was just added, for others that are like it.
    fn learn(
        &self,
        matched: &Matched,
        Scratch { recall, learning, is_split, wanted, matched: found, .. }: &mut Scratch,
    ) {
        let keeps = self.asked.matcher.keeps();
        let is_common = |position: &u32| keeps.of_queries[*position as usize].is_common;
        if !found.iter().all(is_common) {
            return;
        }
        let Some(said) = matched.last_answer(keeps) else { return };
        for (key, is_of_caller) in learning.iter().zip([false, true]) {
            let Some(key) = *key else { continue };
            if !*is_split {
                recall.learn(key, said);
                continue;
            }
            let part = said.part(is_of_caller, keeps);
            match part.queries.is_empty() {
                true => recall.learn_nothing(key, *wanted),
                false => recall.learn(key, part.said()),
            }
        }
    }

    fn match_whole(
        &self,
        key: &LogKey,
        kind: Kind,
        bytes: &[u8],
        matched: &mut Matched,
        scratch: &mut Scratch,
    ) -> Result<(), SyntaxError> {
        let presence = self.asked.matcher.project(kind, bytes, key.account(), &mut scratch.leaves)?;
        let place =
            place(&self.asked.options.scope, key, self.asked.matcher.fields(), &scratch.leaves.view(bytes));
        let subject = (presence == Presence::NeverDelivered).then_some(Subject::Record);
        if place == Place::Inside && (subject.is_none() || self.asked.matcher.asks_for_records()) {
            self.asked.matcher.ask_all(bytes, subject, scratch);
            if !scratch.matched.is_empty() {
                matched.push((key, kind), bytes, scratch, &self.asked)?;
            }
        }
        matched.tally.count(place, presence == Presence::Event);
        Ok(())
    }
}
