//! Every bad or odd object that a careful reader has to tell apart, from stored bytes to records.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::{Error, Text, Trailing, find_records, inflate};

const CAP: u64 = 2 << 20;

/// Records found and passed over.
type Counts = (usize, usize);

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn record(number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventTime":"2025-03-01T12:00:00Z","eventName":"DescribeRouteTables","requestParameters":{{"filterSet":{{}},"routeTableIdSet":{{}}}},"eventID":"{number}"}}"#
    )
}

fn records(count: usize) -> String {
    (0..count).map(record).collect::<Vec<_>>().join(",")
}

fn log_file(records: &str) -> String {
    format!(r#"{{"Records":[{records}]}}"#)
}

fn read(stored: &[u8]) -> Result<(Counts, Trailing), Error> {
    let mut text = Text::default();
    let inflated = inflate(stored, CAP, &mut text)?;
    let text = text.bytes();
    let records = find_records(text)?;
    assert!(records.found.iter().all(|found| {
        serde_json::from_slice::<serde::de::IgnoredAny>(records.bytes(text, found)).is_ok()
    }));
    Ok(((records.found.len(), records.rejected_count()), inflated.trailing))
}

fn clean(found: usize) -> Result<(Counts, Trailing), Error> {
    Ok(((found, 0), Trailing::Nothing))
}

#[test]
fn damaged_gzip_gives_no_records() {
    let big = gzip(log_file(&records(400)));
    let end = big.len();
    assert_eq!(read(&big), clean(400));
    assert_eq!(read(&big[..end * 2 / 3]), Err(Error::StreamEndsEarly));
    assert_eq!(read(&big[..6]), Err(Error::HeaderEndsEarly));
    assert_eq!(read(&[&big[..end - 8], &[0; 4], &big[end - 4..]].concat()), Err(Error::WrongChecksum));
}

#[test]
fn what_follows_a_good_member_does_not_cost_its_records() {
    let five = gzip(log_file(&records(5)));
    assert_eq!(read(&[&five[..], b"GARBAGE"].concat()), Ok(((5, 0), Trailing::Garbage(7))));
    assert_eq!(read(&[&five[..], &[0; 512]].concat()), Ok(((5, 0), Trailing::Zeros(512))));
    let first = gzip(format!(r#"{{"Records":[{}"#, records(3)));
    let second = gzip(format!(",{}]}}", records(4)));
    assert_eq!(read(&[first, second].concat()), clean(7));
}

#[test]
fn objects_that_are_no_gzip_are_read_or_refused() {
    assert_eq!(read(log_file(&records(6)).as_bytes()), clean(6));
    let page = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
    assert_eq!(read(page), Err(Error::Xml { code: Some("AccessDenied".into()) }));
    assert_eq!(read(b""), Err(Error::Empty));
    assert_eq!(read(&gzip("")), Err(Error::Empty));
}

#[test]
fn broken_json_gives_no_records() {
    let text = log_file(&records(3));
    assert_eq!(read(&gzip(&text[..text.len() - 40])), Err(Error::JsonEndsEarly { at: text.len() - 40 }));
    let middle = log_file(&format!(r#"{},{{"eventName":}}, {}"#, record(1), record(2)));
    let at = 12 + record(1).len() + 14;
    assert_eq!(read(&gzip(middle)), Err(Error::InvalidJson { at }));
    let mut wrong = log_file(&records(2)).into_bytes();
    let at = memchr::memmem::find(&wrong, b"filterSet").unwrap() + 6;
    wrong.splice(at..at, [0xff, 0xfe]);
    assert_eq!(read(&gzip(wrong)), Err(Error::NotUtf8 { at }));
}

#[test]
fn documents_of_other_shapes_are_read_or_refused() {
    assert_eq!(read(&gzip(format!("[{}]", records(2)))), clean(2));
    assert_eq!(read(&gzip(r#"{"records":[],"Events":[]}"#)), Err(Error::NoRecords));
    assert_eq!(read(&gzip(r#"{"Records":null}"#)), Err(Error::RecordsNotArray { found: "null" }));
    let object = r#"{"Records":{"eventName":"x"}}"#;
    assert_eq!(read(&gzip(object)), Err(Error::RecordsNotArray { found: "an object" }));
    assert_eq!(read(&gzip(r#"{"Records":[]}"#)), clean(0));
    assert_eq!(read(&gzip(r#"{"fileVersion":"1.0","configurationItems":[]}"#)), Err(Error::Config));
    assert_eq!(read(&gzip("version account-id interface-id\n2 x y\n")), Err(Error::NotJson));
    assert_eq!(read(b"http 2025-03-01T00:00:00Z"), Err(Error::NotJson));
}

#[test]
fn odd_but_legal_log_files_are_read() {
    let pretty: serde_json::Value = serde_json::from_str(&log_file(&records(3))).unwrap();
    assert_eq!(read(&gzip(serde_json::to_string_pretty(&pretty).unwrap())), clean(3));
    assert_eq!(read(&gzip(format!("\u{feff}{}", log_file(&records(2))))), clean(2));
    let extra =
        format!(r#"{{"version":1,"meta":{{"Records":[1,2]}},"Records":[{}],"tail":true}}"#, records(3));
    assert_eq!(read(&gzip(extra)), clean(3));
    assert_eq!(read(&gzip(log_file(r#"{"eventName":"OnlyName"},{}"#))), clean(2));
}

#[test]
fn odd_records_are_kept_and_other_elements_are_named() {
    let mixed = log_file(&format!(r#"null,3,"x",[],{}"#, record(1)));
    assert_eq!(read(&gzip(mixed)), Ok(((1, 4), Trailing::Nothing)));
    for odd in [
        record(1).replace(r#""routeTableIdSet""#, r#""note":"\ud800 x","routeTableIdSet""#),
        record(1).replace(r#""eventID""#, r#""eventName":"Other","eventID""#),
        record(1).replace("{}", r#"{"n":123456789012345678901234567890,"f":1e400,"m":-0.0}"#),
        r#"{"eventVersion":1.08,"userIdentity":null,"eventTime":17,"eventSource":["s3"],"eventName":{"a":1}}"#.into(),
        record(1).replace("2025-03-01T", "not-2025"),
        record(1).replacen("{}", &format!(r#"{{"blob":"{}"}}"#, "A1b2".repeat(256 << 10)), 1),
    ] {
        assert_eq!(read(odd.as_bytes()).unwrap().0, (1, 0));
        let mut text = Text::default();
        inflate(&gzip(log_file(&odd)), CAP, &mut text).unwrap();
        assert_eq!(find_records(text.bytes()).unwrap().found.len(), 1);
    }
}

#[test]
fn hostile_nesting_costs_the_record_and_not_the_log_file() {
    let objects =
        format!(r#"{{"eventName":"Deep","a":{}1{}}}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(read(&gzip(log_file(&format!("{},{objects}", record(1))))), Ok(((1, 1), Trailing::Nothing)));
    let arrays = format!(r#"{{"eventName":"Deep","a":{}{}}}"#, "[".repeat(500_000), "]".repeat(500_000));
    assert_eq!(read(&gzip(log_file(&arrays))), Ok(((0, 1), Trailing::Nothing)));
}

#[test]
fn a_bomb_is_refused_at_the_cap() {
    let error = read(&gzip(vec![b' '; CAP as usize + 1])).unwrap_err();
    assert_eq!(error, Error::TooLarge { cap: CAP });
    assert_eq!(error.to_string(), "holds more than 2097152 bytes (raise `--max-object-size`)");
}
