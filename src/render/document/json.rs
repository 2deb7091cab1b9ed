//! One JSON document: reports, their tables row by row, and the coverage.

use crate::query::Severity;
use crate::replay::Coverage;
use crate::report::{Column, Document, Kind, Section, Table, Value};
use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use std::io::{self, Write};

/// Version of the document.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    title: &'a str,
    created: Timestamp,
    reports: Vec<Report<'a>>,
    coverage: &'a Coverage,
}

#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    title: &'a str,
    findings: Vec<Finding<'a>>,
    tables: Vec<Sheet<'a>>,
    definitions: Vec<Term<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    severity: Severity,
    text: &'a str,
}

/// A definition.
#[derive(Serialize)]
pub(super) struct Term<'a> {
    term: &'a str,
    meaning: &'a str,
}

#[derive(Serialize)]
struct Sheet<'a> {
    name: &'a str,
    title: &'a str,
    about: &'a str,
    columns: Vec<Head<'a>>,
    rows: Vec<Row<'a>>,
}

/// A column without its values.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    name: &'a str,
    kind: &'static str,
    about: &'a str,
}

/// A row as an object with a member a column.
pub(super) struct Row<'a> {
    columns: &'a [Column],
    values: Vec<Value<'a>>,
}

impl<'a> Row<'a> {
    /// Returns the row of these values.
    pub(super) fn new(columns: &'a [Column], values: Vec<Value<'a>>) -> Self {
        Self { columns, values }
    }
}

/// Writes the document.
pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let reports = document.sections.iter().map(report).collect::<io::Result<_>>()?;
    let whole = Whole {
        version: VERSION,
        title: &document.title,
        created: document.created,
        reports,
        coverage: &document.coverage,
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}

fn report(section: &Section) -> io::Result<Report<'_>> {
    let findings = section.findings.iter();
    Ok(Report {
        name: section.name,
        title: section.title,
        findings: findings
            .map(|finding| Finding { severity: finding.severity, text: &finding.text })
            .collect(),
        tables: section.tables.iter().map(sheet).collect::<io::Result<_>>()?,
        definitions: terms(section),
    })
}

fn sheet(table: &Table) -> io::Result<Sheet<'_>> {
    let rows = table.rows().map_err(io::Error::other)?;
    Ok(Sheet {
        name: table.name,
        title: table.title,
        about: &table.about,
        columns: heads(table),
        rows: rows.into_iter().map(|values| Row::new(&table.columns, values)).collect(),
    })
}

/// Returns the definitions of a report.
pub(super) fn terms(section: &Section) -> Vec<Term<'_>> {
    section.definitions.iter().map(|term| Term { term: term.term, meaning: term.meaning }).collect()
}

/// Returns the columns of a table.
pub(super) fn heads(table: &Table) -> Vec<Head<'_>> {
    let mut heads = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        heads.push(Head { name: &column.name, kind: kind(column.kind), about: column.about });
    }
    heads
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Address => "address",
        Kind::Count => "count",
        Kind::Time => "time",
        Kind::Day => "day",
        Kind::Flag => "flag",
        Kind::Share => "share",
        Kind::Number => "number",
        Kind::Dollars => "dollars",
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (column, value) in self.columns.iter().zip(&self.values) {
            map.serialize_entry(&column.name, &Cell(value))?;
        }
        map.end()
    }
}

/// A value of a row.
pub(super) struct Cell<'a>(pub(super) &'a Value<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Count(count) => serializer.serialize_u64(*count),
            Value::Time(time) => time.serialize(serializer),
            Value::Day(day) => day.serialize(serializer),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serializer.serialize_f64(*number),
        }
    }
}
