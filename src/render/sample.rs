//! Invented hits for the tests of the formats.

use super::{Format, HitOptions, hits};
use crate::hit::{Hit, Span};
use crate::language::event_pattern::EventPattern;
use crate::query::{Card, Query, Severity};
use crate::record::{Facts, Outcome};
use std::io::{self, Write};

/// A record as some log files hold it: laid out over lines, with what a JSON reader would not give back.
pub(super) const RECORD: &str =
    "{\n  \"eventName\" : \"CreateUser\",\n  \"odd\" : [ 1.0e+2, \"\\ud800 x\" ]\n}";

/// The same record on one line.
pub(super) const COMPACT: &str = r#"{"eventName":"CreateUser","odd":[1.0e+2,"\ud800 x"]}"#;

pub(super) fn query(id: &str, severity: Severity) -> Query {
    Query {
        id: id.to_owned(),
        card: Card { title: format!("Title of {id}"), severity, ..Card::default() },
        pattern: EventPattern::parse(r#"{"source":["aws.iam"]}"#).unwrap().into(),
        origin: "built in".to_owned(),
    }
}

pub(super) fn facts() -> Facts {
    let text = |text: &str| Some(text.to_owned());
    Facts {
        time: "2026-01-02T03:04:05Z".parse().ok(),
        event_id: text("11111111-2222-3333-4444-555555555555"),
        event_name: text("CreateUser"),
        event_source: text("iam.amazonaws.com"),
        account: text("111122223333"),
        region: text("us-east-1"),
        principal: text("role/Admin/alice"),
        identity_type: text("AssumedRole"),
        source_ip: text("192.0.2.7"),
        user_agent: text("aws-cli/2.0"),
        outcome: Outcome::Success,
    }
}

pub(super) fn denied() -> Facts {
    Facts { outcome: Outcome::Failure("AccessDenied".to_owned()), ..facts() }
}

pub(super) fn hit<'a>(query: &'a Query, facts: &'a Facts) -> Hit<'a> {
    let record = RECORD.as_bytes();
    Hit {
        query,
        position: 0,
        groups: &[],
        span: Span::of(facts.time),
        log_key: "logs/a.json.gz",
        key_account: None,
        record,
        event: None,
        facts,
        is_synthetic: false,
        is_history: false,
    }
}

/// Returns what a format writes for `all`.
pub(super) fn written(format: Format, options: HitOptions, all: &[Hit<'_>]) -> String {
    let mut out = Vec::new();
    let mut writer = hits(format, &options, Box::new(&mut out));
    for hit in all {
        writer.write(hit).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    String::from_utf8(out).unwrap()
}

/// Returns what a list writes.
pub(super) fn listed(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
