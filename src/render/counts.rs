//! Hits per query, and per combination of values when somebody asked for fields.

use super::csv::Sheet;
use super::json::Document;
use super::layout::{Cell, Column, write_table};
use super::object::VERSION;
use super::palette::Style;
use super::text::Align;
use super::{HitOptions, ListFormat};
use crate::query::Severity;
use crate::words::thousands;
use jiff::Timestamp;
#[cfg(feature = "report")]
use std::collections::HashMap;
use std::io::{self, Write};

/// What became of all queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryCounts {
    /// Paths of the fields that hits are counted by; often none.
    pub by: Vec<String>,
    /// A row per query, or per query and combination of values.
    pub rows: Vec<QueryCount>,
}

/// What became of one query, or of its hits with one combination of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryCount {
    /// The query's id.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// How bad a hit is.
    pub severity: Severity,
    /// The values at the fields that hits are counted by, parallel to their paths.
    pub values: Vec<Option<String>>,
    /// How many records it hit.
    pub hits: u64,
    /// Time of the earliest hit.
    pub first: Option<Timestamp>,
    /// Time of the latest hit.
    pub last: Option<Timestamp>,
    /// How many accounts the hits are in.
    pub accounts: usize,
    /// How many regions the hits are in.
    pub regions: usize,
}

const COLUMNS: [Column<'_>; 7] = [
    Column { title: "QUERY", align: Align::Left, least: 14, most: 60, rank: 0 },
    Column { title: "SEVERITY", align: Align::Left, least: 13, most: 13, rank: 2 },
    Column { title: "HITS", align: Align::Right, least: 26, most: 26, rank: 1 },
    Column { title: "FIRST", align: Align::Left, least: 20, most: 20, rank: 4 },
    Column { title: "LAST", align: Align::Left, least: 20, most: 20, rank: 3 },
    Column { title: "ACCOUNTS", align: Align::Right, least: 26, most: 26, rank: 5 },
    Column { title: "REGIONS", align: Align::Right, least: 26, most: 26, rank: 6 },
];

/// Where the columns of the fields come in, and how many of the others are more important.
const COLUMNS_BEFORE: usize = 2;
const RANKS_BEFORE: u8 = 2;

/// The columns of every CSV of counts; a field that hits are counted by cannot be named like one of them.
pub const COUNT_COLUMNS: [&str; 8] =
    ["query", "title", "severity", "hits", "first", "last", "accounts", "regions"];
/// Where the columns of the fields come in among them.
const HEADER_BEFORE: usize = 3;

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    query: &'a str,
    title: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Values<'a>>,
    hits: u64,
    first: Option<String>,
    last: Option<String>,
    accounts: usize,
    regions: usize,
}

/// The values of a row as an object with a member per field, in the order that was asked for.
struct Values<'a> {
    by: &'a [String],
    values: &'a [Option<String>],
}

impl serde::Serialize for Values<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.by.iter().zip(self.values))
    }
}

/// Reads the rows of a frame of hits per query, counted by the fields at `by` (see `report::Counts`), and joins them with
/// the queries' cards.
///
/// # Errors
/// Returns an error when the frame lacks one of its columns or has it in another type, or when it names a query that is
/// not among `queries`.
#[cfg(feature = "report")]
pub fn query_counts(
    frame: &polars::prelude::DataFrame,
    queries: &[crate::query::Query],
    by: &[String],
) -> Result<QueryCounts, polars::prelude::PolarsError> {
    use polars::prelude::PolarsError;
    let (ids, hits) = (frame.column("query")?.str()?, frame.column("hits")?.u64()?);
    let (first, last) = (frame.column("first")?.i64()?, frame.column("last")?.i64()?);
    let (accounts, regions) = (frame.column("accounts")?.u64()?, frame.column("regions")?.u64()?);
    let values: Vec<_> = by.iter().map(|path| frame.column(path)?.str()).collect::<Result<_, _>>()?;
    let by_id: HashMap<&str, &crate::query::Query> =
        queries.iter().map(|query| (query.id.as_str(), query)).collect();
    let moment = |milliseconds: Option<i64>| Timestamp::from_millisecond(milliseconds?).ok(); // came from a moment
    let number =
        |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    let rows = (0..frame.height()).map(|row| {
        let id = ids.get(row).unwrap_or_default();
        let unknown = || PolarsError::ComputeError(format!("`{id}` is no query of the run").into());
        let query = by_id.get(id).ok_or_else(unknown)?;
        Ok(QueryCount {
            id: query.id.clone(),
            title: query.card.title.clone(),
            severity: query.card.severity,
            values: values.iter().map(|column| column.get(row).map(str::to_owned)).collect(),
            hits: hits.get(row).unwrap_or_default(),
            first: moment(first.get(row)),
            last: moment(last.get(row)),
            accounts: number(accounts.get(row)),
            regions: number(regions.get(row)),
        })
    });
    Ok(QueryCounts { by: by.to_vec(), rows: rows.collect::<Result<_, PolarsError>>()? })
}

/// Writes the counts in the order given.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_counts(
    format: ListFormat,
    counts: &QueryCounts,
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let QueryCounts { by, rows } = counts;
    match format {
        ListFormat::Table => {
            let cells: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
            write_table(&columns(by), &cells, *options, out)?;
        }
        ListFormat::Json => {
            let mut document = Document::new("counts", &mut *out);
            for count in rows {
                document.push(&serde_json::to_vec(&object(count, by, None))?)?;
            }
            document.finish()?;
        }
        ListFormat::Ndjson => {
            for count in rows {
                serde_json::to_writer(&mut *out, &object(count, by, Some(VERSION)))?;
                writeln!(out)?;
            }
        }
        ListFormat::Csv => write_csv(counts, out)?,
    }
    out.flush()
}

/// Returns the columns of a table with those of the fields among them: they were asked for, so that only the query and
/// its hits outlast them where it is narrow; the fields named last go first.
fn columns(by: &[String]) -> Vec<Column<'_>> {
    let more = u8::try_from(by.len()).unwrap_or(u8::MAX);
    let mut columns: Vec<Column<'_>> = COLUMNS.to_vec();
    for column in columns.iter_mut().filter(|column| column.rank >= RANKS_BEFORE) {
        column.rank = column.rank.saturating_add(more);
    }
    let ranks = (RANKS_BEFORE..=u8::MAX).chain(std::iter::repeat(u8::MAX));
    let field = |(path, rank)| Column { title: path, align: Align::Left, least: 10, most: 48, rank };
    let fields = by.iter().map(String::as_str).zip(ranks).map(field);
    columns.splice(COLUMNS_BEFORE..COLUMNS_BEFORE, fields);
    columns
}

fn cells(count: &QueryCount) -> Vec<Cell> {
    let number = |number: usize| Cell::plain(&thousands(number as u64));
    let values = count.values.iter().map(|value| Cell::plain(value.as_deref().unwrap_or_default()));
    let mut cells = vec![
        Cell::plain(&count.id),
        Cell::new(count.severity.word(), Some(Style::Severity(count.severity))),
        Cell::plain(&thousands(count.hits)),
        Cell::time(count.first),
        Cell::time(count.last),
        number(count.accounts),
        number(count.regions),
    ];
    cells.splice(COLUMNS_BEFORE..COLUMNS_BEFORE, values);
    cells
}

fn object<'a>(count: &'a QueryCount, by: &'a [String], version: Option<u32>) -> Object<'a> {
    Object {
        version,
        query: &count.id,
        title: &count.title,
        severity: count.severity.word(),
        by: (!by.is_empty()).then_some(Values { by, values: &count.values }),
        hits: count.hits,
        first: count.first.map(|time| time.to_string()),
        last: count.last.map(|time| time.to_string()),
        accounts: count.accounts,
        regions: count.regions,
    }
}

fn write_csv(counts: &QueryCounts, out: &mut dyn Write) -> io::Result<()> {
    let QueryCounts { by, rows } = counts;
    let mut header: Vec<&str> = COUNT_COLUMNS.to_vec();
    header.splice(HEADER_BEFORE..HEADER_BEFORE, by.iter().map(String::as_str));
    let mut sheet = Sheet::new(&header, out);
    for count in rows {
        let object = object(count, by, None);
        let numbers = [object.hits, object.accounts as u64, object.regions as u64].map(|n| n.to_string());
        let mut cells = vec![object.query, object.title, object.severity];
        cells.extend(count.values.iter().map(|value| value.as_deref().unwrap_or_default()));
        cells.extend([
            &numbers[0],
            object.first.as_deref().unwrap_or_default(),
            object.last.as_deref().unwrap_or_default(),
            &numbers[1],
            &numbers[2],
        ]);
        sheet.push(&cells)?;
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::listed;
    use crate::render::text::width;

    fn counts() -> QueryCounts {
        let count = QueryCount {
            id: "iam/user-created".to_owned(),
            title: "A user was created, \"by hand\"".to_owned(),
            severity: Severity::Medium,
            values: Vec::new(),
            hits: 1_234_567,
            first: "2026-01-02T03:04:05Z".parse().ok(),
            last: "2026-02-03T04:05:06.5Z".parse().ok(),
            accounts: 12,
            regions: 1,
        };
        let none = QueryCount {
            id: "sign-in/root-login".to_owned(),
            title: "=Root".to_owned(),
            severity: Severity::Critical,
            values: Vec::new(),
            hits: 0,
            first: None,
            last: None,
            accounts: 0,
            regions: 0,
        };
        QueryCounts { by: Vec::new(), rows: vec![count, none] }
    }

    /// The same, by two fields with hostile texts.
    fn counts_by() -> QueryCounts {
        let QueryCounts { mut rows, .. } = counts();
        let by = ["eventName", "requestParameters.bucketName"].map(str::to_owned).to_vec();
        rows[0].values = vec![Some("Put\u{1b}[2JObject".to_owned()), None];
        let more = vec![Some("=1+1".to_owned()), Some("a, \"b\"".to_owned())];
        rows.insert(1, QueryCount { values: more, hits: 7, ..rows[0].clone() });
        rows[2].values = vec![None, None];
        QueryCounts { by, rows }
    }

    fn write(format: ListFormat, width: Option<u16>, counts: &QueryCounts) -> String {
        let options = HitOptions { width, color: false, ..HitOptions::default() };
        listed(|out| write_counts(format, counts, &options, out))
    }

    fn written(format: ListFormat, width: Option<u16>) -> String {
        write(format, width, &counts())
    }

    #[test]
    fn counts_make_a_table() {
        insta::assert_snapshot!(written(ListFormat::Table, None), @r#"
        QUERY               SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
        iam/user-created    medium    1,234,567  2026-01-02T03:04:05Z  2026-02-03T04:05:06Z        12        1
        sign-in/root-login  critical          0  -                     -                            0        0
        "#);
        insta::assert_snapshot!(written(ListFormat::Table, Some(40)), @r#"
        QUERY               SEVERITY       HITS
        iam/user-created    medium    1,234,567
        sign-in/root-login  critical          0
        "#);
    }

    #[test]
    fn counts_make_a_json_document() {
        insta::assert_snapshot!(written(ListFormat::Json, None), @r#"
        {"version":1,"counts":[
        {"query":"iam/user-created","title":"A user was created, \"by hand\"","severity":"medium","hits":1234567,"first":"2026-01-02T03:04:05Z","last":"2026-02-03T04:05:06.5Z","accounts":12,"regions":1},
        {"query":"sign-in/root-login","title":"=Root","severity":"critical","hits":0,"first":null,"last":null,"accounts":0,"regions":0}
        ]}
        "#);
        let none = write(ListFormat::Json, None, &QueryCounts { by: Vec::new(), rows: Vec::new() });
        assert_eq!(none, "{\"version\":1,\"counts\":[]}\n");
    }

    #[test]
    fn counts_make_lines_of_json() {
        insta::assert_snapshot!(written(ListFormat::Ndjson, None), @r#"
        {"version":1,"query":"iam/user-created","title":"A user was created, \"by hand\"","severity":"medium","hits":1234567,"first":"2026-01-02T03:04:05Z","last":"2026-02-03T04:05:06.5Z","accounts":12,"regions":1}
        {"version":1,"query":"sign-in/root-login","title":"=Root","severity":"critical","hits":0,"first":null,"last":null,"accounts":0,"regions":0}
        "#);
    }

    #[test]
    fn counts_make_csv() {
        let expected = "query,title,severity,hits,first,last,accounts,regions\r\n\
            iam/user-created,\"A user was created, \"\"by hand\"\"\",medium,1234567,2026-01-02T03:04:05Z,\
            2026-02-03T04:05:06.5Z,12,1\r\n\
            sign-in/root-login,'=Root,critical,0,,,0,0\r\n";
        assert_eq!(written(ListFormat::Csv, None), expected);
    }

    #[test]
    fn fields_are_columns_of_the_table() {
        insta::assert_snapshot!(write(ListFormat::Table, None, &counts_by()), @r#"
        QUERY               SEVERITY  eventName         requestParameters.bucketName       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
        iam/user-created    medium    Put\x1b[2JObject  -                             1,234,567  2026-01-02T03:04:05Z  2026-02-03T04:05:06Z        12        1
        iam/user-created    medium    =1+1              a, "b"                                7  2026-01-02T03:04:05Z  2026-02-03T04:05:06Z        12        1
        sign-in/root-login  critical  -                 -                                     0  -                     -                            0        0
        "#);
    }

    #[test]
    fn fields_are_the_last_to_go_when_the_terminal_is_narrow() {
        insta::assert_snapshot!(write(ListFormat::Table, Some(80), &counts_by()), @r#"
        QUERY               SEVERITY  eventName         requestParameters.bu…       HITS
        iam/user-created    medium    Put\x1b[2JObject  -                      1,234,567
        iam/user-created    medium    =1+1              a, "b"                         7
        sign-in/root-login  critical  -                 -                              0
        "#);
        insta::assert_snapshot!(write(ListFormat::Table, Some(60), &counts_by()), @r#"
        QUERY            SEVERITY  eventName   requestPa…       HITS
        iam/user-creat…  medium    Put\x1b[2…  -           1,234,567
        iam/user-creat…  medium    =1+1        a, "b"              7
        sign-in/root-l…  critical  -           -                   0
        "#);
        insta::assert_snapshot!(write(ListFormat::Table, Some(40), &counts_by()), @r"
        QUERY              eventName        HITS
        iam/user-created   Put\x1b[2…  1,234,567
        iam/user-created   =1+1                7
        sign-in/root-log…  -                   0
        ");
    }

    #[test]
    fn no_number_of_fields_makes_a_line_too_wide() {
        let QueryCounts { mut rows, .. } = counts();
        for row in &mut rows {
            row.values = vec![Some("東京".repeat(50)); 300];
        }
        let counts = QueryCounts { by: (0..300).map(|number| format!("f{number}")).collect(), rows };
        for columns in (40..200).step_by(9) {
            for line in write(ListFormat::Table, Some(columns), &counts).lines() {
                assert!(width(line) <= usize::from(columns), "{columns}: {line}");
                assert!(!line.contains('\u{1b}'), "{line}");
            }
        }
    }

    #[test]
    fn fields_are_an_object_of_their_own_in_json() {
        insta::assert_snapshot!(write(ListFormat::Json, None, &counts_by()), @r#"
        {"version":1,"counts":[
        {"query":"iam/user-created","title":"A user was created, \"by hand\"","severity":"medium","by":{"eventName":"Put\u001b[2JObject","requestParameters.bucketName":null},"hits":1234567,"first":"2026-01-02T03:04:05Z","last":"2026-02-03T04:05:06.5Z","accounts":12,"regions":1},
        {"query":"iam/user-created","title":"A user was created, \"by hand\"","severity":"medium","by":{"eventName":"=1+1","requestParameters.bucketName":"a, \"b\""},"hits":7,"first":"2026-01-02T03:04:05Z","last":"2026-02-03T04:05:06.5Z","accounts":12,"regions":1},
        {"query":"sign-in/root-login","title":"=Root","severity":"critical","by":{"eventName":null,"requestParameters.bucketName":null},"hits":0,"first":null,"last":null,"accounts":0,"regions":0}
        ]}
        "#);
        let lines = write(ListFormat::Ndjson, None, &counts_by());
        let start = r#"{"version":1,"query":"iam/user-created","title":"A user was created, \"by hand\"","severity":"medium","by":{"eventName":"#;
        assert!(lines.starts_with(start), "{lines}");
        assert_eq!(lines.lines().count(), 3);
    }

    #[test]
    fn fields_are_columns_of_the_csv_and_no_formulas() {
        let mut counts = counts_by();
        counts.by[1] = "=x".to_owned();
        let expected = "query,title,severity,eventName,'=x,hits,first,last,accounts,regions\r\n\
            iam/user-created,\"A user was created, \"\"by hand\"\"\",medium,Put\u{1b}[2JObject,,1234567,\
            2026-01-02T03:04:05Z,2026-02-03T04:05:06.5Z,12,1\r\n\
            iam/user-created,\"A user was created, \"\"by hand\"\"\",medium,'=1+1,\"a, \"\"b\"\"\",7,\
            2026-01-02T03:04:05Z,2026-02-03T04:05:06.5Z,12,1\r\n\
            sign-in/root-login,'=Root,critical,,,0,,,0,0\r\n";
        assert_eq!(write(ListFormat::Csv, None, &counts), expected);
    }
}
