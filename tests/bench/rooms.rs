//! `bench rooms`: how fast each room of the library is, on one thread.

use super::inputs::LARGE;
use super::limit::log_files;
use super::measure::{Outcome, Spread};
use super::report::Report;
use super::table::{Table, number};
use super::walk::Walk;
use super::{Inputs, Output};
use clap::Args;
use serde::Serialize;

#[derive(Debug, Args)]
pub struct Measure {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
    /// How often every log file is taken through the rooms
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
}

/// How fast one room is.
#[derive(Debug, Serialize)]
pub struct Row {
    pub room: &'static str,
    pub runs: u16,
    /// 10⁶ bytes of JSON text for each second of one thread.
    pub megabytes_per_second: Spread,
}

impl Measure {
    /// Measures and publishes.
    pub fn run(&self) -> anyhow::Result<()> {
        let paths = log_files(&self.inputs.archive(&LARGE)?)?;
        let mut walk = Walk::new()?;
        // The first one only warms the caches.
        let mut speeds = walk.speeds(&paths)?;
        speeds.iter_mut().for_each(|(_, values)| values.clear());
        for _ in 0..self.runs {
            for ((_, values), (_, value)) in speeds.iter_mut().zip(walk.speeds(&paths)?) {
                values.extend(value);
            }
        }
        let mut report = Report::new(&self.output);
        report.rooms.extend(speeds.into_iter().map(|(room, values)| Row {
            room,
            runs: self.runs,
            megabytes_per_second: Spread::of(values),
        }));
        report.publish(&self.output)
    }
}

/// Returns the table of all rooms.
pub fn table(rows: &[Row]) -> Table {
    let copying = rows.iter().find(|row| row.room == "memcpy").map(|row| row.megabytes_per_second.median);
    let header = ["room", "MB/s", "lowest", "highest", "of memcpy"];
    let mut table = Table::new("Rooms, JSON text for each second of one thread", &header);
    for row in rows {
        let speed = row.megabytes_per_second;
        let share = format!("{} %", number(100.0 * speed.median / copying.unwrap_or(f64::NAN), 1));
        let mut cells: Vec<String> =
            [speed.median, speed.lowest, speed.highest].map(|value| number(value, 0)).into();
        cells.push(share);
        table.push(row.room, "", &Outcome::Measured(cells), Vec::clone);
    }
    table
}
