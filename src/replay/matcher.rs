//! All queries of a run, compiled against one set of fields.

use super::asking::Asking;
use super::glance::{Glance, Numbers};
use super::groups::Met;
use super::index::{self, Known, Rules};
use super::keep::{Keep, Keeps, MOST_GROUPS};
use super::kind::Traits;
use super::look::{Habit, Look};
use super::plan::{self, Alike, Aspect, Needs, PARTS};
use super::prefilter::{Admitted, Prefilter};
use super::recall::{Recall, Recalled};
use super::told::Told;
use crate::decode::{Kind, Records};
use crate::event::{self, EventFields, Members, Presence};
use crate::json::compact::Marker;
use crate::json::scan::SyntaxError;
use crate::json::{FieldId, Fields, Leaves, Repeats};
use crate::language::event_pattern::EventPattern;
use crate::language::{Condition, Pattern, Subject};
use crate::query::Query;
use crate::record::UsualTimes;
use crate::source::{RecordKind, Scope, Want};

mod whole;

/// All queries of a run, ready to be asked about records.
#[derive(Debug)]
pub struct Matcher<'q> {
    queries: &'q [Query],
    conditions: Vec<Condition>,
    fields: EventFields,
    event_name: Option<FieldId>,
    /// What the kind of a record says to all this.
    told: Told,
    /// Numbers of the members that are always marked.
    numbers: Numbers,
    /// What kinds of records are told by.
    traits: Traits,
    /// What is worth marking besides: what is looked at in records of any event name …
    broad: Members,
    /// … and all that is looked at in any record.
    all: Members,
    /// What is looked at in every record that matches …
    identity: Members,
    /// … and for its account, when that names none.
    fallback: Members,
    /// What is kept of the hits.
    keeps: Keeps,
    /// Whether some query is asked about records that no bus carries, too.
    asks_for_records: bool,
    /// Position of the query behind all others that selects the records to approximate events from.
    causes: Option<u32>,
    /// So many groups are told apart by one grouping.
    most_groups: usize,
}

/// Memory that goes from record to record.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) leaves: Leaves,
    repeats: Repeats,
    pub(super) met: Met,
    pub(super) habit: Habit,
    /// For each look one.
    known: [Known; 2],
    /// What was found in a piece, and at a second look in one record.
    pub(super) records: [Records; 2],
    pub(super) admitted: Admitted,
    candidates: Vec<u32>,
    pub(super) recall: Recall,
    times: UsualTimes,
    /// The keys of the record, when others that are like it will have the same answer, or the same part of it, and nobody
    /// knows it yet.
    pub(super) learning: [Option<u128>; PARTS],
    /// Whether the answer has parts.
    pub(super) is_split: bool,
    /// The members that had to be looked at.
    pub(super) wanted: Members,
    /// The queries that the record matched, by position, ascending.
    pub(super) matched: Vec<u32>,
}

/// What the marked members say about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All that counts was marked: [`Scratch::matched`] is the answer.
    Sure,
    /// All that counts was marked, and the answer is known from records that are like it: the numbers of its parts, and of
    /// how many queries they are. What tells the event from others, and its time in seconds.
    Known { identity: (u128, i64), answers: [u32; PARTS], hits: u32 },
    /// The whole record has to be read.
    Unsure,
}

impl<'q> Matcher<'q> {
    /// Compiles the queries; the records of all hits are kept.
    pub fn new(queries: &'q [Query]) -> Self {
        Self::keeping(queries, &[])
    }

    /// Compiles the queries. Of the hits of each one is kept what stands at its place in `keeps`, or the record when
    /// nothing does.
    ///
    /// # Panics
    /// Panics when there are more than [`MOST_GROUPINGS`](super::MOST_GROUPINGS) different lists of fields, or more than 16
    /// for one query.
    pub fn keeping(queries: &'q [Query], keeps: &[Keep]) -> Self {
        Self::compile(queries, keeps, None)
    }

    /// Compiles the queries, and lets them be asked about events that EC2 sends and no trail records, approximated from the
    /// calls that cause them; see [`crate::event::state_changes`] and [`crate::hit::Hit::is_synthetic`].
    ///
    /// # Panics
    /// Panics like [`Matcher::keeping`].
    pub fn synthesizing(queries: &'q [Query], keeps: &[Keep]) -> Self {
        let causes = EventPattern::parse(event::CAUSES).expect("our own pattern is valid");
        Self::compile(queries, keeps, Some(&causes.into()))
    }

    fn compile(queries: &'q [Query], keeps: &[Keep], causes: Option<&Pattern>) -> Self {
        let mut fields = Fields::new();
        let mut keeps = Keeps::new(queries, keeps, &mut fields);
        let patterns = queries.iter().map(|query| &query.pattern).chain(causes);
        let conditions: Vec<_> = patterns.map(|pattern| pattern.compile(&mut fields)).collect();
        let causes = causes.map(|_| keeps.push_record(&mut fields));
        let fields = EventFields::new(fields);
        keeps.find_members(&fields);
        let needs: Vec<_> = conditions.iter().map(|condition| Needs::of(condition, &fields)).collect();
        let event_name = fields.fields().find("detail.eventName");
        let told = Told::new(&conditions, &keeps, &fields);
        let asks_for_records = conditions.iter().any(|condition| condition.subject() == Subject::Record);
        let identity = fields.identity_members();
        let is_broad =
            |(condition, _): &(&Condition, &Needs)| !index::is_named(condition.rules(), event_name);
        let of_any_name = || conditions.iter().zip(&needs).filter(is_broad);
        let mut broad = of_any_name().map(|(_, needs)| needs.members).fold(Members::NONE, Members::and);
        let fallback = fields.fallback_account_members();
        let all = needs
            .iter()
            .map(|needs| needs.members)
            .fold(identity.and(fallback).and(keeps.members()), Members::and);
        let numbers = Numbers::new(fields.member_names());
        let repeating = fields.repeating_members();
        let of_repeating = of_any_name().filter(|(_, needs)| !needs.members.common(repeating).is_empty());
        let of_repeating: Vec<_> = of_repeating.map(|(condition, _)| (0, condition.clone())).collect();
        if plan::is_worth_remembering(&of_repeating, broad, &fields) {
            // It stands behind them, and is where their values end: with more in them they would never come again.
            broad = broad.and(numbers.event_time.into_iter().collect());
        }
        let traits = Traits::new(&conditions, &fields, &numbers, event_name);
        Self {
            queries,
            conditions,
            fields,
            event_name,
            told,
            numbers,
            traits,
            broad,
            all,
            identity,
            fallback,
            keeps,
            asks_for_records,
            causes,
            most_groups: MOST_GROUPS,
        }
    }

    /// Tells that many groups apart by each list of fields instead of [`MOST_GROUPS`](super::MOST_GROUPS).
    pub fn telling_apart(self, most_groups: usize) -> Self {
        Self { most_groups, ..self }
    }

    /// Returns how many groups are told apart by each grouping.
    pub(super) fn most_groups(&self) -> usize {
        self.most_groups
    }

    /// Returns the queries, in the order of their positions.
    pub fn queries(&self) -> &'q [Query] {
        self.queries
    }

    /// Returns the position of what selects the records to approximate events from; the queries stand before it.
    pub(super) fn causes(&self) -> Option<u32> {
        self.causes
    }

    /// Says what is wanted of the records of a kind; `count` says it of those that the kind says enough of.
    pub(super) fn wants(&self, kind: &RecordKind, count: impl FnOnce() -> Want) -> Want {
        let admits =
            |condition: &Condition| condition.rules().iter().any(|rule| self.told.admits(rule, kind));
        let mut admitting = (0..).zip(&self.conditions).filter(|(_, condition)| admits(condition)).peekable();
        if admitting.peek().is_none() {
            return Want::Nothing;
        }
        match admitting.all(|(position, _)| self.told.is_enough(position, kind)) {
            true => count(),
            false => Want::Record,
        }
    }

    /// Returns what the kind of a record says to the queries.
    pub(super) fn told(&self) -> &Told {
        &self.told
    }

    /// Returns what is kept of the hits.
    pub(super) fn keeps(&self) -> &Keeps {
        &self.keeps
    }

    /// Returns the fields that all queries look at.
    pub(super) fn fields(&self) -> &EventFields {
        &self.fields
    }

    /// Returns the member that names the account when the record does not.
    pub(super) fn fallback(&self) -> Members {
        self.fallback
    }

    /// Returns the numbers of the members that are glanced at.
    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Returns the members that are marked in every record of a scope, those that most records are told by; and those that
    /// are marked in records that are worth it, which is all that anybody looks at.
    pub(super) fn marked(&self, scope: &Scope) -> [Members; 2] {
        let is_limited_in_time = scope.since.is_some() || scope.until.is_some();
        let event_time = self.numbers.event_time.filter(|_| is_limited_in_time);
        let aws_region = self.numbers.aws_region.filter(|_| !scope.regions.is_empty());
        let glanced_at = self.numbers.event_name.into_iter().chain(self.numbers.event_type);
        let glanced_at = glanced_at.chain(event_time).chain(aws_region);
        let few = glanced_at.collect::<Members>().and(self.broad);
        [few, few.and(self.all)]
    }

    /// Returns what tells by literals which records of a scope may match, when that is possible.
    pub(super) fn prefilter(&self, scope: &Scope) -> Option<Prefilter> {
        Prefilter::new(&self.conditions, &self.fields, self.event_name, scope)
    }

    /// Returns the marker of these members; `None` when they cannot be marked.
    pub(super) fn marker(&self, marked: Members) -> Option<Marker> {
        let names = (0..).zip(self.fields.member_names());
        Marker::new(names.filter(|(number, _)| *number >= 64 || marked.has(*number))).ok()
    }

    /// Asks about a record by its marked members, as far as they go.
    pub(super) fn ask(
        &self,
        glance: &Glance<'_>,
        key_account: Option<&str>,
        look: &Look,
        scratch: &mut Scratch,
    ) -> Result<Verdict, SyntaxError> {
        let Scratch {
            leaves,
            repeats,
            known,
            candidates,
            matched,
            wanted,
            recall,
            learning,
            is_split,
            times,
            ..
        } = scratch;
        matched.clear();
        *learning = [None; PARTS];
        *wanted = Members::NONE;
        let marked = look.marked;
        let known = &mut known[usize::from(look.is_second)];
        let (plan, identities) = known.plan(glance, &self.rules(marked));
        if plan.is_empty() {
            return Ok(Verdict::Sure);
        }
        let mut asking = Asking {
            matcher: self,
            glance,
            key_account,
            marked,
            leaves,
            repeats,
            wanted,
            projected: Members::NONE,
            is_wrapped: false,
        };
        // At the first look most records match nothing, and that is soon told.
        let mut say = |aspect: &Aspect, text: &mut Vec<u8>| asking.say_identity(aspect, text);
        let is_usable = |alike: &Alike| alike.members.is_within(marked) && alike.is_worth_it();
        let alike = match look.is_second && plan.alike.iter().all(is_usable) {
            true => &*plan.alike,
            false => &[],
        };
        *is_split = alike.len() > 1;
        recall.turn();
        let mut key = |alike| recall.key(glance, alike, &mut say);
        let keys = match alike {
            [] => [None; PARTS],
            [whole] => [key(whole), None],
            [of_call, of_caller, ..] => match (key(of_call), key(of_caller)) {
                (Some(of_call), Some(of_caller)) => [Some(of_call), Some(of_caller)],
                _ => [None; PARTS],
            },
        };
        if let Some(recalled) = recall.get_all(keys, alike) {
            if !plan.others.open.is_empty() {
                asking.begin();
                if !asking.asks(&plan.others, candidates, matched)? {
                    return Ok(Verdict::Unsure);
                }
            }
            if matched.is_empty()
                && let Some(verdict) = self.verdict(&recalled, glance, (asking.wanted, times), marked)
            {
                return Ok(verdict);
            }
            matched.clear();
        }
        asking.begin();
        if let Some(identities) = identities {
            asking.identities(identities, matched)?;
        }
        if !asking.asks(&plan.common, candidates, matched)? {
            return Ok(Verdict::Unsure);
        }
        let asked = matched.len();
        if !asking.asks(&plan.others, candidates, matched)? {
            return Ok(Verdict::Unsure);
        }
        if matched.len() == asked && !matched.iter().any(|position| plan.unlearned.contains(position)) {
            *learning = keys.map(|key| key.filter(|key| !recall.knows(*key)));
        }
        plan.settle(matched);
        if matched.is_empty() {
            learning.iter().flatten().for_each(|key| recall.learn_nothing(*key, *asking.wanted));
            return Ok(Verdict::Sure);
        }
        let kept = matched.iter().map(|position| self.keeps.of_queries[*position as usize].hit_members);
        let identity = kept.fold(self.identity, Members::and);
        asking.identify(identity)
    }

    /// Returns the verdict on a record of which all parts of the answer are known; `None` when it takes more to tell what
    /// event it is.
    fn verdict(
        &self,
        recalled: &Recalled,
        glance: &Glance<'_>,
        (wanted, times): (&mut Members, &mut UsualTimes),
        marked: Members,
    ) -> Option<Verdict> {
        let Recalled { wanted: members, answers, hits } = *recalled;
        *wanted = wanted.and(members);
        if hits == 0 {
            return Some(Verdict::Sure);
        }
        *wanted = wanted.and(self.identity);
        if !self.identity.is_within(marked) {
            return Some(Verdict::Unsure);
        }
        Some(Verdict::Known { identity: glance.identify(times)?, answers, hits })
    }

    /// Fills the leaves from a whole record or event.
    pub(super) fn project(
        &self,
        kind: Kind,
        bytes: &[u8],
        key_account: Option<&str>,
        leaves: &mut Leaves,
    ) -> Result<Presence, SyntaxError> {
        match kind {
            Kind::Record => self.fields.project_record(bytes, key_account, leaves),
            Kind::Event => self.fields.project_event(bytes, leaves),
        }
    }

    /// Tells whether some query is asked about records that no bus carries, too.
    pub(super) fn asks_for_records(&self) -> bool {
        self.asks_for_records
    }

    fn rules(&self, marked: Members) -> Rules<'_> {
        Rules {
            conditions: &self.conditions,
            fields: &self.fields,
            traits: &self.traits,
            keeps: &self.keeps,
            event_name: self.event_name,
            marked,
        }
    }
}
