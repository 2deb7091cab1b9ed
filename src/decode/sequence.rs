//! Documents that follow one another in one text: concatenated, or one a line.

use super::document::{Finder, Part};
use super::outline::Name;
use super::{Error, Shape};
use crate::json::scan::{self, Members, SyntaxError};

/// What a run over consecutive documents has met.
#[derive(Debug, Default)]
struct Run {
    count: usize,
    /// The first document's shape, or why it has none.
    first: Option<Result<Shape, Error>>,
    /// Whether any document was in a known shape.
    is_known: bool,
    /// Whether a line break followed the first document.
    has_lines: bool,
    /// Whether a document was refused.
    has_refused: bool,
}

impl Run {
    /// Returns the shape of the whole. Wrappers give their name to a sequence of themselves.
    fn shape(self) -> Result<Shape, Error> {
        match self.first {
            None => Err(Error::Empty),
            Some(first) if self.count == 1 => first,
            Some(_) if !self.is_known => Err(Error::NoRecords),
            Some(Ok(wrapper)) if !matches!(wrapper, Shape::Record | Shape::Event) => Ok(wrapper),
            Some(_) if self.has_lines => Ok(Shape::JsonLines),
            Some(_) => Ok(Shape::Concatenated),
        }
    }
}

/// Reads the documents from `at` on: usually there is one. Where documents are one a line, a broken line costs
/// itself only.
///
/// # Errors
/// Returns why nothing in the text can be trusted.
pub(super) fn read_documents(finder: &mut Finder, text: &[u8], at: usize) -> Result<Shape, Error> {
    let mark = finder.mark();
    let run = read_run(finder, text, at);
    let by_line = match &run {
        Ok(run) => run.count > 1 && run.has_refused && run.has_lines && begins_whole_line(text, at),
        Err(error) => is_one_a_line(text, at, error.at()),
    };
    if by_line {
        finder.rewind(mark);
        if let Some(shape) = read_lines(finder, text) {
            return Ok(shape);
        }
        finder.rewind(mark);
    }
    run?.shape()
}

/// Reads documents with or without line breaks between and inside them.
fn read_run(finder: &mut Finder, text: &[u8], start: usize) -> Result<Run, SyntaxError> {
    let mut run = Run::default();
    let mut at = start;
    while at < text.len() {
        if run.count == 1 {
            number_the_first(finder, &run);
        }
        finder.position = (run.count > 0).then_some(run.count);
        let (end, verdict) = finder.document(Part::whole(text), at)?;
        run.is_known |= verdict.is_ok();
        run.has_refused |= verdict.is_err();
        if let (Err(error), Some(position)) = (&verdict, finder.position) {
            finder.reject(position, error);
        }
        at = scan::skip_whitespace(text, end);
        if run.count == 0 {
            run.has_lines = text[end..at].contains(&b'\n');
            run.first = Some(verdict);
        }
        run.count += 1;
    }
    Ok(run)
}

/// Names what the first document has rejected by its place in the sequence: until now it was taken for the only one.
fn number_the_first(finder: &mut Finder, run: &Run) {
    for rejected in &mut finder.records.rejected {
        rejected.reason = format!("element {} {}", rejected.index, rejected.reason);
        rejected.index = 0;
    }
    if let Some(Err(error)) = &run.first {
        finder.reject(0, error);
    }
}

/// Reads lines of documents; a timestamp in front marks a CloudWatch Logs export. `None` when no line is in a known
/// shape.
pub(super) fn read_lines(finder: &mut Finder, text: &[u8]) -> Option<Shape> {
    let mut shape = None;
    let mut start = if finder.records.has_bom { 3 } else { 0 };
    let mut number = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
        let (at, is_export) = skip_timestamp(&text[..end], scan::skip_whitespace(&text[..end], start));
        if at < end {
            finder.position = Some(number);
            match read_line(finder, &text[..end], at) {
                Ok(()) => {
                    let line = if is_export { Shape::LogExport } else { Shape::JsonLines };
                    shape = shape.max(Some(line));
                }
                Err(error) => finder.reject(number, &error),
            }
        }
        start = end + 1;
        number += 1;
    }
    shape
}

/// Reads the documents of one line: all of them, or none.
fn read_line(finder: &mut Finder, line: &[u8], start: usize) -> Result<(), Error> {
    let mark = finder.mark();
    let mut at = start;
    while at < line.len() {
        let verdict = match finder.document(Part::whole(line), at) {
            Ok((end, Ok(_shape))) => {
                at = scan::skip_whitespace(line, end);
                continue;
            }
            Ok((_end, Err(error))) => error,
            Err(error) => error.into(),
        };
        finder.rewind(mark);
        return Err(verdict);
    }
    Ok(())
}

/// Returns where the JSON of a log line begins: behind words that begin with a digit and hold no JSON, if there are
/// any.
fn skip_timestamp(line: &[u8], at: usize) -> (usize, bool) {
    /// A timestamp, and a log stream's name of up to 512 bytes, as `aws logs tail` prints it.
    const MAX_PREFIX: usize = 600;
    let rest = &line[at..];
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return (at, false);
    }
    let prefix = &rest[..rest.len().min(MAX_PREFIX)];
    match memchr::memchr(b'{', prefix) {
        Some(length) if prefix[length - 1].is_ascii_whitespace() => (at + length, true),
        _ => (at, false),
    }
}

/// Tells whether documents are one a line although the text is broken at `broken`: by its first line, which is whole
/// or is itself the broken one. A log file or another wrapper that was cut short never is.
fn is_one_a_line(text: &[u8], at: usize, broken: usize) -> bool {
    if begins_whole_line(text, at) {
        return true;
    }
    let Some(end) = line_end(text, at) else { return false };
    let next = scan::skip_whitespace(text, end);
    text[at] == b'{' && broken <= next && text.get(next) == Some(&b'{') && !begins_wrapper(text, at)
}

/// Tells whether the line that begins at `at` holds whole documents, and is not the last one.
fn begins_whole_line(text: &[u8], at: usize) -> bool {
    let Some(end) = line_end(text, at) else { return false };
    let line = &text[..end];
    let mut at = at;
    while at < line.len() {
        let skipped = match scan::skip_value(line, at) {
            Err(SyntaxError::TooDeep { .. }) => scan::skip_brackets(line, at),
            skipped => skipped,
        };
        let Ok(end) = skipped else { return false };
        at = scan::skip_whitespace(line, end);
    }
    true
}

fn line_end(text: &[u8], at: usize) -> Option<usize> {
    memchr::memchr(b'\n', &text[at..]).map(|length| at + length)
}

fn begins_wrapper(text: &[u8], at: usize) -> bool {
    let name = Members::open(text, at).and_then(|mut members| members.next_name());
    matches!(name, Ok(Some(name)) if Name::of(&text[name.clone()]).is_some_and(Name::is_wrapper))
}

#[cfg(test)]
mod tests {
    use crate::decode::Error;
    use crate::decode::find::tests::{A, B, EVENT, Seen, quoted, seen, whole};

    fn with(shape: &'static str, found: &[&str], rejected: &[(usize, &str)]) -> Result<Seen, Error> {
        let rejected = rejected.iter().map(|(index, reason)| (*index, reason.to_string())).collect();
        Ok((shape, found.iter().map(ToString::to_string).collect(), rejected))
    }

    #[test]
    fn documents_are_read_one_a_line_and_without_separators() {
        assert_eq!(seen(&format!("{A}\n{B}\n")), whole("json-lines", &[A, B]));
        assert_eq!(seen(&format!("{A}\r\n\r\n{B}")), whole("json-lines", &[A, B]));
        assert_eq!(seen(&format!("{A}{B} {A}")), whole("concatenated", &[A, B, A]));
        let event = format!("event {EVENT}");
        assert_eq!(seen(&format!("{EVENT}\n{A}")), whole("json-lines", &[&event, A]));
        assert_eq!(seen(&format!("{EVENT}{EVENT}")), whole("concatenated", &[&event, &event]));
        let pretty = "{\n  \"eventName\": \"A\"\n}";
        assert_eq!(seen(&format!("{pretty}\n{pretty}")), whole("json-lines", &[pretty, pretty]));
    }

    #[test]
    fn log_files_may_follow_one_another() {
        let file = format!(r#"{{"Records":[{A},{B}]}}"#);
        assert_eq!(seen(&format!("{file}{file}")), whole("log-file", &[A, B, A, B]));
        assert_eq!(seen(&format!("{file}\n{file}\n")), whole("log-file", &[A, B, A, B]));
        let odd = format!(r#"{{"Records":[1,{A}]}}"#);
        let reason = "element 0 is not a JSON object";
        assert_eq!(seen(&format!("{odd}{odd}")), with("log-file", &[A, A], &[(0, reason), (1, reason)]));
    }

    #[test]
    fn a_broken_line_is_named_by_its_number_and_the_rest_is_kept() {
        let expect = |number, reason: &str| with("json-lines", &[A, B], &[(number, reason)]);
        let (cut, wrong) = (r#"{"eventName":"C","a"#, r#"{"eventName":}"#);
        let early = format!("JSON ends early, at byte {}", A.len() + 1 + cut.len());
        assert_eq!(seen(&format!("{A}\n{cut}\n{B}\n")), expect(1, &early));
        let at = format!("is not valid JSON at byte {}", A.len() + 2 + 13);
        assert_eq!(seen(&format!("{A}\n\n{wrong}\n{B}")), expect(2, &at));
        assert_eq!(
            seen(&format!("{A}\n{B}\n[1")),
            expect(2, &format!("JSON ends early, at byte {}", A.len() + B.len() + 4))
        );
        assert_eq!(seen(&format!("{cut}\n{A}\n{B}")), expect(0, "JSON ends early, at byte 19"));
        assert_eq!(seen(&format!("Name\":\"x\"}}\n{A}\n{B}")), expect(0, "is not valid JSON at byte 0"));
        assert_eq!(
            seen(&format!("{A}\n{{\"foo\":1}}\n{B}")),
            expect(1, "is JSON without CloudTrail records")
        );
        assert_eq!(seen(&format!("{A}\n\n\n7\n{B}")), expect(3, "is not a JSON object"));
    }

    #[test]
    fn a_line_with_several_documents_is_kept_or_named_as_a_whole() {
        assert_eq!(
            seen(&format!("{A}{B}\n{A}{{\"a\n{B}")),
            with(
                "json-lines",
                &[A, B, B],
                &[(1, &format!("JSON ends early, at byte {}", 2 * A.len() + B.len() + 4))]
            )
        );
    }

    #[test]
    fn nothing_of_a_log_file_that_is_cut_short_is_used() {
        for text in [
            format!("{{\"Records\":[{A},{B}"),
            format!("{{\"Records\":[\n{A},\n{B}\n"),
            format!("{{\"Records\":[\n{A},\n{A}\n{B}\n]}}"),
            format!("{{\"Records\":[{{\"eventName\":\"x\n{A}\n{B}\n"),
            format!("{{\n  \"Records\": [\n{A},\n{{\"eventName\":\n{B}\n]}}"),
            format!("[\n{A},\n{B}\n"),
            format!("[{A}\n{B}\n]\n"),
            format!("{A}{{\"eventName\":"),
        ] {
            let error = seen(&text).unwrap_err();
            assert!(
                matches!(error, Error::InvalidJson { .. } | Error::JsonEndsEarly { .. }),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_log_file_cut_short_behind_a_whole_one_costs_its_own_line() {
        let text = format!("{{\"Records\":[{A}]}}\n{{\"Records\":[{B},{B}\n{{\"Records\":[{B}]}}\n");
        let (_, found, rejected) = seen(&text).unwrap();
        assert_eq!((found, rejected.len(), rejected[0].0), (vec![A.to_string(), B.to_string()], 1, 1));
    }

    #[test]
    fn timestamps_in_front_of_exported_lines_are_dropped() {
        let text =
            format!("2024-01-18T10:00:00.000Z {A}\n1705572000000 {B}\r\n2024-01-18T10:00:00.000Z started\n");
        let (shape, found, rejected) = seen(&text).unwrap();
        assert_eq!(
            (shape, found, rejected.len(), rejected[0].0),
            ("log-export", vec![A.into(), B.into()], 1, 2)
        );
        let tailed = format!("2024-01-18T10:00:00 111122223333_CloudTrail_eu-west-1 {EVENT}");
        assert_eq!(seen(&tailed), whole("log-export", &[&format!("event {EVENT}")]));
    }

    #[test]
    fn messages_that_give_nothing_are_named_by_document() {
        let dump =
            |body: &str| format!(r#"{{"Messages":[{{"Body":{}}},{{"Body":{}}}]}}"#, quoted(A), quoted(body));
        let text = format!("{}{}", dump("hello"), dump(B));
        let rejected = [(0, "element 1 holds a message that is no CloudTrail record")];
        assert_eq!(seen(&text), with("queue-messages", &[A, A, B], &rejected));
    }
}
