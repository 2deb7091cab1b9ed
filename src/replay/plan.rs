//! How the queries that an event name leaves are told apart: by the members a record must have, and by exact values.
//!
//! Queries that want one of a few strings at a field hang in a table by these strings, so that hundreds of them cost one
//! look. The others are candidates whenever the record has the members that they need.

use super::glance::Glance;
use crate::event::{EventFields, Members};
use crate::json::scan::SyntaxError;
use crate::json::{FieldId, Leaves, Repeats, Scalar};
use crate::language::matcher::Value;
use crate::language::{Condition, Rule};
use foldhash::fast::FixedState;
use memchr::memmem;
use std::collections::HashMap;

/// Beyond so many literals looking for each costs more than projecting the member they would be in.
const MOST_LITERALS: usize = 4;

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

/// What is known of the records that are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marked<'a> {
    pub(super) fields: &'a EventFields,
    /// The members that are marked wherever a record has them.
    pub(super) marked: Members,
    /// The field that plans are made for; it tells nothing any more.
    pub(super) event_name: Option<FieldId>,
}

/// The conditions that records with one event name may satisfy.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Asked whenever the record has the members beside it, and a truth value that is wanted.
    direct: Vec<(u32, Members, Option<Truth>)>,
    /// Asked when a leaf has one of their strings.
    tables: Vec<Table>,
}

/// A member that a condition wants to be `true`, or `false`, like `readOnly`: a look at its spelling tells most records.
#[derive(Debug, Clone, Copy)]
struct Truth {
    members: Members,
    /// How it must not be spelt.
    refused: &'static [u8],
}

/// Conditions by the strings they want at a field.
#[derive(Debug)]
struct Table {
    field: FieldId,
    members: Members,
    by_text: HashMap<Box<[u8]>, Vec<u32>, FixedState>,
    /// The strings in quotes, when they are few and deep inside a member: then they are looked for first.
    literals: Vec<memmem::Finder<'static>>,
}

impl Plan {
    /// Tells whether no condition is left.
    pub(super) fn is_empty(&self) -> bool {
        self.direct.is_empty() && self.tables.is_empty()
    }

    /// Adds a condition; only its rules that are `admitted` count.
    pub(super) fn add(&mut self, position: u32, admitted: &[&Rule], known: &Marked<'_>) {
        let fields = known.fields;
        let keys: Option<Vec<_>> = admitted.iter().map(|rule| key(rule, known)).collect();
        let Some(keys) = keys else {
            let needed = admitted.iter().map(|rule| needed(rule, fields));
            let needed = needed.reduce(Members::common).unwrap_or_default();
            // Of what is not marked nobody knows whether a record has it.
            let truth = if let [rule] = admitted { truth(rule, known) } else { None };
            return self.direct.push((position, needed.common(known.marked), truth));
        };
        for (field, texts) in keys {
            let table = self.table(field, fields);
            for text in texts {
                table.by_text.entry(text.as_bytes().into()).or_default().push(position);
            }
        }
    }

    fn table(&mut self, field: FieldId, fields: &EventFields) -> &mut Table {
        let at = self.tables.iter().position(|table| table.field == field).unwrap_or_else(|| {
            let members = fields.members_of(field);
            self.tables.push(Table { field, members, by_text: HashMap::default(), literals: Vec::new() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// Makes the plan ready after the last condition was added.
    pub(super) fn finish(&mut self, fields: &EventFields) {
        for table in &mut self.tables {
            let is_deep = fields.fields().path(table.field).split('.').count() > 2;
            if is_deep && table.by_text.len() <= MOST_LITERALS {
                let quoted = table.by_text.keys().map(|text| [b"\"", &**text, b"\""].concat());
                table.literals = quoted.map(|text| memmem::Finder::new(&text).into_owned()).collect();
            }
        }
    }

    /// Collects the conditions that a record may satisfy, ascending; returns the members that were projected for it.
    pub(super) fn candidates(
        &self,
        glance: &Glance<'_>,
        fields: &EventFields,
        (leaves, repeats): (&mut Leaves, &mut Repeats),
        candidates: &mut Vec<u32>,
    ) -> Result<Members, SyntaxError> {
        candidates.clear();
        let is_possible = |(_, needed, truth): &&(u32, Members, Option<Truth>)| {
            needed.is_within(glance.present) && truth.is_none_or(|truth| truth.is_possible(glance))
        };
        candidates.extend(self.direct.iter().filter(is_possible).map(|(position, ..)| *position));
        let mut projected = Members::NONE;
        let directs = candidates.len();
        for table in self.tables.iter().filter(|table| table.is_possible(glance)) {
            let members = table.members.without(projected);
            fields.project_members(glance.record, glance.marks, members, (leaves, repeats))?;
            projected = projected.and(table.members);
            let view = leaves.view(glance.record);
            for leaf in view.at(table.field) {
                if let Scalar::String(text) = leaf.value
                    && let Some(positions) = table.by_text.get(&*text.decode_bytes())
                {
                    candidates.extend(positions);
                }
            }
        }
        if candidates.len() > directs {
            candidates.sort_unstable();
            candidates.dedup();
        }
        Ok(projected)
    }
}

impl Truth {
    /// Tells whether the member is not the truth value that is refused; arrays may hold both.
    fn is_possible(&self, glance: &Glance<'_>) -> bool {
        let mark = glance.marks.iter().find(|mark| self.members.has(mark.name));
        let value = mark.and_then(|mark| glance.record[mark.value as usize..].strip_prefix(self.refused));
        !matches!(value, Some([b',' | b'}', ..]))
    }
}

impl Table {
    /// Tells whether one of the strings may be at the field.
    fn is_possible(&self, glance: &Glance<'_>) -> bool {
        if !self.members.is_within(glance.present) {
            return false;
        }
        if self.literals.is_empty() || glance.has_backslash {
            return true;
        }
        glance.marks.iter().zip(1..).any(|(mark, next)| {
            let end = glance.marks.get(next).map_or(glance.record.len(), |mark| mark.value as usize);
            let member = &glance.record[mark.value as usize..end];
            self.members.has(mark.name) && self.literals.iter().any(|text| text.find(member).is_some())
        })
    }
}

/// Tells whether a field is the record's own, and not one that nearly every record shares with many others.
pub(super) fn is_telling(field: FieldId, fields: &EventFields) -> bool {
    const COMMON: [&str; 5] =
        ["eventSource", "eventType", "eventCategory", "awsRegion", "recipientAccountId"];
    fields.fields().path(field).strip_prefix("detail.").is_some_and(|path| !COMMON.contains(&path))
}

/// Returns the field and the strings, one of which a rule needs there, that tell it best from others.
fn key<'r>(rule: &'r Rule, known: &Marked<'_>) -> Option<(FieldId, Vec<&'r str>)> {
    let Marked { fields, marked, event_name } = *known;
    let is_eligible = |field| {
        Some(field) != event_name
            && fields.fields().path(field).starts_with("detail.")
            && fields.members_of(field).is_within(marked)
    };
    let keys = rule.tests.iter().filter(|test| is_eligible(test.field));
    let keys = keys.filter_map(|test| Some((test.field, test.texts()?)));
    keys.min_by_key(|(field, texts)| (!is_telling(*field, fields), texts.len()))
}

/// Returns the first member that a rule wants to be one truth value and not the other.
fn truth(rule: &Rule, known: &Marked<'_>) -> Option<Truth> {
    rule.tests.iter().filter(|test| !test.accepts_absence).find_map(|test| {
        let members = known.fields.members_of(test.field);
        let is_member = known.fields.fields().path(test.field).split('.').count() == 2;
        let accepts = |value| test.matchers.iter().any(|matcher| matcher.accepts(&Value::Bool(value)));
        let refused: &[u8] = match (accepts(true), accepts(false)) {
            (true, false) => b"false",
            (false, true) => b"true",
            _ => return None,
        };
        (is_member && members.is_within(known.marked)).then_some(Truth { members, refused })
    })
}

/// Returns the members without which a rule cannot be satisfied.
fn needed(rule: &Rule, fields: &EventFields) -> Members {
    let present = rule.tests.iter().filter(|test| !test.accepts_absence && !fields.is_computed(test.field));
    present.map(|test| fields.members_of(test.field)).fold(Members::NONE, Members::and)
}
