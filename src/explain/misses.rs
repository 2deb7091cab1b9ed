//! Near misses: records that satisfy every clause of a pattern but one.
//!
//! For a pattern of n clauses the replay runs the pattern, the pattern without each clause, and each clause by itself where
//! that names few records. What a pattern without a clause finds more than the pattern are that clause's near misses; their
//! values at the clause's fields stood in its way.

use crate::event;
use crate::hit::Hit;
use crate::language::{self, Pattern};
use crate::query::{Card, Query};
use crate::replay::{ACCOUNT, Keep, MOST_GROUPINGS};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Patterns with more clauses are not taken apart.
const MOST_CLAUSES: usize = MOST_GROUPINGS;

/// Fields whose values most records share: that such a clause is satisfied says little, and counting it costs much.
const BROAD: [&str; 6] =
    ["detail-type", "account", "region", "detail.eventType", "detail.eventCategory", "detail.awsRegion"];

/// The fields of a choice of branches that are told at most.
const MOST_FIELDS: usize = 3;

/// The replay that finds near misses of one query: its queries, and what is kept of their hits.
#[derive(Debug)]
pub struct Misses {
    clauses: Vec<Clause>,
    queries: Vec<Query>,
    keeps: Vec<Keep>,
    /// What each query is for.
    roles: Vec<Role>,
    /// The different lists of fields that groups are told apart by …
    lists: Vec<Vec<String>>,
    /// … and which of them each query has.
    lists_of: Vec<Vec<usize>>,
}

/// What one of the queries is for; clauses by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Whole,
    Without(usize),
    Only(usize),
}

/// The values at the fields of a clause; `None` where there was none.
pub type Value = Vec<Option<String>>;

/// A clause, and where it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The field, or `$or` for a choice of branches.
    pub path: String,
    /// What it wants, in the pattern's own words; of a choice, nothing.
    pub wanted: Vec<String>,
    /// The fields of the event whose values are told, as patterns name them.
    pub fields: Vec<String>,
    is_narrow: bool,
}

/// What was found out about an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearly {
    /// Records that match.
    pub matches: u64,
    /// What each clause kept from matching, in the order of the pattern.
    pub misses: Vec<Miss>,
}

/// What one clause kept from matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The clause.
    pub clause: Clause,
    /// Records that satisfied all other clauses, and not this one.
    pub records: u64,
    /// Records that satisfied this clause, whatever the others; `None` where nobody counted.
    pub alone: Option<u64>,
    /// What stood there instead, most records first. Empty when the values at the clause's fields cannot be told.
    pub found: Vec<(Value, u64)>,
}

impl Misses {
    /// Prepares the replay for a query; `None` when its pattern has too many clauses to be taken apart, or is in a language
    /// whose patterns are not.
    pub fn of(query: &Query) -> Option<Self> {
        let pattern = &query.pattern;
        let clauses: Vec<_> = pattern.clauses().into_iter().map(Clause::new).collect();
        if clauses.is_empty() || clauses.len() > MOST_CLAUSES {
            return None;
        }
        let mut lists: Vec<_> = clauses.iter().map(Clause::sources).filter(|list| !list.is_empty()).collect();
        lists.sort_unstable();
        lists.dedup();
        let (queries, keeps, roles, lists_of) = Default::default();
        let mut misses = Self { clauses, queries, keeps, roles, lists, lists_of };
        misses.add(Role::Whole, pattern.clone(), (0..misses.lists.len()).collect());
        for number in 0..misses.clauses.len() {
            let list = misses.list_of(number).into_iter().collect();
            misses.add(Role::Without(number), pattern.without_clause(number), list);
        }
        // Of two clauses, each alone is what is left without the other.
        for number in 0..misses.clauses.len() {
            if misses.clauses.len() > 2 && misses.clauses[number].is_narrow {
                misses.add(Role::Only(number), pattern.only_clause(number), Vec::new());
            }
        }
        Some(misses)
    }

    fn add(&mut self, role: Role, pattern: Pattern, lists: Vec<usize>) {
        self.queries.push(Query::new(format!("{role:?}"), Card::default(), pattern, "near misses"));
        self.keeps.push(Keep::Counts(lists.iter().map(|list| self.lists[*list].clone()).collect()));
        self.roles.push(role);
        self.lists_of.push(lists);
    }

    fn list_of(&self, clause: usize) -> Option<usize> {
        let sources = self.clauses[clause].sources();
        self.lists.iter().position(|list| *list == sources)
    }

    /// Returns the queries to replay.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Returns what is to be kept of their hits.
    pub fn keeps(&self) -> &[Keep] {
        &self.keeps
    }

    /// Returns what counts the hits of that replay.
    pub fn counter(&self) -> Counter<'_> {
        Counter {
            misses: self,
            hits: vec![0; self.queries.len()],
            groups: self.lists_of.iter().map(|lists| vec![Vec::new(); lists.len()]).collect(),
            values: vec![Vec::new(); self.lists.len()],
        }
    }
}

/// Counts the hits of a replay.
#[derive(Debug)]
pub struct Counter<'a> {
    misses: &'a Misses,
    /// By query.
    hits: Vec<u64>,
    /// By query, its list and the number of the group.
    groups: Vec<Vec<Vec<u64>>>,
    /// By list and the number of the group.
    values: Vec<Vec<Option<Value>>>,
}

impl Counter<'_> {
    /// Counts a hit.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let position = hit.position as usize;
        self.hits[position] += hit.span.records;
        for (at, (group, list)) in hit.groups.iter().zip(&self.misses.lists_of[position]).enumerate() {
            let number = group.number as usize;
            *grown(&mut self.groups[position][at], number) += hit.span.records;
            grown(&mut self.values[*list], number)
                .get_or_insert_with(|| group.values().map(|value| value.map(Cow::into_owned)).collect());
        }
    }

    /// Returns what was found out.
    pub fn finish(self) -> Nearly {
        let misses = (0..self.misses.clauses.len()).map(|clause| self.miss(clause)).collect();
        Nearly { matches: self.hits[0], misses }
    }

    fn miss(&self, number: usize) -> Miss {
        let clause = &self.misses.clauses[number];
        let hits_of = |role| {
            let position = self.misses.roles.iter().position(|known| *known == role)?;
            Some(self.hits[position])
        };
        let without = self.misses.roles.iter().position(|role| *role == Role::Without(number));
        let without = without.expect("every clause is left out once");
        let alone = match self.misses.clauses.len() {
            2 => hits_of(Role::Without(1 - number)),
            _ => hits_of(Role::Only(number)),
        };
        Miss {
            // Where a field must be absent in an element, less can be found without a clause.
            records: self.hits[without].saturating_sub(self.hits[0]),
            alone,
            found: self
                .misses
                .list_of(number)
                .map_or_else(Vec::new, |list| self.found(clause, without, list)),
            clause: clause.clone(),
        }
    }

    /// Returns the values that stood in the way of a clause: those found without it, less those of matches.
    fn found(&self, clause: &Clause, without: usize, list: usize) -> Vec<(Value, u64)> {
        let matched = &self.groups[0][list];
        let mut found: BTreeMap<Value, u64> = BTreeMap::new();
        for (number, count) in self.groups[without][0].iter().enumerate() {
            let count = count.saturating_sub(matched.get(number).copied().unwrap_or_default());
            if let Some(values) = self.values[list][number].as_ref().filter(|_| count > 0) {
                *found.entry(clause.shown(values)).or_default() += count;
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(_, count)| Reverse(*count));
        found
    }
}

fn grown<T: Default + Clone>(list: &mut Vec<T>, number: usize) -> &mut T {
    if list.len() <= number {
        list.resize(number + 1, T::default());
    }
    &mut list[number]
}

impl Clause {
    fn new(clause: language::Clause) -> Self {
        let language::Clause { path, mut fields, wanted, is_narrow } = clause;
        let is_narrow = is_narrow && !BROAD.contains(&path.as_str());
        fields.retain(|field| source(field).is_some());
        fields.truncate(MOST_FIELDS);
        Self { path, wanted, fields, is_narrow }
    }

    /// Returns the fields of the record that the values are read from.
    fn sources(&self) -> Vec<String> {
        self.fields.iter().filter_map(|field| source(field)).map(str::to_owned).collect()
    }

    /// Returns what the event had at the fields, by what the record has.
    fn shown(&self, values: &[Option<String>]) -> Value {
        let shown = |(field, value): (&String, &Option<String>)| match field.as_str() {
            "source" => event::source(None, value.as_deref()),
            "detail-type" => event::detail_type(value.as_deref(), None).map(str::to_owned),
            "region" => value.as_deref().map(|region| event::bus_region(region, None).into_owned()),
            _ => value.clone(),
        };
        self.fields.iter().zip(values).map(shown).collect()
    }
}

/// Returns the field of the record that decides about a field of the event, when it is one alone.
fn source(field: &str) -> Option<&str> {
    match field {
        "source" => Some("eventSource"),
        "detail-type" => Some("eventType"),
        "region" => Some("awsRegion"),
        "account" => Some(ACCOUNT),
        _ => field.strip_prefix("detail."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Matcher, Options, Silent, Watch};
    use crate::source::{Memory, Scope, Source};

    /// Finds the near misses of a pattern among records.
    fn nearly(pattern: &str, records: &[&str]) -> Nearly {
        let query = Query::from_pattern_text("x", pattern, "x").unwrap();
        let misses = Misses::of(&query).unwrap();
        let mut counter = misses.counter();
        let text = format!(r#"{{"Records":[{}]}}"#, records.join(","));
        let sources: [Box<dyn Source>; 1] =
            [Box::new(Memory::new("memory", [("x.json", text.into_bytes())]))];
        let options = Options {
            scope: Scope {
                since: None,
                until: None,
                accounts: Default::default(),
                regions: Default::default(),
                late_slack_days: 1,
                first_day: None,
                read_before: None,
                now: jiff::Timestamp::UNIX_EPOCH,
            },
            threads: 1,
            max_object_size: 1 << 20,
            is_deduplicating: true,
            limit: None,
            is_pairing: false,
        };
        let matcher = Matcher::keeping(misses.queries(), misses.keeps());
        let interrupt = std::sync::atomic::AtomicBool::new(false);
        let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
        crate::replay::run(&sources, &matcher, &options, watch, &mut |hit| {
            counter.take(hit);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        counter.finish()
    }

    fn told(nearly: &Nearly) -> Vec<String> {
        let value = |value: &Value| {
            value.iter().map(|value| value.as_deref().unwrap_or("-")).collect::<Vec<_>>().join("/")
        };
        let miss = |miss: &Miss| {
            let found: Vec<_> =
                miss.found.iter().map(|(found, count)| format!("{} {count}", value(found))).collect();
            format!("{}: {} {:?} [{}]", miss.clause.path, miss.records, miss.alone, found.join(", "))
        };
        nearly.misses.iter().map(miss).collect()
    }

    const RECORDS: [&str; 5] = [
        r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventType":"AwsApiCall"}"#,
        r#"{"eventSource":"iam.amazonaws.com","eventName":"DeleteUser","eventType":"AwsApiCall"}"#,
        r#"{"eventSource":"ec2.amazonaws.com","eventName":"CreateUser","eventType":"AwsApiCall"}"#,
        r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventType":"AwsServiceEvent"}"#,
        r#"{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall"}"#,
    ];

    #[test]
    fn what_stood_in_the_way_of_each_clause_is_counted() {
        let pattern = r#"{"source":["aws.iam"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":["CreateUser"]}}"#;
        let nearly = nearly(pattern, &RECORDS);
        assert_eq!(nearly.matches, 1);
        assert_eq!(
            told(&nearly),
            [
                "source: 1 Some(3) [aws.ec2 1]",
                "detail-type: 1 None [AWS Service Event via CloudTrail 1]",
                "detail.eventName: 1 Some(3) [DeleteUser 1]",
            ]
        );
    }

    #[test]
    fn a_choice_of_branches_is_one_clause_and_tells_the_values_at_its_fields() {
        let pattern = r#"{"source":["aws.iam"],"$or":[{"detail":{"eventName":["X"]}},{"detail":{"eventType":["Y"],"gone":["z"]}}]}"#;
        let nearly = nearly(pattern, &RECORDS);
        assert_eq!(nearly.matches, 0);
        let told = told(&nearly);
        assert_eq!(told[0], "source: 0 Some(3) []");
        assert_eq!(
            told[1],
            "$or: 3 Some(0) [CreateUser/AwsApiCall/- 1, CreateUser/AwsServiceEvent/- 1, DeleteUser/AwsApiCall/- 1]"
        );
    }

    #[test]
    fn a_single_clause_is_missed_by_every_other_record() {
        let nearly = nearly(r#"{"detail":{"eventSource":["s3.amazonaws.com"]}}"#, &RECORDS);
        assert_eq!(told(&nearly), ["detail.eventSource: 5 None [iam.amazonaws.com 3, ec2.amazonaws.com 2]"]);
    }
}
