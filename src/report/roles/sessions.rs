//! Sessions of roles, and who called for them.

use super::super::sentence::tell_left_out;
use super::super::tally::top;
use super::super::{Column, Error, Joined, Kind, Rows, Section, Slot, who::Who};
use super::role::Role;
use super::session::{self, Callers, Session};
use crate::record::Identity;
use std::collections::{BTreeMap, BTreeSet};

/// Adds the table of the sessions that did most.
pub(super) fn tell(
    section: &mut Section,
    used: Vec<Joined>,
    calls: &Callers,
    most: usize,
) -> Result<(), Error> {
    let sessions = session::join(used, calls);
    let all = sessions.len();
    let shown = top(sessions.into_iter(), most, |one, other| {
        let caller = |session: &Session| session.caller.as_deref().map(Who::of);
        one.slot.most_first(&other.slot).then_with(|| caller(one).cmp(&caller(other)))
    });
    tell_left_out(section, (all, shown.len()), "sessions");
    let identities: Vec<_> = shown.iter().map(|session| identity(&session.slot)).collect();
    let named = by_name(calls, &identities);
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
        Column::new("callers", Kind::Count, "number of principals that may have called for it"),
        Column::new(
            "joined_by",
            Kind::Text,
            "how the caller is known: by the `access key` that the call issued, or only by the `session name`",
        ),
    ]);
    for (Session { slot, caller }, identity) in shown.iter().zip(&identities) {
        let by_key = caller.as_deref().map(|caller| BTreeSet::from([Who::of(caller)]));
        let joined_by = if by_key.is_some() { "access key" } else { "session name" };
        let by_name = || identity.principal_id.as_deref().and_then(|id| named.get(id)).cloned();
        let callers = by_key.or_else(by_name);
        let names =
            callers.as_ref().map(|callers| callers.iter().map(Who::in_words).collect::<Vec<_>>().join(", "));
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
            callers.as_ref().map_or(0, BTreeSet::len).into(),
            callers.is_some().then_some(joined_by).into(),
        ]);
    }
    let about = format!("The first {most} sessions, one row for each known caller, most records first");
    section.tables.push(rows.into_table("sessions", "Sessions", about)?);
    Ok(())
}

/// Returns who called for sessions of the wanted principals' ids.
fn by_name(calls: &Callers, wanted: &[Identity<'_>]) -> BTreeMap<String, BTreeSet<Who>> {
    let wanted: BTreeSet<&str> =
        wanted.iter().filter_map(|identity| identity.principal_id.as_deref()).collect();
    let mut named: BTreeMap<String, BTreeSet<Who>> = BTreeMap::new();
    for Joined { groups: [call, caller], .. } in calls {
        let id = call.values().next().flatten();
        if let Some(id) = id.filter(|id| wanted.contains(&**id)) {
            named.entry(id.into_owned()).or_default().insert(Who::of(caller));
        }
    }
    named
}

fn identity(slot: &Slot) -> Identity<'static> {
    let values: Vec<_> = slot.group.values().collect();
    Identity::from_values(values.iter().map(Option::as_deref)).into_owned()
}
