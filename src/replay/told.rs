//! Which questions are answered by what a kind of records says, so that the records themselves need not be read.

use super::keep::{Keeps, Kept};
use crate::event::EventFields;
use crate::json::FieldId;
use crate::language::matcher::Value;
use crate::language::{Condition, Rule};
use crate::source::{KindValue, RecordKind, Telling};

/// What the queries of a run look at, as far as kinds can say it.
#[derive(Debug)]
pub(super) struct Told {
    /// The fields that make a record's kind, as far as somebody looks at them.
    of_kind: [Option<FieldId>; RecordKind::PATHS.len()],
    /// Parallel to the conditions.
    conditions: Vec<Enough>,
    telling: Telling,
    /// Whether some grouping looks at the time.
    pub(super) has_moments: bool,
}

/// Whether a kind is enough to answer a query, and to say in which groups its hits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enough {
    Never,
    /// Where the kind has the receiving account, when that is asked for, and a region that is one.
    When {
        account: bool,
        region: bool,
    },
}

impl Told {
    /// Finds out what is looked at.
    pub(super) fn new(conditions: &[Condition], keeps: &Keeps, fields: &EventFields) -> Self {
        let of_kind = RecordKind::PATHS.map(|path| fields.fields().find(&format!("detail.{path}")));
        let enough = conditions.iter().zip(&keeps.of_queries);
        let enough: Vec<Enough> =
            enough.map(|(condition, kept)| enough_for(condition, (kept, keeps), fields)).collect();
        let mut looked_at: Vec<FieldId> = conditions.iter().flat_map(Condition::fields).collect();
        looked_at.extend(keeps.of_queries.iter().flat_map(|kept| keeps.looks(kept).fields));
        let is_computed = looked_at.iter().any(|field| fields.is_computed(*field));
        let has_account = enough.iter().any(|enough| matches!(enough, Enough::When { account: true, .. }));
        let telling = std::array::from_fn(|at| {
            let by_envelope = match RecordKind::PATHS[at] {
                "eventType" | "eventSource" | "awsRegion" => is_computed,
                "recipientAccountId" => is_computed || has_account,
                _ => false,
            };
            by_envelope || of_kind[at].is_some_and(|field| looked_at.contains(&field))
        });
        let has_moments = keeps.of_queries.iter().any(|kept| keeps.looks(kept).has_moment);
        Self { of_kind, conditions: enough, telling, has_moments }
    }

    /// Returns the members of kinds that count.
    pub(super) fn telling(&self) -> Telling {
        self.telling
    }

    /// Tells whether a rule admits records of a kind, as far as the kind says it.
    pub(super) fn admits(&self, rule: &Rule, kind: &RecordKind) -> bool {
        self.of_kind.iter().zip(&kind.0).all(|(field, value)| {
            let Some(field) = field else { return true };
            rule.tests.iter().filter(|test| test.field == *field).all(|test| match value {
                Some(KindValue::Text(text)) => {
                    let value = Value::Text(text.as_bytes().into());
                    test.matchers.iter().any(|matcher| matcher.accepts(&value))
                }
                Some(KindValue::Truth(truth)) => {
                    test.matchers.iter().any(|matcher| matcher.accepts(&Value::Bool(*truth)))
                }
                None => test.accepts_absence,
            })
        })
    }

    /// Tells whether a kind is enough to answer the query at a position.
    pub(super) fn is_enough(&self, position: usize, kind: &RecordKind) -> bool {
        match self.conditions[position] {
            Enough::Never => false,
            Enough::When { account, region } => {
                let is_named = |path| kind.text(path).is_some_and(|text| !text.is_empty());
                // What stands for the region then depends on the caller.
                let is_global = || matches!(kind.text("awsRegion"), Some("" | "global" | "aws-global"));
                (!account || is_named("recipientAccountId")) && (!region || !is_global())
            }
        }
    }
}

fn enough_for(condition: &Condition, (kept, keeps): (&Kept, &Keeps), fields: &EventFields) -> Enough {
    let looks = keeps.looks(kept);
    if kept.has_facts || !condition.is_of_named_members() {
        return Enough::Never;
    }
    let (mut account, mut region) = (looks.has_account, false);
    for field in condition.fields().into_iter().chain(looks.fields) {
        match fields.fields().path(field) {
            "version" | "detail-type" | "source" => {}
            "account" => account = true,
            "region" => region = true,
            path if path.strip_prefix("detail.").is_some_and(|path| RecordKind::PATHS.contains(&path)) => {}
            _ => return Enough::Never,
        }
    }
    Enough::When { account, region }
}
