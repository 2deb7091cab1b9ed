//! Languages that people have stored queries in: text to [`Condition`]. Knows JSON, and nothing of CloudTrail.

mod condition;
pub mod event_pattern;
pub mod explain;
mod expression;
pub mod matcher;
mod pattern;
mod probe;
mod solve;

pub use condition::{Condition, Rule, Subject, Test};
pub use expression::Expression;
pub use pattern::Pattern;
pub use probe::{Part, Place, Probe};
