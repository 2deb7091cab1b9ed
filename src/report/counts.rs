//! Hits per query: how many, from when to when, in how many accounts and regions.

use crate::hit::{Group, Hit};
use crate::query::Query;
use foldhash::fast::FixedState;
use jiff::Timestamp;
use polars::prelude::{DataFrame, PolarsError, df};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A frame operation failed.
    #[error("cannot build the frame of hits per query")]
    Frame(#[from] PolarsError),
}

/// Counts hits as they come. Memory grows with queries × groups, never with the hits.
#[derive(Debug, Default)]
pub struct Counts {
    /// By the query's position and the group's number.
    counts: HashMap<(u32, u32), Count, FixedState>,
    /// Those that hits were in, by number.
    groups: Vec<Option<Arc<Group>>>,
}

/// What is counted of one query in one group; moments in milliseconds since 1970.
#[derive(Debug, Default)]
struct Count {
    hits: u64,
    first: Option<i64>,
    last: Option<i64>,
}

/// What is counted of one query.
#[derive(Debug, Default)]
struct Row<'a> {
    count: Count,
    accounts: BTreeSet<&'a str>,
    regions: BTreeSet<&'a str>,
}

impl Count {
    fn add(&mut self, hits: u64, first: Option<i64>, last: Option<i64>) {
        self.hits += hits;
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = self.last.max(last);
    }
}

impl Counts {
    /// Counts one hit of a run that only counts; others are in no group and are passed over.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let Some(group) = hit.group else { return };
        let number = group.number as usize;
        if self.groups.len() <= number {
            self.groups.resize(number + 1, None);
        }
        self.groups[number].get_or_insert_with(|| Arc::clone(group));
        let time = hit.facts.time.map(Timestamp::as_millisecond);
        self.counts.entry((hit.position, group.number)).or_default().add(1, time, time);
    }

    /// Returns a row per query, those without hits included, in the order of `queries`: `query` (id), `hits` (count),
    /// `first` and `last` (milliseconds since 1970, UTC; null without a readable time), `accounts` and `regions`
    /// (numbers of different ones; hits that name none do not count).
    ///
    /// # Errors
    /// Returns an error when Polars refuses the frame.
    pub fn into_frame(self, queries: &[Query]) -> Result<DataFrame, Error> {
        let mut rows: Vec<Row<'_>> = queries.iter().map(|_| Row::default()).collect();
        for ((position, group), count) in &self.counts {
            let row = &mut rows[*position as usize];
            row.count.add(count.hits, count.first, count.last);
            if let Some(group) = &self.groups[*group as usize] {
                row.accounts.extend(group.account.as_deref());
                row.regions.extend(group.region.as_deref());
            }
        }
        let number = |names: &BTreeSet<&str>| names.len() as u64;
        Ok(df!(
            "query" => queries.iter().map(|query| query.id.as_str()).collect::<Vec<_>>(),
            "hits" => rows.iter().map(|row| row.count.hits).collect::<Vec<_>>(),
            "first" => rows.iter().map(|row| row.count.first).collect::<Vec<_>>(),
            "last" => rows.iter().map(|row| row.count.last).collect::<Vec<_>>(),
            "accounts" => rows.iter().map(|row| number(&row.accounts)).collect::<Vec<_>>(),
            "regions" => rows.iter().map(|row| number(&row.regions)).collect::<Vec<_>>(),
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Facts;

    fn group(number: u32, account: &str) -> Arc<Group> {
        Arc::new(Group { number, account: Some(account.to_owned()), region: None, values: Vec::new() })
    }

    #[test]
    fn queries_without_hits_keep_their_row() {
        let query = |id| Query::from_pattern_text(id, r#"{"source":["aws.iam"]}"#, "test").unwrap();
        let queries = [query("a"), query("b")];
        let mut counts = Counts::default();
        let groups = [group(1, "1"), group(0, "2")];
        for (time, group) in [("2026-03-02T10:00:00Z", 0), ("never", 1), ("2026-03-01T10:00:00Z", 0)] {
            let facts = Facts { time: time.parse().ok(), ..Facts::default() };
            let hit = Hit {
                query: &queries[1],
                position: 1,
                group: Some(&groups[group]),
                log_key: "k",
                key_account: None,
                record: b"",
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
