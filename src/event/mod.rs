//! The EventBridge envelope around a CloudTrail record: a view, not a copy.
//!
//! A rule never sees a record; it sees an event whose `detail` is the record. Conditions therefore name fields of the
//! event (`source`, `detail.eventName`), and [`EventFields`] answers for them: what lies below `detail` comes from the
//! record's bytes, the rest is computed. Whether EventBridge would have delivered the event is another question and
//! not answered here.

mod envelope;
mod fields;
mod identity;
mod members;
mod synthetic;
mod write;

pub use envelope::{bus_region, detail_type, is_delivered, never_delivered, source};
pub use fields::{EventFields, Presence};
pub use identity::{OWN, account_of, identity};
pub use members::Members;
pub use synthetic::{CAUSES, STATE_CHANGE, state_changes};
pub use write::{detail, is_event, write_event};
