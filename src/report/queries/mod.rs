//! What the stored queries find, and how many alerts a rule would have raised had it been on.
//!
//! A hit is one record, each event once. What reaches a rule in AWS may be less: read-only management events come only to
//! rules in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, data events only with a trail that logs them. And an
//! event bus may deliver an event twice.

mod forecast;
mod tables;

use super::sentence::basis;
use super::{Ask, Definition, Error, Report, Section, Settings, Slot, Tally};
use crate::hit::Hit;
use crate::query::{Query, Severity};
use crate::record::Identity;
use crate::replay::{ACCOUNT, Coverage, DAY};
use crate::words::plural;
use forecast::Forecast;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "queries",
    title: "Stored queries",
    question: "what the stored queries find by day, account and principal, and how many alerts that would have been",
    make: |settings| Box::new(Queries::new(settings)),
};

/// More alerts a day than that, in the mean, are noise.
const NOISE: f64 = 10.0;

struct Queries {
    top: usize,
    queries: Vec<Query>,
    /// Parallel to the queries: by day, by account, by principal.
    tallies: Vec<[Tally; 3]>,
}

/// What was found of one query.
struct Found<'a> {
    query: &'a Query,
    days: BTreeMap<Option<Date>, u64>,
    accounts: Vec<Slot>,
    principals: Vec<Slot>,
    forecast: Forecast,
}

impl Queries {
    fn new(settings: &Settings) -> Self {
        let tallies = settings.queries.iter().map(|_| Default::default()).collect();
        Self { top: settings.top, queries: settings.queries.clone(), tallies }
    }
}

impl Report for Queries {
    fn asks(&self) -> Vec<Ask> {
        let keep = Ask::counts(&[&[DAY], &[ACCOUNT], &Identity::FIELDS]);
        self.queries.iter().map(|query| Ask { query: query.clone(), keep: keep.clone() }).collect()
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        for (place, tally) in self.tallies[ask].iter_mut().enumerate() {
            tally.take(hit, place);
        }
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let Self { top, queries, tallies } = *self;
        let tallies: Vec<_> = tallies
            .into_iter()
            .map(|[days, accounts, principals]| (by_day(days), accounts, principals))
            .collect();
        let days = days(coverage, tallies.iter().flat_map(|(days, ..)| days.keys().flatten().copied()));
        let found = queries.iter().zip(tallies).map(|(query, (by_day, accounts, principals))| Found {
            query,
            forecast: Forecast::new(&days, &by_day),
            days: by_day,
            accounts: accounts.into_slots().collect(),
            principals: super::who::merge(principals),
        });
        let mut found: Vec<_> = found.collect();
        // The gravest first, then those with most hits.
        found.sort_by_key(|found| (Reverse(found.query.card.severity), Reverse(found.forecast.hits)));
        find(&mut section, &found, days.len(), coverage);
        tables::tell(&mut section, &found, top)?;
        define(&mut section);
        Ok(section)
    }
}

fn by_day(tally: Tally) -> BTreeMap<Option<Date>, u64> {
    let days = tally.into_sorted().map(|counted| {
        let day = counted.value(0).and_then(|day| day.parse().ok());
        (day, counted.records)
    });
    days.collect()
}

/// Returns the days that alerts are spread over: those that log files were read of, and those of hits.
fn days(coverage: &Coverage, of_hits: impl Iterator<Item = Date>) -> BTreeSet<Date> {
    let cells = coverage.accounts.values().flat_map(BTreeMap::values).flatten();
    cells.filter(|(_, cell)| cell.log_files > 0).map(|(day, _)| *day).chain(of_hits).collect()
}

fn find(section: &mut Section, found: &[Found<'_>], days: usize, coverage: &Coverage) {
    let with_hits = found.iter().filter(|found| found.forecast.hits > 0);
    for Found { query, forecast, .. } in with_hits.clone() {
        let noise = if forecast.mean.is_some_and(|mean| mean > NOISE) { ", which is noise" } else { "" };
        let mut text = format!("{}: {}", query.id, plural(forecast.hits, "hit", "hits"));
        if let (Some(mean), Some((worst, day))) = (forecast.mean, forecast.worst) {
            text += &format!(", {mean:.1} a day in the mean{noise}, {worst} on the worst day ({day})");
        }
        section.find(query.card.severity, text);
    }
    let text = format!(
        "{} of {} have hits, on {} {}",
        with_hits.count(),
        plural(found.len() as u64, "stored query", "stored queries"),
        plural(days as u64, "day that was read", "days that were read"),
        basis(coverage)
    );
    section.find(Severity::Informational, text);
}

fn define(section: &mut Section) {
    section.define(
        "hit",
        "A record that a stored query matches, each event once. A rule in AWS may see less: read-only management events \
         come only to rules in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, and what the trail records does \
         not depend on what the bus delivers.",
    );
    section.define(
        "forecast",
        "How many alerts a rule with the query's pattern would have raised, had it been on, one a hit. The days are those \
         that log files were read of and those of hits, in UTC; the first and the last are often read in part. Hits \
         without readable time count, and are on no day.",
    );
}
