//! From a filter pattern to probes.

use super::tree::{Filter, Number, Operator, Selector, Test, Value, Wanted};
use crate::json::{Fields, Step};
use crate::language::matcher::{Bound, Matcher, Range, Texts, Wildcard};
use crate::language::{Expression, Place, Probe};

pub(super) fn compile(filter: &Filter, fields: &mut Fields) -> Expression {
    match filter {
        Filter::All(parts) => Expression::All(parts.iter().map(|part| compile(part, fields)).collect()),
        Filter::Any(parts) => Expression::Any(parts.iter().map(|part| compile(part, fields)).collect()),
        Filter::Is(test) => Expression::Yes(probe(test, fields)),
    }
}

fn probe(test: &Test, fields: &mut Fields) -> Probe {
    let place = place(&test.selector, fields);
    let matcher = match &test.wanted {
        Wanted::Nothing => return Probe::Nothing(place),
        Wanted::Null => Matcher::Null,
        Wanted::Bool(value) => Matcher::Bool(*value),
        Wanted::Compared { operator, number } => Matcher::Double(range(*operator, number.value)),
        Wanted::Equal { is_negated: false, value } => equal(value),
        Wanted::Equal { is_negated: true, value } => Matcher::NoneOf(vec![equal(value)]),
    };
    Probe::At { place, matchers: vec![matcher] }
}

/// Leaves do not tell elements of arrays apart, so the field is named without their numbers.
fn place(selector: &Selector, fields: &mut Fields) -> Place {
    let mut path = "detail".to_owned();
    for step in &selector.0 {
        if let Step::Name(name) = step {
            path.push('.');
            path.push_str(name);
        }
    }
    let steps = [Step::Name("detail".into())].into_iter().chain(selector.0.iter().cloned());
    Place { field: fields.intern(&path), steps: steps.collect() }
}

fn range(operator: Operator, value: f64) -> Range {
    let (low, high) = match operator {
        Operator::Less => (Bound::None, Bound::Exclusive(value)),
        Operator::LessOrEqual => (Bound::None, Bound::Inclusive(value)),
        Operator::Greater => (Bound::Exclusive(value), Bound::None),
        Operator::GreaterOrEqual => (Bound::Inclusive(value), Bound::None),
    };
    Range { low, high }
}

fn equal(value: &Value) -> Matcher {
    match value {
        Value::Text { text, .. } => starred(text),
        Value::Starred(text) => Matcher::Spelled(Box::new(starred(text))),
        Value::Number(Number { value, .. }) => {
            let bound = Bound::Inclusive(*value);
            Matcher::Double(Range { low: bound, high: bound })
        }
        Value::Regex { regex, .. } => Matcher::Regex(regex.clone()),
    }
}

/// A star stands for any text at the beginning and at the end, and for itself in between.
fn starred(text: &str) -> Matcher {
    if !text.is_empty() && text.bytes().all(|byte| byte == b'*') {
        return Matcher::Any;
    }
    let behind = text.strip_prefix('*');
    let inner = behind.unwrap_or(text);
    match (behind.is_some(), inner.strip_suffix('*')) {
        (false, None) => Matcher::OneOf(Texts::from_iter([text])),
        (true, None) => Matcher::Suffix(inner.into()),
        (false, Some(beginning)) => Matcher::Prefix(beginning.into()),
        (true, Some(part)) => Matcher::Wildcard(Wildcard::of_pieces(["", part, ""])),
    }
}
