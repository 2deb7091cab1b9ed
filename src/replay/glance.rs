//! A glance at a record before anything is projected: what its marks say about name, time, type and place.
//!
//! Only what is certain is used: a marked value that is no plain string, and the record is read like every other.

use crate::decode::{Found, Records};
use crate::event::{self, Members};
use crate::json::compact::Mark;
use crate::json::plain_string;

/// Longer event names than any service has are not worth remembering.
const LONGEST_NAME: usize = 128;

/// The numbers of the members that are glanced at (see [`crate::event::EventFields::member_names`]).
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) event_name: Option<u32>,
    pub(super) event_time: Option<u32>,
    pub(super) event_type: Option<u32>,
    pub(super) aws_region: Option<u32>,
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
            present: marks.iter().map(|mark| mark.name).collect(),
            has_backslash: found.has_backslash,
            event_name: None,
            event_time: None,
            aws_region: None,
            is_delivered: true,
        };
        for mark in marks {
            let number = Some(mark.name);
            if number == numbers.event_name {
                let event_name = plain_string(record, mark.value as usize)?;
                glance.event_name = (event_name.len() <= LONGEST_NAME).then_some(event_name);
                glance.event_name?;
            } else if number == numbers.event_type {
                let event_type = plain_string(record, mark.value as usize)?;
                glance.is_delivered = is_delivered(event_type)?;
            } else if number == numbers.event_time {
                glance.event_time = Some(plain_string(record, mark.value as usize)?);
            } else if number == numbers.aws_region {
                glance.aws_region = Some(plain_string(record, mark.value as usize)?);
            }
        }
        Some(glance)
    }
}

fn is_delivered(event_type: &[u8]) -> Option<bool> {
    // Nearly always.
    if event_type == b"AwsApiCall" {
        return Some(true);
    }
    std::str::from_utf8(event_type).ok().map(event::is_delivered)
}
