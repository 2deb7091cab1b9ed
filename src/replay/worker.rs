//! One log file on one pool thread: read, decode, match. Large files are shared out among the idle threads.

use super::duplicates::identity;
use super::glance::Glance;
use super::groups::Groups;
use super::matcher::{Scratch, Verdict};
use super::outcome::{Keep, Kept, Match, Place, ReadLogFile, Tally, What};
use super::place::{place, place_at_a_glance};
use super::pool::Pool;
use super::{Matcher, Options, Tick, Watch};
use crate::decode::{self, Found, Inflated, Kind, Records, Rejected, Text, Trailing};
use crate::event::{self, Members, Presence};
use crate::json::compact::Marker;
use crate::json::scan::{SyntaxError, skip_value};
use crate::record::{Facts, parse_event_time};
use crate::source::{LogFile, LogKey};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::Ordering;

/// Records that one thread takes at a time: small enough to share a large file, large enough to cost nothing.
const RECORDS_PER_CHUNK: usize = 4096;

/// Records that are no sound JSON are named up to this number in each part of a log file.
const MOST_NAMED: usize = 1_000;

/// Buffers above this size are given back to the system instead of being kept for the next file.
const LARGEST_KEPT_BUFFER: usize = 64 << 20;

/// What every pool thread needs.
pub(super) struct Worker<'run> {
    matcher: &'run Matcher<'run>,
    options: &'run Options,
    watch: Watch<'run>,
    groups: &'run Groups,
    /// The members that are marked in every record …
    marked: Members,
    /// … and what marks them, unless that is impossible: then all records are read whole.
    marker: Marker,
    is_marking: bool,
    buffers: Pool<Buffers>,
    scratches: Pool<Scratch>,
}

/// Memory that goes from log file to log file.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    text: Text,
}

impl<'run> Worker<'run> {
    pub(super) fn new(
        matcher: &'run Matcher<'run>,
        options: &'run Options,
        watch: Watch<'run>,
        groups: &'run Groups,
    ) -> Self {
        let marked = matcher.marked(&options.scope);
        let marker = matcher.marker(marked);
        Self {
            matcher,
            options,
            watch,
            groups,
            marked,
            is_marking: marker.is_some(),
            marker: marker.unwrap_or_else(Marker::none),
            buffers: Pool::default(),
            scratches: Pool::default(),
        }
    }

    /// Does all that has to be done with one log file.
    pub(super) fn process(&self, log_file: LogFile) -> What {
        if self.watch.interrupt.load(Ordering::Relaxed) {
            return What::NotRead;
        }
        let (key, size) = (log_file.key.clone(), log_file.size);
        let mut buffers = self.buffers.take();
        let what = match self.read(log_file, &mut buffers) {
            Ok(read) => What::Read(Box::new(read)),
            Err(reason) => What::Unreadable { key, reason },
        };
        self.watch.progress.finish(match &what {
            What::Read(read) => {
                Tick { stored_bytes: size, records: read.tally.read, hits: read.queries.len() as u64 }
            }
            _ => Tick { stored_bytes: size, ..Tick::default() },
        });
        self.keep(buffers);
        what
    }

    fn read(&self, log_file: LogFile, buffers: &mut Buffers) -> Result<ReadLogFile, String> {
        let (key, cap) = (log_file.key.clone(), self.options.max_object_size);
        log_file.read(cap, &mut buffers.stored).map_err(|fault| fault.to_string())?;
        let inflated =
            decode::inflate(&buffers.stored, cap, &mut buffers.text).map_err(|error| error.to_string())?;
        let text = buffers.text.bytes();
        let (mut matched, has_bom) = match self.match_pieces(&key, text) {
            Some(matched) => (matched, false),
            None => {
                let records = decode::find_records(text).map_err(|error| error.to_string())?;
                (self.match_found(&key, text, &records), records.has_bom)
            }
        };
        Ok(ReadLogFile {
            stored_bytes: buffers.stored.len() as u64,
            text_bytes: text.len() as u64,
            faults: faults(&inflated, &matched),
            notes: notes(&key, &inflated, has_bom),
            rejected_count: (matched.rejected.len() + matched.rejected_unnamed) as u64,
            rejected: std::mem::take(&mut matched.rejected),
            tally: matched.tally,
            matches: matched.matches,
            queries: matched.queries,
            bytes: matched.bytes,
            key,
        })
    }

    /// Matches a log file as trails write it, piece by piece; `None` when it is none.
    fn match_pieces(&self, key: &LogKey, text: &[u8]) -> Option<Matched> {
        let cut = decode::cut(text)?;
        let pieces = cut.pieces.par_iter().map(|piece| {
            let records = decode::read_piece(piece, &self.marker)?;
            Some(self.match_records(key, piece, &records, (0, &records.found)))
        });
        let pieces: Vec<Matched> = pieces.collect::<Option<_>>()?;
        let matched = Matched::join(pieces);
        (matched.records <= cut.record_limit).then_some(matched)
    }

    /// Matches the records of a text of any shape.
    fn match_found(&self, key: &LogKey, text: &[u8], records: &Records) -> Matched {
        let chunks =
            records.found.par_chunks(RECORDS_PER_CHUNK).enumerate().map(|(chunk, found)| {
                self.match_records(key, text, records, (chunk * RECORDS_PER_CHUNK, found))
            });
        let mut matched = Matched::join(chunks.collect());
        matched.rejected_unnamed += records.rejected_unnamed;
        matched.rejected.splice(0..0, records.rejected.iter().cloned());
        matched
    }

    fn match_records(
        &self,
        key: &LogKey,
        text: &[u8],
        records: &Records,
        (first, found): (usize, &[Found]),
    ) -> Matched {
        let found_count = found.len();
        let mut matched = Matched::default();
        let mut scratch = self.scratches.take();
        for (found, index) in found.iter().zip(first..) {
            let bytes = records.bytes(text, found);
            let glance =
                Glance::new(records, found, bytes, self.matcher.numbers()).filter(|_| self.is_marking);
            let done = match glance {
                Some(glance) => self.match_marked(key, &glance, &mut matched, &mut scratch),
                None => Ok(Verdict::Unsure),
            };
            let done = match done {
                Ok(Verdict::Unsure) => self.match_whole(key, found.kind, bytes, &mut matched, &mut scratch),
                Ok(Verdict::Sure) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                matched.reject(index, &error);
            }
        }
        matched.records = found_count;
        self.scratches.give_back(scratch);
        matched
    }

    /// Does what can be done with a record by its marks alone.
    fn match_marked(
        &self,
        key: &LogKey,
        glance: &Glance<'_>,
        matched: &mut Matched,
        scratch: &mut Scratch,
    ) -> Result<Verdict, SyntaxError> {
        let Some(place) = place_at_a_glance(&self.options.scope, key, glance) else {
            return Ok(Verdict::Unsure);
        };
        if place == Place::Inside && glance.is_delivered {
            let verdict = self.matcher.ask(glance, key.account(), self.marked, scratch)?;
            if verdict == Verdict::Unsure {
                return Ok(verdict);
            }
            if !scratch.matched.is_empty() {
                matched.push((key, Kind::Record), glance.record, scratch, self)?;
            }
        }
        matched.tally.count(place, glance.is_delivered);
        Ok(Verdict::Sure)
    }

    fn match_whole(
        &self,
        key: &LogKey,
        kind: Kind,
        bytes: &[u8],
        matched: &mut Matched,
        scratch: &mut Scratch,
    ) -> Result<(), SyntaxError> {
        let presence = self.matcher.project(kind, bytes, key.account(), &mut scratch.leaves)?;
        let place = place(&self.options.scope, key, self.matcher.fields(), &scratch.leaves.view(bytes));
        if place == Place::Inside && presence == Presence::Event {
            self.matcher.ask_all(bytes, scratch);
            if !scratch.matched.is_empty() {
                matched.push((key, kind), bytes, scratch, self)?;
            }
        }
        matched.tally.count(place, presence == Presence::Event);
        Ok(())
    }

    fn keep(&self, buffers: Buffers) {
        if buffers.stored.capacity() + buffers.text.capacity() <= LARGEST_KEPT_BUFFER {
            self.buffers.give_back(buffers);
        }
    }
}

/// What one thread found in its share of a log file.
#[derive(Default)]
struct Matched {
    /// How many records it looked at.
    records: usize,
    tally: Tally,
    rejected: Vec<Rejected>,
    /// How many more were rejected.
    rejected_unnamed: usize,
    matches: Vec<Match>,
    queries: Vec<u32>,
    bytes: Vec<u8>,
}

impl Matched {
    /// Adds a record that matched. What is passed on is checked all through before.
    fn push(
        &mut self,
        (key, kind): (&LogKey, Kind),
        bytes: &[u8],
        scratch: &mut Scratch,
        worker: &Worker<'_>,
    ) -> Result<(), SyntaxError> {
        let fields = worker.matcher.fields();
        let view = &scratch.leaves.view(bytes);
        let account = fields.account(view).map(|text| text.decode_bytes());
        let event_id = fields.event_id(view).map(|text| text.decode_bytes());
        let identity = identity(account.as_deref(), event_id.as_deref(), bytes);
        let kept = match worker.options.keep {
            Keep::Records => {
                skip_value(bytes, 0)?;
                let start = self.bytes.len();
                self.bytes.extend_from_slice(bytes);
                let facts = Box::new(match kind {
                    Kind::Record => Facts::read(bytes),
                    Kind::Event => event::detail(bytes).map(Facts::read).unwrap_or_default(),
                });
                Kept::Record { bytes: start..self.bytes.len(), is_event: kind == Kind::Event, facts }
            }
            Keep::Counts => Kept::Count {
                time: fields.event_time(view).and_then(|time| parse_event_time(&time.decode())),
                group: worker.groups.find(fields, worker.matcher.by(), view, key.account(), &mut scratch.met),
            },
        };
        let start = self.queries.len();
        self.queries.extend_from_slice(&scratch.matched);
        self.matches.push(Match { queries: start..self.queries.len(), identity, kept });
        Ok(())
    }

    /// Joins what was found in the parts of a log file.
    fn join(parts: Vec<Matched>) -> Matched {
        let mut parts = parts.into_iter();
        let mut joined = parts.next().unwrap_or_default();
        parts.for_each(|part| joined.append(part));
        joined
    }

    fn append(&mut self, other: Matched) {
        let (bytes_before, queries_before) = (self.bytes.len(), self.queries.len());
        self.bytes.extend_from_slice(&other.bytes);
        self.queries.extend_from_slice(&other.queries);
        self.records += other.records;
        self.tally.add(other.tally);
        self.rejected.extend(other.rejected);
        self.rejected_unnamed += other.rejected_unnamed;
        self.matches.extend(other.matches.into_iter().map(|mut found| {
            shift(&mut found.queries, queries_before);
            if let Kept::Record { bytes, .. } = &mut found.kept {
                shift(bytes, bytes_before);
            }
            found
        }));
    }

    fn reject(&mut self, index: usize, error: &SyntaxError) {
        if self.rejected.len() < MOST_NAMED {
            self.rejected.push(Rejected { index, reason: error.to_string() });
        } else {
            self.rejected_unnamed += 1;
        }
    }
}

fn shift(range: &mut Range<usize>, by: usize) {
    *range = range.start + by..range.end + by;
}

/// What is wrong with a log file although its records are good.
fn faults(inflated: &Inflated, matched: &Matched) -> Vec<String> {
    let mut faults = Vec::new();
    if matched.rejected_unnamed > 0 {
        let unnamed = matched.rejected_unnamed;
        faults.push(format!("{unnamed} elements are no records, beside those that are named"));
    }
    if let Trailing::Garbage(bytes) = inflated.trailing {
        faults.push(format!("{bytes} bytes of garbage follow the gzip stream"));
    }
    if matched.tally.undated > 0 {
        faults.push(format!(
            "{} records without a readable `eventTime` are left out of the time range",
            matched.tally.undated
        ));
    }
    faults
}

/// What is odd about a log file, but no fault.
fn notes(key: &LogKey, inflated: &Inflated, has_bom: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if inflated.members > 1 {
        notes.push(format!("{} gzip members; CloudTrail writes one", inflated.members));
    }
    if inflated.members == 0 && key.as_str().ends_with(".gz") {
        notes.push("is not compressed although its name ends in `.gz`".to_owned());
    }
    if let Trailing::Zeros(bytes) = inflated.trailing {
        notes.push(format!("{bytes} zero bytes follow the gzip stream"));
    }
    if has_bom {
        notes.push("begins with a byte order mark".to_owned());
    }
    notes
}
