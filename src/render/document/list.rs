//! The list of reports.

use super::page::Page;
use crate::render::csv::Sheet;
use crate::render::json::Document;
use crate::render::object::VERSION;
use crate::render::palette::Style;
use crate::render::{HitOptions, ListFormat};
use crate::report::Definition;
use std::io::{self, Write};

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    report: &'a str,
    title: &'a str,
    question: &'a str,
}

/// Writes which reports there are and what each answers, in the order given.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_reports(
    format: ListFormat,
    reports: &[Definition],
    look: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ListFormat::Table => {
            let widest = reports.iter().map(|report| report.name.len()).max().unwrap_or(0);
            let mut page = Page { out: &mut *out, look: *look };
            for report in reports {
                let lead = format!("{:<widest$}  ", report.name);
                page.paragraph((&lead, Some(Style::Heading)), report.question)?;
            }
        }
        ListFormat::Json => {
            let mut document = Document::new("reports", &mut *out);
            for report in reports {
                document.push(&serde_json::to_vec(&object(report, None))?)?;
            }
            document.finish()?;
        }
        ListFormat::Ndjson => {
            for report in reports {
                serde_json::to_writer(&mut *out, &object(report, Some(VERSION)))?;
                writeln!(out)?;
            }
        }
        ListFormat::Csv => {
            let mut sheet = Sheet::new(&["report", "title", "question"], &mut *out);
            for report in reports {
                sheet.push(&[report.name, report.title, report.question])?;
            }
            sheet.finish()?;
        }
    }
    out.flush()
}

fn object(report: &Definition, version: Option<u32>) -> Object<'_> {
    Object { version, report: report.name, title: report.title, question: report.question }
}
