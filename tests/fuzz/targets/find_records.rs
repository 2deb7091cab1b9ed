//! Records on the fast path and on the slow one: a space in front of the array sends a text down the other.

#![no_main]

use backtrail::decode::{Error, Kind, Records, Shape, find_records};
use backtrail::json::scan::MAX_DEPTH;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

const HEAD: &[u8] = b"{\"Records\":";

fuzz_target!(|text: &[u8]| {
    let found = find_records(text);
    if let Ok(records) = &found {
        assert!(std::str::from_utf8(text).is_ok(), "records in a text that is not UTF-8");
        check_places(text, records);
    }
    match text.strip_prefix(HEAD) {
        Some(rest) => {
            let spaced = [HEAD, b" ", rest].concat();
            let slow = find_records(&spaced);
            check_strict(&spaced, &slow);
            check_alike(text, &seen(text, &found), &seen(&spaced, &slow));
        }
        None => check_strict(text, &found),
    }
});

/// Every record is an object, and they stand one behind the other.
fn check_places(text: &[u8], records: &Records) {
    for found in &records.found {
        let bytes = records.bytes(text, found);
        assert!(bytes.starts_with(b"{") && bytes.ends_with(b"}"));
        assert!(is_balanced(bytes), "{}", String::from_utf8_lossy(bytes));
    }
    // What comes out of strings is nowhere in the text.
    if records.shape == Shape::LogFile {
        let starts = records.found.iter().map(|found| records.bytes(text, found).as_ptr_range());
        assert!(starts.is_sorted_by(|one, other| one.end <= other.start), "records overlap");
    }
}

/// The slow path checks all of JSON.
fn check_strict(text: &[u8], found: &Result<Records, Error>) {
    let Ok(records) = found else { return };
    for found in &records.found {
        let bytes = records.bytes(text, found);
        let verdict = serde_json::from_slice::<IgnoredAny>(bytes);
        assert!(verdict.is_ok(), "{verdict:?}: {}", String::from_utf8_lossy(bytes));
    }
}

/// Two ways to one result. Where brackets or strings are left open, the fast path has nothing to say. Where the text is
/// bracketed but no JSON, it may leave that to whoever reads the record.
fn check_alike(text: &[u8], fast: &Seen<'_>, slow: &Seen<'_>) {
    let is_json =
        std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    if (is_json && depth(text) <= MAX_DEPTH) || !is_balanced(text) {
        assert_eq!(fast, slow);
    }
}

/// What was found: shape, kinds and texts, and the numbers of what was passed over; or the error without its place.
type Seen<'a> = Result<(Shape, Vec<(Kind, &'a str)>, Vec<usize>, usize), std::mem::Discriminant<Error>>;

fn seen<'a>(text: &'a [u8], found: &'a Result<Records, Error>) -> Seen<'a> {
    let records = found.as_ref().map_err(std::mem::discriminant)?;
    let texts = records.found.iter().map(|found| {
        let bytes = records.bytes(text, found);
        (found.kind, std::str::from_utf8(bytes).expect("the text is UTF-8"))
    });
    let rejected = records.rejected.iter().map(|rejected| rejected.index);
    Ok((records.shape, texts.collect(), rejected.collect(), records.rejected_unnamed))
}

/// Tells whether every string and every bracket outside strings is closed by its own kind.
fn is_balanced(text: &[u8]) -> bool {
    let mut open = Vec::new();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next() {
                    Some(b'"') => break,
                    Some(b'\\') => drop(bytes.next()),
                    Some(_) => {}
                    None => return false,
                }
            },
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.pop() != Some(*byte) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// Returns how deep a JSON text is nested.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut is_string) = (0_usize, 0, false);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => depth += 1,
            b'}' | b']' if !is_string => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
