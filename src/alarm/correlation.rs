//! Correlations: conditions on hits of one or several queries that fall into one window, apart for every group. They are
//! those of the Sigma correlation rules specification (`event_count`, `value_count`, `temporal`, `temporal_ordered`), and
//! thresholds by group are one of them.
//!
//! What the specification leaves open is read so:
//!
//! - The window slides ("the time frame should not be restricted to boundaries"): it ends at any second, and holds what
//!   came up to `timespan` seconds earlier, that second included.
//! - A hit without a value at one of the `group-by` fields is in no group, and not counted: what is absent is the same
//!   as nothing.
//! - Hits of one second are in every order at once: CloudTrail writes no smaller unit, and does not deliver in order.
//! - A record that hits two of the queries is two hits.
//! - `lt`, `lte` and `eq` are looked at when a hit comes: a window without any is no group.
//! - A correlation that feeds another does so with each hit at which its condition held.

use super::definition::WindowAlarm;
use super::window::{self, Entry};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// So many counts a correlation holds: one for every query, group, value and second in which there were hits. They take
/// about 100 bytes each at most, with their share of the texts that groups are told apart by.
pub const MOST_CELLS: usize = 4_000_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Hits (`event_count`).
    EventCount,
    /// Different values at a field (`value_count`).
    ValueCount,
    /// Different queries with hits (`temporal`).
    Temporal,
    /// Queries with hits, one after the other in the order of the feeds (`temporal_ordered`).
    TemporalOrdered,
}

/// How a count is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
}

/// Where hits come from, and what tells their groups apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The id of a query, or of another correlation.
    pub source: String,
    /// Paths in the record, one for each `group-by` field of the correlation in its order, aliases resolved; for a
    /// correlation as source, names out of its own `group_by`.
    pub group_by: Vec<String>,
    /// Path of the field whose values `value_count` counts.
    pub field: Option<String>,
}

/// A condition on hits in one window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// What is counted.
    pub kind: Kind,
    /// What it is counted of; `temporal_ordered` wants them in this order.
    pub feeds: Vec<Feed>,
    /// Names of the fields that tell groups apart, as they are shown.
    pub group_by: Vec<String>,
    /// Length of the window in seconds.
    pub timespan: u32,
    /// What the count must be: all of these. For `temporal` and `temporal_ordered` an empty list asks for all feeds.
    pub condition: Vec<(Relation, u64)>,
}

/// A span of time in which the condition of a correlation held for one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The values that tell the group apart.
    pub group: Vec<String>,
    /// The hit with which it began.
    pub from: Timestamp,
    /// The first second at which the condition held no longer.
    pub until: Timestamp,
    /// The count with which it began …
    pub first: u64,
    /// … and the greatest in between.
    pub peak: u64,
    /// The seconds at which hits came while the condition held, each once: what feeds another correlation.
    pub moments: Vec<Timestamp>,
}

/// There are more groups, values and seconds than can be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there are more than {MOST_CELLS} groups, values and seconds to be remembered: narrow the query or the scope"
)]
pub struct TooMany;

/// Hits by feed, group, value and second. What it holds does not depend on the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    cells: HashMap<Cell, u64>,
    groups: Interned<Vec<String>>,
    values: Interned<String>,
    ungrouped: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Cell {
    group: u32,
    second: i64,
    feed: u32,
    value: u32,
}

impl Correlation {
    /// Returns the correlation that an alarm with a window is, on the hits of one query.
    pub fn of_alarm(query: &str, alarm: &WindowAlarm) -> Self {
        let feed = Feed { source: query.to_owned(), group_by: alarm.group_by.clone(), field: None };
        Self {
            kind: Kind::EventCount,
            feeds: vec![feed],
            group_by: alarm.group_by.clone(),
            timespan: alarm.window,
            condition: vec![(Relation::GreaterOrEqual, alarm.least)],
        }
    }

    /// Tells whether a count satisfies the condition.
    pub(super) fn holds(&self, count: u64) -> bool {
        let is_temporal = matches!(self.kind, Kind::Temporal | Kind::TemporalOrdered);
        if is_temporal && self.condition.is_empty() {
            return count >= self.feeds.len() as u64;
        }
        self.condition.iter().all(|(relation, wanted)| relation.holds(count, *wanted))
    }
}

impl Relation {
    /// Returns the relation by its name in a Sigma condition.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "gt" => Self::Greater,
            "gte" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "lte" => Self::LessOrEqual,
            "eq" => Self::Equal,
            "neq" => Self::NotEqual,
            _ => return None,
        })
    }

    fn holds(self, count: u64, wanted: u64) -> bool {
        match self {
            Self::Greater => count > wanted,
            Self::GreaterOrEqual => count >= wanted,
            Self::Less => count < wanted,
            Self::LessOrEqual => count <= wanted,
            Self::Equal => count == wanted,
            Self::NotEqual => count != wanted,
        }
    }
}

impl Tally {
    /// Counts a hit of a feed, by its place in [`Correlation::feeds`]. `group` has a value for each `group-by` field, and
    /// `value` is that of the feed's `field`, where `value_count` asks for one.
    ///
    /// # Errors
    /// Returns an error when there is no room for more than what came before.
    pub fn take(
        &mut self,
        feed: usize,
        group: &[Option<&str>],
        value: Option<&str>,
        time: Timestamp,
    ) -> Result<(), TooMany> {
        let Some(group) = group.iter().map(|text| text.map(str::to_owned)).collect::<Option<Vec<_>>>() else {
            self.ungrouped += 1;
            return Ok(());
        };
        let cell = Cell {
            group: self.groups.number(group),
            second: time.as_second(),
            feed: feed as u32,
            value: value.map_or(window::NO_VALUE, |value| self.values.number(value.to_owned())),
        };
        *self.cells.entry(cell).or_default() += 1;
        if self.cells.len() > MOST_CELLS { Err(TooMany) } else { Ok(()) }
    }

    /// Returns how many hits lacked a value at a `group-by` field.
    pub fn ungrouped(&self) -> u64 {
        self.ungrouped
    }

    /// Returns when the condition held, sorted by time and group.
    pub fn episodes(&self, correlation: &Correlation) -> Vec<Episode> {
        let mut cells: Vec<(&Cell, &u64)> = self.cells.iter().collect();
        cells.sort_unstable_by_key(|(cell, _)| (cell.group, cell.second, cell.feed, cell.value));
        let mut episodes = Vec::new();
        for of_group in cells.chunk_by(|one, other| one.0.group == other.0.group) {
            let group = &self.groups.all[of_group[0].0.group as usize];
            let entries: Vec<Entry> = of_group
                .iter()
                .map(|(cell, hits)| Entry {
                    second: cell.second,
                    feed: cell.feed,
                    value: cell.value,
                    hits: **hits,
                })
                .collect();
            episodes.extend(window::episodes(correlation, &entries, group));
        }
        episodes.sort_by(|one, other| (one.from, &one.group).cmp(&(other.from, &other.group)));
        episodes
    }
}

/// Things with numbers, in the order in which they came first.
#[derive(Debug, Clone)]
struct Interned<T> {
    all: Vec<Arc<T>>,
    numbers: HashMap<Arc<T>, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: std::hash::Hash + Eq> Interned<T> {
    fn number(&mut self, thing: T) -> u32 {
        if let Some(number) = self.numbers.get(&thing) {
            return *number;
        }
        let (thing, number) = (Arc::new(thing), self.all.len() as u32);
        self.all.push(Arc::clone(&thing));
        self.numbers.insert(thing, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn correlation(kind: Kind, feeds: usize, timespan: u32, condition: &[(Relation, u64)]) -> Correlation {
        let feed = |number: usize| Feed {
            source: format!("query-{number}"),
            group_by: vec!["sourceIPAddress".to_owned()],
            field: None,
        };
        Correlation {
            kind,
            feeds: (0..feeds).map(feed).collect(),
            group_by: vec!["sourceIPAddress".to_owned()],
            timespan,
            condition: condition.to_vec(),
        }
    }

    /// A hit: feed, group, value, second.
    type Hit = (usize, u8, u8, i64);

    fn tally(hits: &[Hit]) -> Tally {
        let mut tally = Tally::default();
        for (feed, group, value, second) in hits {
            let (group, value) = (group.to_string(), value.to_string());
            let time = Timestamp::from_second(*second).unwrap();
            tally.take(*feed, &[Some(&group)], Some(&value), time).unwrap();
        }
        tally
    }

    /// Tells episodes like `7: 10..61 first 2 peak 3`.
    fn told(correlation: &Correlation, hits: &[Hit]) -> Vec<String> {
        let line = |episode: &Episode| {
            let (from, until) = (episode.from.as_second(), episode.until.as_second());
            let (first, peak) = (episode.first, episode.peak);
            format!("{}: {from}..{until} first {first} peak {peak}", episode.group.join(" "))
        };
        tally(hits).episodes(correlation).iter().map(line).collect()
    }

    #[test]
    fn hits_are_counted_in_a_window_that_slides_and_apart_for_every_group() {
        let five = correlation(Kind::EventCount, 1, 60, &[(Relation::GreaterOrEqual, 3)]);
        let hits = [(0, 7, 0, 58), (0, 7, 0, 59), (0, 8, 0, 60), (0, 7, 0, 61), (0, 7, 0, 300)];
        assert_eq!(told(&five, &hits), ["7: 61..119 first 3 peak 3"]);
        // The first and the last are exactly a window apart, and then a second more.
        assert_eq!(told(&five, &[(0, 7, 0, 0), (0, 7, 0, 1), (0, 7, 0, 60)]).len(), 1);
        assert_eq!(told(&five, &[(0, 7, 0, 0), (0, 7, 0, 1), (0, 7, 0, 61)]).len(), 0);
    }

    #[test]
    fn an_episode_goes_on_as_long_as_hits_keep_coming() {
        let two = correlation(Kind::EventCount, 1, 60, &[(Relation::Greater, 1)]);
        let hits: Vec<Hit> = (0..5).map(|number| (0, 7, 0, number * 30)).collect();
        assert_eq!(told(&two, &hits), ["7: 30..151 first 2 peak 3"]);
    }

    #[test]
    fn equal_values_are_counted_once() {
        let two = correlation(Kind::ValueCount, 1, 60, &[(Relation::GreaterOrEqual, 2)]);
        assert!(told(&two, &[(0, 7, 1, 0), (0, 7, 1, 1), (0, 7, 1, 2)]).is_empty());
        assert_eq!(told(&two, &[(0, 7, 1, 0), (0, 7, 1, 30), (0, 7, 2, 60)]), ["7: 60..91 first 2 peak 2"]);
    }

    #[test]
    fn all_queries_have_hits_in_any_order_or_in_theirs() {
        let any = correlation(Kind::Temporal, 2, 60, &[]);
        let ordered = correlation(Kind::TemporalOrdered, 2, 60, &[]);
        let (forth, back) = ([(0, 7, 0, 0), (1, 7, 0, 60)], [(1, 7, 0, 0), (0, 7, 0, 60)]);
        let expected = ["7: 60..61 first 2 peak 2"];
        assert_eq!(told(&any, &forth), expected);
        assert_eq!(told(&any, &back), expected);
        assert_eq!(told(&ordered, &forth), expected);
        assert!(told(&ordered, &back).is_empty());
        assert_eq!(told(&ordered, &[(0, 7, 0, 5), (1, 7, 0, 5)]).len(), 1, "hits of one second");
        assert!(told(&any, &[(0, 7, 0, 0), (1, 8, 0, 0)]).is_empty(), "two groups");
        // The later first hit counts, and the one before it is too old.
        assert_eq!(
            told(&ordered, &[(0, 7, 0, 0), (0, 7, 0, 50), (1, 7, 0, 100)]),
            ["7: 100..111 first 2 peak 2"]
        );
    }

    #[test]
    fn ranges_and_equality_are_looked_at_when_a_hit_comes() {
        let range =
            correlation(Kind::EventCount, 1, 60, &[(Relation::Greater, 1), (Relation::LessOrEqual, 2)]);
        let hits = [(0, 7, 0, 0), (0, 7, 0, 10), (0, 7, 0, 20)];
        assert_eq!(told(&range, &hits), ["7: 10..20 first 2 peak 2"]);
        let once = correlation(Kind::EventCount, 1, 60, &[(Relation::Equal, 1)]);
        assert_eq!(told(&once, &hits), ["7: 0..10 first 1 peak 1"]);
    }

    #[test]
    fn a_hit_without_a_value_to_group_by_is_in_no_group() {
        let mut tally = Tally::default();
        tally.take(0, &[Some("a"), None], None, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(tally.ungrouped(), 1);
        let one = correlation(Kind::EventCount, 1, 60, &[(Relation::GreaterOrEqual, 1)]);
        assert!(tally.episodes(&one).is_empty());
    }

    /// The count of one window, from its definition.
    fn naive_count(correlation: &Correlation, hits: &[Hit], group: u8, end: i64) -> u64 {
        let inside: Vec<&Hit> = hits
            .iter()
            .filter(|hit| hit.1 == group && hit.3 <= end && hit.3 >= end - i64::from(correlation.timespan))
            .collect();
        match correlation.kind {
            Kind::EventCount => inside.len() as u64,
            Kind::ValueCount => {
                inside.iter().map(|hit| hit.2).collect::<std::collections::BTreeSet<_>>().len() as u64
            }
            Kind::Temporal => {
                inside.iter().map(|hit| hit.0).collect::<std::collections::BTreeSet<_>>().len() as u64
            }
            Kind::TemporalOrdered => {
                let mut reached = i64::MIN;
                for feed in 0..correlation.feeds.len() {
                    let next =
                        inside.iter().filter(|hit| hit.0 == feed && hit.3 >= reached).map(|hit| hit.3).min();
                    match next {
                        Some(second) => reached = second,
                        None => return feed as u64,
                    }
                }
                correlation.feeds.len() as u64
            }
        }
    }

    proptest! {
        #[test]
        fn the_condition_holds_exactly_where_its_definition_says(
            kind in prop::sample::select(vec![Kind::EventCount, Kind::ValueCount, Kind::Temporal, Kind::TemporalOrdered]),
            timespan in 1_u32..20,
            least in 1_u64..4,
            hits in prop::collection::vec((0_usize..3, 0_u8..2, 0_u8..3, 0_i64..60), 0..25),
        ) {
            let correlation = correlation(kind, 3, timespan, &[(Relation::GreaterOrEqual, least)]);
            let episodes = tally(&hits).episodes(&correlation);
            for group in 0..2 {
                for end in 0..90 {
                    let moment = Timestamp::from_second(end).unwrap();
                    let is_inside = episodes.iter().any(|episode| {
                        episode.group == [group.to_string()] && episode.from <= moment && moment < episode.until
                    });
                    let count = naive_count(&correlation, &hits, group, end);
                    prop_assert_eq!(is_inside, count >= least, "group {} at {}: {}", group, end, count);
                }
            }
        }

        #[test]
        fn the_order_of_hits_changes_nothing(
            kind in prop::sample::select(vec![Kind::EventCount, Kind::ValueCount, Kind::Temporal, Kind::TemporalOrdered]),
            (hits, shuffled) in prop::collection::vec((0_usize..3, 0_u8..3, 0_u8..3, 0_i64..60), 0..25)
                .prop_flat_map(|hits| (Just(hits.clone()), Just(hits).prop_shuffle())),
        ) {
            let correlation = correlation(kind, 3, 10, &[(Relation::GreaterOrEqual, 2)]);
            prop_assert_eq!(tally(&hits).episodes(&correlation), tally(&shuffled).episodes(&correlation));
        }
    }
}
