//! Reads the wanted records of a part.

use super::manifest::{Group, Part};
use crate::source::ReadFault;
use polars::prelude::{
    DataFrame, ParallelStrategy, ParquetReader, PolarsError, PolarsResult, SerReader as _,
};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The wanted records of one part, read when the first of its log files is.
#[derive(Debug)]
pub(super) struct Wanted {
    path: PathBuf,
    /// Which rows to look at.
    rows: Vec<Range<usize>>,
    /// Event names that are wanted; records without one always are.
    names: HashSet<String>,
    /// Log files of which every record is wanted.
    whole: HashSet<String>,
    read: OnceLock<Result<Records, String>>,
}

/// Records by their log files' keys, in their order.
#[derive(Debug, Default)]
struct Records {
    bytes: Vec<u8>,
    by_key: HashMap<String, Vec<(u32, Range<usize>)>>,
}

impl Wanted {
    /// Prepares to read the groups that hold something wanted; `is_wanted` says which of the segment's names are.
    pub fn new(
        path: PathBuf,
        part: &Part,
        names: (&[Option<String>], &[bool]),
        whole: HashSet<String>,
    ) -> Self {
        let (names, is_wanted) = names;
        let is_read = |group: &Group| {
            !whole.is_empty() || group.names.iter().any(|name| is_wanted.get(*name as usize) == Some(&true))
        };
        let mut rows: Vec<Range<usize>> = Vec::new();
        let mut first = 0;
        for group in &part.groups {
            let end = first + group.rows as usize;
            match rows.last_mut() {
                _ if !is_read(group) => {}
                Some(last) if last.end == first => last.end = end,
                _ => rows.push(first..end),
            }
            first = end;
        }
        let wanted = names.iter().zip(is_wanted).filter(|(_, is_wanted)| **is_wanted);
        let names = wanted.filter_map(|(name, _)| name.clone()).collect();
        Self { path, rows, names, whole, read: OnceLock::new() }
    }

    /// Writes the text of a log file with its wanted records.
    pub fn rebuild(&self, key: &str, text: &mut Vec<u8>) -> Result<(), ReadFault> {
        let read = self.read.get_or_init(|| self.read().map_err(|error| error.to_string()));
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

    fn read(&self) -> PolarsResult<Records> {
        let mut records = Records::default();
        let mut metadata = None;
        for rows in &self.rows {
            let file =
                File::open(&self.path).map_err(|error| PolarsError::IO { error: error.into(), msg: None })?;
            let columns = ["event_name", "log_key", "record_index", "record"].map(str::to_owned);
            let mut reader = ParquetReader::new(file)
                .with_columns(Some(columns.to_vec()))
                .read_parallel(ParallelStrategy::None)
                .with_slice(Some((rows.start, rows.len())));
            match &metadata {
                Some(known) => reader.set_metadata(std::sync::Arc::clone(known)),
                None => metadata = Some(std::sync::Arc::clone(reader.get_metadata()?)),
            }
            self.take(&reader.finish()?, &mut records)?;
        }
        records.by_key.values_mut().for_each(|rows| rows.sort_unstable_by_key(|(index, _)| *index));
        Ok(records)
    }

    fn take(&self, frame: &DataFrame, records: &mut Records) -> PolarsResult<()> {
        let (names, keys) = (frame.column("event_name")?.str()?, frame.column("log_key")?.str()?);
        let (indices, texts) = (frame.column("record_index")?.u32()?, frame.column("record")?.str()?);
        let rows = names.iter().zip(keys.iter()).zip(indices.iter().zip(texts.iter()));
        for ((name, key), (index, text)) in rows {
            let (Some(key), Some(index), Some(text)) = (key, index, text) else { continue };
            if !name.is_none_or(|name| self.names.contains(name)) && !self.whole.contains(key) {
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
