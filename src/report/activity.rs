//! What happened at all: events by service and name, and by any fields.

use super::{Ask, Column, Definition, Error, Kind, Report, Rows, Section, Tally};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::Coverage;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "activity",
    title: "Activity",
    question: "which services and events, in which accounts and regions, by whom, on which days",
    make: |_| Box::new(Activity::default()),
};

#[derive(Default)]
struct Activity {
    events: Tally,
}

impl Report for Activity {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::everything("activity", Ask::groups(&[&["eventSource", "eventName"]]))]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        self.events.take(hit, 0);
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let mut rows = Rows::new([
            Column::new("event_source", Kind::Text, "`eventSource`: the service"),
            Column::new("event_name", Kind::Text, "`eventName`: the call, or what happened"),
            Column::bar("records", "number of records"),
            Column::new("first", Kind::Time, "`eventTime` of the first"),
            Column::new("last", Kind::Time, "`eventTime` of the last"),
        ]);
        for event in self.events.into_sorted() {
            rows.push([
                event.value(0).into(),
                event.value(1).into(),
                event.records.into(),
                event.first.into(),
                event.last.into(),
            ]);
        }
        let records = coverage.records.matched;
        section
            .find(Severity::Informational, format!("{records} records of {} different events", rows.len()));
        section.tables.push(rows.into_table("events", "Events", "One row an event, sorted by name")?);
        Ok(section)
    }
}
