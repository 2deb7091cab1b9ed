//! By day and hour; principals, source addresses and user agents: which are met most, and which for the first time.

use super::super::sentence::tell_left_out;
use super::super::tally::top;
use super::super::{Column, Error, Kind, Rows, Section, Series, Shape, Slot, Tally, Value, who::Who};
use crate::words::plural;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What is told about each of the three.
struct Of {
    /// Names of the tables: by number of records, and the newest.
    names: [&'static str; 2],
    titles: [&'static str; 2],
    nouns: [&'static str; 2],
    columns: fn() -> Vec<Column>,
    values: fn(&Slot) -> Vec<Value<'_>>,
}

const OF: [Of; 3] = [
    Of {
        names: ["principals", "new_principals"],
        titles: ["Principals", "Newest principals"],
        nouns: ["principal", "principals"],
        columns: || Who::columns().to_vec(),
        values: |slot| Who::of(&slot.group).into_values().into(),
    },
    Of {
        names: ["addresses", "new_addresses"],
        titles: ["Source addresses", "Newest source addresses"],
        nouns: ["source address", "source addresses"],
        columns: || {
            let about =
                "`sourceIPAddress`: an address or the name of a service; empty when the record has none";
            vec![Column::new("source_ip", Kind::Address, about)]
        },
        values: first_value,
    },
    Of {
        names: ["user_agents", "new_user_agents"],
        titles: ["User agents", "Newest user agents"],
        nouns: ["user agent", "user agents"],
        columns: || {
            vec![Column::new("user_agent", Kind::Text, "`userAgent`; empty when the record has none")]
        },
        values: first_value,
    },
];

fn first_value(slot: &Slot) -> Vec<Value<'_>> {
    vec![slot.group.values().next().flatten().into()]
}

/// Adds what the counts by hour, and those of principals, source addresses and user agents say; returns the number of
/// days, and who it was in words.
pub(super) fn tell(
    section: &mut Section,
    hours: Tally,
    all: [Vec<Slot>; 3],
    most: usize,
) -> Result<(u64, String), Error> {
    let days = by_day(section, hours);
    let new = [0, 1, 2].map(|place| new_by_day(&all[place]));
    tell_days(section, &days, &new)?;
    let numbers =
        [0, 1, 2].map(|place| plural(all[place].len() as u64, OF[place].nouns[0], OF[place].nouns[1]));
    for (of, slots) in OF.iter().zip(&all) {
        let ranked = top(slots.iter(), most, |one, other| one.most_first(other));
        let newest = top(slots.iter(), most, |one, other| one.newest_first(other));
        tell_left_out(section, (slots.len(), ranked.len()), of.nouns[1]);
        let abouts = ["most records first", "those that were met for the first time last"];
        for (place, slots) in [ranked, newest].into_iter().enumerate() {
            let (name, title) = (of.names[place], of.titles[place]);
            let about = format!("The first {most}, {}", abouts[place]);
            section.tables.push(rows(of, &slots).into_table(name, title, about)?);
        }
    }
    section.define(
        "first seen",
        "Met for the first time in what was read here. On the first days of an archive nearly everything is: only what \
         comes later is news.",
    );
    let dated = days.keys().flatten().count() as u64;
    let [principals, addresses, agents] = numbers;
    let days = plural(dated, "day", "days");
    Ok((dated, format!("on {days} by {principals} from {addresses} with {agents}")))
}

/// Returns the number of records by day, and draws them by day and by hour of the week.
fn by_day(section: &mut Section, hours: Tally) -> BTreeMap<Option<Date>, u64> {
    let mut days: BTreeMap<Option<Date>, u64> = BTreeMap::new();
    let mut week = Box::new([[0; 24]; 7]);
    for counted in hours.into_sorted() {
        let moment = counted.value(0).and_then(|hour| format!("{hour}:00").parse::<DateTime>().ok());
        *days.entry(moment.map(DateTime::date)).or_default() += counted.records;
        if let Some(moment) = moment {
            let day = moment.weekday().to_monday_zero_offset() as usize;
            week[day][moment.hour() as usize] += counted.records;
        }
    }
    let dated = days.iter().filter_map(|(day, records)| Some(((*day)?, *records))).collect();
    section.chart("Records per day", Shape::Days(vec![Series { name: "records".to_owned(), days: dated }]));
    section.chart("Records by hour of the week", Shape::Week(week));
    days
}

fn new_by_day(slots: &[Slot]) -> BTreeMap<Option<Date>, u64> {
    let mut days = BTreeMap::new();
    for slot in slots {
        let day = slot.span.first().map(|time| time.to_zoned(TimeZone::UTC).date());
        *days.entry(day).or_default() += 1;
    }
    days
}

fn tell_days(
    section: &mut Section,
    days: &BTreeMap<Option<Date>, u64>,
    new: &[BTreeMap<Option<Date>, u64>; 3],
) -> Result<(), Error> {
    let mut rows = Rows::new([
        Column::new("day", Kind::Day, "day of `eventTime` in UTC; empty for records without readable time"),
        Column::bar("records", "number of records"),
        Column::new("new_principals", Kind::Count, "number of principals first seen on that day"),
        Column::new("new_addresses", Kind::Count, "number of source addresses first seen on that day"),
        Column::new("new_user_agents", Kind::Count, "number of user agents first seen on that day"),
    ]);
    for (day, records) in days {
        let [principals, addresses, agents] =
            [0, 1, 2].map(|place| new[place].get(day).copied().unwrap_or_default());
        rows.push([(*day).into(), (*records).into(), principals.into(), addresses.into(), agents.into()]);
    }
    section.tables.push(rows.into_table("days", "Days", "One row a day with records, ascending")?);
    let series = OF.iter().zip(new).map(|(of, new)| Series {
        name: format!("new {}", of.nouns[1]),
        days: new.iter().filter_map(|(day, number)| Some(((*day)?, *number))).collect(),
    });
    section.chart("First seen per day", Shape::Days(series.collect()));
    Ok(())
}

fn rows(of: &Of, slots: &[&Slot]) -> Rows {
    let columns = [
        Column::bar("records", "number of records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ];
    let mut rows = Rows::new((of.columns)().into_iter().chain(columns));
    for slot in slots {
        let span = &slot.span;
        let counts = [span.records.into(), span.first().into(), span.last().into()];
        rows.push_all((of.values)(slot).into_iter().chain(counts));
    }
    rows
}
