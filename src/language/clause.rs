//! A clause of a pattern: one of the parts that must all be met.

/// One of the clauses that must all be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The field, or how a choice is written (`$or`, `||`).
    pub path: String,
    /// The fields of the event that it looks at, in text order, each once.
    pub fields: Vec<String>,
    /// What it wants, in the pattern's own words; of a choice, nothing.
    pub wanted: Vec<String>,
    /// Whether it only names what may stand there, so that few records satisfy it.
    pub is_narrow: bool,
}
