//! Copies the log files of an archive into a folder, as they are stored, under their keys: the folder then answers like the
//! archive does.
//!
//! A file appears under its name only when it is whole, so that whatever stands there is. A copy that was stopped, at any
//! moment, goes on: what is there in the right size is not fetched again. Files are not synchronised with the disk one by
//! one; when the machine goes down, the file system leaves those that the disk has not seen empty, and they are fetched
//! again for their size.

mod place;

pub use place::{NotAPlace, leads_into_a_tree};

use crate::source::{Error, Item, KnownLogFiles, LogFile, LogKey, Scope, Sink, Skip, Source, fingerprint};
use place::Place;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where files are written before they get their names. Sources pass over names that begin with a dot.
const UNFINISHED: &str = ".backtrail-sync";

/// How a folder becomes a mirror.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which part of the archive.
    pub scope: Scope,
    /// Hard cap in bytes on one log file.
    pub max_object_size: u64,
    /// Whether log files of the scope that the archive does not have (any more) are removed from the folder.
    pub is_deleting: bool,
}

/// What looks on, and may stop it.
pub trait Watch {
    /// Tells whether it is to go on.
    fn is_wanted(&self) -> bool;

    /// That many more log files of so many stored bytes are known to be coming.
    fn announce(&self, log_files: u64, stored_bytes: u64);

    /// Nothing more will be announced.
    fn know_all(&self) {}

    /// One more log file of that size is there, or failed.
    fn finish(&self, stored_bytes: u64);
}

/// What was copied, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// Log files that were fetched …
    pub fetched: u64,
    /// … and their bytes.
    pub fetched_bytes: u64,
    /// Log files that were there already …
    pub present: u64,
    /// … and their bytes.
    pub present_bytes: u64,
    /// Log files that were removed because the archive has them no more.
    pub deleted: u64,
    /// Objects passed over, by kind.
    pub skipped: BTreeMap<&'static str, u64>,
    /// What could not be copied, or listed, and why.
    pub faults: Vec<(String, String)>,
    /// Whether it was stopped before its end.
    pub is_stopped: bool,
}

/// Why nothing can be copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The archive cannot be read.
    #[error(transparent)]
    Source(#[from] Error),
    /// The folder cannot be made or written.
    #[error("cannot write into `{folder}`")]
    Folder {
        /// The folder.
        folder: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Another process writes into it.
    #[error("`{folder}` is being written by another run")]
    InUse {
        /// The folder.
        folder: String,
    },
}

/// Copies the log files of a scope that the folder lacks.
///
/// # Errors
/// Returns an error when the archive cannot be read at all, or the folder not be written. What fails later, single objects
/// or what is left of the archive, is among the faults.
pub fn copy(
    source: &dyn Source,
    folder: &Path,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Copied, CopyError> {
    let cannot_write = |source| CopyError::Folder { folder: folder.display().to_string(), source };
    let unfinished = folder.join(UNFINISHED);
    fs::create_dir_all(&unfinished).map_err(cannot_write)?;
    let lock = File::create(unfinished.join("lock")).map_err(cannot_write)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            return Err(CopyError::InUse { folder: folder.display().to_string() });
        }
        Err(fs::TryLockError::Error(source)) => return Err(cannot_write(source)),
    }
    let mut mirror = Mirror {
        options,
        watch,
        folder: folder.to_owned(),
        copied: Copied::default(),
        listed: HashSet::new(),
        fatal: None,
        bytes: Vec::new(),
    };
    let fed = source.feed(&options.scope, &mut mirror);
    let Mirror { mut copied, listed, fatal, .. } = mirror;
    if let Some(source) = fatal {
        return Err(cannot_write(source));
    }
    match fed {
        Err(error) if copied == Copied::default() => return Err(error.into()),
        Err(error) => copied.faults.push((source.name().to_owned(), error.words())),
        Ok(()) => {}
    }
    copied.is_stopped = !watch.is_wanted();
    if options.is_deleting && copied.faults.is_empty() && !copied.is_stopped {
        copied.deleted = delete(folder, &listed, &options.scope).map_err(cannot_write)?;
    }
    if !copied.is_stopped {
        fs::remove_dir_all(&unfinished).map_err(cannot_write)?;
    }
    Ok(copied)
}

/// Puts log files into a folder.
struct Mirror<'a> {
    options: &'a Options,
    watch: &'a dyn Watch,
    folder: PathBuf,
    copied: Copied,
    /// The log files of the archive, when what is not among them is to be deleted.
    listed: HashSet<u128>,
    /// Why nothing can be written any more.
    fatal: Option<io::Error>,
    bytes: Vec<u8>,
}

impl Mirror<'_> {
    /// Fetches a log file, unless it is there.
    fn take(&mut self, log_file: LogFile) -> ControlFlow<()> {
        let key = log_file.key.clone();
        if self.options.is_deleting {
            self.listed.insert(fingerprint(&key));
        }
        let size = log_file.size;
        let place = match Place::of(&key) {
            Ok(place) => place,
            Err(reason) => {
                self.watch.finish(size);
                return self.fault(&key, reason.to_string());
            }
        };
        if place.has(&self.folder, size) {
            self.copied.present += 1;
            self.copied.present_bytes += size;
            self.watch.finish(size);
            return ControlFlow::Continue(());
        }
        let read = log_file.read(self.options.max_object_size, &mut self.bytes);
        self.watch.finish(size);
        if let Err(fault) = read {
            return self.fault(&key, fault.to_string());
        }
        match self.write(&place) {
            Ok(()) => {
                self.copied.fetched += 1;
                self.copied.fetched_bytes += self.bytes.len() as u64;
                ControlFlow::Continue(())
            }
            // Another file stands where this one, or a folder above it, should.
            Err(error) if is_of_one_place(&error) => self.fault(&key, format!("cannot be written: {error}")),
            Err(error) => {
                self.fatal = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Writes a file under another name and gives it its own.
    fn write(&self, place: &Place) -> io::Result<()> {
        let unfinished = self.folder.join(UNFINISHED).join("file");
        File::create(&unfinished)?.write_all(&self.bytes)?;
        let path = place.below(&self.folder);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(&unfinished, path)
    }

    fn fault(&mut self, key: &LogKey, reason: String) -> ControlFlow<()> {
        self.copied.faults.push((key.as_str().to_owned(), reason));
        ControlFlow::Continue(())
    }
}

impl Sink for Mirror<'_> {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        if !self.watch.is_wanted() {
            return ControlFlow::Break(());
        }
        match item {
            Item::LogFile(log_file) => self.take(log_file),
            Item::Skipped { reason, .. } => {
                *self.copied.skipped.entry(Skip::name(reason)).or_default() += 1;
                ControlFlow::Continue(())
            }
            Item::Fault { key, fault } => self.fault(&key, fault.to_string()),
        }
    }

    fn is_open(&self) -> bool {
        self.watch.is_wanted()
    }

    fn known(&self) -> Option<Arc<dyn KnownLogFiles>> {
        Some(Arc::new(Present(self.folder.clone())))
    }

    fn announce(&mut self, objects: u64, bytes: u64) {
        self.watch.announce(objects, bytes);
    }

    fn announce_end(&mut self) {
        self.watch.know_all();
    }
}

/// What is in the folder need not be fetched.
struct Present(PathBuf);

impl KnownLogFiles for Present {
    fn has(&self, _archive: &str, key: &LogKey, size: u64) -> bool {
        Place::of(key).is_ok_and(|place| place.has(&self.0, size))
    }
}

/// Tells whether an error is about one file only.
fn is_of_one_place(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::NotADirectory
            | Kind::IsADirectory
            | Kind::AlreadyExists
            | Kind::DirectoryNotEmpty
            | Kind::InvalidFilename
            | Kind::InvalidInput
    )
}

/// Removes the log files of the scope that were not listed.
fn delete(folder: &Path, listed: &HashSet<u128>, scope: &Scope) -> io::Result<u64> {
    let name = folder.to_string_lossy().into_owned();
    let opened =
        crate::source::open(&[name], &crate::source::Options::default()).map_err(io::Error::other)?;
    let mut found = Unlisted { listed, keys: Vec::new() };
    for source in opened {
        source.feed(scope, &mut found).map_err(io::Error::other)?;
    }
    let mut deleted = 0;
    for place in found.keys.iter().filter_map(|key| Place::of(key).ok()) {
        // A key that is no place has not been written here.
        fs::remove_file(place.below(folder))?;
        deleted += 1;
    }
    Ok(deleted)
}

/// Collects the log files of the folder that the archive has not.
struct Unlisted<'a> {
    listed: &'a HashSet<u128>,
    keys: Vec<LogKey>,
}

impl Sink for Unlisted<'_> {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        if let Item::LogFile(log_file) = item
            && !self.listed.contains(&fingerprint(&log_file.key))
        {
            self.keys.push(log_file.key);
        }
        ControlFlow::Continue(())
    }

    fn is_watched(&self) -> bool {
        false
    }

    fn announce(&mut self, _objects: u64, _bytes: u64) {}
}
