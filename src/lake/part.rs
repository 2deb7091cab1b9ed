//! Reads the wanted records of a part.

use super::manifest::Part;
use crate::source::ReadFault;
use polars::prelude::{
    DataFrame, ParallelStrategy, ParquetReader, PolarsError, PolarsResult, SerReader as _,
};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

/// The wanted records of one part, read when the first of its log files is.
#[derive(Debug)]
pub(super) struct Wanted {
    path: PathBuf,
    /// Which rows to look at, and whether they are wanted whatever their log file is.
    rows: Vec<(Range<usize>, bool)>,
    /// Log files of which every record is wanted.
    whole: HashSet<String>,
    read: OnceLock<Result<Records, String>>,
    /// Whether a thread has begun to read it.
    is_begun: AtomicBool,
    /// The part that is asked for after this one.
    next: OnceLock<Weak<Self>>,
}

/// Records by their log files' keys, in their order.
#[derive(Debug, Default)]
struct Records {
    bytes: Vec<u8>,
    by_key: HashMap<String, Vec<(u32, Range<usize>)>>,
}

impl Wanted {
    /// Prepares to read the rows of wanted kinds, and all when log files are wanted whole.
    pub fn new(path: PathBuf, part: &Part, is_wanted: &[bool], whole: HashSet<String>) -> Self {
        let mut rows: Vec<(Range<usize>, bool)> = Vec::new();
        let mut first = 0;
        for (kind, count) in part.groups.iter().flat_map(|group| &group.kinds) {
            let end = first + *count as usize;
            let is_of_wanted_kind = is_wanted.get(*kind as usize) == Some(&true);
            match rows.last_mut() {
                Some((last, is_wanted)) if last.end == first && *is_wanted == is_of_wanted_kind => {
                    last.end = end
                }
                _ if is_of_wanted_kind || !whole.is_empty() => rows.push((first..end, is_of_wanted_kind)),
                _ => {}
            }
            first = end;
        }
        Self {
            path,
            rows,
            whole,
            read: OnceLock::new(),
            is_begun: AtomicBool::new(false),
            next: OnceLock::new(),
        }
    }

    /// Says which part is asked for next. Said once.
    pub fn goes_before(&self, next: &Arc<Self>) {
        self.next.get_or_init(|| Arc::downgrade(next));
    }

    /// Writes the text of a log file with its wanted records.
    pub fn rebuild(&self, key: &str, text: &mut Vec<u8>) -> Result<(), ReadFault> {
        if self.is_begun.swap(true, Ordering::Relaxed) && self.read.get().is_none() {
            // Another thread reads it: time for the next one.
            let next = self.next.get().and_then(Weak::upgrade);
            if let Some(next) = next.filter(|next| !next.is_begun.swap(true, Ordering::Relaxed)) {
                next.known();
            }
        }
        let read = self.known();
        let records = read.as_ref().map_err(|reason| ReadFault::Unreadable {
            reason: format!("its records are damaged in `{}`: {reason}", self.path.display()),
        })?;
        text.extend_from_slice(b"{\"Records\":[");
        for (at, (_, record)) in records.by_key.get(key).into_iter().flatten().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            text.extend_from_slice(&records.bytes[record.clone()]);
        }
        text.extend_from_slice(b"]}");
        Ok(())
    }

    fn known(&self) -> &Result<Records, String> {
        self.read.get_or_init(|| self.read().map_err(|error| error.to_string()))
    }

    fn read(&self) -> PolarsResult<Records> {
        let mut records = Records::default();
        let mut metadata = None;
        for (rows, is_wanted) in &self.rows {
            let file =
                File::open(&self.path).map_err(|error| PolarsError::IO { error: error.into(), msg: None })?;
            let columns = ["log_key", "record_index", "record"].map(str::to_owned);
            let mut reader = ParquetReader::new(file)
                .with_columns(Some(columns.to_vec()))
                .read_parallel(ParallelStrategy::None)
                .with_slice(Some((rows.start, rows.len())));
            match &metadata {
                Some(known) => reader.set_metadata(Arc::clone(known)),
                None => metadata = Some(Arc::clone(reader.get_metadata()?)),
            }
            self.take(&reader.finish()?, *is_wanted, &mut records)?;
        }
        records.by_key.values_mut().for_each(|rows| rows.sort_unstable_by_key(|(index, _)| *index));
        Ok(records)
    }

    fn take(&self, frame: &DataFrame, is_wanted: bool, records: &mut Records) -> PolarsResult<()> {
        let keys = frame.column("log_key")?.str()?;
        let (indices, texts) = (frame.column("record_index")?.u32()?, frame.column("record")?.str()?);
        for (key, (index, text)) in keys.iter().zip(indices.iter().zip(texts.iter())) {
            let (Some(key), Some(index), Some(text)) = (key, index, text) else { continue };
            if !is_wanted && !self.whole.contains(key) {
                continue;
            }
            let start = records.bytes.len();
            records.bytes.extend_from_slice(text.as_bytes());
            let row = (index, start..records.bytes.len());
            match records.by_key.get_mut(key) {
                Some(rows) => rows.push(row),
                None => drop(records.by_key.insert(key.to_owned(), vec![row])),
            }
        }
        Ok(())
    }
}
