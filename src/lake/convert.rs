//! Reads the log files of archives that a folder lacks, and adds them.

use super::examine::{Examiner, Row};
use super::manifest::{self, Apart, Entry, Held, Manifest, Segment};
use super::rows;
use super::write::Pending;
use super::{Error, FOLDER};
use crate::source::{Item, KnownLogFiles, LogFile, LogKey, Scope, Sink, Source};
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

pub use crate::mirror::Watch;

/// Parts after which a manifest is written: what comes later is lost when the process is killed, and converted again.
const PARTS_PER_SEGMENT: usize = 64;

/// How a folder is filled.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which part of the archives.
    pub scope: Scope,
    /// Hard cap in bytes on one log file, stored and decompressed.
    pub max_object_size: u64,
}

/// What was converted, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converted {
    /// Log files that were added …
    pub added: u64,
    /// … of these, such that were odd and are kept as they were.
    pub verbatim: u64,
    /// Records in the others.
    pub records: u64,
    /// Stored bytes of what was added.
    pub stored_bytes: u64,
    /// Log files that were there already.
    pub present: u64,
    /// Objects passed over, by kind.
    pub skipped: BTreeMap<&'static str, u64>,
    /// What could not be read, or listed, and why.
    pub faults: Vec<(String, String)>,
    /// Whether it was stopped before its end.
    pub is_stopped: bool,
}

/// Adds the log files of a scope that the folder lacks. What was added before the process ended, however it did, is there.
///
/// # Errors
/// Returns an error when an archive cannot be read at all, or the folder not be written.
pub fn convert(
    sources: &[Box<dyn Source>],
    folder: &Path,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Converted, Error> {
    let own = folder.join(FOLDER);
    let verbatim = own.join("verbatim");
    fs::create_dir_all(&verbatim).map_err(Error::of("make", &verbatim))?;
    let lock_path = own.join("lock");
    let lock = File::create(&lock_path).map_err(Error::of("write", &lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            return Err(Error::InUse { folder: folder.display().to_string() });
        }
        Err(fs::TryLockError::Error(source)) => return Err(Error::of("lock", &lock_path)(source)),
    }
    Manifest::mark(folder)?;
    let manifest = Manifest::load(folder)?;
    remove_strays(folder, &manifest)?;
    let known = Known(manifest.known());
    let mut converter = Converter {
        folder,
        options,
        watch,
        known: Arc::new(known),
        converted: Converted::default(),
        examiner: Examiner::default(),
        pending: Pending::default(),
        segment: Segment::default(),
        rows: rows::Writer::default(),
        number: manifest.next(),
        archive: String::new(),
        fatal: None,
        bytes: Vec::new(),
    };
    for source in sources {
        converter.take_source(source.as_ref())?;
    }
    converter.end()
}

/// Adds one log file after the other.
struct Converter<'a> {
    folder: &'a Path,
    options: &'a Options,
    watch: &'a dyn Watch,
    known: Arc<Known>,
    converted: Converted,
    examiner: Examiner,
    pending: Pending,
    segment: Segment,
    rows: rows::Writer,
    /// The segment's.
    number: u32,
    /// The name of the source that feeds.
    archive: String,
    /// Why nothing can be written any more.
    fatal: Option<Error>,
    bytes: Vec<u8>,
}

impl Converter<'_> {
    fn take_source(&mut self, source: &dyn Source) -> Result<(), Error> {
        source.name().clone_into(&mut self.archive);
        let before = self.converted.clone();
        let fed = source.feed(&self.options.scope, self);
        if let Some(error) = self.fatal.take() {
            return Err(error);
        }
        match fed {
            Err(error) if self.converted == before => Err(error.into()),
            Err(error) => {
                self.converted.faults.push((self.archive.clone(), error.words()));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Writes what is pending.
    fn end(mut self) -> Result<Converted, Error> {
        self.write_part()?;
        self.write_segment()?;
        self.converted.is_stopped = !self.watch.is_wanted();
        Ok(self.converted)
    }

    fn take(&mut self, log_file: LogFile) -> Result<(), Error> {
        let (key, size) = (log_file.key.clone(), log_file.size);
        if self.known.has(&self.archive, &key, size) {
            self.converted.present += 1;
            self.watch.finish(size);
            return Ok(());
        }
        let read = log_file.read(self.options.max_object_size, &mut self.bytes);
        self.watch.finish(size);
        if let Err(fault) = read {
            self.converted.faults.push((key.as_str().to_owned(), fault.to_string()));
            return Ok(());
        }
        self.converted.added += 1;
        self.converted.stored_bytes += self.bytes.len() as u64;
        match self.examiner.examine(&self.bytes, self.options.max_object_size) {
            Some(rows) => self.add(&key, rows),
            None => self.keep(&key),
        }
    }

    /// Adds the records of a log file to its partition.
    fn add(&mut self, key: &LogKey, rows: Vec<Row>) -> Result<(), Error> {
        if self.segment.kinds.len() + rows.len() > rows::MOST_KINDS as usize {
            self.write_part()?;
            self.write_segment()?;
        }
        let partition = manifest::partition(key);
        if !self.pending.is_of(&self.archive, &partition) || self.pending.is_full() {
            self.write_part()?;
            self.pending = Pending::new(self.archive.clone(), partition);
        }
        let times = rows.iter().filter_map(|row| row.facts.time);
        let times = times.clone().min().zip(times.max());
        let mut places: Vec<u32> = rows.iter().map(|row| self.segment.place(&row.place)).collect();
        places.sort_unstable();
        places.dedup();
        let seconds = times.map_or(0, |(first, last)| last.as_second() - first.as_second());
        if places.len() > rows::MOST_PLACES || u32::try_from(seconds).is_err() {
            return self.keep(key); // nobody writes such log files
        }
        self.converted.records += rows.len() as u64;
        let mut kinds: BTreeMap<u32, u32> = BTreeMap::new();
        rows.iter().for_each(|row| *kinds.entry(self.segment.kind(&row.kind)).or_default() += 1);
        let kinds = kinds.into_iter().collect();
        let text = self.examiner.text.bytes().len() as u64;
        let held = Held::Apart(Apart {
            part: None,
            text,
            records: rows.len() as u64,
            first: 0,
            times,
            places,
            kinds,
        });
        let entry = self.entry(key, held);
        self.pending.add(entry, rows);
        Ok(())
    }

    /// Keeps a log file as it is.
    fn keep(&mut self, key: &LogKey) -> Result<(), Error> {
        let stored = self.bytes.len() as u64;
        let name = format!("{:032x}", manifest::identity(&self.archive, key.as_str(), stored));
        let path = self.folder.join(FOLDER).join("verbatim").join(&name);
        let unfinished = path.with_file_name("unfinished");
        let written = fs::write(&unfinished, &self.bytes).and_then(|()| fs::rename(&unfinished, &path));
        written.map_err(Error::of("write", &path))?;
        self.converted.verbatim += 1;
        let entry = self.entry(key, Held::Verbatim(name));
        self.segment.log_files.push(entry);
        Ok(())
    }

    fn entry(&mut self, key: &LogKey, held: Held) -> Entry {
        let archive = self.segment.archive(&self.archive);
        Entry { archive, key: key.as_str().to_owned(), stored: self.bytes.len() as u64, held }
    }

    fn write_part(&mut self) -> Result<(), Error> {
        let file = format!("part-{:06}-{:04}.parquet", self.number, self.segment.parts.len());
        let pending = std::mem::take(&mut self.pending);
        pending.write(self.folder, &file, (&mut self.segment, &mut self.rows, self.number))?;
        if self.segment.parts.len() >= PARTS_PER_SEGMENT {
            self.write_segment()?;
        }
        Ok(())
    }

    /// Nothing is pending when a segment ends: the numbers of kinds are its own.
    fn write_segment(&mut self) -> Result<(), Error> {
        let mut segment = std::mem::take(&mut self.segment);
        self.rows.end()?;
        if !segment.log_files.is_empty() {
            manifest::write(self.folder, self.number, &mut segment)?;
            self.number += 1;
        }
        Ok(())
    }
}

impl Sink for Converter<'_> {
    fn offer(&mut self, item: Item) -> ControlFlow<()> {
        if !self.watch.is_wanted() {
            return ControlFlow::Break(());
        }
        let taken = match item {
            Item::LogFile(log_file) => self.take(log_file),
            Item::Skipped { reason, .. } => {
                *self.converted.skipped.entry(reason.name()).or_default() += 1;
                Ok(())
            }
            Item::Fault { key, fault } => {
                self.converted.faults.push((key.as_str().to_owned(), fault.to_string()));
                Ok(())
            }
        };
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.fatal = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn is_open(&self) -> bool {
        self.watch.is_wanted()
    }

    fn known(&self) -> Option<Arc<dyn KnownLogFiles>> {
        Some(Arc::clone(&self.known) as Arc<dyn KnownLogFiles>)
    }

    fn announce(&mut self, objects: u64, bytes: u64) {
        self.watch.announce(objects, bytes);
    }

    fn announce_end(&mut self) {
        self.watch.know_all();
    }
}

/// The log files that are there.
struct Known(HashSet<u128>);

impl KnownLogFiles for Known {
    fn has(&self, archive: &str, key: &LogKey, size: u64) -> bool {
        self.0.contains(&manifest::identity(archive, key.as_str(), size))
    }
}

/// Removes parts that no manifest names: a process that wrote them was killed, and they will be written again.
fn remove_strays(folder: &Path, manifest: &Manifest) -> Result<(), Error> {
    let parts = manifest.parts();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(&inside).map_err(Error::of("read", &inside))? {
            let path = entry.map_err(Error::of("read", &inside))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && name.contains('=') {
                folders.push(path);
            } else if name.starts_with("part-")
                && name.ends_with(".parquet")
                && path.strip_prefix(folder).is_ok_and(|path| !parts.contains(path))
            {
                fs::remove_file(&path).map_err(Error::of("remove", &path))?;
            }
        }
    }
    Ok(())
}
