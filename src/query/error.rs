//! Why queries cannot be loaded, found, filled in or proved.

use super::CaseFault;
use crate::alarm::Definition;
use crate::language::{Language, Refusal};

/// Why there are no queries to work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or directory cannot be opened or read.
    #[error("cannot read `{file}`")]
    Read {
        /// Path as the user gave it.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds bytes that are no text.
    #[error("`{file}` is not UTF-8 text")]
    Text {
        /// Path as the user gave it.
        file: String,
    },
    /// The file is neither a pattern nor a JSON document.
    #[error("`{file}` is not valid JSON")]
    Json {
        /// Path as the user gave it.
        file: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file is no YAML document, and no JSON either.
    #[error("`{file}` is not valid YAML")]
    Yaml {
        /// Path as the user gave it.
        file: String,
        /// Where and why.
        source: serde_yaml_ng::Error,
    },
    /// The file is JSON or YAML, but not what the pattern language takes.
    #[error("`{file}` is not {}", language.noun())]
    Pattern {
        /// Path as the user gave it.
        file: String,
        /// The language it was read in.
        language: Language,
        /// Why, with the place inside the pattern.
        source: Box<Refusal>,
    },
    /// A list that holds something else than rules.
    #[error("`{file}` is neither an event pattern nor a document that holds rules")]
    Shape {
        /// Path as the user gave it.
        file: String,
    },
    /// A document without a single rule, or a directory without anything to load.
    #[error("`{file}` holds neither event patterns nor rules")]
    NoRules {
        /// Path as the user gave it.
        file: String,
    },
    /// The card is no TOML, or holds names that no card has.
    #[error("`{file}` is not a card")]
    Card {
        /// Path as the user gave it.
        file: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A line of a case file is not a case.
    #[error("`{file}:{line}` is not a case")]
    Case {
        /// Path as the user gave it.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// Why.
        source: CaseFault,
    },
    /// Neither a path nor the name of a shipped query or folder.
    #[error("no file or stored query is called `{name}`{}", closest_words(closest))]
    UnknownQuery {
        /// What the user asked for.
        name: String,
        /// Ids that look like it, the closest first.
        closest: Vec<String>,
    },
    /// `--set` names a parameter that the card does not have.
    #[error("query `{id}` has no parameter `{name}`; it has {}", known_words(known))]
    UnknownParameter {
        /// The query.
        id: String,
        /// What the user asked for.
        name: String,
        /// The parameters there are.
        known: Vec<String>,
    },
    /// The card names a path that the pattern does not have, or the values do not fit.
    #[error("parameter `{name}` of query `{id}` cannot be set at `{path}`")]
    Parameter {
        /// The query.
        id: String,
        /// The parameter.
        name: String,
        /// The path that its card gives.
        path: String,
        /// Why.
        source: Box<Refusal>,
    },
}

/// A rule, or a file in a directory, that cannot be replayed while the rest of the load can.
#[derive(Debug)]
pub struct Unusable {
    /// The rule's own name, or the file's path.
    pub name: String,
    /// The file it stands in.
    pub origin: String,
    /// Why it cannot be used.
    pub reason: Reason,
}

/// Why a rule cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It fires by the clock: there is nothing to look for.
    #[error("it has a schedule and no event pattern")]
    Schedule,
    /// The document gives it no pattern.
    #[error("it has no event pattern")]
    NoPattern,
    /// The plan says only that there will be a pattern.
    #[error("its pattern is known only after `terraform apply`")]
    UnknownUntilApplied,
    /// An entry of a list that names no rule.
    #[error("it is not a rule with a name and an event pattern")]
    NotARule,
    /// The template computes the pattern from things that only a deployment knows.
    #[error("`{function}` at `{path}` can be resolved only by a deployment")]
    Unresolved {
        /// The intrinsic function: `Ref`, `Fn::GetAtt` …
        function: String,
        /// Where in the pattern.
        path: String,
    },
    /// The template's functions multiply their text.
    #[error("`{function}` at `{path}` gives more text than any event pattern has")]
    Overlong {
        /// The intrinsic function.
        function: String,
        /// Where in the pattern.
        path: String,
    },
    /// The template makes the rule in a loop.
    #[error("`Fn::ForEach` is not expanded")]
    Loop,
    /// The pattern language refuses it.
    #[error("its {} is refused", kind(source))]
    Pattern {
        /// Why.
        source: Box<Refusal>,
    },
    /// A correlation refers to a rule that is not there.
    #[error("it is a correlation of rules, and `{rule}` is not among those that were read")]
    UnknownRule {
        /// What it refers to.
        rule: String,
    },
    /// The alarm on a metric filter cannot be replayed; the filter itself can.
    #[error("its alarm is not replayed: {0}")]
    Alarm(Box<Definition>),
    /// The whole file cannot be used.
    #[error(transparent)]
    File(Box<Error>),
}

impl Reason {
    /// Tells whether no hits are missing: the rule merely has nothing to do with events, or is an alarm on a filter that is
    /// there.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::Schedule | Self::Alarm(_))
    }
}

/// Returns what a refused text was meant to be.
fn kind(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Metric(_) => "metric filter",
        Refusal::Sigma(_) => "Sigma rule",
        _ => "event pattern",
    }
}

/// Finishes the sentence about an unknown query.
fn closest_words(closest: &[String]) -> String {
    match closest {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        several => format!("; the closest are {}", quoted(several)),
    }
}

/// Finishes the sentence about an unknown parameter.
fn known_words(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { quoted(known) }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
