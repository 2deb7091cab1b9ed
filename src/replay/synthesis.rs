//! Events that no trail records, approximated from records that cause them, and asked against all queries.
//!
//! The records are selected by a query of our own behind those of the run ([`super::Matcher::synthesizing`]).

use super::Matcher;
use super::groups::Groups;
use super::matcher::Scratch;
use crate::decode::Kind;
use crate::event::{self, Presence};
use crate::language::Subject;
use crate::record::Facts;

/// Asks about approximated events; its memory goes from record to record.
#[derive(Debug, Default)]
pub(super) struct Synthesis {
    scratch: Scratch,
}

/// An approximated event that matched.
#[derive(Debug)]
pub(super) struct Synthetic {
    pub(super) event: Vec<u8>,
    /// The queries that it matched, by position, ascending.
    pub(super) queries: Vec<u32>,
    /// The groupings that were asked for, one bit each …
    pub(super) groupings: u64,
    /// … and the numbers of the event's groups by them, in the same order.
    pub(super) groups: Vec<u32>,
    /// Those of the record that caused it, under the event's own name.
    pub(super) facts: Facts,
}

impl Synthesis {
    /// Returns the events of a record that match, in the order in which they would have been sent.
    pub(super) fn ask(
        &mut self,
        (matcher, groups): (&Matcher<'_>, &Groups),
        record: &[u8],
        facts: &Facts,
        key_account: Option<&str>,
    ) -> Vec<Synthetic> {
        let events = event::state_changes(record, key_account);
        let account = facts.account.as_deref().or(key_account);
        events
            .into_iter()
            .filter_map(|event| self.ask_event((matcher, groups), event, facts, account))
            .collect()
    }

    fn ask_event(
        &mut self,
        (matcher, groups): (&Matcher<'_>, &Groups),
        event: Vec<u8>,
        facts: &Facts,
        account: Option<&str>,
    ) -> Option<Synthetic> {
        let scratch = &mut self.scratch;
        let projected = matcher.project(Kind::Event, &event, account, &mut scratch.leaves);
        // We wrote it ourselves.
        if projected != Ok(Presence::Event) {
            return None;
        }
        // No log group holds it, so only event patterns see it.
        matcher.ask_all(&event, Some(Subject::Event), scratch);
        if scratch.matched.is_empty() {
            return None;
        }
        if let Some(region) = &facts.region {
            matcher.fields().add_region(region, &mut scratch.leaves);
        }
        let keeps = matcher.keeps();
        let groupings =
            scratch.matched.iter().fold(0, |set, position| set | keeps.of_queries[*position as usize].set);
        let mut numbers = Vec::new();
        for (number, grouping) in keeps.groupings.iter().enumerate() {
            if groupings >> number & 1 == 1 {
                let view = scratch.leaves.view(&event);
                grouping.write_key(matcher.fields(), &view, account, &mut scratch.met.key);
                numbers.push(groups.find(number, &mut scratch.met));
            }
        }
        let facts = Facts { event_name: Some(event::STATE_CHANGE.to_owned()), ..facts.clone() };
        Some(Synthetic { queries: scratch.matched.clone(), event, groupings, groups: numbers, facts })
    }
}
