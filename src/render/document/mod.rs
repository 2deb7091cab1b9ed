//! Writes the document that reports end in, one file a format.

mod html;
mod json;

use crate::report::Document;
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// A format that reports can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentFormat {
    /// One JSON document.
    Json,
    /// One HTML file that needs nothing but itself.
    Html,
}

/// Writes all reports as one text.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_document(document: &Document, format: DocumentFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        DocumentFormat::Json => json::write(document, out),
        DocumentFormat::Html => html::write(document, &TimeZone::UTC, out),
    }
}
