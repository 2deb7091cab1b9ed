//! By any fields: one table instead of all others.

use super::super::sentence::{basis, tell_left_out};
use super::super::tally::top;
use super::super::{Ask, Column, Error, Kind, Report, Rows, Section, Settings, Slot, Tally};
use super::{events, insights, tell_insights};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use crate::words::plural;

/// Counts by the fields that somebody named.
pub(super) struct By {
    fields: Vec<String>,
    top: usize,
    tally: Tally,
    insights: u64,
}

impl By {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { fields: settings.by.clone(), top: settings.top, tally: Tally::default(), insights: 0 }
    }
}

impl Report for By {
    fn asks(&self) -> Vec<Ask> {
        vec![events(super::DEFINITION.name, Keep::Counts(vec![self.fields.clone()])), insights()]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        self.insights += if ask == 1 { hit.span.records } else { 0 };
        self.tally.take(hit, 0);
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(super::DEFINITION.name, super::DEFINITION.title);
        let slots: Vec<Slot> = self.tally.into_slots().collect();
        let records = plural(slots.iter().map(|slot| slot.span.records).sum(), "record", "records");
        let groups = plural(slots.len() as u64, "combination", "combinations");
        let (fields, read) = (self.fields.join(", "), basis(coverage));
        section.find(Severity::Informational, format!("{records} in {groups} of {fields} {read}"));
        let ranked = top(slots.iter(), self.top, |one, other| one.most_first(other));
        tell_left_out(&mut section, (slots.len(), ranked.len()), "combinations");
        tell_insights(&mut section, self.insights);
        let about =
            "the value there; several are joined by `, `, and none, null and an empty text are all empty";
        let columns = self.fields.iter().map(|field| Column::new(field, Kind::Text, about));
        let counts = [
            Column::bar("records", "number of records"),
            Column::new("first", Kind::Time, "`eventTime` of the first"),
            Column::new("last", Kind::Time, "`eventTime` of the last"),
        ];
        let mut rows = Rows::new(columns.chain(counts));
        for slot in ranked {
            let counts = [slot.span.records.into(), slot.span.first().into(), slot.span.last().into()];
            rows.push_all(slot.group.values().map(Into::into).chain(counts));
        }
        let about = format!("The first {} combinations of values, most records first", self.top);
        section.tables.push(rows.into_table("by", "Records by fields", about)?);
        Ok(section)
    }
}
