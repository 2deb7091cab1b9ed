//! The forecast of noise: alerts a day, had a rule been on.

use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Alerts a day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Forecast {
    /// All hits, those without readable time included.
    pub(super) hits: u64,
    /// In the mean; none without days.
    pub(super) mean: Option<f64>,
    /// The median, quiet days included.
    pub(super) median: Option<f64>,
    /// Most hits on one day, and the first day of as many.
    pub(super) worst: Option<(u64, Date)>,
    /// Days without hits.
    pub(super) quiet: u64,
    /// All days.
    pub(super) days: u64,
}

impl Forecast {
    /// Returns what hits by day mean for rules that are on for these days.
    pub(super) fn new(days: &BTreeSet<Date>, hits: &BTreeMap<Option<Date>, u64>) -> Self {
        let on = |day: &Date| hits.get(&Some(*day)).copied().unwrap_or_default();
        let mut counts: Vec<u64> = days.iter().map(on).collect();
        let dated: u64 = counts.iter().sum();
        let worst = days.iter().map(|day| (on(day), *day)).filter(|(hits, _)| *hits > 0);
        // Of days with as many hits the first is the worst.
        let worst = worst.reduce(|worst, day| if day.0 > worst.0 { day } else { worst });
        counts.sort_unstable();
        Self {
            hits: hits.values().sum(),
            mean: (!counts.is_empty()).then(|| dated as f64 / counts.len() as f64),
            median: median(&counts),
            worst,
            quiet: counts.iter().filter(|hits| **hits == 0).count() as u64,
            days: counts.len() as u64,
        }
    }
}

fn median(sorted: &[u64]) -> Option<f64> {
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some((low + high) as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn forecast(days: i8, hits: &[(i8, u64)]) -> Forecast {
        let days = (1..=days).map(|day| date(2026, 3, day)).collect();
        let hits = hits.iter().map(|(day, hits)| ((*day > 0).then(|| date(2026, 3, *day)), *hits)).collect();
        Forecast::new(&days, &hits)
    }

    #[test]
    fn quiet_days_count_in_mean_and_median() {
        let found = forecast(4, &[(2, 6), (3, 2)]);
        let expected = Forecast {
            hits: 8,
            mean: Some(2.0),
            median: Some(1.0),
            worst: Some((6, date(2026, 3, 2))),
            quiet: 2,
            days: 4,
        };
        assert_eq!(found, expected);
        assert_eq!(forecast(3, &[(1, 5), (2, 3), (3, 4)]).median, Some(4.0));
    }

    #[test]
    fn of_days_with_as_many_hits_the_first_is_the_worst() {
        assert_eq!(forecast(3, &[(2, 4), (3, 4)]).worst, Some((4, date(2026, 3, 2))));
    }

    #[test]
    fn hits_without_day_count_and_are_on_no_day() {
        let found = forecast(2, &[(0, 7)]);
        assert_eq!((found.hits, found.mean, found.worst, found.quiet), (7, Some(0.0), None, 2));
    }

    #[test]
    fn without_days_there_is_no_mean() {
        let found = forecast(0, &[]);
        assert_eq!((found.hits, found.mean, found.median, found.worst), (0, None, None, None));
    }
}
