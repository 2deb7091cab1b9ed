//! Calls that change something: who did what, to what, from where, and how it ended. Equal ones are counted together, so
//! that memory grows with the different ones and not with the records.

use super::{Column, Kind, Series, Shape, Value};
use crate::hit::Hit;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Calls, equal ones counted together.
#[derive(Debug, Default)]
pub(super) struct Calls {
    by_call: BTreeMap<Call, Made>,
    by_day: BTreeMap<Date, Outcomes>,
}

/// What equal calls have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) event_name: Option<String>,
    /// What it was done to.
    pub(super) target: Option<String>,
    /// What else the call says.
    pub(super) detail: Option<String>,
    pub(super) principal: Option<String>,
    pub(super) identity_type: Option<String>,
    pub(super) source_ip: Option<String>,
    pub(super) error: Option<String>,
}

/// How often equal calls were made, and where the first of them is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) records: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) event_id: Option<String>,
    pub(super) log_key: String,
}

/// How calls ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    pub(super) succeeded: u64,
    pub(super) failed: u64,
}

impl Calls {
    /// Counts a hit whose record was kept.
    pub(super) fn take(&mut self, hit: &Hit<'_>, target: Option<String>, detail: Option<String>) {
        let call = Call::new(hit, target, detail);
        if let Some(time) = hit.facts.time {
            self.by_day.entry(day(time)).or_default().add(&call, 1);
        }
        self.by_call.entry(call).or_default().add(hit);
    }

    /// Returns the calls in the order of their first time; those without a readable one come last.
    pub(super) fn sorted(&self) -> Vec<(&Call, &Made)> {
        let mut calls: Vec<_> = self.by_call.iter().collect();
        calls.sort_by_key(|(_, made)| (made.first.is_none(), made.first));
        calls
    }

    /// Returns how many succeeded and failed.
    pub(super) fn outcomes(&self) -> Outcomes {
        self.outcomes_by(|_| ()).remove(&()).unwrap_or_default()
    }

    /// Returns how many succeeded and failed, apart by a key.
    pub(super) fn outcomes_by<'a, K: Ord>(&'a self, key: impl Fn(&'a Call) -> K) -> BTreeMap<K, Outcomes> {
        let mut outcomes: BTreeMap<K, Outcomes> = BTreeMap::new();
        for (call, made) in &self.by_call {
            outcomes.entry(key(call)).or_default().add(call, made.records);
        }
        outcomes
    }

    /// Returns how many succeeded and failed on each day.
    pub(super) fn days(&self) -> Shape {
        let series = |name: &str, count: fn(&Outcomes) -> u64| Series {
            name: name.to_owned(),
            days: self.by_day.iter().map(|(day, outcomes)| (*day, count(outcomes))).collect(),
        };
        let all = [
            series("succeeded", |outcomes| outcomes.succeeded),
            series("failed", |outcomes| outcomes.failed),
        ];
        let is_filled = |series: &Series| series.days.iter().any(|(_, count)| *count > 0);
        Shape::Days(all.into_iter().filter(is_filled).collect())
    }
}

impl Call {
    /// Reads a hit whose record was kept.
    pub(super) fn new(hit: &Hit<'_>, target: Option<String>, detail: Option<String>) -> Self {
        let facts = hit.facts;
        Self {
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            event_name: facts.event_name.clone(),
            target,
            detail,
            principal: facts.principal.clone(),
            identity_type: facts.identity_type.clone(),
            source_ip: facts.source_ip.clone(),
            error: facts.outcome.error().map(str::to_owned),
        }
    }

    /// Returns the name of the event, or nothing.
    pub(super) fn name(&self) -> &str {
        self.event_name.as_deref().unwrap_or_default()
    }

    /// Tells whether no error is recorded.
    pub(super) fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// Returns the columns of [`Call::values`] in their order.
    pub(super) fn columns(target: &'static str, detail: &'static str) -> Vec<Column> {
        vec![
            Column::new(
                "first",
                Kind::Time,
                "`eventTime` of the first; none when no record has a readable one",
            ),
            Column::new("last", Kind::Time, "`eventTime` of the last"),
            Column::new("records", Kind::Count, "number of equal calls"),
            Column::new("account", Kind::Text, "the receiving account"),
            Column::new("region", Kind::Text, "`awsRegion`"),
            Column::new("event_name", Kind::Text, "`eventName`: the call"),
            Column::new("target", Kind::Text, target),
            Column::new("detail", Kind::Text, detail),
            Column::new("principal", Kind::Text, "who called; none when the record names nobody"),
            Column::new("source_ip", Kind::Address, "`sourceIPAddress`: an address or the name of a service"),
            Column::new(
                "error",
                Kind::Text,
                "`errorCode` of an attempt that failed; none when the call succeeded",
            ),
            Column::new("event_id", Kind::Text, "`eventID` of the first"),
            Column::new("log_key", Kind::Text, "key of the log file that holds the first"),
        ]
    }

    /// Returns the cells of a row.
    pub(super) fn values<'a>(&'a self, made: &'a Made) -> Vec<Value<'a>> {
        vec![
            made.first.into(),
            made.last.into(),
            made.records.into(),
            self.account.as_ref().into(),
            self.region.as_ref().into(),
            self.event_name.as_ref().into(),
            self.target.as_ref().into(),
            self.detail.as_ref().into(),
            self.principal.as_ref().into(),
            self.source_ip.as_ref().into(),
            self.error.as_ref().into(),
            made.event_id.as_ref().into(),
            made.log_key.as_str().into(),
        ]
    }
}

impl Made {
    /// Counts a hit. Of several at the earliest moment the first in the archive is the evidence.
    pub(super) fn add(&mut self, hit: &Hit<'_>) {
        let time = hit.facts.time;
        let is_earlier = match (time, self.first) {
            (Some(time), Some(first)) => time < first,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if self.records == 0 || is_earlier {
            self.event_id.clone_from(&hit.facts.event_id);
            hit.log_key.clone_into(&mut self.log_key);
        }
        self.records += 1;
        self.first = [self.first, time].into_iter().flatten().min();
        self.last = self.last.max(time);
    }
}

impl Outcomes {
    fn add(&mut self, call: &Call, records: u64) {
        match call.is_success() {
            true => self.succeeded += records,
            false => self.failed += records,
        }
    }

    /// Returns how many there were.
    pub(super) fn all(self) -> u64 {
        self.succeeded + self.failed
    }
}

/// Returns the day of a moment in UTC.
pub(super) fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
