//! The metric of a metric filter, minute by minute, and what an alarm on it does.

use super::State;
use super::definition::{Alarm, MetricAlarm, Statistic};
use super::evaluation::{EXTRA_POINTS, evaluate};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Seconds of a minute: the metric's resolution, and how often CloudWatch evaluates an alarm.
const MINUTE: i64 = 60;

/// Hits by minute of their `eventTime`. Holds one count a minute in which there are hits, however many there are: half a
/// million counts a year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Minutes(BTreeMap<i64, u64>);

/// A change of an alarm's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When: the end of the minute that was evaluated. CloudWatch is some minutes later, by the time that CloudTrail and
    /// the metric take.
    pub at: Timestamp,
    /// The state before.
    pub from: State,
    /// The state from then on.
    pub to: State,
    /// The newest data point in the evaluation range, where one is there; for windows the hits (or values, or queries)
    /// in the window.
    pub value: Option<f64>,
}

impl Minutes {
    /// Counts one hit at a moment.
    pub fn add(&mut self, time: Timestamp) {
        *self.0.entry(time.as_second().div_euclid(MINUTE)).or_default() += 1;
    }

    /// Returns the changes of an alarm's state, in order. It is evaluated at the end of every minute, over periods that end
    /// there: CloudWatch evaluates each minute, however long the period. Before the first hit the alarm is as it would be
    /// if there had never been one; one that raises itself over missing data is in `ALARM` from `since`, where that is
    /// known. Nothing is evaluated after `until`.
    ///
    /// Where periods are without data, older ones stand in for them, as CloudWatch has it: an alarm on hits stays raised for
    /// some periods, and may ring again for the same hits, unless the filter has a default value.
    pub fn changes(
        &self,
        alarm: &MetricAlarm,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Vec<Change> {
        let metric = Metric::new(self, alarm);
        let mut state = metric.state_at_rest(State::InsufficientData);
        let mut changes = Vec::new();
        if let Some(at) = since.filter(|_| state == State::Alarm) {
            changes.push(Change { at, from: State::InsufficientData, to: state, value: alarm.default_value });
        }
        let last = until.map_or(i64::MAX, |until| until.as_second().div_euclid(MINUTE));
        let mut end = i64::MIN;
        while let Some(next) = metric.next_evaluation(end).filter(|end| *end <= last) {
            end = next;
            let to = metric.evaluate(end, state);
            if to != state
                && let Ok(at) = Timestamp::from_second(end * MINUTE)
            {
                changes.push(Change { at, from: state, to, value: metric.newest(end) });
            }
            state = to;
        }
        changes
    }
}

/// The data points of an alarm.
struct Metric<'a> {
    alarm: &'a MetricAlarm,
    /// Minutes with hits, in order …
    minutes: Vec<i64>,
    /// … and how many hits there are before each of them, and after the last.
    before: Vec<u64>,
    /// Minutes of a period.
    period: i64,
    /// How many data points are in the evaluation range.
    range: i64,
}

impl<'a> Metric<'a> {
    fn new(minutes: &Minutes, alarm: &'a MetricAlarm) -> Self {
        let mut before = vec![0];
        let mut sum = 0;
        for hits in minutes.0.values() {
            sum += hits;
            before.push(sum);
        }
        Self {
            alarm,
            minutes: minutes.0.keys().copied().collect(),
            before,
            period: i64::from(alarm.period) / MINUTE,
            range: i64::from(alarm.evaluation_periods + EXTRA_POINTS),
        }
    }

    /// Returns the first end of a minute after `end` at which a data point in the range can be another than a minute before:
    /// a minute with hits comes into one of the periods, or leaves the last. In between nothing changes.
    fn next_evaluation(&self, end: i64) -> Option<i64> {
        let shifts = (0..=self.range).map(|periods| 1 + periods * self.period);
        let next = shifts.filter_map(|shift| {
            let place = self.minutes.partition_point(|minute| minute.saturating_add(shift) <= end);
            self.minutes.get(place).map(|minute| minute + shift)
        });
        next.min()
    }

    fn evaluate(&self, end: i64, state: State) -> State {
        let points: Vec<Option<bool>> = (0..self.range)
            .map(|periods| {
                let value = self.value(end - periods * self.period)?;
                Some(self.alarm.comparison.is_breached(value, self.alarm.threshold))
            })
            .collect();
        evaluate(self.alarm, &points, state)
    }

    fn newest(&self, end: i64) -> Option<f64> {
        (0..self.range).find_map(|periods| self.value(end - periods * self.period))
    }

    /// Returns the state that an alarm is in when there is no hit far and wide.
    fn state_at_rest(&self, state: State) -> State {
        let point = self.alarm.default_value.map(|_| {
            let value = self.point(0, 0).unwrap_or_default();
            self.alarm.comparison.is_breached(value, self.alarm.threshold)
        });
        evaluate(self.alarm, &vec![point; self.range as usize], state)
    }

    /// Returns the data point of the period that ends with a minute.
    fn value(&self, end: i64) -> Option<f64> {
        let place = |minute: i64| self.minutes.partition_point(|known| *known < minute);
        let (first, last) = (place(end - self.period), place(end));
        self.point(self.before[last] - self.before[first], (last - first) as u64)
    }

    /// Returns the data point of a period with so many hits in so many of its minutes.
    fn point(&self, hits: u64, minutes: u64) -> Option<f64> {
        let value = self.alarm.metric_value;
        let default = self.alarm.default_value;
        let defaults = default.map_or(0, |_| self.period as u64 - minutes);
        if hits + defaults == 0 {
            return None;
        }
        let other = default.filter(|_| defaults > 0).unwrap_or(value);
        let value = if hits > 0 { value } else { other };
        let (samples, sum) =
            ((hits + defaults) as f64, hits as f64 * value + defaults as f64 * default.unwrap_or_default());
        Some(match self.alarm.statistic {
            Statistic::SampleCount => samples,
            Statistic::Sum => sum,
            Statistic::Average => sum / samples,
            Statistic::Minimum => value.min(other),
            Statistic::Maximum => value.max(other),
        })
    }
}

impl Alarm {
    /// Returns the alarm on a metric, when it is one.
    pub fn as_metric(&self) -> Option<&MetricAlarm> {
        match self {
            Self::Metric(alarm) => Some(alarm),
            Self::Window(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Table;
    use proptest::prelude::*;

    fn alarm(text: &str) -> MetricAlarm {
        toml::from_str::<Alarm>(text).unwrap().as_metric().unwrap().clone()
    }

    fn time(text: &str) -> Timestamp {
        format!("2026-03-02T{text}Z").parse().unwrap()
    }

    fn minutes(times: &[&str]) -> Minutes {
        let mut minutes = Minutes::default();
        times.iter().for_each(|text| minutes.add(time(text)));
        minutes
    }

    /// Tells changes like `10:01 OK ALARM 2`.
    fn told(changes: &[Change]) -> Vec<String> {
        let value = |change: &Change| change.value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let line = |change: &Change| {
            let at = change.at.to_string();
            format!("{} {} {} {}", &at[11..16], change.from, change.to, value(change))
        };
        changes.iter().map(line).collect()
    }

    #[test]
    fn an_alarm_rings_at_the_end_of_the_minute_and_stops_when_the_period_is_over() {
        let hits = minutes(&["10:00:59", "10:02:00"]);
        let alarm = alarm("threshold = 2\ntreat_missing_data = \"notBreaching\"");
        let alarm = MetricAlarm { default_value: Some(0.0), ..alarm };
        assert_eq!(told(&hits.changes(&alarm, None, None)), ["10:03 OK ALARM 2", "10:06 ALARM OK 1"]);
        assert_eq!(told(&hits.changes(&alarm, None, Some(time("10:05:59")))), ["10:03 OK ALARM 2"]);
    }

    #[test]
    fn older_periods_stand_in_for_those_without_data() {
        let hits = minutes(&["10:00:59", "10:02:00"]);
        let alarm = alarm("threshold = 2\ntreat_missing_data = \"notBreaching\"");
        let expected = ["10:03 OK ALARM 2", "10:06 ALARM OK 1", "10:08 OK ALARM 2"];
        assert_eq!(told(&hits.changes(&alarm, None, None))[..3], expected);
        assert_eq!(told(&hits.changes(&alarm, None, None)).last().unwrap(), "10:16 ALARM OK 1");
    }

    #[test]
    fn hits_that_no_period_holds_together_raise_nothing() {
        let hits = minutes(&["10:00:59", "10:05:00"]);
        let alarm = alarm("threshold = 2\ntreat_missing_data = \"notBreaching\"");
        assert!(hits.changes(&alarm, None, None).is_empty());
        let hits = minutes(&["10:00:00", "10:04:59"]);
        assert_eq!(told(&hits.changes(&alarm, None, None))[..2], ["10:05 OK ALARM 2", "10:06 ALARM OK 1"]);
    }

    #[test]
    fn without_other_data_an_alarm_ends_in_too_little_data() {
        let alarm = alarm("threshold = 1\nperiod = 60");
        assert_eq!(
            told(&minutes(&["10:00:00"]).changes(&alarm, None, None)),
            // Its one data point is in the range for three minutes.
            ["10:01 INSUFFICIENT_DATA ALARM 1", "10:04 ALARM INSUFFICIENT_DATA -"]
        );
    }

    #[test]
    fn a_default_value_leaves_nothing_missing() {
        let alarm = alarm("threshold = 1\nperiod = 60\ndefault_value = 0");
        let expected = ["10:01 OK ALARM 1", "10:02 ALARM OK 0"];
        assert_eq!(told(&minutes(&["10:00:00"]).changes(&alarm, None, None)), expected);
        let mean = "threshold = 0.4\nperiod = 300\ndefault_value = 0\nstatistic = \"Average\"";
        let alarm = super::tests::alarm(mean);
        let hits = minutes(&["10:00:00", "10:00:01", "10:01:00"]);
        // Three ones and three zeros in five minutes.
        assert_eq!(told(&hits.changes(&alarm, None, None)), ["10:02 OK ALARM 0.5", "10:06 ALARM OK 0.2"]);
    }

    #[test]
    fn two_of_three_periods_need_not_follow_each_other() {
        let text = "threshold = 1\nperiod = 60\nevaluation_periods = 3\ndatapoints_to_alarm = 2\ntreat_missing_data = \"notBreaching\"";
        let hits = minutes(&["10:00:00", "10:02:00", "10:10:00"]);
        assert_eq!(
            told(&hits.changes(&alarm(text), None, None)),
            // Two real points are too few, and so the range, which is five long, is looked at whole.
            ["10:03 OK ALARM 1", "10:06 ALARM OK 1"]
        );
    }

    #[test]
    fn an_alarm_on_silence_rings_from_the_start() {
        let text = "threshold = 1\nperiod = 60\ncomparison_operator = \"LessThanThreshold\"\ntreat_missing_data = \"breaching\"";
        let changes = minutes(&["10:00:00"]).changes(&alarm(text), Some(time("09:00:00")), None);
        assert_eq!(
            told(&changes),
            ["09:00 INSUFFICIENT_DATA ALARM -", "10:01 ALARM OK 1", "10:04 OK ALARM -"]
        );
    }

    /// Evaluates every single minute, and looks at every single hit for every data point.
    fn naive(times: &[Timestamp], alarm: &MetricAlarm) -> Vec<Change> {
        let metric = Metric::new(&Minutes::default(), alarm);
        let mut state = metric.state_at_rest(State::InsufficientData);
        let mut changes = Vec::new();
        for end in 0..400 {
            let value = |end: i64| {
                let inside: Vec<i64> = times
                    .iter()
                    .map(|time| time.as_second().div_euclid(60))
                    .filter(|minute| (end - metric.period..end).contains(minute))
                    .collect();
                let mut distinct = inside.clone();
                distinct.sort_unstable();
                distinct.dedup();
                metric.point(inside.len() as u64, distinct.len() as u64)
            };
            let points: Vec<Option<bool>> = (0..metric.range)
                .map(|periods| {
                    Some(alarm.comparison.is_breached(value(end - periods * metric.period)?, alarm.threshold))
                })
                .collect();
            let to = evaluate(alarm, &points, state);
            if to != state {
                let at = Timestamp::from_second(end * 60).unwrap();
                let newest = (0..metric.range).find_map(|periods| value(end - periods * metric.period));
                changes.push(Change { at, from: state, to, value: newest });
            }
            state = to;
        }
        changes
    }

    fn alarms() -> impl Strategy<Value = MetricAlarm> {
        use crate::alarm::{Comparison, MissingData, Statistic};
        let missing = prop::sample::select(vec![
            MissingData::Breaching,
            MissingData::NotBreaching,
            MissingData::Ignore,
            MissingData::Missing,
        ]);
        let comparison = prop::sample::select(vec![
            Comparison::GreaterThanOrEqualToThreshold,
            Comparison::GreaterThanThreshold,
            Comparison::LessThanThreshold,
            Comparison::LessThanOrEqualToThreshold,
        ]);
        let statistic = prop::sample::select(vec![
            Statistic::Sum,
            Statistic::SampleCount,
            Statistic::Average,
            Statistic::Minimum,
            Statistic::Maximum,
        ]);
        let numbers = (1_u32..4, 1_u32..5, 1_u32..5, 0_u32..4, prop::option::of(0_u32..2));
        (missing, comparison, statistic, numbers).prop_map(|(missing, comparison, statistic, numbers)| {
            let (period, evaluation_periods, datapoints, threshold, default) = numbers;
            let table = Table {
                statistic: Some(statistic),
                comparison_operator: Some(comparison),
                treat_missing_data: Some(missing),
                period: Some(period * 60),
                evaluation_periods: Some(evaluation_periods),
                datapoints_to_alarm: Some(datapoints.min(evaluation_periods)),
                threshold: Some(f64::from(threshold)),
                default_value: default.map(f64::from),
                ..Table::default()
            };
            Alarm::try_from(table).unwrap().as_metric().unwrap().clone()
        })
    }

    proptest! {
        #[test]
        fn only_what_can_change_is_evaluated_and_nothing_is_missed(
            alarm in alarms(),
            seconds in prop::collection::vec(3_000_i64..18_000, 0..30),
        ) {
            let times: Vec<Timestamp> = seconds.iter().map(|second| Timestamp::from_second(*second).unwrap()).collect();
            let mut minutes = Minutes::default();
            times.iter().for_each(|time| minutes.add(*time));
            prop_assert_eq!(minutes.changes(&alarm, None, None), naive(&times, &alarm));
        }

        #[test]
        fn the_order_of_hits_changes_nothing(
            alarm in alarms(),
            (seconds, shuffled) in prop::collection::vec(0_i64..18_000, 0..30)
                .prop_flat_map(|seconds| (Just(seconds.clone()), Just(seconds).prop_shuffle())),
        ) {
            let changes = |seconds: &[i64]| {
                let mut minutes = Minutes::default();
                seconds.iter().for_each(|second| minutes.add(Timestamp::from_second(*second).unwrap()));
                minutes.changes(&alarm, None, None)
            };
            prop_assert_eq!(changes(&seconds), changes(&shuffled));
        }
    }
}
