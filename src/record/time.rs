//! Reads `eventTime`: RFC 3339, of which CloudTrail nearly always writes the 20 byte form `YYYY-MM-DDTHH:MM:SSZ`.

use jiff::Timestamp;

/// Returns the moment an RFC 3339 text stands for; fractions and offsets are accepted, any other text is `None`.
///
/// The 20 byte form is read without searching or allocating, because a replay over a time range asks this of every
/// record. Fractions are cut at nanoseconds; a leap second counts as the second before it.
pub fn parse_event_time(text: &str) -> Option<Timestamp> {
    let (head, tail) = text.as_bytes().split_first_chunk()?;
    let seconds = parse_date_time(head)?;
    if tail == b"Z" {
        return Timestamp::from_second(seconds).ok();
    }
    let (nanoseconds, zone) = parse_fraction(tail)?;
    Timestamp::new(seconds - parse_offset(zone)?, nanoseconds).ok()
}

/// Reads the 20 byte form again and again: most records are of the day of the one before.
#[derive(Debug, Default)]
pub struct UsualTimes {
    /// The date that was read last, and the seconds from 1970 to its beginning.
    date: [u8; 10],
    seconds: i64,
}

impl UsualTimes {
    /// Returns the seconds since 1970 that a text of the 20 byte form stands for; any other text is `None`.
    pub fn parse(&mut self, text: &[u8; 20]) -> Option<i64> {
        let [.., b'T', h1, h0, b':', m1, m0, b':', s1, s0, b'Z'] = *text else {
            return self.parse_whole(text);
        };
        let digits = [h1, h0, m1, m0, s1, s0].map(|byte| byte.wrapping_sub(b'0'));
        if text[..10] != self.date || digits.iter().any(|digit| *digit > 9) {
            return self.parse_whole(text);
        }
        let [hour, minute, second] =
            [0, 2, 4].map(|at| i64::from(digits[at]) * 10 + i64::from(digits[at + 1]));
        if hour > 23 || minute > 59 || second > 59 {
            return self.parse_whole(text);
        }
        Some(self.seconds + hour * 3_600 + minute * 60 + second)
    }

    #[cold]
    fn parse_whole(&mut self, text: &[u8; 20]) -> Option<i64> {
        let (head, tail) = text.split_first_chunk()?;
        let seconds = parse_date_time(head).filter(|_| tail == b"Z")?;
        self.date.copy_from_slice(&text[..10]);
        self.seconds = seconds.div_euclid(86_400) * 86_400;
        Some(seconds)
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SS` as seconds since 1970, as if in UTC.
fn parse_date_time(text: &[u8; 19]) -> Option<i64> {
    let mut is_odd = text[4] != b'-'
        || text[7] != b'-'
        || !matches!(text[10], b'T' | b't' | b' ')
        || text[13] != b':'
        || text[16] != b':';
    // What is no digit is noticed in the end: to look at once costs more than the sums do.
    let mut two_digits = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        is_odd |= tens > 9 || ones > 9;
        i64::from(tens) * 10 + i64::from(ones)
    };
    let year = two_digits(0) * 100 + two_digits(2);
    let (month, day) = (two_digits(5), two_digits(8));
    let (hour, minute, second) = (two_digits(11), two_digits(14), two_digits(17));
    let is_real = !is_odd
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    is_real.then(|| days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second.min(59))
}

fn two_digits(text: &[u8], at: usize) -> Option<i64> {
    let tens = text.get(at)?.wrapping_sub(b'0');
    let ones = text.get(at + 1)?.wrapping_sub(b'0');
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Splits `.123Z` into nanoseconds and zone; the fraction may be missing, but not its digits.
fn parse_fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let Some(fraction) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let (fraction, zone) = fraction.split_at(digits);
    let padded = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = padded.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some((nanoseconds, zone))
}

/// Reads `Z`, `+HH:MM` or `-HH:MM` as seconds east of UTC.
fn parse_offset(zone: &[u8]) -> Option<i64> {
    let sign = match zone.first()? {
        b'Z' | b'z' if zone.len() == 1 => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if zone.len() != 6 || zone[3] != b':' {
        return None;
    }
    let (hours, minutes) = (two_digits(zone, 1)?, two_digits(zone, 4)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts days in the proleptic Gregorian calendar with years that begin in March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let months_since_march = (month + 9) % 12;
    let day_of_year = (153 * months_since_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        parse_event_time(text).map(|time| time.to_string())
    }

    #[test]
    fn the_usual_form_is_read() {
        assert_eq!(parsed("2026-03-01T23:59:58Z").as_deref(), Some("2026-03-01T23:59:58Z"));
        assert_eq!(parsed("2024-02-29T00:00:00Z").as_deref(), Some("2024-02-29T00:00:00Z"));
        assert_eq!(parsed("1970-01-01T00:00:00Z").as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(parsed("1969-12-31T23:59:59Z").as_deref(), Some("1969-12-31T23:59:59Z"));
    }

    #[test]
    fn every_day_of_eight_centuries_agrees_with_the_calendar() {
        let mut date = jiff::civil::date(1600, 1, 1);
        while date.year() < 2400 {
            let text = format!("{date}T12:34:56Z");
            assert_eq!(parsed(&text).as_deref(), Some(text.as_str()));
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn usual_times_are_those_of_a_single_reading() {
        let mut times = UsualTimes::default();
        for text in [
            "2026-03-01T00:00:00Z",
            "2026-03-01T23:59:59Z",
            "2026-03-01T23:59:60Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T1x:00:00Z",
            "2026-03-01t10:00:00Z",
            "2026-03-01T10:00:00z",
            "2026-03-02T10:00:00Z",
            "2026-02-29T10:00:00Z",
            "1969-12-31T23:59:58Z",
            "1969-12-31T00:00:01Z",
        ] {
            let usual = parse_event_time(text).filter(|_| text.ends_with('Z')).map(Timestamp::as_second);
            for _ in 0..2 {
                assert_eq!(times.parse(text.as_bytes().first_chunk().unwrap()), usual, "{text}");
            }
        }
    }

    #[test]
    fn fractions_and_offsets_are_accepted() {
        assert_eq!(parsed("2026-03-01T10:00:00.5Z").as_deref(), Some("2026-03-01T10:00:00.5Z"));
        assert_eq!(
            parsed("2026-03-01T10:00:00.1234567899Z").as_deref(),
            Some("2026-03-01T10:00:00.123456789Z")
        );
        assert_eq!(parsed("2026-03-01T10:00:00+02:30").as_deref(), Some("2026-03-01T07:30:00Z"));
        assert_eq!(parsed("2026-03-01T10:00:00.25-00:30").as_deref(), Some("2026-03-01T10:30:00.25Z"));
        assert_eq!(parsed("2026-03-01t10:00:00z").as_deref(), Some("2026-03-01T10:00:00Z"));
    }

    #[test]
    fn a_leap_second_counts_as_the_second_before() {
        assert_eq!(parsed("2016-12-31T23:59:60Z").as_deref(), Some("2016-12-31T23:59:59Z"));
    }

    #[test]
    fn other_texts_are_no_moment() {
        let texts = [
            "",
            "Z",
            "2026-03-01",
            "2026-03-01T10:00:00",
            "20131102T010628Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.5",
            "2026-01-01T00:00:00+0200",
            "2026-01-01T00:00:00+02",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00Z ",
            "2026-01-01T00:00:00ZZ",
            "2026-01-01T00:00:00Z[UTC]",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:é0Z",
            "2026-01-01T00:00:0éZ",
            "Oct 9, 2021 3:32:13 PM",
        ];
        for text in texts {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
