//! One JSON object a row, each with the names of its report and table. Findings are rows of a table `findings`.

use super::json::Cell;
use crate::query::Severity;
use crate::render::object::VERSION;
use crate::report::{Column, Document, Section, Table};
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

/// So many rows are put together at once: column by column costs least, and the memory of all would be much.
const ROWS: usize = 512;

/// Writes the rows of a table, which are put together from its columns.
pub(super) fn write_table(report: &str, table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let line = Line { version: VERSION, report, table: table.name, row: Empty {} };
    let mut line = serde_json::to_vec(&line)?;
    // The row is to be filled.
    line.truncate(line.len() - b"}}".len());
    let head = line.len();
    let mut columns = table.columns.iter().map(Members::new).collect::<io::Result<Vec<_>>>()?;
    for start in (0..table.frame.height()).step_by(ROWS) {
        let part = table.part(start, ROWS);
        for (members, column) in columns.iter_mut().zip(&part.columns) {
            members.fill(&part, column)?;
        }
        for row in 0..part.frame.height() {
            line.truncate(head);
            for (number, members) in columns.iter().enumerate() {
                if number > 0 {
                    line.push(b',');
                }
                line.extend_from_slice(members.row(row));
            }
            line.extend_from_slice(b"}}\n");
            out.write_all(&line)?;
        }
    }
    Ok(())
}

/// A row without members.
#[derive(Serialize)]
struct Empty {}

/// The members of a column, one for each row, one after the other.
struct Members {
    /// The name, in quotes and with the colon.
    name: Vec<u8>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Members {
    fn new(column: &Column) -> io::Result<Self> {
        let mut name = serde_json::to_vec(&column.name)?;
        name.push(b':');
        Ok(Self { name, text: Vec::new(), ends: Vec::new() })
    }

    fn fill(&mut self, table: &Table, column: &Column) -> io::Result<()> {
        self.text.clear();
        self.ends.clear();
        for value in table.values(column).map_err(io::Error::other)? {
            self.text.extend_from_slice(&self.name);
            serde_json::to_writer(&mut self.text, &Cell(&value))?;
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    fn row(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }
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
