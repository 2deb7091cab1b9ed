//! Hits as one JSON document, written as they come; and the frame of every other JSON list.

use super::HitWriter;
use super::object::{VERSION, push_hit};
use crate::hit::Hit;
use std::io::{self, Write};

/// A JSON document around a list: `{"version":1,"NAME":[…]}`, with every element on a line of its own.
pub(super) struct Document<W: Write> {
    out: W,
    name: &'static str,
    is_open: bool,
}

impl<W: Write> Document<W> {
    pub(super) fn new(name: &'static str, out: W) -> Self {
        Self { out, name, is_open: false }
    }

    /// Writes one element, which must be JSON.
    pub(super) fn push(&mut self, element: &[u8]) -> io::Result<()> {
        if self.is_open {
            self.out.write_all(b",\n")?;
        } else {
            writeln!(self.out, r#"{{"version":{VERSION},"{}":["#, self.name)?;
            self.is_open = true;
        }
        self.out.write_all(element)
    }

    /// Closes the document.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.is_open {
            self.out.write_all(b"\n]}\n")?;
        } else {
            writeln!(self.out, r#"{{"version":{VERSION},"{}":[]}}"#, self.name)?;
        }
        self.out.flush()
    }
}

/// Writes hits as a JSON document.
pub(super) struct JsonWriter<'a> {
    document: Document<Box<dyn Write + 'a>>,
    line: Vec<u8>,
}

impl<'a> JsonWriter<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self { document: Document::new("hits", out), line: Vec::new() }
    }
}

impl HitWriter for JsonWriter<'_> {
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()> {
        self.line.clear();
        push_hit(hit, None, &mut self.line)?;
        self.document.push(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.document.finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Severity;
    use crate::record::Facts;
    use crate::render::sample::{COMPACT, denied, facts, hit, query, written};
    use crate::render::{Format, HitOptions};

    #[test]
    fn hits_are_elements_of_one_document() {
        let query = query("iam/user-created", Severity::Medium);
        let (facts, denied) = (facts(), denied());
        let json = written(Format::Json, HitOptions::default(), &[hit(&query, &facts), hit(&query, &denied)]);
        let start = r#"{"query":"iam/user-created","severity":"medium","log_key":"logs/a.json.gz","time":"2026-01-02T03:04:05Z","event_id":"11111111-2222-3333-4444-555555555555","account":"111122223333","region":"us-east-1","principal":"role/Admin/alice","event_name":"CreateUser","source_ip":"192.0.2.7","#;
        let expected = format!(
            "{{\"version\":1,\"hits\":[\n{start}\"outcome\":\"success\",\"error\":null,\"record\":{COMPACT}}},\n\
             {start}\"outcome\":\"failure\",\"error\":\"AccessDenied\",\"record\":{COMPACT}}}\n]}}\n"
        );
        assert_eq!(json, expected);
    }

    #[test]
    fn no_hits_are_an_empty_list() {
        assert_eq!(written(Format::Json, HitOptions::default(), &[]), "{\"version\":1,\"hits\":[]}\n");
    }

    #[test]
    fn what_a_record_does_not_say_is_null() {
        let query = query("a\"b", Severity::Low);
        let facts = Facts::default();
        let hit = crate::hit::Hit { key_account: Some("444455556666"), record: b"{}", ..hit(&query, &facts) };
        let json = written(Format::Json, HitOptions::default(), &[hit]);
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        let expected = serde_json::json!({
            "query": "a\"b", "severity": "low", "log_key": "logs/a.json.gz", "time": null, "event_id": null,
            "account": "444455556666", "region": null, "principal": null, "event_name": null, "source_ip": null,
            "outcome": "success", "error": null, "record": {},
        });
        assert_eq!(document["hits"][0], expected);
    }
}
