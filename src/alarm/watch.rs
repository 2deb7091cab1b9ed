//! Several alarms and correlations at once, fed by the hits of one run.

use super::State;
use super::correlation::{Correlation, Episode, Tally, TooMany};
use super::definition::{Alarm, MetricAlarm};
use super::metric::{Change, Minutes};
use jiff::Timestamp;
use std::collections::HashMap;

/// What is to be watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// What it is called: the query's id, or that of the correlation.
    pub id: String,
    /// What it does.
    pub task: Task,
}

/// What a watch does.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// An alarm on the metric of the query of the same id.
    Metric(MetricAlarm),
    /// A correlation.
    Correlation(Correlation),
}

/// A change of the state that one of the watches is in, for one of its groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// Place of the watch among those that were given.
    pub watch: usize,
    /// The group's fields and values; none for an alarm on a metric.
    pub group: Vec<(String, String)>,
    /// The change.
    pub change: Change,
}

/// Why correlations cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// What feeds a correlation is not there.
    #[error(
        "correlation `{id}` refers to `{source_id}`, which is neither a query of this run nor a correlation"
    )]
    UnknownSource {
        /// The correlation.
        id: String,
        /// What it refers to.
        source_id: String,
    },
    /// A correlation feeds itself.
    #[error("correlation `{id}` refers to itself in the end")]
    Cycle {
        /// The correlation.
        id: String,
    },
    /// A correlation feeds another that groups by something else.
    #[error("correlation `{id}` groups by `{field}`, which `{source_id}` does not group by")]
    UnknownGroup {
        /// The correlation that is fed.
        id: String,
        /// The field that it groups by.
        field: String,
        /// The correlation that feeds it.
        source_id: String,
    },
}

/// Alarms and correlations that hits are shown to.
#[derive(Debug)]
pub struct Watches {
    watches: Vec<Watch>,
    states: Vec<Counted>,
    /// What the hits of a query go into.
    inlets: HashMap<String, Vec<Inlet>>,
    /// The watches, each after those that feed it.
    order: Vec<usize>,
    /// What the hits of the run are of: such an id never means a correlation.
    queries: Vec<String>,
}

#[derive(Debug)]
enum Counted {
    Minutes(Minutes),
    Tally(Tally),
}

#[derive(Debug, Clone)]
struct Inlet {
    watch: usize,
    feed: usize,
    /// The `group-by` fields, and behind them the field whose values are counted.
    fields: Vec<String>,
    has_field: bool,
}

impl Watches {
    /// Returns what is to be shown the hits of `queries`.
    ///
    /// # Errors
    /// Returns an error when a correlation refers to what is not there, to itself, or to a group that its source has not.
    pub fn new(watches: Vec<Watch>, queries: &[&str]) -> Result<Self, WatchError> {
        let mut inlets: HashMap<String, Vec<Inlet>> = HashMap::new();
        for (number, watch) in watches.iter().enumerate() {
            for (source, inlet) in inlets_of(number, watch) {
                if queries.contains(&source) {
                    inlets.entry(source.to_owned()).or_default().push(inlet);
                } else {
                    check_chain(watch, source, &inlet, &watches)?;
                }
            }
        }
        let order = order(&watches, queries)?;
        let states = watches.iter().map(|watch| match watch.task {
            Task::Metric(_) => Counted::Minutes(Minutes::default()),
            Task::Correlation(_) => Counted::Tally(Tally::default()),
        });
        let queries = queries.iter().map(|id| (*id).to_owned()).collect();
        Ok(Self { states: states.collect(), queries, inlets, order, watches })
    }

    /// Returns the lists of fields that a hit of a query has to be shown with, in their order. None says that nothing but
    /// its time is looked at.
    pub fn groupings(&self, query: &str) -> Vec<Vec<String>> {
        let inlets = self.inlets.get(query).map(Vec::as_slice).unwrap_or_default();
        inlets.iter().filter(|inlet| !inlet.fields.is_empty()).map(|inlet| inlet.fields.clone()).collect()
    }

    /// Tells whether the hits of a query go anywhere.
    pub fn wants(&self, query: &str) -> bool {
        self.inlets.contains_key(query)
    }

    /// Takes a hit of a query: the values at the fields of each of [`Watches::groupings`], and its time.
    ///
    /// # Errors
    /// Returns an error when there is too much to be remembered.
    pub fn take(
        &mut self,
        query: &str,
        values: &[Vec<Option<&str>>],
        time: Timestamp,
    ) -> Result<(), TooMany> {
        let mut values = values.iter();
        for inlet in self.inlets.get(query).map(Vec::as_slice).unwrap_or_default() {
            let fields = if inlet.fields.is_empty() { None } else { values.next() };
            let fields = fields.map(Vec::as_slice).unwrap_or_default();
            match &mut self.states[inlet.watch] {
                Counted::Minutes(minutes) => minutes.add(time),
                Counted::Tally(tally) => {
                    let (group, value) = match fields.split_last() {
                        Some((value, group)) if inlet.has_field => (group, *value),
                        _ => (fields, None),
                    };
                    // A record without the field has no value to be counted.
                    if value.is_some() || !inlet.has_field {
                        tally.take(inlet.feed, group, value, time)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns how many hits of a watch lacked a value at a field that tells its groups apart.
    pub fn ungrouped(&self, watch: usize) -> u64 {
        match self.states.get(watch) {
            Some(Counted::Tally(tally)) => tally.ungrouped(),
            _ => 0,
        }
    }

    /// Returns all changes of state, sorted by time, then by watch and group. Moments after `until` are left out, because
    /// nothing is known of them.
    ///
    /// # Errors
    /// Returns an error when correlations that feed others have too much to tell.
    pub fn rings(mut self, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<Vec<Ring>, TooMany> {
        let mut rings = Vec::new();
        for watch in std::mem::take(&mut self.order) {
            match (&self.watches[watch].task, &self.states[watch]) {
                (Task::Metric(alarm), Counted::Minutes(minutes)) => {
                    let changes = minutes.changes(alarm, since, until).into_iter();
                    rings.extend(changes.map(|change| Ring { watch, group: Vec::new(), change }));
                }
                (Task::Correlation(correlation), Counted::Tally(tally)) => {
                    let episodes = tally.episodes(correlation);
                    for episode in &episodes {
                        let changes =
                            changes(episode).filter(|change| until.is_none_or(|until| change.at < until));
                        let names = correlation.group_by.iter().cloned();
                        let group: Vec<_> = names.zip(episode.group.iter().cloned()).collect();
                        rings.extend(changes.map(|change| Ring { watch, group: group.clone(), change }));
                    }
                    self.pass_on(watch, &episodes)?;
                }
                _ => {}
            }
        }
        rings.sort_by(|one, other| {
            (one.change.at, one.watch, &one.group).cmp(&(other.change.at, other.watch, &other.group))
        });
        Ok(rings)
    }

    /// Feeds the correlations that refer to one.
    fn pass_on(&mut self, from: usize, episodes: &[Episode]) -> Result<(), TooMany> {
        let Watch { id, task: Task::Correlation(source) } = &self.watches[from] else { return Ok(()) };
        if self.queries.contains(id) {
            return Ok(());
        }
        for (number, watch) in self.watches.iter().enumerate() {
            for (_, inlet) in inlets_of(number, watch).into_iter().filter(|(source, _)| source == id) {
                let Counted::Tally(tally) = &mut self.states[number] else { continue };
                let places: Vec<Option<usize>> = inlet
                    .fields
                    .iter()
                    .map(|field| source.group_by.iter().position(|known| known == field))
                    .collect();
                for episode in episodes {
                    let values: Vec<Option<&str>> =
                        places.iter().map(|place| Some(episode.group.get((*place)?)?.as_str())).collect();
                    let (group, value) = match values.split_last() {
                        Some((value, group)) if inlet.has_field => (group, *value),
                        _ => (&values[..], None),
                    };
                    for moment in &episode.moments {
                        tally.take(inlet.feed, group, value, *moment)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Watch {
    /// Returns the watch for the alarm on a query.
    pub fn of_query(query: &str, alarm: &Alarm) -> Self {
        let task = match alarm {
            Alarm::Metric(alarm) => Task::Metric(alarm.clone()),
            Alarm::Window(alarm) => Task::Correlation(Correlation::of_alarm(query, alarm)),
        };
        Self { id: query.to_owned(), task }
    }
}

fn changes(episode: &Episode) -> impl Iterator<Item = Change> {
    let (ok, alarm) = (State::Ok, State::Alarm);
    let rings = Change { at: episode.from, from: ok, to: alarm, value: Some(episode.first as f64) };
    let ends = Change { at: episode.until, from: alarm, to: ok, value: None };
    [rings, ends].into_iter()
}

/// Returns what feeds a watch: the id of the source, and where its hits go.
fn inlets_of(number: usize, watch: &Watch) -> Vec<(&str, Inlet)> {
    match &watch.task {
        Task::Metric(_) => {
            let inlet = Inlet { watch: number, feed: 0, fields: Vec::new(), has_field: false };
            vec![(watch.id.as_str(), inlet)]
        }
        Task::Correlation(correlation) => {
            let inlet = |(feed, fed): (usize, &super::correlation::Feed)| {
                let fields = fed.group_by.iter().chain(&fed.field).cloned().collect();
                let inlet = Inlet { watch: number, feed, fields, has_field: fed.field.is_some() };
                (feed, inlet)
            };
            let feeds = correlation.feeds.iter().enumerate();
            feeds.map(inlet).map(|(feed, inlet)| (correlation.feeds[feed].source.as_str(), inlet)).collect()
        }
    }
}

fn check_chain(watch: &Watch, source: &str, inlet: &Inlet, watches: &[Watch]) -> Result<(), WatchError> {
    let found = watches.iter().find_map(|watch| match &watch.task {
        Task::Correlation(correlation) if watch.id == source => Some(correlation),
        _ => None,
    });
    let (id, source_id) = (watch.id.clone(), source.to_owned());
    let Some(found) = found else { return Err(WatchError::UnknownSource { id, source_id }) };
    match inlet.fields.iter().find(|field| !found.group_by.contains(field)) {
        Some(field) => Err(WatchError::UnknownGroup { id, field: field.clone(), source_id }),
        None => Ok(()),
    }
}

/// Returns an order in which every watch comes after those that feed it.
fn order(watches: &[Watch], queries: &[&str]) -> Result<Vec<usize>, WatchError> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < watches.len() {
        let is_open = |number: usize| !order.contains(&number);
        let feeds = |source: &str| {
            (0..watches.len()).any(|number| watches[number].id == source && is_open(number))
                && !queries.contains(&source)
        };
        let waits =
            |number: usize| inlets_of(number, &watches[number]).iter().any(|(source, _)| feeds(source));
        let mut open = (0..watches.len()).filter(|number| is_open(*number)).peekable();
        let first = open.peek().copied().unwrap_or_default();
        match open.find(|number| !waits(*number)) {
            Some(number) => order.push(number),
            None => return Err(WatchError::Cycle { id: watches[first].id.clone() }),
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::correlation::{Feed, Kind, Relation};

    fn alarm(text: &str) -> Alarm {
        toml::from_str(text).unwrap()
    }

    fn feed(source: &str, group_by: &[&str]) -> Feed {
        let group_by = group_by.iter().map(|name| (*name).to_owned()).collect();
        Feed { source: source.to_owned(), group_by, field: None }
    }

    fn correlation(id: &str, kind: Kind, feeds: Vec<Feed>, least: Option<u64>) -> Watch {
        let group_by = feeds[0].group_by.clone();
        let condition = least.map(|least| (Relation::GreaterOrEqual, least)).into_iter().collect();
        let correlation = Correlation { kind, feeds, group_by, timespan: 600, condition };
        Watch { id: id.to_owned(), task: Task::Correlation(correlation) }
    }

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Tells rings like `3 many OK ALARM user=alice`.
    fn told(watches: Watches) -> Vec<String> {
        let ids: Vec<String> = watches.watches.iter().map(|watch| watch.id.clone()).collect();
        let line = |ring: Ring| {
            let group: Vec<_> = ring.group.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let Change { at, from, to, .. } = ring.change;
            format!("{} {} {from} {to} {}", at.as_second(), ids[ring.watch], group.join(" "))
        };
        watches.rings(None, None).unwrap().into_iter().map(line).collect()
    }

    #[test]
    fn an_alarm_on_a_metric_and_one_by_group_watch_the_same_query() {
        let metric = alarm("threshold = 2\nperiod = 60\ntreat_missing_data = \"notBreaching\"");
        let window = alarm("threshold = 2\nwindow = 60\ngroup_by = [\"user\"]");
        let watches = vec![Watch::of_query("login", &metric), Watch::of_query("login", &window)];
        let mut watches = Watches::new(watches, &["login"]).unwrap();
        assert_eq!(watches.groupings("login"), [["user"]]);
        assert!(watches.wants("login") && !watches.wants("logout"));
        for (second, user) in [(0, "a"), (1, "b"), (2, "a")] {
            watches.take("login", &[vec![Some(user)]], moment(second)).unwrap();
        }
        assert_eq!(
            told(watches),
            [
                "2 login OK ALARM user=a",
                "60 login OK ALARM ",
                "61 login ALARM OK user=a",
                "240 login ALARM OK "
            ]
        );
    }

    #[test]
    fn the_alarm_on_a_query_does_not_feed_what_watches_the_query() {
        let window = alarm("threshold = 1\nwindow = 60");
        let twice = correlation("twice", Kind::EventCount, vec![feed("login", &[])], Some(2));
        let mut watches = Watches::new(vec![twice, Watch::of_query("login", &window)], &["login"]).unwrap();
        watches.take("login", &[], moment(0)).unwrap();
        assert_eq!(told(watches), ["0 login OK ALARM ", "61 login ALARM OK "]);
    }

    #[test]
    fn many_failures_followed_by_a_success_is_a_correlation_of_a_correlation() {
        let watches = vec![
            correlation(
                "guessed",
                Kind::TemporalOrdered,
                vec![feed("many", &["user"]), feed("success", &["user"])],
                None,
            ),
            correlation("many", Kind::EventCount, vec![feed("failure", &["user"])], Some(3)),
        ];
        let mut watches = Watches::new(watches, &["failure", "success"]).unwrap();
        for second in [0, 10, 20] {
            watches.take("failure", &[vec![Some("bob")]], moment(second)).unwrap();
        }
        watches.take("success", &[vec![Some("carol")]], moment(25)).unwrap();
        watches.take("success", &[vec![Some("bob")]], moment(30)).unwrap();
        assert_eq!(
            told(watches),
            [
                "20 many OK ALARM user=bob",
                "30 guessed OK ALARM user=bob",
                "601 many ALARM OK user=bob",
                "621 guessed ALARM OK user=bob"
            ]
        );
    }

    #[test]
    fn correlations_that_lead_nowhere_are_refused() {
        let refused = |watches: Vec<Watch>| Watches::new(watches, &["q"]).unwrap_err().to_string();
        let nothing = correlation("a", Kind::Temporal, vec![feed("b", &[])], None);
        assert_eq!(
            refused(vec![nothing.clone()]),
            "correlation `a` refers to `b`, which is neither a query of this run nor a correlation"
        );
        let back = correlation("b", Kind::Temporal, vec![feed("a", &[]), feed("q", &[])], None);
        assert_eq!(refused(vec![nothing, back]), "correlation `a` refers to itself in the end");
        let inner = correlation("inner", Kind::EventCount, vec![feed("q", &["ip"])], Some(1));
        let outer = correlation("outer", Kind::Temporal, vec![feed("inner", &["user"])], None);
        assert_eq!(
            refused(vec![inner, outer]),
            "correlation `outer` groups by `user`, which `inner` does not group by"
        );
    }

    #[test]
    fn a_record_without_the_field_has_no_value_to_be_counted() {
        let mut fed = feed("q", &["ip"]);
        fed.field = Some("user".to_owned());
        let watches = vec![correlation("spray", Kind::ValueCount, vec![fed], Some(2))];
        let mut watches = Watches::new(watches, &["q"]).unwrap();
        assert_eq!(watches.groupings("q"), [["ip", "user"]]);
        for (second, user) in [(0, Some("a")), (1, None), (2, Some("b"))] {
            watches.take("q", &[vec![Some("192.0.2.1"), user]], moment(second)).unwrap();
        }
        assert_eq!(watches.ungrouped(0), 0);
        assert_eq!(told(watches)[0], "2 spray OK ALARM ip=192.0.2.1");
    }
}
