//! Records on the fast path, piece by piece, and on the slow one, which checks everything.

#![no_main]

use backtrail::decode::{Error, Records, Shape, cut, find_records, read_piece};
use backtrail::json::compact::Marker;
use backtrail::json::scan::MAX_DEPTH;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

fuzz_target!(|text: &[u8]| {
    let slow = find_records(text);
    if let Ok(records) = &slow {
        assert!(std::str::from_utf8(text).is_ok(), "records in a text that is not UTF-8");
        check_places(text, records);
    }
    check_strict(text, &slow);
    if let Some(fast) = read_pieces(text) {
        check_alike(text, &fast, &slow);
    }
});

/// Returns the records of a log file that is read piece by piece.
fn read_pieces(text: &[u8]) -> Option<Vec<&[u8]>> {
    let marker = Marker::new([(0, &b"eventName"[..]), (1, b"requestParameters")]).expect("names are fine");
    let (mut all, mut records) = (Vec::new(), Records::default());
    for piece in cut(text)?.pieces {
        let piece = &text[piece];
        records = read_piece(piece, &marker, records)?;
        all.extend(records.found.iter().map(|found| &piece[places(piece, &records, found)]));
    }
    Some(all)
}

/// Returns where a record stands in its piece.
fn places(piece: &[u8], records: &Records, found: &backtrail::decode::Found) -> std::ops::Range<usize> {
    let bytes = records.bytes(piece, found);
    let start = bytes.as_ptr() as usize - piece.as_ptr() as usize;
    start..start + bytes.len()
}

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

/// Two ways to one result, where the text is JSON. Where it is not, the fast path may leave that to whoever reads the
/// record, as long as strings and brackets come out even.
fn check_alike(text: &[u8], fast: &[&[u8]], slow: &Result<Records, Error>) {
    assert!(std::str::from_utf8(text).is_ok(), "records in a text that is not UTF-8");
    assert!(is_even(text), "records in a text with something left open");
    let is_json = serde_json::from_slice::<IgnoredAny>(text).is_ok();
    if is_json && depth(text) <= MAX_DEPTH {
        let slow = slow.as_ref().expect("the slow path takes what is JSON");
        let records: Vec<&[u8]> = slow.found.iter().map(|found| slow.bytes(text, found)).collect();
        assert_eq!(fast, records);
        assert_eq!((slow.shape, slow.rejected_count()), (Shape::LogFile, 0));
    }
}

/// Tells whether every string is closed, and as many brackets as are open, of whatever kind.
fn is_even(text: &[u8]) -> bool {
    let (mut depth, mut is_string) = (0_i64, false);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_string => drop(bytes.next()),
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => depth += 1,
            b'}' | b']' if !is_string => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !is_string
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
