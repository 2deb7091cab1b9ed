//! When the hits of a query would have raised an alarm: CloudWatch's alarms on metric filters, thresholds by group that
//! CloudWatch cannot express, and correlations of several queries. Knows moments, counts and the texts that groups are
//! told apart by; which hits there are, and what is shown of it all, is left to others.
//!
//! What is remembered are counts: for a metric alarm one a minute in which there were hits, for windows one a group and
//! second ([`correlation::MOST_CELLS`] at most). Nothing depends on the order in which hits come.

pub mod correlation;
mod definition;
mod evaluation;
mod metric;
mod table;
mod watch;
mod window;

pub use definition::{Alarm, Comparison, Definition, MetricAlarm, MissingData, Statistic, WindowAlarm};
pub use metric::{Change, Minutes};
pub use table::Table;
pub use watch::{Ring, Task, Watch, WatchError, Watches};

use std::fmt;

/// The state of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Within the threshold.
    Ok,
    /// Beyond the threshold.
    Alarm,
    /// There is too little data to tell.
    InsufficientData,
}

impl State {
    /// Returns the word that CloudWatch uses (`StateValue`).
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
