//! What an alarm is asked to do. The fields are those of `AWS::CloudWatch::Alarm`; `group_by` and `window` are ours.

use super::table::Table;

/// An alarm on the hits of one query.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Table", into = "Table")]
pub enum Alarm {
    /// As CloudWatch has them, on the metric that a metric filter writes.
    Metric(MetricAlarm),
    /// On hits that fall into one sliding window, apart for every group.
    Window(WindowAlarm),
}

/// A CloudWatch alarm on the metric of a metric filter, and what that filter writes.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricAlarm {
    /// What one hit adds to the metric (`MetricValue` of the filter).
    pub metric_value: f64,
    /// What a minute without hits adds to the metric (`DefaultValue` of the filter). CloudWatch writes it in minutes in
    /// which log events come that do not match; every minute is taken for one here.
    pub default_value: Option<f64>,
    /// How the values of a period become one data point.
    pub statistic: Statistic,
    /// Length of a period in seconds, a multiple of 60: metric filters write one value a minute at most.
    pub period: u32,
    /// How many of the last data points are looked at: the N of "M out of N".
    pub evaluation_periods: u32,
    /// How many of them must be beyond the threshold: the M of "M out of N".
    pub datapoints_to_alarm: u32,
    /// What data points are compared with.
    pub threshold: f64,
    /// How they are compared.
    pub comparison: Comparison,
    /// What stands in for data points that are missing.
    pub missing: MissingData,
}

/// A threshold on the hits in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowAlarm {
    /// Paths in the record that tell the groups apart, like `sourceIPAddress`. A hit without a value at one of them is in
    /// no group.
    pub group_by: Vec<String>,
    /// Length of the window in seconds. It ends at any moment, and holds what came up to so many seconds earlier.
    pub window: u32,
    /// How many hits the window must hold to raise the alarm.
    pub least: u64,
}

/// How the values of a period become one data point (`Statistic`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Statistic {
    /// How many values there are.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least of them.
    Minimum,
    /// The greatest of them.
    Maximum,
}

/// How a data point is compared with the threshold (`ComparisonOperator`), without the operators of anomaly detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Comparison {
    /// Greater than or equal.
    GreaterThanOrEqualToThreshold,
    /// Greater than.
    GreaterThanThreshold,
    /// Less than.
    LessThanThreshold,
    /// Less than or equal.
    LessThanOrEqualToThreshold,
}

impl Comparison {
    /// Tells whether a value is beyond the threshold.
    pub fn is_breached(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
            Self::GreaterThanThreshold => value > threshold,
            Self::LessThanThreshold => value < threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
        }
    }
}

/// What stands in for missing data points (`TreatMissingData`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// Points beyond the threshold.
    Breaching,
    /// Points within the threshold.
    NotBreaching,
    /// Nothing: the alarm keeps its state.
    Ignore,
    /// Nothing: when all are missing there is too little data. CloudWatch's own choice where none is made.
    #[default]
    Missing,
}

/// Why a table is no alarm that can be replayed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Definition {
    /// There is nothing to compare with.
    #[error("the alarm has no `threshold`")]
    NoThreshold,
    /// A number is no number or endless.
    #[error("`{field}` of the alarm must be a finite number")]
    NotFinite {
        /// The field.
        field: &'static str,
    },
    /// A period that metric filters cannot fill.
    #[error("`period` of the alarm is {period} seconds: it must be a multiple of 60")]
    Period {
        /// What was asked for, in seconds.
        period: u32,
    },
    /// More than CloudWatch evaluates at once.
    #[error(
        "the alarm looks at {seconds} seconds: CloudWatch allows one day, and seven days where a period is an hour or longer"
    )]
    TooLong {
        /// Periods times length, in seconds.
        seconds: u64,
    },
    /// No data point, or more than are looked at.
    #[error("`datapoints_to_alarm` is {datapoints}: it must be from 1 to `evaluation_periods`, {periods}")]
    Datapoints {
        /// What was asked for.
        datapoints: u32,
        /// How many are looked at.
        periods: u32,
    },
    /// Both kinds of alarm at once.
    #[error("the alarm has a `window` and `{field}`, which belongs to CloudWatch's alarms")]
    Mixed {
        /// The field.
        field: &'static str,
    },
    /// Groups without a window.
    #[error("the alarm has `group_by` and no `window` (seconds)")]
    NoWindow,
    /// A window without length.
    #[error("`window` of the alarm must be at least one second")]
    EmptyWindow,
    /// What a window cannot be compared with.
    #[error(
        "`threshold` of an alarm with a `window` must be a whole number, and reached by one hit at least"
    )]
    WindowThreshold,
    /// A window is never raised by what is not there.
    #[error(
        "an alarm with a `window` compares with GreaterThanOrEqualToThreshold or GreaterThanThreshold only"
    )]
    WindowComparison,
    /// A field that an alarm on one metric with one of the five statistics does not have.
    #[error("`{field}` of the alarm is not supported")]
    Unsupported {
        /// The field.
        field: String,
    },
    /// A second alarm on the same metric.
    #[error("`{filter}` has another one")]
    Another {
        /// The metric filter.
        filter: String,
    },
    /// A field whose value is of another kind or none of the known words.
    #[error("`{field}` of the alarm cannot be `{value}`")]
    Value {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
}
