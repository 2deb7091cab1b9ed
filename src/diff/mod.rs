//! Two versions of rules, compared by what each would have caught: hits that only one has, by day and with examples, the
//! alerts a day to expect, and what makes the noise.
//!
//! Both versions are replayed together, in one pass; hits of one record follow each other, so no record is looked up twice.

mod noise;
mod pair;

pub use noise::Exclusion;
pub use pair::{Counts, Example, Side};

use crate::hit::Hit;
use crate::query::Query;
use jiff::civil::Date;
use pair::Pair;
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::xxh3_128;

/// Both versions, and what is replayed for them.
#[derive(Debug)]
pub struct Diff {
    queries: Vec<Query>,
    /// By position: the pair, and whether it is the new one of it.
    roles: Vec<(usize, Side)>,
    pairs: Vec<String>,
}

/// What became of one rule.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The rule's id.
    pub rule: String,
    /// Whether the old, and the new version has it.
    pub is_in: [bool; 2],
    /// All its hits.
    pub counts: Counts,
    /// By day (UTC), days without hits left out; hits without readable time under none.
    pub days: BTreeMap<Option<Date>, Counts>,
    /// The first hits that only one version has.
    pub examples: Vec<(Side, Example)>,
    /// What one more exclusion would remove of the new version's hits, most first.
    pub exclusions: Vec<Exclusion>,
}

impl Diff {
    /// Pairs the rules of both versions by their ids. A single rule on each side is one pair, whatever they are called.
    pub fn new(old: Vec<Query>, new: Vec<Query>) -> Self {
        let is_single = old.len() == 1 && new.len() == 1;
        let mut pairs: BTreeSet<String> = BTreeSet::new();
        let name = |query: &Query, single: &str| if is_single { single.to_owned() } else { query.id.clone() };
        let single = new.first().map(|query| query.id.clone()).unwrap_or_default();
        pairs.extend(old.iter().chain(&new).map(|query| name(query, &single)));
        let pairs: Vec<String> = pairs.into_iter().collect();
        let (mut queries, mut roles) = (Vec::new(), Vec::new());
        let sides = old
            .into_iter()
            .map(|query| (query, Side::Old))
            .chain(new.into_iter().map(|query| (query, Side::New)));
        for (mut query, side) in sides {
            let known = name(&query, &single);
            let pair = pairs.binary_search(&known).expect("every rule has its pair");
            // One id may not stand for two queries of a run.
            query.id = format!("{}/{}", side.word(), query.id);
            queries.push(query);
            roles.push((pair, side));
        }
        Self { queries, roles, pairs }
    }

    /// Returns the queries to replay, with their records.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Returns what takes the hits of that replay.
    pub fn comparison(&self) -> Comparison<'_> {
        Comparison { diff: self, pairs: self.pairs.iter().map(|_| Pair::default()).collect(), current: None }
    }
}

/// Compares hits as they come.
#[derive(Debug)]
pub struct Comparison<'a> {
    diff: &'a Diff,
    pairs: Vec<Pair>,
    /// The record whose hits are coming.
    current: Option<Current>,
}

/// A record, and which versions of which pairs it matched.
#[derive(Debug)]
struct Current {
    fingerprint: u128,
    log_key: String,
    last: u32,
    matched: BTreeMap<usize, Matched>,
}

/// What a pair has to know of a record.
#[derive(Debug)]
struct Matched {
    is_in: [bool; 2],
    example: Example,
    /// The values that could be excluded; of hits of the new version only.
    values: noise::Values,
}

impl Comparison<'_> {
    /// Takes one hit.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let fingerprint = xxh3_128(hit.event.unwrap_or(hit.record));
        let is_same = self.current.as_ref().is_some_and(|current| {
            // A query that comes again, or an earlier one, belongs to an equal record behind it.
            current.fingerprint == fingerprint
                && current.log_key == hit.log_key
                && current.last < hit.position
        });
        if !is_same {
            self.settle();
        }
        let log_key = || hit.log_key.to_owned();
        let current = self.current.get_or_insert_with(|| Current {
            fingerprint,
            log_key: log_key(),
            last: 0,
            matched: BTreeMap::new(),
        });
        current.last = hit.position;
        let (pair, side) = self.diff.roles[hit.position as usize];
        let matched = current.matched.entry(pair).or_insert_with(|| Matched {
            is_in: [false; 2],
            example: Example::of(hit),
            values: noise::Values::default(),
        });
        matched.is_in[side as usize] = true;
        if side == Side::New {
            matched.values = noise::values(hit.record);
        }
    }

    fn settle(&mut self) {
        let Some(current) = self.current.take() else { return };
        for (pair, matched) in current.matched {
            self.pairs[pair].count(matched.is_in, matched.example, matched.values);
        }
    }

    /// Returns what became of every rule, by id.
    pub fn finish(mut self) -> Vec<Compared> {
        self.settle();
        let has = |pair: usize, side: Side| self.diff.roles.contains(&(pair, side));
        let compared = self.diff.pairs.iter().zip(self.pairs).enumerate().map(|(at, (rule, pair))| {
            let is_in = [has(at, Side::Old), has(at, Side::New)];
            let (counts, days, examples, noise) = pair.into_parts();
            let exclusions = noise.exclusions(counts.all_new());
            Compared { rule: rule.clone(), is_in, counts, days, examples, exclusions }
        });
        compared.collect()
    }
}
