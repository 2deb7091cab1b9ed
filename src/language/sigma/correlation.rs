//! Correlations: how other rules must match together. Read here; whoever counts over time runs them.

use super::about::{About, scalar};
use super::error::{ParseError, Reason};
use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// A correlation of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// What it says about itself.
    pub about: About,
    /// How the rules must match.
    pub kind: CorrelationKind,
    /// The rules, by id or name, in the order of the document.
    pub rules: Vec<String>,
    /// Fields of the records, or aliases, that tell groups apart.
    pub group_by: Vec<String>,
    /// The span within which all must happen.
    pub timespan: Duration,
    /// For each alias the field that it means in the records of a rule.
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// All of these must hold for the count; none for the temporal kinds, which then want every rule.
    pub condition: Vec<(Comparison, u64)>,
}

/// How rules must match together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrelationKind {
    /// So many matches.
    EventCount,
    /// So many different values at a field.
    ValueCount {
        /// The field.
        field: String,
    },
    /// Every rule, in any order.
    Temporal,
    /// Every rule, in the order of the list.
    TemporalOrdered,
}

/// How a count is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
    /// `eq`
    Equal,
    /// `neq`
    Unequal,
}

impl CorrelationKind {
    /// Returns the word that Sigma has for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount { .. } => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }
}

impl Correlation {
    pub(super) fn read(document: &Mapping) -> Result<Self, ParseError> {
        let Some(Value::Mapping(members)) = document.get("correlation") else {
            return Err(Reason::NotAMap.at("correlation"));
        };
        let text = |name: &str| members.get(name).and_then(scalar).unwrap_or_default();
        let kind = match text("type").as_str() {
            "event_count" => CorrelationKind::EventCount,
            "value_count" => CorrelationKind::ValueCount { field: counted_field(members)? },
            "temporal" => CorrelationKind::Temporal,
            "temporal_ordered" => CorrelationKind::TemporalOrdered,
            "value_sum" => return Err(unsupported("the sum of values (`value_sum`)")),
            "value_avg" => return Err(unsupported("the average of values (`value_avg`)")),
            "value_percentile" => return Err(unsupported("a percentile of values (`value_percentile`)")),
            "value_median" => return Err(unsupported("the median of values (`value_median`)")),
            other => return Err(Reason::CorrelationKind(other.to_owned()).at("correlation.type")),
        };
        let is_temporal = matches!(kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
        let condition = condition(members, is_temporal)?;
        let rules = list(members, "rules")?;
        if rules.is_empty() {
            return Err(Reason::Missing.at("correlation.rules"));
        }
        Ok(Self {
            about: About::read(document)?,
            kind,
            rules,
            group_by: list(members, "group-by")?,
            timespan: timespan(&text("timespan"))?,
            aliases: aliases(members.get("aliases"))?,
            condition,
        })
    }
}

fn unsupported(what: &'static str) -> ParseError {
    Reason::Unsupported(what).at("correlation.type")
}

fn counted_field(members: &Mapping) -> Result<String, ParseError> {
    let condition = members.get("condition").and_then(Value::as_mapping);
    let field = condition.and_then(|condition| condition.get("field")).and_then(Value::as_str);
    field.map(str::to_owned).ok_or_else(|| Reason::Missing.at("correlation.condition.field"))
}

fn list(members: &Mapping, name: &str) -> Result<Vec<String>, ParseError> {
    let path = || format!("correlation.{name}");
    let values = match members.get(name) {
        None => return Ok(Vec::new()),
        Some(Value::Sequence(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
    texts.ok_or_else(|| Reason::NotAText.at(&path()))
}

fn condition(members: &Mapping, is_temporal: bool) -> Result<Vec<(Comparison, u64)>, ParseError> {
    const PATH: &str = "correlation.condition";
    let condition = match members.get("condition") {
        None if is_temporal => return Ok(Vec::new()),
        None => return Err(Reason::Missing.at(PATH)),
        Some(Value::Mapping(condition)) => condition,
        Some(_) => return Err(Reason::NotAMap.at(PATH)),
    };
    let mut comparisons = Vec::new();
    for (name, value) in condition {
        let comparison = match name.as_str().unwrap_or_default() {
            "field" => continue,
            "gt" => Comparison::Greater,
            "gte" => Comparison::GreaterOrEqual,
            "lt" => Comparison::Less,
            "lte" => Comparison::LessOrEqual,
            "eq" => Comparison::Equal,
            "neq" => Comparison::Unequal,
            other => return Err(Reason::UnknownModifier(other.to_owned()).at(PATH)),
        };
        let count = value.as_u64().ok_or_else(|| Reason::NotAValue.at(PATH))?;
        comparisons.push((comparison, count));
    }
    if comparisons.is_empty() && !is_temporal { Err(Reason::Empty.at(PATH)) } else { Ok(comparisons) }
}

fn timespan(text: &str) -> Result<Duration, ParseError> {
    let refused = || Reason::Timespan(text.to_owned()).at("correlation.timespan");
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(refused()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| refused())?;
    let seconds = number.checked_mul(unit).filter(|seconds| *seconds > 0).ok_or_else(refused)?;
    Ok(Duration::from_secs(seconds))
}

fn aliases(value: Option<&Value>) -> Result<BTreeMap<String, BTreeMap<String, String>>, ParseError> {
    let Some(value) = value else { return Ok(BTreeMap::new()) };
    serde_yaml_ng::from_value(value.clone()).map_err(|_| Reason::NotAMap.at("correlation.aliases"))
}
