//! Who touched the trails and event data stores, and what is missing therefore.

mod missing;
mod off;
mod weaker;

use super::calls::{Call, Calls};
use super::request::Request;
use super::sentence::basis;
use super::{Ask, Column, Definition, Error, Kind, Report, Rows, Section, Table};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use crate::words::plural;
use off::Trails;
use std::cmp::Reverse;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "trail",
    title: "Trails and gaps",
    question: "who stopped, deleted or changed trails and event data stores, and what is missing therefore",
    make: |_| Box::new(TrailReport::default()),
};

/// The calls that change what is recorded.
const CALLS: [&str; 12] = [
    "StopLogging",
    "StartLogging",
    "CreateTrail",
    "UpdateTrail",
    "DeleteTrail",
    "PutEventSelectors",
    "PutInsightSelectors",
    "CreateEventDataStore",
    "UpdateEventDataStore",
    "DeleteEventDataStore",
    "StartEventDataStoreIngestion",
    "StopEventDataStoreIngestion",
];

#[derive(Default)]
struct TrailReport {
    calls: Calls,
    trails: Trails,
}

impl Report for TrailReport {
    fn asks(&self) -> Vec<Ask> {
        let detail = serde_json::json!({ "eventSource": ["cloudtrail.amazonaws.com"], "eventName": CALLS });
        let pattern = serde_json::json!({ "detail": detail }).to_string();
        vec![Ask::pattern("trail", &pattern, Keep::Record)]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        let request = Request::read(hit.record);
        let name = hit.facts.event_name.as_deref().unwrap_or_default();
        if hit.facts.outcome.error().is_none() {
            self.trails.take(hit, &request);
        }
        self.calls.take(hit, off::target(&request), weaker::detail(name, &request));
    }

    fn finish(mut self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        self.trails.sort();
        let intervals = self.trails.intervals();
        let places = missing::places(coverage, &intervals);
        off::find(&intervals, &mut section);
        find(&self.calls, coverage, &mut section);
        missing::find(&places, &mut section);
        section.findings.sort_by_key(|finding| Reverse(finding.severity));
        section.tables.push(calls(&self.calls)?);
        section.tables.push(off::table(intervals)?);
        section.tables.push(missing::table(&places)?);
        section.tables.push(changes(&self.calls)?);
        section.chart("Days read and missing, by account and region", missing::calendar(&places));
        section.chart("Changes of trails per day", self.calls.days());
        define(&mut section);
        Ok(section)
    }
}

fn find(calls: &Calls, coverage: &Coverage, section: &mut Section) {
    let all = calls.sorted();
    let count = |is_meant: &dyn Fn(&Call) -> bool| -> u64 {
        all.iter().filter(|(call, _)| is_meant(call)).map(|(_, made)| made.records).sum()
    };
    let is_weaker = |call: &Call| call.detail.as_deref().is_some_and(|text| text.starts_with(weaker::WEAKER));
    let is_new = |call: &Call| call.name().starts_with("Create");
    let notable = [
        (
            Severity::High,
            count(&|call| call.is_success() && is_weaker(call) && !is_new(call)),
            "change made a trail or an event data store record less",
            "changes made trails or event data stores record less",
        ),
        (
            Severity::High,
            count(&|call| call.is_success() && off::is_store_ended(call)),
            "event data store was deleted or stopped",
            "event data stores were deleted or stopped",
        ),
        (
            Severity::Medium,
            count(&|call| !call.is_success() && matches!(call.name(), "StopLogging" | "DeleteTrail")),
            "attempt to stop or delete a trail failed",
            "attempts to stop or delete a trail failed",
        ),
    ];
    for (severity, count, one, many) in notable.into_iter().filter(|(_, count, ..)| *count > 0) {
        section.find(severity, plural(count, one, many));
    }
    let outcomes = calls.outcomes();
    let changes = plural(outcomes.succeeded, "change", "changes");
    let attempts = plural(outcomes.failed, "failed attempt", "failed attempts");
    let text = format!("{changes} of trails and {attempts} {}", basis(coverage));
    section.find(Severity::Informational, text);
}

fn calls(calls: &Calls) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("event_name", Kind::Text, "`eventName`: the call"),
        Column::bar("succeeded", "number of calls without `errorCode`"),
        Column::new("failed", Kind::Count, "number of calls with `errorCode`: attempts"),
    ]);
    for (name, outcomes) in calls.outcomes_by(Call::name) {
        rows.push([name.into(), outcomes.succeeded.into(), outcomes.failed.into()]);
    }
    Ok(rows.into_table("calls", "Calls that change what is recorded", "One row a call, by name")?)
}

fn changes(calls: &Calls) -> Result<Table, Error> {
    let mut rows = Rows::new(Call::columns(
        "trail or event data store: the name or ARN that the call gives; none when the record has none",
        "what makes the trail record less, after `weaker:`; where it writes to",
    ));
    for (call, made) in calls.sorted() {
        rows.push_all(call.values(made));
    }
    let about = "One row for equal calls (who did what to which trail, from where, with which end), in the order of the first";
    Ok(rows.into_table("changes", "Changes of trails and attempts", about)?)
}

fn define(section: &mut Section) {
    section.define(
        "off",
        "from StopLogging or DeleteTrail to the next StartLogging of the same trail (owning account, home region, name; an \
         ARN and a short name are one). Another trail may have recorded the same; late events may still have arrived",
    );
    section.define(
        "unknown start",
        "the first call on record starts the trail: whether it was off before, and since when, is not recorded",
    );
    section.define(
        "weaker",
        "selectors without management events, with reads or writes only, or without some services; a trail for one region \
         or one account, without global services or digest files; no insights; a store without protection",
    );
    section.define(
        "no log file",
        "an account's region has no log file in a day's folders, and has some on days before and after. CloudTrail writes \
         no log file when nothing happens, so a quiet region can look the same: digest files tell. Busy means at least 100 \
         records on the days around",
    );
    section.define(
        "day off",
        "a trail that records there was off for a part of the day at least. Of a trail whose settings no change on record \
         tells, only its own account and home region count",
    );
    section.define(
        "failed",
        "calls: the record has an `errorCode`, nothing was changed. Days: log files that could not be read",
    );
}
