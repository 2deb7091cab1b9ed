//! The EventBridge events around the records that hit, one a line, as a bus would carry them.
//!
//! A record that hits several queries is still one event.

use super::HitWriter;
use crate::event;
use crate::hit::Hit;
use crate::json::scan;
use std::io::{self, Write};

/// Writes hits as events.
pub(super) struct EventWriter<'a> {
    out: Box<dyn Write + 'a>,
    line: Vec<u8>,
    last: Option<Written>,
}

/// The record that was written last. It is known by its bytes, not by its address: the caller may reuse a buffer.
struct Written {
    log_key: String,
    /// The event, where there is one: two of them may have equal records in them.
    record: Vec<u8>,
    /// The queries it hit so far. When one of them comes again, the log file holds an equal record twice.
    queries: Vec<String>,
}

impl Written {
    fn of(hit: &Hit<'_>) -> Self {
        Self {
            log_key: hit.log_key.to_owned(),
            record: hit.event.unwrap_or(hit.record).to_vec(),
            queries: vec![hit.query.id.clone()],
        }
    }

    /// Notes the query when the hit is on this record again.
    fn takes(&mut self, hit: &Hit<'_>) -> bool {
        let record = hit.event.unwrap_or(hit.record);
        let is_same =
            self.log_key == hit.log_key && self.record == record && !self.queries.contains(&hit.query.id);
        if is_same {
            self.queries.push(hit.query.id.clone());
        }
        is_same
    }
}

impl<'a> EventWriter<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self { out, line: Vec::new(), last: None }
    }
}

impl HitWriter for EventWriter<'_> {
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()> {
        if self.last.as_mut().is_some_and(|last| last.takes(hit)) {
            return Ok(());
        }
        self.last = Some(Written::of(hit));
        self.line.clear();
        match hit.event {
            Some(event) => scan::write_compact(event, &mut self.line),
            None => event::write_event(hit.record, hit.key_account, &mut self.line),
        }
        // A log holds it, and no bus carries it.
        if self.line.is_empty() {
            return Ok(());
        }
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use crate::event;
    use crate::hit::Hit;
    use crate::query::Severity;
    use crate::render::sample::{RECORD, facts, hit, query, written};
    use crate::render::{Format, HitOptions};

    fn events(all: &[Hit<'_>]) -> String {
        written(Format::EventBridge, HitOptions::default(), all)
    }

    fn wrapped(record: &str, account: Option<&str>) -> String {
        let mut event = Vec::new();
        event::write_event(record.as_bytes(), account, &mut event);
        event.push(b'\n');
        String::from_utf8(event).unwrap()
    }

    #[test]
    fn a_record_that_no_bus_carries_is_left_out() {
        let (query, facts) = (query("a/b", Severity::Low), facts());
        let aggregated = Hit { record: br#"{"eventType":"AwsAggregatedEvent"}"#, ..hit(&query, &facts) };
        assert_eq!(events(&[aggregated]), "");
    }

    #[test]
    fn a_record_is_wrapped_into_an_event() {
        let (query, facts) = (query("a/b", Severity::Low), facts());
        let hit = Hit { key_account: Some("444455556666"), ..hit(&query, &facts) };
        assert_eq!(events(&[hit]), wrapped(RECORD, Some("444455556666")));
    }

    #[test]
    fn an_archived_event_stays_the_event_it_is() {
        let (query, facts) = (query("a/b", Severity::Low), facts());
        let event = format!("{{ \"id\": \"x\",\n\"detail\": {RECORD} }}");
        let hit = Hit { event: Some(event.as_bytes()), ..hit(&query, &facts) };
        let detail = crate::render::sample::COMPACT;
        assert_eq!(events(&[hit]), format!("{{\"id\":\"x\",\"detail\":{detail}}}\n"));
    }

    #[test]
    fn a_record_that_hits_several_queries_is_one_event() {
        let (first, second, facts) = (query("a/b", Severity::Low), query("a/c", Severity::Low), facts());
        let other = Hit { record: b"{}", ..hit(&first, &facts) };
        let all = [hit(&first, &facts), hit(&second, &facts), other, hit(&first, &facts)];
        assert_eq!(events(&all), wrapped(RECORD, None) + &wrapped("{}", None) + &wrapped(RECORD, None));
    }

    #[test]
    fn equal_records_are_told_apart_by_log_file_and_by_query() {
        let (first, second, facts) = (query("a/b", Severity::Low), query("a/c", Severity::Low), facts());
        let elsewhere = Hit { log_key: "logs/b.json.gz", ..hit(&second, &facts) };
        assert_eq!(events(&[hit(&first, &facts), elsewhere]), wrapped(RECORD, None).repeat(2));
        let twice = [hit(&first, &facts), hit(&second, &facts), hit(&first, &facts), hit(&second, &facts)];
        assert_eq!(events(&twice), wrapped(RECORD, None).repeat(2));
    }
}
