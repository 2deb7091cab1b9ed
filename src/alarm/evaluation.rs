//! How CloudWatch decides on a state from data points, some of which are missing.
//!
//! Sources: the CloudWatch user guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data", with
//! its two tables of examples. What they leave open is decided here: see [`EXTRA_POINTS`] and the end of [`evaluate`].

use super::State;
use super::definition::{MetricAlarm, MissingData};

/// How far the evaluation range goes beyond the evaluation periods, in data points. CloudWatch fetches more data points
/// than it evaluates; how many is documented only as depending on the period. In all examples of the guide it is two.
pub(super) const EXTRA_POINTS: u32 = 2;

/// Returns the state after one evaluation. `points` is the evaluation range, the newest point first: beyond the
/// threshold, within it, or missing.
pub(super) fn evaluate(alarm: &MetricAlarm, points: &[Option<bool>], state: State) -> State {
    let (wanted, looked_at) = (alarm.datapoints_to_alarm as usize, alarm.evaluation_periods as usize);
    let real: Vec<bool> = points.iter().copied().flatten().collect();
    if real.len() >= looked_at {
        // Enough points are there, perhaps from farther back: what is missing does not matter.
        return told(count(&real[..looked_at]) >= wanted);
    }
    let breaching = count(&real);
    match alarm.missing {
        MissingData::Breaching => return told(breaching + looked_at - real.len() >= wanted),
        MissingData::NotBreaching => return told(breaching >= wanted),
        MissingData::Missing if real.is_empty() => return State::InsufficientData,
        MissingData::Ignore if real.is_empty() => return state,
        MissingData::Missing | MissingData::Ignore => {}
    }
    if breaching >= wanted {
        return State::Alarm;
    }
    if breaching < real.len() {
        return State::Ok;
    }
    // All points that are there are beyond the threshold, and they are too few. The guide has the alarm raised when
    // the oldest of them is at least as old as the number of points to alarm, and only where missing data is `missing`;
    // a younger one may be the first of several, so nothing changes yet.
    let age = 1 + points.iter().rposition(Option::is_some).unwrap_or_default();
    if alarm.missing == MissingData::Missing && age >= wanted { State::Alarm } else { state }
}

fn count(points: &[bool]) -> usize {
    points.iter().filter(|is_breaching| **is_breaching).count()
}

fn told(is_beyond: bool) -> State {
    if is_beyond { State::Alarm } else { State::Ok }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::{Alarm, Table};

    /// Evaluates points that are written as in the guide: the oldest first, `X` beyond the threshold, `0` within it, `-`
    /// missing. The alarm comes from another state than any that it could go to.
    fn evaluated(points: &str, (wanted, looked_at): (u32, u32), missing: MissingData) -> &'static str {
        let table = Table {
            threshold: Some(1.0),
            evaluation_periods: Some(looked_at),
            datapoints_to_alarm: Some(wanted),
            treat_missing_data: Some(missing),
            ..Table::default()
        };
        let Ok(Alarm::Metric(alarm)) = Alarm::try_from(table) else { panic!("it is an alarm on a metric") };
        let points: Vec<Option<bool>> = points
            .chars()
            .rev()
            .map(|point| match point {
                'X' => Some(true),
                '0' => Some(false),
                _ => None,
            })
            .collect();
        let from_ok = evaluate(&alarm, &points, State::Ok);
        let from_alarm = evaluate(&alarm, &points, State::Alarm);
        if from_ok == from_alarm { from_ok.word() } else { "retained" }
    }

    fn row(points: &str, of: (u32, u32)) -> [&'static str; 4] {
        use MissingData::{Breaching, Ignore, Missing, NotBreaching};
        [Missing, Ignore, Breaching, NotBreaching].map(|missing| evaluated(points, of, missing))
    }

    #[test]
    fn three_of_three_points_come_out_as_in_the_guide() {
        for (points, expected) in [
            ("0-X-X", ["OK"; 4]),
            ("----0", ["OK"; 4]),
            ("-----", ["INSUFFICIENT_DATA", "retained", "ALARM", "OK"]),
            ("0XX-X", ["ALARM"; 4]),
            ("--X--", ["ALARM", "retained", "ALARM", "OK"]),
        ] {
            assert_eq!(row(points, (3, 3)), expected, "{points}");
        }
    }

    #[test]
    fn two_of_three_points_come_out_as_in_the_guide() {
        for (points, expected) in [
            ("0-X-X", ["ALARM"; 4]),
            ("00X0X", ["ALARM"; 4]),
            ("0-X--", ["OK", "OK", "ALARM", "OK"]),
            ("----0", ["OK", "OK", "ALARM", "OK"]),
            ("---X-", ["ALARM", "retained", "ALARM", "OK"]),
        ] {
            assert_eq!(row(points, (2, 3)), expected, "{points}");
        }
    }

    #[test]
    fn a_young_point_beyond_the_threshold_decides_nothing_yet() {
        assert_eq!(row("----X", (3, 3)), ["retained", "retained", "ALARM", "OK"]);
        assert_eq!(row("----X", (1, 1)), ["ALARM"; 4]);
    }
}
