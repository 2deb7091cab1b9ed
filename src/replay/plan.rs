//! What is asked of the records of one kind, and how the conditions that are left are told apart.
//!
//! Conditions that want one of a few strings at a field hang in a table by these strings, so that hundreds of them cost one
//! look. The others are asked of every record.

use super::glance::Glance;
use super::needle::Needle;
use crate::event::{EventFields, Members};
use crate::json::scan::SyntaxError;
use crate::json::{FieldId, Leaves, Repeats, Scalar, View, plain_string};
use crate::language::matcher::Value;
use crate::language::{Condition, Rule, Test};
use foldhash::fast::FixedState;
use memchr::memmem;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

/// Beyond so many literals looking for each costs more than projecting the member they would be in.
const MOST_LITERALS: usize = 4;

/// From so many records on, one in so many must have been answered before.
const ASKED_BEFORE: u32 = 1 << 16;
const FEWEST_ANSWERED: u32 = 4;

/// What conditions look at.
#[derive(Debug)]
pub(super) struct Needs {
    /// The members that have to be projected before the condition can be asked.
    pub(super) members: Members,
    /// Whether the envelope's own fields are among what it looks at.
    pub(super) envelope: bool,
}

impl Needs {
    pub(super) fn of(condition: &Condition, fields: &EventFields) -> Self {
        let wanted = condition.fields();
        let members = wanted.iter().map(|field| fields.members_of(*field)).fold(Members::NONE, Members::and);
        Self { members, envelope: wanted.iter().any(|field| fields.is_computed(*field)) }
    }
}

/// The conditions that records of one kind may satisfy.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The positions of those that all of them satisfy, ascending.
    pub(super) settled: Vec<u32>,
    /// The conditions on identities, by number.
    pub(super) identities: Option<u32>,
    /// Which records have the same answer, unless `others` say something else: one after the other for each part of it. There
    /// is none when nobody knows, one part, or the queries that are counted by who called are a second one: what is called
    /// and who calls come together in far more ways than there are of each.
    pub(super) alike: Vec<Alike>,
    /// The conditions whose satisfaction is not remembered, by position: few records satisfy them, and what these are counted
    /// by would keep all others from being alike.
    pub(super) unlearned: Vec<u32>,
    /// What is left of those that look at nothing but what many records have in common …
    pub(super) common: Asks,
    /// … and of all others.
    pub(super) others: Asks,
}

/// An answer has at most so many parts.
pub(super) const PARTS: usize = 2;

/// Which records have the same answer, or one part of it.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// Tells the plan and the part from all others that a thread has made.
    pub(super) serial: u64,
    /// The members by which records are alike …
    pub(super) members: Members,
    /// … and whether the hour is something by which they are.
    pub(super) has_hour: bool,
    /// What of their identities counts, where that can be said.
    pub(super) aspect: Option<Aspect>,
    /// How many were asked about, and how many of them had been answered.
    asked: Cell<u32>,
    answered: Cell<u32>,
}

/// Some fields of the member whose values come again and again.
#[derive(Debug)]
pub(super) struct Aspect {
    /// Tells the fields from other ones.
    pub(super) number: u64,
    pub(super) fields: Box<[FieldId]>,
}

/// Conditions that have to be asked.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// What is left of them, by position, ascending.
    pub(super) open: Vec<Open>,
    /// The places in `open` of those that are asked of every record …
    direct: Vec<u32>,
    /// … and tables of those that are asked when a leaf has one of their strings.
    tables: Vec<Table>,
}

/// What is left of a condition.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) position: u32,
    pub(super) condition: Condition,
    pub(super) needs: Needs,
    needle: Option<Needle>,
}

/// Conditions by the strings they want at a field, in whatever case they are written.
#[derive(Debug)]
struct Table {
    field: FieldId,
    members: Members,
    /// Whether the field is a member of the record and not in one.
    is_of_member: bool,
    by_text: HashMap<Box<[u8]>, Vec<u32>, FixedState>,
    /// How long the strings are, one bit for each length.
    lengths: u64,
    /// The strings in quotes, when they are few, written in one case only and deep inside a member: then they are looked for
    /// first.
    literals: Vec<memmem::Finder<'static>>,
    /// Whether the literals are all that there is.
    is_literal: bool,
}

impl Plan {
    /// Plans for conditions that are satisfied, and for what is left of others.
    pub(super) fn new(
        settled: Vec<u32>,
        open: Vec<(u32, Condition)>,
        marked: Members,
        fields: &EventFields,
    ) -> Self {
        let mut plan = Self { settled, ..Self::default() };
        let common = fields.common_members();
        for (position, condition) in open {
            let needs = Needs::of(&condition, fields);
            let is_common = needs.members.is_within(common) && condition.is_of_named_members();
            let asks = if is_common { &mut plan.common } else { &mut plan.others };
            let needle = Needle::of(&condition, marked, fields);
            asks.add(Open { position, condition, needs, needle }, marked, fields);
        }
        plan
    }

    /// Tells whether no condition is left.
    pub(super) fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.identities.is_none() && self.open().next().is_none()
    }

    /// Returns what is left of conditions.
    pub(super) fn open(&self) -> impl Iterator<Item = &Open> {
        self.common.open.iter().chain(&self.others.open)
    }

    /// Tells whether another plan for conditions of the same positions asks the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let conditions = |plan: &Self| plan.open().map(|open| open.condition.clone()).collect::<Vec<_>>();
        self.identities == other.identities && conditions(self) == conditions(other)
    }

    /// Adds the settled conditions to the positions of others that a record satisfies.
    pub(super) fn settle(&self, satisfied: &mut Vec<u32>) {
        satisfied.extend(&self.settled);
        if !satisfied.is_sorted() {
            satisfied.sort_unstable();
        }
    }
}

impl Aspect {
    pub(super) fn new(fields: impl IntoIterator<Item = FieldId>) -> Self {
        let fields: BTreeSet<u32> = fields.into_iter().map(|field| field.0).collect();
        let number = FixedState::default().hash_one(&fields);
        Self { number, fields: fields.into_iter().map(FieldId).collect() }
    }

    /// Writes the leaves at the fields; false when places in arrays count, too.
    pub(super) fn write(&self, leaves: &View<'_>, text: &mut Vec<u8>) -> bool {
        for field in &self.fields {
            for leaf in leaves.at(*field) {
                let (kind, value) = match leaf.value {
                    Scalar::String(text) => (b's', text.decode_bytes()),
                    Scalar::Number(text) => (b'n', text.as_bytes().into()),
                    Scalar::Bool(true) => (b't', Cow::default()),
                    Scalar::Bool(false) => (b'f', Cow::default()),
                    Scalar::Null => (b'0', Cow::default()),
                };
                text.push(kind);
                text.extend_from_slice(&value.len().to_le_bytes());
                text.extend_from_slice(&value);
            }
            text.push(b'.');
        }
        leaves.array_count() == 0
    }
}

impl Alike {
    /// Notes whether a record was answered before.
    pub(super) fn note(&self, is_answered: bool) {
        self.asked.set(self.asked.get().saturating_add(1));
        self.answered.set(self.answered.get().saturating_add(u32::from(is_answered)));
    }

    /// Tells whether there are enough records that were answered before.
    pub(super) fn is_worth_it(&self) -> bool {
        let asked = self.asked.get();
        asked < ASKED_BEFORE || self.answered.get() > asked / FEWEST_ANSWERED
    }
}

impl Asks {
    fn add(&mut self, open: Open, marked: Members, fields: &EventFields) {
        let place = self.open.len() as u32;
        let rules = open.condition.rules().iter();
        let keys: Option<Vec<_>> = rules.map(|rule| key(rule, marked, fields)).collect();
        match keys {
            Some(keys) => {
                for test in keys {
                    self.table(test.field, fields).add(test, place);
                }
            }
            None => self.direct.push(place),
        }
        self.open.push(open);
    }

    fn table(&mut self, field: FieldId, fields: &EventFields) -> &mut Table {
        let at = self.tables.iter().position(|table| table.field == field).unwrap_or_else(|| {
            self.tables.push(Table::new(field, fields));
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// Collects the places in `open` of the conditions that a record may satisfy, ascending; `projected` are the members that
    /// are projected already, and returned with those that had to be.
    pub(super) fn candidates(
        &self,
        glance: &Glance<'_>,
        fields: &EventFields,
        (leaves, repeats): (&mut Leaves, &mut Repeats),
        (mut projected, candidates): (Members, &mut Vec<u32>),
    ) -> Result<Members, SyntaxError> {
        candidates.clear();
        let is_possible = |place: &&u32| {
            let needle = self.open[**place as usize].needle.as_ref();
            needle.is_none_or(|needle| needle.may_be_in(glance))
        };
        candidates.extend(self.direct.iter().filter(is_possible));
        let direct = candidates.len();
        for table in self.tables.iter().filter(|table| table.is_possible(glance)) {
            if let Some(text) = table.plain_text(glance) {
                table.look_up(text, candidates);
                continue;
            }
            let members = table.members.without(projected);
            fields.project_members(glance.record, glance.marks, members, (leaves, repeats))?;
            projected = projected.and(table.members);
            for leaf in leaves.view(glance.record).at(table.field) {
                if let Some(text) = Value::from(leaf.value).spelling() {
                    table.look_up(text, candidates);
                }
            }
        }
        if candidates.len() > direct {
            candidates.sort_unstable();
            candidates.dedup();
        }
        Ok(projected)
    }
}

impl Table {
    fn new(field: FieldId, fields: &EventFields) -> Self {
        let is_of_member = fields.fields().path(field).split('.').count() == 2;
        Self {
            field,
            members: fields.members_of(field),
            is_of_member,
            by_text: HashMap::default(),
            lengths: 0,
            literals: Vec::new(),
            is_literal: !is_of_member,
        }
    }

    fn add(&mut self, test: &Test, place: u32) {
        for text in test.spellings().unwrap_or_default() {
            self.lengths |= length_bit(text.as_bytes());
            self.by_text.entry(text.to_ascii_lowercase().into_bytes().into()).or_default().push(place);
        }
        let texts = test.texts().unwrap_or_default();
        self.is_literal &= !texts.is_empty() && self.by_text.len() <= MOST_LITERALS;
        if self.is_literal {
            for quoted in texts.iter().map(|text| [b"\"", text.as_bytes(), b"\""].concat()) {
                if !self.literals.iter().any(|known| known.needle() == quoted) {
                    self.literals.push(memmem::Finder::new(&quoted).into_owned());
                }
            }
        }
    }

    /// Tells whether one of the strings may be at the field.
    fn is_possible(&self, glance: &Glance<'_>) -> bool {
        if !self.members.is_within(glance.present) {
            return false;
        }
        if !self.is_literal || glance.has_backslash {
            return true;
        }
        let mut texts = glance.texts_of(self.members);
        texts.any(|member| self.literals.iter().any(|text| text.find(member).is_some()))
    }

    /// Returns what stands at the field when a look at the marks is enough to tell.
    fn plain_text<'a>(&self, glance: &Glance<'a>) -> Option<&'a [u8]> {
        let member = self.members.numbers().next().filter(|_| self.is_of_member);
        plain_string(glance.record, glance.place(member)?)
    }

    fn look_up(&self, text: &[u8], candidates: &mut Vec<u32>) {
        if self.lengths & length_bit(text) == 0 {
            return;
        }
        let found = match text.iter().any(u8::is_ascii_uppercase) {
            true => self.by_text.get(&*text.to_ascii_lowercase()),
            false => self.by_text.get(text),
        };
        candidates.extend(found.into_iter().flatten());
    }
}

/// Tells whether conditions on identities are worth remembering the answers of: unless a search for few literals tells nearly
/// all records.
pub(super) fn is_worth_remembering(
    conditions: &[(u32, Condition)],
    marked: Members,
    fields: &EventFields,
) -> bool {
    let rules = conditions.iter().flat_map(|(_, condition)| condition.rules());
    let texts = rules.map(|rule| Some(key(rule, marked, fields)?.texts()?.len()));
    let count: Option<usize> = texts.sum();
    !conditions.is_empty() && count.is_none_or(|count| count > MOST_LITERALS)
}

/// Returns the bit for the length of a string; all long ones share one.
fn length_bit(text: &[u8]) -> u64 {
    1 << text.len().min(63)
}

/// Tells whether a field is the record's own, and not one that nearly every record shares with many others.
pub(super) fn is_telling(field: FieldId, fields: &EventFields) -> bool {
    const COMMON: [&str; 5] =
        ["eventSource", "eventType", "eventCategory", "awsRegion", "recipientAccountId"];
    fields.fields().path(field).strip_prefix("detail.").is_some_and(|path| !COMMON.contains(&path))
}

/// Returns the test for one of a few strings that tells a rule best from others.
fn key<'r>(rule: &'r Rule, marked: Members, fields: &EventFields) -> Option<&'r Test> {
    let is_eligible = |field| {
        fields.fields().path(field).starts_with("detail.") && fields.members_of(field).is_within(marked)
    };
    let keys = rule.tests.iter().filter(|test| is_eligible(test.field));
    let keys = keys.filter_map(|test| Some((test, test.spellings()?.len())));
    keys.min_by_key(|(test, count)| (!is_telling(test.field, fields), *count)).map(|(test, _)| test)
}
