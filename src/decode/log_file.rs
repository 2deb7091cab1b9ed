//! The one shape that trails write, read in one pass: `{"Records":[…]}` without line breaks.
//!
//! A long text is cut into pieces that can be read one by one, or side by side. Where to cut is a guess: behind a record
//! that is followed by what looks like the beginning of the first one. The guesses are right when every piece turns out
//! to hold whole records: the first begins where it should, so it ends where the second should begin, and so on.

use super::document::record_limit;
use super::{Found, Kind, Records, Shape};
use crate::json::compact::{self, Marker, Split};
use memchr::memmem;
use std::ops::Range;

const HEAD: &[u8] = b"{\"Records\":[";

/// Pieces are a little longer than this: short enough that what was split is still in the processor's cache when it is
/// matched, long enough that a piece costs nothing.
const PIECE: usize = 256 << 10;

/// How much of the first record is taken for the beginning of all.
const BEGINNING: usize = 16;

/// The pieces of a log file, by guess.
#[derive(Debug)]
pub struct Pieces {
    /// Where in the text they are: rows of records with commas between them.
    pub pieces: Vec<Range<usize>>,
    /// More records than this are made to fill the memory.
    pub record_limit: usize,
}

/// Cuts a log file into pieces, when it looks like one. All of them have to be read by [`read_piece`]; if one cannot, or
/// there are too many records, none counts, and [`super::find_records`] tells more.
pub fn cut(text: &[u8]) -> Option<Pieces> {
    let rest = text.strip_suffix(b"\n").unwrap_or(text).strip_prefix(HEAD)?.strip_suffix(b"]}")?;
    let (mut start, end) = (HEAD.len(), HEAD.len() + rest.len());
    let mut pieces = Vec::with_capacity(rest.len() / PIECE + 1);
    // Most log files are one piece.
    if rest.len() > PIECE {
        let border = [b"},", &rest[..BEGINNING]].concat();
        let border = memmem::Finder::new(&border);
        while let Some(at) = text[..end].get(start + PIECE..).and_then(|later| border.find(later)) {
            let piece_end = start + PIECE + at + 1;
            pieces.push(start..piece_end);
            start = piece_end + 1;
        }
    }
    if start < end {
        pieces.push(start..end);
    }
    Some(Pieces { pieces, record_limit: record_limit(text.len()) })
}

/// Returns the records of a piece and marks those of their members that `marker` names; `None` when it is no row of
/// records. Strings and brackets are matched; whether a record is sound JSON all through is for those to check who read
/// it. The memory of what was `used` is used again: the records of another piece.
pub fn read_piece(piece: &[u8], marker: &Marker, used: Records) -> Option<Records> {
    let Records { mut found, objects, marks, .. } = used;
    let split = compact::split(piece, marker, Split { objects, marks })?;
    let next_marks = split.objects.iter().skip(1).map(|object| object.first_mark);
    let ends_of_marks = next_marks.chain([split.marks.len() as u32]);
    found.clear();
    found.extend(split.objects.iter().zip(ends_of_marks).map(|(object, end_of_marks)| Found {
        kind: Kind::Record,
        marks: object.is_certain.then_some((object.first_mark, end_of_marks)),
        has_backslash: object.has_backslash,
        unescaped: false,
        start: object.start as usize,
        end: object.end as usize,
    }));
    Some(Records {
        shape: Shape::LogFile,
        found,
        marks: split.marks,
        objects: split.objects,
        ..Records::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Option<Vec<usize>> {
        let (mut records, mut lengths) = (Records::default(), Vec::new());
        for piece in cut(text.as_bytes())?.pieces {
            records = read_piece(&text.as_bytes()[piece], &Marker::none(), records)?;
            lengths.push(records.found.len());
        }
        Some(lengths)
    }

    #[test]
    fn only_whole_compact_log_files_are_read() {
        assert_eq!(lengths(r#"{"Records":[{},{"a":1}]}"#), Some(vec![2]));
        assert_eq!(lengths("{\"Records\":[]}\n"), Some(vec![]));
        for text in [
            r#"{"Records":[{}]"#,
            r#"{"Records":[{}],"a":1}"#,
            r#"{"Records":[{}],"a":[]}"#,
            r#"{"Records":[{}]}{}"#,
            r#"{"Records":{}}"#,
            r#"{"Records": []}"#,
            r#"{"Records":[1]}"#,
            r#"{"Records":[,{}]}"#,
            r#"{"Records":[{},]}"#,
            "{\"Records\":[{}\n]}",
            "{\"Records\":[]}\x0b",
            "{\"Records\":[]}\x0c",
            "}",
            "",
        ] {
            assert_eq!(lengths(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_log_file_is_cut_between_records() {
        let record = |nested: &str| {
            format!(r#"{{"eventVersion":"1.08","note":"{}","n":{nested}}}"#, "_".repeat(1 << 10))
        };
        let text = |nested: &str| format!("{{\"Records\":[{}]}}", vec![record(nested); 1_000].join(","));
        let counted = lengths(&text("[]")).unwrap();
        assert!(counted.len() > 3);
        assert_eq!(counted.iter().sum::<usize>(), 1_000);
        // A wrong guess is found out.
        let misleading = r#"[{"eventVersion":"1.08","note":1},{"eventVersion":"1.08","note":2}]"#;
        let head = text("[]").replacen(r#""note":""#, &format!(r#""m":{misleading},"note":""#), 1);
        assert!(lengths(&head).is_some());
        let mut late = text("[]");
        late.insert_str(
            HEAD.len() + PIECE + 40,
            r#"","m":[{"eventVersion":"1.08"},{"eventVersion":"1.08"}],"n":""#,
        );
        assert_eq!(lengths(&late), None);
    }
}
