//! Spells values for people; formats for programs have spellings of their own.

use crate::report::{Kind, Value};
use crate::words::thousands;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Returns a value as people read it; nothing where nothing is known.
pub(super) fn value(value: &Value<'_>, kind: Kind, zone: &TimeZone) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Count(count) => thousands(*count),
        Value::Time(moment) => time(*moment, zone),
        Value::Day(day) => day.to_string(),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) if kind == Kind::Dollars => dollars(*number),
        Value::Number(number) if kind == Kind::Share => share(*number),
        Value::Number(number) => format!("{number:.1}"),
    }
}

/// Returns a moment to the second, with the zone's distance from UTC.
pub(super) fn time(moment: Timestamp, zone: &TimeZone) -> String {
    if *zone == TimeZone::UTC {
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    moment.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Returns the sentence about where moments are told, when that is not UTC.
pub(super) fn zone_note(zone: &TimeZone) -> Option<String> {
    let name = zone.iana_name().filter(|_| *zone != TimeZone::UTC)?;
    Some(format!("Times are those of {name}; days, hours of the day and weeks are in UTC."))
}

/// Returns a part of one in hundredths.
pub(super) fn share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Returns an amount to the cent.
fn dollars(amount: f64) -> String {
    let cents = (amount.abs() * 100.0).round();
    let sign = if amount < 0.0 && cents > 0.0 { "-" } else { "" };
    // Beyond 64 bits of cents it saturates: no bill is that long.
    let cents = cents as u64;
    format!("{sign}${}.{:02}", thousands(cents / 100), cents % 100)
}

/// Returns the word for what stands in a column, with its unit.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Address => "address",
        Kind::Count => "number",
        Kind::Time => "time",
        Kind::Day => "day (UTC)",
        Kind::Flag => "yes or no",
        Kind::Share => "share of 1",
        Kind::Dollars => "US dollars",
        Kind::Number => "decimal number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_people_read_them() {
        let spelled = |given: Value, kind| value(&given, kind, &TimeZone::UTC);
        assert_eq!(spelled(1_234_567_u64.into(), Kind::Count), "1,234,567");
        assert_eq!(spelled(0.1234.into(), Kind::Share), "12.3 %");
        assert_eq!(spelled(1234.5.into(), Kind::Dollars), "$1,234.50");
        assert_eq!(spelled((-0.005).into(), Kind::Dollars), "-$0.01");
        assert_eq!(spelled((-0.001).into(), Kind::Dollars), "$0.00");
        assert_eq!(spelled(true.into(), Kind::Flag), "yes");
        assert_eq!(spelled(Value::Null, Kind::Day), "");
    }

    #[test]
    fn moments_are_told_in_the_zone_with_its_distance_from_utc() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str, zone: &TimeZone| time(text.parse().unwrap(), zone);
        assert_eq!(at("2026-03-29T00:59:59.9Z", &TimeZone::UTC), "2026-03-29T00:59:59Z");
        assert_eq!(at("2026-03-29T00:59:59Z", &berlin), "2026-03-29T01:59:59+01:00");
        assert_eq!(at("2026-03-29T01:00:00Z", &berlin), "2026-03-29T03:00:00+02:00");
        assert_eq!(zone_note(&TimeZone::UTC), None);
        assert!(zone_note(&berlin).unwrap().starts_with("Times are those of Europe/Berlin"));
    }
}
