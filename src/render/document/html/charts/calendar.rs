//! What is there and what is missing, day by day: a row a place, a piece for days of one state in a row.

use super::super::text::Plain;
use super::Axis;
use super::figures::{self, Figure};
use crate::report::{CalendarRow, DayState};
use crate::words::{plural, thousands};
use jiff::civil::Date;
use std::io::{self, Write};

/// So many places are drawn, those first where something is missing.
const MOST: usize = 60;

/// The states: their class, the word for a day of them, and what the legend says.
const STATES: [(&str, &str, &str); 4] = [
    ("read", "read", "read"),
    ("gap", "without log file", "no log file, though there are some before and after"),
    ("failed", "not readable", "there, and could not be read"),
    ("off", "with logging off", "logging was off, at least for a while"),
];

/// Days of one state that follow one another.
struct Run {
    state: DayState,
    first: Date,
    last: Date,
    days: u64,
    read: u64,
}

/// Writes the patterns that states are told apart by; once a document.
pub fn write_patterns(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        br#"<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="pattern-gap" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 0l6 6M6 0l-6 6"/></pattern>
<pattern id="pattern-failed" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 1l2-2M0 6l6-6M5 7l2-2"/></pattern>
<pattern id="pattern-off" width="6" height="4" patternUnits="userSpaceOnUse"><path d="M0 1h6"/></pattern>
</defs></svg>
"#,
    )
}

/// Writes the chart.
pub fn write(rows: &[CalendarRow], out: &mut dyn Write) -> io::Result<()> {
    let Some(axis) = Axis::over(rows.iter().flat_map(|row| &row.days).map(|(day, _)| *day)) else {
        return Ok(());
    };
    let mut places: Vec<(&CalendarRow, Vec<Run>)> = rows.iter().map(|row| (row, runs(row))).collect();
    if places.len() > MOST {
        places.sort_by_key(|(_, runs)| !runs.iter().any(Run::is_missing));
    }
    let number = plural(axis.len() as u64, "day", "days");
    writeln!(out, r#"<p class="hint">From {} to {} (UTC), {number}.</p>"#, axis.first, axis.last)?;
    writeln!(out, r#"<div class="calendar">"#)?;
    for (row, runs) in places.iter().take(MOST) {
        write_row(row, runs, axis, out)?;
    }
    write!(out, r#"<div class="name"></div>"#)?;
    axis.write(out)?;
    writeln!(out, "</div>")?;
    if let Some(left_out) = places.len().checked_sub(MOST).filter(|left_out| *left_out > 0) {
        let number = plural(left_out as u64, "more place is", "more places are");
        writeln!(out, r#"<p class="left-out">{number} not drawn; those with days missing come first.</p>"#)?;
    }
    write_legend(&places, out)?;
    write_figures(&places, out)
}

fn runs(row: &CalendarRow) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (day, state) in &row.days {
        let read = if let DayState::Read(count) = state { *count } else { 0 };
        match runs.last_mut() {
            Some(run) if class(run.state) == class(*state) && run.last.tomorrow().ok() == Some(*day) => {
                (run.last, run.days, run.read) = (*day, run.days + 1, run.read.saturating_add(read));
            }
            _ => runs.push(Run { state: *state, first: *day, last: *day, days: 1, read }),
        }
    }
    runs
}

fn class(state: DayState) -> &'static str {
    match state {
        DayState::Read(_) => "read",
        DayState::Gap => "gap",
        DayState::Failed => "failed",
        DayState::Off => "off",
    }
}

impl Run {
    fn is_missing(&self) -> bool {
        !matches!(self.state, DayState::Read(_))
    }

    fn says(&self) -> String {
        let days = match self.days {
            1 => self.first.to_string(),
            _ => format!("{} to {} ({} days)", self.first, self.last, thousands(self.days)),
        };
        match self.state {
            DayState::Read(_) => format!("{days}: {} read", thousands(self.read)),
            DayState::Gap => format!("{days}: no log file"),
            DayState::Failed => format!("{days}: could not be read"),
            DayState::Off => format!("{days}: logging was off"),
        }
    }
}

fn write_row(row: &CalendarRow, runs: &[Run], axis: Axis, out: &mut dyn Write) -> io::Result<()> {
    let name = Plain(&row.name);
    let told = |is_missing: bool| {
        let days = |name: &str| {
            let runs = runs.iter().filter(|run| class(run.state) == name && run.is_missing() == is_missing);
            runs.map(|run| run.days).sum::<u64>()
        };
        let states = STATES.iter().map(|(name, word, _)| (days(name), word)).filter(|(days, _)| *days > 0);
        states
            .map(|(days, word)| format!("{} {word}", plural(days, "day", "days")))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (read, missing) = (told(false), told(true));
    writeln!(out, r#"<div class="name">{name} <small>{missing}</small></div>"#)?;
    let comma = if read.is_empty() || missing.is_empty() { "" } else { ", " };
    writeln!(out, r#"<svg class="states" role="img" aria-label="{name}: {read}{comma}{missing}">"#)?;
    for run in runs {
        let (x, width) = (axis.start(run.first), axis.step() * run.days as f64);
        let (class, says) = (class(run.state), run.says());
        writeln!(
            out,
            r#"<rect class="{class}" x="{x:.3}%" width="{width:.3}%" height="100%"{}><title>{says}</title></rect>"#,
            fill(class)
        )?;
    }
    writeln!(out, "</svg>")
}

fn fill(class: &str) -> String {
    match class {
        "read" => String::new(),
        class => format!(r#" fill="url(#pattern-{class})""#),
    }
}

fn write_legend(places: &[(&CalendarRow, Vec<Run>)], out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"<ul class="legend">"#)?;
    for (name, _, meaning) in STATES {
        if places.iter().flat_map(|(_, runs)| runs).any(|run| class(run.state) == name) {
            write!(
                out,
                r#"<li><svg class="states" aria-hidden="true"><rect class="{name}" width="100%" height="100%"{}/></svg>{meaning}</li>"#,
                fill(name)
            )?;
        }
    }
    writeln!(out, "</ul>")
}

fn write_figures(places: &[(&CalendarRow, Vec<Run>)], out: &mut dyn Write) -> io::Result<()> {
    let heads = ["place", "from", "to", "state", "days"].map(str::to_owned);
    let rows = places.iter().flat_map(|(row, runs)| {
        runs.iter().map(|run| {
            vec![
                Figure::Text(row.name.clone()),
                Figure::Text(run.first.to_string()),
                Figure::Text(run.last.to_string()),
                Figure::Text(class(run.state).to_owned()),
                Figure::Number(run.days),
            ]
        })
    });
    figures::write(&heads, rows, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_of_one_state_are_one_piece_and_others_begin_a_new_one() {
        let row = CalendarRow {
            name: "a".to_owned(),
            days: vec![
                (date(2026, 3, 1), DayState::Read(2)),
                (date(2026, 3, 2), DayState::Read(3)),
                (date(2026, 3, 3), DayState::Gap),
                (date(2026, 3, 5), DayState::Gap),
                (date(2026, 3, 6), DayState::Failed),
            ],
        };
        let says: Vec<String> = runs(&row).iter().map(Run::says).collect();
        assert_eq!(
            says,
            [
                "2026-03-01 to 2026-03-02 (2 days): 5 read",
                "2026-03-03: no log file",
                "2026-03-05: no log file",
                "2026-03-06: could not be read",
            ]
        );
    }
}
