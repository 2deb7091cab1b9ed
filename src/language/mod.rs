//! Languages that people have stored queries in: text to [`Condition`]. Knows JSON, and nothing of CloudTrail.

mod clause;
mod condition;
pub mod event_pattern;
pub mod explain;
mod expression;
mod given;
pub mod matcher;
pub mod metric_filter;
mod pattern;
mod probe;
pub mod sigma;
mod solve;
mod warning;

pub use clause::Clause;
pub use condition::{Condition, Rule, Subject, Test};
pub use expression::Expression;
pub use given::{Given, Knowledge, Remainder};
pub use pattern::{Language, Pattern, Refusal};
pub use probe::{Part, Place, Probe};
pub use warning::Warning;
