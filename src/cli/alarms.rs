//! `--alarms`: when the alarms on the queries would have rung.

use super::exit::{OrBadArguments as _, say};
use anyhow::Context as _;
use backtrail::alarm::correlation::TooMany;
use backtrail::alarm::{State, Watch, Watches};
use backtrail::hit::Hit;
use backtrail::query::{Query, Severity};
use backtrail::render::AlarmChange;
use backtrail::replay::{Keep, MOST_GROUPINGS};
use backtrail::source::Scope;
use backtrail::words::plural;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The alarms of a run.
pub struct Alarms<'q> {
    queries: &'q [Query],
    /// Places of the queries that have an alarm, parallel to the watches.
    places: Vec<usize>,
    watches: Watches,
    undated: u64,
    overflow: Option<TooMany>,
}

/// Leaves out the queries without an alarm; when none is left the arguments make no sense.
pub fn retain(queries: &mut Vec<Query>) -> anyhow::Result<()> {
    let all = queries.len();
    queries.retain(|query| query.card.alarm.is_some());
    if queries.is_empty() {
        let advice = "give its card an `[alarm]`, or select a query that has one";
        return Err(anyhow::anyhow!("--alarms: no selected query has an alarm: {advice}")).or_bad_arguments();
    }
    let left_out = all - queries.len();
    if left_out > 0 {
        say(&format!("note: {} without an alarm not replayed", plural(left_out as u64, "query", "queries")));
    }
    Ok(())
}

impl<'q> Alarms<'q> {
    /// Prepares the alarms of the queries.
    pub fn new(queries: &'q [Query]) -> anyhow::Result<Self> {
        let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
        let with_alarm = queries.iter().enumerate().filter_map(|(place, query)| {
            let alarm = query.card.alarm.as_ref()?;
            Some((place, Watch::of_query(&query.id, alarm)))
        });
        let (places, watches): (Vec<_>, Vec<_>) = with_alarm.unzip();
        let watches = Watches::new(watches, &ids).or_bad_arguments()?;
        let lists: BTreeSet<Vec<String>> = ids.iter().flat_map(|id| watches.groupings(id)).collect();
        if lists.len() > MOST_GROUPINGS {
            let reason = format!("--alarms: groups by more than {MOST_GROUPINGS} lists of fields in one run");
            return Err(anyhow::anyhow!(reason)).or_bad_arguments();
        }
        Ok(Self { queries, places, watches, undated: 0, overflow: None })
    }

    /// Returns what has to be kept of the hits.
    pub fn keeps(&self) -> Vec<Keep> {
        self.queries.iter().map(|query| Keep::Groups(self.watches.groupings(&query.id))).collect()
    }

    /// Takes a hit.
    pub fn take(&mut self, hit: &Hit<'_>) -> ControlFlow<()> {
        let Some(time) = hit.facts.time else {
            self.undated += 1;
            return ControlFlow::Continue(());
        };
        let values: Vec<Vec<Option<Cow<'_, str>>>> =
            hit.groups.iter().map(|group| group.values().collect()).collect();
        let values: Vec<Vec<Option<&str>>> =
            values.iter().map(|list| list.iter().map(Option::as_deref).collect()).collect();
        match self.watches.take(&hit.query.id, &values, time) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.overflow = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Returns what the alarms did, and how bad the worst is that rang.
    pub fn finish(self, scope: &Scope) -> anyhow::Result<(Vec<AlarmChange>, Option<Severity>)> {
        if let Some(error) = self.overflow {
            return Err(error).context("--alarms");
        }
        if self.undated > 0 {
            let hits = plural(self.undated, "hit", "hits");
            say(&format!("note: {hits} without a readable time raised no alarm"));
        }
        for (watch, place) in self.places.iter().enumerate() {
            let ungrouped = self.watches.ungrouped(watch);
            if ungrouped > 0 {
                let (id, hits) = (&self.queries[*place].id, plural(ungrouped, "hit", "hits"));
                say(&format!("note: {id}: {hits} without a value to group by raised no alarm"));
            }
        }
        let mut worst = None;
        let mut changes = Vec::new();
        for ring in self.watches.rings(scope.since, scope.until).context("--alarms")? {
            let query = &self.queries[self.places[ring.watch]];
            if ring.change.to == State::Alarm {
                worst = worst.max(Some(query.card.severity));
            }
            changes.push(AlarmChange {
                id: query.id.clone(),
                title: query.card.title.clone(),
                severity: query.card.severity,
                group: ring.group,
                change: ring.change,
            });
        }
        Ok((changes, worst))
    }
}
