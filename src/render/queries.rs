//! The list of stored queries.

use super::csv::Sheet;
use super::json::Document;
use super::layout::{Cell, Column, write_table};
use super::object::VERSION;
use super::palette::Style;
use super::text::Align;
use super::{HitOptions, ListFormat};
use crate::query::Query;
use std::io::{self, Write};

const COLUMNS: [Column<'_>; 3] = [
    Column { title: "QUERY", align: Align::Left, least: 14, most: 60, rank: 0 },
    Column { title: "SEVERITY", align: Align::Left, least: 13, most: 13, rank: 2 },
    Column { title: "TITLE", align: Align::Left, least: 14, most: 100, rank: 1 },
];

const HEADER: [&str; 5] = ["query", "severity", "status", "title", "tags"];

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    query: &'a str,
    severity: &'static str,
    status: &'a str,
    title: &'a str,
    tags: &'a [String],
}

/// Writes what people choose queries by, in the order given.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_queries(
    format: ListFormat,
    queries: &[&Query],
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ListFormat::Table => {
            let rows: Vec<Vec<Cell>> = queries.iter().map(|query| cells(query)).collect();
            write_table(&COLUMNS, &rows, *options, out)?;
        }
        ListFormat::Json => {
            let mut document = Document::new("queries", &mut *out);
            for query in queries {
                document.push(&serde_json::to_vec(&object(query, None))?)?;
            }
            document.finish()?;
        }
        ListFormat::Ndjson => {
            for query in queries {
                serde_json::to_writer(&mut *out, &object(query, Some(VERSION)))?;
                writeln!(out)?;
            }
        }
        ListFormat::Csv => {
            let mut sheet = Sheet::new(&HEADER, &mut *out);
            for query in queries {
                let object = object(query, None);
                let tags = object.tags.join(" ");
                sheet.push(&[object.query, object.severity, object.status, object.title, &tags])?;
            }
            sheet.finish()?;
        }
    }
    out.flush()
}

fn cells(query: &Query) -> Vec<Cell> {
    let severity = query.card.severity;
    vec![
        Cell::plain(&query.id),
        Cell::new(severity.word(), Some(Style::Severity(severity))),
        Cell::plain(&query.card.title),
    ]
}

fn object(query: &Query, version: Option<u32>) -> Object<'_> {
    Object {
        version,
        query: &query.id,
        severity: query.card.severity.word(),
        status: &query.card.status,
        title: &query.card.title,
        tags: &query.card.tags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Severity;
    use crate::render::sample::{listed, query};

    fn written(format: ListFormat, width: Option<u16>) -> String {
        let (mut first, second) =
            (query("iam/user-created", Severity::Medium), query("sign-in/root-login", Severity::Critical));
        first.card.status = "stable".to_owned();
        first.card.tags = vec!["attack.t1136.003".to_owned(), "iam".to_owned()];
        let options = HitOptions { width, color: false, ..HitOptions::default() };
        listed(|out| write_queries(format, &[&first, &second], &options, out))
    }

    #[test]
    fn queries_make_a_table() {
        insta::assert_snapshot!(written(ListFormat::Table, None), @r#"
        QUERY               SEVERITY  TITLE
        iam/user-created    medium    Title of iam/user-created
        sign-in/root-login  critical  Title of sign-in/root-login
        "#);
        insta::assert_snapshot!(written(ListFormat::Table, Some(40)), @r#"
        QUERY           SEVERITY  TITLE
        iam/user-crea…  medium    Title of iam/…
        sign-in/root-…  critical  Title of sign…
        "#);
    }

    #[test]
    fn queries_make_json() {
        insta::assert_snapshot!(written(ListFormat::Json, None), @r#"
        {"version":1,"queries":[
        {"query":"iam/user-created","severity":"medium","status":"stable","title":"Title of iam/user-created","tags":["attack.t1136.003","iam"]},
        {"query":"sign-in/root-login","severity":"critical","status":"","title":"Title of sign-in/root-login","tags":[]}
        ]}
        "#);
        insta::assert_snapshot!(written(ListFormat::Ndjson, None), @r#"
        {"version":1,"query":"iam/user-created","severity":"medium","status":"stable","title":"Title of iam/user-created","tags":["attack.t1136.003","iam"]}
        {"version":1,"query":"sign-in/root-login","severity":"critical","status":"","title":"Title of sign-in/root-login","tags":[]}
        "#);
    }

    #[test]
    fn queries_make_csv() {
        let expected = "query,severity,status,title,tags\r\n\
            iam/user-created,medium,stable,Title of iam/user-created,attack.t1136.003 iam\r\n\
            sign-in/root-login,critical,,Title of sign-in/root-login,\r\n";
        assert_eq!(written(ListFormat::Csv, None), expected);
    }
}
