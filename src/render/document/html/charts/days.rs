//! Numbers per day, a row of bars for each series.

use super::super::text::Plain;
use super::Axis;
use super::figures::{self, Figure};
use crate::report::Series;
use crate::words::thousands;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// All rows have one scale as long as the lowest peak is not less than this part of the highest.
const FLATTEST: u64 = 20;

/// Bars are no lower than this, in per cent of the row, so that little does not look like nothing.
const LOWEST: f64 = 3.0;

/// How far many bars overlap, in per cent of the row: a pixel on a phone.
const OVERLAP: f64 = 0.3;

/// Writes the chart.
pub fn write(series: &[Series], out: &mut dyn Write) -> io::Result<()> {
    let Some(axis) = Axis::over(series.iter().flat_map(|series| &series.days).map(|(day, _)| *day)) else {
        return Ok(());
    };
    let peaks: Vec<u64> = series.iter().map(peak).collect();
    let highest = peaks.iter().copied().max().unwrap_or(0);
    let lowest = peaks.iter().copied().filter(|peak| *peak > 0).min().unwrap_or(0);
    let is_shared = lowest.saturating_mul(FLATTEST) >= highest;
    let scale = match (series.len(), is_shared) {
        (1, _) => "",
        (_, true) => " All rows have one scale.",
        (_, false) => " Each row has a scale of its own.",
    };
    writeln!(
        out,
        r#"<p class="hint">A bar is a day, from {} to {} (UTC).{scale}</p>"#,
        axis.first, axis.last
    )?;
    writeln!(out, r#"<div class="days">"#)?;
    for (series, peak) in series.iter().zip(&peaks) {
        write_row(series, axis, *peak, if is_shared { highest } else { *peak }, out)?;
    }
    write!(out, r#"<div class="name"></div>"#)?;
    axis.write(out)?;
    writeln!(out, "</div>")?;
    write_figures(series, out)
}

fn peak(series: &Series) -> u64 {
    series.days.iter().map(|(_, count)| *count).max().unwrap_or(0)
}

fn write_row(series: &Series, axis: Axis, peak: u64, top: u64, out: &mut dyn Write) -> io::Result<()> {
    let total = thousands(series.days.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count)));
    let most = match series.days.iter().find(|(_, count)| *count == peak && peak > 0) {
        Some((day, _)) => format!("at most {} a day, on {day}", thousands(peak)),
        None => "none".to_owned(),
    };
    let name = Plain(&series.name);
    writeln!(out, r#"<div class="name">{name} <b>{total}</b> <small>{most}</small></div>"#)?;
    // Many bars leave no room between them; they overlap a little, so that none is thinner than a pixel.
    let (part, overlap) = if axis.len() > 200 { (1.0, OVERLAP) } else { (0.84, 0.0) };
    writeln!(out, r#"<svg class="plot" role="img" aria-label="{name}: {total} in all, {most}">"#)?;
    writeln!(out, r#"<line class="base" x1="0" x2="100%" y1="100%" y2="100%"/>"#)?;
    for (day, count) in series.days.iter().filter(|(_, count)| *count > 0) {
        let height = (*count as f64 / top as f64 * 100.0).max(LOWEST);
        let x = axis.start(*day) + axis.step() * (1.0 - part) / 2.0;
        let (width, y, count) = (axis.step() * part + overlap, 100.0 - height, thousands(*count));
        writeln!(
            out,
            r#"<rect x="{x:.3}%" y="{y:.1}%" width="{width:.3}%" height="{height:.1}%"><title>{day}: {count}</title></rect>"#
        )?;
    }
    writeln!(out, "</svg>")
}

fn write_figures(series: &[Series], out: &mut dyn Write) -> io::Result<()> {
    let days: BTreeSet<Date> = series.iter().flat_map(|series| &series.days).map(|(day, _)| *day).collect();
    let heads: Vec<String> = std::iter::once("day")
        .chain(series.iter().map(|series| series.name.as_str()))
        .map(str::to_owned)
        .collect();
    let count = |series: &Series, day: Date| {
        let found = series.days.binary_search_by_key(&day, |(day, _)| *day);
        Figure::Number(found.map_or(0, |place| series.days[place].1))
    };
    let row = |day: Date| {
        let day_text = std::iter::once(Figure::Text(day.to_string()));
        day_text.chain(series.iter().map(|series| count(series, day))).collect()
    };
    figures::write(&heads, days.into_iter().map(row), out)
}
