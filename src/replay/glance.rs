//! A glance at a record before it is projected: its event name, and a string that must be in it, mostly tell that no
//! query can match.
//!
//! Only records with marks get here (see [`crate::decode::Marks`]), and only what is certain is used: a value that is no
//! plain string, or any backslash where a literal is looked for, and the record is projected like every other.

use crate::decode::Marks;
use crate::json::FieldId;
use crate::language::Condition;
use memchr::{memchr, memmem};
use std::collections::HashMap;

/// How many event names are remembered; AWS has some fifteen thousand, hostile files have any number.
const MOST_NAMES: usize = 50_000;

/// Beyond so many literals looking for each costs more than projecting the record.
const MOST_LITERALS: usize = 4;

/// What the marks of a record say. Strings are in the record's spelling, which is plain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance<'a> {
    pub(super) event_name: Option<&'a [u8]>,
    pub(super) event_time: Option<&'a str>,
    pub(super) event_type: Option<&'a str>,
    has_backslash: bool,
}

impl<'a> Glance<'a> {
    /// Looks at a record; `None` when a marked value is no plain string.
    pub(super) fn new(record: &'a [u8], marks: &Marks) -> Option<Self> {
        Some(Self {
            event_name: plain_string(record, marks.event_name)?,
            event_time: as_text(plain_string(record, marks.event_time)?)?,
            event_type: as_text(plain_string(record, marks.event_type)?)?,
            has_backslash: marks.has_backslash,
        })
    }
}

/// Returns the string whose opening quote is at `at`, `Some(None)` when there is no value.
#[allow(clippy::option_option, reason = "the outer one is for `?`")]
fn plain_string(record: &[u8], at: u32) -> Option<Option<&[u8]>> {
    if at == 0 {
        return Some(None);
    }
    let content = record.get(at as usize..)?.strip_prefix(b"\"")?;
    let content = &content[..memchr(b'"', content)?];
    (!content.contains(&b'\\')).then_some(Some(content))
}

#[allow(clippy::option_option, reason = "the outer one is for `?`")]
fn as_text(bytes: Option<&[u8]>) -> Option<Option<&str>> {
    match bytes {
        Some(bytes) => std::str::from_utf8(bytes).ok().map(Some),
        None => Some(None),
    }
}

/// The conditions of a run, seen from their event names.
#[derive(Debug)]
pub(super) struct Index {
    event_name: Option<FieldId>,
    literals: Vec<memmem::Finder<'static>>,
    /// Parallel to the conditions: numbers of literals, one of which must be in the record.
    needed: Vec<Option<Vec<usize>>>,
}

/// The conditions that an event name leaves, ascending, and the literals that one of them needs.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) conditions: Vec<u32>,
    literals: Option<Vec<usize>>,
}

/// What was found out about event names so far; one thread's, from log file to log file.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_name: HashMap<Box<[u8]>, Candidates>,
    unnamed: Option<Candidates>,
}

impl Index {
    /// Looks through the conditions. `is_in_record` tells the fields whose strings are the record's own.
    pub(super) fn new(
        conditions: &[Condition],
        event_name: Option<FieldId>,
        is_in_record: impl Fn(FieldId) -> bool,
    ) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut literals = Vec::new();
        let mut number = |text: &str| {
            *numbers.entry(text.to_owned()).or_insert_with(|| {
                literals.push(memmem::Finder::new(&format!("\"{text}\"")).into_owned());
                literals.len() - 1
            })
        };
        let mut needed = Vec::new();
        for condition in conditions {
            let texts = condition.literals(|field| Some(field) != event_name && is_in_record(field));
            needed.push(texts.map(|texts| texts.into_iter().map(&mut number).collect()));
        }
        Self { event_name, literals, needed }
    }

    /// Returns the conditions that the record may satisfy; `None` when there are none.
    pub(super) fn candidates<'k>(
        &self,
        conditions: &[Condition],
        record: &[u8],
        glance: &Glance<'_>,
        known: &'k mut Known,
    ) -> Option<&'k [u32]> {
        let candidates = self.by_name(conditions, glance.event_name, known);
        if candidates.conditions.is_empty() {
            return None;
        }
        let is_possible = |literals: &Vec<usize>| {
            glance.has_backslash
                || literals.iter().any(|number| self.literals[*number].find(record).is_some())
        };
        candidates.literals.as_ref().is_none_or(is_possible).then_some(&candidates.conditions)
    }

    fn by_name<'k>(
        &self,
        conditions: &[Condition],
        name: Option<&[u8]>,
        known: &'k mut Known,
    ) -> &'k Candidates {
        let Some(name) = name else {
            return known.unnamed.get_or_insert_with(|| self.find(conditions, None));
        };
        if !known.by_name.contains_key(name) {
            if known.by_name.len() == MOST_NAMES {
                known.by_name.clear();
            }
            known.by_name.insert(name.into(), self.find(conditions, Some(name)));
        }
        &known.by_name[name]
    }

    fn find(&self, conditions: &[Condition], name: Option<&[u8]>) -> Candidates {
        let is_admitted =
            |condition: &Condition| self.event_name.is_none_or(|field| condition.admits(field, name));
        let admitted: Vec<u32> = conditions
            .iter()
            .zip(0..)
            .filter(|(condition, _)| is_admitted(condition))
            .map(|(_, at)| at)
            .collect();
        let mut literals = Some(Vec::new());
        for position in &admitted {
            match (&mut literals, &self.needed[*position as usize]) {
                (Some(literals), Some(needed)) => literals.extend(needed),
                _ => literals = None,
            }
        }
        let literals = literals.map(|mut numbers| {
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        });
        Candidates {
            conditions: admitted,
            literals: literals.filter(|numbers| numbers.len() <= MOST_LITERALS),
        }
    }
}
