//! The prefilter: most records have neither a name nor a string that all queries need, and are only counted.
//!
//! A rule that names one of a few strings at a field can only be satisfied by a record in which one of them stands, in
//! quotes, wherever that may be; or in which an escape could stand for a letter of it. So the strings of a log file are held
//! against all literals at once, while it is split, and whatever holds one is read like every other record.
//!
//! Where there are more event names than are worth looking for one by one, the name of the member is looked for like a
//! literal. What it says is held against all rules, once for each name: a rule that admits it makes a candidate of the
//! record, at once where it needs nothing but the name, and otherwise where the record holds one of the literals of that rule.

use super::index::{self, MOST_REMEMBERED};
use super::plan;
use crate::decode::{Found, Records};
use crate::event::{self, EventFields};
use crate::json::compact::{Mark, Marker};
use crate::json::{FieldId, plain_string};
use crate::language::{Condition, Rule, Test};
use crate::source::Scope;
use foldhash::fast::FixedState;
use std::collections::{HashMap, HashSet};
use std::slice;

/// Beyond so many literals their names tell records apart better.
const MOST_WITHOUT_NAMES: usize = 16;

/// What identities are nearly everywhere: to look for these tells nothing.
const COMMON: [&str; 4] = ["AssumedRole", "AWSAccount", "AWSService", "IAMUser"];

/// The member whose value tells records apart best, and its bit among the literals.
const EVENT_NAME: &str = "eventName";
const NAME: u64 = 1;

/// Members that only few records have, by the paths of their fields.
const RARE: [(&str, &str); 2] = [("detail.errorCode", "errorCode"), ("detail.errorMessage", "errorMessage")];

/// What tells the records that may match from all others.
#[derive(Debug)]
pub(super) struct Prefilter {
    marker: Marker,
    names: Option<Names>,
}

/// What event names tell.
#[derive(Debug)]
struct Names {
    field: FieldId,
    /// The rules, each with the literals, one bit each, one of which a record must hold to satisfy it; that of the first one,
    /// the member's name, where nothing but its value is told.
    rules: Vec<(u64, Rule)>,
    /// The literals that make a candidate of whatever holds them.
    unconditional: u64,
}

/// Which literals, one bit each, make a candidate of a record with an event name; one thread's, from log file to log file.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    by_name: HashMap<Box<[u8]>, u64, FixedState>,
    unnamed: Option<u64>,
}

impl Prefilter {
    /// Returns the prefilter of some conditions; `None` when one of them can do without names and literals, or when more
    /// has to be known of every record: its place counts where a time range or regions are asked for.
    pub(super) fn new(
        conditions: &[Condition],
        fields: &EventFields,
        event_name: Option<FieldId>,
        scope: &Scope,
    ) -> Option<Self> {
        if scope.since.is_some() || scope.until.is_some() || !scope.regions.is_empty() {
            return None;
        }
        let rules = || conditions.iter().flat_map(Condition::rules);
        let literals: Option<Vec<_>> = rules().map(|rule| texts(rule, fields, event_name)).collect();
        let few = literals.map(|literals| distinct(literals.concat()));
        if let Some(literals) = few.filter(|literals| literals.len() <= MOST_WITHOUT_NAMES) {
            return Some(Self { marker: Marker::of_strings(&literals).ok()?, names: None });
        }
        let field = event_name?;
        let needed: Option<Vec<_>> = rules().map(|rule| Some((needed(rule, fields, field)?, rule))).collect();
        let needed = needed?;
        let texts = needed.iter().flat_map(|(texts, _)| texts.iter().copied());
        let literals = distinct([EVENT_NAME].into_iter().chain(texts).collect());
        let marker = Marker::of_strings(&literals).ok()?;
        let bit = |text: &str| {
            let place = literals.iter().position(|literal| literal.eq_ignore_ascii_case(text));
            1_u64 << place.expect("all texts are among the literals")
        };
        let rules = needed.iter().map(|(texts, rule)| {
            let bits = texts.iter().map(|text| bit(text)).reduce(|one, other| one | other);
            (bits.unwrap_or(NAME), (*rule).clone())
        });
        let unconditional = event::never_delivered().fold(0, |bits, event_type| bits | bit(event_type));
        Some(Self { marker, names: Some(Names { field, rules: rules.collect(), unconditional }) })
    }

    /// Returns what marks the literals.
    pub(super) fn marker(&self) -> &Marker {
        &self.marker
    }

    /// Tells whether a record may match, by what is marked in it.
    pub(super) fn is_candidate(
        &self,
        records: &Records,
        (found, record): (&Found, &[u8]),
        admitted: &mut Admitted,
    ) -> bool {
        let Some(marks) = records.marks(found) else { return true };
        match &self.names {
            Some(names) => names.may_match(marks, record, admitted).unwrap_or(true),
            None => !marks.is_empty(),
        }
    }
}

impl Names {
    /// Tells whether a record may match, by the literals in it and by its event name; `None` when that takes a closer look.
    fn may_match(&self, marks: &[Mark], record: &[u8], admitted: &mut Admitted) -> Option<bool> {
        let (mut held, mut name) = (NAME, None);
        for mark in marks {
            if mark.name > 0 {
                held |= 1 << mark.name;
                continue;
            }
            let colon = mark.value as usize + EVENT_NAME.len() + 2;
            if record.get(colon) != Some(&b':') {
                // A value that says the same, which a rule may want.
                return None;
            }
            name = Some(plain_string(record, colon + 1)?);
        }
        let admitted = match name {
            Some(name) => match admitted.by_name.get(name) {
                Some(admitted) => *admitted,
                None => self.learn(name, admitted),
            },
            None => *admitted.unnamed.get_or_insert_with(|| self.admitted(None)),
        };
        Some(admitted & held != 0)
    }

    #[cold]
    fn learn(&self, name: &[u8], Admitted { by_name, .. }: &mut Admitted) -> u64 {
        if by_name.len() == MOST_REMEMBERED {
            by_name.clear();
        }
        let admitted = self.admitted(Some(name));
        by_name.insert(name.into(), admitted);
        admitted
    }

    /// Returns the literals that make a candidate of a record with that name, or without one.
    fn admitted(&self, name: Option<&[u8]>) -> u64 {
        let admitting = self.rules.iter().filter(|(_, rule)| rule.admits(self.field, name));
        admitting.fold(self.unconditional, |bits, (literals, _)| bits | literals)
    }
}

/// Returns some literals and the types of the records that are counted apart, each once in whatever case; the first is still
/// the first.
fn distinct(mut literals: Vec<&str>) -> Vec<&str> {
    for event_type in event::never_delivered() {
        literals.push(event_type);
    }
    let mut seen = HashSet::new();
    literals.retain(|literal| seen.insert(literal.to_ascii_lowercase()));
    literals
}

/// Returns strings, one of which every record that satisfies a rule holds besides an event name that the rule admits: those
/// that tell best, and none where the name tells enough.
fn needed<'r>(rule: &'r Rule, fields: &EventFields, event_name: FieldId) -> Option<Vec<&'r str>> {
    if index::is_named(slice::from_ref(rule), Some(event_name)) {
        return Some(Vec::new());
    }
    let test = |path: &str| rule.tests.iter().find(|test| fields.fields().path(test.field) == path);
    let is_there = |path: &str| test(path).is_some_and(|test| !test.accepts_absence);
    let rare = || RARE.iter().find(|(path, _)| is_there(path)).map(|(_, member)| vec![*member]);
    let source = || literals(test("detail.eventSource")?);
    texts(rule, fields, None).or_else(rare).or_else(source)
}

/// Returns strings, one of which is in every record that satisfies a rule: few, or those that tell best.
fn texts<'r>(rule: &'r Rule, fields: &EventFields, event_name: Option<FieldId>) -> Option<Vec<&'r str>> {
    let tests = rule.tests.iter().filter(|test| plan::is_telling(test.field, fields));
    let tests = tests.filter_map(|test| Some((test.field, literals(test)?)));
    let best = tests.min_by_key(|(field, texts)| (Some(*field) != event_name, texts.len()));
    best.map(|(_, texts)| texts)
}

/// Returns strings, one of which stands in quotes in every record that passes a test, in whatever case; `None` when it is
/// not that simple, or when they tell nothing.
fn literals(test: &Test) -> Option<Vec<&str>> {
    // What is spelled out may be no string, unless it is a word.
    let is_word = |text: &&str| {
        text.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && !["true", "false", "null"].iter().any(|other| other.eq_ignore_ascii_case(text))
    };
    let spelled = || test.spellings().filter(|texts| texts.iter().all(is_word));
    let texts = test.texts().or_else(spelled)?;
    let is_common = |text: &&str| COMMON.iter().any(|common| common.eq_ignore_ascii_case(text));
    let tells = |text: &&str| Marker::is_markable(text) && !is_common(text);
    texts.iter().all(tells).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;
    use crate::query::Query;
    use crate::replay::Matcher;
    use jiff::Timestamp;
    use std::collections::BTreeSet;

    /// Tells which of some records may match patterns; `None` when all have to be looked at.
    fn candidates(patterns: &[&str], records: &[&str]) -> Option<Vec<bool>> {
        let query = |pattern: &&str| Query::from_pattern_text("q", pattern, "test").unwrap();
        let queries: Vec<_> = patterns.iter().map(query).collect();
        let scope = Scope {
            since: None,
            until: None,
            accounts: BTreeSet::new(),
            regions: BTreeSet::new(),
            late_slack_days: 0,
            first_day: None,
            read_before: None,
            now: Timestamp::UNIX_EPOCH,
        };
        let prefilter = Matcher::new(&queries).prefilter(&scope)?;
        let piece = records.join(",");
        let found = decode::read_piece(piece.as_bytes(), prefilter.marker(), Records::default()).unwrap();
        let mut admitted = Admitted::default();
        let is_candidate = |one: &Found| {
            let record = found.bytes(piece.as_bytes(), one);
            prefilter.is_candidate(&found, (one, record), &mut admitted)
        };
        Some(found.found.iter().map(is_candidate).collect())
    }

    #[test]
    fn names_that_a_rule_admits_make_a_candidate_and_others_do_not() {
        let named = r#"{"detail":{"eventName":[{"prefix":"Create"},"StopLogging"]}}"#;
        let records = [
            r#"{"eventName":"CreateUser"}"#,
            r#"{"eventName":"StopLogging"}"#,
            r#"{"eventName":"ListUsers"}"#,
            r#"{"a":{"eventName":"ListUsers"}}"#,
            r#"{"eventName":5}"#,
            r#"{"eventName":"List\u0055sers"}"#,
            r#"{"event\u004eame":"ListUsers"}"#,
            r#"{"a":"eventName"}"#,
            r#"{"a":"StopLogging"}"#,
            r#"{"eventType":"AwsAggregatedEvent"}"#,
            r#"{}"#,
        ];
        let wanted = [true, true, false, false, true, true, true, true, false, true, false];
        assert_eq!(candidates(&[named], &records), Some(wanted.to_vec()));
    }

    #[test]
    fn what_needs_no_name_is_told_by_what_few_records_have() {
        let named = r#"{"detail":{"eventName":[{"prefix":"Create"}]}}"#;
        let record = r#"{"userIdentity":{"type":"IAMUser","userName":"eve"},"eventSource":"iam.amazonaws.com","eventName":"ListUsers"}"#;
        let (root, denied) = (r#"{"userIdentity":{"type":"Root"}}"#, r#"{"errorCode":"AccessDenied"}"#);
        let told = |pattern: &str| candidates(&[named, pattern], &[record, root, denied]);
        let is = |record, root, denied| Some(vec![record, root, denied]);
        assert_eq!(told(r#"{"detail":{"userIdentity":{"type":["Root"]}}}"#), is(false, true, false));
        assert_eq!(told(r#"{"detail":{"userIdentity":{"userName":["eve"]}}}"#), None, "too short");
        assert_eq!(told(r#"{"detail":{"errorCode":[{"prefix":"Access"}]}}"#), is(false, false, true));
        assert_eq!(
            told(r#"{"detail":{"errorCode":["x","Throttled"]}}"#),
            is(false, false, true),
            "too short"
        );
        let reads = r#"{"detail":{"eventSource":["iam.amazonaws.com"],"eventName":[{"anything-but":{"prefix":["List"]}}]}}"#;
        assert_eq!(told(reads), is(false, false, false), "of a name that no rule admits");
        let of_source =
            r#"{"detail":{"eventSource":["iam.amazonaws.com"],"eventName":[{"anything-but":["x"]}]}}"#;
        assert_eq!(told(of_source), is(true, false, false));
        for pattern in [
            r#"{"detail":{"userIdentity":{"type":["IAMUser"]}}}"#,
            r#"{"detail":{"errorCode":[{"exists":false}]}}"#,
            r#"{"detail":{"errorCode":[{"prefix":"x"},{"exists":false}]}}"#,
            r#"{"detail":{"eventName":[{"anything-but":["x"]}]}}"#,
            r#"{"detail":{"eventName":["x",{"exists":false}]}}"#,
            r#"{"source":["aws.iam"]}"#,
        ] {
            assert_eq!(told(pattern), None, "{pattern}");
        }
    }
}
