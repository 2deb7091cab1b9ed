//! Where a record stands to the scope of a run.

use super::glance::Glance;
use super::outcome::Place;
use crate::event::EventFields;
use crate::json::View;
use crate::record::parse_event_time;
use crate::source::{LogKey, Scope};
use jiff::Timestamp;
use std::borrow::Cow;

/// Tells whether a record belongs to the scope.
pub(super) fn place(scope: &Scope, key: &LogKey, fields: &EventFields, leaves: &View<'_>) -> Place {
    if !is_of_account(scope, key, fields, leaves) || !is_of_region(scope, key, fields, leaves) {
        return Place::Outside;
    }
    place_in_time(scope, || fields.event_time(leaves).map(|time| time.decode()))
}

/// Tells the same without leaves; `None` when that takes more than a glance.
pub(super) fn place_at_a_glance(scope: &Scope, key: &LogKey, glance: &Glance<'_>) -> Option<Place> {
    if key.account().is_none() && !scope.accounts.is_empty() {
        return None;
    }
    if !scope.regions.is_empty() && !is_region(scope, key, glance.aws_region()?.map(String::from_utf8_lossy))
    {
        return Some(Place::Outside);
    }
    if scope.since.is_none() && scope.until.is_none() {
        return Some(Place::Inside);
    }
    let event_time = glance.event_time()?;
    Some(place_in_time(scope, || event_time.map(String::from_utf8_lossy)))
}

fn place_in_time<'a>(scope: &Scope, event_time: impl FnOnce() -> Option<Cow<'a, str>>) -> Place {
    if scope.since.is_none() && scope.until.is_none() {
        return Place::Inside;
    }
    match event_time().and_then(|time| parse_event_time(&time)) {
        Some(time) if is_within(scope, time) => Place::Inside,
        Some(_) => Place::Outside,
        None => Place::Undated,
    }
}

/// The key names the account that received the record; only where it does not, the record is asked.
fn is_of_account(scope: &Scope, key: &LogKey, fields: &EventFields, leaves: &View<'_>) -> bool {
    if scope.accounts.is_empty() || key.account().is_some() {
        return true;
    }
    fields.account(leaves).is_some_and(|account| scope.accounts.contains(account.decode().as_ref()))
}

/// A folder can hold records of another region (copies, and global services before November 2021): the record itself
/// decides. One that names none, or `global`, is of the region of its folder.
fn is_of_region(scope: &Scope, key: &LogKey, fields: &EventFields, leaves: &View<'_>) -> bool {
    if scope.regions.is_empty() {
        return true;
    }
    is_region(scope, key, fields.aws_region(leaves).map(|region| region.decode()))
}

fn is_region(scope: &Scope, key: &LogKey, named: Option<Cow<'_, str>>) -> bool {
    match named.as_deref() {
        None | Some("" | "global" | "aws-global") => {
            key.region().is_some_and(|region| scope.regions.contains(region))
        }
        Some(region) => scope.regions.contains(region),
    }
}

fn is_within(scope: &Scope, time: Timestamp) -> bool {
    scope.since.is_none_or(|since| since <= time) && scope.until.is_none_or(|until| time < until)
}
