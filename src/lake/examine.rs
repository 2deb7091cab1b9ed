//! Looks at every record of a log file: whether it can be taken apart, and what stands in the columns.

use crate::decode::{self, Inflated, Kind, Records, Text, Trailing};
use crate::event::{EventFields, Presence};
use crate::json::scan::skip_value;
use crate::json::{Fields, Leaves};
use crate::record::{Facts, Paths};
use std::sync::LazyLock;

/// One record, as its columns have it.
#[derive(Debug)]
pub(super) struct Row {
    pub facts: Facts,
    /// `eventName`, when there is exactly one and it is a text.
    pub name: Option<String>,
    pub event_type: Option<String>,
    pub error_code: Option<String>,
    pub read_only: Option<bool>,
    /// The record as it stands in the log file.
    pub record: String,
}

static WANTED: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new(["eventName", "eventTime", "eventType", "errorCode", "readOnly", "awsRegion"])
});

/// Memory, and what records are asked.
pub(super) struct Examiner {
    fields: EventFields,
    leaves: Leaves,
    pub text: Text,
}

impl Default for Examiner {
    fn default() -> Self {
        Self { fields: EventFields::new(Fields::new()), leaves: Leaves::new(), text: Text::default() }
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
        let (fields, leaves) = (&self.fields, &mut self.leaves);
        records.found.iter().map(|found| row(text, &records, found, fields, leaves)).collect()
    }
}

fn row(
    text: &[u8],
    records: &Records,
    found: &decode::Found,
    fields: &EventFields,
    leaves: &mut Leaves,
) -> Option<Row> {
    let record = std::str::from_utf8(records.bytes(text, found)).ok()?; // Parquet has no other texts
    let is_whole = skip_value(record.as_bytes(), 0).is_ok_and(|end| end == record.len());
    if found.kind != Kind::Record || !is_whole {
        return None;
    }
    leaves.reset(fields.fields().len());
    if !matches!(fields.project_record(record.as_bytes(), None, leaves), Ok(Presence::Event)) {
        return None;
    }
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
        name: text_at("eventName").filter(|_| is_one("eventName")),
        event_type: text_at("eventType"),
        error_code: text_at("errorCode"),
        read_only: picked.first("readOnly").and_then(|text| text.parse().ok()), // something else says nothing
        facts,
        record: record.to_owned(),
    })
}
