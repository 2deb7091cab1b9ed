//! Turns an object into an item: reads it under a budget of bytes and at the pace that S3 bears, and again when it is
//! refused or breaks off.

use super::client::{Client, pause};
use super::object::Object;
use super::pace::{Pace, Turn};
use super::transfer::{Failure, Partial, transfer};
use crate::source::{Error, Item, LogFile, LogKey, Options, ReadFault};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// Attempts in a row that bring nothing …
const ATTEMPTS: u32 = 6;

/// … or that S3 answers with the wish for fewer requests: it is there, only busy …
const THROTTLED_ATTEMPTS: u32 = 12;

/// … and all attempts for one object, however much each of them brings.
const MOST_ATTEMPTS: u32 = 60;

/// What is reserved for an object whose size nobody has said.
const USUAL_SIZE: u64 = 256 << 10;

/// Reads objects of one bucket.
#[derive(Clone)]
pub(super) struct Reader {
    client: Arc<Client>,
    /// One permit a byte.
    budget: Arc<Semaphore>,
    most: u32,
    pace: Arc<Pace>,
    cap: u64,
}

/// A read that ends the run.
#[derive(Debug)]
pub(super) struct Lost {
    pub key: LogKey,
    pub error: Error,
}

impl Reader {
    pub fn new(client: Client, options: &Options) -> Self {
        let most = options.s3.bytes_in_flight.max(1);
        let budget = Arc::new(Semaphore::new(most as usize));
        let pace = Arc::new(Pace::new(options.s3.requests_in_flight));
        Self { client: Arc::new(client), budget, most, pace, cap: options.max_object_size }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Says why an object is not even asked for.
    pub fn refuse(&self, object: &Object) -> Option<ReadFault> {
        if let Some(class) = object.archived() {
            return Some(ReadFault::Archived { class: class.to_owned() });
        }
        object.size.is_some_and(|size| size > self.cap).then_some(ReadFault::TooLarge { cap: self.cap })
    }

    /// Waits for room in the budget and for a turn, and starts to read. An object larger than the budget takes all of it.
    pub async fn start(&self, object: Object) -> JoinHandle<Result<Item, Lost>> {
        let bytes = u32::try_from(object.size.unwrap_or(USUAL_SIZE)).unwrap_or(u32::MAX).min(self.most);
        let permit = Arc::clone(&self.budget).acquire_many_owned(bytes).await;
        let permit = permit.expect("the budget is never closed");
        let turn = self.pace.enter().await;
        let reader = self.clone();
        tokio::spawn(async move { reader.read(object, turn, permit).await })
    }

    async fn read(&self, object: Object, mut turn: Turn, permit: OwnedSemaphorePermit) -> Result<Item, Lost> {
        let (mut partial, mut attempts) = (Partial::default(), Attempts::default());
        loop {
            let (before, generation) = (partial.bytes.len(), self.client.generation());
            let failure = match transfer(&self.client, &object, self.cap, &mut partial).await {
                Ok(()) => {
                    self.pace.succeed(turn, partial.bytes.len() as u64);
                    return Ok(Item::LogFile(LogFile::held(object.key, partial.bytes, permit)));
                }
                Err(failure) => failure,
            };
            self.pace.leave(turn);
            attempts.count(partial.bytes.len() > before);
            match Box::pin(self.judge(failure, &mut attempts, generation)).await {
                Next::Again => pause(attempts.in_vain, &object.full).await,
                Next::Fault(fault) => return Ok(Item::Fault { key: object.key, fault }),
                Next::End(error) => return Err(Lost { key: object.key, error: *error }),
            }
            turn = self.pace.enter().await;
        }
    }

    /// Decides what follows an attempt that failed.
    async fn judge(&self, failure: Failure, attempts: &mut Attempts, generation: u32) -> Next {
        let answer = match failure {
            Failure::TooLarge => return Next::Fault(ReadFault::TooLarge { cap: self.cap }),
            Failure::Broken(_) if attempts.has_more(ATTEMPTS) => return Next::Again,
            Failure::Broken(reason) => return Next::Fault(ReadFault::Transfer { reason }),
            Failure::Answer(answer) => answer,
        };
        if answer.is_throttled() {
            self.pace.slow_down();
        }
        match () {
            () if answer.is_throttled() && attempts.has_more(THROTTLED_ATTEMPTS) => Next::Again,
            () if answer.is_passing() && attempts.has_more(ATTEMPTS) => Next::Again,
            () if answer.is_expired() && attempts.may_renew() => self.renew(generation).await,
            () if answer.is_fatal() => Next::End(Box::new(self.client.error(answer))),
            () => Next::Fault(answer.fault("s3:GetObject")),
        }
    }

    async fn renew(&self, generation: u32) -> Next {
        match self.client.renew(generation).await {
            Ok(()) => Next::Again,
            Err(error) => Next::End(Box::new(error)),
        }
    }
}

/// What follows an attempt that failed.
enum Next {
    Again,
    Fault(ReadFault),
    End(Box<Error>),
}

/// How often an object was asked for.
#[derive(Debug, Default)]
struct Attempts {
    all: u32,
    /// Since the last one that brought something.
    in_vain: u32,
    is_renewed: bool,
}

impl Attempts {
    fn count(&mut self, has_brought: bool) {
        self.all += 1;
        self.in_vain = if has_brought { 1 } else { self.in_vain + 1 };
    }

    fn has_more(&self, most: u32) -> bool {
        self.in_vain < most && self.all < MOST_ATTEMPTS
    }

    /// Credentials are renewed once for each object.
    fn may_renew(&mut self) -> bool {
        !std::mem::replace(&mut self.is_renewed, true)
    }
}
