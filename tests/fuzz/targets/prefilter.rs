//! Hostile records and patterns: a glance at a record decides like its projection, and both like every pattern asked
//! one at a time. `RUST_LIBFUZZER_DEBUG_PATH=FILE` writes what an input stands for.

#![no_main]

#[path = "../../support/hostile.rs"]
mod hostile;

use arbitrary::{Arbitrary, Result, Unstructured};
use backtrail::event::{EventFields, Presence};
use backtrail::json::{Fields, Leaves};
use backtrail::query::Query;
use hostile::{MEMBERS, PATTERNS, replay_both_ways};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const NAMES: [&str; 12] = [
    "eventName",
    "eventTime",
    "eventType",
    "eventSource",
    "userIdentity",
    "type",
    "requestParameters",
    "errorCode",
    "recipientAccountId",
    "detail",
    "eventNames",
    "userIdentity.type",
];

const TEXTS: [&str; 16] = [
    "ConsoleLogin",
    "CreateUser",
    "Root",
    "iam.amazonaws.com",
    "signin.amazonaws.com",
    "aws.iam",
    "AwsApiCall",
    "AwsServiceEvent",
    "AwsAggregatedEvent",
    "2026-03-02T10:00:00Z",
    "2026-03-02T12:00:00Z",
    "\",\"eventName\":\"ConsoleLogin\",\"x\":\"",
    "\"eventName\":",
    "},{",
    "\\",
    "a/b",
];

fuzz_target!(|trail: Trail| {
    let queries: Vec<Query> = trail
        .patterns
        .iter()
        .enumerate()
        .filter_map(|(number, text)| Query::from_pattern_text(&format!("q{number}"), text, "fuzz").ok())
        .collect();
    let mut hits = replay_both_ways(&trail.records, &queries, trail.is_limited);
    if !trail.is_limited {
        let mut expected = one_at_a_time(&trail.records, &queries);
        hits.sort();
        expected.sort();
        assert_eq!(hits, expected);
    }
});

/// Asks every query about every record, each time from the beginning.
fn one_at_a_time(records: &[String], queries: &[Query]) -> Vec<String> {
    let mut hits = Vec::new();
    for query in queries {
        let mut fields = Fields::new();
        let condition = query.pattern.compile(&mut fields);
        let fields = EventFields::new(fields);
        for record in records {
            let mut leaves = Leaves::new();
            let presence = fields.project_record(record.as_bytes(), Some("111122223333"), &mut leaves);
            let is_delivered = presence.expect("the record is JSON") == Presence::Event;
            if is_delivered && condition.is_satisfied(&leaves.view(record.as_bytes())) {
                hits.push(format!("{} {record}", query.id));
            }
        }
    }
    hits
}

#[derive(Debug)]
struct Trail {
    records: Vec<String>,
    patterns: Vec<String>,
    is_limited: bool,
}

impl<'a> Arbitrary<'a> for Trail {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let is_limited = u.arbitrary()?;
        let mut patterns = Vec::new();
        for _ in 0..u.int_in_range(1..=4)? {
            patterns.push(if u.arbitrary()? { (*u.choose(&PATTERNS)?).to_owned() } else { pattern(u)? });
        }
        let mut records = Vec::new();
        for _ in 0..u.int_in_range(0..=6)? {
            records.push(record(u)?);
        }
        Ok(Self { records, patterns, is_limited })
    }
}

fn pattern(u: &mut Unstructured<'_>) -> Result<String> {
    let mut detail = json!({});
    for _ in 0..u.int_in_range(1..=3)? {
        detail[*u.choose(&NAMES)?] = match u.int_in_range(0..=5)? {
            0 => json!({*u.choose(&NAMES)?: [wanted(u)?]}),
            1 => json!([wanted(u)?, wanted(u)?]),
            _ => json!([wanted(u)?]),
        };
    }
    let pattern = match u.int_in_range(0..=3)? {
        0 => json!({"$or": [{"detail": detail}, {"source": [wanted(u)?]}]}),
        1 => json!({"detail": detail, "source": [wanted(u)?]}),
        2 => json!({"detail": {"$or": [detail, {"eventName": [wanted(u)?]}]}}),
        _ => json!({"detail": detail}),
    };
    Ok(pattern.to_string())
}

fn wanted(u: &mut Unstructured<'_>) -> Result<Value> {
    let text = text(u)?;
    Ok(match u.int_in_range(0..=11)? {
        0 => json!({"prefix": text}),
        1 => json!({"suffix": text}),
        2 => json!({"equals-ignore-case": text}),
        3 => json!({"anything-but": [text]}),
        4 => json!({"anything-but": {"prefix": text}}),
        5 => json!({"exists": u.arbitrary::<bool>()?}),
        6 => json!(u.arbitrary::<i8>()?),
        7 => Value::Null,
        _ => json!(text),
    })
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    if u.ratio(1, 8)? {
        let characters: [char; 3] = u.arbitrary()?;
        return Ok(characters.iter().collect());
    }
    let text = *u.choose(&TEXTS)?;
    let is_cut = u.ratio(1, 8)?;
    Ok(if is_cut { text[..text.len() / 2].to_owned() } else { text.to_owned() })
}

fn record(u: &mut Unstructured<'_>) -> Result<String> {
    let mut members = Vec::new();
    for _ in 0..u.int_in_range(0..=7)? {
        members.push(if u.arbitrary()? { (*u.choose(&MEMBERS)?).to_owned() } else { member(u, 0)? });
    }
    Ok(format!("{{{}}}", members.join(",")))
}

fn member(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let name = *u.choose(&NAMES)?;
    Ok(format!("{}:{}", spelled(u, name)?, value(u, depth)?))
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    Ok(match u.int_in_range(0..=9)? {
        0 => "null".to_owned(),
        1 => u.arbitrary::<i8>()?.to_string(),
        2 if depth < 3 => format!("[{},{}]", value(u, depth + 1)?, value(u, depth + 1)?),
        3 if depth < 3 => format!("{{{},{}}}", member(u, depth + 1)?, member(u, depth + 1)?),
        // Now and then not compact.
        4 => format!(" {}", u.arbitrary::<bool>()?),
        _ => {
            let text = text(u)?;
            spelled(u, &text)?
        }
    })
}

/// Writes a JSON string, now and then with an escape that need not be.
fn spelled(u: &mut Unstructured<'_>, text: &str) -> Result<String> {
    let plain = Value::from(text).to_string();
    if !u.ratio(1, 6)? || text.is_empty() {
        return Ok(plain);
    }
    let escaped = u.choose_index(text.chars().count())?;
    let mut written = "\"".to_owned();
    for (index, character) in text.chars().enumerate() {
        if index == escaped {
            for unit in character.encode_utf16(&mut [0; 2]) {
                written.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            let quoted = Value::from(character.to_string()).to_string();
            written.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    written.push('"');
    Ok(written)
}
