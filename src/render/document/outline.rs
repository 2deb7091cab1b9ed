//! What one report consists of, before it is made: its tables, their columns with units, and its definitions.

use super::page::Page;
use super::{json, spell};
use crate::render::HitOptions;
use crate::render::object::VERSION;
use crate::report::{Definition, Section, Table};
use std::io::{self, Write};

/// Writes it for people; `section` is what the report says about nothing ([`crate::report::outline`]).
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_outline(
    definition: &Definition,
    section: &Section,
    look: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = &mut Page { out, look: *look };
    page.paragraph(("", None), &format!("{}: {}", definition.name, definition.question))?;
    for table in &section.tables {
        page.heading(&format!("{}.{}", section.name, table.name), false)?;
        page.paragraph(("", None), &format!("{}: {}", table.title, table.about))?;
        for column in &table.columns {
            let lead = format!("  {} ({}): {}", column.name, spell::kind(column.kind), column.about);
            page.paragraph(("  ", None), &lead)?;
        }
    }
    if !section.definitions.is_empty() {
        page.heading("Definitions", false)?;
    }
    for term in &section.definitions {
        page.paragraph(("  ", None), &format!("{}: {}", term.term, term.meaning))?;
    }
    page.out.flush()
}

#[derive(serde::Serialize)]
struct Object<'a> {
    version: u32,
    report: &'a str,
    title: &'a str,
    question: &'a str,
    tables: Vec<Sheet<'a>>,
    definitions: Vec<json::Term<'a>>,
}

#[derive(serde::Serialize)]
struct Sheet<'a> {
    name: &'a str,
    title: &'a str,
    about: &'a str,
    columns: Vec<json::Head<'a>>,
}

impl<'a> From<&'a Table> for Sheet<'a> {
    fn from(table: &'a Table) -> Self {
        Self { name: table.name, title: table.title, about: &table.about, columns: json::heads(table) }
    }
}

/// Writes it as one JSON object.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_outline_json(definition: &Definition, section: &Section, out: &mut dyn Write) -> io::Result<()> {
    let object = Object {
        version: VERSION,
        report: definition.name,
        title: definition.title,
        question: definition.question,
        tables: section.tables.iter().map(Sheet::from).collect(),
        definitions: json::terms(section),
    };
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)?;
    out.flush()
}
