//! What was found in one object, and in which shape.

use crate::json::compact::{Mark, Object};

/// The shape in which records were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `{"Records": [...]}`, as trails write it.
    #[default]
    LogFile,
    /// A bare array of records or events.
    Array,
    /// One record on its own.
    Record,
    /// One EventBridge event on its own.
    Event,
    /// One record or event a line.
    JsonLines,
    /// Records or events one after the other, with no line breaks between them.
    Concatenated,
    /// The answer of `aws cloudtrail lookup-events`: records as strings in `CloudTrailEvent`.
    LookupEvents,
    /// A CloudWatch Logs export: lines of a timestamp and a record.
    LogExport,
    /// What a CloudWatch Logs subscription delivers: records as strings in `logEvents`.
    LogSubscription,
    /// The answer of `aws logs filter-log-events`: records as strings in `events`.
    LogEvents,
    /// SQS messages: records or events as strings in `Body`.
    QueueMessages,
    /// An SNS notification: a record or event as a string in `Message`.
    Notification,
    /// A CloudTrail Lake export in CSV: records as strings in the column `eventjson`.
    LakeCsv,
}

impl Shape {
    /// Tells whether such records come from Event history or CloudTrail Lake, which record without any trail.
    pub fn is_history(self) -> bool {
        matches!(self, Self::LookupEvents | Self::LakeCsv)
    }

    /// Returns the shape's name as reports show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogFile => "log-file",
            Self::Array => "array",
            Self::Record => "record",
            Self::Event => "event",
            Self::JsonLines => "json-lines",
            Self::Concatenated => "concatenated",
            Self::LookupEvents => "lookup-events",
            Self::LogExport => "log-export",
            Self::LogSubscription => "log-subscription",
            Self::LogEvents => "log-events",
            Self::QueueMessages => "queue-messages",
            Self::Notification => "notification",
            Self::LakeCsv => "lake-csv",
        }
    }
}

/// What was found at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A CloudTrail record.
    Record,
    /// An EventBridge event that already wraps a record (`detail-type` and `detail`).
    Event,
}

/// One record or event that was found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Which of [`Records::marks`] are the record's, when they are all there is to know of the marked members.
    pub(super) marks: Option<(u32, u32)>,
    /// Whether there may be a backslash in the record.
    pub has_backslash: bool,
    pub(super) unescaped: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// One element that is no record, while the object around it is fine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Position among the elements of the object (lines, documents, array elements), from 0.
    pub index: usize,
    /// One phrase: `is not a JSON object`, `is nested deeper than 512 levels`.
    pub reason: String,
}

/// How many elements that were passed over are named one by one; the rest is only counted, so that a file full of
/// them cannot fill the memory.
pub(super) const MAX_NAMED: usize = 10_000;

/// All that was found in one object.
#[derive(Debug, Default)]
pub struct Records {
    /// The shape.
    pub shape: Shape,
    /// Records and events in text order.
    pub found: Vec<Found>,
    /// What was passed over, each one named up to a limit.
    pub rejected: Vec<Rejected>,
    /// How many more were passed over beyond those that are named.
    pub rejected_unnamed: usize,
    /// Whether a byte order mark stood in front.
    pub has_bom: bool,
    /// Marked members of the records; see [`Records::marks`].
    pub(super) marks: Vec<Mark>,
    /// What the records of a piece were found by; memory for the next one.
    pub(super) objects: Vec<Object>,
    /// Records that were strings inside the text, unescaped, one after the other.
    pub(super) unescaped: Vec<u8>,
}

impl Records {
    /// Returns the raw JSON of something found; `text` must be the text it was found in.
    pub fn bytes<'a>(&'a self, text: &'a [u8], found: &Found) -> &'a [u8] {
        let home = if found.unescaped { &self.unescaped } else { text };
        &home[found.start..found.end]
    }

    /// Returns the marked members of something found, in text order; `None` when the record has to be read to know them.
    pub fn marks(&self, found: &Found) -> Option<&[Mark]> {
        found.marks.map(|(first, end)| &self.marks[first as usize..end as usize])
    }

    /// Returns how many elements were passed over.
    pub fn rejected_count(&self) -> usize {
        self.rejected.len() + self.rejected_unnamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_names_are_kebab_case_and_differ() {
        let shapes = [
            Shape::LogFile,
            Shape::Array,
            Shape::Record,
            Shape::Event,
            Shape::JsonLines,
            Shape::Concatenated,
            Shape::LookupEvents,
            Shape::LogExport,
            Shape::LogSubscription,
            Shape::LogEvents,
            Shape::QueueMessages,
            Shape::Notification,
            Shape::LakeCsv,
        ];
        let names: std::collections::BTreeSet<_> = shapes.iter().map(|shape| shape.name()).collect();
        assert_eq!(names.len(), shapes.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())));
    }
}
