//! One log file on one pool thread: read, decode, match. Large files are shared out among the idle threads.

use super::duplicates::identity;
use super::glance::{Glance, Known};
use super::outcome::{Keep, Match, Place, ReadLogFile, Tally, What};
use super::place::{place, place_at_a_glance};
use super::{Matcher, Options, Tick, Watch};
use crate::decode::{self, Found, Inflated, Kind, Records, Rejected, Trailing};
use crate::event::{self, Presence};
use crate::json::{Leaves, View};
use crate::record::{Facts, parse_event_time};
use crate::source::{LogFile, LogKey};
use crossbeam_queue::SegQueue;
use rayon::prelude::*;
use std::sync::atomic::Ordering;

/// Records that one thread takes at a time: small enough to share a large file, large enough to cost nothing.
const RECORDS_PER_CHUNK: usize = 4096;

/// Buffers above this size are given back to the system instead of being kept for the next file.
const LARGEST_KEPT_BUFFER: usize = 64 << 20;

/// What every pool thread needs.
pub(super) struct Worker<'run> {
    matcher: &'run Matcher<'run>,
    options: &'run Options,
    watch: Watch<'run>,
    buffers: SegQueue<Buffers>,
    known: SegQueue<Known>,
}

/// Memory that goes from log file to log file.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    text: Vec<u8>,
}

impl<'run> Worker<'run> {
    pub(super) fn new(matcher: &'run Matcher<'run>, options: &'run Options, watch: Watch<'run>) -> Self {
        Self { matcher, options, watch, buffers: SegQueue::new(), known: SegQueue::new() }
    }

    /// Does all that has to be done with one log file.
    pub(super) fn process(&self, log_file: LogFile) -> What {
        if self.watch.interrupt.load(Ordering::Relaxed) {
            return What::NotRead;
        }
        let (key, size) = (log_file.key.clone(), log_file.size);
        let mut buffers = self.buffers.pop().unwrap_or_default();
        let what = match self.read(log_file, &mut buffers) {
            Ok(read) => What::Read(Box::new(read)),
            Err(reason) => What::Unreadable { key, reason },
        };
        self.watch.progress.finish(match &what {
            What::Read(read) => Tick {
                stored_bytes: size,
                records: read.tally.read,
                hits: read.matches.iter().map(|found| found.queries.len() as u64).sum(),
            },
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
        let text = buffers.text.as_slice();
        let mut records = decode::find_records(text).map_err(|error| error.to_string())?;

        let chunks: Vec<Matched> = records
            .found
            .par_chunks(RECORDS_PER_CHUNK)
            .enumerate()
            .map(|(chunk, found)| {
                self.match_records(&key, text, &records, (chunk * RECORDS_PER_CHUNK, found))
            })
            .collect();
        let mut matched = Matched::default();
        chunks.into_iter().for_each(|chunk| matched.append(chunk));

        let mut rejected = std::mem::take(&mut records.rejected);
        rejected.append(&mut matched.rejected);
        Ok(ReadLogFile {
            stored_bytes: buffers.stored.len() as u64,
            text_bytes: text.len() as u64,
            tally: matched.tally,
            faults: faults(&inflated, &matched.tally, records.rejected_unnamed),
            notes: notes(&key, &inflated, &records),
            rejected_count: rejected.len() as u64 + records.rejected_unnamed as u64,
            rejected,
            matches: matched.matches,
            bytes: matched.bytes,
            key,
        })
    }

    fn match_records(
        &self,
        key: &LogKey,
        text: &[u8],
        records: &Records,
        (first, found): (usize, &[Found]),
    ) -> Matched {
        let mut matched = Matched::default();
        let mut leaves = Leaves::new();
        let mut known = self.known.pop().unwrap_or_default();
        for (found, index) in found.iter().zip(first..) {
            let bytes = records.bytes(text, found);
            let glance = found.marks.and_then(|marks| Glance::new(bytes, &marks));
            let mut among = None;
            if let Some(glance) = &glance {
                among = self.matcher.candidates(bytes, glance, &mut known);
                if among.is_none()
                    && let Some(place) = place_at_a_glance(&self.options.scope, key, glance)
                {
                    matched.tally.count(place, is_delivered(glance));
                    continue;
                }
            }
            let presence = match self.matcher.project(found.kind, bytes, key.account(), &mut leaves) {
                Ok(presence) => presence,
                Err(error) => {
                    matched.rejected.push(Rejected { index, reason: error.to_string() });
                    continue;
                }
            };
            let view = leaves.view(bytes);
            let place = place(&self.options.scope, key, self.matcher.fields(), &view);
            matched.tally.count(place, presence == Presence::Event);
            if place != Place::Inside || presence == Presence::NeverDelivered {
                continue;
            }
            let queries = self.matcher.find(bytes, &leaves, among);
            if !queries.is_empty() {
                matched.push(queries, found.kind, bytes, &view, self);
            }
        }
        self.known.push(known);
        matched
    }

    fn keep(&self, buffers: Buffers) {
        if buffers.stored.capacity() + buffers.text.capacity() <= LARGEST_KEPT_BUFFER {
            self.buffers.push(buffers);
        }
    }
}

fn is_delivered(glance: &Glance<'_>) -> bool {
    glance.event_type.is_none_or(event::is_delivered)
}

/// What one thread found in its share of a log file.
#[derive(Default)]
struct Matched {
    tally: Tally,
    rejected: Vec<Rejected>,
    matches: Vec<Match>,
    bytes: Vec<u8>,
}

impl Matched {
    fn push(&mut self, queries: Vec<u32>, kind: Kind, bytes: &[u8], view: &View<'_>, worker: &Worker<'_>) {
        let fields = worker.matcher.fields();
        let account = fields.account(view).map(|text| text.decode());
        let event_id = fields.event_id(view).map(|text| text.decode());
        let identity = identity(account.as_deref(), event_id.as_deref(), bytes);
        let start = self.bytes.len();
        let facts = match worker.options.keep {
            Keep::Records => {
                self.bytes.extend_from_slice(bytes);
                match kind {
                    Kind::Record => Facts::read(bytes),
                    Kind::Event => event::detail(bytes).map(Facts::read).unwrap_or_default(),
                }
            }
            Keep::Counts => Facts {
                time: fields.event_time(view).and_then(|time| parse_event_time(&time.decode())),
                account: account.map(|text| text.into_owned()),
                region: fields.aws_region(view).map(|text| text.decode().into_owned()),
                ..Facts::default()
            },
        };
        let bytes = start..self.bytes.len();
        self.matches.push(Match { queries, bytes, is_event: kind == Kind::Event, facts, identity });
    }

    fn append(&mut self, mut other: Matched) {
        let shift = self.bytes.len();
        self.bytes.append(&mut other.bytes);
        self.tally.add(other.tally);
        self.rejected.append(&mut other.rejected);
        self.matches.extend(other.matches.into_iter().map(|mut found| {
            found.bytes = found.bytes.start + shift..found.bytes.end + shift;
            found
        }));
    }
}

/// What is wrong with a log file although its records are good.
fn faults(inflated: &Inflated, tally: &Tally, rejected_unnamed: usize) -> Vec<String> {
    let mut faults = Vec::new();
    if rejected_unnamed > 0 {
        faults.push(format!("{rejected_unnamed} elements are no records, beside those that are named"));
    }
    if let Trailing::Garbage(bytes) = inflated.trailing {
        faults.push(format!("{bytes} bytes of garbage follow the gzip stream"));
    }
    if tally.undated > 0 {
        faults.push(format!(
            "{} records without a readable `eventTime` are left out of the time range",
            tally.undated
        ));
    }
    faults
}

/// What is odd about a log file, but no fault.
fn notes(key: &LogKey, inflated: &Inflated, records: &Records) -> Vec<String> {
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
    if records.has_bom {
        notes.push("begins with a byte order mark".to_owned());
    }
    notes
}
