//! What a source may know of a record before anybody reads it.

use serde::{Deserialize, Serialize};

/// What kind of call a record is of: the texts at some of its members, each of which has one text there, or nothing at all.
/// Records that hold something else there are of no kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKind(pub [Option<String>; RecordKind::PATHS.len()]);

impl RecordKind {
    /// Where the texts stand, as CloudTrail names the members.
    pub const PATHS: [&'static str; 4] = ["eventName", "eventSource", "userIdentity.type", "errorCode"];
}
