//! Event patterns: what parses prints and parses back to the same, and the compiled condition answers like the
//! definition. The first line is a pattern, the second an event.

#![no_main]

#[path = "../../patterns/oracle.rs"]
mod oracle;

use backtrail::json::{Fields, Leaves, project};
use backtrail::language::event_pattern::EventPattern;
use backtrail::language::matcher::Address;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    print_and_parse(input);
    let Some((pattern, event)) = input.split_once('\n') else { return };
    let Some(parsed) = print_and_parse(pattern) else { return };
    let answer = answer(&parsed, event);
    // The definition knows one reading of a pattern; where there are two, there is a warning.
    if parsed.warnings().is_empty()
        && is_plainly_spelled(input)
        && let (Ok(pattern), Ok(event)) = (serde_json::from_str(pattern), serde_json::from_str(event))
        && is_defined(&pattern)
        && is_small(&pattern, &event)
        && is_ascii_where_case_counts(&pattern, &event)
    {
        let expected = Value::is_object(&event).then(|| oracle::matches(&pattern, &event));
        assert_eq!(answer, expected, "{pattern} on {event}");
    }
});

fn print_and_parse(text: &str) -> Option<EventPattern> {
    let parsed = EventPattern::parse(text).ok()?;
    let printed = parsed.to_json();
    let again = EventPattern::parse(&printed);
    assert!(again.is_ok_and(|again| again == parsed && again.to_json() == printed), "{printed}");
    assert!(!parsed.paths().is_empty(), "a pattern has a condition");
    Some(parsed)
}

/// What the compiled pattern says about an event; `None` for what is no object.
fn answer(pattern: &EventPattern, event: &str) -> Option<bool> {
    let mut fields = Fields::new();
    let condition = pattern.compile(&mut fields);
    let mut leaves = Leaves::new();
    leaves.reset(fields.len());
    project(event.as_bytes(), &fields, fields.root(), &mut leaves).ok()?;
    Some(condition.is_satisfied(&leaves.view(event.as_bytes())))
}

/// Tells whether every number is one that a double holds: the definition compares doubles, and knows no spelling.
fn is_plainly_spelled(input: &str) -> bool {
    let (mut digits, mut is_string) = (0, false);
    let mut bytes = input.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => is_string = !is_string,
            _ if is_string => {}
            b'0'..=b'9' | b'.' => digits += 1,
            b'e' | b'E' if digits > 0 => return false,
            _ => digits = 0,
        }
        if digits > 15 {
            return false;
        }
    }
    true
}

/// Tells whether the definition has everything that the pattern uses: it leaves out addresses, `exactly` and escapes
/// in wildcards.
fn is_defined(pattern: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, value)| match name.as_str() {
            "cidr" | "exactly" => false,
            "wildcard" => !value.to_string().contains('\\') && is_defined(value),
            _ => is_defined(value),
        }),
        Value::Array(values) => values.iter().all(is_defined),
        Value::String(text) => Address::read(text.as_bytes()).is_none() && text.matches('*').count() < 4,
        _ => true,
    }
}

/// Tells whether trying everything ends soon.
fn is_small(pattern: &Value, event: &Value) -> bool {
    let (conditions, leaves) = (scalars(pattern).min(32) as u32, scalars(event));
    (leaves + 1).checked_pow(conditions.div_ceil(2)).is_some_and(|ways| ways < 20_000)
}

fn scalars(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(scalars).sum(),
        Value::Array(values) => values.iter().map(scalars).sum(),
        _ => 1,
    }
}

/// Tells whether case is a matter of ASCII, as the definition has it, wherever it is ignored.
fn is_ascii_where_case_counts(pattern: &Value, event: &Value) -> bool {
    let pattern = pattern.to_string();
    !pattern.contains("equals-ignore-case") || (pattern.is_ascii() && event.to_string().is_ascii())
}
