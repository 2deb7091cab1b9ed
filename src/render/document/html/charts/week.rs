//! A heat map of hour by day of week.

use super::figures::{self, Figure};
use crate::words::{plural, thousands};
use std::io::{self, Write};

const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Shades, that of nothing not counted.
const SHADES: u64 = 5;

/// Writes the chart.
pub fn write(hours: &[[u64; 24]; 7], out: &mut dyn Write) -> io::Result<()> {
    let most = hours.iter().flatten().copied().max().unwrap_or(0);
    let (day, hour) = busiest(hours, most);
    writeln!(
        out,
        r#"<p class="hint">Hours are UTC. Most in an hour: {} on {}s, {hour:02}:00 to {:02}:00.</p>"#,
        thousands(most),
        NAMES[day],
        hour + 1
    )?;
    writeln!(out, r#"<div class="week">"#)?;
    for (name, row) in NAMES.iter().zip(hours) {
        let total =
            plural(row.iter().fold(0_u64, |sum, count| sum.saturating_add(*count)), "event", "events");
        writeln!(out, r#"<div class="name">{}<span>{}</span></div>"#, &name[..3], &name[3..])?;
        writeln!(out, r#"<svg class="hours" role="img" aria-label="{name}: {total}">"#)?;
        for (hour, count) in row.iter().enumerate() {
            let x = hour as f64 / 24.0 * 100.0;
            let (shade, end, count) = (shade(*count, most), hour + 1, thousands(*count));
            writeln!(
                out,
                r#"<rect class="shade-{shade}" x="{x:.2}%" width="4.17%" height="100%"><title>{name} {hour:02}:00 to {end:02}:00: {count}</title></rect>"#
            )?;
        }
        writeln!(out, "</svg>")?;
    }
    write!(out, r#"<div class="name"></div><svg class="axis" aria-hidden="true">"#)?;
    for (hour, anchor) in [(0, "start"), (6, "middle"), (12, "middle"), (18, "middle"), (24, "end")] {
        let x = f64::from(hour) / 24.0 * 100.0;
        write!(out, r#"<text x="{x:.2}%" y="13" text-anchor="{anchor}">{hour:02}:00</text>"#)?;
    }
    writeln!(out, "</svg>\n</div>")?;
    write_legend(most, out)?;
    let heads = std::iter::once("hour (UTC)").chain(NAMES).map(str::to_owned).collect::<Vec<_>>();
    let row = |hour: usize| {
        let first = Figure::Text(format!("{hour:02}:00"));
        std::iter::once(first).chain(hours.iter().map(|day| Figure::Number(day[hour]))).collect()
    };
    figures::write(&heads, (0..24).map(row), out)
}

fn busiest(hours: &[[u64; 24]; 7], most: u64) -> (usize, usize) {
    let places = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
    places.into_iter().find(|(day, hour)| hours[*day][*hour] == most).unwrap_or_default()
}

/// Returns 0 for nothing, and the highest shade for the most.
fn shade(count: u64, most: u64) -> u64 {
    match most {
        0 => 0,
        _ => (u128::from(count) * u128::from(SHADES)).div_ceil(u128::from(most)) as u64,
    }
}

fn write_legend(most: u64, out: &mut dyn Write) -> io::Result<()> {
    // The largest count of a shade; the shade above begins behind it.
    let largest = |shade: u64| (u128::from(most) * u128::from(shade) / u128::from(SHADES)) as u64;
    write!(out, r#"<ul class="legend">"#)?;
    for shade in 0..=SHADES {
        let (from, to) = (if shade == 0 { 0 } else { largest(shade - 1) + 1 }, largest(shade));
        let range = match to.checked_sub(from) {
            None => continue,
            Some(0) => thousands(from),
            Some(_) => format!("{} to {}", thousands(from), thousands(to)),
        };
        write!(
            out,
            r#"<li><svg aria-hidden="true"><rect class="shade-{shade}" width="100%" height="100%"/></svg>{range}</li>"#
        )?;
    }
    writeln!(out, "</ul>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_of_the_legend_are_those_of_the_map() {
        for most in [1, 2, 3, 5, 7, 99, 1_000, u64::MAX] {
            assert_eq!((shade(0, most), shade(most, most)), (0, SHADES));
            let mut out = Vec::new();
            write_legend(most, &mut out).unwrap();
            let legend = String::from_utf8(out).unwrap();
            for count in [1, most / 2, most / 3].into_iter().filter(|count| *count > 0) {
                let class = format!("shade-{}", shade(count, most));
                assert!(legend.contains(&class), "{count} of {most}: {legend}");
            }
        }
    }
}
