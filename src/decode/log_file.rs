//! The one shape that trails write, read in one pass: `{"Records":[…]}` without white space.

use super::document::record_limit;
use super::{Found, Kind, Marks, Records, Shape};
use crate::json::{compact, scan};

const HEAD: &[u8] = b"{\"Records\":";

/// Returns the records of such a text, checked; `None` for everything else, good or bad.
pub(super) fn read(text: &[u8]) -> Option<Records> {
    if !text.starts_with(HEAD) {
        return None;
    }
    let split = compact::split(text, HEAD.len(), record_limit(text.len()))?;
    let is_end =
        text.get(split.end) == Some(&b'}') && scan::skip_whitespace(text, split.end + 1) == text.len();
    if !is_end {
        return None;
    }
    let found = split.objects.iter().map(|object| Found {
        kind: Kind::Record,
        marks: (!object.has_escaped_name).then_some(Marks {
            event_name: object.event_name,
            event_time: object.event_time,
            event_type: object.event_type,
            has_backslash: object.has_backslash,
        }),
        unescaped: false,
        start: object.start,
        end: object.end,
    });
    Some(Records {
        shape: Shape::LogFile,
        found: found.collect(),
        rejected: Vec::new(),
        rejected_unnamed: 0,
        has_bom: false,
        unescaped: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_compact_log_files_are_read() {
        assert_eq!(read(br#"{"Records":[{},{"a":1}]}"#).unwrap().found.len(), 2);
        assert!(read(b"{\"Records\":[]}\n").is_some());
        for text in [
            r#"{"Records":[{}]"#,
            r#"{"Records":[{}],"a":1}"#,
            r#"{"Records":[{}]}{}"#,
            r#"{"Records":{}}"#,
            r#"{"Records": []}"#,
            "{\"Records\":[]}\x0b",
            "{\"Records\":[]}\x0c",
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
