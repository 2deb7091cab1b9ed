//! Denied calls by principal, action, source, service and day.

use super::super::sentence::tell_left_out;
use super::super::{Column, Error, Kind, Rows, Section, Series, Shape, Span, Value, who::Who};
use super::Minutes;
use super::bursts::Burst;
use super::line::{Action, Line};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What some lines have together.
#[derive(Default)]
struct Sum<'a> {
    span: Span,
    principals: BTreeSet<&'a Who>,
    actions: BTreeSet<&'a Action>,
    addresses: BTreeSet<Option<&'a str>>,
}

/// Adds the tables by principal, action, source and service, and by day.
pub(super) fn tell(
    section: &mut Section,
    lines: &[Line],
    minutes: &Minutes,
    top: usize,
) -> Result<(), Error> {
    tell_principals(section, lines, top)?;
    tell_actions(section, lines, top)?;
    tell_addresses(section, lines, top)?;
    tell_services(section, lines, top)?;
    tell_days(section, lines, minutes)
}

/// Sums up lines by a key, most calls first, those with as many in the order of their keys, and says how many are left
/// out.
fn ranked<'a, K: Ord>(
    section: &mut Section,
    lines: impl Iterator<Item = &'a Line>,
    key: impl Fn(&'a Line) -> K,
    (top, noun): (usize, &str),
) -> Vec<(K, Sum<'a>)> {
    let mut sums: BTreeMap<K, Sum<'_>> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(key(line)).or_default();
        sum.span.add(&line.span);
        sum.principals.insert(&line.who);
        sum.actions.insert(&line.action);
        sum.addresses.insert(line.address.as_deref());
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| Reverse(sum.span.records));
    tell_left_out(section, (sums.len(), sums.len().min(top)), noun);
    sums.truncate(top);
    sums
}

fn of_principals(lines: &[Line]) -> impl Iterator<Item = &Line> {
    lines.iter().filter(|line| line.service.is_none())
}

fn denied() -> Column {
    Column::bar("denied", "number of denied calls")
}

fn times() -> [Column; 2] {
    [
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]
}

fn action() -> [Column; 3] {
    [
        Column::new("event_source", Kind::Text, "`eventSource`: the service that was called"),
        Column::new("event_name", Kind::Text, "`eventName`: what was denied"),
        Column::new("error_code", Kind::Text, "`errorCode`: how that service says so"),
    ]
}

fn action_values(action: &Action) -> [Value<'_>; 3] {
    [&action.source, &action.name, &action.code].map(|text| text.as_ref().into())
}

fn count_of(name: &str, about: &'static str) -> Column {
    Column::new(name, Kind::Count, about)
}

const ACTIONS: &str = "number of different calls, told apart by service, name and error code";
const ADDRESSES: &str = "number of different source addresses";

fn tell_principals(section: &mut Section, lines: &[Line], top: usize) -> Result<(), Error> {
    let mut rows = Rows::new(
        Who::columns()
            .into_iter()
            .chain([denied(), count_of("actions", ACTIONS), count_of("addresses", ADDRESSES)])
            .chain(times()),
    );
    let sums = ranked(section, of_principals(lines), |line| &line.who, (top, "denied principals"));
    for (who, sum) in sums {
        let counts = [sum.span.records.into(), sum.actions.len().into(), sum.addresses.len().into()];
        rows.push_all(who.values().into_iter().chain(counts).chain(moments(&sum.span)));
    }
    let about = format!("The first {top} principals, most denied calls first, without AWS services");
    section.tables.push(rows.into_table("principals", "Principals", about)?);
    Ok(())
}

fn tell_actions(section: &mut Section, lines: &[Line], top: usize) -> Result<(), Error> {
    let principals = "number of different principals";
    let mut rows =
        Rows::new(action().into_iter().chain([denied(), count_of("principals", principals)]).chain(times()));
    let sums = ranked(section, of_principals(lines), |line| &line.action, (top, "denied actions"));
    for (action, sum) in sums {
        let counts = [sum.span.records.into(), sum.principals.len().into()];
        rows.push_all(action_values(action).into_iter().chain(counts).chain(moments(&sum.span)));
    }
    let about = format!("The first {top} actions, most denied calls first, without those of AWS services");
    section.tables.push(rows.into_table("actions", "Actions", about)?);
    Ok(())
}

fn tell_addresses(section: &mut Section, lines: &[Line], top: usize) -> Result<(), Error> {
    let about = "`sourceIPAddress`; empty when the record has none";
    let principals = "number of different principals";
    let mut rows = Rows::new(
        [Column::new("source_ip", Kind::Address, about), denied()]
            .into_iter()
            .chain([count_of("principals", principals), count_of("actions", ACTIONS)])
            .chain(times()),
    );
    let sums =
        ranked(section, of_principals(lines), |line| line.address.as_deref(), (top, "source addresses"));
    for (address, sum) in sums {
        let [first, last] = moments(&sum.span);
        let (principals, actions) = (sum.principals.len().into(), sum.actions.len().into());
        rows.push([address.into(), sum.span.records.into(), principals, actions, first, last]);
    }
    let about =
        format!("The first {top} source addresses, most denied calls first, without those of AWS services");
    section.tables.push(rows.into_table("addresses", "Source addresses", about)?);
    Ok(())
}

fn tell_services(section: &mut Section, lines: &[Line], top: usize) -> Result<(), Error> {
    let how = "how that is known: `type AWSService`, `invokedBy` or `source address`";
    let mut rows = Rows::new(
        [
            Column::new("service", Kind::Text, "the AWS service that called, for itself or for a principal"),
            Column::new("known_by", Kind::Text, how),
        ]
        .into_iter()
        .chain(action())
        .chain([denied()])
        .chain(times()),
    );
    let lines = lines.iter().filter(|line| line.service.is_some());
    let sums =
        ranked(section, lines, |line| (&line.service, &line.action), (top, "denied actions of AWS services"));
    for ((service, action), sum) in sums {
        let (name, how) = service.as_ref().map_or((None, None), |(name, how)| (Some(name), Some(*how)));
        let service = [name.into(), how.into()];
        let counts = [sum.span.records.into()];
        rows.push_all(
            service.into_iter().chain(action_values(action)).chain(counts).chain(moments(&sum.span)),
        );
    }
    let about = format!("The first {top} actions of AWS services, most denied calls first: noise, as a rule");
    section.tables.push(rows.into_table("services", "AWS services", about)?);
    Ok(())
}

fn tell_days(section: &mut Section, lines: &[Line], minutes: &Minutes) -> Result<(), Error> {
    let services: HashSet<u32> =
        lines.iter().filter(|line| line.service.is_some()).map(|line| line.number).collect();
    let mut days: BTreeMap<Date, [u64; 2]> = BTreeMap::new();
    for ((number, minute), span) in minutes {
        let Ok(time) = Timestamp::from_second(minute * 60) else { continue };
        let day = days.entry(time.to_zoned(TimeZone::UTC).date()).or_default();
        day[usize::from(services.contains(number))] += span.records;
    }
    let mut rows = Rows::new([
        Column::new("day", Kind::Day, "day of `eventTime` in UTC"),
        Column::bar("denied", "number of denied calls of principals"),
        count_of("denied_services", "number of denied calls of AWS services"),
    ]);
    for (day, [principals, services]) in &days {
        rows.push([(*day).into(), (*principals).into(), (*services).into()]);
    }
    let about = "One row a day with denied calls, ascending; calls without readable time are in none";
    section.tables.push(rows.into_table("days", "Days", about)?);
    let series = ["principals", "AWS services"].into_iter().enumerate().map(|(place, name)| Series {
        name: name.to_owned(),
        days: days.iter().map(|(day, counts)| (*day, counts[place])).collect(),
    });
    section.chart("Denied calls per day", Shape::Days(series.collect()));
    Ok(())
}

/// Adds the table of bursts, which are sorted already.
pub(super) fn tell_bursts(
    section: &mut Section,
    mut bursts: Vec<Burst<'_>>,
    top: usize,
) -> Result<(), Error> {
    tell_left_out(section, (bursts.len(), bursts.len().min(top)), "bursts");
    bursts.truncate(top);
    let mut rows = Rows::new(
        Who::columns()
            .into_iter()
            .chain([denied(), count_of("actions", ACTIONS), count_of("addresses", ADDRESSES)])
            .chain(times()),
    );
    for Burst { who, span, actions, addresses } in bursts {
        let counts = [span.records.into(), actions.into(), addresses.into()];
        rows.push_all(who.values().into_iter().chain(counts).chain(moments(&span)));
    }
    let about = format!("The first {top} bursts, most denied calls first");
    section.tables.push(rows.into_table("bursts", "Bursts", about)?);
    Ok(())
}

fn moments(span: &Span) -> [Value<'static>; 2] {
    [span.first().into(), span.last().into()]
}
