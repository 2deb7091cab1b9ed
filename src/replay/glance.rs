//! A glance at a record before anything is projected: what its marks say about name, time, type and place.
//!
//! Only what is certain is used: a marked value that is no plain string, and the record is read like every other.

use crate::decode::{Found, Records};
use crate::event::{self, Members};
use crate::json::compact::{Mark, Marker};
use crate::json::plain_string;

/// Longer event names than any service has are not worth remembering.
const LONGEST_NAME: usize = 128;

/// The members that are glanced at, by their numbers (see [`crate::event::EventFields::member_names`]).
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) event_name: Option<u32>,
    pub(super) event_time: Option<u32>,
    pub(super) event_type: Option<u32>,
    pub(super) aws_region: Option<u32>,
    /// What the member of each number is; there are no marks with higher ones.
    glanced_at: [Member; Marker::MOST_NAMES as usize],
}

#[derive(Debug, Clone, Copy)]
enum Member {
    EventName,
    EventTime,
    EventType,
    AwsRegion,
    Other,
}

impl Numbers {
    /// Finds the members among the names of all.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n [u8]> + Clone) -> Self {
        let number = |name: &str| names.clone().zip(0..).find(|(known, _)| *known == name.as_bytes());
        let number = |name| number(name).map(|(_, number)| number);
        let mut numbers = Self {
            event_name: number("eventName"),
            event_time: number("eventTime"),
            event_type: number("eventType"),
            aws_region: number("awsRegion"),
            glanced_at: [Member::Other; _],
        };
        let members = [
            (numbers.event_name, Member::EventName),
            (numbers.event_time, Member::EventTime),
            (numbers.event_type, Member::EventType),
            (numbers.aws_region, Member::AwsRegion),
        ];
        for (number, member) in members {
            if let Some(place) = number.and_then(|number| numbers.glanced_at.get_mut(number as usize)) {
                *place = member;
            }
        }
        numbers
    }
}

/// A record with its marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance<'a> {
    pub(super) record: &'a [u8],
    pub(super) marks: &'a [Mark],
    /// The marked members that the record has.
    pub(super) present: Members,
    pub(super) has_backslash: bool,
    pub(super) event_name: Option<&'a [u8]>,
    pub(super) event_time: Option<&'a [u8]>,
    pub(super) aws_region: Option<&'a [u8]>,
    pub(super) is_delivered: bool,
}

impl<'a> Glance<'a> {
    /// Looks at a record; `None` when the marks do not tell all.
    #[inline]
    pub(super) fn new(
        records: &'a Records,
        found: &Found,
        record: &'a [u8],
        numbers: &Numbers,
    ) -> Option<Self> {
        let marks = records.marks(found)?;
        let mut glance = Self {
            record,
            marks,
            present: Members::NONE,
            has_backslash: found.has_backslash,
            event_name: None,
            event_time: None,
            aws_region: None,
            is_delivered: true,
        };
        for mark in marks {
            glance.present.insert(mark.name);
            let value = mark.value as usize;
            match numbers.glanced_at[mark.name as usize % numbers.glanced_at.len()] {
                Member::Other => {}
                Member::EventName => {
                    let event_name = plain_string(record, value)?;
                    glance.event_name = (event_name.len() <= LONGEST_NAME).then_some(event_name);
                    glance.event_name?;
                }
                Member::EventType => glance.is_delivered = is_delivered(record, value)?,
                Member::EventTime => glance.event_time = Some(plain_string(record, value)?),
                Member::AwsRegion => glance.aws_region = Some(plain_string(record, value)?),
            }
        }
        Some(glance)
    }
}

fn is_delivered(record: &[u8], event_type: usize) -> Option<bool> {
    // Nearly always.
    if record[event_type..].starts_with(b"\"AwsApiCall\"") {
        return Some(true);
    }
    std::str::from_utf8(plain_string(record, event_type)?).ok().map(event::is_delivered)
}
