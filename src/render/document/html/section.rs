//! What one report says.

use super::text::{Plain, Prose};
use super::{charts, table};
use crate::query::Severity;
use crate::report::{Finding, Section, Term};
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// Returns the anchor of a section.
pub fn id(section: &Section) -> String {
    format!("report-{}", section.name)
}

/// Writes a section.
pub fn write(section: &Section, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let id = id(section);
    writeln!(out, r#"<section id="{id}" aria-labelledby="{id}-title">"#)?;
    writeln!(out, r#"<h2 id="{id}-title">{}</h2>"#, Plain(section.title))?;
    write_findings(&section.findings, out)?;
    for (number, chart) in section.charts.iter().enumerate() {
        charts::write(chart, &format!("{id}-chart-{number}"), out)?;
    }
    for sheet in &section.tables {
        table::write(sheet, &format!("{id}-{}", sheet.name), zone, out)?;
    }
    write_definitions(&section.definitions, out)?;
    writeln!(out, "</section>")
}

/// Writes the word for a severity; the colour says nothing that the word does not.
pub fn write_severity(severity: Severity, out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"<span class="severity {word}">{word}</span>"#, word = severity.word())
}

fn write_findings(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<ul class="findings">"#)?;
    for finding in findings {
        write!(out, "<li>")?;
        write_severity(finding.severity, out)?;
        writeln!(out, " <span>{}</span></li>", Prose(&finding.text))?;
    }
    writeln!(out, "</ul>")
}

fn write_definitions(definitions: &[Term], out: &mut dyn Write) -> io::Result<()> {
    if definitions.is_empty() {
        return Ok(());
    }
    writeln!(out, "<div class=\"definitions\"><h3>Definitions</h3>\n<dl>")?;
    for term in definitions {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", Prose(term.term), Prose(term.meaning))?;
    }
    writeln!(out, "</dl></div>")
}
