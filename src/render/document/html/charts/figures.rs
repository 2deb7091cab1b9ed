//! The figures of a chart, for those who cannot see it or want them exactly.

use super::super::table::MOST_ROWS;
use super::super::text::Plain;
use crate::words::thousands;
use std::io::{self, Write};

/// One value in the figures.
pub enum Figure {
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
}

/// Writes figures below a chart, closed until somebody asks for them.
pub fn write(
    heads: &[String],
    rows: impl Iterator<Item = Vec<Figure>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, r#"<details class="figures"><summary>Figures of this chart</summary>"#)?;
    writeln!(
        out,
        r#"<div class="scroll long" role="region" aria-label="Figures of this chart" tabindex="0">"#
    )?;
    write!(out, "<table>\n<thead><tr>")?;
    let mut rows = rows.peekable();
    for (position, head) in heads.iter().enumerate() {
        let is_number = rows.peek().is_some_and(|row| matches!(row[position], Figure::Number(_)));
        let class = if is_number { "number" } else { "text" };
        write!(out, r#"<th scope="col" class="{class}">{}</th>"#, Plain(head))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let mut left_out = 0;
    for (position, row) in rows.enumerate() {
        if position < MOST_ROWS {
            write_row(&row, out)?;
        } else {
            left_out += 1;
        }
    }
    writeln!(out, "</tbody>\n</table>\n</div>")?;
    if left_out > 0 {
        writeln!(out, r#"<p class="left-out">{} more rows are left out here.</p>"#, thousands(left_out))?;
    }
    writeln!(out, "</details>")
}

fn write_row(row: &[Figure], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr>")?;
    for (position, figure) in row.iter().enumerate() {
        match figure {
            Figure::Text(text) if position == 0 => {
                write!(out, r#"<th scope="row" class="text">{}</th>"#, Plain(text))?;
            }
            Figure::Text(text) => write!(out, r#"<td class="text">{}</td>"#, Plain(text))?,
            Figure::Number(number) => write!(out, r#"<td class="number">{}</td>"#, thousands(*number))?,
        }
    }
    writeln!(out, "</tr>")
}
