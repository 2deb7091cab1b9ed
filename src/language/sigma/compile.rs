//! From searches and their condition to probes.

use super::condition::Formula;
use super::detection::{Detection, Search};
use super::item::Wanted;
use crate::json::Fields;
use crate::language::{Expression, Probe};

pub(super) fn compile(detection: &Detection, fields: &mut Fields) -> Expression {
    formula(&detection.formula, detection, fields)
}

fn formula(of: &Formula, detection: &Detection, fields: &mut Fields) -> Expression {
    let mut all = |parts: &[Formula]| parts.iter().map(|part| formula(part, detection, fields)).collect();
    match of {
        Formula::All(parts) => Expression::All(all(parts)),
        Formula::Any(parts) => Expression::Any(all(parts)),
        Formula::Not(inner) => formula(inner, detection, fields).negated(),
        Formula::Search(name) => search(&detection.searches[name], fields),
    }
}

pub(super) fn search(of: &Search, fields: &mut Fields) -> Expression {
    match of {
        Search::All(parts) => Expression::All(parts.iter().map(|part| search(part, fields)).collect()),
        Search::Any(parts) => Expression::Any(parts.iter().map(|part| search(part, fields)).collect()),
        Search::Not(inner) => search(inner, fields).negated(),
        Search::Field { path, wanted, .. } => probe(path, wanted, fields),
        Search::Anywhere { matchers, .. } => Expression::Yes(Probe::Anywhere(matchers.clone())),
    }
}

/// Fields name the record, which is the detail of the event.
fn probe(path: &str, wanted: &Wanted, fields: &mut Fields) -> Expression {
    let path = format!("detail.{path}");
    let field = fields.intern(&path);
    Expression::Yes(match wanted {
        Wanted::Not(wanted) => return probe(&path["detail.".len()..], wanted, fields).negated(),
        Wanted::Leaf(matchers) => Probe::Leaf { field, matchers: matchers.clone() },
        Wanted::LeafOrObject(matchers) => {
            let names = path.split('.').map(Into::into).collect();
            Probe::LeafOrObject { field, names, matchers: matchers.clone() }
        }
        Wanted::Same { other, part, is_cased } => {
            let other = fields.intern(&format!("detail.{other}"));
            Probe::Same { field, other, part: *part, is_cased: *is_cased }
        }
    })
}
