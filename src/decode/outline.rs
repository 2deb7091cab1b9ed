//! The outline of a document: the top-level names that tell its shape, and where their values are.

use std::ops::Range;

use crate::json::unescape;

/// A top-level name that says something about a document's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The array of a log file.
    Records,
    /// What an EventBridge event is about.
    DetailType,
    /// What an EventBridge event wraps.
    Detail,
    /// One of the names that only records have.
    OfRecord,
    /// The array of `lookup-events`.
    LookupEvents,
    /// The string in an element of it.
    LookupEvent,
    /// The array of a CloudWatch Logs subscription.
    SubscriptionEvents,
    /// Whether a subscription sends data or tests the connection.
    MessageType,
    /// The array of `filter-log-events`.
    LogEvents,
    /// The string in an element of the two above.
    LogMessage,
    /// The array of SQS messages.
    QueueMessages,
    /// The string in an SQS message.
    QueueBody,
    /// The kind of an SNS message.
    NoticeType,
    /// The string in an SNS message.
    NoticeMessage,
    /// Where a digest file says what it is about.
    Digest,
    /// The log files that a delivery notice is about.
    DeliveryNotice,
    /// The array of an AWS Config file.
    ConfigItems,
    /// Goes along with the arrays above and says nothing.
    Paging,
}

const NAMES: usize = Name::Paging as usize + 1;

impl Name {
    /// Returns the meaning of a name as it stands between its quotes.
    pub(super) fn of(raw: &[u8]) -> Option<Self> {
        if !raw.contains(&b'\\') {
            return Self::of_plain(raw);
        }
        let mut plain = Vec::new();
        unescape(raw, &mut plain);
        Self::of_plain(&plain)
    }

    fn of_plain(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"Records" => Self::Records,
            b"detail-type" => Self::DetailType,
            b"detail" => Self::Detail,
            b"eventName" | b"eventSource" | b"eventVersion" | b"eventID" | b"eventTime" | b"eventType"
            | b"eventCategory" => Self::OfRecord,
            b"Events" => Self::LookupEvents,
            b"CloudTrailEvent" => Self::LookupEvent,
            b"logEvents" => Self::SubscriptionEvents,
            b"messageType" => Self::MessageType,
            b"events" => Self::LogEvents,
            b"message" => Self::LogMessage,
            b"Messages" => Self::QueueMessages,
            b"Body" | b"body" => Self::QueueBody,
            b"Type" => Self::NoticeType,
            b"Message" => Self::NoticeMessage,
            b"digestS3Bucket" | b"digestS3Object" => Self::Digest,
            b"s3ObjectKey" => Self::DeliveryNotice,
            b"configurationItems" | b"configurationItem" => Self::ConfigItems,
            b"NextToken" | b"nextToken" | b"searchedLogStreams" => Self::Paging,
            _ => return None,
        })
    }

    /// Tells whether a document that begins with this name is a wrapper around many records.
    pub(super) fn is_wrapper(self) -> bool {
        use Name::*;
        matches!(self, Records | LookupEvents | SubscriptionEvents | MessageType | LogEvents | QueueMessages)
    }
}

/// Where the values of the names are; the last of equal names wins.
#[derive(Debug, Default)]
pub(super) struct Outline {
    values: [Option<(usize, usize)>; NAMES],
    /// Whether there are names beside the known ones.
    pub(super) has_others: bool,
}

impl Outline {
    /// Notes where the value of a name is.
    pub(super) fn note(&mut self, name: Option<Name>, value: Range<usize>) {
        match name {
            Some(name) => self.values[name as usize] = Some((value.start, value.end)),
            None => self.has_others = true,
        }
    }

    /// Returns where the value of a name is.
    pub(super) fn get(&self, name: Name) -> Option<Range<usize>> {
        self.values[name as usize].map(|(start, end)| start..end)
    }

    /// Tells whether a name is there.
    pub(super) fn has(&self, name: Name) -> bool {
        self.values[name as usize].is_some()
    }

    /// Returns where the value of a name is when its text begins with `first`.
    pub(super) fn get_as(&self, text: &[u8], name: Name, first: u8) -> Option<Range<usize>> {
        self.get(name).filter(|value| text.get(value.start) == Some(&first))
    }
}
