//! What a run asks: a checkpoint of another question is of no use, and would do harm.

use crate::query::Query;
use crate::replay::{Keep, Options};
use crate::source::Source;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What a run asks, of which archives, as far as the answer depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    moment: Timestamp,
    members: Map<String, Value>,
}

const MOMENT: &str = "moment";

impl Question {
    /// Puts a question together; `keeps` is what is kept of the hits.
    pub fn new(sources: &[Box<dyn Source>], queries: &[Query], keeps: &[Keep], options: &Options) -> Self {
        let queries = queries.iter().map(|query| json!([query.id, query.pattern.to_text()]));
        let keeps = keeps.iter().map(|keep| match keep {
            Keep::Facts => json!("facts"),
            keep => json!(keep.lists()),
        });
        let scope = &options.scope;
        let members = [
            ("program", json!(env!("CARGO_PKG_VERSION"))),
            ("archives", sources.iter().map(|source| json!(source.name())).collect()),
            ("queries", queries.collect()),
            ("counts", keeps.collect()),
            ("times", json!([scope.since, scope.until, scope.late_slack_days])),
            ("accounts", json!(scope.accounts)),
            ("regions", json!(scope.regions)),
            (
                "options",
                json!([options.max_object_size, options.is_deduplicating, options.limit, options.is_pairing]),
            ),
        ];
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { moment: scope.now, members }
    }

    /// Returns the question of a run that also asks about approximated events.
    pub fn synthesizing(mut self) -> Self {
        self.members.insert("approximations".to_owned(), json!(true));
        self
    }

    /// Returns the moment at which it was asked first.
    pub fn moment(&self) -> Timestamp {
        self.moment
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut members: Map<String, Value> = serde_json::from_slice(text).ok()?; // then it is none
        let moment = members.remove(MOMENT)?.as_str()?.parse().ok()?;
        Some(Self { moment, members })
    }

    pub(super) fn to_text(&self) -> String {
        let mut members = self.members.clone();
        members.insert(MOMENT.to_owned(), json!(self.moment));
        Value::from(members).to_string()
    }

    /// Names what is asked differently.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let names =
            self.members.keys().chain(other.members.keys().filter(|name| !self.members.contains_key(*name)));
        names.filter(|name| self.members.get(*name) != other.members.get(*name)).cloned().collect()
    }
}
