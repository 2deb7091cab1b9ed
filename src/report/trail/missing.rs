//! What is missing in the archive: days without a log file between days that have some, days with log files that failed.

use super::super::calls::day;
use super::super::{CalendarRow, Column, DayState, Error, Kind, Rows, Section, Shape, Table};
use super::off::Interval;
use crate::query::Severity;
use crate::replay::{Cell, Coverage};
use crate::words::plural;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// From so many records on the days before and after, a day without any log file is hard to explain by quiet.
const BUSY: u64 = 100;

/// The days of one account in one region, from the first to the last that has log files.
pub(super) struct Place<'a> {
    account: &'a str,
    region: &'a str,
    cells: &'a BTreeMap<Date, Cell>,
    days: Vec<(Date, DayState)>,
}

/// Days that follow each other and lack the same.
struct Missing<'a> {
    place: &'a Place<'a>,
    state: DayState,
    is_off: bool,
    first: Date,
    last: Date,
    days: u64,
    failed: u64,
}

/// Returns all places, with what there is of each day.
pub(super) fn places<'a>(coverage: &'a Coverage, intervals: &[Interval<'_>]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for (account, regions) in &coverage.accounts {
        for (region, cells) in regions {
            let off: Vec<_> = intervals
                .iter()
                .filter(|interval| interval.is_missed_in(account, region))
                .filter_map(|interval| {
                    let (from, until) = interval.moments();
                    Some((day(from?), until.map_or(Date::MAX, day)))
                })
                .collect();
            let state = |date: Date| {
                state(cells.get(&date), off.iter().any(|(from, until)| (*from..=*until).contains(&date)))
            };
            let days = all_days(cells).map(|date| (date, state(date))).collect();
            places.push(Place { account, region, cells, days });
        }
    }
    places
}

/// Returns the days from the first with log files to the last.
fn all_days(cells: &BTreeMap<Date, Cell>) -> impl Iterator<Item = Date> {
    let last = cells.keys().next_back().copied();
    let first = cells.keys().next().copied();
    std::iter::successors(first, |date| date.tomorrow().ok()).take_while(move |date| Some(*date) <= last)
}

fn state(cell: Option<&Cell>, is_off: bool) -> DayState {
    match cell {
        Some(cell) if cell.failed > 0 => DayState::Failed,
        _ if is_off => DayState::Off,
        Some(cell) => DayState::Read(cell.records),
        None => DayState::Gap,
    }
}

impl Place<'_> {
    /// Returns the runs of days that lack something.
    fn missing(&self) -> Vec<Missing<'_>> {
        let mut all: Vec<Missing<'_>> = Vec::new();
        for (date, state) in &self.days {
            let cell = self.cells.get(date);
            let (lack, is_off) = match (state, cell) {
                (DayState::Failed, _) => (DayState::Failed, false),
                (DayState::Gap, _) => (DayState::Gap, false),
                (DayState::Off, None) => (DayState::Gap, true),
                (DayState::Off | DayState::Read(_), _) => continue,
            };
            let failed = cell.map_or(0, |cell| cell.failed);
            if let Some(last) = all.last_mut()
                && (last.state, last.is_off, last.last.tomorrow().ok()) == (lack, is_off, Some(*date))
            {
                last.last = *date;
                last.days += 1;
                last.failed += failed;
                continue;
            }
            all.push(Missing {
                place: self,
                state: lack,
                is_off,
                first: *date,
                last: *date,
                days: 1,
                failed,
            });
        }
        all
    }
}

impl Missing<'_> {
    /// Returns the records of the last day before that has log files, and of the first one after.
    fn around(&self) -> (Option<u64>, Option<u64>) {
        let cells = self.place.cells;
        let before = cells.range(..self.first).next_back().map(|(_, cell)| cell.records);
        let after =
            cells.range(self.last..).find(|(date, _)| **date > self.last).map(|(_, cell)| cell.records);
        (before, after)
    }

    fn is_busy(&self) -> bool {
        matches!(self.around(), (Some(before), Some(after)) if before.min(after) >= BUSY)
    }
}

/// Says how many days are missing.
pub(super) fn find(places: &[Place<'_>], section: &mut Section) {
    let all: Vec<_> = places.iter().flat_map(Place::missing).collect();
    let days = |is_meant: &dyn Fn(&Missing<'_>) -> bool| -> u64 {
        all.iter().filter(|missing| is_meant(missing)).map(|missing| missing.days).sum()
    };
    let gaps =
        |is_busy: bool| days(&|missing| missing.state == DayState::Gap && missing.is_busy() == is_busy);
    let tell = |days: u64| plural(days, "account × region × day", "account × region × days");
    for (severity, is_busy, around) in [(Severity::Medium, true, "busy"), (Severity::Low, false, "quiet")] {
        if gaps(is_busy) > 0 {
            section.find(
                severity,
                format!("{} without any log file between {around} ones", tell(gaps(is_busy))),
            );
        }
    }
    let failed = days(&|missing| missing.state == DayState::Failed);
    if failed > 0 {
        let text = format!("{} with log files that could not be read", tell(failed));
        section.find(Severity::Medium, text);
    }
}

/// Returns a row for each run of days.
pub(super) fn table(places: &[Place<'_>]) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "account in the log keys"),
        Column::new("region", Kind::Text, "region in the log keys"),
        Column::new("first_day", Kind::Day, "first day, by the folders of the log files (UTC)"),
        Column::new("last_day", Kind::Day, "last day"),
        Column::bar("days", "number of days"),
        Column::new(
            "lack",
            Kind::Text,
            "`no log file`, or `failed`: log files are there and could not be read",
        ),
        Column::new("failed_log_files", Kind::Count, "number of log files that could not be read"),
        Column::new("is_off", Kind::Flag, "whether a trail that records there is known to have been off"),
        Column::new("records_before", Kind::Count, "records of the last day before that has log files"),
        Column::new("records_after", Kind::Count, "records of the first day after that has log files"),
    ]);
    for missing in places.iter().flat_map(Place::missing) {
        let (before, after) = missing.around();
        rows.push([
            missing.place.account.into(),
            missing.place.region.into(),
            missing.first.into(),
            missing.last.into(),
            missing.days.into(),
            if missing.state == DayState::Failed { "failed" } else { "no log file" }.into(),
            missing.failed.into(),
            missing.is_off.into(),
            before.into(),
            after.into(),
        ]);
    }
    let about = "One row a run of days of an account in a region, between days that have log files";
    Ok(rows.into_table("missing", "Days that are missing", about)?)
}

/// Returns what there is and what is missing, day by day.
pub(super) fn calendar(places: &[Place<'_>]) -> Shape {
    let row = |place: &Place<'_>| CalendarRow {
        name: format!("{} {}", place.account, place.region),
        days: place.days.clone(),
    };
    Shape::Calendar(places.iter().map(row).collect())
}
