//! Writes hits, and lists about them, in one format to any `io::Write`.
//!
//! One file per format. A format depends on its options only, never on the terminal: how wide that is and whether
//! it shows colours is asked by the binary and passed in. Deciding what is a hit is left to [`crate::replay`].

mod alarms;
mod card;
mod compared;
mod counts;
mod csv;
#[cfg(feature = "report")]
mod document;
mod eventbridge;
mod explained;
mod format;
mod json;
mod layout;
mod ndjson;
mod object;
mod palette;
mod pretty;
mod queries;
mod table;
pub mod text;

pub use alarms::{AlarmChange, write_alarms};
pub use card::{pattern_file, write_card, write_card_json};
pub use compared::{write_compared, write_compared_json};
#[cfg(feature = "report")]
pub use counts::query_counts;
pub use counts::{COUNT_COLUMNS, QueryCount, QueryCounts, write_counts};
#[cfg(feature = "report")]
pub use document::{
    DocumentFile, DocumentFormat, DocumentOptions, document_files, write_document, write_outline,
    write_outline_json, write_reports,
};
pub use explained::{
    ExplainedRecord, write_choices, write_explained, write_explained_json, write_nearly, write_nearly_json,
};
pub use format::{Format, ListFormat, NotAList, UnknownFormat};
pub use queries::write_queries;

use crate::hit::Hit;
use std::io::{self, Write};

/// How output for people looks. The formats for programs take no notice of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HitOptions {
    /// How many columns the output may take; 160 when nobody says, and never less than 40.
    pub width: Option<u16>,
    /// Whether severities and failures are coloured with ANSI sequences.
    pub color: bool,
    /// Whether it is told of each hit if the rule would have fired. The CSV takes notice of it, too.
    pub tells_delivery: bool,
}

impl HitOptions {
    fn columns(self) -> usize {
        usize::from(self.width.unwrap_or(160)).max(40)
    }
}

/// Takes hits one at a time and writes them in one format. Hits of one record must follow one another.
pub trait HitWriter {
    /// Writes one hit, or keeps what it needs of it until more are known.
    ///
    /// # Errors
    /// Returns the error of the underlying writer.
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()>;

    /// Writes what is outstanding and flushes. Without this call the output is incomplete.
    ///
    /// # Errors
    /// Returns the error of the underlying writer.
    fn finish(&mut self) -> io::Result<()>;
}

/// Returns the writer for hits in `format`.
pub fn hits<'a>(format: Format, options: &HitOptions, out: Box<dyn Write + 'a>) -> Box<dyn HitWriter + 'a> {
    match format {
        Format::Table => Box::new(table::TableWriter::new(*options, out)),
        Format::Json => Box::new(json::JsonWriter::new(out)),
        Format::Ndjson => Box::new(ndjson::NdjsonWriter::new(out)),
        Format::Csv => Box::new(csv::CsvWriter::new(options.tells_delivery, out)),
        Format::EventBridge => Box::new(eventbridge::EventWriter::new(out)),
    }
}

#[cfg(test)]
mod sample;
