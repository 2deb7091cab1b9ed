//! Why a text satisfies a condition or does not: a tree of clauses, each held against what stood there.
//!
//! Every language lays its patterns out as an [`Anatomy`]; from there on all are explained alike.

use super::Condition;
use crate::json::{Scalar, View};

/// So many values found at a field are told.
const MOST_FOUND: usize = 20;

/// A pattern laid out for explaining it: a tree of parts beside the whole that counts.
#[derive(Debug, Clone)]
pub struct Anatomy {
    /// What decides.
    whole: Condition,
    /// The tree as it was written.
    part: Part,
    /// For each rule of the condition its tests, for where the tree alone does not tell the verdict.
    rules: Vec<Vec<Part>>,
}

/// A part of a pattern.
#[derive(Debug, Clone)]
pub enum Part {
    /// All of these.
    All(Vec<Part>),
    /// At least one of these.
    Any(Vec<Part>),
    /// Not this.
    Not(Box<Part>),
    /// A test of its own.
    Test {
        /// What it looks at, as the pattern names it.
        path: String,
        /// The values wanted there, in the pattern's own words; one of them is enough.
        wanted: Vec<String>,
        /// The test alone.
        condition: Condition,
    },
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Whether it is satisfied.
    pub is_met: bool,
    /// What it is.
    pub clause: Clause,
}

/// A part that was held against a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// All of these.
    All(Vec<Explained>),
    /// At least one of these.
    Any(Vec<Explained>),
    /// Not this.
    Not(Box<Explained>),
    /// A test of its own.
    Test {
        /// What it looks at.
        path: String,
        /// The values wanted there; one of them is enough.
        wanted: Vec<String>,
        /// The first values found there, as JSON.
        found: Vec<String>,
    },
    /// What the clauses beside it found must be in the same elements of arrays.
    Together,
}

impl Anatomy {
    /// Puts an anatomy together. `rules` holds for each rule of `whole` its tests, in order; it may be empty for
    /// a language in which no test depends on what another one chooses, so that the tree alone tells the verdict.
    pub fn new(whole: Condition, part: Part, rules: Vec<Vec<Part>>) -> Self {
        Self { whole, part, rules }
    }

    /// Returns the anatomy of two patterns that must both be satisfied, as `whole` says.
    #[must_use]
    pub fn and(self, other: Self, whole: Condition) -> Self {
        Self { whole, part: Part::All(vec![self.part, other.part]), rules: Vec::new() }
    }

    /// Explains what the leaves of a text make of the pattern. The verdict of the tree is always that of the condition.
    pub fn explain(&self, leaves: &View<'_>) -> Explained {
        let verdict = self.whole.is_satisfied(leaves);
        let tree = self.part.explain(leaves);
        match (tree.is_met, verdict) {
            (true, false) => together(tree),
            (false, true) if self.rules.len() == self.whole.rules().len() => self.explain_rules(leaves),
            _ => tree,
        }
    }

    /// Explains rule by rule: where a leaf must be absent beside others in one element, no test alone can tell.
    fn explain_rules(&self, leaves: &View<'_>) -> Explained {
        let rules = self.whole.rules().iter().zip(&self.rules).map(|(rule, tests)| {
            let is_met = Condition::new(vec![rule.clone()]).is_satisfied(leaves);
            let mut tests: Vec<_> = tests.iter().map(|test| test.explain(leaves)).collect();
            if is_met {
                tests.iter_mut().for_each(|test| test.is_met = true);
            } else if tests.iter().all(|test| test.is_met) {
                tests.push(Explained { is_met: false, clause: Clause::Together });
            }
            Explained { is_met, clause: Clause::All(tests) }
        });
        let rules: Vec<_> = rules.collect();
        Explained { is_met: rules.iter().any(|rule| rule.is_met), clause: Clause::Any(rules) }
    }
}

/// Adds the clause that all others hold in one element, which they do not.
fn together(tree: Explained) -> Explained {
    let mut clauses = match tree.clause {
        Clause::All(clauses) => clauses,
        _ => vec![tree],
    };
    clauses.push(Explained { is_met: false, clause: Clause::Together });
    Explained { is_met: false, clause: Clause::All(clauses) }
}

impl Part {
    fn explain(&self, leaves: &View<'_>) -> Explained {
        let each = |parts: &[Self]| parts.iter().map(|part| part.explain(leaves)).collect::<Vec<_>>();
        match self {
            Self::All(parts) => {
                let parts = each(parts);
                Explained { is_met: parts.iter().all(|part| part.is_met), clause: Clause::All(parts) }
            }
            Self::Any(parts) => {
                let parts = each(parts);
                Explained { is_met: parts.iter().any(|part| part.is_met), clause: Clause::Any(parts) }
            }
            Self::Not(part) => {
                let part = part.explain(leaves);
                Explained { is_met: !part.is_met, clause: Clause::Not(Box::new(part)) }
            }
            Self::Test { path, wanted, condition } => Explained {
                is_met: condition.is_satisfied(leaves),
                clause: Clause::Test {
                    path: path.clone(),
                    wanted: wanted.clone(),
                    found: found(condition, leaves),
                },
            },
        }
    }
}

fn found(condition: &Condition, leaves: &View<'_>) -> Vec<String> {
    let fields = condition.fields();
    let found = fields.iter().flat_map(|field| leaves.at(*field)).map(|leaf| match leaf.value {
        Scalar::String(text) => serde_json::Value::from(text.decode().into_owned()).to_string(),
        Scalar::Number(number) => number.to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Null => "null".to_owned(),
    });
    found.take(MOST_FOUND).collect()
}

impl Explained {
    /// Returns the verdict that the parts of the tree give by themselves.
    pub fn verdict(&self) -> bool {
        match &self.clause {
            Clause::All(clauses) => clauses.iter().all(Self::verdict),
            Clause::Any(clauses) => clauses.iter().any(Self::verdict),
            Clause::Not(clause) => !clause.verdict(),
            Clause::Test { .. } | Clause::Together => self.is_met,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fields, Leaves, project};
    use crate::language::matcher::Matcher;
    use crate::language::{Rule, Test};

    #[test]
    fn what_must_not_be_is_met_when_it_is_not() {
        let mut fields = Fields::new();
        let test =
            Test { field: fields.intern("a"), matchers: vec![Matcher::Bool(true)], accepts_absence: false };
        let condition = Condition::new(vec![Rule { tests: vec![test] }]);
        let test = Part::Test {
            path: "a".to_owned(),
            wanted: vec!["true".to_owned()],
            condition: condition.clone(),
        };
        let absent = Part::Not(Box::new(test.clone()));
        for (text, is_met) in [(r#"{"a":true}"#, true), (r#"{"a":false}"#, false)] {
            let mut leaves = Leaves::new();
            leaves.reset(fields.len());
            project(text.as_bytes(), &fields, fields.root(), &mut leaves).unwrap();
            let view = leaves.view(text.as_bytes());
            let explained = absent.explain(&view);
            assert_eq!((explained.is_met, explained.verdict()), (!is_met, !is_met), "{text}");
            let anatomy = Anatomy::new(condition.clone(), test.clone(), Vec::new());
            assert_eq!(anatomy.explain(&view).is_met, is_met, "{text}");
        }
    }
}
