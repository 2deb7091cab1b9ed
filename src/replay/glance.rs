//! A glance at a record before anything is projected: what its marks say about name, time, type and place.
//!
//! Only what is certain is used: a marked value that is no plain string, and the record is read like every other.

use crate::decode::{Found, Records};
use crate::event::{self, Members};
use crate::json::compact::{Mark, Marker};
use crate::json::plain_string;
use crate::record::UsualTimes;

/// Longer event names than any service has are not worth remembering.
pub(super) const LONGEST_NAME: usize = 128;

/// How long `2026-03-01T14:05:09Z` is.
const USUAL_TIME: usize = 20;

/// The members that are glanced at, by their numbers (see [`crate::event::EventFields::member_names`]).
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) event_name: Option<u32>,
    pub(super) event_source: Option<u32>,
    pub(super) event_time: Option<u32>,
    pub(super) event_type: Option<u32>,
    pub(super) aws_region: Option<u32>,
    pub(super) recipient_account_id: Option<u32>,
    /// What the member of each number is; there are no marks with higher ones.
    glanced_at: [Member; Marker::MOST_NAMES as usize],
}

/// A member that is glanced at, or any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    EventName,
    EventSource,
    EventTime,
    EventType,
    EventId,
    AwsRegion,
    RecipientAccountId,
    UserIdentity,
    Other,
}

/// How many they are.
const MEMBERS: usize = Member::Other as usize + 1;

/// Stands for the place of a member that the record does not have, or that is not marked.
const NOWHERE: u32 = u32::MAX;

impl Numbers {
    /// Finds the members among the names of all.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n [u8]> + Clone) -> Self {
        let mut glanced_at = [Member::Other; _];
        let mut number = |name: &str, member| {
            let (_, number) = names.clone().zip(0..).find(|(known, _)| *known == name.as_bytes())?;
            if let Some(place) = glanced_at.get_mut(number as usize) {
                *place = member;
            }
            Some(number)
        };
        number("eventID", Member::EventId);
        number("userIdentity", Member::UserIdentity);
        Self {
            event_name: number("eventName", Member::EventName),
            event_source: number("eventSource", Member::EventSource),
            event_time: number("eventTime", Member::EventTime),
            event_type: number("eventType", Member::EventType),
            aws_region: number("awsRegion", Member::AwsRegion),
            recipient_account_id: number("recipientAccountId", Member::RecipientAccountId),
            glanced_at,
        }
    }
}

/// A record with its marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance<'a> {
    pub(super) record: &'a [u8],
    pub(super) marks: &'a [Mark],
    /// The marked members that the record has, and those of them that are nothing but a word.
    pub(super) present: Members,
    pub(super) truths: Members,
    pub(super) untruths: Members,
    pub(super) nulls: Members,
    pub(super) has_backslash: bool,
    pub(super) event_name: Option<&'a [u8]>,
    pub(super) is_delivered: bool,
    /// Where the values of the members are that are glanced at, or [`NOWHERE`].
    places: [u32; MEMBERS],
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
            truths: Members::NONE,
            untruths: Members::NONE,
            nulls: Members::NONE,
            has_backslash: found.has_backslash,
            event_name: None,
            is_delivered: true,
            places: [NOWHERE; MEMBERS],
        };
        for mark in marks {
            glance.present.insert(mark.name);
            let member = numbers.glanced_at[mark.name as usize % numbers.glanced_at.len()];
            glance.places[member as usize] = mark.value;
            if matches!(member, Member::Other | Member::RecipientAccountId) {
                glance.note_word(mark);
            }
        }
        if let Some(place) = glance.place(Member::EventType) {
            glance.is_delivered = is_delivered(record, place)?;
        }
        if let Some(place) = glance.place(Member::EventName) {
            let event_name = plain_string(record, place)?;
            glance.event_name = (event_name.len() <= LONGEST_NAME).then_some(event_name);
            glance.event_name?;
        }
        Some(glance)
    }

    /// Returns where the value of a member is, if the record has it and it is marked.
    #[inline]
    pub(super) fn place(&self, member: Member) -> Option<usize> {
        Some(self.places[member as usize]).filter(|place| *place != NOWHERE).map(|place| place as usize)
    }

    /// Notes whether a value is nothing but a word.
    #[inline]
    fn note_word(&mut self, mark: &Mark) {
        let value = self.record.get(mark.value as usize..).unwrap_or_default();
        let (set, word) = match value.first() {
            Some(b't') => (&mut self.truths, &b"true"[..]),
            Some(b'f') => (&mut self.untruths, &b"false"[..]),
            Some(b'n') => (&mut self.nulls, &b"null"[..]),
            _ => return,
        };
        if is_word(value, word) {
            set.insert(mark.name);
        }
    }

    /// Returns the text of some of the members: from the value of each to that of the next one that is marked.
    pub(super) fn texts_of(&self, members: Members) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (record, marks) = (self.record, self.marks);
        let of_members = marks.iter().zip(1..).filter(move |(mark, _)| members.has(mark.name));
        of_members.map(move |(mark, next)| {
            let end = marks.get(next).map_or(record.len(), |next| next.value as usize);
            &record[mark.value as usize..end]
        })
    }

    /// Returns the time, or that there is none; `None` when that takes more than a glance.
    pub(super) fn event_time(&self) -> Option<Option<&'a [u8]>> {
        self.plain(Member::EventTime)
    }

    /// Returns the region, or that there is none; `None` when that takes more than a glance.
    pub(super) fn aws_region(&self) -> Option<Option<&'a [u8]>> {
        self.plain(Member::AwsRegion)
    }

    /// Tells whether the receiving account is a text.
    pub(super) fn names_account(&self) -> bool {
        self.place(Member::RecipientAccountId).is_some_and(|place| self.record.get(place) == Some(&b'"'))
    }

    /// Returns the time when it is written as usual, like `2026-03-01T14:05:09Z`.
    #[inline]
    pub(super) fn usual_time(&self) -> Option<&'a [u8; USUAL_TIME]> {
        let quoted =
            self.record.get(self.place(Member::EventTime)?..)?.first_chunk::<{ USUAL_TIME + 2 }>()?;
        let ([b'"', time @ .., b'"'], Some(b'Z')) = (quoted, quoted.get(USUAL_TIME)) else { return None };
        Some(time)
    }

    /// Returns what tells the event from others, and its time in seconds since 1970; `None` when that takes more than a
    /// glance.
    pub(super) fn identify(&self, times: &mut UsualTimes) -> Option<(u128, i64)> {
        let time = times.parse(self.usual_time()?)?;
        let (account, id) = (self.plain(Member::RecipientAccountId)??, self.plain(Member::EventId)??);
        Some((event::identity(Some(account), Some(id), self.record), time))
    }

    #[inline]
    fn plain(&self, member: Member) -> Option<Option<&'a [u8]>> {
        match self.place(member) {
            Some(place) => plain_string(self.record, place).map(Some),
            None => Some(None),
        }
    }
}

/// Tells whether a value is a word and ends behind it.
pub(super) fn is_word(value: &[u8], word: &[u8]) -> bool {
    matches!(value.strip_prefix(word), Some([b',' | b'}', ..]))
}

fn is_delivered(record: &[u8], event_type: usize) -> Option<bool> {
    // Nearly always.
    if record[event_type..].starts_with(b"\"AwsApiCall\"") {
        return Some(true);
    }
    std::str::from_utf8(plain_string(record, event_type)?).ok().map(event::is_delivered)
}
