//! Hits per query.

use super::csv::Sheet;
use super::json::Document;
use super::layout::{Cell, Column, write_table};
use super::object::VERSION;
use super::palette::Style;
use super::quantity::thousands;
use super::text::Align;
use super::{HitOptions, ListFormat};
use crate::query::Severity;
use jiff::Timestamp;
use std::io::{self, Write};

/// What became of one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryCount {
    /// The query's id.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// How bad a hit is.
    pub severity: Severity,
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

const COLUMNS: [Column; 7] = [
    Column { title: "QUERY", align: Align::Left, least: 14, most: 60, rank: 0 },
    Column { title: "SEVERITY", align: Align::Left, least: 13, most: 13, rank: 2 },
    Column { title: "HITS", align: Align::Right, least: 26, most: 26, rank: 1 },
    Column { title: "FIRST", align: Align::Left, least: 20, most: 20, rank: 4 },
    Column { title: "LAST", align: Align::Left, least: 20, most: 20, rank: 3 },
    Column { title: "ACCOUNTS", align: Align::Right, least: 26, most: 26, rank: 5 },
    Column { title: "REGIONS", align: Align::Right, least: 26, most: 26, rank: 6 },
];

const HEADER: [&str; 8] = ["query", "title", "severity", "hits", "first", "last", "accounts", "regions"];

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    query: &'a str,
    title: &'a str,
    severity: &'static str,
    hits: u64,
    first: Option<String>,
    last: Option<String>,
    accounts: usize,
    regions: usize,
}

/// Reads the rows of a frame of hits per query (see `report::Counts`) and joins them with the queries' cards.
///
/// # Errors
/// Returns an error when the frame lacks one of its columns or has it in another type.
#[cfg(feature = "report")]
pub fn query_counts(
    frame: &polars::prelude::DataFrame,
    queries: &[crate::query::Query],
) -> Result<Vec<QueryCount>, polars::prelude::PolarsError> {
    let (hits, first, last) =
        (frame.column("hits")?.u64()?, frame.column("first")?.i64()?, frame.column("last")?.i64()?);
    let (accounts, regions) = (frame.column("accounts")?.u64()?, frame.column("regions")?.u64()?);
    let moment = |milliseconds: Option<i64>| Timestamp::from_millisecond(milliseconds?).ok(); // came from a moment
    let number =
        |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    let rows = queries.iter().enumerate().map(|(row, query)| QueryCount {
        id: query.id.clone(),
        title: query.card.title.clone(),
        severity: query.card.severity,
        hits: hits.get(row).unwrap_or_default(),
        first: moment(first.get(row)),
        last: moment(last.get(row)),
        accounts: number(accounts.get(row)),
        regions: number(regions.get(row)),
    });
    Ok(rows.collect())
}

/// Writes the counts in the order given.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_counts(
    format: ListFormat,
    counts: &[QueryCount],
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ListFormat::Table => {
            let rows: Vec<Vec<Cell>> = counts.iter().map(cells).collect();
            write_table(&COLUMNS, &rows, *options, out)?;
        }
        ListFormat::Json => {
            let mut document = Document::new("counts", &mut *out);
            for count in counts {
                document.push(&serde_json::to_vec(&object(count, None))?)?;
            }
            document.finish()?;
        }
        ListFormat::Ndjson => {
            for count in counts {
                serde_json::to_writer(&mut *out, &object(count, Some(VERSION)))?;
                writeln!(out)?;
            }
        }
        ListFormat::Csv => write_csv(counts, out)?,
    }
    out.flush()
}

fn cells(count: &QueryCount) -> Vec<Cell> {
    let number = |number: usize| Cell::plain(&thousands(number as u64));
    vec![
        Cell::plain(&count.id),
        Cell::new(count.severity.word(), Some(Style::Severity(count.severity))),
        Cell::plain(&thousands(count.hits)),
        Cell::time(count.first),
        Cell::time(count.last),
        number(count.accounts),
        number(count.regions),
    ]
}

fn object(count: &QueryCount, version: Option<u32>) -> Object<'_> {
    Object {
        version,
        query: &count.id,
        title: &count.title,
        severity: count.severity.word(),
        hits: count.hits,
        first: count.first.map(|time| time.to_string()),
        last: count.last.map(|time| time.to_string()),
        accounts: count.accounts,
        regions: count.regions,
    }
}

fn write_csv(counts: &[QueryCount], out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(&HEADER, out);
    for count in counts {
        let object = object(count, None);
        sheet.push(&[
            object.query,
            object.title,
            object.severity,
            &object.hits.to_string(),
            object.first.as_deref().unwrap_or_default(),
            object.last.as_deref().unwrap_or_default(),
            &object.accounts.to_string(),
            &object.regions.to_string(),
        ])?;
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::listed;

    fn counts() -> Vec<QueryCount> {
        let count = QueryCount {
            id: "iam/user-created".to_owned(),
            title: "A user was created, \"by hand\"".to_owned(),
            severity: Severity::Medium,
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
            hits: 0,
            first: None,
            last: None,
            accounts: 0,
            regions: 0,
        };
        vec![count, none]
    }

    fn written(format: ListFormat, width: Option<u16>) -> String {
        let options = HitOptions { width, color: false };
        listed(|out| write_counts(format, &counts(), &options, out))
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
        let none = listed(|out| write_counts(ListFormat::Json, &[], &HitOptions::default(), out));
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
}
