//! Turns an object into an item: reads it under a budget of bytes, and again when the transfer breaks off.

use super::answer::Answer;
use super::client::{ATTEMPTS, Client, READ_TIMEOUT, pause};
use super::list::Object;
use crate::source::{Error, Item, LogFile, Options, ReadFault};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// Reads objects of one bucket.
pub(super) struct Reader {
    client: Arc<Client>,
    /// One permit a byte.
    budget: Arc<Semaphore>,
    most: u32,
    cap: u64,
}

impl Reader {
    pub fn new(client: Client, options: &Options) -> Self {
        let most = options.s3.bytes_in_flight.max(1);
        let budget = Arc::new(Semaphore::new(most as usize));
        Self { client: Arc::new(client), budget, most, cap: options.max_object_size }
    }

    /// Says why an object is not even asked for.
    pub fn refuse(&self, object: &Object) -> Option<ReadFault> {
        if let Some(class) = &object.archived {
            return Some(ReadFault::Archived { class: class.clone() });
        }
        (object.size > self.cap).then_some(ReadFault::TooLarge { cap: self.cap })
    }

    /// Waits for room in the budget and starts to read. An object larger than the budget takes all of it.
    pub async fn start(&self, object: Object) -> JoinHandle<Result<Item, Error>> {
        let bytes = u32::try_from(object.size).unwrap_or(u32::MAX).min(self.most);
        let permit = Arc::clone(&self.budget).acquire_many_owned(bytes).await;
        let permit = permit.expect("the budget is never closed");
        let (client, cap) = (Arc::clone(&self.client), self.cap);
        tokio::spawn(async move { read(&client, object, cap, permit).await })
    }
}

async fn read(
    client: &Client,
    object: Object,
    cap: u64,
    permit: OwnedSemaphorePermit,
) -> Result<Item, Error> {
    let Object { key, full, .. } = object;
    let mut attempt = 1;
    loop {
        let failure = match transfer(client, &full, cap).await {
            Ok(bytes) => return Ok(Item::LogFile(LogFile::held(key, bytes, permit))),
            Err(failure) => failure,
        };
        match failure {
            Failure::TooLarge => return Ok(Item::Fault { key, fault: ReadFault::TooLarge { cap } }),
            Failure::Answer(answer) if answer.is_passing() && attempt < ATTEMPTS => pause(attempt).await,
            Failure::Answer(answer) if answer.is_fatal() => {
                return Err(client.error(answer));
            }
            Failure::Answer(answer) => {
                return Ok(Item::Fault { key, fault: answer.fault("s3:GetObject") });
            }
            Failure::Broken(reason) if attempt == ATTEMPTS => {
                return Ok(Item::Fault { key, fault: ReadFault::Transfer { reason } });
            }
            Failure::Broken(_) => pause(attempt).await,
        }
        attempt += 1;
    }
}

/// Why an attempt did not bring an object's bytes.
enum Failure {
    /// S3 refused, after the SDK's own retries.
    Answer(Answer),
    /// The answer began and did not end as it should.
    Broken(String),
    /// More bytes than the cap, and than were listed.
    TooLarge,
}

async fn transfer(client: &Client, key: &str, cap: u64) -> Result<Vec<u8>, Failure> {
    let output = client.get(key).await.map_err(Failure::Answer)?;
    let expected = output.content_length().and_then(|length| u64::try_from(length).ok());
    if expected.is_some_and(|length| length > cap) {
        return Err(Failure::TooLarge);
    }
    let mut bytes = Vec::with_capacity(expected.and_then(|length| usize::try_from(length).ok()).unwrap_or(0));
    let mut body = output.body;
    loop {
        let chunk = tokio::time::timeout(READ_TIMEOUT, body.next()).await;
        let seconds = READ_TIMEOUT.as_secs();
        match chunk.map_err(|_| Failure::Broken(format!("nothing came for {seconds} seconds")))? {
            None => break,
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(error)) => return Err(Failure::Broken(broken(&error))),
        }
        if bytes.len() as u64 > cap {
            return Err(Failure::TooLarge);
        }
    }
    match expected {
        Some(length) if length != bytes.len() as u64 => {
            Err(Failure::Broken(format!("{} of {length} bytes came", bytes.len())))
        }
        _ => Ok(bytes),
    }
}

/// Returns the innermost cause: the outer ones say "streaming error" only.
fn broken(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
