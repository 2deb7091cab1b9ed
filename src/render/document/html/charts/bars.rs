//! Numbers side by side. The table is its own text.

use super::super::text::Plain;
use crate::report::Bar;
use crate::words::{plural, thousands};
use std::io::{self, Write};

/// So many bars are drawn; the tables have all.
const MOST: usize = 40;

/// Bars are no shorter than this, in per cent, so that little does not look like nothing.
const SHORTEST: f64 = 0.6;

/// Writes the chart.
pub fn write(bars: &[Bar], out: &mut dyn Write) -> io::Result<()> {
    let largest = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
    writeln!(out, r#"<table class="bars"><tbody>"#)?;
    for bar in bars.iter().take(MOST) {
        let (name, value) = (Plain(&bar.name), thousands(bar.value));
        let width = (bar.value as f64 / largest as f64 * 100.0).max(SHORTEST);
        write!(out, r#"<tr><th scope="row">{name}</th><td class="mark"><svg aria-hidden="true">"#)?;
        if bar.value > 0 {
            write!(out, r#"<rect width="{width:.2}%" height="100%"/>"#)?;
        }
        writeln!(out, r#"</svg></td><td class="number">{value}</td></tr>"#)?;
    }
    writeln!(out, "</tbody></table>")?;
    match bars.get(MOST..).unwrap_or_default() {
        [] => Ok(()),
        rest => {
            let sum = rest.iter().fold(0_u64, |sum, bar| sum.saturating_add(bar.value));
            let number = plural(rest.len() as u64, "other", "others");
            writeln!(out, r#"<p class="left-out">{number} with {} in all are not drawn.</p>"#, thousands(sum))
        }
    }
}
