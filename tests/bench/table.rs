//! The table that `just bench` prints.

use super::measure::Row;

#[expect(clippy::print_stdout, reason = "printing this table is all that the program is for")]
pub fn print(rows: &[Row]) {
    println!("job            ratio  target  lowest  highest   job s  limit s  peak MiB");
    for row in rows {
        let target = row.target.map_or_else(|| "-".to_owned(), |target| format!("{target:.2}"));
        println!(
            "{:<14} {:>5.2}  {target:>6}  {:>6.2}  {:>7.2}  {:>6.2}  {:>7.2}  {:>8.0}",
            row.job,
            row.ratio,
            row.lowest_ratio,
            row.highest_ratio,
            row.job_seconds,
            row.limit_seconds,
            row.peak_memory as f64 / f64::from(1 << 20),
        );
    }
}
