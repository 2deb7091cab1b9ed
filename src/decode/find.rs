//! Finds the records in the shapes that trails, exports and people's tools write.

use super::document::Finder;
use super::lake::{self, Header};
use super::{Error, Records, Shape, foreign, sequence};
use crate::json::scan;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What CloudWatch Logs writes into a bucket before it exports, to see whether it may.
const PERMISSION_CHECK: &[u8] = b"Permission Check Successful";

/// Checks the whole text and finds its records.
///
/// # Errors
/// Returns why no record can be trusted: nothing of a broken object is used.
pub fn find_records(text: &[u8]) -> Result<Records, Error> {
    foreign::refuse_binary(text)?;
    if let Err(error) = std::str::from_utf8(text) {
        return Err(Error::NotUtf8 { at: error.valid_up_to() });
    }
    let has_bom = text.starts_with(BYTE_ORDER_MARK);
    let start = if has_bom { BYTE_ORDER_MARK.len() } else { 0 };
    let at = scan::skip_whitespace(text, start);
    let mut finder = Finder::new(has_bom, text.len());
    let shape = match text.get(at) {
        None => return Err(Error::Empty),
        Some(b'{' | b'[') => sequence::read_documents(&mut finder, text, at)?,
        Some(b'<') => return Err(foreign::markup(&text[at..])),
        Some(_) => read_other(&mut finder, text, at)?,
    };
    Ok(Records { shape, ..finder.records })
}

/// Reads a text that does not begin like JSON.
fn read_other(finder: &mut Finder, text: &[u8], at: usize) -> Result<Shape, Error> {
    let rest = &text[at..];
    match lake::header(rest) {
        Header::Records(column) => return lake::read_rows(finder, rest, column),
        Header::Columns => return Err(Error::LakeCsvWithoutEventJson),
        Header::Console => return Err(Error::ConsoleCsv),
        Header::Unknown => {}
    }
    if rest.trim_ascii_end() == PERMISSION_CHECK {
        return Ok(Shape::LogExport);
    }
    sequence::read_lines(finder, text).ok_or(Error::NotJson)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::decode::Kind;

    /// What was found in a text, ready to compare: shape, texts of records and events, and what was passed over.
    pub(in crate::decode) type Seen = (&'static str, Vec<String>, Vec<(usize, String)>);

    pub(in crate::decode) fn seen(text: &str) -> Result<Seen, Error> {
        let records = find_records(text.as_bytes())?;
        let found = records.found.iter().map(|found| {
            let bytes = records.bytes(text.as_bytes(), found);
            let kind = if found.kind == Kind::Event { "event " } else { "" };
            format!("{kind}{}", std::str::from_utf8(bytes).unwrap())
        });
        let rejected = records.rejected.iter().map(|rejected| (rejected.index, rejected.reason.clone()));
        Ok((records.shape.name(), found.collect(), rejected.collect()))
    }

    pub(in crate::decode) fn whole(shape: &'static str, found: &[&str]) -> Result<Seen, Error> {
        Ok((shape, found.iter().map(ToString::to_string).collect(), vec![]))
    }

    pub(in crate::decode) const A: &str = r#"{"eventName":"A"}"#;
    pub(in crate::decode) const B: &str = r#"{"eventName":"B","requestParameters":{"a":[1,"\"]"]}}"#;
    pub(in crate::decode) const EVENT: &str =
        r#"{"detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"A"}}"#;
    const STATE: &str =
        r#"{"detail-type":"EC2 Instance State-change Notification","detail":{"state":"running"}}"#;

    /// Writes a text as a JSON string.
    pub(in crate::decode) fn quoted(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    #[test]
    fn a_log_file_gives_its_records() {
        assert_eq!(seen(&format!(r#"{{"Records":[{A},{B}]}}"#)), whole("log-file", &[A, B]));
        assert_eq!(seen(&format!(" {{ \"Records\" : [ {A} , {{}} ] }}\n")), whole("log-file", &[A, "{}"]));
        assert_eq!(seen(r#"{"Records":[]}"#), whole("log-file", &[]));
    }

    #[test]
    fn only_the_top_level_records_count_and_the_last_ones_win() {
        let text = format!(r#"{{"version":1,"meta":{{"Records":[1,{{}}]}},"Records":[{A}],"tail":true}}"#);
        assert_eq!(seen(&text), whole("log-file", &[A]));
        let twice = format!(r#"{{"Records":[{A},3],"Records":[{B}]}}"#);
        assert_eq!(seen(&twice), whole("log-file", &[B]));
        let emptied = format!(r#"{{"Records":[{A}],"Records":null}}"#);
        assert_eq!(seen(&emptied), Err(Error::RecordsNotArray { found: "null" }));
    }

    #[test]
    fn a_name_may_be_written_with_escapes() {
        assert_eq!(seen(&format!(r#"{{"\u0052ecords":[{A}]}}"#)), whole("log-file", &[A]));
    }

    #[test]
    fn elements_that_are_no_objects_are_named_and_the_rest_is_kept() {
        let rejected = [0, 1, 2, 3].map(|index| (index, "is not a JSON object".to_string())).to_vec();
        let text = format!(r#"{{"Records":[null,3,"x",[],{A}]}}"#);
        assert_eq!(seen(&text), Ok(("log-file", vec![A.into()], rejected.clone())));
        assert_eq!(seen(&format!(r#"[null,3,"x",[],{A}]"#)), Ok(("array", vec![A.into()], rejected)));
    }

    #[test]
    fn a_record_nested_too_deep_is_named_and_the_rest_is_kept() {
        let deep = format!(r#"{{"eventName":"Deep","x":{}{}}}"#, "[".repeat(500_000), "]".repeat(500_000));
        let rejected = vec![(1, "is nested deeper than 512 levels".to_string())];
        for (text, shape) in [
            (format!(r#"{{"Records":[{A},{deep},{B}]}}"#), "log-file"),
            (format!("[{A},{deep},{B}]"), "array"),
            (format!("{A}\n{deep}\n{B}"), "json-lines"),
            (format!("{A}{deep}{B}"), "concatenated"),
            (
                format!(
                    r#"{{"events":[{{"message":{}}},{{"message":{}}},{{"message":{}}}]}}"#,
                    quoted(A),
                    quoted(&deep),
                    quoted(B)
                ),
                "log-events",
            ),
        ] {
            assert_eq!(seen(&text), Ok((shape, vec![A.into(), B.into()], rejected.clone())), "{shape}");
        }
        assert_eq!(seen(&deep), Err(Error::TooDeep));
    }

    #[test]
    fn a_record_may_be_as_deep_as_the_bound() {
        let nested =
            |levels: usize| format!(r#"{{"eventName":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        let (legal, deep) = (nested(511), nested(512));
        for (open, close) in [("{\"Records\":[", "]}"), ("[", ",{\"eventName\":1}]"), ("", "")] {
            assert!(seen(&format!("{open}{legal}{close}")).unwrap().2.is_empty());
            let refused = seen(&format!("{open}{deep}{close}"));
            assert!(refused.map_or(true, |seen| seen.2.len() == 1), "{open}");
        }
    }

    #[test]
    fn bare_records_arrays_and_events_are_read() {
        assert_eq!(seen(A), whole("record", &[A]));
        assert_eq!(seen(&format!("[{A},{B}]")), whole("array", &[A, B]));
        assert_eq!(seen("[]"), whole("array", &[]));
        assert_eq!(seen(&format!("[{A},{{}}]")), whole("array", &[A, "{}"]));
        assert_eq!(seen(EVENT), whole("event", &[&format!("event {EVENT}")]));
        assert_eq!(seen(STATE), whole("event", &[&format!("event {STATE}")]));
        assert_eq!(seen(&format!("[{EVENT},{A}]")), whole("array", &[&format!("event {EVENT}"), A]));
        let aggregated = r#"{"eventVersion":"1.0","eventType":"AwsAggregatedEvent"}"#;
        assert_eq!(seen(&format!("[{aggregated}]")), whole("array", &[aggregated]));
        let logstash = r#"{"@timestamp":"2024-01-18T10:00:00.000Z","message":"x","eventName":"A"}"#;
        assert_eq!(seen(logstash), whole("record", &[logstash]));
    }

    #[test]
    fn lookup_answers_are_read_from_their_strings() {
        let text = format!(
            r#"{{"Events":[{{"EventId":"1","CloudTrailEvent":{}}},{{"EventId":"2","CloudTrailEvent":{}}}],"NextToken":"x"}}"#,
            quoted(A),
            quoted(B)
        );
        assert_eq!(seen(&text), whole("lookup-events", &[A, B]));
        assert_eq!(seen(r#"{"Events":[]}"#), whole("lookup-events", &[]));
        assert_eq!(seen(r#"{"Events":[],"NextToken":null}"#), whole("lookup-events", &[]));
        assert_eq!(seen(r#"{"records":[],"Events":[]}"#), Err(Error::NoRecords));
        let broken = r#"{"Events":[{"EventId":"1"},{"CloudTrailEvent":"{\"a\":"},7]}"#;
        let reasons = [
            "is JSON without CloudTrail records",
            "holds a message that is no CloudTrail record",
            "is not a JSON object",
        ];
        let rejected =
            reasons.iter().enumerate().map(|(index, reason)| (index, reason.to_string())).collect();
        assert_eq!(seen(broken), Ok(("lookup-events", vec![], rejected)));
    }

    #[test]
    fn log_messages_are_read_from_their_strings() {
        let filtered = format!(
            r#"{{"events":[{{"timestamp":1,"message":{}}},{{"message":{}}}],"searchedLogStreams":[]}}"#,
            quoted(A),
            quoted(EVENT)
        );
        assert_eq!(seen(&filtered), whole("log-events", &[A, &format!("event {EVENT}")]));
        let data = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{{"id":"1","message":{}}}]}}"#,
            quoted(A)
        );
        let control =
            r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE"}]}"#;
        assert_eq!(seen(&data), whole("log-subscription", &[A]));
        assert_eq!(seen(control), whole("log-subscription", &[]));
        assert_eq!(seen(&format!("{control}{data}{data}")), whole("log-subscription", &[A, A]));
    }

    #[test]
    fn messages_are_unwrapped_twice_and_not_thrice() {
        let notice = format!(r#"{{"Type":"Notification","MessageId":"1","Message":{}}}"#, quoted(EVENT));
        let event = format!("event {EVENT}");
        assert_eq!(seen(&notice), whole("notification", &[&event]));
        for body in [quoted(EVENT), quoted(&notice), EVENT.to_string()] {
            let dump = format!(r#"{{"Messages":[{{"MessageId":"1","Body":{body}}}]}}"#);
            let found = seen(&dump).unwrap();
            assert_eq!((found.0, found.1.len(), found.2.len()), ("queue-messages", 1, 0), "{dump}");
            let line = format!(r#"{{"messageId":"1","body":{body}}}"#);
            assert_eq!(seen(&line).unwrap().1.len(), 1);
        }
        let thrice = format!(
            r#"{{"Type":"Notification","Message":{}}}"#,
            quoted(&format!(r#"{{"body":{}}}"#, quoted(&notice)))
        );
        assert_eq!(seen(&thrice), Err(Error::WrappedTooOften));
    }

    #[test]
    fn wrappers_do_not_nest() {
        let text = format!("{}{}", r#"{"events":["#.repeat(200), "]}".repeat(200));
        assert_eq!(seen(&text).unwrap().2.len(), 1);
    }

    #[test]
    fn other_documents_are_named() {
        for (text, error) in [
            ("", Error::Empty),
            (" \n", Error::Empty),
            ("\u{feff}", Error::Empty),
            (r#"{"foo":1}"#, Error::NoRecords),
            ("[1]", Error::NoRecords),
            (r#"[{"foo":1}]"#, Error::NoRecords),
            ("{\"foo\":1}\n{\"foo\":2}\n", Error::NoRecords),
            (r#"{"Records":null}"#, Error::RecordsNotArray { found: "null" }),
            (r#"{"Records":{"eventName":"x"}}"#, Error::RecordsNotArray { found: "an object" }),
            (r#"{"digestS3Bucket":"b","logFiles":[]}"#, Error::Digest),
            (r#"{"fileVersion":"1.0","configurationItems":[]}"#, Error::Config),
            (r#"{"s3Bucket":"b","s3ObjectKey":["k"]}"#, Error::DeliveryNotice),
            (r#"{"Records":[{"eventName":}]}"#, Error::InvalidJson { at: 25 }),
            (r#"{"Records":[{"eventName":"A"}"#, Error::JsonEndsEarly { at: 29 }),
            ("42", Error::NotJson),
            ("version account-id\n2 x y\n", Error::NotJson),
        ] {
            assert_eq!(seen(text), Err(error), "{text}");
        }
        assert_eq!(seen("Permission Check Successful"), whole("log-export", &[]));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused_with_their_place() {
        let error = find_records(b"{\"Records\":[{\"a\":\"\xff\"}]}").unwrap_err();
        assert_eq!(error, Error::NotUtf8 { at: 18 });
        assert_eq!(error.to_string(), "is not UTF-8 at byte 18");
    }

    #[test]
    fn a_byte_order_mark_is_told_and_does_no_harm() {
        for text in [format!("\u{feff}{{\"Records\":[{A}]}}"), format!("\u{feff}{A}\n{{broken\n{A}")] {
            let records = find_records(text.as_bytes()).unwrap();
            assert!(records.has_bom);
            assert_eq!(records.bytes(text.as_bytes(), &records.found[0]), A.as_bytes());
        }
    }

    #[test]
    fn lone_surrogates_survive_in_records_and_become_replacements_in_messages() {
        let record = r#"{"eventName":"\ud800 x"}"#;
        assert_eq!(seen(&format!(r#"{{"Records":[{record}]}}"#)), whole("log-file", &[record]));
        let text = r#"{"events":[{"message":"{\"eventName\":\"\ud800 x\"}"}]}"#;
        assert_eq!(seen(text), whole("log-events", &["{\"eventName\":\"\u{fffd} x\"}"]));
    }

    #[test]
    fn a_flood_of_rejected_elements_is_counted_but_not_all_named() {
        let text = format!(r#"{{"Records":[{}{A}]}}"#, "1,".repeat(25_000));
        let records = find_records(text.as_bytes()).unwrap();
        assert_eq!(
            (records.rejected.len(), records.rejected_count(), records.found.len()),
            (10_000, 25_000, 1)
        );
    }

    #[test]
    fn a_text_that_ends_behind_a_comma_is_no_array() {
        for text in ["[", "[0,", "[{},", "a\n[0,\n", "{\"Records\":[{},", "[0,\n{}"] {
            assert!(!find_records(text.as_bytes()).is_ok_and(|records| !records.found.is_empty()), "{text}");
        }
    }

    #[test]
    fn documents_cut_or_damaged_anywhere_are_survived() {
        let string = quoted(A);
        let documents = [
            format!(r#"{{"a":[1,{{}}], "Records" : [ {A} , {B},null ],"z":-1.5e3}}"#),
            format!("[{A},\n{B}, 3]"),
            format!("{A}\n{B}\r\n{EVENT}\n"),
            format!("{A}{B}{EVENT}"),
            format!(r#"{{"Events":[{{"EventId":"x","CloudTrailEvent":{string}}}],"NextToken":"t"}}"#),
            format!(
                r#"{{"messageType":"DATA_MESSAGE","logGroup":"g","logEvents":[{{"id":"1","message":{string}}}]}}"#
            ),
            format!(r#"{{"events":[{{"timestamp":1,"message":{string}}}]}}"#),
            format!(r#"{{"Messages":[{{"MessageId":"m","Body":{string}}}]}}"#),
            format!("2026-01-18T10:00:00.000Z {A}\n2026-01-18T10:00:01.000Z {B}\n"),
            format!("eventtime,eventjson\n1,\"{}\"\n", A.replace('"', "\"\"")),
        ];
        for document in documents {
            let text = document.as_bytes();
            let mut damaged = text.to_vec();
            for at in 0..text.len() {
                drop(find_records(&text[..at]));
                for byte in *b"{}[]\",:\\ 0\n\xff" {
                    damaged[at] = byte;
                    drop(find_records(&damaged));
                }
                damaged[at] = text[at];
            }
        }
    }

    #[test]
    fn a_flood_of_tiny_records_cannot_fill_the_memory() {
        let text = format!(r#"{{"Records":[{}{A}]}}"#, "{},".repeat(1_100_000));
        let records = find_records(text.as_bytes()).unwrap();
        let kept = 1_000_000 + text.len() / 64;
        assert_eq!((records.found.len(), records.rejected_count()), (kept, 1_100_001 - kept));
        assert_eq!(
            records.rejected[0].reason,
            format!("is beyond the {kept} records that are kept of one object")
        );
    }

    fn object() -> impl Strategy<Value = serde_json::Value> {
        let scalar =
            prop_oneof![any::<i64>().prop_map(serde_json::Value::from), ".{0,9}".prop_map(Into::into)];
        let value =
            scalar.prop_recursive(3, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Into::into));
        prop::collection::hash_map("[a-z\"\\\\]{0,9}", value, 0..6)
            .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn splitting_equals_the_split_of_serde_json(objects in prop::collection::vec(object(), 0..6), pretty in any::<bool>()) {
            let document = serde_json::json!({ "a": 1, "Records": objects });
            let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
            let text = text.unwrap();
            let theirs: std::collections::HashMap<&str, &RawValue> = serde_json::from_str(&text).unwrap();
            let theirs: Vec<&RawValue> = serde_json::from_str(theirs["Records"].get()).unwrap();
            let theirs: Vec<&str> = theirs.iter().map(|record| record.get()).collect();
            prop_assert_eq!(seen(&text), whole("log-file", &theirs));
        }

        #[test]
        fn any_text_is_survived(text in "[\\[\\]{}\",:a0 \n]{0,40}|.{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            drop((find_records(text.as_bytes()), find_records(&bytes)));
        }
    }
}
