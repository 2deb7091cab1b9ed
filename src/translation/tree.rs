//! What a condition says, as a tree of tests on fields of the record.

use super::{Loss, Losses, Refusal, envelope};
use crate::json::{Fields, Step};
use crate::language::matcher::Matcher;
use crate::language::{Condition, Expression, Place, Probe, Rule};

/// Tests, joined.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Test(Test),
}

/// A test on one field of the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    /// Where it is.
    pub(super) steps: Vec<Step>,
    /// One of these accepts the value that is there …
    pub(super) matchers: Vec<Matcher>,
    /// … or there is none, when this is set.
    pub(super) accepts_absence: bool,
}

impl Tree {
    pub(super) fn of_condition(
        condition: &Condition,
        fields: &Fields,
        lost: &mut Losses,
    ) -> Result<Self, Refusal> {
        if let Some(expression) = condition.expression() {
            return Self::of_expression(expression, fields, lost);
        }
        let rules: Vec<Self> =
            condition.rules().iter().map(|rule| of_rule(rule, fields, lost)).collect::<Result<_, _>>()?;
        Ok(factored(rules))
    }

    fn of_expression(expression: &Expression, fields: &Fields, lost: &mut Losses) -> Result<Self, Refusal> {
        let mut parts = |parts: &[Expression]| {
            parts.iter().map(|part| Self::of_expression(part, fields, lost)).collect::<Result<Vec<_>, _>>()
        };
        match expression {
            Expression::All(all) => Ok(Self::all(parts(all)?)),
            Expression::Any(any) => Ok(Self::any(parts(any)?)),
            Expression::Yes(probe) => Ok(Self::Test(of_probe(probe, fields, lost)?)),
            Expression::No(probe) => Ok(Self::Test(of_probe(probe, fields, lost)?.negated())),
        }
    }

    /// Joins parts that must all hold, without needless nesting.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            other => vec![other],
        });
        only_or(flat.collect(), Self::All)
    }

    /// Joins alternatives, those on one field into one test.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut joined: Vec<Self> = Vec::new();
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Any(inner) => inner,
            other => vec![other],
        });
        for part in flat {
            let same = joined.iter_mut().find_map(|known| match (known, &part) {
                (Self::Test(known), Self::Test(test)) if known.steps == test.steps => Some(known),
                _ => None,
            });
            match (same, part) {
                (Some(known), Self::Test(test)) => {
                    known.matchers.extend(test.matchers);
                    known.accepts_absence |= test.accepts_absence;
                }
                (_, part) => joined.push(part),
            }
        }
        only_or(joined, Self::Any)
    }
}

/// Joins alternatives, with what all of them want taken out.
fn factored(rules: Vec<Tree>) -> Tree {
    let lists: Vec<Vec<Tree>> = rules
        .into_iter()
        .map(|rule| match rule {
            Tree::All(parts) => parts,
            other => vec![other],
        })
        .collect();
    let Some((first, others)) = lists.split_first() else { return Tree::any(Vec::new()) };
    let is_common = |part: &&Tree| others.iter().all(|list| list.contains(part));
    let mut common: Vec<Tree> = first.iter().filter(is_common).cloned().collect();
    let rest: Vec<Vec<Tree>> = lists
        .iter()
        .map(|list| list.iter().filter(|part| !common.contains(part)).cloned().collect())
        .collect();
    // An alternative without anything of its own says all that the others could.
    if rest.iter().all(|list| !list.is_empty()) {
        common.push(Tree::any(rest.into_iter().map(Tree::all).collect()));
    }
    Tree::all(common)
}

fn only_or(mut parts: Vec<Tree>, join: impl FnOnce(Vec<Tree>) -> Tree) -> Tree {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

impl Test {
    /// Returns the field as people write it.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name) if path.is_empty() => path.push_str(name),
                Step::Name(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Element(number) => path.push_str(&format!("[{number}]")),
            }
        }
        path
    }

    /// Returns the names that lead to the field.
    ///
    /// # Errors
    /// Returns an error when it is an element of an array.
    pub(super) fn names(&self) -> Result<Vec<&str>, Refusal> {
        let name = |step: &'_ Step| match step {
            Step::Name(name) => Ok(name.to_string()),
            Step::Element(_) => Err(Refusal::Name { path: self.path() }),
        };
        self.steps.iter().try_for_each(|step| name(step).map(|_| ()))?;
        Ok(self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Name(name) => Some(&**name),
                Step::Element(_) => None,
            })
            .collect())
    }

    /// Says that a test on the field cannot be written.
    pub(super) fn unsaid(&self, what: impl Into<String>) -> Refusal {
        Refusal::Unsaid { path: self.path(), what: what.into() }
    }

    /// Returns the test that holds where this one does not, as long as there is one value at most.
    fn negated(self) -> Self {
        let accepts_absence = !self.accepts_absence;
        let matchers = match self.matchers.as_slice() {
            [] => vec![Matcher::Any],
            [Matcher::Any] => Vec::new(),
            [Matcher::NoneOf(inner)] => inner.clone(),
            _ => vec![Matcher::NoneOf(self.matchers)],
        };
        Self { steps: self.steps, matchers, accepts_absence }
    }
}

/// Tells whether what a test on texts accepts is never how a number or a truth value is spelled.
pub(super) fn is_never_spelled(matcher: &Matcher) -> bool {
    match matcher {
        Matcher::OneOf(texts) => texts.as_slice().iter().all(|text| is_no_spelling(text)),
        Matcher::EqualsIgnoringCase(text) => text.as_ascii().is_some_and(is_no_spelling),
        Matcher::Prefix(text) | Matcher::Suffix(text) => is_in_no_spelling(text),
        Matcher::PrefixIgnoringCase(text)
        | Matcher::SuffixIgnoringCase(text)
        | Matcher::ContainsIgnoringCase(text) => text.as_ascii().is_some_and(is_in_no_spelling),
        Matcher::Wildcard(wildcard) => wildcard.pieces().iter().any(|piece| is_in_no_spelling(piece)),
        // Addresses have more dots or colons than numbers.
        Matcher::Address(_) | Matcher::Block(_) => true,
        _ => false,
    }
}

fn is_no_spelling(text: &str) -> bool {
    let is_word = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    !is_word && text.parse::<f64>().is_err()
}

/// Tells whether a text is in no number and in no truth value.
fn is_in_no_spelling(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_of_numbers = |letter: char| letter.is_ascii_digit() || "+-.e".contains(letter);
    !["true", "false"].iter().any(|word| word.contains(&lower)) && !lower.chars().all(is_of_numbers)
}

fn of_rule(rule: &Rule, fields: &Fields, lost: &mut Losses) -> Result<Tree, Refusal> {
    let mut tests: Vec<Test> = Vec::new();
    let mut computed = Vec::new();
    for test in &rule.tests {
        match fields.path(test.field).strip_prefix("detail.") {
            Some(path) => tests.push(Test {
                steps: path.split('.').map(|name| Step::Name(name.into())).collect(),
                matchers: test.matchers.clone(),
                accepts_absence: test.accepts_absence,
            }),
            None => computed.push((fields.path(test.field), test)),
        }
    }
    note_elements(&tests, lost);
    let mut told = Vec::new();
    for (path, test) in computed {
        told.extend(envelope::told(path, test, &tests, lost)?);
    }
    told.extend(tests);
    Ok(Tree::all(told.into_iter().map(Tree::Test).collect()))
}

/// Notes what two tests of a rule have in common, where that can be an element of an array.
fn note_elements(tests: &[Test], lost: &mut Losses) {
    let parent = |test: &Test| {
        let path = test.path();
        path.rsplit_once('.').map(|(parent, _)| parent.to_owned())
    };
    for (number, test) in tests.iter().enumerate() {
        let Some(path) = parent(test) else { continue };
        let is_single = path.starts_with("userIdentity") || !path.contains('.');
        if !is_single && tests[..number].iter().any(|other| parent(other).as_ref() == Some(&path)) {
            lost.note(Loss::Elements { path });
        }
    }
}

fn of_probe(probe: &Probe, fields: &Fields, lost: &mut Losses) -> Result<Test, Refusal> {
    let of_field = |path: &str, matchers: &[Matcher]| {
        let Some(path) = path.strip_prefix("detail.") else {
            return Err(Refusal::NotInRecord { field: path.to_owned() });
        };
        Ok(Test {
            steps: path.split('.').map(|name| Step::Name(name.into())).collect(),
            matchers: matchers.to_vec(),
            accepts_absence: false,
        })
    };
    match probe {
        Probe::At { place, matchers } => {
            Ok(Test { steps: inside(place), matchers: matchers.clone(), accepts_absence: false })
        }
        Probe::Nothing(place) => {
            Ok(Test { steps: inside(place), matchers: Vec::new(), accepts_absence: true })
        }
        Probe::Leaf { field, matchers } => of_field(fields.path(*field), matchers),
        Probe::LeafOrObject { field, matchers, .. } => {
            let test = of_field(fields.path(*field), matchers)?;
            if test.matchers != [Matcher::Any] {
                lost.note(Loss::Objects { path: test.path() });
            }
            Ok(test)
        }
        Probe::Same { .. } => Err(Refusal::UnsaidAtAll { what: "the comparison of two fields" }),
        Probe::Anywhere(_) => Err(Refusal::UnsaidAtAll { what: "a search through all values" }),
    }
}

/// Returns the steps inside the record.
fn inside(place: &Place) -> Vec<Step> {
    place.steps.iter().skip(1).cloned().collect()
}
