//! Looks at every record of a log file: whether it can be taken apart, and what stands in the columns.

use super::manifest;
use crate::decode::{self, Inflated, Kind, Records, Text, Trailing};
use crate::event::{EventFields, Presence, identity};
use crate::json::scan::skip_value;
use crate::json::{FieldId, Fields, Leaf, Leaves, Place, Reached, Scalar, Step, View, reach};
use crate::record::{Facts, Paths};
use crate::source::{KindValue, RecordKind};
use std::sync::LazyLock;

/// One record, as its columns have it.
#[derive(Debug)]
pub(super) struct Row {
    pub facts: Facts,
    /// `None` when it holds something unusual where its kind stands, or its time.
    pub kind: Option<RecordKind>,
    pub place: manifest::Place,
    /// What tells its event from others.
    pub identity: u128,
    pub event_type: Option<String>,
    pub error_code: Option<String>,
    pub read_only: Option<bool>,
    /// The record as it stands in the log file.
    pub record: String,
}

static WANTED: LazyLock<Paths> =
    LazyLock::new(|| Paths::new(["eventTime", "eventType", "errorCode", "readOnly", "awsRegion"]));

/// Memory, and what records are asked.
#[derive(Default)]
pub(super) struct Examiner {
    asked: Asked,
    leaves: Leaves,
    pub text: Text,
}

/// What records are asked.
struct Asked {
    fields: EventFields,
    /// The fields that make the kind.
    of_kind: [(FieldId, Vec<Step>); RecordKind::PATHS.len()],
}

impl Default for Asked {
    fn default() -> Self {
        let mut fields = Fields::new();
        let steps = |path: &str| path.split('.').map(|name| Step::Name(name.into())).collect();
        let of_kind = RecordKind::PATHS.map(|path| (fields.intern(&format!("detail.{path}")), steps(path)));
        Self { fields: EventFields::new(fields), of_kind }
    }
}

impl Examiner {
    /// Decompresses a log file and reads its records; `None` when anything about it is odd. Then its own bytes tell more
    /// than its records could.
    pub fn examine(&mut self, stored: &[u8], cap: u64) -> Option<Vec<Row>> {
        let inflated = decode::inflate(stored, cap, &mut self.text).ok()?; // damaged, and stays so
        if inflated != (Inflated { members: 1, trailing: Trailing::Nothing }) {
            return None;
        }
        let text = self.text.bytes();
        let records = decode::find_records(text).ok()?; // no records, and stays so
        if records.has_bom || !records.rejected.is_empty() || records.rejected_unnamed > 0 {
            return None;
        }
        let (asked, leaves) = (&self.asked, &mut self.leaves);
        records.found.iter().map(|found| asked.row(text, &records, found, leaves)).collect()
    }
}

impl Asked {
    /// Returns `None` for what is no record that can be taken apart.
    fn row(&self, text: &[u8], records: &Records, found: &decode::Found, leaves: &mut Leaves) -> Option<Row> {
        let record = std::str::from_utf8(records.bytes(text, found)).ok()?; // Parquet has no other texts
        let is_whole = skip_value(record.as_bytes(), 0).is_ok_and(|end| end == record.len());
        if found.kind != Kind::Record || !is_whole {
            return None;
        }
        leaves.reset(self.fields.fields().len());
        if !matches!(self.fields.project_record(record.as_bytes(), None, leaves), Ok(Presence::Event)) {
            return None;
        }
        let view = leaves.view(record.as_bytes());
        let [account, event_id] = [self.fields.account(&view), self.fields.event_id(&view)];
        let [account, event_id] = [account, event_id].map(|text| text.map(|text| text.decode_bytes()));
        let identity = identity(account.as_deref(), event_id.as_deref(), record.as_bytes());
        let kind = self.kind(&view);
        let facts = Facts::read(record.as_bytes());
        let time = facts.time?;
        let picked = WANTED.pick(record.as_bytes());
        let text_at = |path| picked.text(path).map(std::borrow::Cow::into_owned);
        let is_one = |path: &str| picked.all(path).len() == 1;
        // What stands there twice, or is no text, is told apart from what is not there by the record alone.
        if picked.all("awsRegion").len() > usize::from(facts.region.is_some()) || !is_one("eventTime") {
            return None;
        }
        // Whoever has only the columns writes it this way.
        let is_plain_time = picked
            .text("eventTime")
            .is_some_and(|text| time.subsec_nanosecond() == 0 && text == time.to_string());
        let kind = kind.filter(|_| is_plain_time);
        let account = kind.as_ref().and_then(|kind| kind.text("recipientAccountId")).map(str::to_owned);
        Some(Row {
            place: manifest::Place { region: facts.region.clone(), account },
            kind: kind.map(RecordKind::without_place),
            identity,
            event_type: text_at("eventType"),
            error_code: text_at("errorCode"),
            read_only: picked.first("readOnly").and_then(|text| text.parse().ok()), // something else says nothing
            facts,
            record: record.to_owned(),
        })
    }

    /// Returns the kind of a record: what a pattern sees, by its leaves, must be what stands exactly there, and nothing else
    /// may stand around it.
    fn kind(&self, leaves: &View<'_>) -> Option<RecordKind> {
        let record = leaves.whole();
        let around = reach(record, &[Step::Name("userIdentity".into())]).ok()?;
        if !matches!(around, None | Some(Reached::Nested([b'{', ..]))) {
            return None;
        }
        let mut kind = RecordKind::default();
        for (value, (field, steps)) in kind.0.iter_mut().zip(&self.of_kind) {
            let mut found = leaves.at(*field);
            let reached = reach(record, steps).ok()?;
            *value = match (found.next(), found.next()) {
                (None, _) if reached.is_none() => None,
                (Some(Leaf { value, place: Place::TOP, .. }), None)
                    if reached == Some(Reached::Scalar(value)) =>
                {
                    Some(plain(value)?)
                }
                _ => return None,
            };
        }
        Some(kind)
    }
}

/// Returns a value as a kind has it; `None` for numbers, nulls, and texts with half of a character.
fn plain(value: Scalar<'_>) -> Option<KindValue> {
    match value {
        Scalar::String(text) => {
            let decoded = text.decode().into_owned();
            (decoded.as_bytes() == &*text.decode_bytes()).then_some(KindValue::Text(decoded))
        }
        Scalar::Bool(truth) => Some(KindValue::Truth(truth)),
        Scalar::Number(_) | Scalar::Null => None,
    }
}
