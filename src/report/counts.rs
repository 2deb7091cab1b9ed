//! Hits per query: how many, from when to when, in how many accounts and regions.

use crate::hit::Hit;
use crate::query::Query;
use jiff::Timestamp;
use polars::prelude::{DataFrame, PolarsError, df};
use std::collections::{BTreeSet, HashMap};

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A frame operation failed.
    #[error("cannot build the frame of hits per query")]
    Frame(#[from] PolarsError),
}

/// Counts hits as they come. Memory grows with queries × (accounts + regions), never with the hits.
#[derive(Debug, Default)]
pub struct Counts {
    by_query: HashMap<String, Count>,
}

/// What is counted of one query; moments in milliseconds since 1970.
#[derive(Debug, Default)]
struct Count {
    hits: u64,
    first: Option<i64>,
    last: Option<i64>,
    accounts: BTreeSet<String>,
    regions: BTreeSet<String>,
}

impl Counts {
    /// Counts one hit.
    pub fn take(&mut self, hit: &Hit<'_>) {
        if !self.by_query.contains_key(&hit.query.id) {
            self.by_query.insert(hit.query.id.clone(), Count::default());
        }
        let Some(count) = self.by_query.get_mut(&hit.query.id) else { return };
        let time = hit.facts.time.map(Timestamp::as_millisecond);
        count.hits += 1;
        count.first = [count.first, time].into_iter().flatten().min();
        count.last = count.last.max(time);
        remember(&mut count.accounts, hit.account());
        remember(&mut count.regions, hit.facts.region.as_deref());
    }

    /// Returns a row per query, those without hits included, in the order of `queries`: `query` (id), `hits` (count),
    /// `first` and `last` (milliseconds since 1970, UTC; null without a readable time), `accounts` and `regions`
    /// (numbers of different ones; hits that name none do not count).
    ///
    /// # Errors
    /// Returns an error when Polars refuses the frame.
    pub fn into_frame(self, queries: &[Query]) -> Result<DataFrame, Error> {
        let none = Count::default();
        let counts: Vec<&Count> =
            queries.iter().map(|query| self.by_query.get(&query.id).unwrap_or(&none)).collect();
        let number = |names: &BTreeSet<String>| names.len() as u64;
        Ok(df!(
            "query" => queries.iter().map(|query| query.id.as_str()).collect::<Vec<_>>(),
            "hits" => counts.iter().map(|count| count.hits).collect::<Vec<_>>(),
            "first" => counts.iter().map(|count| count.first).collect::<Vec<_>>(),
            "last" => counts.iter().map(|count| count.last).collect::<Vec<_>>(),
            "accounts" => counts.iter().map(|count| number(&count.accounts)).collect::<Vec<_>>(),
            "regions" => counts.iter().map(|count| number(&count.regions)).collect::<Vec<_>>(),
        )?)
    }
}

fn remember(names: &mut BTreeSet<String>, name: Option<&str>) {
    if let Some(name) = name
        && !names.contains(name)
    {
        names.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Facts;

    fn facts(time: &str, account: &str) -> Facts {
        Facts { time: time.parse().ok(), account: Some(account.to_owned()), ..Facts::default() }
    }

    #[test]
    fn queries_without_hits_keep_their_row() {
        let query = |id| Query::from_pattern_text(id, r#"{"source":["aws.iam"]}"#, "test").unwrap();
        let queries = [query("a"), query("b")];
        let mut counts = Counts::default();
        for facts in
            [facts("2026-03-02T10:00:00Z", "1"), facts("never", "2"), facts("2026-03-01T10:00:00Z", "1")]
        {
            let hit = Hit {
                query: &queries[1],
                log_key: "k",
                key_account: None,
                record: b"{}",
                event: None,
                facts: &facts,
            };
            counts.take(&hit);
        }
        let frame = counts.into_frame(&queries).unwrap();
        let column = |name: &str| frame.column(name).unwrap().u64().unwrap().to_vec();
        assert_eq!(column("hits"), [Some(0), Some(3)]);
        assert_eq!(column("accounts"), [Some(0), Some(2)]);
        let first = frame.column("first").unwrap().i64().unwrap().to_vec();
        assert_eq!(
            first,
            [None, Some("2026-03-01T10:00:00Z".parse::<Timestamp>().unwrap().as_millisecond())]
        );
    }
}
