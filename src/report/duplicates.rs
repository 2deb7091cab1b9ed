//! How much is recorded twice, and by which places: two trails over the same accounts, copied buckets, redelivery.
//!
//! An event is told by receiving account and event id, as AWS says; the two records of a call across accounts have
//! different ids and are two events. Where the copies lie is counted by the replay (`Options::is_pairing`), because
//! copies are not handed to reports.
//!
//! The first copy of management events in a region is free, every further one is paid for, by 100,000 events; data events
//! are paid for in every copy, at another price: <https://aws.amazon.com/cloudtrail/pricing/>.

use super::sentence::basis;
use super::{Ask, Bar, Column, Definition, Error, Kind, Report, Rows, Section, Settings, Shape};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, RecordedTwice};
use crate::words::plural;
use std::cmp::Reverse;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "duplicates",
    title: "Duplicates",
    question: "how much is recorded twice, by which pairs of prefixes, and what that costs",
    make: |settings| Box::new(Duplicates::new(settings)),
};

struct Duplicates {
    /// US dollars for another copy of 100,000 management events.
    price: f64,
    /// Events without their copies.
    events: u64,
}

impl Duplicates {
    fn new(settings: &Settings) -> Self {
        Self { price: settings.price, events: 0 }
    }

    fn cost(&self, records: u64) -> f64 {
        records as f64 / 100_000.0 * self.price
    }
}

impl Report for Duplicates {
    /// Asks for everything and keeps nothing: only of records that match are copies recognised.
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::everything(DEFINITION.name, Ask::counts(&[]))]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        self.events += hit.span.records;
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let mut pairs: Vec<&RecordedTwice> = coverage.recorded_twice.iter().collect();
        pairs.sort_by_key(|pair| Reverse(pair.records));
        self.find(&mut section, &pairs, coverage);
        let mut rows = Rows::new([
            Column::new(
                "first",
                Kind::Text,
                "where the events were met first: the log key up to the account's folder",
            ),
            Column::new("copy", Kind::Text, "where the copies lie, in the same way"),
            Column::bar("records", "number of copies"),
            Column::new("share", Kind::Share, "part of all records that these copies are"),
            Column::new(
                "cost",
                Kind::Dollars,
                "what they cost at most, in US dollars; redelivered ones are not priced",
            ),
        ]);
        let all = self.records(coverage);
        for pair in &pairs {
            let cost = is_elsewhere(pair).then(|| self.cost(pair.records));
            let share = pair.records as f64 / all.max(1) as f64;
            rows.push([
                (&pair.first).into(),
                (&pair.copy).into(),
                pair.records.into(),
                share.into(),
                cost.into(),
            ]);
        }
        let about = "One row a pair of places, most copies first; the same place twice is redelivery";
        section.tables.push(rows.into_table("pairs", "Pairs of places", about)?);
        draw(&mut section, all, &pairs);
        self.define(&mut section);
        Ok(section)
    }
}

impl Duplicates {
    /// Returns the number of records that were compared.
    fn records(&self, coverage: &Coverage) -> u64 {
        let copies: u64 = coverage.recorded_twice.iter().map(|pair| pair.records).sum();
        // Without de-duplication the copies come as hits, too.
        if coverage.records.duplicates == 0 { self.events.max(copies) } else { self.events + copies }
    }

    fn find(&self, section: &mut Section, pairs: &[&RecordedTwice], coverage: &Coverage) {
        let copies: u64 = pairs.iter().map(|pair| pair.records).sum();
        let elsewhere: u64 = pairs.iter().filter(|pair| is_elsewhere(pair)).map(|pair| pair.records).sum();
        let all = self.records(coverage);
        if elsewhere > 0 {
            let text = format!(
                "{} paid for again cost at most ${:.2}, at ${:.2} per 100,000 management events",
                plural(elsewhere, "event", "events"),
                self.cost(elsewhere),
                self.price
            );
            section.find(Severity::Low, text);
        }
        let of = format!("{} {}", plural(all, "record", "records"), basis(coverage));
        let text = if copies == 0 {
            format!("No event is recorded twice among {of}")
        } else {
            let share = 100.0 * copies as f64 / all.max(1) as f64;
            let copies = plural(copies, "copy of an event met before", "copies of events met before");
            format!("{copies} ({share:.1} %) among {of}")
        };
        section.find(Severity::Informational, text);
        if copies == 0 && coverage.records.duplicates > 0 {
            let copies = coverage.records.duplicates;
            section.find(Severity::Informational, format!("{copies} copies were met, and not counted where"));
        }
        if copies > elsewhere {
            let copies = plural(copies - elsewhere, "copy lies", "copies lie");
            let text = format!(
                "{copies} in the place of the first: delivered or stored there twice, and not priced"
            );
            section.find(Severity::Informational, text);
        }
    }

    fn define(&self, section: &mut Section) {
        section.define(
            "copy",
            "A record with the receiving account and the event id of one that was read before; of records without id, one \
             with the same bytes. Calls across accounts are recorded in both accounts under different ids: these are no \
             copies. Which of two places is the first depends on their names alone.",
        );
        section.define(
            "cost",
            "Copies in another place, times the price of another copy of 100,000 management events (`--price`). That is \
             what they cost at most: nothing is paid for a bucket that was copied or replicated, data events are paid \
             for in every copy at a price of their own, and what storage and queries cost is not in it.",
        );
    }
}

fn is_elsewhere(pair: &RecordedTwice) -> bool {
    pair.first != pair.copy
}

fn draw(section: &mut Section, all: u64, pairs: &[&RecordedTwice]) {
    let of = |is_counted: fn(&RecordedTwice) -> bool| -> u64 {
        pairs.iter().filter(|pair| is_counted(pair)).map(|pair| pair.records).sum()
    };
    let (elsewhere, redelivered) = (of(is_elsewhere), of(|pair| !is_elsewhere(pair)));
    let parts = [
        ("events", all.saturating_sub(elsewhere + redelivered)),
        ("copies in another place", elsewhere),
        ("copies in the same place", redelivered),
    ];
    let parts = parts.map(|(name, value)| Bar { name: name.to_owned(), value });
    section.chart("Events and copies", Shape::Parts(parts.to_vec()));
}
