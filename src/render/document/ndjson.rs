//! One JSON object a row, each with the names of its report and table. Findings are rows of a table `findings`.

use super::json::Row;
use crate::query::Severity;
use crate::render::object::VERSION;
use crate::report::{Document, Section, Table};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Line<'a, R> {
    version: u32,
    report: &'a str,
    table: &'a str,
    row: R,
}

#[derive(Serialize)]
struct Finding<'a> {
    severity: Severity,
    text: &'a str,
}

/// Writes the findings of all reports, then table after table.
pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    write_findings(&document.sections, out)?;
    for section in &document.sections {
        for table in &section.tables {
            write_table(section.name, table, out)?;
        }
    }
    Ok(())
}

/// Writes findings.
pub(super) fn write_findings(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    for section in sections {
        for finding in &section.findings {
            let row = Finding { severity: finding.severity, text: &finding.text };
            write_line(section.name, "findings", row, (out, &mut line))?;
        }
    }
    Ok(())
}

/// Writes the rows of a table.
pub(super) fn write_table(report: &str, table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    for values in table.rows().map_err(io::Error::other)? {
        write_line(report, table.name, Row::new(&table.columns, values), (out, &mut line))?;
    }
    Ok(())
}

/// Writes a line in one piece: writers are asked many things for each.
fn write_line(
    report: &str,
    table: &str,
    row: impl Serialize,
    (out, line): (&mut dyn Write, &mut Vec<u8>),
) -> io::Result<()> {
    line.clear();
    serde_json::to_writer(&mut *line, &Line { version: VERSION, report, table, row })?;
    line.push(b'\n');
    out.write_all(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::sample::document;
    use crate::render::sample::listed;

    #[test]
    fn every_row_is_an_object_that_says_where_it_belongs() {
        let lines = listed(|out| write(&document(), out)).replace('\u{202e}', "[202e]");
        insta::assert_snapshot!(lines, @r#"
        {"version":1,"report":"invented","table":"findings","row":{"severity":"high","text":"=1 odd | thing was found by user/\u001b[2Jx"}}
        {"version":1,"report":"invented","table":"findings","row":{"severity":"informational","text":"2 things in all"}}
        {"version":1,"report":"invented","table":"all","row":{"who":"user/alice","source_ip":"192.0.2.7","records":1200,"first":"2026-03-01T23:30:00.25Z","day":"2026-03-01","mfa":true,"part":0.799,"cost":2.5}}
        {"version":1,"report":"invented","table":"all","row":{"who":"=cmd|' /C calc'!A0","source_ip":"192.0.2.7","records":300,"first":"2026-03-01T23:30:00.25Z","day":"2026-03-01","mfa":true,"part":0.2,"cost":2.5}}
        {"version":1,"report":"invented","table":"all","row":{"who":"<b>*x*</b>`[202e]\n[a](http://b)","source_ip":null,"records":1,"first":"2026-03-01T23:30:00.25Z","day":"2026-03-01","mfa":null,"part":0.001,"cost":2.5}}
        "#);
    }
}
