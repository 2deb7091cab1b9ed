//! The operator `numeric`: one comparison, or a range with its lower bound first.

use super::Reason;
use super::reader::Json;
use crate::language::matcher::{Bound, Decimal, Range};

/// The argument of `numeric`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numeric {
    /// As written: operators and spellings.
    pub(super) terms: Vec<(&'static str, Decimal)>,
    pub(super) range: Range,
}

impl Numeric {
    pub(super) fn read(argument: Json) -> Result<Self, Reason> {
        let Json::Array(elements) = argument else {
            return Err(Reason::NumericNotAnArray);
        };
        let mut elements = elements.into_iter();
        let operator = read_operator(elements.next())?;
        let first = ["=", "<", "<=", ">", ">="].into_iter().find(|known| *known == operator);
        let first = first.ok_or(Reason::UnknownComparison { operator })?;
        let mut terms = vec![read_term(first, elements.next())?];
        if matches!(first, ">" | ">=")
            && let Some(second) = elements.next()
        {
            let operator = read_operator(Some(second))?;
            let second = ["<", "<="].into_iter().find(|known| *known == operator);
            let second = second.ok_or(Reason::RangeOperator { operator })?;
            terms.push(read_term(second, elements.next())?);
        }
        if elements.next().is_some() {
            return Err(Reason::NumericTooLong);
        }
        let range = range(&terms)?;
        Ok(Self { terms, range })
    }
}

fn read_operator(element: Option<Json>) -> Result<String, Reason> {
    match element {
        Some(Json::Text(operator)) => Ok(operator),
        Some(Json::Number(number)) => Err(Reason::NumericOperator { found: format!("`{number}`") }),
        Some(_) => Err(Reason::NumericOperator { found: "a value of another kind".to_owned() }),
        None => Err(Reason::NumericOperator { found: "an empty array".to_owned() }),
    }
}

fn read_term(operator: &'static str, operand: Option<Json>) -> Result<(&'static str, Decimal), Reason> {
    match operand {
        Some(Json::Number(number)) => Ok((operator, read_comparable(number)?)),
        _ => Err(Reason::NumericOperand { operator }),
    }
}

/// Reads a number that must have a value.
pub(super) fn read_comparable(number: String) -> Result<Decimal, Reason> {
    let decimal = Decimal::new(&number);
    if decimal.value().is_none() { Err(Reason::NotComparable { number }) } else { Ok(decimal) }
}

fn range(terms: &[(&'static str, Decimal)]) -> Result<Range, Reason> {
    let mut range = Range { low: Bound::None, high: Bound::None };
    for (operator, decimal) in terms {
        let value = decimal.value().ok_or_else(|| not_comparable(decimal))?;
        match *operator {
            "<" => range.high = Bound::Exclusive(value),
            "<=" => range.high = Bound::Inclusive(value),
            ">" => range.low = Bound::Exclusive(value),
            ">=" => range.low = Bound::Inclusive(value),
            _ => range = Range { low: Bound::Inclusive(value), high: Bound::Inclusive(value) },
        }
    }
    if let [(_, low), (_, high)] = terms
        && low.value() >= high.value()
    {
        return Err(Reason::EmptyRange { low: low.text().to_owned(), high: high.text().to_owned() });
    }
    Ok(range)
}

fn not_comparable(decimal: &Decimal) -> Reason {
    Reason::NotComparable { number: decimal.text().to_owned() }
}
