//! What the reports rest on: the scope, what was read and what was not.

use super::text::Plain;
use super::value::{moment, zone_name};
use super::{charts, table};
use crate::replay::{Cell, Coverage, Stopped};
use crate::report::{CalendarRow, Chart, Column, DayState, Kind, Rows, Shape, Table};
use crate::words::{bytes, plural, thousands};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes what a reader has to know before anything else: the scope, and whether all of it was read.
pub fn write_summary(coverage: &Coverage, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    write_verdict(coverage, out)?;
    writeln!(out, r#"<dl class="facts">"#)?;
    for (name, text) in scope(coverage, zone).into_iter().chain(figures(coverage)) {
        writeln!(out, "<div><dt>{name}</dt><dd>{text}</dd></div>")?;
    }
    writeln!(out, "</dl>")
}

fn write_verdict(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let text = match (coverage.is_complete, coverage.stopped) {
        _ if coverage.log_files.listed == 0 && coverage.faults.is_empty() => {
            "Nothing was read: there is no log file in the scope. The figures say nothing about what happened."
        }
        (_, Some(Stopped::Interrupted)) => {
            "Coverage is incomplete: the run was interrupted. Every figure may be too low."
        }
        (_, Some(_)) => "Coverage is incomplete: the run ended early. Every figure may be too low.",
        (true, None) => "Coverage is complete: every log file in the scope was read.",
        (false, None) => {
            "Coverage is incomplete. Every figure may be too low; what is missing is named under Coverage."
        }
    };
    let class = if coverage.is_complete && coverage.log_files.listed > 0 { "complete" } else { "incomplete" };
    writeln!(out, r##"<p class="verdict {class}">{text} <a href="#coverage">In detail</a></p>"##)
}

/// Returns names and texts that are safe to be written.
fn scope(coverage: &Coverage, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let scope = &coverage.scope;
    let list = |names: &[String]| match names {
        [] => "all".to_owned(),
        names => names.iter().map(|name| Plain(name).to_string()).collect::<Vec<_>>().join("<br>"),
    };
    let zone_name = Plain(zone_name(zone)).to_string();
    let at = |at| {
        let words = moment(at, zone).replacen(' ', r#"</span> <span class="whole">"#, 1);
        format!(r#"<span class="whole">{words} {zone_name}</span>"#)
    };
    let period = match (scope.since, scope.until) {
        (None, None) => "all that is there".to_owned(),
        (Some(since), None) => format!("from {}", at(since)),
        (None, Some(until)) => format!("until {}", at(until)),
        (Some(since), Some(until)) => format!("from {}<br>until {}", at(since), at(until)),
    };
    vec![
        (if coverage.archives.len() == 1 { "Archive" } else { "Archives" }, list(&coverage.archives)),
        ("Period", period),
        ("Accounts", list(&scope.accounts)),
        ("Regions", list(&scope.regions)),
    ]
}

fn figures(coverage: &Coverage) -> Vec<(&'static str, String)> {
    let (files, records) = (&coverage.log_files, &coverage.records);
    let mut read = plural(files.read, "log file", "log files");
    read += &format!("<br>{} stored, {} of JSON", bytes(coverage.bytes.stored), bytes(coverage.bytes.text));
    let unread = [
        (files.failed, "log file", "log files"),
        (files.listings_failed, "listing", "listings"),
        (coverage.queries_left_out.len() as u64, "query left out", "queries left out"),
    ];
    let unread = unread.iter().filter(|(number, _, _)| *number > 0);
    let unread =
        unread.map(|(number, one, many)| plural(*number, one, many)).collect::<Vec<_>>().join("<br>");
    let skipped =
        files.skipped.iter().map(|(kind, number)| format!("{} {}", thousands(*number), Plain(kind)));
    let skipped = skipped.collect::<Vec<_>>().join("<br>");
    let mut found = plural(records.read, "record", "records");
    let others = [
        (records.read - records.in_scope.min(records.read), "outside the scope"),
        (records.undated, "without time, left out"),
        (records.rejected, "elements that are no records"),
    ];
    for (number, what) in others.iter().filter(|(number, _)| *number > 0) {
        found += &format!("<br>{} {what}", thousands(*number));
    }
    let (accounts, regions, days) = coverage.extent();
    let extent = [
        plural(accounts as u64, "account", "accounts"),
        plural(regions as u64, "region", "regions"),
        plural(days as u64, "day", "days"),
    ];
    vec![
        ("Read", read),
        ("Not read", or_nothing(unread)),
        ("Passed over", or_nothing(skipped)),
        ("Found", found),
        ("Copies left out", plural(records.duplicates, "duplicate", "duplicates")),
        ("Extent", extent.join("<br>")),
    ]
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text }
}

/// Writes the evidence: places and days, and everything that could not be read.
pub fn write(coverage: &Coverage, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"coverage\" aria-labelledby=\"coverage-title\">")?;
    writeln!(out, "<h2 id=\"coverage-title\">Coverage</h2>")?;
    writeln!(
        out,
        "<p>What these reports rest on. A day is that of the folder in the log key, which is the day of publication. \
         CloudTrail need not write a log file where nothing happened: a day without one is a question, not yet a loss.</p>"
    )?;
    let calendar =
        Chart { title: "Log files by place and day".to_owned(), shape: Shape::Calendar(calendar(coverage)) };
    charts::write(&calendar, "coverage-calendar", out)?;
    for sheet in [faults(coverage), left_out(coverage), places(coverage), notes(coverage)] {
        let sheet = sheet.map_err(io::Error::other)?;
        let is_shown = sheet.frame.height() > 0 || sheet.name == "faults" || sheet.name == "places";
        if is_shown {
            table::write(&sheet, &format!("coverage-{}", sheet.name), zone, out)?;
        }
    }
    writeln!(out, "</section>")
}

fn cells(coverage: &Coverage) -> impl Iterator<Item = (&String, &String, &BTreeMap<Date, Cell>)> {
    let accounts = coverage.accounts.iter();
    accounts.flat_map(|(account, regions)| regions.iter().map(move |(region, days)| (account, region, days)))
}

fn calendar(coverage: &Coverage) -> Vec<CalendarRow> {
    let row = |(account, region, cells): (&String, &String, &BTreeMap<Date, Cell>)| {
        let mut days: Vec<(Date, DayState)> = Vec::with_capacity(cells.len());
        for (day, cell) in cells {
            // A gap is as good as its first and last day, whatever a log key says the year is.
            if let Some((before, _)) = days.last() {
                let missing =
                    before.series(jiff::Span::new().days(1)).skip(1).take_while(|missing| missing < day);
                let missing: Vec<_> =
                    missing.take(MOST_MISSING).map(|missing| (missing, DayState::Gap)).collect();
                days.extend(missing);
            }
            days.push((*day, if cell.failed > 0 { DayState::Failed } else { DayState::Read(cell.records) }));
        }
        CalendarRow { name: format!("{account} {region}"), days }
    };
    cells(coverage).map(row).collect()
}

/// Days of one gap that are drawn: ten years.
const MOST_MISSING: usize = 3_653;

type Made = Result<Table, polars::error::PolarsError>;

fn faults(coverage: &Coverage) -> Made {
    let mut rows = Rows::new([
        Column::new("what", Kind::Text, "the log file, the prefix of a listing, or the archive"),
        Column::new("reason", Kind::Text, "what is wrong with it"),
        Column::new("partly_read", Kind::Flag, "whether its other records are among the figures"),
    ]);
    for fault in &coverage.faults {
        rows.push([(&fault.key).into(), (&fault.reason).into(), fault.is_partly_read.into()]);
    }
    rows.into_table("faults", "What could not be read", "One row a fault, in the order of the archives")
}

fn left_out(coverage: &Coverage) -> Made {
    let mut rows = Rows::new([
        Column::new("query", Kind::Text, "the rule's own name, or the file's path"),
        Column::new("origin", Kind::Text, "the file it stands in"),
        Column::new("reason", Kind::Text, "why it cannot be used"),
    ]);
    for query in &coverage.queries_left_out {
        rows.push([(&query.name).into(), (&query.origin).into(), (&query.reason).into()]);
    }
    rows.into_table("queries", "Queries that were not replayed", "One row a query that cannot be used")
}

fn notes(coverage: &Coverage) -> Made {
    let mut rows = Rows::new([
        Column::new("log_file", Kind::Text, "the log file"),
        Column::new("remark", Kind::Text, "what is odd about it"),
    ]);
    for note in &coverage.notes {
        rows.push([(&note.key).into(), (&note.remark).into()]);
    }
    rows.into_table("notes", "Oddities", "One row a thing that is odd and cost no record")
}

fn places(coverage: &Coverage) -> Made {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the account in the log keys: whose view the log files are"),
        Column::new("region", Kind::Text, "the region in the log keys"),
        Column::new("first", Kind::Day, "first day with a log file (UTC)"),
        Column::new("last", Kind::Day, "last day with a log file (UTC)"),
        Column::new("days", Kind::Count, "number of days with a log file"),
        Column::new("missing", Kind::Count, "number of days without one between the first and the last"),
        Column::new("log_files", Kind::Count, "number of log files read"),
        Column::new("failed", Kind::Count, "number of log files that could not be read"),
        Column::bar("records", "number of records read"),
    ]);
    for (account, region, days) in cells(coverage) {
        let first = days.first_key_value().map(|(day, _)| *day);
        let last = days.last_key_value().map(|(day, _)| *day);
        let span = first.zip(last).map_or(0, |(first, last)| (last - first).get_days() as u64 + 1);
        let sum = |count: fn(&Cell) -> u64| days.values().map(count).sum::<u64>();
        rows.push([
            account.into(),
            region.into(),
            first.into(),
            last.into(),
            days.len().into(),
            (span - days.len() as u64).into(),
            sum(|cell| cell.log_files).into(),
            sum(|cell| cell.failed).into(),
            sum(|cell| cell.records).into(),
        ]);
    }
    rows.into_table("places", "Accounts and regions", "One row an account and region, sorted by both")
}
