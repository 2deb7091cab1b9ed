//! How values are spelled for people, and by which number they are sorted.

use super::text::Plain;
use crate::report::{Kind, Value};
use crate::words::thousands;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// Returns a moment as people read it in a time zone; outside UTC with the offset, so that none is said twice.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let seconds = if at.subsec_nanosecond() == 0 { "%H:%M:%S" } else { "%H:%M:%S%.3f" };
    let offset = if *zone == TimeZone::UTC { "" } else { " %:z" };
    at.to_zoned(zone.clone()).strftime(&format!("%Y-%m-%d {seconds}{offset}")).to_string()
}

/// Returns what the time zone is called.
pub fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("local time")
}

/// Returns the text of a value, safe to be written; nothing when nothing is known.
pub fn text(value: &Value<'_>, kind: Kind, zone: &TimeZone) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => Plain(text).to_string(),
        Value::Count(count) => thousands(*count),
        Value::Time(at) => moment(*at, zone),
        Value::Day(day) => day.to_string(),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) if kind == Kind::Share => percent(*number),
        Value::Number(number) if kind == Kind::Dollars => dollars(*number),
        Value::Number(number) => format!("{number:.1}"),
    })
}

/// Returns the number by which a value is sorted, when it is not sorted by its text.
pub fn sort_key(value: &Value<'_>) -> Option<Cow<'static, str>> {
    Some(match value {
        Value::Null | Value::Text(_) => return None,
        Value::Count(count) => count.to_string().into(),
        Value::Time(at) => at.as_millisecond().to_string().into(),
        Value::Day(day) => {
            let months = i32::from(day.year()) * 12 + i32::from(day.month());
            (months * 31 + i32::from(day.day())).to_string().into()
        }
        Value::Flag(flag) => if *flag { "1" } else { "0" }.into(),
        Value::Number(number) => number.to_string().into(),
    })
}

/// Returns a part of one in per cent. What is not nothing does not look like nothing, nor like all when it is not.
pub fn percent(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 0.0005 => "< 0.1 %".to_owned(),
        share if (0.9995..1.0).contains(&share) => "> 99.9 %".to_owned(),
        share => format!("{:.1} %", share * 100.0),
    }
}

fn dollars(amount: f64) -> String {
    if !(0.0..1e15).contains(&amount) {
        return format!("${amount}");
    }
    if amount > 0.0 && amount < 0.005 {
        return "< $0.01".to_owned();
    }
    let cents = (amount * 100.0).round() as u64;
    format!("${}.{:02}", thousands(cents / 100), cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_their_time_zone() {
        let at: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        assert_eq!(moment(at, &TimeZone::UTC), "2026-03-02 10:00:00");
        let ahead = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(moment(at, &ahead), "2026-03-02 12:00:00 +02:00");
        let later: Timestamp = "2026-03-02T10:00:00.250Z".parse().unwrap();
        assert_eq!(moment(later, &TimeZone::UTC), "2026-03-02 10:00:00.250");
    }

    #[test]
    fn shares_and_amounts_do_not_hide_what_is_small() {
        assert_eq!(
            [0.0, 0.0001, 0.125, 0.9999, 1.0].map(percent),
            ["0.0 %", "< 0.1 %", "12.5 %", "> 99.9 %", "100.0 %"]
        );
        assert_eq!([0.0, 0.001, 1234.5, f64::NAN].map(dollars), ["$0.00", "< $0.01", "$1,234.50", "$NaN"]);
    }

    #[test]
    fn what_is_sorted_by_value_has_a_number() {
        let day = |year, month, day| sort_key(&Value::Day(jiff::civil::date(year, month, day))).unwrap();
        let number = |key: Cow<'_, str>| key.parse::<i32>().unwrap();
        assert!(number(day(2026, 1, 31)) < number(day(2026, 2, 1)));
        assert!(number(day(2025, 12, 31)) < number(day(2026, 1, 1)));
        assert_eq!(sort_key(&Value::Time(Timestamp::from_millisecond(-5).unwrap())).unwrap(), "-5");
        assert_eq!(sort_key(&Value::from("7")), None);
    }
}
