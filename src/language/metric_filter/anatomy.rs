//! Lays a filter pattern out as a tree of clauses, with what each of them wants in the filter's own words.

use super::compile::compile;
use super::print::wish;
use super::tree::{Filter, Selector, Test, Value, Wanted};
use crate::json::{Fields, Step};
use crate::language::explain::{Anatomy, Part};
use crate::language::{Clause, Condition};

pub(super) fn anatomy(filter: &Filter, fields: &mut Fields) -> Anatomy {
    let whole = Condition::of_record(compile(filter, fields));
    Anatomy::new(whole, part(filter, fields), Vec::new())
}

fn part(filter: &Filter, fields: &mut Fields) -> Part {
    match filter {
        Filter::All(parts) => Part::All(parts.iter().map(|inner| part(inner, fields)).collect()),
        Filter::Any(parts) => Part::Any(parts.iter().map(|inner| part(inner, fields)).collect()),
        Filter::Is(test) => Part::Test {
            path: test.selector.to_string(),
            wanted: vec![wish(&test.wanted)],
            condition: Condition::of_record(compile(filter, fields)),
        },
    }
}

/// Lists the conditions that must all hold.
pub(super) fn clauses(filter: &Filter) -> Vec<Clause> {
    parts(filter).iter().map(clause).collect()
}

/// Returns the filter with only the conditions whose numbers are kept.
pub(super) fn keep(filter: &Filter, is_kept: &dyn Fn(usize) -> bool) -> Filter {
    let kept = parts(filter).iter().enumerate().filter(|(number, _)| is_kept(*number));
    Filter::All(kept.map(|(_, part)| part.clone()).collect())
}

fn parts(filter: &Filter) -> &[Filter] {
    match filter {
        Filter::All(parts) => parts,
        other => std::slice::from_ref(other),
    }
}

fn clause(filter: &Filter) -> Clause {
    let mut fields = Vec::new();
    collect(filter, &mut fields);
    match filter {
        Filter::Is(Test { selector, wanted }) => Clause {
            path: selector.to_string(),
            fields,
            wanted: vec![wish(wanted)],
            is_narrow: matches!(wanted, Wanted::Equal { is_negated: false, value: Value::Text { text, .. } } if text != "*"),
        },
        _ => Clause { path: "||".to_owned(), fields, wanted: Vec::new(), is_narrow: false },
    }
}

fn collect(filter: &Filter, fields: &mut Vec<String>) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| collect(part, fields)),
        Filter::Is(test) => {
            let field = field(&test.selector);
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
}

/// Returns the field of the event, without the numbers of elements.
fn field(selector: &Selector) -> String {
    let names = selector.0.iter().filter_map(|step| match step {
        Step::Name(name) => Some(&**name),
        Step::Element(_) => None,
    });
    std::iter::once("detail").chain(names).collect::<Vec<_>>().join(".")
}
