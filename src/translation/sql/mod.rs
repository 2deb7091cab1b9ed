//! SQL over records: a `SELECT` whose `WHERE` says what the query means.
//!
//! Athena's tables are those that its user guide documents for CloudTrail (manual partitions, and partition projection);
//! the other dialects read a view `records` with one column `record`, the JSON text of one record, and the comment at the
//! top says how to make it. Copies of an event are not told apart: count by `eventID` where that matters.

mod athena;
mod dialect;
mod predicate;

pub use dialect::Dialect;

use super::tree::Tree;
use super::{Loss, Losses, Refusal};
use crate::query::Query;
use predicate::Writer;

pub(super) fn write(
    query: &Query,
    tree: &Tree,
    dialect: Dialect,
    lost: &mut Losses,
) -> Result<String, Refusal> {
    if *tree == Tree::Any(Vec::new()) {
        return Err(Refusal::Nothing);
    }
    lost.note(Loss::Places);
    let conditions = match tree {
        Tree::All(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut writer = Writer { dialect, lost };
    let conditions: Vec<String> =
        conditions.iter().map(|part| writer.joined(part, true)).collect::<Result<_, _>>()?;
    let mut text = format!("-- {}: {}\n", line(&query.id), line(&query.card.title));
    text += dialect.preface();
    text += &format!("SELECT {}\nFROM {}", dialect.columns(), dialect.table());
    if !conditions.is_empty() {
        text += &format!("\nWHERE {}", conditions.join("\n  AND "));
    }
    Ok(text)
}

/// A comment ends with its line.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
