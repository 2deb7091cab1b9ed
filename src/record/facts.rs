//! Facts of records that were projected for something else, too.

use super::{Facts, paths};
use crate::json::{FieldId, Fields, View};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Where the fields that facts are made of stand among those of a projection.
#[derive(Debug)]
pub struct FactFields(HashMap<&'static str, FieldId, FixedState>);

impl FactFields {
    /// Adds them to the fields of events, below `detail`.
    pub fn new(fields: &mut Fields) -> Self {
        Self(paths().map(|path| (path, fields.intern(&format!("detail.{path}")))).collect())
    }

    /// Returns the fields.
    pub fn all(&self) -> impl Iterator<Item = FieldId> {
        self.0.values().copied()
    }
}

impl Facts {
    /// Reads the facts of a record whose leaves at these fields were projected; the same as [`Facts::read`].
    pub fn project(fields: &FactFields, leaves: &View<'_>) -> Self {
        Self::of(|path| {
            let text = leaves.text(*fields.0.get(path)?)?.decode();
            (!text.is_empty()).then_some(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Leaves, project};

    #[test]
    fn facts_that_are_projected_are_those_that_are_read() {
        let records = [
            r#"{"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice",
                "sessionContext":{"sessionIssuer":{"userName":"Admin"}}},"eventTime":"2026-01-02T03:04:05Z",
                "eventID":"1","eventName":"CreateUser","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1",
                "sourceIPAddress":"192.0.2.7","userAgent":"aws-cli\\/2.0 \\u00e9","errorCode":"AccessDenied",
                "recipientAccountId":"111122223333"}"#,
            r#"{"userIdentity":{"type":"Unknown","accountId":"1"},"additionalEventData":{"UserName":"dana"},
                "responseElements":{"ConsoleLogin":"Failure"},"recipientAccountId":""}"#,
            r#"{"userIdentity":null,"eventTime":5,"awsRegion":{"a":"b"},"errorMessage":"","eventID":"1","eventID":"2"}"#,
            "{}",
        ];
        for record in records {
            let (mut fields, mut leaves) = (Fields::new(), Leaves::new());
            let of_facts = FactFields::new(&mut fields);
            leaves.reset(fields.len());
            let detail = fields.node("detail").unwrap();
            project(record.as_bytes(), &fields, detail, &mut leaves).unwrap();
            let projected = Facts::project(&of_facts, &leaves.view(record.as_bytes()));
            assert_eq!(projected, Facts::read(record.as_bytes()), "{record}");
        }
    }
}
