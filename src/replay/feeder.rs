//! Takes what the sources offer, in key order, and sets a pool thread on every log file.

use super::Watch;
use super::checkpoint::{self, Checkpoint, Recorded};
use super::gate::Gate;
use super::outcome::{Outcome, What};
use super::worker::Worker;
use crate::source::{
    Error, Item, KnownLogFiles, LogFile, LogKey, ReadBefore, ReadFault, RecordKind, Scope, Sink, Skip,
    Source, Telling, Want,
};
use crossbeam_channel::Sender;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The sink of all sources of a run.
pub(super) struct Feeder<'scope, 'run> {
    scope: &'scope rayon::Scope<'run>,
    worker: &'run Worker<'run>,
    gate: &'run Gate,
    watch: Watch<'run>,
    outcomes: Sender<Outcome>,
    next: u64,
    /// Whether the last source feeds.
    is_last: bool,
    /// The name of the source that feeds.
    archive: String,
    done: Arc<Done>,
}

/// Log files that need not be read any more.
#[derive(Default)]
struct Done {
    /// An earlier run has dealt with them.
    read_before: Option<Arc<ReadBefore>>,
    /// An earlier run of this question was killed behind them.
    recorded: Option<Recorded>,
}

impl<'scope, 'run> Feeder<'scope, 'run> {
    /// Returns a feeder that starts with the first outcome.
    pub(super) fn new(
        scope: &'scope rayon::Scope<'run>,
        worker: &'run Worker<'run>,
        gate: &'run Gate,
        watch: Watch<'run>,
        outcomes: Sender<Outcome>,
    ) -> Self {
        let (archive, done) = (String::new(), Arc::default());
        Self { scope, worker, gate, watch, outcomes, next: 0, is_last: false, archive, done }
    }

    /// Lets one source after the other feed, after all were checked. A source that fails nevertheless is a fault among
    /// others, so that what is read already, or still to come, is kept; when nothing is, the first failure is returned.
    pub(super) fn feed(mut self, sources: &[Box<dyn Source>], scope: &Scope) -> Result<(), Error> {
        let recorded = self.watch.checkpoint.map(Checkpoint::recorded);
        self.done = Arc::new(Done { read_before: scope.read_before.clone(), recorded });
        for source in sources {
            source.check(scope, &self)?;
        }
        let (mut failure, mut is_any_fed) = (None, false);
        for (source, left) in sources.iter().zip((0..sources.len()).rev()) {
            if self.is_interrupted() {
                break;
            }
            self.is_last = left == 0;
            source.name().clone_into(&mut self.archive);
            let first = self.next;
            let fed = source.feed(scope, &mut self);
            let is_partly_read = self.next > first;
            is_any_fed |= is_partly_read || fed.is_ok();
            if let Err(error) = fed {
                let (archive, reason) = (source.name().to_owned(), error.words());
                self.enter()(What::Lost { archive, reason, is_partly_read }, Vec::new());
                failure.get_or_insert(error);
            }
        }
        self.watch.progress.know_all();
        failure.filter(|_| !is_any_fed).map_or(Ok(()), Err)
    }

    /// Takes the next place in the order of outcomes, waiting for room, and returns what brings the outcome there.
    fn enter(&mut self) -> impl FnOnce(What, Vec<u8>) + Send + use<'run> {
        self.gate.enter();
        self.next += 1;
        self.bring(self.next - 1)
    }

    /// Returns what brings the outcome to a place.
    fn bring(&self, sequence: u64) -> impl FnOnce(What, Vec<u8>) + Send + use<'run> {
        let (outcomes, gate) = (self.outcomes.clone(), self.gate);
        move |what, frame| {
            let outcome = Outcome { sequence, what, frame };
            gate.hold(outcome.size());
            // The receiver only goes away when the whole run is unwinding.
            let _ = outcomes.send(outcome);
        }
    }

    fn take(&self, item: Item, send: impl FnOnce(What, Vec<u8>) + Send + 'run) {
        match item {
            Item::LogFile(log_file) if self.done.is_read_before(&log_file.key) => {
                send(What::Skipped { reason: Skip::ReadBefore }, Vec::new());
            }
            Item::LogFile(log_file) => self.take_log_file(log_file, send),
            Item::Skipped { reason, .. } => send(What::Skipped { reason }, Vec::new()),
            Item::Fault { key, fault } => {
                let is_archived = matches!(fault, ReadFault::Archived { .. });
                send(What::Unreadable { key, reason: fault.to_string(), is_archived }, Vec::new());
            }
        }
    }

    /// Sets a thread on a log file, or on what is known of it.
    fn take_log_file(&self, log_file: LogFile, send: impl FnOnce(What, Vec<u8>) + Send + 'run) {
        let worker = self.worker;
        let Some(checkpoint) = self.watch.checkpoint else {
            let send = Box::new(|what| send(what, Vec::new()));
            return self.scope.spawn(move |pool| worker.process(log_file, pool, send));
        };
        let fingerprint = checkpoint::fingerprint(&self.archive, &log_file.key, log_file.size);
        match checkpoint.find(fingerprint) {
            Some(place) => self.scope.spawn(move |_| {
                let what = checkpoint.recall(place, log_file.key, worker.groups());
                worker.tell(log_file.size, &what);
                send(what, Vec::new());
            }),
            None => self.scope.spawn(move |pool| {
                let send = Box::new(move |what: What| {
                    let frame = match &what {
                        What::Read(read) => checkpoint::frame(fingerprint, read, worker.groups()),
                        _ => Vec::new(), // a fault is tried again
                    };
                    send(what, frame);
                });
                worker.process(log_file, pool, send);
            }),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.watch.interrupt.load(Ordering::Relaxed)
    }
}

impl Done {
    fn is_read_before(&self, key: &LogKey) -> bool {
        self.read_before.as_ref().is_some_and(|read_before| read_before.has(key))
    }
}

impl KnownLogFiles for Done {
    fn has(&self, archive: &str, key: &LogKey, size: u64) -> bool {
        let is_recorded = |recorded: &Recorded| recorded.has(checkpoint::fingerprint(archive, key, size));
        self.is_read_before(key) || self.recorded.as_ref().is_some_and(is_recorded)
    }
}

impl Sink for Feeder<'_, '_> {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        if self.is_interrupted() {
            return ControlFlow::Break(());
        }
        let send = self.enter();
        self.take(item, send);
        ControlFlow::Continue(())
    }

    fn has_places(&self) -> bool {
        true
    }

    fn reserve(&mut self) -> Option<u64> {
        self.gate.try_enter().then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    fn fill(&mut self, place: u64, item: Option<Item>) {
        let send = self.bring(place);
        match item {
            Some(item) => self.take(item, send),
            None => send(What::NotRead, Vec::new()),
        }
    }

    fn is_open(&self) -> bool {
        !self.is_interrupted()
    }

    fn is_watched(&self) -> bool {
        self.watch.progress.is_watched()
    }

    fn tells_by(&self) -> Telling {
        self.worker.tells_by()
    }

    fn wants(&self, kind: &RecordKind) -> Want {
        self.worker.wants(kind)
    }

    fn known(&self) -> Option<Arc<dyn KnownLogFiles>> {
        Some(Arc::clone(&self.done) as Arc<dyn KnownLogFiles>)
    }

    fn announce(&mut self, objects: u64, bytes: u64) {
        self.watch.progress.announce(objects, bytes);
    }

    fn announce_end(&mut self) {
        if self.is_last {
            self.watch.progress.know_all();
        }
    }
}
