//! Asks conditions about one record, by those of its members that are marked.

use super::Matcher;
use super::glance::Glance;
use super::identities::Identities;
use super::matcher::Verdict;
use super::plan::{Asks, Aspect};
use crate::event::Members;
use crate::json::scan::SyntaxError;
use crate::json::{Leaves, Repeats};

/// A record that is asked about.
pub(super) struct Asking<'a, 'q> {
    pub(super) matcher: &'a Matcher<'q>,
    pub(super) glance: &'a Glance<'a>,
    pub(super) key_account: Option<&'a str>,
    pub(super) marked: Members,
    pub(super) leaves: &'a mut Leaves,
    pub(super) repeats: &'a mut Repeats,
    /// The members that had to be looked at.
    pub(super) wanted: &'a mut Members,
    /// Those of them that are projected.
    pub(super) projected: Members,
    pub(super) is_wrapped: bool,
}

impl Asking<'_, '_> {
    /// Forgets what was projected.
    pub(super) fn begin(&mut self) {
        self.leaves.reset(self.matcher.fields().fields().len());
        self.projected = Members::NONE;
        self.is_wrapped = false;
    }

    /// Writes what the member whose values come again and again says under an aspect; false when that is not all there is
    /// to it.
    pub(super) fn say_identity(&mut self, aspect: &Aspect, text: &mut Vec<u8>) -> bool {
        self.begin();
        let is_sound = self.project(self.matcher.fields().repeating_members()).is_ok();
        is_sound && aspect.write(&self.leaves.view(self.glance.record), text)
    }

    /// Asks conditions on the member whose values come again and again.
    pub(super) fn identities(
        &mut self,
        identities: &mut Identities,
        matched: &mut Vec<u32>,
    ) -> Result<(), SyntaxError> {
        let (fields, glance) = (self.matcher.fields(), self.glance);
        let members = fields.repeating_members();
        *self.wanted = self.wanted.and(members);
        let repeat = fields.recognize(glance.record, glance.marks, self.repeats);
        match repeat.and_then(|repeat| identities.known(repeat)) {
            Some(satisfied) => matched.extend(satisfied),
            None => {
                self.project(members)?;
                identities.ask(&self.leaves.view(glance.record), repeat, matched);
            }
        }
        Ok(())
    }

    /// Adds the positions of the conditions that the record satisfies; false when one of them looks at what is not marked.
    pub(super) fn asks(
        &mut self,
        asks: &Asks,
        candidates: &mut Vec<u32>,
        matched: &mut Vec<u32>,
    ) -> Result<bool, SyntaxError> {
        if asks.open.is_empty() {
            return Ok(true);
        }
        let (fields, glance) = (self.matcher.fields(), self.glance);
        let memory = (&mut *self.leaves, &mut *self.repeats);
        let projected = asks.candidates(glance, fields, memory, (self.projected, candidates))?;
        self.projected = projected;
        if candidates.is_empty() {
            *self.wanted = self.wanted.and(projected);
            return Ok(true);
        }
        let open = candidates.iter().map(|place| &asks.open[*place as usize]);
        let members = open.clone().fold(Members::NONE, |members, open| members.and(open.needs.members));
        *self.wanted = self.wanted.and(projected).and(members);
        if !members.is_within(self.marked) {
            return Ok(false);
        }
        self.project(members)?;
        if !self.is_wrapped && open.clone().any(|open| open.needs.envelope) {
            fields.wrap(glance.record, self.key_account, self.leaves);
            self.is_wrapped = true;
        }
        let view = self.leaves.view(glance.record);
        matched.extend(open.filter(|open| open.condition.is_satisfied(&view)).map(|open| open.position));
        Ok(true)
    }

    /// Projects what tells the event from others, and its groups apart.
    pub(super) fn identify(&mut self, identity: Members) -> Result<Verdict, SyntaxError> {
        *self.wanted = self.wanted.and(identity);
        let fallback = self.matcher.fallback();
        if !identity.and(fallback).is_within(self.marked) {
            return Ok(Verdict::Unsure);
        }
        self.project(identity)?;
        if self.matcher.fields().account(&self.leaves.view(self.glance.record)).is_none() {
            self.project(fallback)?;
        }
        Ok(Verdict::Sure)
    }

    fn project(&mut self, members: Members) -> Result<(), SyntaxError> {
        let missing = members.without(self.projected);
        self.projected = self.projected.and(members);
        let (glance, memory) = (self.glance, (&mut *self.leaves, &mut *self.repeats));
        self.matcher.fields().project_members(glance.record, glance.marks, missing, memory)
    }
}
