//! A record held against a pattern, clause by clause.

use crate::event::{EventFields, Presence};
use crate::json::scan::SyntaxError;
use crate::json::{Fields, Leaves};
use crate::language::explain::{Anatomy, Explained};
use crate::language::{Pattern, Subject};

/// Explains what a pattern makes of records and events.
#[derive(Debug)]
pub struct Explainer {
    anatomy: Anatomy,
    fields: EventFields,
    /// Whether records that no bus carries are looked at, too.
    is_of_record: bool,
}

impl Explainer {
    /// Lays a pattern out.
    pub fn new(pattern: &Pattern) -> Self {
        let mut fields = Fields::new();
        let anatomy = pattern.anatomy(&mut fields);
        let is_of_record = pattern.compile(&mut fields).subject() == Subject::Record;
        Self { anatomy, fields: EventFields::new(fields), is_of_record }
    }

    /// Explains a record (raw JSON), wrapped as EventBridge would do it; `None` for records that no bus carries, unless
    /// the pattern's language looks at records and not at events.
    /// `key_account` is the account in the log key, for records that name none.
    ///
    /// # Errors
    /// Returns the record's syntax error.
    pub fn record(&self, record: &[u8], key_account: Option<&str>) -> Result<Option<Explained>, SyntaxError> {
        let mut leaves = Leaves::new();
        let presence = self.fields.project_record(record, key_account, &mut leaves)?;
        let is_seen = presence == Presence::Event || self.is_of_record;
        Ok(is_seen.then(|| self.anatomy.explain(&leaves.view(record))))
    }

    /// Explains an event (raw JSON) as it stands.
    ///
    /// # Errors
    /// Returns the event's syntax error.
    pub fn event(&self, event: &[u8]) -> Result<Explained, SyntaxError> {
        let mut leaves = Leaves::new();
        self.fields.project_event(event, &mut leaves)?;
        Ok(self.anatomy.explain(&leaves.view(event)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::event_pattern::EventPattern;

    #[test]
    fn a_record_is_explained_through_its_envelope() {
        let pattern = EventPattern::parse(r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}"#);
        let explainer = Explainer::new(&pattern.unwrap().into());
        let record =
            br#"{"eventSource":"iam.amazonaws.com","eventName":"DeleteUser","eventType":"AwsApiCall"}"#;
        let explained = explainer.record(record, None).unwrap().unwrap();
        assert!(!explained.is_met);
        let text = format!("{explained:?}");
        assert!(text.contains(r#""\"aws.iam\"""#) && text.contains(r#""\"DeleteUser\"""#), "{text}");
        assert!(explainer.record(br#"{"eventType":"AwsAggregatedEvent"}"#, None).unwrap().is_none());
        assert!(explainer.record(b"{", None).is_err());
    }

    #[test]
    fn an_event_is_explained_as_it_stands() {
        let pattern = EventPattern::parse(r#"{"source":["aws.iam"]}"#).unwrap();
        let explainer = Explainer::new(&pattern.into());
        assert!(explainer.event(br#"{"source":"aws.iam","detail":{}}"#).unwrap().is_met);
    }
}
