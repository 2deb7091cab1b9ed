//! Which log files are where, and what they were: one file for each stretch of a conversion, written when its parts are.

use super::pages::RecordPage;
use super::{Error, FOLDER};
use crate::source::{LogKey, RecordKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// The version that is written, and the only one that is read. A file beside the manifests is named by it.
const VERSION: u32 = 4;

const MARK: &str = "version-";

/// What the names of the manifests begin with.
const MANIFEST: &str = "manifest-";

/// What the names of the files begin with that know every record.
pub(super) const ROWS: &str = "rows-";

/// What one stretch of a conversion has written. Numbers are those of places in the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Segment {
    version: u32,
    /// The archives, as they were named.
    pub archives: Vec<String>,
    /// The kinds of records; `None` stands for those that are of none.
    pub kinds: Vec<Option<RecordKind>>,
    #[serde(skip)]
    numbers: HashMap<Option<RecordKind>, u32>,
    /// Where records say that they are from.
    pub places: Vec<Place>,
    pub parts: Vec<Part>,
    pub log_files: Vec<Entry>,
}

/// Where a record says that it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Its `awsRegion`, when it names one.
    pub region: Option<String>,
    /// Its `recipientAccountId`, when it names one and is of a kind.
    pub account: Option<String>,
}

/// A Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Below the folder.
    pub path: String,
    /// The kinds of the rows, in their order, and how many rows each has.
    pub kinds: Vec<(u32, u32)>,
    /// The pages that the records are in.
    pub pages: Vec<RecordPage>,
}

/// A log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub archive: u32,
    pub key: String,
    /// Stored bytes.
    pub stored: u64,
    pub held: Held,
}

/// How a log file is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Held {
    /// As it was, in a file of its own.
    Verbatim(String),
    /// Record by record.
    Apart(Apart),
}

/// A log file that was taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Apart {
    /// Where its records are; `None` when it has none.
    pub part: Option<u32>,
    /// Bytes of its text.
    pub text: u64,
    pub records: u64,
    /// The number of its first record among the rows of the segment.
    pub first: u64,
    /// First and last moment of its records.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Where its records say that they are from.
    pub places: Vec<u32>,
    /// Kinds, and how many records are of them.
    pub kinds: Vec<(u32, u32)>,
}

impl Entry {
    /// Notes the part that holds the records, and the number of the first one; one without records is in none.
    pub fn is_in(&mut self, part: u32, first: u64) {
        if let Held::Apart(apart) = &mut self.held
            && apart.records > 0
        {
            (apart.part, apart.first) = (Some(part), first);
        }
    }
}

impl Segment {
    /// Returns the number of an archive.
    pub fn archive(&mut self, name: &str) -> u32 {
        number(&mut self.archives, |known| known == name, || name.to_owned())
    }

    /// Returns the number of a kind.
    pub fn kind(&mut self, kind: &Option<RecordKind>) -> u32 {
        if let Some(number) = self.numbers.get(kind) {
            return *number;
        }
        let number = self.kinds.len() as u32;
        self.kinds.push(kind.clone());
        self.numbers.insert(kind.clone(), number);
        number
    }

    /// Returns the number of a place.
    pub fn place(&mut self, place: &Place) -> u32 {
        number(&mut self.places, |known| known == place, || place.clone())
    }
}

fn number<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> u32 {
    let known = all.iter().position(is_it);
    let number = known.unwrap_or_else(|| {
        all.push(new());
        all.len() - 1
    });
    number as u32
}

/// Everything that was converted so far.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub segments: Vec<Segment>,
    /// Their numbers.
    pub numbers: Vec<u32>,
}

impl Manifest {
    /// Tells whether a folder has one, of whatever version.
    pub fn is_in(folder: &Path) -> bool {
        version(folder).is_some()
    }

    /// Marks a folder as one that has a manifest, be it empty. One of another version stays as it is.
    pub fn mark(folder: &Path) -> Result<(), Error> {
        check_version(folder)?;
        let path = folder.join(FOLDER).join(format!("{MARK}{VERSION}"));
        File::create(&path).map(drop).map_err(Error::of("write", &path))
    }

    /// Reads all segments.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        check_version(folder)?;
        let folder = folder.join(FOLDER);
        let mut paths = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Error::of("read", &folder))? {
            let path = entry.map_err(Error::of("read", &folder))?.path();
            paths.extend(number_of(&path).map(|number| (number, path)));
        }
        paths.sort();
        let mut manifest = Self::default();
        for (number, path) in paths {
            let text = fs::read(&path).map_err(Error::of("read", &path))?;
            let unknown = |reason: String| Error::Manifest { path: path.display().to_string(), reason };
            let (segment, rest): (Segment, _) =
                postcard::take_from_bytes(&text).map_err(|error| unknown(error.to_string()))?;
            if !rest.is_empty() {
                return Err(unknown("there is more behind its end".to_owned()));
            }
            if segment.version != VERSION {
                return Err(unknown(format!("it is of version {}", segment.version)));
            }
            manifest.segments.push(segment);
            manifest.numbers.push(number);
        }
        Ok(manifest)
    }

    /// Returns the number of the next segment.
    pub fn next(&self) -> u32 {
        self.numbers.last().copied().unwrap_or_default() + 1
    }

    /// Returns what stands for the log files that are there.
    pub fn known(&self) -> HashSet<u128> {
        let entries = |segment: &Segment| {
            let name = |entry: &Entry| segment.archives.get(entry.archive as usize).map(String::as_str);
            let all = segment.log_files.iter();
            all.map(|entry| identity(name(entry).unwrap_or_default(), &entry.key, entry.stored))
                .collect::<Vec<_>>()
        };
        self.segments.iter().flat_map(entries).collect()
    }

    /// Returns the paths of all parts.
    pub fn parts(&self) -> BTreeSet<PathBuf> {
        self.segments
            .iter()
            .flat_map(|segment| &segment.parts)
            .map(|part| PathBuf::from(&part.path))
            .collect()
    }
}

/// Refuses a folder whose manifest has another version than this program's.
fn check_version(folder: &Path) -> Result<(), Error> {
    match version(folder) {
        Some(version) if version != VERSION => {
            Err(Error::Version { folder: folder.display().to_string(), version, known: VERSION })
        }
        _ => Ok(()),
    }
}

/// Returns the version that a folder is marked with. What cannot be looked into has none: whoever reads it says why.
fn version(folder: &Path) -> Option<u32> {
    let entries = fs::read_dir(folder.join(FOLDER)).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.strip_prefix(MARK)?.parse().ok()).max()
}

/// Writes a segment; it is there when it is whole.
pub(super) fn write(folder: &Path, number: u32, segment: &mut Segment) -> Result<(), Error> {
    segment.version = VERSION;
    let folder = folder.join(FOLDER);
    let (path, unfinished) = (folder.join(format!("{MANIFEST}{number:06}")), folder.join("unfinished"));
    let written = File::create(&unfinished).and_then(|file| {
        let mut file = postcard::to_io(segment, BufWriter::new(file)).map_err(io::Error::other)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        fs::rename(&unfinished, &path)
    });
    written.map_err(Error::of("write", &path))
}

fn number_of(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix(MANIFEST)?.parse().ok() // something else
}

/// Returns what stands for a log file.
pub(super) fn identity(archive: &str, key: &str, size: u64) -> u128 {
    let mut hash = Xxh3::new();
    for bytes in [archive.as_bytes(), b"\0", key.as_bytes(), b"\0", &size.to_le_bytes()] {
        hash.update(bytes);
    }
    hash.digest128()
}

/// Returns the folder of a log file's account, region and day, as far as its key says them.
pub(super) fn partition(key: &LogKey) -> String {
    let day = key.day().map(|day| day.to_string());
    let (account, region) = (key.account().unwrap_or("unknown"), key.region().unwrap_or("unknown"));
    format!("account={account}/region={region}/day={}", day.as_deref().unwrap_or("unknown"))
}
