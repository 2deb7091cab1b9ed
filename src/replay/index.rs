//! The rule index: which queries an event name leaves.

use super::plan::{Marked, Plan};
use crate::json::FieldId;
use crate::language::{Condition, Rule};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// How many event names are remembered; AWS has some fifteen thousand, hostile files have any number.
const MOST_NAMES: usize = 50_000;

/// What was found out about event names so far; one thread's, from log file to log file.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_name: HashMap<Box<[u8]>, u32, FixedState>,
    unnamed: Option<u32>,
    plans: Vec<Plan>,
    /// Most names leave the same conditions.
    by_conditions: HashMap<Vec<u32>, u32, FixedState>,
}

impl Known {
    /// Returns the plan for records of that event name, or for those that have none.
    #[inline]
    pub(super) fn plan(
        &mut self,
        name: Option<&[u8]>,
        conditions: &[Condition],
        known: &Marked<'_>,
    ) -> &Plan {
        let plan = match name {
            Some(name) => self.by_name.get(name).copied(),
            None => self.unnamed,
        };
        let plan = plan.unwrap_or_else(|| self.learn(name, conditions, known));
        &self.plans[plan as usize]
    }

    #[cold]
    fn learn(&mut self, name: Option<&[u8]>, conditions: &[Condition], known: &Marked<'_>) -> u32 {
        if self.by_name.len() == MOST_NAMES {
            *self = Self::default();
        }
        let is_admitted = |rule: &&Rule| known.event_name.is_none_or(|field| rule.admits(field, name));
        let admitted = |condition: &u32| conditions[*condition as usize].rules().iter().filter(is_admitted);
        let left: Vec<u32> =
            (0..conditions.len() as u32).filter(|condition| admitted(condition).next().is_some()).collect();
        // Of conditions with several rules others may be admitted for another name.
        let is_shared = left.iter().all(|condition| conditions[*condition as usize].rules().len() == 1);
        let shared = self.by_conditions.get(&left).filter(|_| is_shared).copied();
        let number = shared.unwrap_or_else(|| {
            let mut plan = Plan::default();
            for condition in &left {
                let rules: Vec<&Rule> = admitted(condition).collect();
                plan.add(*condition, &rules, known);
            }
            plan.finish(known.fields);
            self.plans.push(plan);
            self.plans.len() as u32 - 1
        });
        if is_shared {
            self.by_conditions.insert(left, number);
        }
        match name {
            Some(name) => drop(self.by_name.insert(name.into(), number)),
            None => self.unnamed = Some(number),
        }
        number
    }
}

/// Tells whether the event name alone leaves a condition out of nearly all records: whether it refuses a name that nothing
/// has, and the want of one.
pub(super) fn is_named(condition: &Condition, event_name: Option<FieldId>) -> bool {
    let refuses = |field| [Some(&b""[..]), None].iter().all(|name| !condition.admits(field, *name));
    event_name.is_some_and(refuses)
}
