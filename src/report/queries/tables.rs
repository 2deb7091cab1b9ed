//! Hits by query, and by query and day, account or principal.

use super::super::sentence::tell_left_out;
use super::super::tally::top;
use super::super::{Bar, Column, Error, Kind, Rows, Section, Series, Shape, Slot, who::Who};
use super::Found;
use jiff::Timestamp;

/// So many queries are drawn.
const MOST_DRAWN: usize = 6;

/// Adds all tables and charts.
pub(super) fn tell(section: &mut Section, found: &[Found<'_>], most: usize) -> Result<(), Error> {
    tell_queries(section, found)?;
    let with_hits: Vec<_> = found.iter().filter(|found| found.forecast.hits > 0).collect();
    tell_days(section, &with_hits)?;
    tell_accounts(section, &with_hits)?;
    tell_principals(section, &with_hits, most)?;
    draw(section, with_hits);
    Ok(())
}

fn query() -> Column {
    Column::new("query", Kind::Text, "id of the stored query, or the rule's name")
}

fn hits() -> Column {
    Column::bar("hits", "number of hits, each event once")
}

fn tell_queries(section: &mut Section, found: &[Found<'_>]) -> Result<(), Error> {
    let mut rows = Rows::new([
        query(),
        Column::new("title", Kind::Text, "what it finds, as its card says"),
        Column::new("severity", Kind::Text, "how bad a hit is, as its card says"),
        hits(),
        Column::new(
            "mean",
            Kind::Number,
            "alerts a day in the mean, quiet days included; empty when no day is known",
        ),
        Column::new("median", Kind::Number, "median of alerts a day, quiet days included"),
        Column::new("worst", Kind::Count, "most alerts on one day; empty without dated hits"),
        Column::new("worst_day", Kind::Day, "that day in UTC, the first of several"),
        Column::new("quiet_days", Kind::Count, "number of days that were read and have no hit"),
        Column::new("days", Kind::Count, "number of days that were read"),
        Column::new("accounts", Kind::Count, "number of receiving accounts with hits"),
        Column::new("principals", Kind::Count, "number of principals with hits"),
        Column::new("first", Kind::Time, "`eventTime` of the first hit"),
        Column::new("last", Kind::Time, "`eventTime` of the last hit"),
    ]);
    for Found { query, accounts, principals, forecast, .. } in found {
        let (worst, worst_day) = forecast.worst.unzip();
        let [first, last] = times(accounts);
        rows.push([
            (&query.id).into(),
            (&query.card.title).into(),
            query.card.severity.word().into(),
            forecast.hits.into(),
            forecast.mean.into(),
            forecast.median.into(),
            worst.into(),
            worst_day.into(),
            forecast.quiet.into(),
            forecast.days.into(),
            accounts.len().into(),
            principals.len().into(),
            first.into(),
            last.into(),
        ]);
    }
    let about =
        "One row a query, the gravest first, then those with most hits; queries without hits included";
    section.tables.push(rows.into_table("queries", "Queries", about)?);
    Ok(())
}

fn times(slots: &[Slot]) -> [Option<Timestamp>; 2] {
    let first = slots.iter().filter_map(|slot| slot.span.first()).min();
    [first, slots.iter().filter_map(|slot| slot.span.last()).max()]
}

fn tell_days(section: &mut Section, found: &[&Found<'_>]) -> Result<(), Error> {
    let about = "day of `eventTime` in UTC; empty for hits without readable time";
    let mut rows = Rows::new([query(), Column::new("day", Kind::Day, about), hits()]);
    for found in found {
        for (day, hits) in &found.days {
            rows.push([(&found.query.id).into(), (*day).into(), (*hits).into()]);
        }
    }
    let about = "One row a query and day with hits, queries as in the first table, days ascending";
    section.tables.push(rows.into_table("days", "By day", about)?);
    Ok(())
}

fn tell_accounts(section: &mut Section, found: &[&Found<'_>]) -> Result<(), Error> {
    let about = "receiving account; empty when neither record nor log key names one";
    let mut rows = Rows::new([query(), Column::new("account", Kind::Text, about), hits()]);
    for found in found {
        for slot in top(found.accounts.iter(), usize::MAX, |one, other| one.most_first(other)) {
            let account = slot.group.values().next().flatten();
            rows.push([(&found.query.id).into(), account.into(), slot.span.records.into()]);
        }
    }
    let about = "One row a query and account with hits, queries as in the first table, most hits first";
    section.tables.push(rows.into_table("accounts", "By account", about)?);
    Ok(())
}

fn tell_principals(section: &mut Section, found: &[&Found<'_>], most: usize) -> Result<(), Error> {
    let times = [
        Column::new("first", Kind::Time, "`eventTime` of the first hit"),
        Column::new("last", Kind::Time, "`eventTime` of the last hit"),
    ];
    let mut rows = Rows::new([query()].into_iter().chain(Who::columns()).chain([hits()]).chain(times));
    let mut all = 0;
    for found in found {
        all += found.principals.len();
        for slot in top(found.principals.iter(), most, |one, other| one.most_first(other)) {
            let counts = [slot.span.records.into(), slot.span.first().into(), slot.span.last().into()];
            let id = (&found.query.id).into();
            rows.push_all([id].into_iter().chain(Who::of(&slot.group).values()).chain(counts));
        }
    }
    tell_left_out(section, (all, rows.len()), "pairs of query and principal");
    let about = format!("The first {most} principals of each query, most hits first");
    section.tables.push(rows.into_table("principals", "By principal", about)?);
    Ok(())
}

fn draw(section: &mut Section, mut found: Vec<&Found<'_>>) {
    found.sort_by_key(|found| std::cmp::Reverse(found.forecast.hits));
    let shown = found.len().min(MOST_DRAWN);
    let bars = found.iter().map(|found| Bar { name: found.query.id.clone(), value: found.forecast.hits });
    section.chart("Hits by query", Shape::Bars(bars.collect()));
    let series = found.iter().take(MOST_DRAWN).map(|found| Series {
        name: found.query.id.clone(),
        days: found.days.iter().filter_map(|(day, hits)| Some(((*day)?, *hits))).collect(),
    });
    let title = if found.len() > shown {
        format!("Hits per day: the {shown} queries with most hits of {}", found.len())
    } else {
        "Hits per day".to_owned()
    };
    section.chart(title, Shape::Days(series.collect()));
}
