//! The parts of a whole: a strip, whose pieces have the numbers of the rows below it.

use super::super::text::Plain;
use super::super::value::percent;
use crate::report::Bar;
use crate::words::thousands;
use std::io::{self, Write};

/// Pieces that are narrower, in per cent of the strip, have no number in them.
const NARROWEST: f64 = 5.0;

/// Colours repeat after so many parts; the numbers do not.
const COLOURS: usize = 6;

/// Writes the chart.
pub fn write(parts: &[Bar], out: &mut dyn Write) -> io::Result<()> {
    let whole = parts.iter().map(|part| part.value as f64).sum::<f64>();
    let share = |part: &Bar| part.value as f64 / whole;
    let told = |part: &Bar| format!("{} {}", Plain(&part.name), percent(share(part)));
    let told: Vec<String> = parts.iter().map(told).collect();
    writeln!(out, r#"<svg class="strip" role="img" aria-label="{}">"#, told.join(", "))?;
    let mut x = 0.0;
    for (position, part) in parts.iter().enumerate().filter(|(_, part)| part.value > 0) {
        let (width, colour, number) = (share(part) * 100.0, position % COLOURS, position + 1);
        let (name, value) = (Plain(&part.name), thousands(part.value));
        writeln!(
            out,
            r#"<rect class="part-{colour}" x="{x:.3}%" width="{width:.3}%" height="100%"><title>{name}: {value}</title></rect>"#
        )?;
        if width >= NARROWEST {
            let middle = x + width / 2.0;
            writeln!(out, r#"<text x="{middle:.3}%" y="50%" class="on-{colour}">{number}</text>"#)?;
        }
        x += width;
    }
    writeln!(out, "</svg>\n<table class=\"parts\"><tbody>")?;
    for (position, part) in parts.iter().enumerate() {
        writeln!(
            out,
            r#"<tr><td class="key"><svg aria-hidden="true"><rect class="part-{colour}" width="100%" height="100%"/></svg> {number}</td><th scope="row">{name}</th><td class="number">{percent}</td><td class="number">{value}</td></tr>"#,
            colour = position % COLOURS,
            number = position + 1,
            name = Plain(&part.name),
            percent = percent(share(part)),
            value = thousands(part.value),
        )?;
    }
    writeln!(out, "</tbody></table>")
}
