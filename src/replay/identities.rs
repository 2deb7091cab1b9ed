//! Conditions that look at nothing but the member whose values come again and again, `userIdentity`: what the records of one
//! session answer is remembered.

use crate::json::{Repeat, View};
use crate::language::Condition;

/// So many different answers are remembered for one set of conditions.
const MOST_ANSWERS: usize = 1_024;

/// Some conditions on the member, and what is known of their answers.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// By position, ascending.
    conditions: Vec<(u32, Condition)>,
    /// Which of them values satisfy, each answer once.
    answers: Vec<Vec<u32>>,
    /// By the slot of a value: its serial, and its answer.
    by_slot: Vec<(u64, u32)>,
}

impl Identities {
    pub(super) fn new(conditions: Vec<(u32, Condition)>) -> Self {
        Self { conditions, ..Self::default() }
    }

    pub(super) fn conditions(&self) -> &[(u32, Condition)] {
        &self.conditions
    }

    /// Returns the positions of the conditions that a value satisfies, when that is known.
    pub(super) fn known(&self, repeat: Repeat) -> Option<&[u32]> {
        let (serial, answer) = self.by_slot.get(repeat.slot)?;
        (*serial == repeat.serial).then(|| self.answers[*answer as usize].as_slice())
    }

    /// Asks all conditions, and remembers the answer for a value that may come again.
    pub(super) fn ask(&mut self, leaves: &View<'_>, repeat: Option<Repeat>, satisfied: &mut Vec<u32>) {
        let first = satisfied.len();
        let yes = self.conditions.iter().filter(|(_, condition)| condition.is_satisfied(leaves));
        satisfied.extend(yes.map(|(position, _)| *position));
        if let Some(repeat) = repeat {
            self.remember(repeat, &satisfied[first..]);
        }
    }

    fn remember(&mut self, repeat: Repeat, satisfied: &[u32]) {
        let known = self.answers.iter().position(|answer| answer == satisfied);
        let answer = known.unwrap_or_else(|| {
            if self.answers.len() == MOST_ANSWERS {
                self.answers.clear();
                self.by_slot.clear();
            }
            self.answers.push(satisfied.to_vec());
            self.answers.len() - 1
        });
        if self.by_slot.len() <= repeat.slot {
            // No value has this serial.
            self.by_slot.resize(repeat.slot + 1, (0, 0));
        }
        self.by_slot[repeat.slot] = (repeat.serial, answer as u32);
    }
}
