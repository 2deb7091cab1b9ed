//! The coverage certificate: which accounts, regions and days were read, failed, or have no log file at all.

use crate::replay::{Cell, Coverage};
use crate::report::{Column, Error, Kind, Rows, Table};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Returns a row per account and region.
pub(super) fn table(coverage: &Coverage) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "account in the log keys"),
        Column::new("region", Kind::Text, "region in the log keys"),
        Column::new("first_day", Kind::Day, "first day (UTC) with a log file of this account and region"),
        Column::new("last_day", Kind::Day, "last such day"),
        Column::new("days_read", Kind::Count, "days of which every log file found was read"),
        Column::new("days_failed", Kind::Count, "days of which at least one log file could not be read"),
        Column::new(
            "days_missing",
            Kind::Count,
            "days between the first and the last day of the archives without any log file; regions that are hardly used \
             have such days",
        ),
        Column::new("log_files", Kind::Count, "log files read"),
        Column::new(
            "log_files_failed",
            Kind::Count,
            "log files that could not be read: they are among the faults",
        ),
        Column::new("records", Kind::Count, "records in the log files read, copies included"),
    ]);
    let span = span(coverage);
    for (account, regions) in &coverage.accounts {
        for (region, days) in regions {
            let line = Line::of(days, span);
            rows.push([
                account.into(),
                region.into(),
                days.keys().next().copied().into(),
                days.keys().next_back().copied().into(),
                line.days_read.into(),
                line.days_failed.into(),
                line.days_missing.into(),
                line.total.log_files.into(),
                line.total.failed.into(),
                line.total.records.into(),
            ]);
        }
    }
    let about = "One row an account and region, sorted: what the figures of this document rest on";
    Ok(rows.into_table("coverage", "Coverage certificate", about)?)
}

struct Line {
    days_read: u64,
    days_failed: u64,
    days_missing: u64,
    total: Cell,
}

impl Line {
    fn of(days: &BTreeMap<Date, Cell>, span: u64) -> Self {
        let mut total = Cell::default();
        for cell in days.values() {
            total.log_files += cell.log_files;
            total.failed += cell.failed;
            total.records += cell.records;
        }
        let days_failed = days.values().filter(|cell| cell.failed > 0).count() as u64;
        let known = days.len() as u64;
        Self { days_read: known - days_failed, days_failed, days_missing: span.saturating_sub(known), total }
    }
}

/// Returns the number of days from the first to the last with any log file.
fn span(coverage: &Coverage) -> u64 {
    let days = || coverage.accounts.values().flat_map(BTreeMap::values).flat_map(BTreeMap::keys);
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => (*last - *first).get_days() as u64 + 1,
        _ => 0,
    }
}
