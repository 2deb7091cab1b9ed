//! Tables, their columns explained.

use super::text::{Heading, Plain, Prose};
use super::value::{self, zone_name};
use crate::report::{Column, Kind, Table, Value};
use crate::words::{plural, thousands};
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// So many rows are shown: browsers become slow with many more.
pub const MOST_ROWS: usize = 1_000;

/// Tables that are longer scroll by themselves, below their headings.
const LONG: usize = 25;

/// Texts of at most so many characters stay on one line.
const SHORT: usize = 24;

/// Columns of texts with more characters are given much room.
const WORDY: usize = 48;

/// As many columns are printed across the page.
const WIDE: usize = 8;

/// Writes a table; `id` is its place in the document.
pub fn write(table: &Table, id: &str, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let height = table.frame.height();
    let width = if table.columns.len() >= WIDE { " wide" } else { "" };
    writeln!(out, r#"<div class="sheet{width}" id="{id}">"#)?;
    writeln!(out, r#"<h3 id="{id}-title">{}</h3>"#, Plain(table.title))?;
    writeln!(out, r#"<p class="about">{}.</p>"#, Prose(table.about.trim_end_matches('.')))?;
    if height == 0 {
        return writeln!(out, "<p class=\"empty\">No rows.</p>\n</div>");
    }
    write_left_out(height, out)?;
    let long = if height > LONG { " long" } else { "" };
    writeln!(out, r#"<div class="scroll{long}" role="region" aria-labelledby="{id}-title" tabindex="0">"#)?;
    writeln!(out, r#"<table class="sortable" aria-labelledby="{id}-title">"#)?;
    write_head(&table.columns, zone, out)?;
    write_body(table, zone, out)?;
    writeln!(out, "</table>\n</div>")?;
    write_columns(&table.columns, out)?;
    writeln!(out, "</div>")
}

fn write_left_out(height: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(left_out) = height.checked_sub(MOST_ROWS).filter(|left_out| *left_out > 0) else {
        return Ok(());
    };
    writeln!(
        out,
        "<p class=\"left-out\">These are the first {} of {}; {} left out here. Sorting and filtering see the rows \
         shown. The same report with <code>--format json</code> has all of them.</p>",
        thousands(MOST_ROWS as u64),
        plural(height as u64, "row", "rows"),
        if left_out == 1 { "1 is".to_owned() } else { format!("{} are", thousands(left_out as u64)) },
    )
}

fn write_head(columns: &[Column], zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<thead><tr>")?;
    for column in columns {
        let unit = match column.kind {
            Kind::Time => format!(" <small>{}</small>", Plain(zone_name(zone))),
            _ => String::new(),
        };
        let (class, name, about) = (class(column.kind), Heading(&column.name), Plain(column.about));
        writeln!(out, r#"<th scope="col" class="{class}" title="{about}">{name}{unit}</th>"#)?;
    }
    writeln!(out, "</tr></thead>")
}

fn write_body(table: &Table, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let shown = table.part(0, MOST_ROWS);
    let rows = shown.rows().map_err(io::Error::other)?;
    let count = |value: &Value<'_>| if let Value::Count(count) = value { *count } else { 0 };
    let largest = |place: usize| rows.iter().map(|row| count(&row[place])).max().unwrap_or(0);
    let largest: Vec<u64> = (0..table.columns.len()).map(largest).collect();
    let classes: Vec<String> =
        table.columns.iter().enumerate().map(|(place, column)| classes(&rows, place, column)).collect();
    writeln!(out, "<tbody>")?;
    for row in &rows {
        write!(out, "<tr>")?;
        for (place, (value, column)) in row.iter().zip(&table.columns).enumerate() {
            let is_bar = column.has_bar && largest[place] > 0;
            let bar = is_bar.then(|| count(value) as f64 / largest[place] as f64);
            let text = value::text(value, column.kind, zone);
            write_cell(value, text, &classes[place], bar, out)?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>")
}

fn write_cell(
    value: &Value<'_>,
    text: Option<String>,
    class: &str,
    bar: Option<f64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(text) = text else {
        return write!(out, r#"<td class="{class} none">–</td>"#);
    };
    write!(out, r#"<td class="{class}""#)?;
    if let Some(key) = value::sort_key(value) {
        write!(out, r#" data-value="{key}""#)?;
    }
    write!(out, ">")?;
    if let Some(part) = bar {
        // Little does not look like nothing.
        let width = if part > 0.0 { (part * 100.0).max(1.5) } else { 0.0 };
        write!(
            out,
            r#"<svg class="beside" aria-hidden="true"><rect width="{width:.1}%" height="100%"/></svg>"#
        )?;
    }
    write!(out, "{text}</td>")
}

fn write_columns(columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<details class=\"columns\"><summary>What the columns say</summary>\n<dl>")?;
    for column in columns.iter().filter(|column| !column.about.is_empty()) {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", Heading(&column.name), Prose(column.about))?;
    }
    writeln!(out, "</dl></details>")
}

/// Returns the classes of a column's cells: its kind, whether there are bars, and how much room its texts want.
fn classes(rows: &[Vec<Value<'_>>], place: usize, column: &Column) -> String {
    let class = class(column.kind);
    if column.has_bar {
        return format!("{class} barred");
    }
    let length = |row: &Vec<Value<'_>>| match &row[place] {
        Value::Text(text) => text.chars().take(WORDY + 1).count(),
        _ => 0,
    };
    let room = match rows.iter().map(length).max().unwrap_or(0) {
        0 => "",
        length if length <= SHORT => " short",
        length if length <= WORDY => " middling",
        _ => " wordy",
    };
    format!("{class}{room}")
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Address => "address",
        Kind::Count | Kind::Share | Kind::Dollars | Kind::Number => "number",
        Kind::Time => "time",
        Kind::Day => "day",
        Kind::Flag => "flag",
    }
}
