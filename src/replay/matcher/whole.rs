//! Asks about records and events that were projected whole: those whose marks do not tell all.

use super::super::glance::LONGEST_NAME;
use super::{Matcher, Scratch};
use crate::event::Members;
use crate::json::{Leaf, Place, Scalar, View};
use crate::language::{Condition, Subject};
use std::borrow::Cow;

impl Matcher<'_> {
    /// Asks about what was projected whole, only the queries on one subject when that is given.
    pub(in crate::replay) fn ask_all(&self, bytes: &[u8], subject: Option<Subject>, scratch: &mut Scratch) {
        let view = scratch.leaves.view(bytes);
        let is_asked = |condition: &Condition| subject.is_none_or(|subject| condition.subject() == subject);
        let is_satisfied = |position: &u32| {
            let condition = &self.conditions[*position as usize];
            is_asked(condition) && condition.is_satisfied(&view)
        };
        scratch.matched.clear();
        match self.only_name(&view) {
            Some(name) => {
                let left = scratch.known[0].left(name.as_deref(), &self.rules(Members::NONE));
                scratch.matched.extend(left.iter().copied().filter(is_satisfied));
            }
            None => scratch.matched.extend((0..self.conditions.len() as u32).filter(is_satisfied)),
        }
    }

    /// Returns the event name, or that there is none; `None` when there are several, or it is an odd one.
    fn only_name<'a>(&self, view: &View<'a>) -> Option<Option<Cow<'a, [u8]>>> {
        let mut leaves = view.at(self.event_name?);
        match (leaves.next(), leaves.next()) {
            (None, _) => Some(None),
            (Some(Leaf { value: Scalar::String(text), place: Place::TOP }), None) => {
                let name = text.decode_bytes();
                (name.len() <= LONGEST_NAME).then_some(Some(name))
            }
            _ => None,
        }
    }
}
