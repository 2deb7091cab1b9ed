//! A glance at a record before anything is projected: what its marks say about name, time, type and place.
//!
//! Only what is certain is used: a marked value that is no plain string, and the record is read like every other.

use crate::decode::{Found, Records};
use crate::event::{self, Members};
use crate::json::compact::{Mark, Marker};
use crate::json::{copy_plain_string, plain_string};
use crate::record::UsualTimes;

/// Longer event names than any service has are not worth remembering.
pub(super) const LONGEST_NAME: usize = 128;

/// How long `2026-03-01T14:05:09Z` is.
const USUAL_TIME: usize = 20;

/// The members that are glanced at, by their numbers (see [`crate::event::EventFields::member_names`]).
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) event_id: Option<u32>,
    pub(super) event_name: Option<u32>,
    pub(super) event_source: Option<u32>,
    pub(super) event_time: Option<u32>,
    pub(super) event_type: Option<u32>,
    pub(super) aws_region: Option<u32>,
    pub(super) recipient_account_id: Option<u32>,
    /// The identity.
    pub(super) user_identity: Members,
    /// Those of them that are never nothing but a word, if all is well.
    never_words: Members,
}

/// How many members can be marked.
const MOST_MARKED: usize = Marker::MOST_NAMES as usize;

/// Where the marked values of a record are, by the numbers of their members. Memory that goes from record to record.
pub(super) type Places = [u32; MOST_MARKED];

impl Numbers {
    /// Finds the members among the names of all.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n [u8]> + Clone) -> Self {
        let number = |name: &str| {
            let (_, number) = names.clone().zip(0..).find(|(known, _)| *known == name.as_bytes())?;
            Some(number)
        };
        let mut numbers = Self {
            event_id: number("eventID"),
            event_name: number("eventName"),
            event_source: number("eventSource"),
            event_time: number("eventTime"),
            event_type: number("eventType"),
            aws_region: number("awsRegion"),
            recipient_account_id: number("recipientAccountId"),
            user_identity: number("userIdentity").into_iter().collect(),
            never_words: Members::NONE,
        };
        let Self { event_id, event_name, event_source, event_time, event_type, aws_region, .. } = numbers;
        let texts = [event_id, event_name, event_source, event_time, event_type, aws_region];
        numbers.never_words = texts.into_iter().flatten().collect::<Members>().and(numbers.user_identity);
        numbers
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
    /// The place among the marks of that of the identity.
    identity: Option<usize>,
    pub(super) numbers: &'a Numbers,
    places: &'a Places,
}

impl<'a> Glance<'a> {
    /// Looks at a record; `None` when the marks do not tell all.
    #[inline]
    pub(super) fn new(
        records: &'a Records,
        found: &Found,
        record: &'a [u8],
        (numbers, places): (&'a Numbers, &'a mut Places),
    ) -> Option<Self> {
        let marks = records.marks(found)?;
        let mut present = Members::NONE;
        let [mut truths, mut untruths, mut nulls] = [Members::NONE; 3];
        let mut identity = None;
        for (at, mark) in marks.iter().enumerate() {
            let number = mark.name as usize % MOST_MARKED;
            let member = Members::of(number as u32);
            present = present.and(member);
            places[number] = mark.value;
            if member == numbers.user_identity {
                identity = Some(at);
            } else if !member.is_within(numbers.never_words) {
                let value = record.get(mark.value as usize..).unwrap_or_default();
                let (set, word) = match value.first() {
                    Some(b't') => (&mut truths, &b"true"[..]),
                    Some(b'f') => (&mut untruths, &b"false"[..]),
                    Some(b'n') => (&mut nulls, &b"null"[..]),
                    _ => continue,
                };
                if is_word(value, word) {
                    *set = set.and(member);
                }
            }
        }
        let mut glance = Self {
            record,
            marks,
            present,
            truths,
            untruths,
            nulls,
            has_backslash: found.has_backslash,
            event_name: None,
            is_delivered: true,
            identity,
            numbers,
            places,
        };
        if let Some(place) = glance.place(numbers.event_type) {
            glance.is_delivered = is_delivered(record, place)?;
        }
        if let Some(place) = glance.place(numbers.event_name) {
            let event_name = plain_string(record, place)?;
            glance.event_name = (event_name.len() <= LONGEST_NAME).then_some(event_name);
            glance.event_name?;
        }
        Some(glance)
    }

    /// Returns where the value of a member is, if the record has it and it is marked.
    #[inline]
    pub(super) fn place(&self, member: Option<u32>) -> Option<usize> {
        let member = member.filter(|member| self.present.has(*member))?;
        Some(self.places[member as usize % MOST_MARKED] as usize)
    }

    /// Copies the value of a marked member as it is written, or the first letter of a word, to the beginning of `out`, and
    /// returns how long it is; `None` when it is not a plain string or a word, or does not fit.
    #[inline]
    pub(super) fn copy_value(&self, member: u32, out: &mut [u8]) -> Option<usize> {
        let place = self.places[member as usize % MOST_MARKED] as usize;
        let first = *self.record.get(place)?;
        if first == b'"' {
            return copy_plain_string(self.record, place, out);
        }
        let is_word = self.truths.and(self.untruths).and(self.nulls).has(member);
        *out.first_mut().filter(|_| is_word)? = first;
        Some(1)
    }

    /// Returns the identity up to the next value that is marked: to look for its end costs more, and what is in between
    /// should be the same, too. `None` when it is no object.
    #[inline]
    pub(super) fn identity(&self) -> Option<&'a [u8]> {
        let [mark, next, ..] = self.marks.get(self.identity?..)? else { return None };
        let identity = self.record.get(mark.value as usize..next.value as usize)?;
        (identity.first() == Some(&b'{')).then_some(identity)
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
        self.plain(self.numbers.event_time)
    }

    /// Returns the region, or that there is none; `None` when that takes more than a glance.
    pub(super) fn aws_region(&self) -> Option<Option<&'a [u8]>> {
        self.plain(self.numbers.aws_region)
    }

    /// Tells whether the receiving account is a text.
    pub(super) fn names_account(&self) -> bool {
        self.place(self.numbers.recipient_account_id)
            .is_some_and(|place| self.record.get(place) == Some(&b'"'))
    }

    /// Returns the time when it is written as usual, like `2026-03-01T14:05:09Z`.
    #[inline]
    pub(super) fn usual_time(&self) -> Option<&'a [u8; USUAL_TIME]> {
        let quoted =
            self.record.get(self.place(self.numbers.event_time)?..)?.first_chunk::<{ USUAL_TIME + 2 }>()?;
        let ([b'"', time @ .., b'"'], Some(b'Z')) = (quoted, quoted.get(USUAL_TIME)) else { return None };
        Some(time)
    }

    /// Returns what tells the event from others, and its time in seconds since 1970; `None` when that takes more than a
    /// glance.
    pub(super) fn identify(&self, times: &mut UsualTimes) -> Option<(u128, i64)> {
        let time = times.parse(self.usual_time()?)?;
        let (account, id) =
            (self.plain(self.numbers.recipient_account_id)??, self.plain(self.numbers.event_id)??);
        Some((event::identity(Some(account), Some(id), self.record), time))
    }

    #[inline]
    fn plain(&self, member: Option<u32>) -> Option<Option<&'a [u8]>> {
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
