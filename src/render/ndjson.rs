//! Hits as one JSON object a line, each with the version, for programs that read line by line.

use super::HitWriter;
use super::object::{VERSION, push_hit};
use crate::hit::Hit;
use std::io::{self, Write};

/// Writes hits as lines of JSON.
pub(super) struct NdjsonWriter<'a> {
    out: Box<dyn Write + 'a>,
    line: Vec<u8>,
}

impl<'a> NdjsonWriter<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl HitWriter for NdjsonWriter<'_> {
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()> {
        self.line.clear();
        push_hit(hit, Some(VERSION), &mut self.line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Severity;
    use crate::render::sample::{COMPACT, facts, hit, query, written};
    use crate::render::{Format, HitOptions};

    #[test]
    fn every_line_is_an_object_with_a_version() {
        let query = query("iam/user-created", Severity::Medium);
        let facts = facts();
        let lines = written(Format::Ndjson, HitOptions::default(), &[hit(&query, &facts); 2]);
        let expected = format!(
            "{{\"version\":1,\"query\":\"iam/user-created\",\"severity\":\"medium\",\"log_key\":\"logs/a.json.gz\",\
             \"time\":\"2026-01-02T03:04:05Z\",\"event_id\":\"11111111-2222-3333-4444-555555555555\",\
             \"account\":\"111122223333\",\"region\":\"us-east-1\",\"principal\":\"role/Admin/alice\",\
             \"event_name\":\"CreateUser\",\"source_ip\":\"192.0.2.7\",\"outcome\":\"success\",\"error\":null,\
             \"record\":{COMPACT}}}\n"
        );
        assert_eq!(lines, expected.repeat(2));
    }

    #[test]
    fn no_hits_give_no_lines() {
        assert_eq!(written(Format::Ndjson, HitOptions::default(), &[]), "");
    }
}
