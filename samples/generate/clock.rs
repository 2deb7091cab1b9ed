//! The days of the story and times on them; the real clock is never asked.

use jiff::Timestamp;

/// A point in time, in seconds.
pub type Moment = Timestamp;

/// A quiet day.
pub const MONDAY: &str = "2026-03-02";
/// The night of the break-in.
pub const TUESDAY: &str = "2026-03-03";
/// The night of the damage.
pub const WEDNESDAY: &str = "2026-03-04";
/// The last of the damage, and the response.
pub const THURSDAY: &str = "2026-03-05";
/// The clean-up.
pub const FRIDAY: &str = "2026-03-06";
/// Every day of the trail.
pub const WEEK: [&str; 5] = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY];

/// Returns the moment at `time` (`HH:MM:SS`) on `day` (`YYYY-MM-DD`), in UTC.
///
/// # Panics
/// Panics on anything else: the story is written by hand and every time in it is read by a test.
pub fn on(day: &str, time: &str) -> Moment {
    format!("{day}T{time}Z").parse().expect("the story keeps to its calendar")
}

/// Returns the moment `seconds` after `moment`.
pub fn after(moment: Moment, seconds: i64) -> Moment {
    Timestamp::from_second(moment.as_second() + seconds).expect("the story does not leave its century")
}

/// Returns a moment as CloudTrail writes it: `2026-03-02T08:00:00Z`.
pub fn stamp(moment: Moment) -> String {
    moment.to_string()
}

/// Returns a moment as IAM and STS write it into responses: `Mar 2, 2026, 8:00:00 AM`.
pub fn long_date(moment: Moment) -> String {
    moment.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

/// Returns the day of a moment: `2026-03-02`.
pub fn day_of(moment: Moment) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}
