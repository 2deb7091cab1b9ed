//! Collects the records of neighbouring log files and writes them as one Parquet file.

use super::Error;
use super::examine::Row;
use super::manifest::{self, Entry, Held, Segment};
use super::pages::{self, RECORD, RecordPage};
use super::rows::{self, Known};
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn as _, NamedFrom as _, PolarsError, Series, TimeUnit, TimeZone,
};
use std::fs::{self, File};
use std::ops::Range;
use std::path::Path;

/// Bytes of records from which on a part is written.
const PART_BYTES: usize = 64 << 20;

/// A page of records ends at the next kind when it has as many rows as the range begins with, and in the middle of one
/// when it has as many as the range ends with …
const PAGE_ROWS: Range<usize> = 32..128;

/// … and so does a row group, where a page does.
const GROUP_ROWS: Range<usize> = 1_024..8_192;

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
    pub fn write(
        self,
        folder: &Path,
        file: &str,
        (segment, known, number): (&mut Segment, &mut rows::Writer, u32),
    ) -> Result<(), Error> {
        let Self { partition, mut log_files, mut rows, .. } = self;
        if !rows.is_empty() {
            rows.sort_by(|(place, row), (other_place, other)| {
                (&row.kind, place).cmp(&(&other.kind, other_place))
            });
            let path = format!("{partition}/{file}");
            let pages = write_part(folder, &path, &rows, &log_files)?;
            let runs = rows.chunk_by(|(_, row), (_, next)| row.kind == next.kind);
            let kinds = runs.map(|run| (segment.kind(&run[0].1.kind), run.len() as u32)).collect();
            let part = segment.parts.len() as u32;
            segment.parts.push(manifest::Part { path, kinds, pages });
            let of_log_files = known_rows(&rows, &log_files, segment);
            for (entry, rows) in log_files.iter_mut().zip(of_log_files) {
                entry.is_in(part, known.add(folder, number, &rows)?);
            }
        }
        segment.log_files.append(&mut log_files);
        Ok(())
    }
}

/// Returns what is known of the records of each log file, in their order.
fn known_rows(rows: &[(Place, Row)], log_files: &[Entry], segment: &mut Segment) -> Vec<Vec<Known>> {
    let mut known: Vec<Vec<(u32, Known)>> = log_files.iter().map(|_| Vec::new()).collect();
    for (number, (place, row)) in (0..).zip(rows) {
        let Held::Apart(apart) = &log_files[place.log_file as usize].held else { continue };
        let named = segment.place(&row.place);
        let named = apart.places.iter().position(|known| *known == named);
        let first = apart.times.map_or(0, |(first, _)| first.as_second());
        let seconds = row.facts.time.map_or(0, |time| time.as_second() - first);
        known[place.log_file as usize].push((
            place.index,
            Known {
                kind: segment.kind(&row.kind),
                place: named.unwrap_or_default() as u8,
                seconds: seconds as u32,
                row: number,
                identity: row.identity,
            },
        ));
    }
    let in_order = |mut rows: Vec<(u32, Known)>| {
        rows.sort_unstable_by_key(|(index, _)| *index);
        rows.into_iter().map(|(_, known)| known).collect()
    };
    known.into_iter().map(in_order).collect()
}

/// Cuts the rows, which are sorted by kind, into row groups, and these into pages.
fn groups(rows: &[(Place, Row)]) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new()];
    let (mut in_group, mut in_page) = (0, 0);
    for (at, (_, row)) in rows.iter().enumerate() {
        let is_new = at > 0 && rows[at - 1].1.kind != row.kind;
        if in_page >= PAGE_ROWS.end || is_new && in_page >= PAGE_ROWS.start {
            groups.last_mut().expect("there is always one").push(in_page);
            in_page = 0;
            if in_group >= GROUP_ROWS.end || is_new && in_group >= GROUP_ROWS.start {
                groups.push(Vec::new());
                in_group = 0;
            }
        }
        (in_group, in_page) = (in_group + 1, in_page + 1);
    }
    groups.last_mut().expect("there is always one").push(in_page);
    groups
}

fn write_part(
    folder: &Path,
    path: &str,
    rows: &[(Place, Row)],
    log_files: &[Entry],
) -> Result<Vec<RecordPage>, Error> {
    let path = folder.join(path);
    let unfinished = folder.join(super::FOLDER).join("unfinished");
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(Error::of("make", parent))?;
    let open = File::options().read(true).write(true).create(true).truncate(true).open(&unfinished);
    let mut file = open.map_err(Error::of("write", &unfinished))?;
    let refused = |source: PolarsError| Error::Parquet { path: path.display().to_string(), source };
    let frame = frame(rows, log_files).map_err(refused)?;
    pages::write(&file, &frame, &groups(rows)).map_err(refused)?;
    let pages = pages::find(&mut file).map_err(refused)?;
    file.sync_all().and_then(|()| fs::rename(&unfinished, &path)).map_err(Error::of("write", &path))?;
    Ok(pages)
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
        texts(RECORD, &|row| Some(&row.record)),
    ];
    DataFrame::new(rows.len(), columns)
}
