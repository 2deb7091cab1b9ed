//! Looks at every record of a log file: whether it can be taken apart, and what stands in the columns.

use crate::decode::{self, Inflated, Kind, Records, Text, Trailing};
use crate::event::{EventFields, Presence};
use crate::json::scan::skip_value;
use crate::json::{FieldId, Fields, Leaf, Leaves, Place, Scalar, View};
use crate::record::{Facts, Paths};
use crate::source::RecordKind;
use std::sync::LazyLock;

/// One record, as its columns have it.
#[derive(Debug)]
pub(super) struct Row {
    pub facts: Facts,
    /// `None` when it holds something unusual where its kind stands.
    pub kind: Option<RecordKind>,
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
    of_kind: [FieldId; RecordKind::PATHS.len()],
}

impl Default for Asked {
    fn default() -> Self {
        let mut fields = Fields::new();
        let of_kind = RecordKind::PATHS.map(|path| fields.intern(&format!("detail.{path}")));
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
        let kind = self.kind(&leaves.view(record.as_bytes()));
        let facts = Facts::read(record.as_bytes());
        facts.time?;
        let picked = WANTED.pick(record.as_bytes());
        let text_at = |path| picked.text(path).map(std::borrow::Cow::into_owned);
        let is_one = |path: &str| picked.all(path).len() == 1;
        // What stands there twice, or is no text, is told apart from what is not there by the record alone.
        if picked.all("awsRegion").len() > usize::from(facts.region.is_some()) || !is_one("eventTime") {
            return None;
        }
        Some(Row {
            kind,
            event_type: text_at("eventType"),
            error_code: text_at("errorCode"),
            read_only: picked.first("readOnly").and_then(|text| text.parse().ok()), // something else says nothing
            facts,
            record: record.to_owned(),
        })
    }

    /// Returns the kind of a record, as a pattern sees it: by its leaves.
    fn kind(&self, leaves: &View<'_>) -> Option<RecordKind> {
        let mut kind = RecordKind::default();
        for (text, field) in kind.0.iter_mut().zip(&self.of_kind) {
            let mut found = leaves.at(*field);
            *text = match (found.next(), found.next()) {
                (None, _) => None,
                (Some(Leaf { value: Scalar::String(text), place: Place::TOP, .. }), None) => {
                    Some(text.decode().into_owned())
                }
                _ => return None,
            };
        }
        Some(kind)
    }
}
