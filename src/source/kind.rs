//! What a source may know of a record before anybody reads it.

use serde::{Deserialize, Serialize};
use std::io;

/// What kind of call a record is of: the values at some of its members, each of which has one text or truth value there, or
/// nothing at all. Records that hold something else there, or in another way, are of no kind: a kind is all that can be
/// known at these members.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKind(pub [Option<KindValue>; RecordKind::PATHS.len()]);

/// A value of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KindValue {
    /// A string, without escapes.
    Text(String),
    /// `true` or `false`.
    Truth(bool),
}

/// Which members of a kind somebody tells records apart by, in the order of [`RecordKind::PATHS`].
pub type Telling = [bool; RecordKind::PATHS.len()];

/// What is wanted of the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Nothing.
    Nothing,
    /// That they are there, each with its time and identity: [`super::Counted`]. The number stands for the kind.
    Count(u32),
    /// The records themselves.
    Record,
}

impl RecordKind {
    /// Where the values stand, as CloudTrail names the members. Those that tell of a place stand last.
    pub const PATHS: [&'static str; 10] = [
        "errorCode",
        "eventName",
        "eventSource",
        "userIdentity.type",
        "eventType",
        "readOnly",
        "managementEvent",
        "eventCategory",
        "awsRegion",
        "recipientAccountId",
    ];

    /// The number of members that do not tell of a place.
    pub const PLACELESS: usize = 8;

    /// Returns the text at a path; `None` when there is nothing.
    pub fn text(&self, path: &str) -> Option<&str> {
        let at = Self::PATHS.iter().position(|known| *known == path)?;
        match &self.0[at] {
            Some(KindValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the kind without its place.
    #[must_use]
    pub fn without_place(mut self) -> Self {
        self.0[Self::PLACELESS..].fill(None);
        self
    }

    /// Writes a record that has what the kind says and a time, and nothing else.
    ///
    /// # Errors
    /// Returns the writer's error.
    pub fn write_record(&self, time: &str, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(b"{\"eventTime\":")?;
        serde_json::to_writer(&mut *out, time)?;
        for (path, value) in Self::PATHS.iter().zip(&self.0) {
            let Some(value) = value else { continue };
            let (outer, inner) =
                path.split_once('.').map_or((*path, None), |(outer, inner)| (outer, Some(inner)));
            write!(out, ",\"{outer}\":")?;
            if let Some(inner) = inner {
                write!(out, "{{\"{inner}\":")?;
            }
            match value {
                KindValue::Text(text) => serde_json::to_writer(&mut *out, text)?,
                KindValue::Truth(truth) => write!(out, "{truth}")?,
            }
            if inner.is_some() {
                out.write_all(b"}")?;
            }
        }
        out.write_all(b"}")
    }
}
