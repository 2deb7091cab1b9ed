//! The pages that records lie in: cut where their kinds change, and read one by one without the rest of the Parquet file.

use polars::prelude::{
    CompatLevel, DataFrame, PlSmallStr, PolarsError, PolarsResult, SchemaExt as _, StatisticsOptions,
};
use polars_parquet::parquet::compression::{Compression, DecompressionContext};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{CompressedPage, DataPage, Page, split_buffer};
use polars_parquet::parquet::read::{PageMetaData, PageReader, decompress, read_metadata};
use polars_parquet::parquet::schema::types::{PhysicalType, PrimitiveType};
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressionOptions, Compressor, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator,
    FileWriter, Version, WriteOptions, array_to_columns, get_dtype_encoding,
};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Cursor, Seek as _, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// The column of the raw records.
pub(super) const RECORD: &str = "record";

/// No page of ours is larger; what is was not written by this program.
const LARGEST_PAGE: usize = 1 << 30;

/// A page of records: where it is in the file, its bytes, and how many records it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordPage(pub u64, pub u32, pub u32);

/// Writes a frame in row groups, each given by the numbers of records in its pages.
pub(super) fn write(file: &File, frame: &DataFrame, groups: &[Vec<usize>]) -> PolarsResult<()> {
    let statistics =
        StatisticsOptions { binary_statistics_truncate_length: Some(64), ..StatisticsOptions::default() };
    let options = WriteOptions {
        statistics,
        compression: CompressionOptions::Lz4Raw,
        version: Version::V1,
        data_page_size: Some(LARGEST_PAGE),
    };
    let mut writer = FileWriter::try_new(file, frame.schema().to_arrow(CompatLevel::newest()), options)?;
    let fields = writer.parquet_schema().fields().to_vec();
    let mut first = 0;
    for pages in groups {
        let rows = pages.iter().sum();
        let whole = vec![rows];
        for batch in frame.slice(first, rows).iter_chunks(CompatLevel::newest(), false) {
            let mut columns = Vec::new();
            for (array, field) in batch.columns().iter().zip(&fields) {
                let is_record = field.get_field_info().name == RECORD;
                let encoding =
                    if is_record { vec![Encoding::Plain] } else { get_dtype_encoding(array.dtype()) };
                let (mut found, mut start) = (Vec::new(), 0);
                for length in if is_record { pages } else { &whole } {
                    let array = array.sliced(start, *length);
                    let encoded = array_to_columns(array, field.clone(), options, &encoding)?;
                    found.extend(encoded.into_iter().flatten());
                    start += length;
                }
                columns.push(Ok(DynStreamingIterator::new(compress(found, options.compression))));
            }
            writer.write(rows as u64, DynIter::new(columns.into_iter()))?;
        }
        first += rows as i64;
    }
    writer.end(None).map(drop)
}

fn compress(
    pages: Vec<PolarsResult<Page>>,
    compression: CompressionOptions,
) -> impl FallibleStreamingIterator<Item = CompressedPage, Error = PolarsError> {
    let refused = |error: PolarsError| ParquetError::FeatureNotSupported(error.to_string());
    let pages = pages.into_iter().map(move |page| page.map_err(refused));
    Compressor::new_from_vec(pages, compression, Vec::new()).map_err(PolarsError::from)
}

/// Finds the pages of records in a file that was just written.
pub(super) fn find(file: &mut File) -> PolarsResult<Vec<RecordPage>> {
    let refused = |error: std::io::Error| PolarsError::IO { error: error.into(), msg: None };
    let metadata = read_metadata(file)?;
    let mut pages = Vec::new();
    for group in &metadata.row_groups {
        for column in group.columns_under_root_iter(RECORD).into_iter().flatten() {
            let range = column.byte_range();
            let mut bytes = vec![0; (range.end - range.start) as usize];
            file.seek(SeekFrom::Start(range.start)).map_err(refused)?;
            file.read_exact_at(&mut bytes, range.start).map_err(refused)?;
            let mut cursor = Cursor::new(bytes.into());
            let mut left = column.num_values();
            while left > 0 {
                let start = cursor.position();
                let mut reader = PageReader::new(cursor, column, Vec::new(), LARGEST_PAGE);
                let Some(CompressedPage::Data(page)) = reader.next().transpose()? else { break };
                let rows = page.num_values();
                cursor = reader.into_inner().0;
                let length = cursor.position() - start;
                pages.push(RecordPage(range.start + start, length as u32, rows as u32));
                left -= rows as i64;
            }
        }
    }
    Ok(pages)
}

/// The records of a page.
#[derive(Debug)]
pub(super) struct Records {
    page: DataPage,
    /// Where each one is in the page.
    places: Vec<Range<usize>>,
}

impl Records {
    /// Returns the record of a row; `None` behind the last one.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.page.buffer().get(self.places.get(row)?.clone())
    }
}

/// Reads the records of a page.
pub(super) fn read(file: &File, page: RecordPage) -> Result<Records, String> {
    let RecordPage(at, length, rows) = page;
    let mut stored = vec![0; length as usize];
    file.read_exact_at(&mut stored, at).map_err(|error| error.to_string())?;
    let descriptor = Descriptor {
        primitive_type: PrimitiveType::from_physical(
            PlSmallStr::from_static(RECORD),
            PhysicalType::ByteArray,
        ),
        max_def_level: 1,
        max_rep_level: 0,
    };
    let metadata = PageMetaData::new(0, i64::from(rows), Compression::Lz4Raw, descriptor);
    let mut reader =
        PageReader::new_with_page_meta(Cursor::new(stored.into()), metadata, Vec::new(), LARGEST_PAGE);
    let damaged = |error: ParquetError| error.to_string();
    let page = reader.next().ok_or_else(|| "there is no page".to_owned())?.map_err(damaged)?;
    let page = decompress(page, &mut Vec::new(), &mut DecompressionContext::Unset).map_err(damaged)?;
    let Page::Data(page) = page else { return Err("the page holds no records".to_owned()) };
    let mut values = split_buffer(&page).map_err(damaged)?.values;
    let end = page.buffer().len();
    let mut places = Vec::new();
    for _ in 0..rows {
        let (length, rest) = values.split_first_chunk().ok_or_else(|| "a page ends early".to_owned())?;
        let length = u32::from_le_bytes(*length) as usize;
        values = rest.get(length..).ok_or_else(|| "a record ends early".to_owned())?;
        // The values are the end of the page.
        places.push(end - rest.len()..end - values.len());
    }
    Ok(Records { page, places })
}
