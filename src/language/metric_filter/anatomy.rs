//! Lays a filter pattern out as a tree of clauses, with what each of them wants in the filter's own words.

use super::compile::compile;
use super::print::wish;
use super::tree::Filter;
use crate::json::Fields;
use crate::language::Condition;
use crate::language::explain::{Anatomy, Part};

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
