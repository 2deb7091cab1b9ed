//! What every language compiles to: tests on leaves.

use super::expression::{self, Expression};
use super::matcher::{Matcher, Value};
use super::solve;
use crate::json::{FieldId, Leaf, Place, View};

/// A compiled condition over the leaves of one text: it is satisfied when one of its rules is, or when its expression holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(super) rules: Vec<Rule>,
    pub(super) exact: Exact,
}

/// What tells for sure whether a text satisfies a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Exact {
    /// The rules themselves.
    Rules,
    /// An expression.
    Expression(Expression),
    /// Both conditions, the first of which says what is asked about.
    Both(Box<[Condition; 2]>),
}

/// What a condition is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The event that a bus carries.
    Event,
    /// The record that a log holds, whether a bus would carry it or not.
    Record,
}

/// Tests that must all hold, for one consistent choice of leaves: two leaves that come from different elements of one
/// array cannot be chosen together.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The tests, each field once. The order counts for tests that want a leaf to be absent: they look away from
    /// what the tests before them ruled out.
    pub tests: Vec<Test>,
}

/// A choice of matchers on one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The field.
    pub field: FieldId,
    /// One of these must accept a leaf at the field …
    pub matchers: Vec<Matcher>,
    /// … or there must be no leaf that could be chosen, when this is set.
    pub accepts_absence: bool,
}

/// What the leaves at one field say about a test.
enum Answer {
    No,
    /// Whatever else is chosen.
    Yes,
    /// Only together with the elements of some array.
    InElements,
    /// That depends on what the tests before it choose.
    Open,
}

impl Condition {
    /// Returns the condition that is satisfied when one of these rules is.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules, exact: Exact::Rules }
    }

    /// Returns the condition on records that is satisfied when an expression holds.
    pub fn of_record(expression: Expression) -> Self {
        Self { rules: expression.loose(), exact: Exact::Expression(expression) }
    }

    /// Returns the condition that is satisfied when another one is as well, on whatever it is.
    #[must_use]
    pub fn limited_to(self, only: Self) -> Self {
        let rules = expression::product(vec![self.rules.clone(), only.rules.clone()]);
        Self { rules, exact: Exact::Both(Box::new([self, only])) }
    }

    /// Returns what the condition is asked about.
    pub fn subject(&self) -> Subject {
        match &self.exact {
            Exact::Rules => Subject::Event,
            Exact::Expression(_) => Subject::Record,
            Exact::Both(conditions) => conditions[0].subject(),
        }
    }

    /// Returns the expression that the condition is, when it is one on records.
    pub fn expression(&self) -> Option<&Expression> {
        match &self.exact {
            Exact::Expression(expression) => Some(expression),
            Exact::Rules | Exact::Both(_) => None,
        }
    }

    /// Returns the rules. Of a condition on records, and of a limited one, they admit more than it takes, each
    /// test by itself.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the fields that the condition looks at, sorted, each once.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<_> =
            self.rules.iter().flat_map(|rule| &rule.tests).map(|test| test.field).collect();
        match &self.exact {
            Exact::Rules => {}
            Exact::Expression(expression) => expression.collect_fields(&mut fields),
            Exact::Both(conditions) => fields.extend(conditions.iter().flat_map(Self::fields)),
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Tells whether nothing is looked at but members that are named step by step: then whatever these are, and nothing
    /// else, decides.
    pub fn is_of_named_members(&self) -> bool {
        match &self.exact {
            Exact::Rules => true,
            Exact::Expression(expression) => expression.is_of_named_members(),
            Exact::Both(conditions) => conditions.iter().all(Self::is_of_named_members),
        }
    }

    /// Tells whether nothing is looked at but leaves at fields: then whatever has the same leaves has the same answer.
    pub fn is_of_leaves(&self) -> bool {
        match &self.exact {
            Exact::Rules => true,
            Exact::Expression(_) => false,
            Exact::Both(conditions) => conditions.iter().all(Self::is_of_leaves),
        }
    }

    /// Tells whether a text can satisfy the condition at all when this is the only leaf it has at a field, or when it
    /// has none there.
    pub fn admits(&self, field: FieldId, text: Option<&[u8]>) -> bool {
        self.rules.iter().any(|rule| rule.admits(field, text))
    }

    /// Tells whether the leaves satisfy the condition.
    pub fn is_satisfied(&self, leaves: &View<'_>) -> bool {
        match &self.exact {
            Exact::Rules => self.rules.iter().any(|rule| rule.is_satisfied(leaves)),
            Exact::Expression(expression) => expression.holds(leaves),
            Exact::Both(conditions) => conditions.iter().all(|condition| condition.is_satisfied(leaves)),
        }
    }
}

impl Rule {
    /// Tells whether a text can satisfy the rule when this is the only leaf it has at a field, or when it has none there.
    pub fn admits(&self, field: FieldId, text: Option<&[u8]>) -> bool {
        self.tests.iter().filter(|test| test.field == field).all(|test| match text {
            Some(text) => {
                let value = Value::Text(text.into());
                test.matchers.iter().any(|matcher| matcher.accepts(&value))
            }
            None => test.accepts_absence,
        })
    }

    fn is_satisfied(&self, leaves: &View<'_>) -> bool {
        let mut in_elements = 0;
        let mut is_open = false;
        for test in &self.tests {
            match test.ask(leaves) {
                Answer::No => return false,
                Answer::Yes => {}
                Answer::InElements => in_elements += 1,
                Answer::Open => is_open = true,
            }
        }
        // A single test cannot contradict itself, and the top contradicts nothing.
        (in_elements <= 1 && !is_open) || solve::is_consistent(&self.tests, leaves, !is_open)
    }
}

impl Test {
    /// Returns the strings one of which must be a leaf at the field, when it is that simple.
    pub fn texts(&self) -> Option<Vec<&str>> {
        let mut texts = Vec::new();
        for matcher in &self.matchers {
            match matcher {
                Matcher::OneOf(choice) => texts.extend(choice.as_slice().iter().map(|text| &**text)),
                _ => return None,
            }
        }
        (!self.accepts_absence && !texts.is_empty()).then_some(texts)
    }

    /// Returns strings, one of which must be a leaf at the field, or how one is spelled, but for the case of ASCII letters;
    /// `None` when it is not that simple.
    pub fn spellings(&self) -> Option<Vec<&str>> {
        let mut texts = Vec::new();
        for matcher in &self.matchers {
            let matcher = match matcher {
                Matcher::Spelled(matcher) => matcher,
                matcher => matcher,
            };
            match matcher {
                Matcher::OneOf(choice) => texts.extend(choice.as_slice().iter().map(|text| &**text)),
                Matcher::EqualsIgnoringCase(text) => texts.push(text.as_ascii()?),
                _ => return None,
            }
        }
        (!self.accepts_absence && !texts.is_empty()).then_some(texts)
    }

    /// Tells whether only a few strings pass, written in whatever case.
    pub fn is_choice(&self) -> bool {
        let is_text =
            |matcher: &Matcher| matches!(matcher, Matcher::OneOf(_) | Matcher::EqualsIgnoringCase(_));
        !self.accepts_absence && self.matchers.iter().all(is_text)
    }

    fn ask(&self, leaves: &View<'_>) -> Answer {
        let mut found = leaves.at(self.field).peekable();
        if found.peek().is_none() {
            return if self.accepts_absence { Answer::Yes } else { Answer::No };
        }
        let mut answer = Answer::No;
        let mut has_leaf_at_top = false;
        for leaf in found {
            let is_at_top = leaf.place == Place::TOP;
            has_leaf_at_top |= is_at_top;
            if (is_at_top || matches!(answer, Answer::No)) && self.accepts(&leaf) {
                if is_at_top {
                    // Nothing can rule this leaf out, so the test is never open either.
                    return Answer::Yes;
                }
                answer = Answer::InElements;
            }
        }
        if self.accepts_absence && !has_leaf_at_top { Answer::Open } else { answer }
    }

    /// Tells whether one of the matchers accepts a leaf.
    pub(super) fn accepts(&self, leaf: &Leaf<'_>) -> bool {
        let value = Value::from(leaf.value);
        self.matchers.iter().any(|matcher| matcher.accepts(&value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Fields;
    use crate::language::event_pattern::EventPattern;
    use crate::language::matcher::CaseInsensitive;

    fn condition(pattern: &str, fields: &mut Fields) -> Condition {
        EventPattern::parse(pattern).unwrap().compile(fields)
    }

    #[test]
    fn a_condition_admits_what_one_of_its_rules_can_take() {
        let mut fields = Fields::new();
        let either = condition(
            r#"{"$or":[{"a":["x",{"prefix":"y"}]},{"a":[{"exists":false}],"b":["z"]}]}"#,
            &mut fields,
        );
        let a = fields.find("a").unwrap();
        for (text, is_admitted) in [(Some("x"), true), (Some("yes"), true), (Some("b"), false), (None, true)]
        {
            assert_eq!(either.admits(a, text.map(str::as_bytes)), is_admitted, "{text:?}");
        }
        let other = condition(r#"{"b":["z"]}"#, &mut fields);
        assert!(other.admits(a, None) && other.admits(a, Some(b"x")));
    }

    #[test]
    fn texts_are_told_when_one_of_them_must_be_there() {
        let texts = |pattern: &str| {
            let condition = condition(pattern, &mut Fields::new());
            condition.rules()[0].tests[0].texts().map(|texts| texts.join(" "))
        };
        assert_eq!(texts(r#"{"a":["x","y"]}"#).as_deref(), Some("x y"));
        for pattern in [
            r#"{"a":[{"prefix":"x"}]}"#,
            r#"{"a":["x",{"exists":false}]}"#,
            r#"{"a":["x",1]}"#,
            r#"{"a":[{"anything-but":"x"}]}"#,
        ] {
            assert_eq!(texts(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn spellings_are_told_when_one_of_them_must_be_there() {
        let spellings = |matchers: Vec<Matcher>, accepts_absence| {
            let test = Test { field: Fields::new().intern("a"), matchers, accepts_absence };
            test.spellings().map(|texts| texts.join(" "))
        };
        let one = || Matcher::OneOf(["x".to_owned()].into_iter().collect());
        let any_case = |text: &str| Matcher::EqualsIgnoringCase(CaseInsensitive::new(text));
        let five = Matcher::Spelled(Box::new(any_case("5")));
        assert_eq!(spellings(vec![one(), any_case("Yes"), five], false).as_deref(), Some("x Yes 5"));
        // The letters of others have forms of another length.
        assert_eq!(spellings(vec![any_case("straße")], false), None);
        assert_eq!(spellings(vec![one(), Matcher::Null], false), None);
        assert_eq!(spellings(vec![one()], true), None);
    }
}
