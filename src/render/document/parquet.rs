//! One table as Parquet, with the types that its columns mean.

use crate::report::{Kind, Table};
use polars::prelude::{
    Column as Series, DataFrame, DataType, ParquetCompression, ParquetWriter, PolarsError, TimeUnit, TimeZone,
};
use std::io::{self, Write};

/// Writes the table. The same table gives the same bytes: columns are written one after the other.
pub(super) fn write(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    // Into memory first, so that an error of the writer stays what it is.
    let mut bytes = Vec::new();
    let mut frame = typed(table).map_err(io::Error::other)?;
    let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None));
    writer.set_parallel(false).finish(&mut frame).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

/// Returns the frame with moments and days as such.
fn typed(table: &Table) -> Result<DataFrame, PolarsError> {
    let columns = table.columns.iter().map(|column| {
        let series = table.frame.column(&column.name)?;
        match column.kind {
            Kind::Time => series.cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))),
            Kind::Day => series.cast(&DataType::Date),
            _ => Ok(series.clone()),
        }
    });
    let columns: Vec<Series> = columns.collect::<Result<_, _>>()?;
    DataFrame::new(table.frame.height(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::sample::document;
    use polars::prelude::{ParquetReader, SerReader as _};
    use std::io::Cursor;

    fn written(table: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&document().sections[0].tables[table], &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn columns_have_the_types_that_they_mean() {
        let read = ParquetReader::new(Cursor::new(written(0))).finish().unwrap();
        let types: Vec<String> = read.columns().iter().map(|column| column.dtype().to_string()).collect();
        assert_eq!(types, ["str", "str", "u64", "datetime[ms, UTC]", "date", "bool", "f64", "f64"]);
        assert_eq!(read.height(), 3);
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        assert_eq!(written(0), written(0));
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let read = ParquetReader::new(Cursor::new(written(1))).finish().unwrap();
        assert_eq!(read.shape(), (0, 2));
    }
}
