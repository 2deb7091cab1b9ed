//! A window that slides over the hits of one group.

use super::correlation::{Correlation, Episode, Kind};
use jiff::Timestamp;
use std::collections::HashMap;

/// The value of a hit that has none.
pub(super) const NO_VALUE: u32 = u32::MAX;

/// Hits of one feed and value in one second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) second: i64,
    pub(super) feed: u32,
    pub(super) value: u32,
    pub(super) hits: u64,
}

/// Returns when the condition held, in order. The entries are those of one group, sorted by second and feed.
pub(super) fn episodes(correlation: &Correlation, entries: &[Entry], group: &[String]) -> Vec<Episode> {
    let mut window = Window::new(correlation);
    let span = i64::from(correlation.timespan);
    let (mut entered, mut left) = (0, 0);
    let mut found: Vec<Episode> = Vec::new();
    let mut is_open = false;
    while left < entries.len() {
        let leaving = entries[left].second.saturating_add(span).saturating_add(1);
        let now = entries.get(entered).map_or(leaving, |entry| entry.second.min(leaving));
        while left < entered && entries[left].second.saturating_add(span) < now {
            window.leave(&entries[left]);
            left += 1;
        }
        let before = entered;
        while entries.get(entered).is_some_and(|entry| entry.second == now) {
            window.enter(&entries[entered]);
            entered += 1;
        }
        let (count, has_come) = (window.count(now - span), entered > before);
        let holds = entered > left && correlation.holds(count);
        // A moment beyond the calendar cannot be told; records have no such times.
        let Ok(moment) = Timestamp::from_second(now) else { continue };
        match found.last_mut().filter(|_| is_open) {
            Some(episode) if holds => {
                episode.peak = episode.peak.max(count);
                if has_come {
                    episode.moments.push(moment);
                }
            }
            Some(episode) => {
                episode.until = moment;
                is_open = false;
            }
            None if holds && has_come => {
                let group = group.to_vec();
                let moments = vec![moment];
                found.push(Episode {
                    group,
                    from: moment,
                    until: moment,
                    first: count,
                    peak: count,
                    moments,
                });
                is_open = true;
            }
            None => {}
        }
    }
    found
}

/// What is in the window.
struct Window {
    kind: Kind,
    hits: u64,
    /// Hits by value.
    values: HashMap<u32, u64>,
    /// Hits by feed.
    feeds: Vec<u64>,
    /// By feed: the latest first hit of a chain that has come as far as this feed, and ends with it.
    chains: Vec<Option<i64>>,
}

impl Window {
    fn new(correlation: &Correlation) -> Self {
        let feeds = correlation.feeds.len();
        Self {
            kind: correlation.kind,
            hits: 0,
            values: HashMap::new(),
            feeds: vec![0; feeds],
            chains: vec![None; feeds],
        }
    }

    fn enter(&mut self, entry: &Entry) {
        self.hits += entry.hits;
        if entry.value != NO_VALUE {
            *self.values.entry(entry.value).or_default() += entry.hits;
        }
        let feed = entry.feed as usize;
        let Some(of_feed) = self.feeds.get_mut(feed) else { return };
        *of_feed += entry.hits;
        let start = if feed == 0 { Some(entry.second) } else { self.chains[feed - 1] };
        self.chains[feed] = self.chains[feed].max(start);
    }

    fn leave(&mut self, entry: &Entry) {
        self.hits -= entry.hits;
        if let Some(hits) = self.values.get_mut(&entry.value) {
            *hits -= entry.hits;
            if *hits == 0 {
                self.values.remove(&entry.value);
            }
        }
        if let Some(hits) = self.feeds.get_mut(entry.feed as usize) {
            *hits -= entry.hits;
        }
    }

    /// Counts what is in the window, which begins with the second `first`.
    fn count(&self, first: i64) -> u64 {
        match self.kind {
            Kind::EventCount => self.hits,
            Kind::ValueCount => self.values.len() as u64,
            Kind::Temporal => self.feeds.iter().filter(|hits| **hits > 0).count() as u64,
            Kind::TemporalOrdered => {
                let is_inside = |start: &Option<i64>| start.is_some_and(|start| start >= first);
                self.chains.iter().rposition(is_inside).map_or(0, |feed| feed as u64 + 1)
            }
        }
    }
}
