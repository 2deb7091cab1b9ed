//! An alarm as it is written: in a card, and under the names of CloudFormation and Terraform.

use super::definition::{Alarm, Comparison, Definition, MetricAlarm, MissingData, Statistic, WindowAlarm};
use serde_json::Value;

/// CloudWatch evaluates so many seconds at most …
const LONGEST: u64 = 86_400;
/// … and so many where a period is an hour or longer.
const LONGEST_OF_HOURS: u64 = 7 * 86_400;
/// A period where the card has none: what audits ask of the alarms behind metric filters.
const USUAL_PERIOD: u32 = 300;

/// The fields of an alarm, by the names that cards and Terraform have for them. What they mean together is in
/// [`Alarm`].
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    /// See [`MetricAlarm::metric_value`]; 1 where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_value: Option<f64>,
    /// See [`MetricAlarm::default_value`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<f64>,
    /// See [`MetricAlarm::statistic`]; `Sum` where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<Statistic>,
    /// See [`MetricAlarm::period`], in seconds; 300 where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u32>,
    /// What is compared with: must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How it is compared; `GreaterThanOrEqualToThreshold` where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_operator: Option<Comparison>,
    /// See [`MetricAlarm::evaluation_periods`]; 1 where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_periods: Option<u32>,
    /// See [`MetricAlarm::datapoints_to_alarm`]; all evaluation periods where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<u32>,
    /// See [`MetricAlarm::missing`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treat_missing_data: Option<MissingData>,
    /// See [`WindowAlarm::group_by`].
    #[serde(alias = "group-by", skip_serializing_if = "Option::is_none")]
    pub group_by: Option<Vec<String>>,
    /// See [`WindowAlarm::window`], in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
}

impl Table {
    /// Sets a field by its name in `AWS::CloudWatch::Alarm` (`EvaluationPeriods`) or in Terraform
    /// (`evaluation_periods`). Templates write numbers as texts, too. Fields that say nothing about when the alarm is
    /// raised are passed over.
    ///
    /// # Errors
    /// Returns an error for a value that the field cannot have, and for fields of alarms on anything but one metric.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<(), Definition> {
        let snake = snake_case(name);
        match snake.as_str() {
            "statistic" => self.statistic = Some(read(name, value)?),
            "period" => self.period = Some(number(name, value)?),
            "threshold" => self.threshold = Some(number(name, value)?),
            "comparison_operator" => self.comparison_operator = Some(read(name, value)?),
            "evaluation_periods" => self.evaluation_periods = Some(number(name, value)?),
            "datapoints_to_alarm" => self.datapoints_to_alarm = Some(number(name, value)?),
            "treat_missing_data" => self.treat_missing_data = Some(read(name, value)?),
            "metrics" | "metric_query" | "extended_statistic" | "threshold_metric_id" => {
                return Err(Definition::Unsupported { field: name.to_owned() });
            }
            _ => {}
        }
        Ok(())
    }

    fn field_of_metrics(&self) -> Option<&'static str> {
        let fields = [
            ("metric_value", self.metric_value.is_some()),
            ("default_value", self.default_value.is_some()),
            ("statistic", self.statistic.is_some()),
            ("period", self.period.is_some()),
            ("evaluation_periods", self.evaluation_periods.is_some()),
            ("datapoints_to_alarm", self.datapoints_to_alarm.is_some()),
            ("treat_missing_data", self.treat_missing_data.is_some()),
        ];
        fields.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    fn comparison(&self) -> Comparison {
        self.comparison_operator.unwrap_or(Comparison::GreaterThanOrEqualToThreshold)
    }

    fn into_window(self, window: u32, threshold: f64) -> Result<WindowAlarm, Definition> {
        if let Some(field) = self.field_of_metrics() {
            return Err(Definition::Mixed { field });
        }
        if window == 0 {
            return Err(Definition::EmptyWindow);
        }
        let least = match self.comparison() {
            Comparison::GreaterThanOrEqualToThreshold => threshold,
            Comparison::GreaterThanThreshold => threshold + 1.0,
            _ => return Err(Definition::WindowComparison),
        };
        if least.fract() != 0.0 || !(1.0..=1e15).contains(&least) {
            return Err(Definition::WindowThreshold);
        }
        Ok(WindowAlarm { group_by: self.group_by.unwrap_or_default(), window, least: least as u64 })
    }

    fn into_metric(self, threshold: f64) -> Result<MetricAlarm, Definition> {
        let evaluation_periods = self.evaluation_periods.unwrap_or(1);
        let alarm = MetricAlarm {
            metric_value: finite("metric_value", self.metric_value.unwrap_or(1.0))?,
            default_value: self.default_value.map(|value| finite("default_value", value)).transpose()?,
            statistic: self.statistic.unwrap_or(Statistic::Sum),
            period: self.period.unwrap_or(USUAL_PERIOD),
            evaluation_periods,
            datapoints_to_alarm: self.datapoints_to_alarm.unwrap_or(evaluation_periods),
            threshold,
            comparison: self.comparison(),
            missing: self.treat_missing_data.unwrap_or_default(),
        };
        let (datapoints, periods) = (alarm.datapoints_to_alarm, alarm.evaluation_periods);
        let seconds = u64::from(alarm.period) * u64::from(periods);
        let longest = if alarm.period >= 3_600 { LONGEST_OF_HOURS } else { LONGEST };
        match () {
            () if alarm.period == 0 || !alarm.period.is_multiple_of(60) => {
                Err(Definition::Period { period: alarm.period })
            }
            () if datapoints == 0 || datapoints > periods => {
                Err(Definition::Datapoints { datapoints, periods })
            }
            () if seconds > longest => Err(Definition::TooLong { seconds }),
            () => Ok(alarm),
        }
    }
}

impl TryFrom<Table> for Alarm {
    type Error = Definition;

    fn try_from(table: Table) -> Result<Self, Definition> {
        let threshold = finite("threshold", table.threshold.ok_or(Definition::NoThreshold)?)?;
        match table.window {
            Some(window) => table.into_window(window, threshold).map(Self::Window),
            None if table.group_by.is_some() => Err(Definition::NoWindow),
            None => table.into_metric(threshold).map(Self::Metric),
        }
    }
}

impl From<Alarm> for Table {
    fn from(alarm: Alarm) -> Self {
        match alarm {
            Alarm::Metric(alarm) => Self {
                metric_value: (alarm.metric_value != 1.0).then_some(alarm.metric_value),
                default_value: alarm.default_value,
                statistic: Some(alarm.statistic),
                period: Some(alarm.period),
                threshold: Some(alarm.threshold),
                comparison_operator: Some(alarm.comparison),
                evaluation_periods: Some(alarm.evaluation_periods),
                datapoints_to_alarm: Some(alarm.datapoints_to_alarm),
                treat_missing_data: Some(alarm.missing),
                ..Self::default()
            },
            Alarm::Window(alarm) => Self {
                threshold: Some(alarm.least as f64),
                group_by: Some(alarm.group_by),
                window: Some(alarm.window),
                ..Self::default()
            },
        }
    }
}

fn finite(field: &'static str, value: f64) -> Result<f64, Definition> {
    if value.is_finite() { Ok(value) } else { Err(Definition::NotFinite { field }) }
}

/// Writes `EvaluationPeriods` as `evaluation_periods`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn read<T: serde::de::DeserializeOwned>(name: &str, value: &Value) -> Result<T, Definition> {
    let refuse = |_| Definition::Value { field: name.to_owned(), value: shown(value) };
    serde_json::from_value(value.clone()).map_err(refuse)
}

/// Reads a number, as such or as a text. Terraform writes whole numbers that `f64` holds.
fn number<T: std::str::FromStr>(name: &str, value: &Value) -> Result<T, Definition> {
    let text = shown(value);
    let text = text.trim().strip_suffix(".0").unwrap_or(text.trim());
    text.parse().map_err(|_| Definition::Value { field: name.to_owned(), value: shown(value) })
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Alarm, String> {
        toml::from_str::<Alarm>(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn an_alarm_with_nothing_but_a_threshold_is_what_audits_ask_for() {
        let Ok(Alarm::Metric(alarm)) = read("threshold = 1") else { panic!("it is an alarm on a metric") };
        assert_eq!((alarm.statistic, alarm.period), (Statistic::Sum, 300));
        assert_eq!((alarm.evaluation_periods, alarm.datapoints_to_alarm), (1, 1));
        assert_eq!(alarm.comparison, Comparison::GreaterThanOrEqualToThreshold);
        assert_eq!(alarm.missing, MissingData::Missing);
    }

    #[test]
    fn a_window_has_a_least_number_of_hits() {
        let text = "threshold = 5\ngroup-by = [\"sourceIPAddress\"]\nwindow = 600";
        let alarm = WindowAlarm { group_by: vec!["sourceIPAddress".to_owned()], window: 600, least: 5 };
        assert_eq!(read(text), Ok(Alarm::Window(alarm)));
        let Ok(Alarm::Window(alarm)) =
            read("threshold = 5\nwindow = 1\ncomparison_operator = \"GreaterThanThreshold\"")
        else {
            panic!("it is a window")
        };
        assert_eq!(alarm.least, 6);
    }

    #[test]
    fn what_makes_no_alarm_is_refused_by_name() {
        for (text, reason) in [
            ("period = 60", "the alarm has no `threshold`"),
            ("threshold = nan", "`threshold` of the alarm must be a finite number"),
            (
                "threshold = 1\nperiod = 30",
                "`period` of the alarm is 30 seconds: it must be a multiple of 60",
            ),
            (
                "threshold = 1\nevaluation_periods = 2\ndatapoints_to_alarm = 3",
                "`datapoints_to_alarm` is 3: it must be from 1 to `evaluation_periods`, 2",
            ),
            (
                "threshold = 1\nperiod = 300\nevaluation_periods = 289",
                "the alarm looks at 86700 seconds: CloudWatch allows one day, and seven days where a period is an hour or longer",
            ),
            ("threshold = 1\ngroup_by = [\"a\"]", "the alarm has `group_by` and no `window` (seconds)"),
            (
                "threshold = 1\nwindow = 60\nperiod = 60",
                "the alarm has a `window` and `period`, which belongs to CloudWatch's alarms",
            ),
            (
                "threshold = 0\nwindow = 60",
                "`threshold` of an alarm with a `window` must be a whole number, and reached by one hit at least",
            ),
        ] {
            assert_eq!(read(text), Err(reason.to_owned()), "{text}");
        }
        assert!(read("threshold = 1\nstatistic = \"p90\"").is_err());
        assert!(read("threshold = 1\nmetric = \"x\"").is_err());
    }

    #[test]
    fn a_table_that_is_written_reads_back() {
        for text in
            ["threshold = 1", "threshold = 2\nwindow = 60\ngroup_by = []", "threshold = 1\ndefault_value = 0"]
        {
            let alarm = read(text).unwrap();
            assert_eq!(read(&toml::to_string(&alarm).unwrap()), Ok(alarm));
        }
    }

    #[test]
    fn the_names_of_templates_and_of_terraform_mean_the_same() {
        let fields = [
            ("Statistic", "statistic", Value::from("Sum")),
            ("Period", "period", Value::from("300")),
            ("EvaluationPeriods", "evaluation_periods", Value::from(2)),
            ("DatapointsToAlarm", "datapoints_to_alarm", Value::from(1)),
            ("Threshold", "threshold", Value::from(1.0)),
            ("ComparisonOperator", "comparison_operator", Value::from("GreaterThanThreshold")),
            ("TreatMissingData", "treat_missing_data", Value::from("notBreaching")),
            ("AlarmName", "alarm_name", Value::from("x")),
        ];
        let (mut template, mut terraform) = (Table::default(), Table::default());
        for (pascal, snake, value) in &fields {
            template.set(pascal, value).unwrap();
            terraform.set(snake, value).unwrap();
        }
        assert_eq!(template, terraform);
        assert_eq!(template.period, Some(300));
        let error = template.set("Metrics", &Value::Array(Vec::new())).unwrap_err();
        assert_eq!(error.to_string(), "`Metrics` of the alarm is not supported");
        let error = template.set("Period", &Value::from("x")).unwrap_err();
        assert_eq!(error.to_string(), "`Period` of the alarm cannot be `x`");
    }
}
