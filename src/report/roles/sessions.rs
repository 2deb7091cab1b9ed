//! Sessions of roles, and who called for them.

use super::super::sentence::tell_left_out;
use super::super::tally::top;
use super::super::{Column, Error, Kind, Rows, Section, Slot, Tally, who::Who};
use super::role::Role;
use crate::record::Identity;
use std::collections::{BTreeMap, BTreeSet};

const SESSION: &str = "responseElements.assumedRoleUser.assumedRoleId";

/// Returns the fields that callers are counted by.
pub(super) fn callers() -> Vec<&'static str> {
    [SESSION].into_iter().chain(Identity::FIELDS).collect()
}

/// Adds the table of the sessions that did most.
pub(super) fn tell(
    section: &mut Section,
    sessions: &[Slot],
    callers: Tally,
    most: usize,
) -> Result<(), Error> {
    let shown = top(sessions.iter(), most, |one, other| one.most_first(other));
    tell_left_out(section, (sessions.len(), shown.len()), "sessions");
    let identities: Vec<_> = shown.iter().map(|slot| identity(slot)).collect();
    let wanted: BTreeSet<&str> =
        identities.iter().filter_map(|identity| identity.principal_id.as_deref()).collect();
    let mut behind: BTreeMap<String, BTreeSet<Who>> = BTreeMap::new();
    for slot in callers.into_slots() {
        let values: Vec<_> = slot.group.values().collect();
        let Some(id) = values.first().and_then(Option::as_deref).filter(|id| wanted.contains(id)) else {
            continue;
        };
        let caller = Who::from_values(values.iter().skip(1).map(Option::as_deref));
        behind.entry(id.to_owned()).or_default().insert(caller);
    }
    let mut rows = Rows::new([
        Column::new("role", Kind::Text, "name of the role that issued the session"),
        Column::new("role_account", Kind::Text, "the role's account"),
        Column::new(
            "session",
            Kind::Text,
            "who the session is: the role with the name that the caller chose",
        ),
        Column::bar("records", "number of records of the session"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
        Column::new(
            "caller",
            Kind::Text,
            "who called for it; empty when a service did, or the call is not in what was read; several by `, `",
        ),
        Column::new("callers", Kind::Count, "number of principals that called for a session of that name"),
    ]);
    for (slot, identity) in shown.iter().zip(&identities) {
        let callers = identity.principal_id.as_ref().and_then(|id| behind.get(id));
        let names = callers.map(|callers| callers.iter().map(Who::in_words).collect::<Vec<_>>().join(", "));
        let role = Role::of_session(identity);
        let (name, account) = role.map(|role| (role.name, role.account)).unzip();
        rows.push([
            name.into(),
            account.flatten().into(),
            identity.name().into(),
            slot.span.records.into(),
            slot.span.first().into(),
            slot.span.last().into(),
            names.into(),
            callers.map_or(0, BTreeSet::len).into(),
        ]);
    }
    let about = format!("The first {most} sessions, most records first");
    section.tables.push(rows.into_table("sessions", "Sessions", about)?);
    Ok(())
}

fn identity(slot: &Slot) -> Identity {
    let values: Vec<_> = slot.group.values().collect();
    Identity::from_values(values.iter().map(Option::as_deref))
}
