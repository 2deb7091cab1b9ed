//! JSON text as bytes: skipping and checking values, and the leaves of wanted fields.
//!
//! Nothing here builds a value tree: a scan over the text is all that a replay can afford. Which field means what
//! is left to [`crate::record`] and [`crate::event`].

mod chunk;
pub mod compact;
mod fields;
mod leaves;
mod project;
mod reach;
mod repeats;
pub mod scan;
mod seen;
mod skip;
mod text;

pub use fields::{FieldId, Fields, NodeId};
pub use leaves::{Conflict, Leaf, Leaves, Place, Scalar, View};
pub use project::{project, project_value};
pub use reach::{Reached, Step, any_nested, any_nested_from, any_string, reach, reach_from};
pub use repeats::{Repeat, Repeats};
pub use text::{RawString, copy_plain_string, plain_string, read_lossy, unescape};
