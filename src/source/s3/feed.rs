//! The calling thread's half: hands what comes to the sink, in the order of keys.
//!
//! A sink that gives out places is handed each log file when it is there, whatever lies before it is still on its way:
//! what decodes never waits for one slow object while others are ready.

use super::get::Lost;
use crate::source::known::Known;
use crate::source::{Error, Item, PATIENCE, ReadFault, Sink};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use tokio::task::{JoinError, JoinHandle};

/// How soon a sink that has no place left is asked again.
const SOON: Duration = Duration::from_millis(2);

/// An item on its way to the calling thread.
pub(super) enum Coming {
    Ready(Result<Item, Error>),
    Reading(JoinHandle<Result<Item, Lost>>),
}

/// What came of a read.
type Read = Result<Result<Item, Lost>, JoinError>;

/// A read and its place.
type Placed = Pin<Box<dyn Future<Output = (u64, Read)> + Send>>;

/// What happens next.
enum Next {
    Came(Option<Coming>),
    Read(u64, Read),
    /// Nothing yet.
    Patience,
}

/// Feeds one sink.
pub(super) struct Feed<'a> {
    pub runtime: &'a Runtime,
    pub known: &'a Known,
    pub archive: &'a str,
    pub sink: &'a mut dyn Sink,
}

impl Feed<'_> {
    /// Feeds until nothing comes any more or the sink wants no more.
    pub fn run(mut self, comings: Receiver<Coming>) -> Result<(), Error> {
        if self.sink.has_places() { self.run_by_places(comings) } else { self.run_in_order(comings) }
    }

    fn run_in_order(&mut self, mut comings: Receiver<Coming>) -> Result<(), Error> {
        while let Some(Some(coming)) = wait(self.runtime, self.sink, comings.recv()) {
            self.known.tell(self.sink);
            let item = match coming {
                Coming::Ready(item) => item?,
                Coming::Reading(task) => match wait(self.runtime, self.sink, task) {
                    Some(read) => read.map_err(|error| self.lost(error))?.map_err(|lost| lost.error)?,
                    None => break,
                },
            };
            if self.sink.offer(item) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn run_by_places(&mut self, comings: Receiver<Coming>) -> Result<(), Error> {
        let mut way = Way::new(comings);
        while self.sink.is_open() && !way.is_over() {
            self.known.tell(self.sink);
            match self.runtime.block_on(way.next()) {
                Next::Came(Some(Coming::Ready(Err(error)))) => way.end(Some(error)),
                Next::Came(Some(coming)) => way.waiting = Some(coming),
                Next::Came(None) => way.end(None),
                Next::Read(place, read) => self.place(place, read, &mut way),
                Next::Patience => {}
            }
            if let Some(coming) = way.waiting.take() {
                self.reserve(coming, &mut way);
            }
        }
        for place in way.places {
            self.sink.fill(place, None);
        }
        way.failure.map_or(Ok(()), Err)
    }

    /// Takes a place for what came, or lets it wait for one.
    fn reserve(&mut self, coming: Coming, way: &mut Way) {
        match (self.sink.reserve(), coming) {
            (None, coming) => way.waiting = Some(coming),
            (Some(place), Coming::Ready(item)) => self.sink.fill(place, item.ok()),
            (Some(place), Coming::Reading(task)) => {
                way.places.insert(place);
                way.reads.push(Box::pin(async move { (place, task.await) }));
            }
        }
    }

    /// Puts what was read in its place. What ends the run leaves a fault there.
    fn place(&mut self, place: u64, read: Read, way: &mut Way) {
        way.places.remove(&place);
        let (item, error) = match read {
            Ok(Ok(item)) => (Some(item), None),
            Ok(Err(Lost { key, error })) => {
                // Why, the archive's own fault says, once for all of them.
                let fault = ReadFault::Transfer { reason: "the archive broke off before".to_owned() };
                (Some(Item::Fault { key, fault }), Some(error))
            }
            Err(error) => (None, Some(self.lost(error))),
        };
        self.sink.fill(place, item);
        if error.is_some() {
            way.end(error);
        }
    }

    fn lost(&self, error: JoinError) -> Error {
        Error::List { archive: self.archive.to_owned(), source: error.into() }
    }
}

/// What is on its way to a sink with places.
struct Way {
    comings: Receiver<Coming>,
    /// What came when the sink had no place left.
    waiting: Option<Coming>,
    reads: FuturesUnordered<Placed>,
    /// Places that are still to be filled.
    places: BTreeSet<u64>,
    /// Nothing new will come.
    is_ending: bool,
    failure: Option<Error>,
}

impl Way {
    fn new(comings: Receiver<Coming>) -> Self {
        Self {
            comings,
            waiting: None,
            reads: FuturesUnordered::new(),
            places: BTreeSet::new(),
            is_ending: false,
            failure: None,
        }
    }

    fn is_over(&self) -> bool {
        self.is_ending && self.waiting.is_none() && self.reads.is_empty()
    }

    /// Wants nothing new. After a failure what has no place yet is left, too; what has one is waited for.
    fn end(&mut self, failure: Option<Error>) {
        self.is_ending = true;
        if let Some(failure) = failure {
            self.waiting = None;
            self.comings.close();
            self.failure.get_or_insert(failure);
        }
    }

    async fn next(&mut self) -> Next {
        let is_asking = self.waiting.is_none() && !self.is_ending;
        let patience = if self.waiting.is_some() { SOON } else { PATIENCE };
        let (comings, reads) = (&mut self.comings, &mut self.reads);
        let mut pause = std::pin::pin!(tokio::time::sleep(patience));
        std::future::poll_fn(move |context| {
            // What is read goes first: it makes room.
            if let Poll::Ready(Some((place, read))) = reads.poll_next_unpin(context) {
                return Poll::Ready(Next::Read(place, read));
            }
            if is_asking && let Poll::Ready(coming) = comings.poll_recv(context) {
                return Poll::Ready(Next::Came(coming));
            }
            pause.as_mut().poll(context).map(|()| Next::Patience)
        })
        .await
    }
}

/// Waits as long as the sink wants what comes: S3 may take minutes to answer.
pub(super) fn wait<T>(runtime: &Runtime, sink: &dyn Sink, coming: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async {
        let mut coming = std::pin::pin!(coming);
        loop {
            match tokio::time::timeout(PATIENCE, &mut coming).await {
                Ok(done) => return Some(done),
                Err(_) if sink.is_open() => {}
                Err(_) => return None,
            }
        }
    })
}
