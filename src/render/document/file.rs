//! A document as files in a folder: one a table for formats of tables, one in all for the others.

use super::{DocumentFormat, DocumentOptions, csv, ndjson, parquet, write_document};
use crate::report::{Column, Document, Kind, Rows, Table};
use polars::prelude::PolarsError;
use std::io::{self, Write};

/// One of the files that a document makes.
#[derive(Debug)]
pub struct DocumentFile<'a> {
    /// Its name, without any folder.
    pub name: String,
    format: DocumentFormat,
    part: Part<'a>,
}

#[derive(Debug)]
enum Part<'a> {
    Whole(&'a Document),
    Findings(&'a Document, Table),
    Table(&'static str, &'a Table),
}

/// Returns the files that a document makes in a folder: for CSV, Parquet and NDJSON `findings.EXT` and
/// `REPORT.TABLE.EXT` for every table, for formats that hold everything `report.EXT`.
///
/// # Errors
/// Returns an error when Polars refuses the frame of the findings.
pub fn document_files(
    document: &Document,
    format: DocumentFormat,
) -> Result<Vec<DocumentFile<'_>>, PolarsError> {
    let extension = format.extension();
    if !format.is_of_one_table() && format != DocumentFormat::Ndjson {
        let name = format!("report.{extension}");
        return Ok(vec![DocumentFile { name, format, part: Part::Whole(document) }]);
    }
    let part = Part::Findings(document, findings(document)?);
    let mut files = vec![DocumentFile { name: format!("findings.{extension}"), format, part }];
    for section in &document.sections {
        for table in &section.tables {
            let name = format!("{}.{}.{extension}", section.name, table.name);
            files.push(DocumentFile { name, format, part: Part::Table(section.name, table) });
        }
    }
    Ok(files)
}

impl DocumentFile<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Returns the error of the underlying writer.
    pub fn write(&self, options: &DocumentOptions, out: &mut dyn Write) -> io::Result<()> {
        let (report, table) = match &self.part {
            Part::Whole(document) => return write_document(document, self.format, options, out),
            Part::Findings(document, _) if self.format == DocumentFormat::Ndjson => {
                return ndjson::write_findings(&document.sections, out);
            }
            Part::Findings(_, table) => ("findings", table),
            Part::Table(report, table) => (*report, *table),
        };
        match self.format {
            DocumentFormat::Parquet => parquet::write(table, out),
            DocumentFormat::Ndjson => ndjson::write_table(report, table, out),
            _ => csv::write(table, out),
        }
    }
}

/// Returns the findings of all reports as a table.
fn findings(document: &Document) -> Result<Table, PolarsError> {
    let mut rows = Rows::new([
        Column::new("report", Kind::Text, "name of the report"),
        Column::new("severity", Kind::Text, "how bad it is"),
        Column::new("text", Kind::Text, "one sentence"),
    ]);
    for section in &document.sections {
        for finding in &section.findings {
            rows.push([section.name.into(), finding.severity.word().into(), (&finding.text).into()]);
        }
    }
    rows.into_table("findings", "Findings", "One row a finding, in the order of the reports")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::sample::document;

    fn names(format: DocumentFormat) -> Vec<String> {
        let document = document();
        document_files(&document, format).unwrap().into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn formats_of_tables_make_a_file_a_table_and_others_one_in_all() {
        let expected = ["findings.csv", "invented.all.csv", "invented.none.csv"];
        assert_eq!(names(DocumentFormat::Csv), expected);
        assert_eq!(names(DocumentFormat::Parquet), expected.map(|name| name.replace("csv", "parquet")));
        assert_eq!(names(DocumentFormat::Ndjson), expected.map(|name| name.replace("csv", "ndjson")));
        assert_eq!(names(DocumentFormat::Json), ["report.json"]);
        assert_eq!(names(DocumentFormat::Markdown), ["report.md"]);
        assert_eq!(names(DocumentFormat::Table), ["report.txt"]);
    }

    #[test]
    fn findings_are_a_table_of_their_own() {
        let document = document();
        let files = document_files(&document, DocumentFormat::Csv).unwrap();
        let mut csv = Vec::new();
        files[0].write(&DocumentOptions::default(), &mut csv).unwrap();
        let expected = "report,severity,text\r\n\
            invented,high,'=1 odd | thing was found by user/\u{1b}[2Jx\r\n\
            invented,informational,2 things in all\r\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
    }
}
