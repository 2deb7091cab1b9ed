//! Writes the document that reports end in, one file a format.

mod chart;
mod csv;
mod file;
mod html;
mod json;
mod list;
mod markdown;
mod ndjson;
mod outline;
mod page;
mod parquet;
mod spell;
mod table;

pub use file::{DocumentFile, document_files};
pub use list::write_reports;
pub use outline::{write_outline, write_outline_json};

use super::HitOptions;
use crate::report::Document;
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// A format that reports can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DocumentFormat {
    /// Findings, figures and small charts for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a row.
    Ndjson,
    /// RFC 4180, with a header; one table.
    Csv,
    /// Apache Parquet; one table.
    Parquet,
    /// GitHub's Markdown.
    Markdown,
    /// One HTML file that needs nothing but itself.
    Html,
}

/// How what people read looks. The formats for programs take no notice of it.
#[derive(Debug, Clone)]
pub struct DocumentOptions {
    /// Width and colours.
    pub look: HitOptions,
    /// How many rows of each table are shown in [`DocumentFormat::Table`]; all when nobody says.
    pub rows: Option<usize>,
    /// Where moments are told. Days are in UTC wherever that is.
    pub time_zone: TimeZone,
}

impl Default for DocumentOptions {
    fn default() -> Self {
        Self { look: HitOptions::default(), rows: None, time_zone: TimeZone::UTC }
    }
}

impl DocumentFormat {
    /// Returns the name by which the format is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// Returns how names of files in it end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// Tells whether it holds one table and nothing else.
    pub fn is_of_one_table(self) -> bool {
        matches!(self, Self::Csv | Self::Parquet)
    }

    /// Tells whether it is of no use on a terminal.
    pub fn is_binary(self) -> bool {
        self == Self::Parquet
    }
}

/// Writes all reports as one text.
///
/// # Errors
/// Returns the error of the underlying writer, and of a format of one table when there is another number of them.
pub fn write_document(
    document: &Document,
    format: DocumentFormat,
    options: &DocumentOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DocumentFormat::Table => table::write(document, options, out),
        DocumentFormat::Json => json::write(document, out),
        DocumentFormat::Ndjson => ndjson::write(document, out),
        DocumentFormat::Csv => csv::write(only_table(document)?, out),
        DocumentFormat::Parquet => parquet::write(only_table(document)?, out),
        DocumentFormat::Markdown => markdown::write(document, options, out),
        DocumentFormat::Html => html::write(document, &options.time_zone, out),
    }
}

fn only_table(document: &Document) -> io::Result<&crate::report::Table> {
    let mut tables = document.sections.iter().flat_map(|section| &section.tables);
    match (tables.next(), tables.next()) {
        (Some(table), None) => Ok(table),
        _ => Err(io::Error::other("the format holds one table, and the reports have more or none")),
    }
}

#[cfg(test)]
mod sample;
