//! What every language compiles to: tests on leaves.

use super::matcher::{Matcher, Value};
use super::solve;
use crate::json::{FieldId, Leaf, Place, View};

/// A compiled condition over the leaves of one text: it is satisfied when one of its rules is.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    rules: Vec<Rule>,
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
        Self { rules }
    }

    /// Returns the rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the fields that the condition looks at, sorted, each once.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<_> =
            self.rules.iter().flat_map(|rule| &rule.tests).map(|test| test.field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Tells whether the leaves satisfy the condition.
    pub fn is_satisfied(&self, leaves: &View<'_>) -> bool {
        self.rules.iter().any(|rule| rule.is_satisfied(leaves))
    }
}

impl Rule {
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
