//! A pattern as findings look at it.

use crate::delivery::Location;
use crate::language::event_pattern::EventPattern;
use serde_json::Value;
use std::collections::BTreeMap;

/// How all types of events end that CloudTrail sends.
pub(super) const VIA_CLOUDTRAIL: &str = " via CloudTrail";

/// A pattern, and where its rule lives.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    /// Every condition, in text order.
    pub(super) conditions: Vec<(String, Vec<Value>)>,
    /// The conditions of every combination of branches.
    pub(super) alternatives: Vec<Alternative>,
    pub(super) location: &'a Location,
}

/// Conditions that must all hold, by path.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alternative(BTreeMap<String, Vec<Value>>);

impl<'a> Subject<'a> {
    pub(super) fn of(pattern: &EventPattern, location: &'a Location) -> Self {
        let alternatives = pattern.alternatives().into_iter();
        Self {
            conditions: pattern.conditions(),
            alternatives: alternatives.map(|rule| Alternative(rule.into_iter().collect())).collect(),
            location,
        }
    }

    /// Returns every plain text, with its field and its place: `source[0]`.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, String, &str)> {
        self.conditions.iter().flat_map(|(path, wanted)| {
            let texts = wanted.iter().enumerate();
            texts.filter_map(move |(index, value)| {
                Some((path.as_str(), format!("{path}[{index}]"), value.as_str()?))
            })
        })
    }

    /// Tells whether every combination of branches satisfies a test.
    pub(super) fn is_always(&self, test: impl Fn(&Alternative) -> bool) -> bool {
        self.alternatives.iter().all(test)
    }

    /// Tells whether the pattern is about events that CloudTrail sends, and about nothing else.
    pub(super) fn is_via_cloudtrail(&self) -> bool {
        self.is_always(Alternative::is_via_cloudtrail)
    }
}

impl Alternative {
    /// Returns what is wanted at a field.
    pub(super) fn wanted(&self, path: &str) -> Option<&[Value]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// Returns the texts one of which must stand at a field, where nothing else may.
    pub(super) fn texts(&self, path: &str) -> Option<Vec<&str>> {
        self.wanted(path)?.iter().map(Value::as_str).collect()
    }

    /// Tells whether it wants events that only CloudTrail sends.
    pub(super) fn is_via_cloudtrail(&self) -> bool {
        let types = self.texts("detail-type");
        types.is_some_and(|types| types.iter().all(|text| text.ends_with(VIA_CLOUDTRAIL)))
    }

    /// Returns the services that it is about, as `source` names them without `aws.`, where it says so.
    pub(super) fn services(&self) -> Option<Vec<&str>> {
        let of = |path: &str, strip: fn(&str) -> &str| {
            Some(self.texts(path)?.into_iter().map(strip).collect::<Vec<_>>())
        };
        of("source", |text| text.strip_prefix("aws.").unwrap_or(text))
            .or_else(|| of("detail.eventSource", service))
    }
}

/// Returns the service in an `eventSource`.
pub(super) fn service(event_source: &str) -> &str {
    let domains = [".amazonaws.com", ".amazonaws.com.cn"];
    domains.iter().find_map(|domain| event_source.strip_suffix(domain)).unwrap_or(event_source)
}

/// Lists texts in backticks.
pub(super) fn listed(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}
