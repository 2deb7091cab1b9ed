//! Why a record matches or not, and what nearly matched: as a tree and sentences for people, and as JSON.

use super::HitOptions;
use super::object::{DeliveryObject, VERSION};
use super::palette::Style;
use super::text::{escape, truncate};
use crate::delivery::Delivery;
use crate::explain::{Miss, Nearly, Value};
use crate::language::explain::{Clause, Explained};
use crate::words::{plural, thousands};
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// So many values are told of a clause, for people and for machines.
const SHOWN: usize = 5;
const LISTED: usize = 100;

/// An explained record, and what it is called.
#[derive(Debug, Clone, Copy)]
pub struct ExplainedRecord<'a> {
    /// The query's id.
    pub query: &'a str,
    /// What the record is called: its event id, or its file.
    pub record: &'a str,
    /// What the pattern makes of it; `None` when no bus carries such records.
    pub explained: Option<&'a Explained>,
    /// Whether the rule would have fired, when it is known where that lives.
    pub delivery: Option<&'a Delivery>,
    /// How the pattern is read where its language leaves that open.
    pub choices: &'a [&'static str],
}

/// Writes an explained record for people: a verdict, and the tree with a tick or a cross at each clause.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_explained(
    record: &ExplainedRecord<'_>,
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(explained) = record.explained else {
        return writeln!(
            out,
            "{} does not match {}: no bus carries records of its kind",
            escape(record.record),
            escape(record.query)
        );
    };
    let verdict = if explained.is_met { "matches" } else { "does not match" };
    writeln!(out, "{} {verdict} {}", escape(record.record), escape(record.query))?;
    let mut tree = Tree { options: *options, out };
    match &explained.clause {
        Clause::All(clauses) => clauses.iter().try_for_each(|clause| tree.write(clause, 1))?,
        _ => tree.write(explained, 1)?,
    }
    write_choices(record.choices, out)?;
    let Some(delivery) = record.delivery.filter(|_| explained.is_met) else { return Ok(()) };
    writeln!(out, "would have fired: {}", delivery.verdict.word())?;
    delivery.reasons.iter().try_for_each(|reason| writeln!(out, "  {}", escape(&reason.to_string())))
}

/// Writes how a pattern is read where its language leaves that open.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_choices(choices: &[&str], out: &mut dyn Write) -> io::Result<()> {
    if !choices.is_empty() {
        writeln!(out, "read so, where CloudWatch Logs does not say:")?;
    }
    choices.iter().try_for_each(|choice| writeln!(out, "  {choice}"))
}

struct Tree<'a> {
    options: HitOptions,
    out: &'a mut dyn Write,
}

impl Tree<'_> {
    fn write(&mut self, explained: &Explained, depth: usize) -> io::Result<()> {
        let mark = match explained.is_met {
            true => self.paint("✓", Style::Success),
            false => self.paint("✗", Style::Failure),
        };
        let indent = "  ".repeat(depth);
        let below: &[Explained] = match &explained.clause {
            Clause::All(clauses) => {
                writeln!(self.out, "{indent}{mark} all of these")?;
                clauses
            }
            Clause::Any(clauses) => {
                writeln!(self.out, "{indent}{mark} one of these")?;
                clauses
            }
            Clause::Not(clause) => {
                writeln!(self.out, "{indent}{mark} not")?;
                std::slice::from_ref(clause)
            }
            Clause::Test { path, wanted, found } => {
                let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
                let line = match explained.is_met {
                    true => format!("{path}: {found}"),
                    false => format!("{path}: {found}; wanted {}", wanted.join(" or ")),
                };
                let room = self.options.columns().saturating_sub(indent.len() + 2);
                writeln!(self.out, "{indent}{mark} {}", truncate(&escape(&line), room))?;
                &[]
            }
            Clause::Together => {
                writeln!(self.out, "{indent}{mark} all of that in the same elements of arrays")?;
                &[]
            }
        };
        below.iter().try_for_each(|clause| self.write(clause, depth + 1))
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.options.color { style.paint(text) } else { text.to_owned() }
    }
}

/// Writes an explained record as one JSON object on one line.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_explained_json(record: &ExplainedRecord<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut object = json!({
        "version": VERSION,
        "query": record.query,
        "record": record.record,
        "matches": record.explained.is_some_and(|explained| explained.is_met),
        "tree": record.explained.map(tree),
    });
    if !record.choices.is_empty() {
        object["choices"] = record.choices.into();
    }
    if let Some(delivery) = record.delivery {
        object["delivery"] = serde_json::to_value(DeliveryObject::from(delivery.clone()))?;
    }
    writeln!(out, "{object}")
}

fn tree(explained: &Explained) -> Json {
    let list = |clauses: &[Explained]| clauses.iter().map(tree).collect::<Vec<_>>();
    let is_met = explained.is_met;
    match &explained.clause {
        Clause::All(clauses) => json!({"is_met": is_met, "all": list(clauses)}),
        Clause::Any(clauses) => json!({"is_met": is_met, "any": list(clauses)}),
        Clause::Not(clause) => json!({"is_met": is_met, "not": tree(clause)}),
        Clause::Test { path, wanted, found } => {
            json!({"is_met": is_met, "path": path, "wanted": wanted, "found": found})
        }
        Clause::Together => json!({"is_met": is_met, "together": true}),
    }
}

/// Writes what nearly matched a query, for people: the clause that fewest records missed comes first.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_nearly(
    query: &str,
    nearly: &Nearly,
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let verb = if nearly.matches == 1 { "matches" } else { "match" };
    writeln!(out, "{} {verb} {}", plural(nearly.matches, "record", "records"), escape(query))?;
    let mut misses: Vec<&Miss> = nearly.misses.iter().filter(|miss| miss.records > 0).collect();
    misses.sort_by_key(|miss| miss.records);
    if misses.is_empty() {
        writeln!(out, "no other record satisfies all clauses but one")?;
    }
    for miss in misses {
        let verb = if miss.records == 1 { "satisfies" } else { "satisfy" };
        let (records, path) = (plural(miss.records, "record", "records"), escape(&miss.clause.path));
        writeln!(out, "{records} {verb} every clause but `{path}`")?;
        write_miss(miss, options, out)?;
    }
    for miss in nearly.misses.iter().filter(|_| nearly.matches == 0) {
        let Some(alone) = miss.alone else { continue };
        let path = escape(&miss.clause.path);
        writeln!(out, "by itself `{path}` is satisfied by {}", plural(alone, "record", "records"))?;
    }
    Ok(())
}

fn write_miss(miss: &Miss, options: &HitOptions, out: &mut dyn Write) -> io::Result<()> {
    let room = options.columns() - 8;
    if !miss.clause.wanted.is_empty() {
        let wanted = miss.clause.wanted.join(" or ");
        writeln!(out, "    wanted {}", truncate(&escape(&wanted), room))?;
    }
    for (value, count) in miss.found.iter().take(SHOWN) {
        let line = format!("{} × {}", thousands(*count), words(&miss.clause.fields, value));
        writeln!(out, "    found {}", truncate(&escape(&line), room))?;
    }
    let more = miss.found.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "    and {}", plural(more as u64, "other value", "other values"))
    } else {
        Ok(())
    }
}

/// Returns the values in words; their fields are only named where there are several.
fn words(fields: &[String], value: &Value) -> String {
    let word = |value: &Option<String>| match value {
        Some(value) => Json::from(value.as_str()).to_string(),
        None => "nothing".to_owned(),
    };
    match value.as_slice() {
        [only] => word(only),
        several => {
            let named = fields.iter().zip(several);
            named.map(|(field, value)| format!("{field} {}", word(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Writes what nearly matched a query as one JSON object on one line, with at most 100 values a clause.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_nearly_json(query: &str, nearly: &Nearly, out: &mut dyn Write) -> io::Result<()> {
    let misses = nearly.misses.iter().map(|miss| {
        let found = miss.found.iter().take(LISTED);
        let found: Vec<_> =
            found.map(|(values, records)| json!({"values": values, "records": records})).collect();
        json!({
            "path": miss.clause.path,
            "wanted": miss.clause.wanted,
            "fields": miss.clause.fields,
            "records": miss.records,
            "alone": miss.alone,
            "found": found,
            "values": miss.found.len(),
        })
    });
    let misses: Vec<_> = misses.collect();
    let object = json!({"version": VERSION, "query": query, "matches": nearly.matches, "misses": misses});
    writeln!(out, "{object}")
}
