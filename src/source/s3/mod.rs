//! An archive in S3: the one room with async code. A runtime of one thread lists and reads ahead, a channel hands the
//! results to the calling thread in the order of keys.
//!
//! [`list`] walks the bucket and yields objects, [`get`] turns an object into an item, [`client`] knows the SDK, and
//! [`answer`] says what a refusal of S3 means.

mod address;
mod answer;
mod client;
mod get;
mod list;

use super::known::Known;
use super::plan::Plan;
use super::{Error, Item, Options, PATIENCE, Scope, Sink, Source};
use address::Address;
use client::Client;
use get::Reader;
use list::{Listed, Listing};
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A bucket, or the part of it below a prefix.
#[derive(Debug)]
pub(super) struct Bucket {
    address: Address,
    options: Options,
}

/// An item on its way to the calling thread.
enum Coming {
    Ready(Result<Item, Error>),
    Reading(JoinHandle<Result<Item, Error>>),
}

impl Bucket {
    /// Reads an address; S3 is not asked yet.
    pub fn open(archive: &str, options: &Options) -> Result<Self, Error> {
        Ok(Self { address: Address::parse(archive)?, options: options.clone() })
    }

    fn receive(&self, runtime: &Runtime, plan: Plan, sink: &mut dyn Sink) -> Result<(), Error> {
        let (sender, mut receiver) = mpsc::channel(self.options.s3.requests_in_flight.max(1));
        let known = Arc::new(Known::default());
        let producer = Producer {
            address: self.address.clone(),
            options: self.options.clone(),
            plan,
            known: Arc::clone(&known),
            sender,
        };
        runtime.spawn(producer.run());
        while let Some(Some(coming)) = wait(runtime, sink, receiver.recv()) {
            known.tell(sink);
            let item = match coming {
                Coming::Ready(item) => item?,
                Coming::Reading(task) => match wait(runtime, sink, task) {
                    Some(read) => read.map_err(|error| self.lost(error))??,
                    None => break,
                },
            };
            if sink.offer(item) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn lost(&self, error: tokio::task::JoinError) -> Error {
        Error::List { archive: self.address.archive.clone(), source: error.into() }
    }
}

/// Waits as long as the sink wants what comes: S3 may take minutes to answer.
fn wait<T>(runtime: &Runtime, sink: &dyn Sink, coming: impl Future<Output = T>) -> Option<T> {
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

impl Source for Bucket {
    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|source| Error::Open { archive: self.name().to_owned(), source })?;
        let result = self.receive(&runtime, Plan::new(scope), sink);
        runtime.shutdown_background(); // a name lookup that hangs must not hold up the end
        result
    }

    fn name(&self) -> &str {
        &self.address.archive
    }
}

/// The asynchronous half: lists, and starts a read for each object in the order of keys.
struct Producer {
    address: Address,
    options: Options,
    plan: Plan,
    known: Arc<Known>,
    sender: mpsc::Sender<Coming>,
}

impl Producer {
    async fn run(self) {
        let sender = self.sender.clone();
        if let Err(error) = self.produce().await {
            // nobody listens any more when the sink broke off: then there is nobody to tell
            let _ = sender.send(Coming::Ready(Err(error))).await;
        }
    }

    async fn produce(self) -> Result<(), Error> {
        let mut client = Client::connect(&self.options.s3, &self.address).await?;
        if let Some(object) = client.find_single().await? {
            let reader = Reader::new(client, &self.options);
            self.known.add(1, object.size);
            let _ = self.offer(&reader, Listed::Object(object)).await; // the only one: whether it is taken or not
            return Ok(());
        }
        let mut listing = Listing::start(&mut client, self.plan.clone(), Arc::clone(&self.known)).await?;
        let reader = Reader::new(client, &self.options);
        while let Some(listed) = listing.next().await? {
            if self.offer(&reader, listed).await.is_break() {
                return Ok(());
            }
        }
        self.known.complete();
        Ok(())
    }

    async fn offer(&self, reader: &Reader, listed: Listed) -> ControlFlow<()> {
        let coming = match listed {
            Listed::Skipped { key, reason } => Coming::Ready(Ok(Item::Skipped { key, reason })),
            Listed::Fault { key, fault } => Coming::Ready(Ok(Item::Fault { key, fault })),
            Listed::Object(object) => match reader.refuse(&object) {
                Some(fault) => Coming::Ready(Ok(Item::Fault { key: object.key, fault })),
                None => Coming::Reading(reader.start(object).await),
            },
        };
        match self.sender.send(coming).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()), // the sink broke off
        }
    }
}
