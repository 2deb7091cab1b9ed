//! One log file, decoded, that several threads may work on: whoever comes takes a share, and whoever does the last one hands
//! the outcome over. Nobody waits for anybody.

use super::matched::Matched;
use super::outcome::{ReadLogFile, Tally, What};
use super::worker::{Buffers, Worker};
use crate::decode::{self, Inflated, Records, Trailing};
use crate::source::{LogKey, Original, Rest};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Records of a text of any shape that one thread takes at a time.
const RECORDS_PER_SHARE: usize = 4096;

/// What hands an outcome over.
pub(super) type Send<'run> = Box<dyn FnOnce(What) + std::marker::Send + 'run>;

/// A log file that is being matched.
pub(super) struct Job<'run> {
    worker: &'run Worker<'run>,
    origin: Origin,
    inflated: Inflated,
    buffers: Buffers,
    shares: Shares,
    next: AtomicUsize,
    left: AtomicUsize,
    done: Mutex<Done<'run>>,
}

/// Where a log file comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) key: LogKey,
    /// Stored bytes, as the source announced them.
    pub(super) size: u64,
    /// What it was, when it was put together again.
    pub(super) original: Option<Original>,
    /// What else is in it.
    pub(super) rest: Rest,
}

/// How a log file is shared out.
enum Shares {
    /// Pieces of the text; more records than that are too many.
    Pieces { pieces: Vec<Range<usize>>, record_limit: usize },
    /// Records that were found already.
    Found(Records),
}

/// What came of the shares, by their number; `None` for a piece that holds no whole records.
struct Done<'run> {
    shares: Vec<Option<Matched>>,
    send: Option<Send<'run>>,
}

impl<'run> Job<'run> {
    /// Shares out a text; says why when there are no records to be had.
    pub(super) fn new(
        worker: &'run Worker<'run>,
        origin: Origin,
        inflated: Inflated,
        buffers: Buffers,
    ) -> Result<Self, (String, Buffers)> {
        let text = buffers.text.bytes();
        let shares = match decode::cut(text) {
            Some(cut) => Shares::Pieces { pieces: cut.pieces, record_limit: cut.record_limit },
            None => match decode::find_records(text) {
                Ok(records) => Shares::Found(records),
                Err(error) => return Err((error.to_string(), buffers)),
            },
        };
        let count = shares.count();
        let done = Done { shares: (0..count).map(|_| None).collect(), send: None };
        Ok(Self {
            worker,
            origin,
            inflated,
            buffers,
            shares,
            next: AtomicUsize::new(0),
            left: AtomicUsize::new(count),
            done: Mutex::new(done),
        })
    }

    /// Says where the outcome goes. Must be said before anybody works.
    pub(super) fn then(self, send: Send<'run>) -> Self {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).send = Some(send);
        self
    }

    /// Returns how many shares there are.
    pub(super) fn share_count(&self) -> usize {
        self.shares.count()
    }

    /// Takes share after share until none is left.
    pub(super) fn work(&self) {
        if self.share_count() == 0 {
            return self.finish();
        }
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.share_count() {
                return;
            }
            let matched = self.match_share(number);
            self.done.lock().unwrap_or_else(PoisonError::into_inner).shares[number] = matched;
            if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
                self.finish();
            }
        }
    }

    fn match_share(&self, number: usize) -> Option<Matched> {
        let text = self.buffers.text.bytes();
        match &self.shares {
            Shares::Pieces { pieces, .. } => {
                self.worker.match_piece(&self.origin.key, &text[pieces[number].clone()])
            }
            Shares::Found(records) => {
                let first = number * RECORDS_PER_SHARE;
                let found = &records.found[first..records.found.len().min(first + RECORDS_PER_SHARE)];
                Some(self.worker.match_records(&self.origin.key, text, records, found))
            }
        }
    }

    fn finish(&self) {
        let Done { shares, send } = &mut *self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let what = match self.read(std::mem::take(shares)) {
            Ok(read) => What::Read(Box::new(read)),
            Err(reason) => What::Unreadable { key: self.origin.key.clone(), reason, is_archived: false },
        };
        self.worker.tell(self.origin.size, &what);
        if let Some(send) = send.take() {
            send(what);
        }
    }

    fn read(&self, shares: Vec<Option<Matched>>) -> Result<ReadLogFile, String> {
        let text = self.buffers.text.bytes();
        let shares: Option<Vec<Matched>> = shares.into_iter().collect();
        let records: usize = shares.iter().flatten().map(|share| share.records).sum();
        match (&self.shares, shares) {
            (Shares::Found(records), Some(shares)) => Ok(self.join(shares, Some(records))),
            (Shares::Pieces { record_limit, .. }, Some(shares)) if records <= *record_limit => {
                Ok(self.join(shares, None))
            }
            // It is no log file as trails write it after all, or its records were guessed wrong.
            _ => {
                let records = decode::find_records(text).map_err(|error| error.to_string())?;
                let shares =
                    vec![self.worker.match_records(&self.origin.key, text, &records, &records.found)];
                Ok(self.join(shares, Some(&records)))
            }
        }
    }

    fn join(&self, mut shares: Vec<Matched>, records: Option<&Records>) -> ReadLogFile {
        let mut tally = Tally::default();
        let mut rejected = records.map(|records| records.rejected.clone()).unwrap_or_default();
        let mut unnamed = records.map_or(0, |records| records.rejected_unnamed);
        let mut first = 0;
        for share in &mut shares {
            tally.add(share.tally);
            rejected.extend(share.rejected.drain(..).map(|mut rejected| {
                rejected.index += first;
                rejected
            }));
            unnamed += share.rejected_unnamed;
            first += share.records;
        }
        let read = (self.buffers.stored.len() as u64, self.buffers.text.bytes().len() as u64);
        let original = self.origin.original;
        let (stored_bytes, text_bytes) =
            original.map_or(read, |original| (original.stored_bytes, original.text_bytes));
        let Rest { left_out, left_out_in_scope, counted, numbers } = &self.origin.rest;
        tally.add(Tally { read: *left_out, in_scope: *left_out_in_scope, ..Tally::default() });
        if !counted.is_empty() {
            let counted = self.worker.match_counted(&self.origin.key, counted);
            tally.add(counted.tally);
            shares = match shares.iter().all(|share| share.matches.is_empty() && share.counted.is_empty()) {
                true => vec![counted],
                false => vec![Matched::interleave(shares, counted, numbers)],
            };
        }
        ReadLogFile {
            stored_bytes,
            text_bytes,
            faults: faults(&self.inflated, &tally, unnamed),
            notes: notes(&self.origin, &self.inflated, records.is_some_and(|records| records.has_bom)),
            rejected_count: (rejected.len() + unnamed) as u64,
            rejected,
            tally,
            shares,
            is_history: records.is_some_and(|records| records.shape.is_history()),
            key: self.origin.key.clone(),
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.worker.give_back(std::mem::take(&mut self.buffers));
    }
}

impl Shares {
    fn count(&self) -> usize {
        match self {
            Self::Pieces { pieces, .. } => pieces.len(),
            Self::Found(records) => records.found.len().div_ceil(RECORDS_PER_SHARE),
        }
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
fn notes(origin: &Origin, inflated: &Inflated, has_bom: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if inflated.members > 1 {
        notes.push(format!("{} gzip members; CloudTrail writes one", inflated.members));
    }
    if inflated.members == 0 && origin.original.is_none() && origin.key.as_str().ends_with(".gz") {
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
