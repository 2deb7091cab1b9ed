//! `--alarms`: when the alarms on the queries would have rung.

use super::exit::{OrBadArguments as _, say};
use anyhow::Context as _;
use backtrail::alarm::correlation::TooMany;
use backtrail::alarm::{State, Task, Watch, Watches};
use backtrail::hit::Hit;
use backtrail::query::{Card, Query, Severity, StoredCorrelation};
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
    /// What is shown of the watches, parallel to them.
    shown: Vec<Shown>,
    watches: Watches,
    undated: u64,
    overflow: Option<TooMany>,
}

/// What is shown of a watch.
struct Shown {
    id: String,
    title: String,
    severity: Severity,
}

impl Shown {
    fn new(id: &str, card: &Card) -> Self {
        Self { id: id.to_owned(), title: card.title.clone(), severity: card.severity }
    }
}

/// Leaves out the queries without an alarm that feed no correlation either; when none is left the arguments make no sense.
pub fn retain(queries: &mut Vec<Query>, correlations: &[StoredCorrelation]) -> anyhow::Result<()> {
    let all = queries.len();
    let feeds: BTreeSet<&str> = correlations
        .iter()
        .flat_map(|stored| &stored.correlation.feeds)
        .map(|feed| feed.source.as_str())
        .collect();
    queries.retain(|query| query.card.alarm.is_some() || feeds.contains(query.id.as_str()));
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
    pub fn new(queries: &'q [Query], correlations: Vec<StoredCorrelation>) -> anyhow::Result<Self> {
        let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
        let (mut shown, mut watches) = (Vec::new(), Vec::new());
        for query in queries {
            if let Some(alarm) = &query.card.alarm {
                shown.push(Shown::new(&query.id, &query.card));
                watches.push(Watch::of_query(&query.id, alarm));
            }
        }
        for stored in correlations {
            shown.push(Shown::new(&stored.id, &stored.card));
            watches.push(Watch { id: stored.id, task: Task::Correlation(stored.correlation) });
        }
        let watches = Watches::new(watches, &ids).or_bad_arguments()?;
        let lists: BTreeSet<Vec<String>> = ids.iter().flat_map(|id| watches.groupings(id)).collect();
        if lists.len() > MOST_GROUPINGS {
            let reason = format!("--alarms: groups by more than {MOST_GROUPINGS} lists of fields in one run");
            return Err(anyhow::anyhow!(reason)).or_bad_arguments();
        }
        Ok(Self { queries, shown, watches, undated: 0, overflow: None })
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
        for (watch, shown) in self.shown.iter().enumerate() {
            let ungrouped = self.watches.ungrouped(watch);
            if ungrouped > 0 {
                let hits = plural(ungrouped, "hit", "hits");
                say(&format!("note: {}: {hits} without a value to group by raised no alarm", shown.id));
            }
        }
        let mut worst = None;
        let mut changes = Vec::new();
        for ring in self.watches.rings(scope.since, scope.until).context("--alarms")? {
            let Shown { id, title, severity } = &self.shown[ring.watch];
            if ring.change.to == State::Alarm {
                worst = worst.max(Some(*severity));
            }
            changes.push(AlarmChange {
                id: id.clone(),
                title: title.clone(),
                severity: *severity,
                group: ring.group,
                change: ring.change,
            });
        }
        Ok((changes, worst))
    }
}
