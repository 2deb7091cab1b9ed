//! The literal prefilter: most records hold none of the strings that all queries need, and are only counted.
//!
//! A rule that names one of a few strings at a field can only be satisfied by a record in which one of them stands, in
//! quotes, wherever that may be; or in which an escape could stand for a letter of it. So the strings of a log file are held
//! against all literals at once, while it is split, and whatever holds one is read like every other record.

use super::plan;
use crate::decode::{Found, Records};
use crate::event::{self, EventFields};
use crate::json::FieldId;
use crate::json::compact::Marker;
use crate::language::{Condition, Rule};
use crate::source::Scope;

/// Beyond so many literals too many records hold one: their names tell them apart better.
const MOST_LITERALS: usize = 16;

/// What tells the records that may match from all others.
#[derive(Debug)]
pub(super) struct Prefilter {
    marker: Marker,
}

impl Prefilter {
    /// Returns the prefilter of some conditions; `None` when one of them can do without literals, or when more has to be
    /// known of every record: its place counts where a time range or regions are asked for.
    pub(super) fn new(
        conditions: &[Condition],
        fields: &EventFields,
        event_name: Option<FieldId>,
        scope: &Scope,
    ) -> Option<Self> {
        if scope.since.is_some() || scope.until.is_some() || !scope.regions.is_empty() {
            return None;
        }
        let rules = conditions.iter().flat_map(Condition::rules);
        let needed: Option<Vec<_>> = rules.map(|rule| needed(rule, fields, event_name)).collect();
        let mut literals: Vec<&str> = needed?.concat();
        for event_type in event::never_delivered() {
            // These records are counted apart.
            literals.push(event_type);
        }
        literals.sort_unstable();
        literals.dedup();
        let marker = Marker::of_strings(&literals).ok()?;
        (literals.len() <= MOST_LITERALS).then_some(Self { marker })
    }

    /// Returns what marks the literals.
    pub(super) fn marker(&self) -> &Marker {
        &self.marker
    }

    /// Tells whether a record may match, by the literals that are marked in it.
    pub(super) fn is_candidate(records: &Records, found: &Found) -> bool {
        records.marks(found).is_none_or(|marks| !marks.is_empty())
    }
}

/// Returns strings, one of which is in every record that satisfies a rule: few, or those that tell best.
fn needed<'r>(rule: &'r Rule, fields: &EventFields, event_name: Option<FieldId>) -> Option<Vec<&'r str>> {
    let tests = rule.tests.iter().filter(|test| plan::is_telling(test.field, fields));
    let tests = tests.filter_map(|test| Some((test.field, test.texts()?)));
    let best = tests.min_by_key(|(field, texts)| (Some(*field) != event_name, texts.len()));
    best.map(|(_, texts)| texts)
}
