//! Kinds of records: what marks tell of a record besides its event name, and what that says about fields.
//!
//! Records of one name, from one source and of one type, that have the same members, are mostly the same to conditions. So
//! what is known of a kind is put into the conditions once, and only what is left of them is asked of each record.

use super::glance::{Glance, Numbers};
use crate::event::{self, EventFields, Members};
use crate::json::{FieldId, plain_string};
use crate::language::matcher::Value;
use crate::language::{Condition, Given, Knowledge};

/// Longer texts than any service has tell no kinds apart.
const LONGEST_TEXT: usize = 128;

/// What kinds are told by.
#[derive(Debug)]
pub(super) struct Traits {
    /// The members that conditions look at; others make no kinds.
    looked_at: Members,
    event_source: Option<u32>,
    event_type: Option<u32>,
    /// Parallel to the fields: the member that each is, or is below.
    places: Vec<Option<Place>>,
    /// The fields of the envelope that follow from source and type.
    source: Option<FieldId>,
    detail_type: Option<FieldId>,
    event_name: Option<FieldId>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    member: u32,
    /// Whether the field is the member.
    is_member: bool,
}

/// What the marks of one record tell.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    bits: Bits,
    /// From the quote that opens it to the end of the record.
    event_source: Option<&'a [u8]>,
    event_type: Option<&'a [u8]>,
}

/// A kind of records, among those of one event name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    bits: Bits,
    /// In quotes.
    event_source: Text,
    event_type: Text,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bits {
    present: Members,
    truths: Members,
    untruths: Members,
    nulls: Members,
    is_delivered: bool,
}

/// A text that records of a kind share.
#[derive(Debug, Clone, PartialEq)]
enum Text {
    Missing,
    /// In quotes, without escapes.
    Is(Box<[u8]>),
    /// It is anything.
    Unknown,
}

impl Traits {
    pub(super) fn new(
        conditions: &[Condition],
        fields: &EventFields,
        numbers: &Numbers,
        event_name: Option<FieldId>,
    ) -> Self {
        let wanted = conditions.iter().flat_map(Condition::fields);
        let looked_at = wanted.map(|field| fields.members_of(field)).fold(Members::NONE, Members::and);
        let number = |name: &str| {
            let found = fields.member_names().zip(0..).find(|(known, _)| *known == name.as_bytes());
            found.map(|(_, number)| number)
        };
        let place = |field| {
            let name = fields.fields().path(FieldId(field)).strip_prefix("detail.")?;
            let first = name.split('.').next().unwrap_or_default();
            Some(Place { member: number(first)?, is_member: first == name })
        };
        Self {
            looked_at,
            event_source: numbers.event_source.filter(|number| looked_at.has(*number)),
            event_type: numbers.event_type.filter(|number| looked_at.has(*number)),
            places: (0..fields.fields().len() as u32).map(place).collect(),
            source: fields.fields().find("source"),
            detail_type: fields.fields().find("detail-type"),
            event_name,
        }
    }

    /// Looks at the marks of a record.
    #[inline]
    pub(super) fn see<'a>(&self, glance: &Glance<'a>) -> Seen<'a> {
        let at = |member| glance.place(member).map(|place| glance.record.get(place..).unwrap_or_default());
        let bits = Bits {
            present: glance.present.common(self.looked_at),
            truths: glance.truths.common(self.looked_at),
            untruths: glance.untruths.common(self.looked_at),
            nulls: glance.nulls.common(self.looked_at),
            is_delivered: glance.is_delivered,
        };
        Seen { bits, event_source: at(self.event_source), event_type: at(self.event_type) }
    }

    /// Returns what is known of the fields of a kind whose records have an event name; `marked` are the members that are
    /// marked wherever a record has them.
    pub(super) fn knowledge<'a>(
        &self,
        kind: Option<&'a Kind>,
        event_name: Option<&'a [u8]>,
        marked: Members,
    ) -> Knowledge<'a> {
        let mut known = Knowledge::default();
        if let (Some(field), Some(name)) = (self.event_name, event_name) {
            known.insert(field, Given::Is(Value::Text(name.into())));
        }
        let Some(kind) = kind else { return known };
        for (place, field) in self.places.iter().zip(0..) {
            let field = FieldId(field);
            let Some(place) = place.filter(|place| marked.has(place.member)) else { continue };
            if let Some(given) = self.given(kind, place) {
                known.insert(field, given);
            }
        }
        self.add_envelope(kind, marked, &mut known);
        known
    }

    fn given<'a>(&self, kind: &'a Kind, place: Place) -> Option<Given<'a>> {
        let Bits { present, truths, untruths, nulls, .. } = kind.bits;
        let member = place.member;
        let value = match () {
            () if !self.looked_at.has(member) => return None,
            () if !present.has(member) => return Some(Given::Nothing),
            () if truths.has(member) => Value::Bool(true),
            () if untruths.has(member) => Value::Bool(false),
            () if nulls.has(member) => Value::Null,
            () if Some(member) == self.event_source => Value::Text(kind.event_source.known()?.into()),
            () if Some(member) == self.event_type => Value::Text(kind.event_type.known()?.into()),
            () => return None,
        };
        Some(if place.is_member { Given::Is(value) } else { Given::Nothing })
    }

    /// Adds the fields of the envelope that source and type tell.
    fn add_envelope(&self, kind: &Kind, marked: Members, known: &mut Knowledge<'_>) {
        let is_marked = |member: Option<u32>| member.is_some_and(|member| marked.has(member));
        if !is_marked(self.event_source) || !is_marked(self.event_type) || !kind.bits.is_delivered {
            return;
        }
        let (Some(event_source), Some(event_type)) = (kind.event_source.read(), kind.event_type.read())
        else {
            return;
        };
        let given = |text: String| Given::Is(Value::Text(text.into_bytes().into()));
        if let Some(field) = self.source {
            known.insert(field, event::source(event_type, event_source).map_or(Given::Nothing, given));
        }
        if let (Some(field), Some(text)) = (self.detail_type, event::detail_type(event_type, event_source)) {
            known.insert(field, given(text.to_owned()));
        }
    }
}

impl Seen<'_> {
    /// Tells whether the record is of a kind.
    #[inline]
    pub(super) fn is_of(&self, kind: &Kind) -> bool {
        self.bits == kind.bits
            && kind.event_source.begins(self.event_source)
            && kind.event_type.begins(self.event_type)
    }

    /// Returns the kind that the record is of.
    pub(super) fn kind(&self) -> Kind {
        let [event_source, event_type] = [self.event_source, self.event_type].map(Text::read_from);
        Kind { bits: self.bits, event_source, event_type }
    }

    pub(super) fn is_delivered(&self) -> bool {
        self.bits.is_delivered
    }
}

impl Text {
    fn read_from(value: Option<&[u8]>) -> Self {
        let Some(value) = value else { return Self::Missing };
        match plain_string(value, 0) {
            Some(text) if text.len() <= LONGEST_TEXT => Self::Is(value[..text.len() + 2].into()),
            _ => Self::Unknown,
        }
    }

    /// Tells whether a value begins with the text, which ends with a quote: then it is the text.
    #[inline]
    fn begins(&self, value: Option<&[u8]>) -> bool {
        match (self, value) {
            (Self::Missing, None) => true,
            (Self::Is(text), Some(value)) => value.starts_with(text),
            _ => false,
        }
    }

    fn known(&self) -> Option<&[u8]> {
        match self {
            Self::Is(text) => text.get(1..text.len() - 1),
            Self::Missing | Self::Unknown => None,
        }
    }

    /// Returns the text, or that there is none; `None` when that is not known.
    fn read(&self) -> Option<Option<&str>> {
        match self {
            Self::Missing => Some(None),
            Self::Is(_) => Some(Some(std::str::from_utf8(self.known()?).ok()?)), // else it is not known
            Self::Unknown => None,
        }
    }
}
