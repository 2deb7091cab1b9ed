//! Plans which log files a scope needs and feeds their bytes, from a directory, a file, memory, standard input or S3.
//! What is inside the bytes is left to [`crate::decode`].

mod fault;
mod key;
mod kind;
mod known;
mod layout;
mod local;
mod log_file;
mod memory;
mod objects;
mod options;
mod plan;
mod region;
#[cfg(feature = "s3")]
mod s3;
mod scope;
mod sieve;
mod stream;
mod survey;

pub use fault::{Cause, Error, ReadFault};
pub use key::{Folder, LogKey};
pub use kind::{KindValue, RecordKind, Telling, Want};
pub use log_file::{Counted, LogFile, Original, Rebuild, Rest};
pub use memory::Memory;
pub use objects::{LIST_VERSION, ListHead, ListedObject, ObjectList};
pub use options::{Credentials, Options, S3Options};
pub use plan::Chosen;
pub use region::UnknownRegion;
#[cfg(feature = "live")]
pub(crate) use s3::sdk_config;
pub use scope::{ReadBefore, Scope, fingerprint};
pub use survey::{BucketFacts, Encryption, Look, Requests, Stored, Surveyed};

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// How long a source waits for the world outside before it asks again whether its sink still wants something.
const PATIENCE: Duration = Duration::from_millis(100);

/// Opens archives as a person names them: `s3://bucket/prefix`, a directory, a file, or `-` for standard input.
///
/// A prefix in S3 is a folder, or the whole key of one object; `s3://bucket/logs` does not stand for `logs-old/`. S3 is
/// not asked before the archive is fed.
///
/// # Errors
/// Returns an error for a path that does not exist, an address that is none, and S3 in a build without it.
pub fn open(archives: &[String], options: &Options) -> Result<Vec<Box<dyn Source>>, Error> {
    archives.iter().map(|archive| open_one(archive, options)).collect()
}

fn open_one(archive: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    if archive == stream::STDIN {
        return Ok(Box::new(stream::Stdin { cap: options.max_object_size }));
    }
    if archive.starts_with("s3://") {
        return open_bucket(archive, options);
    }
    Ok(Box::new(local::Local::open(archive, options.max_object_size)?))
}

#[cfg(feature = "s3")]
fn open_bucket(archive: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    Ok(Box::new(s3::Bucket::open(archive, options)?))
}

#[cfg(not(feature = "s3"))]
fn open_bucket(archive: &str, _options: &Options) -> Result<Box<dyn Source>, Error> {
    let reason = "this build cannot read from S3".to_owned();
    Err(Error::Unsupported { archive: archive.to_owned(), reason })
}

/// Something that can feed log files.
pub trait Source: Send + Sync {
    /// Asks for what the first log file of this scope needs, so that an archive that cannot be reached is known before
    /// another one is read. Waits no longer than the sink wants something. The scope is the one that is fed later.
    ///
    /// # Errors
    /// As [`Source::feed`].
    fn check(&self, _scope: &Scope, _sink: &dyn Sink) -> Result<(), Error> {
        Ok(())
    }

    /// Feeds every log file that the scope needs to `sink`, in the byte order of their keys, and everything that was
    /// passed over or could not be reached. Blocks while the sink is busy; returns early when it breaks off. Not to be
    /// called from within an asynchronous runtime.
    ///
    /// # Errors
    /// Returns an error only when nothing sensible can follow (no such path, no such bucket, no credentials).
    fn feed(&self, scope: &Scope, sink: &mut dyn Sink) -> Result<(), Error>;

    /// Finds what a feed of this scope would read, without reading it, and what is known of its bucket if it is one.
    ///
    /// # Errors
    /// As [`Source::feed`].
    fn survey(&self, scope: &Scope, look: &mut Look<'_>) -> Result<Option<BucketFacts>, Error> {
        self.feed(scope, look).map(|()| None)
    }

    /// Returns how a person names this archive: the argument it was opened with.
    fn name(&self) -> &str;
}

/// Where a source puts what it finds.
pub trait Sink {
    /// Takes the next thing; `Break` asks the source to stop.
    fn offer(&mut self, item: Item) -> ControlFlow<()>;

    /// Tells whether the sink takes things out of order, each in its place: [`Sink::reserve`].
    fn has_places(&self) -> bool {
        false
    }

    /// Takes the next place in the order for something that is still on its way, if there is room now.
    fn reserve(&mut self) -> Option<u64> {
        None
    }

    /// Puts something in the place that was taken for it; nothing when it will not come. Every place must be filled, and
    /// what comes in none is offered after it.
    fn fill(&mut self, _place: u64, _item: Option<Item>) {}

    /// Tells whether anything more is wanted. A source that waits for the world outside asks now and then.
    fn is_open(&self) -> bool {
        true
    }

    /// Tells whether somebody watches how far it is. Where nobody does, a source need not look ahead for announcements.
    fn is_watched(&self) -> bool {
        true
    }

    /// Tells which log files are known already: they are offered all the same, but a source that fetches bytes from afar
    /// spares itself theirs.
    fn known(&self) -> Option<Arc<dyn KnownLogFiles>> {
        None
    }

    /// Tells which members of kinds count for what is wanted. A kind that differs in others only need not be asked about.
    fn tells_by(&self) -> Telling {
        [true; RecordKind::PATHS.len()]
    }

    /// Tells what is wanted of the records of a kind. A source that knows the kinds beforehand may leave the others out, and
    /// says so: [`Rest`].
    fn wants(&self, _kind: &RecordKind) -> Want {
        Want::Record
    }

    /// Learns that `objects` more log files of `bytes` stored bytes are known to be coming; for progress only.
    fn announce(&mut self, objects: u64, bytes: u64);

    /// Learns that all that is coming from this source was announced; for progress only. A source that cannot know it
    /// before its end says nothing.
    fn announce_end(&mut self) {}
}

/// Knows log files that need not be read.
pub trait KnownLogFiles: Send + Sync {
    /// Tells whether a log file of that stored size is known; `archive` is the source's name.
    fn has(&self, archive: &str, key: &LogKey, size: u64) -> bool;
}

/// What a source finds.
#[derive(Debug)]
pub enum Item {
    /// A log file to be read.
    LogFile(LogFile),
    /// Something that is no log file, or not one of this scope, and why.
    Skipped {
        /// Where it is.
        key: LogKey,
        /// Why it was passed over.
        reason: Skip,
    },
    /// An object or a listing that could not be had.
    Fault {
        /// Where it is: an object's key, or the prefix of a listing.
        key: LogKey,
        /// What went wrong.
        fault: ReadFault,
    },
}

/// Why something in an archive was passed over without being read. Objects outside the scope (another account,
/// region or day) are pruned before they are seen and not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// An integrity digest.
    Digest,
    /// Five-minute summaries of data events: no events that a rule could see.
    Aggregated,
    /// Something of another service in the same bucket (Config, flow logs, load balancer logs …).
    Foreign,
    /// A zero-byte object that stands for a folder.
    FolderMarker,
    /// A name that no log file has (`.csv`, `.parquet`, `.txt` …).
    OtherName,
    /// A log file that an earlier run has read.
    ReadBefore,
}

impl Skip {
    /// Returns the name used in coverage and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Skip::Digest => "digest",
            Skip::Aggregated => "aggregated",
            Skip::Foreign => "foreign",
            Skip::FolderMarker => "folder-marker",
            Skip::OtherName => "other-name",
            Skip::ReadBefore => "read-before",
        }
    }
}
