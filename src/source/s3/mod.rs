//! An archive in S3: the one room with async code. A runtime of one thread lists and reads ahead, a channel hands the
//! results to the calling thread.
//!
//! [`list`] walks the bucket and yields objects ([`folder`] says what one listing goes through, [`page`] reads a page of
//! it), [`get`] turns an object into an item, attempt for attempt ([`transfer`], with an [`md5`] where all is checked) and
//! at a [`pace`], and [`feed`] hands it to the sink. [`survey`] only looks, and [`found`] takes a list of objects instead
//! of listing. [`client`] makes the requests, most GETs the [`plain`] way, [`connect`] knows the SDK, and [`answer`] says what a refusal of S3 means.

mod address;
mod answer;
mod client;
mod connect;
mod feed;
mod folder;
mod found;
mod get;
mod list;
mod md5;
mod object;
mod pace;
mod page;
mod plain;
mod survey;
mod transfer;
mod xml;

use super::known::Known;
use super::plan::Plan;
use super::{BucketFacts, Error, Item, KnownLogFiles, LogFile, Look, Options, Scope, Sink, Source};
#[cfg(feature = "live")]
pub(crate) use connect::load as sdk_config;

use address::Address;
use client::Client;
use feed::{Coming, Feed, wait};
use found::{Found, Given};
use get::Reader;
use list::{Listed, Listing};
use object::Object;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// A bucket, or the part of it below a prefix.
pub(super) struct Bucket {
    address: Address,
    options: Options,
    /// What was opened by a check and waits to be fed.
    opened: Mutex<Option<Opened>>,
}

/// A bucket that has answered.
struct Opened {
    known: Arc<Known>,
    reader: Reader,
    found: Found,
    island: Island,
}

/// A runtime that is left without waiting: a name lookup that hangs must not hold up the end.
struct Island(Option<Runtime>);

impl Island {
    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("only drop takes the runtime")
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Bucket {
    /// Reads an address; S3 is not asked yet.
    pub fn open(archive: &str, options: &Options) -> Result<Self, Error> {
        let address = Address::parse(archive)?;
        Ok(Self { address, options: options.clone(), opened: Mutex::default() })
    }

    /// Connects and asks for the object or the first page of the listing. Returns `None` when nobody waits any more.
    fn reach(&self, scope: &Scope, sink: &dyn Sink) -> Result<Option<Opened>, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|source| Error::Open { archive: self.name().to_owned(), source })?;
        let island = Island(Some(runtime));
        let known = Arc::new(Known::default());
        let finding = self.find(Plan::new(scope), Arc::clone(&known));
        let Some(found) = wait(island.runtime(), sink, finding) else { return Ok(None) };
        let (reader, found) = found?;
        Ok(Some(Opened { known, reader, found, island }))
    }

    async fn find(&self, plan: Plan, known: Arc<Known>) -> Result<(Reader, Found), Error> {
        let client = Client::connect(&self.options.s3, &self.address).await?;
        if let Some(list) = &self.options.objects {
            let given = Given::new(list, &self.address, plan, known);
            if let Some(first) = given.first() {
                client.try_one(&first.key).await?;
            }
            return Ok((Reader::new(client, &self.options), Found::List(given)));
        }
        let found = match client.find_single().await? {
            Some(object) => {
                known.add(1, object.size.unwrap_or(0));
                Found::Single(Some(object))
            }
            None => Found::Listing(Box::new(Listing::start(&client, plan, known).await?)),
        };
        Ok((Reader::new(client, &self.options), found))
    }

    fn receive(&self, opened: Opened, sink: &mut dyn Sink) -> Result<(), Error> {
        let Opened { known, reader, found, island } = opened;
        let runtime = island.runtime();
        let (sender, comings) = mpsc::channel(self.options.s3.requests_in_flight.max(1));
        let known_before = KnownBefore { archive: self.address.archive.clone(), log_files: sink.known() };
        runtime.spawn(Producer { reader, known: Arc::clone(&known), known_before, sender }.run(found));
        Feed { runtime, known: &known, archive: self.name(), sink }.run(comings)
    }
}

impl Source for Bucket {
    fn check(&self, scope: &Scope, sink: &dyn Sink) -> Result<(), Error> {
        let opened = self.reach(scope, sink)?;
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let checked = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        let opened = match checked {
            Some(opened) => Some(opened),
            None => self.reach(scope, sink)?,
        };
        opened.map_or(Ok(()), |opened| self.receive(opened, sink))
    }

    fn survey(&self, scope: &Scope, look: &mut Look<'_>) -> Result<Option<BucketFacts>, Error> {
        self.look(scope, look)
    }

    fn name(&self) -> &str {
        &self.address.archive
    }
}

/// The asynchronous half: lists, and starts a read for each object in the order of keys.
struct Producer {
    reader: Reader,
    known: Arc<Known>,
    known_before: KnownBefore,
    sender: mpsc::Sender<Coming>,
}

/// The objects that need no GET.
struct KnownBefore {
    archive: String,
    log_files: Option<Arc<dyn KnownLogFiles>>,
}

impl KnownBefore {
    fn has(&self, object: &Object) -> bool {
        let (Some(known), Some(size)) = (&self.log_files, object.size) else { return false };
        known.has(&self.archive, &object.key, size)
    }
}

impl Producer {
    async fn run(self, found: Found) {
        if let Err(error) = self.produce(found).await {
            // nobody listens any more when the sink broke off: then there is nobody to tell
            let _ = self.sender.send(Coming::Ready(Err(error))).await;
        }
    }

    async fn produce(&self, mut found: Found) -> Result<(), Error> {
        while let Some(listed) = found.next().await? {
            if self.offer(listed).await.is_break() {
                return Ok(());
            }
        }
        self.known.complete();
        Ok(())
    }

    async fn offer(&self, listed: Listed) -> ControlFlow<()> {
        let coming = match listed {
            Listed::Skipped { key, reason } => Coming::Ready(Ok(Item::Skipped { key, reason })),
            Listed::Fault { key, fault } => Coming::Ready(Ok(Item::Fault { key, fault })),
            Listed::Object(object) if self.known_before.has(&object) => Coming::Ready(Ok(Item::LogFile(
                LogFile::unfetched(object.key, object.size.unwrap_or_default()),
            ))),
            Listed::Object(object) => match self.reader.refuse(&object) {
                Some(fault) => Coming::Ready(Ok(Item::Fault { key: object.key, fault })),
                None => Coming::Reading(self.reader.start(object).await),
            },
        };
        match self.sender.send(coming).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()), // the sink broke off
        }
    }
}
