//! An archive held in memory: for tests, and for callers that have the bytes already.

use super::plan::Plan;
use super::sieve::{Sieve, Sieved};
use super::{Error, Item, LogFile, Scope, Sink, Source};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// An archive held in memory. It answers a scope as a bucket with the same keys would.
#[derive(Debug, Clone)]
pub struct Memory {
    name: String,
    objects: BTreeMap<String, Arc<[u8]>>,
}

impl Memory {
    /// Returns an archive of these keys and bytes; of two equal keys the later one counts.
    pub fn new<K, B>(name: impl Into<String>, objects: impl IntoIterator<Item = (K, B)>) -> Self
    where
        K: Into<String>,
        B: Into<Arc<[u8]>>,
    {
        let objects = objects.into_iter().map(|(key, bytes)| (key.into(), bytes.into())).collect();
        Self { name: name.into(), objects }
    }
}

impl Source for Memory {
    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut sieve = Sieve::new(Plan::new(scope));
        for (text, bytes) in &self.objects {
            let size = bytes.len() as u64;
            let item = match sieve.judge(text, size) {
                Sieved::Nothing => continue,
                Sieved::Skip(key, reason) => Item::Skipped { key, reason },
                Sieved::Read(key) => {
                    sink.announce(1, size);
                    Item::LogFile(LogFile::shared(key, Arc::clone(bytes)))
                }
            };
            if sink.offer(item) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}
