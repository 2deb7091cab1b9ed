//! Takes what the sources offer, in key order, and sets a pool thread on every log file.

use super::Watch;
use super::gate::Gate;
use super::outcome::{Outcome, What};
use super::worker::Worker;
use crate::source::{Error, Item, LogFile, ReadBefore, Scope, Sink, Skip, Source};
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
    read_before: Option<Arc<ReadBefore>>,
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
        Self { scope, worker, gate, watch, outcomes, next: 0, is_last: false, read_before: None }
    }

    /// Lets one source after the other feed, after all were checked. A source that fails nevertheless is a fault among
    /// others, so that what is read already, or still to come, is kept; when nothing is, the first failure is returned.
    pub(super) fn feed(mut self, sources: &[Box<dyn Source>], scope: &Scope) -> Result<(), Error> {
        self.read_before.clone_from(&scope.read_before);
        for source in sources {
            source.check(scope, &self)?;
        }
        let (mut failure, mut is_any_fed) = (None, false);
        for (source, left) in sources.iter().zip((0..sources.len()).rev()) {
            if self.is_interrupted() {
                break;
            }
            self.is_last = left == 0;
            let first = self.next;
            let fed = source.feed(scope, &mut self);
            let is_partly_read = self.next > first;
            is_any_fed |= is_partly_read || fed.is_ok();
            if let Err(error) = fed {
                let (archive, reason) = (source.name().to_owned(), error.words());
                self.enter()(What::Lost { archive, reason, is_partly_read });
                failure.get_or_insert(error);
            }
        }
        self.watch.progress.know_all();
        failure.filter(|_| !is_any_fed).map_or(Ok(()), Err)
    }

    /// Takes the next place in the order of outcomes, waiting for room, and returns what brings the outcome there.
    fn enter(&mut self) -> impl FnOnce(What) + Send + use<'run> {
        self.gate.enter();
        self.next += 1;
        self.bring(self.next - 1)
    }

    /// Returns what brings the outcome to a place.
    fn bring(&self, sequence: u64) -> impl FnOnce(What) + Send + use<'run> {
        let (outcomes, gate) = (self.outcomes.clone(), self.gate);
        move |what: What| {
            gate.hold(what.size());
            // The receiver only goes away when the whole run is unwinding.
            let _ = outcomes.send(Outcome { sequence, what });
        }
    }

    fn take(&self, item: Item, send: impl FnOnce(What) + Send + 'run) {
        let worker = self.worker;
        let is_read_before = |log_file: &LogFile| {
            self.read_before.as_ref().is_some_and(|read_before| read_before.has(&log_file.key))
        };
        match item {
            Item::LogFile(log_file) if is_read_before(&log_file) => {
                send(What::Skipped { reason: Skip::ReadBefore })
            }
            Item::LogFile(log_file) => {
                self.scope.spawn(move |pool| worker.process(log_file, pool, Box::new(send)))
            }
            Item::Skipped { reason, .. } => send(What::Skipped { reason }),
            Item::Fault { key, fault } => send(What::Unreadable { key, reason: fault.to_string() }),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.watch.interrupt.load(Ordering::Relaxed)
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
            None => send(What::NotRead),
        }
    }

    fn is_open(&self) -> bool {
        !self.is_interrupted()
    }

    fn is_watched(&self) -> bool {
        self.watch.progress.is_watched()
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
