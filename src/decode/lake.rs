//! CSV: a CloudTrail Lake export with the column `eventjson` holds whole records, everything else does not.

use super::document::Finder;
use super::{Error, Shape};

/// The column of a Lake export that holds the whole record.
const RECORD_COLUMN: &str = "eventjson";

/// Columns of the console's download, as its table calls them. AWS does not document the file's header.
const CONSOLE_COLUMNS: [&str; 6] =
    ["event name", "event time", "user name", "event source", "resource type", "resource name"];

/// Columns that a query in CloudTrail Lake may select.
const LAKE_COLUMNS: [&str; 9] = [
    "eventversion",
    "useridentity",
    "eventtime",
    "eventsource",
    "eventname",
    "awsregion",
    "requestparameters",
    "responseelements",
    "eventid",
];

/// A text's first line looked at as a CSV header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// A Lake export with whole records, in the column of this number.
    Records(usize),
    /// A Lake export of single columns.
    Columns,
    /// The console's download.
    Console,
    /// No header that is known.
    Unknown,
}

/// Tells what the first line of a text is as a CSV header.
pub(super) fn header(text: &[u8]) -> Header {
    const LONGEST: usize = 64 << 10;
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut row = csv::ByteRecord::new();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(&line[..line.len().min(LONGEST)]);
    if !reader.read_byte_record(&mut row).unwrap_or(false) {
        return Header::Unknown;
    }
    let columns: Vec<String> =
        row.iter().map(|column| String::from_utf8_lossy(column).trim().to_lowercase()).collect();
    let known = |names: &[&str]| columns.iter().filter(|column| names.contains(&column.as_str())).count();
    if let Some(column) = columns.iter().position(|column| column == RECORD_COLUMN) {
        return Header::Records(column);
    }
    match (known(&CONSOLE_COLUMNS), known(&LAKE_COLUMNS)) {
        (2.., _) => Header::Console,
        (_, 2..) => Header::Columns,
        _ => Header::Unknown,
    }
}

/// Reads the records of a Lake export, one a row.
///
/// # Errors
/// Returns that no row holds a record.
pub(super) fn read_rows(finder: &mut Finder, text: &[u8], column: usize) -> Result<Shape, Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let mut row = csv::ByteRecord::new();
    let (mut index, mut recognised) = (0, 0);
    // Reading from memory as bytes with rows of any length, the reader knows no errors.
    while reader.read_byte_record(&mut row).map_err(|_broken| Error::NoRecords)? {
        finder.position = Some(index);
        let verdict = row.get(column).ok_or(Error::ForeignMessage);
        match verdict.and_then(|record| finder.read_text(record, 1)) {
            Ok(()) => recognised += 1,
            Err(error) => finder.reject(index, &error),
        }
        index += 1;
    }
    if recognised == 0 && index > 0 { Err(Error::NoRecords) } else { Ok(Shape::LakeCsv) }
}

#[cfg(test)]
mod tests {
    use crate::decode::Error;
    use crate::decode::find::tests::{A, B, seen, whole};

    /// Writes a text as a CSV field.
    fn field(text: &str) -> String {
        format!("\"{}\"", text.replace('"', "\"\""))
    }

    #[test]
    fn whole_records_of_a_lake_export_are_read() {
        let text = format!("eventid,eventjson\n1,{}\r\n2,{}\n", field(A), field(B));
        assert_eq!(seen(&text), whole("lake-csv", &[A, B]));
        let quoted = format!("\u{feff}\"eventJson\"\n{}\n", field(A));
        assert_eq!(seen(&quoted), whole("lake-csv", &[A]));
        assert_eq!(seen("eventjson\n"), whole("lake-csv", &[]));
    }

    #[test]
    fn a_row_without_a_record_is_named_and_the_rest_is_kept() {
        let text = format!("eventid,eventjson\n1,{}\n2\n3,{{\n4,{}\n", field(A), field(B));
        let reason = "holds a message that is no CloudTrail record".to_string();
        let rejected = vec![(1, reason.clone()), (2, reason)];
        assert_eq!(seen(&text), Ok(("lake-csv", vec![A.into(), B.into()], rejected)));
        assert_eq!(seen("eventjson\nx\n"), Err(Error::NoRecords));
    }

    #[test]
    fn tables_without_whole_records_are_refused_by_name() {
        assert_eq!(seen("Event name,Event time,User name\nA,B,C\n"), Err(Error::ConsoleCsv));
        assert_eq!(seen("eventTime,eventName,eventSource\nA,B,C\n"), Err(Error::LakeCsvWithoutEventJson));
        assert_eq!(seen("a,b\n1,2\n"), Err(Error::NotJson));
    }
}
