//! Puts the outcomes back into the order of the offers, drops duplicates, hands out hits and keeps the coverage.

use super::coverage::{CountedTogether, Coverage, Fault, Note, ScopeDocument, Stopped};
use super::duplicates::{Pairs, Seen};
use super::folded::{Count, Folded};
use super::gate::Gate;
use super::groups::Groups;
use super::known_groups::KnownGroups;
use super::matched::{Asked, CountedMatch, Entry, Matched};
use super::outcome::{Match, Outcome, ReadLogFile, What};
use super::pool::Pool;
use super::synthesis::Synthesis;
use super::{Error, Matcher, Options, Take, Watch, checkpoint};
use crate::event;
use crate::hit::{Group, Span};
use crate::record::Facts;
use crate::source::{LogKey, Scope, Source, fingerprint};
use crossbeam_channel::{Receiver as Arrivals, TryRecvError};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

mod handing;

use handing::{Matching, Origin};

/// How long outcomes are let gather. To be woken for each one costs more than most are worth.
const GATHERING: Duration = Duration::from_millis(1);

/// The single place where a run's results come together.
pub(super) struct Receiver<'run> {
    matcher: &'run Matcher<'run>,
    options: &'run Options,
    watch: Watch<'run>,
    gate: &'run Gate,
    groups: &'run Groups,
    received: &'run Pool<Matched>,
    known_groups: KnownGroups,
    /// Stands where no group is asked for.
    no_group: Arc<Group>,
    folded: Folded,
    seen: Seen,
    pairs: Option<Pairs>,
    /// Of a share's matches, which are; memory that goes from share to share.
    firsts: Vec<bool>,
    synthesis: Synthesis,
    hits_by_query: Vec<u64>,
    /// Whether the very last folders of the scope still held events of it.
    is_cut_off_late: bool,
    /// Why nothing can be added to the checkpoint any more.
    unwritten: Option<checkpoint::Error>,
    coverage: Coverage,
}

impl<'run> Receiver<'run> {
    pub(super) fn new(
        Asked { matcher, options, groups, received }: Asked<'run>,
        watch: Watch<'run>,
        gate: &'run Gate,
    ) -> Self {
        Self {
            matcher,
            options,
            watch,
            gate,
            groups,
            received,
            known_groups: KnownGroups::new(matcher.keeps().groupings.len(), matcher.most_groups()),
            no_group: Arc::new(Group::new(0, &[])),
            folded: Folded::default(),
            seen: Seen::default(),
            pairs: options.is_pairing.then(Pairs::default),
            firsts: Vec::new(),
            synthesis: Synthesis::default(),
            hits_by_query: vec![0; matcher.queries().len()],
            is_cut_off_late: false,
            unwritten: None,
            coverage: Coverage { version: Coverage::VERSION, ..Coverage::default() },
        }
    }

    /// Receives until all senders are gone. Outcomes that come early wait for those before them; the gate bounds how
    /// many. After a stop the rest is only drained.
    pub(super) fn receive(&mut self, arrivals: &Arrivals<Outcome>, take: &mut Take<'_>) {
        let mut early = BTreeMap::new();
        let mut next = 0;
        while let Some(outcome) = arrive(arrivals) {
            early.insert(outcome.sequence, outcome);
            while let Some(outcome) = early.remove(&next) {
                next += 1;
                self.gate.leave(outcome.size());
                self.write_down(&outcome.frame);
                if self.coverage.stopped.is_none() {
                    self.take_outcome(outcome.what, take);
                }
            }
        }
        self.hand_out_folded(take);
        if self.coverage.stopped.is_none() && self.watch.interrupt.load(Ordering::Relaxed) {
            self.coverage.stopped = Some(Stopped::Interrupted);
        }
    }

    /// Adds an outcome to the checkpoint, also one that comes behind a stop. Without a checkpoint that can be relied on the
    /// run is not what was asked for, and ends.
    fn write_down(&mut self, frame: &[u8]) {
        let Some(checkpoint) = self.watch.checkpoint.filter(|_| !frame.is_empty()) else { return };
        if self.unwritten.is_none()
            && let Err(error) = checkpoint.append(frame)
        {
            self.unwritten = Some(error);
            self.watch.interrupt.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the finished coverage.
    ///
    /// # Errors
    /// Returns why the checkpoint could not be written.
    pub(super) fn into_coverage(
        mut self,
        sources: &[Box<dyn Source>],
        scope: &Scope,
    ) -> Result<Coverage, Error> {
        if let Some(error) = self.unwritten {
            return Err(error.into());
        }
        let coverage = &mut self.coverage;
        coverage.archives = sources.iter().map(|source| source.name().to_owned()).collect();
        coverage.scope = ScopeDocument::from(scope);
        if self.is_cut_off_late {
            let key = format!("folders of {}", scope.last_day());
            let remark = "the last ones read still hold events of the time range: later ones may, too (`--late-slack`)";
            coverage.notes.push(Note { key, remark: remark.to_owned() });
        }
        let together = self.known_groups.beyond().map(|grouping| CountedTogether {
            by: self.matcher.keeps().lists[grouping].clone(),
            most: self.matcher.most_groups() as u64,
        });
        coverage.counted_together = together.collect();
        coverage.log_files.listed = coverage.log_files.read + coverage.log_files.failed;
        coverage.is_complete = coverage.faults.is_empty() && coverage.stopped.is_none();
        let queries = self.matcher.queries().iter();
        coverage.recorded_twice = self.pairs.map(Pairs::into_counts).unwrap_or_default();
        coverage.hits_by_query = queries.map(|query| query.id.clone()).zip(self.hits_by_query).collect();
        Ok(self.coverage)
    }

    fn take_outcome(&mut self, what: What, take: &mut Take<'_>) {
        match what {
            What::Skipped { reason } => {
                *self.coverage.log_files.skipped.entry(reason.name()).or_default() += 1
            }
            What::Unreadable { key, reason, is_archived } => {
                self.coverage.log_files.archived += u64::from(is_archived);
                self.take_fault(&key, reason);
            }
            What::Lost { archive, reason, is_partly_read } => {
                self.coverage.log_files.listings_failed += 1;
                self.coverage.faults.push(Fault { key: archive, reason, is_partly_read });
            }
            What::Read(mut read) => {
                let shares = std::mem::take(&mut read.shares);
                self.take_log_file(*read, &shares, take);
                shares.into_iter().for_each(|share| share.give_back(self.received));
            }
            What::NotRead => self.coverage.stopped = Some(Stopped::Interrupted),
        }
    }

    fn take_fault(&mut self, key: &LogKey, reason: String) {
        if key.as_str().is_empty() || key.as_str().ends_with('/') {
            self.coverage.log_files.listings_failed += 1;
        } else {
            self.coverage.log_files.failed += 1;
            self.coverage.folder(key.folder()).failed += 1;
            if let Some(cell) = self.coverage.cell(key) {
                cell.failed += 1;
            }
        }
        self.coverage.faults.push(Fault { key: key.as_str().to_owned(), reason, is_partly_read: false });
    }

    fn take_log_file(&mut self, mut read: ReadLogFile, shares: &[Matched], take: &mut Take<'_>) {
        let coverage = &mut self.coverage;
        if let (Some(_), Some(day)) = (&self.options.scope.read_before, read.key.day()) {
            coverage.log_files_read.entry(day).or_default().push(fingerprint(&read.key));
        }
        coverage.log_files.read += 1;
        coverage.bytes.stored += read.stored_bytes;
        coverage.bytes.text += read.text_bytes;
        coverage.records.read += read.tally.read;
        coverage.records.in_scope += read.tally.in_scope;
        coverage.records.undated += read.tally.undated;
        coverage.records.never_delivered += read.tally.never_delivered;
        coverage.records.rejected += read.rejected_count;
        let folder = coverage.folder(read.key.folder());
        folder.log_files += 1;
        folder.records += read.tally.read;
        if let Some(cell) = coverage.cell(&read.key) {
            cell.log_files += 1;
            cell.records += read.tally.read;
        }
        self.is_cut_off_late |= self.is_last_folder(&read);
        let coverage = &mut self.coverage;
        let key = read.key.as_str();
        let rejected =
            read.rejected.iter().map(|rejected| format!("element {} {}", rejected.index, rejected.reason));
        coverage.faults.extend(read.faults.drain(..).chain(rejected).map(|reason| Fault {
            key: key.to_owned(),
            reason,
            is_partly_read: true,
        }));
        let notes = read.notes.drain(..).map(|remark| Note { key: key.to_owned(), remark });
        coverage.notes.extend(notes);

        self.take_matches(&read, shares, take);
    }

    fn take_matches(&mut self, read: &ReadLogFile, shares: &[Matched], take: &mut Take<'_>) {
        let place = self.pairs.as_mut().map(|pairs| pairs.place(&read.key));
        for share in shares {
            // All at once: one after the other each would wait for memory.
            let mut firsts = std::mem::take(&mut self.firsts);
            firsts.clear();
            firsts.extend(share.in_order().map(|entry| self.is_first(entry.identity(), place)));
            let taken = share.in_order().zip(&firsts).try_for_each(|(entry, is_first)| match entry {
                Entry::Whole(found) => self.take_match(read, share, (found, *is_first), take),
                Entry::Counted(counted) => self.take_counted(read, share, (counted, *is_first), take),
            });
            if self.folded.is_full() {
                self.hand_out_folded(take);
            }
            if taken.is_break() {
                // Nobody wants more: the feeder and the workers may stop too.
                self.watch.interrupt.store(true, Ordering::Relaxed);
                return;
            }
            self.firsts = firsts;
        }
    }

    fn is_first(&mut self, identity: u128, place: Option<u32>) -> bool {
        match (&mut self.pairs, place) {
            (Some(pairs), Some(place)) => pairs.is_first(identity, place),
            _ => !self.options.is_deduplicating || self.seen.is_first(identity),
        }
    }

    fn is_last_folder(&self, read: &ReadLogFile) -> bool {
        let scope = &self.options.scope;
        let is_late = scope.until.is_some() && scope.ends_before_today();
        is_late && read.tally.in_scope > 0 && read.key.day() == Some(scope.last_day())
    }

    fn take_match(
        &mut self,
        read: &ReadLogFile,
        share: &Matched,
        (found, is_first): (&Match, bool),
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let kept = found.record.as_ref();
        let (bytes, is_event) =
            kept.map_or((&[][..], false), |kept| (&share.bytes[kept.bytes.clone()], kept.is_event));
        let event = is_event.then_some(bytes);
        let record = if is_event { event::detail(bytes).unwrap_or_default() } else { bytes };
        let all = &share.queries[found.queries.clone()];
        let (queries, is_cause) = match all.split_last() {
            Some((last, others)) if self.matcher.causes() == Some(*last) => (others, true),
            _ => (all, false),
        };
        if self.options.is_deduplicating && !is_first {
            self.coverage.records.duplicates += u64::from(!queries.is_empty());
            return ControlFlow::Continue(());
        }
        let facts = kept.map(|kept| &*kept.facts);
        let synthetic = match facts.filter(|_| is_cause) {
            Some(facts) => {
                let against = (self.matcher, self.groups);
                self.synthesis.ask(against, record, facts, read.key.account())
            }
            None => Vec::new(),
        };
        self.coverage.records.matched += u64::from(!queries.is_empty() || !synthetic.is_empty());
        let counted = Facts { time: found.time, ..Facts::default() };
        let groups = (found.groupings, &share.groups[found.groups.clone()]);
        let (origin, span) = (Origin::of(read), Span::of(found.time));
        let plain =
            Matching { queries, groups, record, event, facts, counted: &counted, span, is_synthetic: false };
        self.hand_out(origin, &plain, take)?;
        for synthetic in &synthetic {
            let matching = Matching {
                queries: &synthetic.queries,
                groups: (synthetic.groupings, &synthetic.groups),
                record: event::detail(&synthetic.event).unwrap_or_default(),
                event: Some(&synthetic.event),
                facts: Some(&synthetic.facts),
                counted: &counted,
                span,
                is_synthetic: true,
            };
            self.hand_out(origin, &matching, take)?;
        }
        ControlFlow::Continue(())
    }

    /// Takes a record of which no more is known than its answer.
    #[inline]
    fn take_counted(
        &mut self,
        read: &ReadLogFile,
        share: &Matched,
        (counted, is_first): (&CountedMatch, bool),
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        if self.options.is_deduplicating && !is_first {
            self.coverage.records.duplicates += 1;
            return ControlFlow::Continue(());
        }
        let answers = share.answers.as_ref().expect("there are answers to records that are only counted");
        self.coverage.records.matched += 1;
        for number in counted.answers() {
            let (count, is_new) = self.folded.count(answers, number);
            if is_new {
                self.known_groups.meet(self.groups, count.answer.groupings, &count.answer.groups);
            }
            if count.answer.is_count && self.options.limit.is_none() {
                count.span.count_at(counted.seconds * 1_000);
                continue;
            }
            let count = Count { answer: Arc::clone(&count.answer), span: Span::of(counted.time()) };
            self.hand_out_count(Origin::of(read), &count, take)?;
        }
        ControlFlow::Continue(())
    }
}

/// Waits for the next outcome; `None` when no more will come. When there is none yet, some are let gather.
fn arrive(arrivals: &Arrivals<Outcome>) -> Option<Outcome> {
    match arrivals.try_recv() {
        Err(TryRecvError::Empty) => {
            std::thread::sleep(GATHERING);
            arrivals.recv().ok()
        }
        arrived => arrived.ok(),
    }
}
