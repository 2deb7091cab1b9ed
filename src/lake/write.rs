//! Collects the records of neighbouring log files and writes them as one Parquet file.

use super::Error;
use super::examine::Row;
use super::manifest::{Entry, Group, Segment};
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetCompression, ParquetWriter,
    PolarsError, Series, StatisticsOptions, TimeUnit, TimeZone,
};
use std::fs::{self, File};
use std::path::Path;

/// Bytes of records from which on a part is written.
const PART_BYTES: usize = 64 << 20;

/// A row group ends at the next kind when it has so many rows …
const FEW_ROWS: usize = 128;

/// … and in the middle of one when it has so many.
const MANY_ROWS: usize = 1_024;

/// The log files of one partition that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    partition: String,
    pub archive: String,
    log_files: Vec<Entry>,
    rows: Vec<(Place, Row)>,
    bytes: usize,
}

/// Where a record was: the number of the log file in its part, and the record's in the log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    log_file: u32,
    index: u32,
}

impl Pending {
    /// Starts a partition.
    pub fn new(archive: String, partition: String) -> Self {
        Self { archive, partition, ..Self::default() }
    }

    /// Tells whether a log file of a partition belongs here.
    pub fn is_of(&self, archive: &str, partition: &str) -> bool {
        self.archive == archive && self.partition == partition
    }

    /// Tells whether it is time to write.
    pub fn is_full(&self) -> bool {
        self.bytes >= PART_BYTES
    }

    /// Adds a log file and its records.
    pub fn add(&mut self, entry: Entry, rows: Vec<Row>) {
        let log_file = self.log_files.len() as u32;
        self.log_files.push(entry);
        self.bytes += rows.iter().map(|row| row.record.len()).sum::<usize>();
        self.rows.extend((0..).zip(rows).map(|(index, row)| (Place { log_file, index }, row)));
    }

    /// Writes the part, when there is something to write, and notes it.
    pub fn write(self, folder: &Path, file: &str, segment: &mut Segment) -> Result<(), Error> {
        let Self { partition, mut log_files, mut rows, .. } = self;
        if !rows.is_empty() {
            rows.sort_by(|(place, row), (other_place, other)| {
                (&row.kind, place).cmp(&(&other.kind, other_place))
            });
            let groups = groups(&rows);
            let path = format!("{partition}/{file}");
            write_part(folder, &path, &rows, &log_files, &groups)?;
            let mut noted = Vec::new();
            let mut first = 0;
            for rows_in_group in &groups {
                let rows = &rows[first..first + rows_in_group];
                let runs = rows.chunk_by(|(_, row), (_, next)| row.kind == next.kind);
                let kinds = runs.map(|run| (segment.kind(&run[0].1.kind), run.len() as u32)).collect();
                noted.push(Group { kinds });
                first += rows_in_group;
            }
            let number = segment.parts.len() as u32;
            segment.parts.push(super::manifest::Part { path, groups: noted });
            log_files.iter_mut().for_each(|entry| entry.is_in(number));
        }
        segment.log_files.append(&mut log_files);
        Ok(())
    }
}

/// Cuts the rows, which are sorted by kind, into groups.
fn groups(rows: &[(Place, Row)]) -> Vec<usize> {
    let mut groups = Vec::new();
    let mut length = 0;
    for (at, (_, row)) in rows.iter().enumerate() {
        let is_new = at > 0 && rows[at - 1].1.kind != row.kind;
        if length >= MANY_ROWS || is_new && length >= FEW_ROWS {
            groups.push(length);
            length = 0;
        }
        length += 1;
    }
    groups.push(length);
    groups
}

fn write_part(
    folder: &Path,
    path: &str,
    rows: &[(Place, Row)],
    log_files: &[Entry],
    groups: &[usize],
) -> Result<(), Error> {
    let path = folder.join(path);
    let unfinished = folder.join(super::FOLDER).join("unfinished");
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(Error::of("make", parent))?;
    let file = File::create(&unfinished).map_err(Error::of("write", &unfinished))?;
    let refused = |source: PolarsError| Error::Parquet { path: path.display().to_string(), source };
    let frame = frame(rows, log_files).map_err(refused)?;
    write_groups(&file, &frame, groups).map_err(refused)?;
    file.sync_all().and_then(|()| fs::rename(&unfinished, &path)).map_err(Error::of("write", &path))
}

fn write_groups(file: &File, frame: &DataFrame, groups: &[usize]) -> Result<(), PolarsError> {
    let statistics =
        StatisticsOptions { binary_statistics_truncate_length: Some(64), ..StatisticsOptions::default() };
    let writer =
        ParquetWriter::new(file).with_compression(ParquetCompression::Lz4Raw).with_statistics(statistics);
    let mut writer = writer.batched(frame.schema())?;
    let mut first = 0;
    for rows in groups {
        writer.write_batch(&frame.slice(first, *rows))?;
        first += *rows as i64;
    }
    writer.finish().map(drop)
}

/// Puts the columns together. Those that a partition is named by have other names, so that readers do not take one for
/// the other: the partition is that of the log file, the columns are the record's own.
fn frame(rows: &[(Place, Row)], log_files: &[Entry]) -> Result<DataFrame, PolarsError> {
    let texts = |name: &str, text: &dyn for<'a> Fn(&'a Row) -> Option<&'a str>| -> Column {
        let texts: Vec<Option<&str>> = rows.iter().map(|(_, row)| text(row)).collect();
        Series::new(name.into(), texts).into_column()
    };
    let keys: Vec<&str> =
        rows.iter().map(|(place, _)| log_files[place.log_file as usize].key.as_str()).collect();
    let indices: Vec<u32> = rows.iter().map(|(place, _)| place.index).collect();
    let read_only: Vec<Option<bool>> = rows.iter().map(|(_, row)| row.read_only).collect();
    let times: Vec<Option<i64>> =
        rows.iter().map(|(_, row)| row.facts.time.map(|time| time.as_millisecond())).collect();
    let utc = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let columns = vec![
        Series::new("event_time".into(), times).cast(&utc)?.into_column(),
        texts("event_name", &|row| row.facts.event_name.as_deref()),
        texts("event_source", &|row| row.facts.event_source.as_deref()),
        texts("event_type", &|row| row.event_type.as_deref()),
        texts("recipient_account", &|row| row.facts.account.as_deref()),
        texts("aws_region", &|row| row.facts.region.as_deref()),
        texts("identity_type", &|row| row.facts.identity_type.as_deref()),
        texts("principal", &|row| row.facts.principal.as_deref()),
        texts("source_ip", &|row| row.facts.source_ip.as_deref()),
        texts("user_agent", &|row| row.facts.user_agent.as_deref()),
        texts("error_code", &|row| row.error_code.as_deref()),
        Series::new("read_only".into(), read_only).into_column(),
        texts("event_id", &|row| row.facts.event_id.as_deref()),
        Series::new("log_key".into(), keys).into_column(),
        Series::new("record_index".into(), indices).into_column(),
        texts("record", &|row| Some(&row.record)),
    ];
    DataFrame::new(rows.len(), columns)
}
