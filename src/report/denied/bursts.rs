//! Bursts: many denied calls of one principal within minutes, as when somebody tries what is allowed.

use super::super::{Span, who::Who};
use super::Minutes;
use super::line::{Action, Line};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many minutes …
const MINUTES: i64 = 5;

/// … with at least so many denied calls are a burst.
const CALLS: u64 = 10;

pub(super) const MEANING: &str = "At least 10 denied calls of one principal, not of AWS services, within 5 successive \
    minutes of the clock; what overlaps is one burst. Calls without readable time are in none.";

/// A burst.
#[derive(Debug)]
pub(super) struct Burst<'a> {
    pub(super) who: &'a Who,
    pub(super) span: Span,
    pub(super) actions: u64,
    pub(super) addresses: u64,
}

/// What one principal was denied in one minute.
#[derive(Default)]
struct Minute<'a> {
    span: Span,
    actions: BTreeSet<&'a Action>,
    addresses: BTreeSet<Option<&'a str>>,
}

/// Finds all bursts, the largest first. It does not matter in which order the calls were counted.
pub(super) fn find<'a>(lines: &'a [Line], minutes: &Minutes) -> Vec<Burst<'a>> {
    let by_number: HashMap<u32, &Line> = lines.iter().map(|line| (line.number, line)).collect();
    let mut principals: BTreeMap<&Who, BTreeMap<i64, Minute<'_>>> = BTreeMap::new();
    for ((number, minute), span) in minutes {
        let line = by_number[number];
        if line.service.is_none() {
            let minute = principals.entry(&line.who).or_default().entry(*minute).or_default();
            minute.span.add(span);
            minute.actions.insert(&line.action);
            minute.addresses.insert(line.address.as_deref());
        }
    }
    let bursts = principals.into_iter().flat_map(|(who, minutes)| {
        let minutes: Vec<_> = minutes.into_iter().collect();
        let ranges = ranges(&minutes);
        ranges.into_iter().map(move |(from, to)| burst(who, &minutes[from..=to])).collect::<Vec<_>>()
    });
    let mut bursts: Vec<_> = bursts.collect();
    bursts.sort_by_key(|burst| Reverse(burst.span.records));
    bursts
}

/// Returns the first and the last of the minutes of each burst; those that overlap are one.
fn ranges(minutes: &[(i64, Minute<'_>)]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (from, (first, _)) in minutes.iter().enumerate() {
        let window = minutes[from..].iter().take_while(|(minute, _)| *minute < first + MINUTES);
        let counts: Vec<u64> = window.map(|(_, minute)| minute.span.records).collect();
        if counts.iter().sum::<u64>() < CALLS {
            continue;
        }
        let to = from + counts.len() - 1;
        match ranges.last_mut() {
            Some((_, end)) if from <= *end => *end = to,
            _ => ranges.push((from, to)),
        }
    }
    ranges
}

fn burst<'a>(who: &'a Who, minutes: &[(i64, Minute<'a>)]) -> Burst<'a> {
    let mut span = Span::default();
    let mut actions: BTreeSet<&Action> = BTreeSet::new();
    let mut addresses: BTreeSet<Option<&str>> = BTreeSet::new();
    for (_, minute) in minutes {
        span.add(&minute.span);
        actions.extend(&minute.actions);
        addresses.extend(&minute.addresses);
    }
    Burst { who, span, actions: actions.len() as u64, addresses: addresses.len() as u64 }
}
