//! Moments as people write them.

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Reads a moment: a date (`2026-07-01`, its midnight in UTC), RFC 3339 (`2026-07-01T12:00:00Z`), or a span back from
/// `now` (`90d`, `12h`, `2weeks`).
pub fn parse(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(date) = text.parse::<Date>()
        && !text.contains(['T', 't', ' '])
    {
        return Ok(date.to_zoned(TimeZone::UTC)?.timestamp());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp);
    }
    if let Ok(span) = text.parse::<Span>()
        && span.is_positive()
    {
        let back = now.to_zoned(TimeZone::UTC).checked_sub(span);
        return Ok(back.with_context(|| format!("`{text}` reaches back too far"))?.timestamp());
    }
    anyhow::bail!(
        "`{text}` is no moment: give a date (2026-07-01), RFC 3339 (2026-07-01T12:00:00Z) or a span (90d, 12h)"
    )
}

#[cfg(test)]
mod tests {
    use super::parse;
    use jiff::Timestamp;

    fn at(text: &str) -> Result<String, String> {
        let now: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        parse(text, now).map(|moment| moment.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn dates_moments_and_spans_are_understood() {
        assert_eq!(at("2026-07-01").unwrap(), "2026-07-01T00:00:00Z");
        assert_eq!(at("2026-07-01T12:30:00Z").unwrap(), "2026-07-01T12:30:00Z");
        assert_eq!(at("2026-07-01T12:30:00+02:00").unwrap(), "2026-07-01T10:30:00Z");
        assert_eq!(at("12h").unwrap(), "2026-10-01T00:00:00Z");
        assert_eq!(at("90d").unwrap(), "2026-07-03T12:00:00Z");
    }

    #[test]
    fn other_texts_are_refused_with_examples() {
        for text in ["", "tomorrow", "2026-13-01", "2026-07-01T12:30:00", "-3d", "90"] {
            assert!(at(text).unwrap_err().contains("is no moment"), "{text}");
        }
    }
}
