//! Parts of moments, in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A part of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentPart {
    /// From 0.
    Minute,
    /// From 0.
    Hour,
    /// Of the month, from 1.
    Day,
    /// Of the year, from 1, as ISO 8601 counts them.
    Week,
    /// From 1.
    Month,
    /// Of the Gregorian calendar.
    Year,
}

impl MomentPart {
    /// Returns the part of a moment that is written as RFC 3339; `None` of another text.
    pub fn of(self, text: &[u8]) -> Option<f64> {
        let moment: Timestamp = std::str::from_utf8(text).ok()?.parse().ok()?;
        let zoned = moment.to_zoned(TimeZone::UTC);
        Some(match self {
            Self::Minute => zoned.minute().into(),
            Self::Hour => zoned.hour().into(),
            Self::Day => zoned.day().into(),
            Self::Week => zoned.date().iso_week_date().week().into(),
            Self::Month => zoned.month().into(),
            Self::Year => zoned.year().into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_moment_is_told() {
        let parts = [
            MomentPart::Minute,
            MomentPart::Hour,
            MomentPart::Day,
            MomentPart::Week,
            MomentPart::Month,
            MomentPart::Year,
        ];
        let of = |text: &str| parts.map(|part| part.of(text.as_bytes()));
        assert_eq!(of("2026-03-02T09:58:07Z"), [58.0, 9.0, 2.0, 10.0, 3.0, 2026.0].map(Some));
        assert_eq!(of("2026-03-02T00:30:00+02:00")[1], Some(22.0));
        assert_eq!(of("yesterday"), [None; 6]);
    }
}
