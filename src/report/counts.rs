//! Hits per query, and per combination of values when somebody asks for fields: how many, from when to when, in how
//! many accounts and regions.

use super::{Counted, Error, Tally};
use crate::hit::Hit;
use crate::query::Query;
use jiff::Timestamp;
use polars::prelude::{Column, DataFrame, df};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Counts hits as they come. Memory grows with queries × groups, never with the hits.
#[derive(Debug, Default)]
pub struct Counts {
    /// By the query's position. The values of a group: receiving account, region, and the fields that hits are counted by.
    tallies: Vec<Tally>,
}

/// What is counted of one query and combination of values; moments in milliseconds since 1970.
#[derive(Debug, Default)]
struct Count {
    hits: u64,
    first: Option<i64>,
    last: Option<i64>,
}

/// How many values stand before the fields.
const VALUES_BEFORE: usize = 2;

/// What a row of the frame says.
#[derive(Debug, Default)]
struct Row<'a> {
    position: u32,
    values: &'a [Option<String>],
    count: Count,
    accounts: u64,
    regions: u64,
}

impl Count {
    fn add(&mut self, counted: &Counted) {
        let [first, last] = [counted.first, counted.last].map(|time| time.map(Timestamp::as_millisecond));
        self.hits += counted.records;
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = self.last.max(last);
    }
}

impl Counts {
    /// Returns the fields that hits have to be grouped by, for counts by the fields at these paths.
    pub fn grouping(by: &[String]) -> Vec<String> {
        ["account", "awsRegion"].map(str::to_owned).into_iter().chain(by.iter().cloned()).collect()
    }

    /// Counts one hit of a run that groups by [`Counts::grouping`]; others are in no group and are passed over.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let position = hit.position as usize;
        if self.tallies.len() <= position {
            self.tallies.resize_with(position + 1, Tally::default);
        }
        self.tallies[position].take(hit, 0);
    }

    /// Returns what was counted of `queries`: `query` (id), `hits` (count), `first` and `last` (milliseconds since 1970,
    /// UTC; null without a readable time), `accounts` and `regions` (numbers of different ones; hits that name none do
    /// not count).
    ///
    /// Without fields to count by there is a row per query, those without hits included, in the order of `queries`. With
    /// fields, which must be those that the matcher groups by, there is a row per query and combination of values, and
    /// between `query` and `hits` a column (string) per field, named by its path: null where a record has no value
    /// there, an explicit `null` or an empty text. Queries keep their order; within one, most hits come first, and rows
    /// of as many hits are sorted by their values, null before all others. A query without hits keeps one row of nulls.
    ///
    /// # Errors
    /// Returns an error when Polars refuses the frame: a field is named twice, or like one of the other columns.
    pub fn into_frame(self, queries: &[Query], by: &[String]) -> Result<DataFrame, Error> {
        let of_query =
            |(position, tally): (u32, Tally)| tally.into_sorted().map(move |count| (position, count));
        let counted: Vec<(u32, Counted)> = (0..).zip(self.tallies).flat_map(of_query).collect();
        let mut rows = rows(&counted, by.len());
        let hit: BTreeSet<u32> = rows.iter().map(|row| row.position).collect();
        let missed = (0..queries.len() as u32).filter(|position| !hit.contains(position));
        rows.extend(missed.map(|position| Row { position, ..Row::default() }));
        rows.sort_by_key(|row| (row.position, Reverse(row.count.hits)));

        let id = |row: &Row<'_>| queries[row.position as usize].id.as_str();
        let mut frame = df!(
            "query" => rows.iter().map(id).collect::<Vec<_>>(),
            "hits" => rows.iter().map(|row| row.count.hits).collect::<Vec<_>>(),
            "first" => rows.iter().map(|row| row.count.first).collect::<Vec<_>>(),
            "last" => rows.iter().map(|row| row.count.last).collect::<Vec<_>>(),
            "accounts" => rows.iter().map(|row| row.accounts).collect::<Vec<_>>(),
            "regions" => rows.iter().map(|row| row.regions).collect::<Vec<_>>(),
        )?;
        for (index, path) in by.iter().enumerate() {
            let values = rows.iter().map(|row| row.values.get(index)?.as_deref());
            frame.insert_column(1 + index, Column::new(path.into(), values.collect::<Vec<_>>()))?;
        }
        Ok(frame)
    }
}

/// Returns a row per query with hits and combination of the first `width` values, in ascending order of both.
fn rows(counted: &[(u32, Counted)], width: usize) -> Vec<Row<'_>> {
    let counted = counted.iter().map(|(position, counted)| {
        let values = counted.values.get(VALUES_BEFORE..).unwrap_or_default();
        (*position, &values[..values.len().min(width)], counted)
    });
    let mut counted: Vec<_> = counted.collect();
    counted.sort_unstable_by_key(|(position, values, _)| (*position, *values));
    let rows = counted.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)).map(|same| {
        let (position, values, _) = same[0];
        let mut row = Row { position, values, ..Row::default() };
        let (mut accounts, mut regions) = (BTreeSet::new(), BTreeSet::new());
        for (.., counted) in same {
            row.count.add(counted);
            accounts.extend(counted.value(0));
            regions.extend(counted.value(1));
        }
        (row.accounts, row.regions) = (accounts.len() as u64, regions.len() as u64);
        row
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hit::{Group, GroupKey, Span};
    use crate::record::Facts;
    use std::sync::Arc;

    fn group(number: u32, account: &str, values: &[Option<&str>]) -> Arc<Group> {
        let mut key = GroupKey::default();
        for value in [Some(account), None].iter().chain(values) {
            value.iter().for_each(|value| key.push(value.as_bytes()));
            key.end();
        }
        Arc::new(Group::new(number, key.as_bytes()))
    }

    fn queries<const N: usize>(ids: [&str; N]) -> [Query; N] {
        ids.map(|id| Query::from_pattern_text(id, r#"{"source":["aws.iam"]}"#, "test").unwrap())
    }

    fn count(queries: &[Query], hits: &[(u32, &str, &Arc<Group>)]) -> Counts {
        let mut counts = Counts::default();
        for (position, time, group) in hits {
            let facts = Facts { time: time.parse().ok(), ..Facts::default() };
            counts.take(&Hit {
                query: &queries[*position as usize],
                position: *position,
                groups: &[group],
                span: Span::of(facts.time),
                log_key: "k",
                key_account: None,
                record: b"",
                event: None,
                facts: &facts,
                is_synthetic: false,
                is_history: false,
            });
        }
        counts
    }

    fn numbers(frame: &DataFrame, name: &str) -> Vec<Option<u64>> {
        frame.column(name).unwrap().u64().unwrap().to_vec()
    }

    fn texts<'a>(frame: &'a DataFrame, name: &str) -> Vec<Option<&'a str>> {
        frame.column(name).unwrap().str().unwrap().iter().collect()
    }

    const FIRST: &str = "2026-03-01T10:00:00Z";
    const LAST: &str = "2026-03-02T10:00:00Z";

    #[test]
    fn queries_without_hits_keep_their_row() {
        let queries = queries(["a", "b"]);
        let (one, other) = (group(1, "1", &[]), group(0, "2", &[]));
        let counts = count(&queries, &[(1, LAST, &one), (1, "never", &other), (1, FIRST, &one)]);
        let frame = counts.into_frame(&queries, &[]).unwrap();
        assert_eq!(frame.get_column_names(), ["query", "hits", "first", "last", "accounts", "regions"]);
        assert_eq!(numbers(&frame, "hits"), [Some(0), Some(3)]);
        assert_eq!(numbers(&frame, "accounts"), [Some(0), Some(2)]);
        let first = frame.column("first").unwrap().i64().unwrap().to_vec();
        assert_eq!(first, [None, Some(FIRST.parse::<Timestamp>().unwrap().as_millisecond())]);
    }

    #[test]
    fn a_combination_of_values_has_a_row_whatever_the_account() {
        let queries = queries(["b", "none", "a"]);
        let by = ["eventName", "errorCode"].map(str::to_owned);
        let groups = [
            group(0, "1", &[Some("Z"), None]),
            group(1, "2", &[Some("Z"), None]),
            group(2, "1", &[Some("A"), Some("Denied")]),
            group(3, "1", &[Some("A"), None]),
            group(4, "1", &[None, Some("Denied")]),
        ];
        let hits = [2, 0, 4, 3, 1].map(|number| (0, FIRST, &groups[number]));
        let counts = count(&queries, &[&hits[..], &[(2, LAST, &groups[2])]].concat());
        let frame = counts.into_frame(&queries, &by).unwrap();
        let names = frame.get_column_names();
        assert_eq!(names[..4], ["query", "eventName", "errorCode", "hits"]);
        let (a, b, denied) = (Some("a"), Some("b"), Some("Denied"));
        assert_eq!(texts(&frame, "query"), [b, b, b, b, Some("none"), a]);
        assert_eq!(texts(&frame, "eventName"), [Some("Z"), None, Some("A"), Some("A"), None, Some("A")]);
        assert_eq!(texts(&frame, "errorCode"), [None, denied, None, denied, None, denied]);
        assert_eq!(numbers(&frame, "hits"), [2, 1, 1, 1, 0, 1].map(Some));
        assert_eq!(numbers(&frame, "accounts"), [2, 1, 1, 1, 0, 1].map(Some));
        let last = frame.column("last").unwrap().i64().unwrap().to_vec();
        assert_eq!(last[5], Some(LAST.parse::<Timestamp>().unwrap().as_millisecond()));
    }

    #[test]
    fn a_field_named_like_another_column_is_refused() {
        let queries = queries(["a"]);
        for by in [["hits", "x"], ["x", "x"]] {
            assert!(Counts::default().into_frame(&queries, &by.map(str::to_owned)).is_err());
        }
    }
}
