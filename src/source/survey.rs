//! What an archive would feed, found without reading it.

use super::{Item, LogKey, ReadFault, Sink, Skip};
use std::ops::ControlFlow;

/// What a survey finds.
#[derive(Debug)]
pub enum Surveyed {
    /// A log file that would be read.
    LogFile(Stored),
    /// Something that would be passed over, and why.
    Skipped(Skip),
    /// An object that could not be read, or a listing that could not be had.
    Fault {
        /// Where it is.
        key: LogKey,
        /// What is wrong.
        fault: ReadFault,
    },
}

/// A log file as its archive describes it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Where it is.
    pub key: LogKey,
    /// Its key in the bucket; the key's own text where there is no bucket.
    pub full: String,
    /// Stored bytes, where somebody has said.
    pub size: Option<u64>,
    /// What tells its content from another one's, as S3 gives it.
    pub etag: Option<String>,
    /// The storage class as S3 names it; `None` for the standard one and outside S3.
    pub class: Option<String>,
    /// Why it would not be read although the scope needs it: it has to be restored first, or is too large.
    pub fault: Option<ReadFault>,
}

/// What is known of a bucket after a survey.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BucketFacts {
    /// Its name.
    pub bucket: String,
    /// The folder that is read; empty for all of it.
    pub prefix: String,
    /// Where it is, as far as it says.
    pub region: Option<String>,
    /// Where this machine is configured to be, as far as somebody has said.
    pub own_region: Option<String>,
    /// Requests that a run makes before it reads: the same that the survey made.
    pub requests: Requests,
    /// How each trail's log files are encrypted.
    pub encryption: Vec<Encryption>,
}

/// Counts of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// ListObjectsV2.
    pub list: u64,
    /// HeadObject and HeadBucket.
    pub head: u64,
}

/// How one trail's log files are encrypted, by the example of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// The folder above the accounts.
    pub folder: String,
    /// The KMS key; `Ok(None)` without one, and why it is not known.
    pub kms_key: Result<Option<String>, String>,
}

/// Takes what a survey finds.
pub struct Look<'a> {
    /// Takes the next thing; `Break` ends the survey.
    pub take: &'a mut dyn FnMut(Surveyed) -> ControlFlow<()>,
    /// Tells whether anything more is wanted.
    pub is_open: &'a dyn Fn() -> bool,
}

/// For sources that have their log files at hand: these are offered and not read.
impl Sink for Look<'_> {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        (self.take)(match item {
            Item::LogFile(file) => Surveyed::LogFile(Stored {
                full: file.key.as_str().to_owned(),
                key: file.key,
                size: Some(file.size),
                etag: None,
                class: None,
                fault: None,
            }),
            Item::Skipped { reason, .. } => Surveyed::Skipped(reason),
            Item::Fault { key, fault } => Surveyed::Fault { key, fault },
        })
    }

    fn is_open(&self) -> bool {
        (self.is_open)()
    }

    fn is_watched(&self) -> bool {
        false
    }

    fn announce(&mut self, _objects: u64, _bytes: u64) {}
}
