//! The wanted fields of an event, projected from a record or from an event that is one already.

use super::envelope;
use super::members::Members;
use crate::json::compact::Mark;
use crate::json::scan::SyntaxError;
use crate::json::{
    FieldId, Fields, Leaves, NodeId, RawString, Repeat, Repeats, View, project, project_value,
};
use std::borrow::Cow;

/// The computed fields of an envelope, as far as they are wanted and known.
type Computed = [Option<(FieldId, Cow<'static, str>)>; 7];

/// Whether a record ever becomes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// EventBridge knows such events.
    Event,
    /// CloudTrail writes such records but no bus carries them: no pattern can match.
    NeverDelivered,
}

/// The fields that conditions want, seen through the envelope.
///
/// Conditions name fields of the event; a record holds only what is below `detail`. This projects the record and
/// computes the rest, as far as somebody wants it.
#[derive(Debug)]
pub struct EventFields {
    fields: Fields,
    detail: NodeId,
    /// Where the names of the record's members lead.
    members: Vec<NodeId>,
    /// Which of them are wanted themselves.
    member_fields: Vec<Option<FieldId>>,
    /// The number of `userIdentity`, which comes again and again in the records of a session.
    identity: u32,
    record: RecordFields,
    wanted: WantedFields,
    /// `time` of events that are no records (`detail` without `eventTime`).
    envelope_time: FieldId,
}

/// The record's fields that the envelope is made of.
#[derive(Debug)]
struct RecordFields {
    event_source: FieldId,
    event_type: FieldId,
    event_time: FieldId,
    event_id: FieldId,
    aws_region: FieldId,
    recipient_account_id: FieldId,
    identity_account_id: FieldId,
    identity_arn: FieldId,
}

/// The envelope's own fields that some condition names.
#[derive(Debug)]
struct WantedFields {
    version: Option<FieldId>,
    id: Option<FieldId>,
    detail_type: Option<FieldId>,
    source: Option<FieldId>,
    account: Option<FieldId>,
    time: Option<FieldId>,
    region: Option<FieldId>,
}

/// The members that say who called, and from where.
const CALLER: [&[u8]; 3] = [b"sourceIPAddress", b"userAgent", b"userIdentity"];

/// The members that say who called what from where, and how that went.
const COMMON: [&[u8]; 16] = [
    b"apiVersion",
    b"awsRegion",
    b"errorCode",
    b"errorMessage",
    b"eventCategory",
    b"eventName",
    b"eventSource",
    b"eventType",
    b"eventVersion",
    b"managementEvent",
    b"readOnly",
    b"recipientAccountId",
    b"sourceIPAddress",
    b"userAgent",
    b"userIdentity",
    b"vpcEndpointId",
];

impl EventFields {
    /// Takes over the fields that conditions were compiled against and adds those that the envelope is made of.
    pub fn new(mut fields: Fields) -> Self {
        let wanted = WantedFields {
            version: fields.find("version"),
            id: fields.find("id"),
            detail_type: fields.find("detail-type"),
            source: fields.find("source"),
            account: fields.find("account"),
            time: fields.find("time"),
            region: fields.find("region"),
        };
        let record = RecordFields {
            event_source: fields.intern("detail.eventSource"),
            event_type: fields.intern("detail.eventType"),
            event_time: fields.intern("detail.eventTime"),
            event_id: fields.intern("detail.eventID"),
            aws_region: fields.intern("detail.awsRegion"),
            recipient_account_id: fields.intern("detail.recipientAccountId"),
            identity_account_id: fields.intern("detail.userIdentity.accountId"),
            identity_arn: fields.intern("detail.userIdentity.arn"),
        };
        let envelope_time = fields.intern("time");
        let detail = fields.node("detail").expect("fields below `detail` were just added");
        let members = fields.names_below(detail).map(|(_, node)| node).collect();
        let path = |name: &[u8]| format!("detail.{}", String::from_utf8_lossy(name));
        let member_fields = fields.names_below(detail).map(|(name, _)| fields.find(&path(name))).collect();
        let identity = fields.names_below(detail).position(|(name, _)| name == b"userIdentity");
        let identity = identity.expect("fields below it were just added") as u32;
        Self { fields, detail, members, member_fields, identity, record, wanted, envelope_time }
    }

    /// Returns the names of a record's members that somebody wants, in the order of their numbers.
    pub fn member_names(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.fields.names_below(self.detail).map(|(name, _)| name)
    }

    /// Returns the members that have to be projected to know the leaves at a field.
    pub fn members_of(&self, field: FieldId) -> Members {
        match self.fields.path(field).strip_prefix("detail.") {
            Some(path) => {
                let name = path.split('.').next().unwrap_or_default();
                self.member_names()
                    .zip(0..)
                    .filter(|(known, _)| *known == name.as_bytes())
                    .map(|(_, at)| at)
                    .collect()
            }
            None if self.is_computed(field) => self.envelope_members(),
            None => Members::NONE,
        }
    }

    /// Tells whether a field is the envelope's own, and not in the record.
    pub fn is_computed(&self, field: FieldId) -> bool {
        let wanted = &self.wanted;
        [
            wanted.version,
            wanted.id,
            wanted.detail_type,
            wanted.source,
            wanted.account,
            wanted.time,
            wanted.region,
        ]
        .contains(&Some(field))
    }

    /// Returns the members that the wanted part of the envelope is made of.
    pub fn envelope_members(&self) -> Members {
        let (record, wanted) = (&self.record, &self.wanted);
        let account = [record.recipient_account_id, record.identity_account_id];
        let mut fields = vec![record.event_type, record.event_source];
        if wanted.account.is_some() {
            fields.extend(account);
        }
        if wanted.time.is_some() {
            fields.push(record.event_time);
        }
        if wanted.region.is_some() {
            fields.extend([record.aws_region, record.identity_arn]);
        }
        if wanted.id.is_some() {
            fields.extend(account);
            fields.push(record.event_id);
        }
        fields.into_iter().map(|field| self.members_of(field)).fold(Members::NONE, Members::and)
    }

    /// Returns the members that tell one event from another and where it belongs: time, region, account, id.
    pub fn identity_members(&self) -> Members {
        let record = &self.record;
        let fields = [record.event_time, record.aws_region, record.recipient_account_id, record.event_id];
        fields.into_iter().map(|field| self.members_of(field)).fold(Members::NONE, Members::and)
    }

    /// Returns the member that names the receiving account, nearly always.
    pub fn account_members(&self) -> Members {
        self.members_of(self.record.recipient_account_id)
    }

    /// Returns the member that names the account when `recipientAccountId` does not.
    pub fn fallback_account_members(&self) -> Members {
        self.members_of(self.record.identity_account_id)
    }

    /// Returns all fields, those of the conditions first.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Fills `leaves` (reset first) with the wanted leaves of the event that wraps `record`. `key_account` is the
    /// account in the log key, used when the record names none.
    ///
    /// # Errors
    /// Returns the record's syntax error.
    pub fn project_record(
        &self,
        record: &[u8],
        key_account: Option<&str>,
        leaves: &mut Leaves,
    ) -> Result<Presence, SyntaxError> {
        leaves.reset(self.fields.len());
        leaves.wrap();
        project(record, &self.fields, self.detail, leaves)?;
        Ok(self.wrap(record, key_account, leaves))
    }

    /// Returns the member whose values come again and again.
    pub fn repeating_members(&self) -> Members {
        [self.identity].into_iter().collect()
    }

    /// Returns the members that say who called, and from where.
    pub fn caller_members(&self) -> Members {
        self.members_named(&CALLER)
    }

    /// Returns the members whose values many records have in common; what else is in a record hardly two of them share.
    pub fn common_members(&self) -> Members {
        self.members_named(&COMMON)
    }

    fn members_named(&self, wanted: &[&[u8]]) -> Members {
        let names = self.member_names().zip(0..);
        names.filter(|(name, _)| wanted.contains(name)).map(|(_, number)| number).collect()
    }

    /// Returns which of the values that come again a record has; `None` when it has none that is remembered.
    pub fn recognize(&self, record: &[u8], marks: &[Mark], repeats: &mut Repeats) -> Option<Repeat> {
        let at = marks.iter().position(|mark| mark.name == self.identity)?;
        let value = &record[value_range(record, marks, at)];
        repeats.recognize(value, (&self.fields, self.members[self.identity as usize]))
    }

    /// Adds the leaves of some of a record's members to `leaves`.
    ///
    /// # Errors
    /// Returns the first syntax error in them.
    pub fn project_members(
        &self,
        record: &[u8],
        marks: &[Mark],
        wanted: Members,
        (leaves, repeats): (&mut Leaves, &mut Repeats),
    ) -> Result<(), SyntaxError> {
        leaves.wrap();
        for (mark, number) in marks.iter().zip(0..).filter(|(mark, _)| wanted.has(mark.name)) {
            let (node, at) = (self.members[mark.name as usize], mark.value as usize);
            leaves.note_member(mark.value);
            if mark.name == self.identity {
                let range = value_range(record, marks, number);
                repeats.project_value(record, range, (&self.fields, node), leaves)?;
                continue;
            }
            let end = project_value(record, at, &self.fields, node, leaves)?;
            if let (Some(field), Some(b'{' | b'[')) = (self.member_fields[mark.name as usize], record.get(at))
            {
                leaves.note_nested(field, at..end);
            }
        }
        Ok(())
    }

    /// Adds the wanted leaves of the envelope, when [`EventFields::envelope_members`] are there already.
    pub fn wrap(&self, record: &[u8], key_account: Option<&str>, leaves: &mut Leaves) -> Presence {
        let (presence, computed) = self.compute(record, key_account, &leaves.view(record));
        for (field, value) in computed.into_iter().flatten() {
            leaves.push_text(field, &value);
        }
        presence
    }

    /// Fills `leaves` (reset first) with the wanted leaves of `event`, which is an envelope already: nothing is wrapped
    /// twice.
    ///
    /// # Errors
    /// Returns the event's syntax error.
    pub fn project_event(&self, event: &[u8], leaves: &mut Leaves) -> Result<Presence, SyntaxError> {
        leaves.reset(self.fields.len());
        project(event, &self.fields, self.fields.root(), leaves)?;
        Ok(Presence::Event)
    }

    /// Returns the moment of the event as it is written: the record's `eventTime`, else the envelope's `time`.
    pub fn event_time<'a>(&self, leaves: &View<'a>) -> Option<RawString<'a>> {
        leaves.text(self.record.event_time).or_else(|| leaves.text(self.envelope_time))
    }

    /// Returns the receiving account as the record names it.
    pub fn account<'a>(&self, leaves: &View<'a>) -> Option<RawString<'a>> {
        leaves.text(self.record.recipient_account_id).or_else(|| leaves.text(self.record.identity_account_id))
    }

    /// Returns the record's `awsRegion`.
    pub fn aws_region<'a>(&self, leaves: &View<'a>) -> Option<RawString<'a>> {
        leaves.text(self.record.aws_region)
    }

    /// Adds an `awsRegion` to an event that is no record, so that its hits are counted in a region.
    pub fn add_region(&self, region: &str, leaves: &mut Leaves) {
        leaves.push_text(self.record.aws_region, region);
    }

    /// Returns the record's `eventID`.
    pub fn event_id<'a>(&self, leaves: &View<'a>) -> Option<RawString<'a>> {
        leaves.text(self.record.event_id)
    }

    /// Computes the envelope's wanted fields from the record's leaves.
    fn compute(&self, record: &[u8], key_account: Option<&str>, leaves: &View<'_>) -> (Presence, Computed) {
        let text = |field| leaves.text(field).map(|value| value.decode());
        let event_type = text(self.record.event_type);
        let event_source = text(self.record.event_source);
        let detail_type = envelope::detail_type(event_type.as_deref(), event_source.as_deref());
        let Some(detail_type) = detail_type else {
            return (Presence::NeverDelivered, Default::default());
        };
        let account = || {
            let named = self.account(leaves).map(|value| value.decode().into_owned());
            named.or_else(|| key_account.map(str::to_owned))
        };
        let wanted = &self.wanted;
        let computed = [
            wanted.version.map(|field| (field, envelope::VERSION.into())),
            wanted.detail_type.map(|field| (field, detail_type.into())),
            wanted.source.and_then(|field| {
                let source = envelope::source(event_type.as_deref(), event_source.as_deref())?;
                Some((field, source.into()))
            }),
            wanted.account.and_then(|field| Some((field, account()?.into()))),
            wanted.time.and_then(|field| {
                let time = text(self.record.event_time)?;
                Some((field, time.into_owned().into()))
            }),
            wanted.region.and_then(|field| {
                let named = text(self.record.aws_region)?;
                let arn = text(self.record.identity_arn);
                Some((field, envelope::bus_region(&named, arn.as_deref()).into_owned().into()))
            }),
            wanted.id.map(|field| {
                let event_id = text(self.record.event_id);
                (field, envelope::id(account().as_deref(), event_id.as_deref(), record).into())
            }),
        ];
        (Presence::Event, computed)
    }
}

/// Returns a range from a marked value to the next one.
fn value_range(record: &[u8], marks: &[Mark], number: usize) -> std::ops::Range<usize> {
    let end = marks.get(number + 1).map_or(record.len(), |next| next.value as usize);
    marks[number].value as usize..end
}
