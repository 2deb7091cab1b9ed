//! Languages that people have stored queries in: text to [`Condition`]. Knows JSON, and nothing of CloudTrail.

mod condition;
pub mod event_pattern;
pub mod explain;
pub mod matcher;
mod pattern;
mod solve;

pub use condition::{Condition, Rule, Test};
pub use pattern::Pattern;
