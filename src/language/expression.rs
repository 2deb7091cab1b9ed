//! What languages other than event patterns compile to: a tree of questions, with negations at its leaves only.
//!
//! The tree is exact. For the index and the prefilter it is also written as rules that admit more: whatever the tree accepts
//! they admit, and most of what they reject needs no look at the tree.

use super::condition::{Rule, Test};
use super::matcher::{Matcher, Texts};
use super::probe::Probe;
use crate::json::{FieldId, View};

/// A product of alternatives may make so many rules; beyond, the part with the fewest alternatives stands for all.
const MOST_RULES: usize = 64;

/// A tree of questions about one text.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// All of them hold; without any this is always so.
    All(Vec<Self>),
    /// One of them holds; without any this is never so.
    Any(Vec<Self>),
    /// The answer is yes.
    Yes(Probe),
    /// The answer is no.
    No(Probe),
}

impl Expression {
    /// Returns the expression that holds where this one does not.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::All(parts) => Self::Any(parts.into_iter().map(Self::negated).collect()),
            Self::Any(parts) => Self::All(parts.into_iter().map(Self::negated).collect()),
            Self::Yes(probe) => Self::No(probe),
            Self::No(probe) => Self::Yes(probe),
        }
    }

    /// Tells whether the expression holds for a text.
    pub fn holds(&self, leaves: &View<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(leaves)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(leaves)),
            Self::Yes(probe) => probe.holds(leaves),
            Self::No(probe) => !probe.holds(leaves),
        }
    }

    /// Tells whether nothing is looked at but members that are named step by step.
    pub(super) fn is_of_named_members(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_of_named_members),
            Self::Yes(probe) | Self::No(probe) => probe.is_of_named_members(),
        }
    }

    /// Adds the fields that the expression looks at.
    pub(super) fn collect_fields(&self, fields: &mut Vec<FieldId>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.collect_fields(fields));
            }
            Self::Yes(probe) | Self::No(probe) => fields.extend(probe.fields()),
        }
    }

    /// Returns rules, one of which admits every text that the expression holds for, each of its tests by itself.
    pub(super) fn loose(&self) -> Vec<Rule> {
        match self {
            Self::All(parts) => product(parts.iter().map(Self::loose).collect()),
            Self::Any(parts) => sum(parts.iter().flat_map(Self::loose).collect()),
            Self::Yes(probe) => vec![Rule { tests: probe.loose().into_iter().collect() }],
            Self::No(_) => vec![Rule { tests: Vec::new() }],
        }
    }
}

/// Returns rules that admit what some rule of every factor admits, when each test is taken by itself.
pub(super) fn product(mut factors: Vec<Vec<Rule>>) -> Vec<Rule> {
    factors.sort_by_key(Vec::len);
    let mut rules = vec![Rule { tests: Vec::new() }];
    for factor in factors {
        if rules.len() * factor.len() > MOST_RULES && rules.iter().any(|rule| !rule.tests.is_empty()) {
            break;
        }
        let with = |rule: &Rule, other: &Rule| Rule { tests: [&rule.tests[..], &other.tests].concat() };
        rules = rules.iter().flat_map(|rule| factor.iter().map(|other| with(rule, other))).collect();
    }
    rules
}

/// Joins rules of a single test on the same field: many names of events make one rule.
fn sum(rules: Vec<Rule>) -> Vec<Rule> {
    if rules.iter().any(|rule| rule.tests.is_empty()) {
        return vec![Rule { tests: Vec::new() }];
    }
    let mut joined: Vec<Rule> = Vec::new();
    for rule in rules {
        let known = match rule.tests.as_slice() {
            [test] => joined.iter_mut().find_map(|known| match known.tests.as_mut_slice() {
                [known] if known.field == test.field => Some(known),
                _ => None,
            }),
            _ => None,
        };
        match known {
            Some(known) => rule.tests.into_iter().for_each(|test| join(known, test)),
            None => joined.push(rule),
        }
    }
    joined
}

fn join(known: &mut Test, test: Test) {
    known.accepts_absence |= test.accepts_absence;
    for matcher in test.matchers {
        match (&matcher, known.matchers.iter_mut().find(|known| matches!(known, Matcher::OneOf(_)))) {
            (Matcher::OneOf(more), Some(Matcher::OneOf(texts))) => {
                *texts = texts.as_slice().iter().chain(more.as_slice()).cloned().collect::<Texts>();
            }
            _ => known.matchers.push(matcher),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fields, Leaves, project};
    use proptest::prelude::*;

    /// The probe that a leaf at one of a few fields is one of a few texts.
    fn leaf(fields: &mut Fields, field: u8, text: u8) -> Expression {
        let matchers = vec![Matcher::OneOf(Texts::from_iter([format!("t{text}")]))];
        Expression::Yes(Probe::Leaf { field: fields.intern(&format!("f{field}")), matchers })
    }

    #[test]
    fn alternatives_at_one_field_make_one_rule() {
        let mut fields = Fields::new();
        let any = Expression::Any((0..200).map(|text| leaf(&mut fields, 0, text)).collect());
        let rules = any.loose();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].tests[0].texts().unwrap().len(), 200);
    }

    #[test]
    fn a_large_product_keeps_what_has_the_fewest_alternatives() {
        let mut fields = Fields::new();
        let mut pairs = |count: u8, field: u8| {
            let pair = |text| {
                Expression::All(vec![leaf(&mut fields, field, text), leaf(&mut fields, field + 1, text)])
            };
            Expression::Any((0..count).map(pair).collect())
        };
        let all = Expression::All(vec![pairs(40, 0), pairs(3, 2), pairs(30, 4)]);
        assert_eq!(all.loose().len(), 3);
    }

    #[test]
    fn a_negation_twice_is_none() {
        let mut fields = Fields::new();
        let both =
            Expression::All(vec![leaf(&mut fields, 0, 1), Expression::Any(vec![leaf(&mut fields, 1, 2)])]);
        assert_ne!(both.clone().negated(), both);
        assert_eq!(both.clone().negated().negated(), both);
    }

    /// A tree over three fields and three texts.
    fn tree() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), 1..40)
    }

    fn build(bytes: &mut std::slice::Iter<'_, u8>, depth: u8, fields: &mut Fields) -> Expression {
        let byte = bytes.next().copied().unwrap_or_default();
        let mut parts = |bytes: &mut _| (0..byte / 4 % 4).map(|_| build(bytes, depth + 1, fields)).collect();
        match byte % 4 {
            0 if depth < 4 => Expression::All(parts(bytes)),
            1 if depth < 4 => Expression::Any(parts(bytes)),
            2 => leaf(fields, byte / 4 % 3, byte / 12 % 3).negated(),
            _ => leaf(fields, byte / 4 % 3, byte / 12 % 3),
        }
    }

    proptest! {
        #[test]
        fn whatever_an_expression_accepts_its_rules_admit(
            bytes in tree(),
            values in prop::collection::vec((0..3_u8, 0..3_u8), 0..4),
        ) {
            let mut fields = Fields::new();
            let expression = build(&mut bytes.iter(), 0, &mut fields);
            let members: Vec<_> = values.iter().map(|(field, text)| format!(r#""f{field}":"t{text}""#)).collect();
            let text = format!("{{{}}}", members.join(","));
            let mut leaves = Leaves::new();
            leaves.reset(fields.len());
            project(text.as_bytes(), &fields, fields.root(), &mut leaves).unwrap();
            let view = leaves.view(text.as_bytes());
            let passes = |test: &Test| match view.at(test.field).next() {
                Some(_) => view.at(test.field).any(|leaf| test.accepts(&leaf)),
                None => test.accepts_absence,
            };
            let is_admitted = expression.loose().iter().any(|rule| rule.tests.iter().all(passes));
            prop_assert!(is_admitted || !expression.holds(&view), "{text} {expression:?}");
            prop_assert_ne!(expression.holds(&view), expression.negated().holds(&view));
        }
    }
}
