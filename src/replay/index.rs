//! The rule index: which queries an event name leaves, and what a kind of records leaves of them.

use super::glance::Glance;
use super::identities::Identities;
use super::keep::Keeps;
use super::kind::{Kind, Seen, Traits};
use super::plan::{self, Alike, Aspect, Needs, PARTS, Plan};
use crate::event::{EventFields, Members};
use crate::json::FieldId;
use crate::language::{Condition, Remainder, Rule, Subject};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// How many names and kinds of records are remembered; AWS has some fifteen thousand names of calls, hostile files have any number.
pub(super) const MOST_REMEMBERED: usize = 50_000;

/// So many kinds of records are told apart among those of one name; the others are of no kind.
const MOST_KINDS: usize = 64;

/// Fields of identities of which many say the same.
const SHARED: [&str; 5] = [
    "detail.userIdentity.type",
    "detail.userIdentity.accountId",
    "detail.userIdentity.invokedBy",
    "detail.userIdentity.sessionContext.assumedRoot",
    "detail.userIdentity.sessionContext.attributes.mfaAuthenticated",
];

/// What plans are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) conditions: &'a [Condition],
    pub(super) fields: &'a EventFields,
    pub(super) traits: &'a Traits,
    pub(super) keeps: &'a Keeps,
    pub(super) event_name: Option<FieldId>,
    /// The members that are marked wherever a record has them.
    pub(super) marked: Members,
}

/// What was found out about event names so far; one thread's, from log file to log file.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_name: HashMap<Box<[u8]>, Name, FixedState>,
    unnamed: Option<Name>,
    plans: Vec<Plan>,
    /// Most kinds leave the same conditions: plans by the positions of all of these.
    by_positions: HashMap<Vec<u32>, Vec<u32>, FixedState>,
    /// What plans ask of identities; most ask the same.
    identities: Vec<Identities>,
    remembered: usize,
    /// So many plans were made, also of those that are forgotten.
    serial: u64,
}

/// What is known of one event name.
#[derive(Debug)]
struct Name {
    /// The conditions that records of that name may satisfy.
    left: Vec<u32>,
    /// The kinds of them, and their plans.
    kinds: Vec<(Kind, u32)>,
    /// The plans of records of no kind, those that a bus carries first.
    others: [Option<u32>; 2],
}

impl Known {
    /// Returns the plan for records of that name and kind, and what it asks of identities.
    #[inline]
    pub(super) fn plan(
        &mut self,
        glance: &Glance<'_>,
        rules: &Rules<'_>,
    ) -> (&Plan, Option<&mut Identities>) {
        let name = match glance.event_name {
            Some(name) => self.by_name.get(name),
            None => self.unnamed.as_ref(),
        };
        let seen = rules.traits.see(glance);
        let plan = name.and_then(|name| {
            let kind = name.kinds.iter().find(|(kind, _)| seen.is_of(kind));
            kind.map(|(_, plan)| *plan)
        });
        let plan = plan.unwrap_or_else(|| self.learn(glance.event_name, &seen, rules));
        let plan = &self.plans[plan as usize];
        (plan, plan.identities.map(|number| &mut self.identities[number as usize]))
    }

    /// Returns the positions of the conditions that records of that name may satisfy, whatever else is in them.
    pub(super) fn left(&mut self, event_name: Option<&[u8]>, rules: &Rules<'_>) -> &[u32] {
        let is_known = match event_name {
            Some(name) => self.by_name.contains_key(name),
            None => self.unnamed.is_some(),
        };
        if !is_known {
            self.make_room();
        }
        &self.name(event_name, rules).left
    }

    fn name(&mut self, event_name: Option<&[u8]>, rules: &Rules<'_>) -> &mut Name {
        let new = || Name::new(event_name, rules);
        match event_name {
            Some(name) => self.by_name.entry(name.into()).or_insert_with(new),
            None => self.unnamed.get_or_insert_with(new),
        }
    }

    /// Forgets everything when too much is remembered.
    fn make_room(&mut self) {
        if self.remembered == MOST_REMEMBERED {
            *self = Self { serial: self.serial, ..Self::default() };
        }
        self.remembered += 1;
    }

    #[cold]
    fn learn(&mut self, event_name: Option<&[u8]>, seen: &Seen<'_>, rules: &Rules<'_>) -> u32 {
        self.make_room();
        self.serial += 1;
        let Self { by_name, unnamed, plans, by_positions, identities, serial, .. } = self;
        let new = || Name::new(event_name, rules);
        let name = match event_name {
            Some(name) => by_name.entry(name.into()).or_insert_with(new),
            None => unnamed.get_or_insert_with(new),
        };
        let kind = seen.kind();
        if let Some((_, plan)) = name.kinds.iter().find(|(known, _)| *known == kind) {
            return *plan;
        }
        let is_told = name.kinds.len() < MOST_KINDS;
        let other = &mut name.others[usize::from(!seen.is_delivered())];
        if let Some(plan) = other.filter(|_| !is_told) {
            return plan;
        }
        let kind_known = is_told.then_some(&kind);
        let mut plan = rules.plan(&name.left, event_name, (kind_known, seen.is_delivered()), identities);
        rules.find_alike(&mut plan, identities, *serial);
        let plan = remember(plan, plans, by_positions);
        if is_told {
            name.kinds.push((kind, plan));
        } else {
            *other = Some(plan);
        }
        plan
    }
}

/// Returns the number of a plan among all, where it may be already.
fn remember(
    plan: Plan,
    plans: &mut Vec<Plan>,
    by_positions: &mut HashMap<Vec<u32>, Vec<u32>, FixedState>,
) -> u32 {
    let open = plan.open().map(|open| open.position);
    let others = plan.identities.into_iter().chain([u32::MAX]).chain(open);
    let positions = plan.settled.iter().copied().chain([u32::MAX]).chain(others).collect();
    let alike = by_positions.entry(positions).or_default();
    if let Some(known) = alike.iter().find(|known| plans[**known as usize].is_same(&plan)) {
        return *known;
    }
    let number = plans.len() as u32;
    plans.push(plan);
    alike.push(number);
    number
}

impl Name {
    fn new(event_name: Option<&[u8]>, rules: &Rules<'_>) -> Self {
        let is_admitted = |condition: &Condition| {
            let admits = |field| condition.admits(field, event_name);
            rules.event_name.is_none_or(admits)
        };
        let left = rules.conditions.iter().zip(0..).filter(|(condition, _)| is_admitted(condition));
        Self { left: left.map(|(_, position)| position).collect(), kinds: Vec::new(), others: [None; 2] }
    }
}

impl Rules<'_> {
    /// Makes the plan for records of a kind, or of none, that a bus carries or does not.
    fn plan(
        &self,
        left: &[u32],
        event_name: Option<&[u8]>,
        (kind, is_delivered): (Option<&Kind>, bool),
        identities: &mut Vec<Identities>,
    ) -> Plan {
        let known = self.traits.knowledge(kind, event_name, self.marked);
        let (mut settled, mut open) = (Vec::new(), Vec::new());
        for position in left {
            let condition = &self.conditions[*position as usize];
            if !is_delivered && condition.subject() == Subject::Event {
                continue;
            }
            match condition.given(&known) {
                Remainder::Always => settled.push(*position),
                Remainder::Never => {}
                Remainder::Rest(rest) => open.push((*position, rest)),
            }
        }
        let is_of_identity = |(_, condition): &(u32, Condition)| {
            let fields = condition.fields();
            let members = fields.iter().map(|field| self.fields.members_of(*field));
            let members = members.fold(Members::NONE, Members::and);
            members == self.fields.repeating_members()
                && members.is_within(self.marked)
                && condition.is_of_named_members()
        };
        let (of_identity, others): (Vec<_>, Vec<_>) = open.iter().cloned().partition(is_of_identity);
        if !plan::is_worth_remembering(&of_identity, self.marked, self.fields) {
            return Plan::new(settled, open, self.marked, self.fields);
        }
        let known = identities.iter().position(|known| known.conditions() == of_identity);
        let number = known.unwrap_or_else(|| {
            identities.push(Identities::new(of_identity));
            identities.len() - 1
        });
        let mut plan = Plan::new(settled, others, self.marked, self.fields);
        plan.identities = Some(number as u32);
        plan
    }
}

impl Rules<'_> {
    /// Finds out which records of a plan have the same answer, or the same parts of it; none when that is not worth knowing,
    /// because what is kept of a hit on them all has to be looked for in each.
    fn find_alike(&self, plan: &mut Plan, identities: &[Identities], serial: u64) {
        let kept = |position: u32| &self.keeps.of_queries[position as usize];
        if !plan.settled.iter().all(|position| kept(*position).is_common) {
            return;
        }
        let asked = plan.identities.map(|number| identities[number as usize].conditions());
        let asked =
            asked.unwrap_or_default().iter().map(|(position, condition)| (*position, Some(condition)));
        let open = plan.common.open.iter().map(|open| (open.position, Some(&open.condition)));
        let settled = plan.settled.iter().map(|position| (*position, None));
        let all = settled.chain(asked).chain(open);
        let all = all.map(|(position, condition)| Part { position, condition, is_counted: true });
        let (of_caller, mut others): (Vec<_>, Vec<_>) =
            all.partition(|part| kept(part.position).is_of_caller);
        let parts = match (others.is_empty(), of_caller.is_empty()) {
            (false, false) => {
                for part in &mut others {
                    part.is_counted = part.condition.is_none() || !self.tells_callers_apart(part.position);
                }
                let unlearned = others.iter().filter(|part| !part.is_counted);
                plan.unlearned = unlearned.map(|part| part.position).collect();
                vec![others, of_caller]
            }
            _ => vec![[others, of_caller].concat()],
        };
        let numbers = serial * PARTS as u64..;
        plan.alike = numbers.zip(parts).map(|(serial, parts)| self.alike(&parts, plan, serial)).collect();
    }

    /// Tells whether what a query's hits are counted by has more of the caller than many callers share.
    fn tells_callers_apart(&self, position: u32) -> bool {
        let callers = self.fields.caller_members();
        let fields = self.keeps.looks(&self.keeps.of_queries[position as usize]).fields;
        let mut of_callers =
            fields.iter().filter(|field| !self.fields.members_of(**field).common(callers).is_empty());
        of_callers.any(|field| !self.is_shared(*field))
    }

    fn is_shared(&self, field: FieldId) -> bool {
        SHARED.contains(&self.fields.fields().path(field))
    }

    /// Returns which records are alike in what these conditions of a plan, and what is kept of their hits, look at.
    fn alike(&self, parts: &[Part<'_>], plan: &Plan, serial: u64) -> Alike {
        let mut alike = Alike::default();
        alike.serial = serial;
        for part in parts {
            if part.is_counted {
                let kept = &self.keeps.of_queries[part.position as usize];
                let looks = self.keeps.looks(kept);
                alike.has_hour |= looks.has_moment;
                alike.members = alike.members.and(kept.members);
                if looks.has_account {
                    alike.members = alike.members.and(self.fields.account_members());
                }
            }
            if let Some(condition) = part.condition {
                alike.members = alike.members.and(Needs::of(condition, self.fields).members);
            }
        }
        alike.members = alike.members.common(self.fields.common_members());
        alike.aspect = self.aspect(parts, plan);
        alike
    }

    /// Returns what of identities some conditions of a plan look at; `None` when they may look at more than leaves of theirs,
    /// or at what hardly two of them share.
    fn aspect(&self, parts: &[Part<'_>], plan: &Plan) -> Option<Aspect> {
        let conditions = || parts.iter().filter_map(|part| part.condition);
        let counted = parts.iter().filter(|part| part.is_counted);
        let kept = counted.map(|part| self.keeps.looks(&self.keeps.of_queries[part.position as usize]));
        let mut fields: Vec<_> = conditions().flat_map(Condition::fields).collect();
        fields.extend(kept.flat_map(|looks| looks.fields));
        let is_told = conditions().all(Condition::is_of_leaves)
            && plan.common.open.iter().all(|open| !open.needs.envelope)
            && !fields.iter().any(|field| self.fields.is_computed(*field));
        let repeating = self.fields.repeating_members();
        fields.retain(|field| self.fields.members_of(*field) == repeating);
        let is_shared = fields.iter().all(|field| self.is_shared(*field));
        (is_told && is_shared).then(|| Aspect::new(fields))
    }
}

/// A query of a plan, as far as it decides which records are alike.
#[derive(Debug, Clone)]
struct Part<'a> {
    position: u32,
    /// What is left of its condition, if anything is.
    condition: Option<&'a Condition>,
    /// Whether what its hits are counted by decides, too.
    is_counted: bool,
}

/// Tells whether the event name alone leaves the condition of some rules out of nearly all records: whether they refuse a name
/// that nothing has, and the want of one.
pub(super) fn is_named(rules: &[Rule], event_name: Option<FieldId>) -> bool {
    let refuses = |field| {
        let names = [Some(&b""[..]), None];
        rules.iter().all(|rule| names.iter().all(|name| !rule.admits(field, *name)))
    };
    event_name.is_some_and(refuses)
}
