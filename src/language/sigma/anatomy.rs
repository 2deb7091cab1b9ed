//! Lays a rule out as a tree of clauses, with what each of them wants in the rule's own words.

use super::compile;
use super::condition::Formula;
use super::detection::{Detection, Search};
use crate::json::Fields;
use crate::language::Condition;
use crate::language::explain::{Anatomy, Part};

pub(super) fn anatomy(detection: &Detection, fields: &mut Fields) -> Anatomy {
    let whole = Condition::of_record(compile::compile(detection, fields));
    Anatomy::new(whole, formula(&detection.formula, detection, fields), Vec::new())
}

fn formula(of: &Formula, detection: &Detection, fields: &mut Fields) -> Part {
    let mut each = |parts: &[Formula]| parts.iter().map(|part| formula(part, detection, fields)).collect();
    match of {
        Formula::All(parts) => Part::All(each(parts)),
        Formula::Any(parts) => Part::Any(each(parts)),
        Formula::Not(inner) => Part::Not(Box::new(formula(inner, detection, fields))),
        Formula::Search(name) => search(&detection.searches[name], fields),
    }
}

fn search(of: &Search, fields: &mut Fields) -> Part {
    let (path, words) = match of {
        Search::All(parts) => return Part::All(parts.iter().map(|part| search(part, fields)).collect()),
        Search::Any(parts) => return Part::Any(parts.iter().map(|part| search(part, fields)).collect()),
        Search::Not(inner) => return Part::Not(Box::new(search(inner, fields))),
        Search::Field { path, words, .. } => (path.clone(), words.clone()),
        Search::Anywhere { words, .. } => ("anywhere".to_owned(), words.clone()),
    };
    let condition = Condition::of_record(compile::search(of, fields));
    Part::Test { path, wanted: vec![words], condition }
}
