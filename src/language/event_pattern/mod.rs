//! Amazon EventBridge event patterns, as the reference implementation (`aws/event-ruler`) reads them; where it and the
//! service part, a pattern is refused or carries a warning.

mod anatomy;
mod anything_but;
mod compile;
mod error;
mod numeric;
mod print;
mod reader;
mod rules;
mod tree;
mod wanted;
mod warnings;
mod wildcard_budget;

pub use error::{ParseError, Reason};

use super::explain::Anatomy;
use super::warning::Warning;
use super::{Clause, Condition};
use crate::json::Fields;
use tree::{Content, Member, Members};
use wanted::Wanted;
use warnings::is_text;

/// A valid event pattern. Two are equal when they were written alike but for white space and escapes.
#[derive(Debug, Clone)]
pub struct EventPattern {
    members: Members,
    warnings: Vec<Warning>,
}

impl PartialEq for EventPattern {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl EventPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Returns why the text is refused and the path inside the pattern.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.trim_ascii().is_empty() {
            return Err(Reason::NotAnObject.at(""));
        }
        let members = Members::read(reader::read(text)?)?;
        rules::check_size(&members)?;
        let warnings = warnings::find(&members, text.chars().count());
        Ok(Self { members, warnings })
    }

    /// Returns the pattern that every event matches: `{}`. EventBridge refuses that as a rule's pattern, and so does
    /// [`EventPattern::parse`].
    pub fn everything() -> Self {
        Self { members: Members(Vec::new()), warnings: Vec::new() }
    }

    /// Replaces what the pattern wants at `path` by a choice of plain strings, everywhere it names that path.
    ///
    /// # Errors
    /// Returns an error when the pattern has no condition at that path, or when there is no value.
    pub fn set(&mut self, path: &str, values: &[String]) -> Result<(), ParseError> {
        if values.is_empty() {
            return Err(Reason::EmptyArray.at(path));
        }
        let values: Vec<_> = values.iter().cloned().map(Wanted::Text).collect();
        let mut is_found = false;
        visit(&mut self.members, None, &mut |place, wanted| {
            if place == path {
                wanted.clone_from(&values);
                is_found = true;
            }
        });
        if !is_found {
            return Err(ParseError::NoCondition { path: path.to_owned() });
        }
        self.warnings = warnings::find(&self.members, self.to_json().chars().count());
        Ok(())
    }

    /// Makes every condition that names one spelling of `AWS Console Sign In via CloudTrail` (`Signin` in the
    /// EventBridge guide) accept both, as if the rule listed them.
    pub fn accept_both_sign_in_spellings(&mut self) {
        let spellings = warnings::SIGN_IN_SPELLINGS;
        visit(&mut self.members, None, &mut |path, wanted| {
            let is_wanted = |spelling: &&str| wanted.iter().any(|wanted| is_text(wanted, spelling));
            let (named, missing): (Vec<&str>, Vec<&str>) = spellings.into_iter().partition(is_wanted);
            if path == warnings::DETAIL_TYPE && !named.is_empty() {
                wanted.extend(missing.into_iter().map(|spelling| Wanted::Text(spelling.to_owned())));
            }
        });
        self.warnings = warnings::find(&self.members, self.to_json().chars().count());
    }

    /// Returns the dotted paths that the pattern has conditions on, sorted, each once.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = rules::conditions(&self.members).into_iter().map(|(path, _)| path).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Returns the exact texts that the pattern wants at a field of the event's top level (`detail-type`); `None` when it has
    /// no condition there, or one that other texts may satisfy.
    pub fn wanted_texts(&self, name: &str) -> Option<Vec<&str>> {
        let member = self.members.0.iter().rfind(|member| member.name == name)?;
        let Content::Wanted(wanted) = &member.content else { return None };
        wanted
            .iter()
            .map(|wanted| match wanted {
                Wanted::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Returns what will surprise the author although it is valid.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Compiles the pattern against a set of fields, adding those that it names.
    pub fn compile(&self, fields: &mut Fields) -> Condition {
        compile::compile(&self.members, fields)
    }

    /// Lays the pattern out for explaining it, adding the fields that it names.
    pub fn anatomy(&self, fields: &mut Fields) -> Anatomy {
        anatomy::anatomy(&self.members, fields)
    }

    /// Returns every condition as its dotted path and the values wanted there, in text order. Numbers are read as JSON
    /// numbers usually are, and may lose their spelling.
    pub fn conditions(&self) -> Vec<(String, Vec<serde_json::Value>)> {
        let conditions = rules::conditions(&self.members).into_iter();
        conditions.map(|(path, wanted)| (path, anatomy::values(wanted))).collect()
    }

    /// Returns the conditions of every combination of branches, each with all conditions that must hold then.
    pub fn alternatives(&self) -> Vec<Vec<(String, Vec<serde_json::Value>)>> {
        anatomy::alternatives(&self.members)
    }

    /// Replaces a plain text, wherever it is wanted at `path`.
    pub fn replace_text(&mut self, path: &str, from: &str, to: &str) {
        visit(&mut self.members, None, &mut |place, wanted| {
            let texts = wanted.iter_mut().filter(|wanted| place == path && is_text(wanted, from));
            texts.for_each(|wanted| *wanted = Wanted::Text(to.to_owned()));
        });
        self.warnings = warnings::find(&self.members, self.to_json().chars().count());
    }

    /// Adds a condition at the top of the event, before all others: one of these texts.
    pub fn add_texts(&mut self, name: &str, texts: &[String]) {
        let wanted = texts.iter().cloned().map(Wanted::Text).collect();
        self.members.0.insert(0, Member { name: name.to_owned(), content: Content::Wanted(wanted) });
        self.warnings = warnings::find(&self.members, self.to_json().chars().count());
    }

    /// Returns the clauses that must all be met, in text order; a choice of branches is one.
    pub fn clauses(&self) -> Vec<Clause> {
        anatomy::clauses(&self.members)
    }

    /// Returns the pattern without one of its [`EventPattern::clauses`], by its number; without its only one it accepts
    /// every event.
    pub fn without_clause(&self, number: usize) -> Self {
        Self { members: anatomy::keep(&self.members, &|other| other != number), warnings: Vec::new() }
    }

    /// Returns the pattern with only one of its [`EventPattern::clauses`], by its number.
    pub fn only_clause(&self, number: usize) -> Self {
        Self { members: anatomy::keep(&self.members, &|other| other == number), warnings: Vec::new() }
    }

    /// Writes the pattern back as compact JSON; parsing that gives an equal pattern.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        print::write_members(&self.members, &mut json);
        json
    }
}

/// Shows every condition below `parent` to `change`, with its dotted path.
fn visit(members: &mut Members, parent: Option<&str>, change: &mut impl FnMut(&str, &mut Vec<Wanted>)) {
    for member in &mut members.0 {
        match &mut member.content {
            Content::Below(below) => visit(below, Some(&rules::join(parent, &member.name)), change),
            Content::Wanted(wanted) => change(&rules::join(parent, &member.name), wanted),
            Content::Branches(branches) => {
                branches.iter_mut().for_each(|branch| visit(branch, parent, change));
            }
        }
    }
}
