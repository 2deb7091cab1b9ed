//! Roles, calls for them, and calls by name and day.

use super::super::sentence::tell_left_out;
use super::super::{Bar, Column, Error, Kind, Rows, Section, Series, Shape, Span, Tally, Value, who::Who};
use super::role::{Role, Sum};
use super::uses::Use;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many roles are drawn.
const MOST_BARS: usize = 12;

fn count_of(name: &str, about: &'static str) -> Column {
    Column::new(name, Kind::Count, about)
}

/// Adds the table of roles.
pub(super) fn tell_roles(section: &mut Section, roles: BTreeMap<Role, Sum<'_>>) -> Result<(), Error> {
    let mut roles: Vec<_> = roles.into_iter().collect();
    roles.sort_by_key(|(_, sum)| Reverse((sum.calls, sum.active.records)));
    draw(section, &roles);
    let mut rows = Rows::new([
        Column::new("role", Kind::Text, "name of the role"),
        Column::new("role_account", Kind::Text, "the role's account"),
        Column::new(
            "role_arn",
            Kind::Text,
            "the role's ARN; empty when no call names it: sessions tell no path",
        ),
        Column::bar("calls", "number of calls for the role"),
        count_of("refused", "of these, refused"),
        count_of("across_accounts", "of the calls, those of callers in another account"),
        count_of("on_callers_side", "of those across accounts, recorded in the caller's account"),
        count_of("callers", "number of principals that called"),
        count_of("addresses", "number of source addresses of the calls"),
        Column::new("first_call", Kind::Time, "`eventTime` of the first call"),
        Column::new("last_call", Kind::Time, "`eventTime` of the last call"),
        count_of("sessions", "number of sessions of the role that did something"),
        Column::bar("session_records", "number of records of the role's sessions"),
        Column::new("first_active", Kind::Time, "`eventTime` of the first of them"),
        Column::new("last_active", Kind::Time, "`eventTime` of the last of them"),
    ]);
    for (role, sum) in roles {
        rows.push([
            role.name.into(),
            role.account.into(),
            sum.arn.into(),
            sum.calls.into(),
            sum.refused.into(),
            sum.across.into(),
            sum.on_the_callers_side.into(),
            sum.callers.len().into(),
            sum.addresses.len().into(),
            sum.called.first().into(),
            sum.called.last().into(),
            sum.sessions.into(),
            sum.active.records.into(),
            sum.active.first().into(),
            sum.active.last().into(),
        ]);
    }
    let about =
        "One row a role with calls or sessions, most calls first; calls for unknown roles are in none";
    section.tables.push(rows.into_table("roles", "Roles", about)?);
    Ok(())
}

fn draw(section: &mut Section, roles: &[(Role, Sum<'_>)]) {
    let name = |role: &Role| match &role.account {
        Some(account) => format!("{account} {}", role.name),
        None => role.name.clone(),
    };
    let called = roles.iter().filter(|(_, sum)| sum.calls > 0).take(MOST_BARS);
    let bars = called.map(|(role, sum)| Bar { name: name(role), value: sum.calls });
    section.chart(format!("Calls by role: at most {MOST_BARS}"), Shape::Bars(bars.collect()));
}

/// What tells the rows of uses apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    api: Option<&'a str>,
    role: Option<&'a Role>,
    arn: Option<&'a str>,
    caller: &'a Who,
    address: Option<&'a str>,
    is_across: Option<bool>,
    account: Option<&'a str>,
}

/// Adds the table of who called for what from where.
pub(super) fn tell_uses(section: &mut Section, uses: &[Use], top: usize) -> Result<(), Error> {
    let mut sums: BTreeMap<Key<'_>, (Span, u64)> = BTreeMap::new();
    for used in uses {
        let key = Key {
            api: used.api.as_deref(),
            role: used.role.as_ref(),
            arn: used.arn.as_deref(),
            caller: &used.caller,
            address: used.address.as_deref(),
            is_across: used.is_across(),
            account: used.account.as_deref(),
        };
        let (span, refused) = sums.entry(key).or_default();
        span.add(&used.span);
        *refused += if used.is_refused { used.span.records } else { 0 };
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (span, _))| Reverse(span.records));
    tell_left_out(section, (sums.len(), sums.len().min(top)), "uses of roles");
    let mut rows = Rows::new(use_columns());
    for (key, (span, refused)) in sums.into_iter().take(top) {
        let role = [
            key.api.into(),
            key.role.map(|role| &role.name).into(),
            key.role.and_then(|role| role.account.as_ref()).into(),
            key.arn.into(),
        ];
        let rest: [Value<'_>; 7] = [
            key.address.into(),
            key.account.into(),
            key.is_across.into(),
            span.records.into(),
            refused.into(),
            span.first().into(),
            span.last().into(),
        ];
        rows.push_all(role.into_iter().chain(key.caller.values()).chain(rest));
    }
    let about = format!("The first {top} uses: who called for which role from where, most calls first");
    section.tables.push(rows.into_table("uses", "Uses", about)?);
    Ok(())
}

fn use_columns() -> impl Iterator<Item = Column> {
    let role = [
        Column::new("event_name", Kind::Text, "`eventName`: how the role was called for"),
        Column::new("role", Kind::Text, "name of the role; empty when the record does not name it"),
        Column::new("role_account", Kind::Text, "the role's account"),
        Column::new("role_arn", Kind::Text, "`requestParameters.roleArn`, as it was asked for"),
    ];
    let rest = [
        Column::new("source_ip", Kind::Address, "`sourceIPAddress` of the call"),
        Column::new("account", Kind::Text, "receiving account: in whose log the call is"),
        Column::new(
            "across_accounts",
            Kind::Flag,
            "whether the caller is in another account than the role; empty when the role is unknown, or the caller is a \
             service or federated and has none",
        ),
        Column::bar("calls", "number of calls"),
        count_of("refused", "of these, refused"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ];
    role.into_iter().chain(Who::columns()).chain(rest)
}

/// Adds the table of calls by their name.
pub(super) fn tell_calls(section: &mut Section, uses: &[Use]) -> Result<(), Error> {
    let mut calls: BTreeMap<Option<&str>, (u64, u64, BTreeSet<&Role>)> = BTreeMap::new();
    for used in uses {
        let (records, refused, roles) = calls.entry(used.api.as_deref()).or_default();
        *records += used.span.records;
        *refused += if used.is_refused { used.span.records } else { 0 };
        roles.extend(&used.role);
    }
    let mut rows = Rows::new([
        Column::new("event_name", Kind::Text, "`eventName`: how roles were called for"),
        Column::bar("calls", "number of calls"),
        count_of("refused", "of these, refused"),
        count_of("roles", "number of different roles, as far as they are known"),
    ]);
    for (api, (records, refused, roles)) in calls {
        rows.push([api.into(), records.into(), refused.into(), roles.len().into()]);
    }
    section.tables.push(rows.into_table("calls", "Calls", "One row a kind of call, sorted by name")?);
    Ok(())
}

/// Adds the table of calls by day.
pub(super) fn tell_days(section: &mut Section, days: Tally) -> Result<(), Error> {
    let about = "day of `eventTime` in UTC; empty for calls without readable time";
    let mut rows = Rows::new([Column::new("day", Kind::Day, about), Column::bar("calls", "number of calls")]);
    let mut drawn = Vec::new();
    for counted in days.into_sorted() {
        let day = counted.value(0).and_then(|day| day.parse::<Date>().ok());
        rows.push([day.into(), counted.records.into()]);
        drawn.extend(day.map(|day| (day, counted.records)));
    }
    section.tables.push(rows.into_table("days", "Days", "One row a day with calls, ascending")?);
    section.chart(
        "Calls for roles per day",
        Shape::Days(vec![Series { name: "calls".to_owned(), days: drawn }]),
    );
    Ok(())
}
