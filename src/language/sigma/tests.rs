//! The law of Sigma rules: what they match.

use super::SigmaRule;
use crate::json::{Fields, Leaves, project};

/// Writes a rule around its detection, which begins at the left margin.
pub(super) fn rule(detection: &str) -> String {
    let lines: Vec<String> = detection.lines().map(|line| format!("    {line}")).collect();
    format!("title: x\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n{}\n", lines.join("\n"))
}

fn matches(detection: &str, record: &str) -> bool {
    let mut fields = Fields::new();
    let parsed = SigmaRule::parse(&rule(detection)).unwrap_or_else(|error| panic!("{detection}: {error}"));
    let condition = parsed.compile(&mut fields);
    fields.intern("detail.other");
    let mut leaves = Leaves::new();
    leaves.reset(fields.len());
    leaves.wrap();
    project(record.as_bytes(), &fields, fields.node("detail").unwrap(), &mut leaves).unwrap();
    condition.is_satisfied(&leaves.view(record.as_bytes()))
}

/// Asks one item of one search.
fn item(item: &str, record: &str) -> bool {
    matches(&format!("sel:\n    {item}\ncondition: sel"), record)
}

fn all(items: &[&str], record: &str, expected: bool) {
    for text in items {
        assert_eq!(item(text, record), expected, "{text} {record}");
    }
}

#[test]
fn texts_ignore_case_and_are_the_whole_value() {
    all(
        &[
            "a: createUSER",
            "a: 'create?ser'",
            "a: '*user'",
            "a: 'Create*'",
            "a: 'C*R'",
            "a: ['x', createuser]",
        ],
        r#"{"a":"CreateUser"}"#,
        true,
    );
    all(
        &["a: User", "a|cased: createUser", "a: 'Create'", "a: '?CreateUser'"],
        r#"{"a":"CreateUser"}"#,
        false,
    );
    all(
        &["a|cased: CreateUser", "a|contains|cased: eU", "a|startswith|cased: Cr"],
        r#"{"a":"CreateUser"}"#,
        true,
    );
    all(&["a: é*"], r#"{"a":"ÉA"}"#, true);
}

#[test]
fn wildcards_can_be_escaped() {
    all(&[r"a: 'x\*'", r"a: 'x\?'"], r#"{"a":"xy"}"#, false);
    assert!(item(r"a: 'x\*y'", r#"{"a":"x*y"}"#) && item(r"a: 'x\\*'", r#"{"a":"x\\tail"}"#));
    assert!(item(r"a: 'C:\dir'", r#"{"a":"c:\\dir"}"#) && item(r"a: 'C:\\dir'", r#"{"a":"c:\\dir"}"#));
    assert!(item("a: 'a\n\n        b*'", "{\"a\":\"a\\nb\\nc\"}"));
}

#[test]
fn a_text_may_be_part_of_a_value() {
    let record = r#"{"agent":"aws-cli/2 S3 Browser/9"}"#;
    all(
        &[
            "agent|contains: 's3 browser'",
            "agent|startswith: AWS",
            "agent|endswith: /9",
            "agent|contains|all: [aws, browser]",
            "agent|contains: [x, cli]",
        ],
        record,
        true,
    );
    all(&["agent|contains|all: [aws, x]", "agent|startswith: cli", "other|contains: x"], record, false);
}

#[test]
fn numbers_and_truth_values_are_compared_as_they_are_spelled() {
    let record = r#"{"n":22,"s":"22","b":true,"t":"True","f":1.5}"#;
    all(
        &[
            "n: 22",
            "n: '22'",
            "s: 22",
            "b: true",
            "b: 'True'",
            "t: true",
            "n: 22.0",
            "n|startswith: 2",
            "f: 1.5",
        ],
        record,
        true,
    );
    all(&["n: 2", "b: false", "s: 2"], record, false);
    all(&["n|gt: 21", "n|gte: 22", "n|lt: 22.5", "n|lte: 22", "s|gt: 21", "f|lt: 2"], record, true);
    all(&["n|gt: 22", "b|gt: 0", "t|gt: 0", "other|lt: 5"], record, false);
}

#[test]
fn null_empty_and_missing_are_told_apart() {
    let record = r#"{"n":null,"e":"","o":{"a":1},"l":[],"x":"v"}"#;
    all(
        &[
            "n: null",
            "missing: null",
            "e: ''",
            "x|exists: true",
            "n|exists: true",
            "o|exists: true",
            "missing|exists: false",
            "x: '*'",
        ],
        record,
        true,
    );
    all(
        &[
            "x: null",
            "e: null",
            "o: null",
            "n: ''",
            "missing: ''",
            "missing|exists: true",
            "o|exists: false",
            "missing: '*'",
            "n: '*'",
        ],
        record,
        false,
    );
    all(&["e: [null, '']", "n: [null, '']"], record, true);
}

#[test]
fn one_element_of_an_array_is_enough_for_every_value() {
    let record = r#"{"items":[{"id":"a","port":22},{"id":"b","port":80}],"names":["p","q"]}"#;
    all(
        &["items.id: b", "names: q", "names|contains|all: [p, q]", "{items.id: a, items.port: 80}"],
        record,
        true,
    );
    all(&["items.id: c", "names|endswith: x"], record, false);
}

#[test]
fn an_object_is_looked_through_as_text() {
    let record = r#"{"requestParameters": {"versioning": {"status": "Suspended"}, "policy": "{\"Effect\":\"Allow\"}"}}"#;
    all(
        &[
            "requestParameters|contains: suspended",
            "requestParameters|contains: '\"status\":\"Suspended\"'",
            "requestParameters|contains: '\"Allow\"'",
            "requestParameters|re: 'Susp\\w+'",
            "requestParameters.versioning|contains: 'status'",
            "requestParameters.policy|contains: allow",
        ],
        record,
        true,
    );
    all(
        &[
            "requestParameters: Suspended",
            "requestParameters|contains: Enabled",
            "requestParameters|startswith: '{'",
        ],
        record,
        false,
    );
}

#[test]
fn expressions_have_flags() {
    let record = r#"{"a":"First\nSecond"}"#;
    all(
        &[
            "a|re: 'F.r'",
            "a|re|i: ^first",
            "a|re|m: ^Second$",
            "a|re|s: First.Second",
            "a|re|i|s: first.second",
        ],
        record,
        true,
    );
    all(&["a|re: ^first", "a|re: ^Second", "a|re: First.Second"], record, false);
}

#[test]
fn addresses_are_in_blocks() {
    all(&["ip|cidr: 10.0.0.0/8", "ip|cidr: [192.168.0.0/16, 10.1.2.3]"], r#"{"ip":"10.1.2.3"}"#, true);
    all(&["ip|cidr: 10.0.0.0/16"], r#"{"ip":"10.1.2.3"}"#, false);
    all(&["ip|cidr: '2001:db8::/32'"], r#"{"ip":"2001:db8::1"}"#, true);
    all(&["ip|cidr: 10.0.0.0/8"], r#"{"ip":"AWS Internal"}"#, false);
}

#[test]
fn a_block_of_a_single_address_is_the_address() {
    all(&["ip|cidr: 127.0.0.1/32"], r#"{"ip":"127.0.0.1"}"#, true);
    all(&["ip|cidr: 127.0.0.1/32"], r#"{"ip":"127.0.0.2"}"#, false);
    all(&["ip|cidr: ['10.0.0.0/8', '::1/128']"], r#"{"ip":"0:0:0:0:0:0:0:1"}"#, true);
    all(&["ip|cidr: '::1/128'"], r#"{"ip":"::2"}"#, false);
}

#[test]
fn merged_maps_are_parts_of_a_search() {
    let detection = "base: &base {a: x}\nsel:\n    <<: *base\n    b: y\ncondition: sel";
    assert!(matches(detection, r#"{"a":"x","b":"y"}"#) && !matches(detection, r#"{"b":"y"}"#));
}

#[test]
fn encodings_are_looked_for() {
    // base64 of "xxhttp://evil" and of "http" in UTF-16.
    all(
        &["a|base64offset|contains: 'http://'", "b|wide|base64: http", "b|utf16le|base64offset|contains: tt"],
        r#"{"a":"eHhodHRwOi8vZXZpbA==","b":"aAB0AHQAcAA="}"#,
        true,
    );
    all(
        &["a|base64offset|contains: 'ftp://'", "b|base64: http"],
        r#"{"a":"eHhodHRwOi8vZXZpbA==","b":"aAB0AHQAcAA="}"#,
        false,
    );
    all(&["a|windash|contains: ' -enc'"], r#"{"a":"run /enc x"}"#, true);
    all(&["a|windash: 'x –y /z'"], r#"{"a":"X -y —z"}"#, true);
    all(&["a|windash|contains: 'a-b'"], r#"{"a":"a/b"}"#, false);
}

#[test]
fn fields_are_compared_with_fields() {
    let record = r#"{"arn":"arn:aws:iam::1:user/Alice","name":"alice","other":"bob"}"#;
    all(
        &[
            "arn|fieldref|endswith: name",
            "name|fieldref: name",
            "name|fieldref|neq: other",
            "arn|fieldref|contains: name",
        ],
        record,
        true,
    );
    all(
        &["name|fieldref: other", "arn|fieldref|endswith|cased: name", "name|fieldref|neq: name"],
        record,
        false,
    );
    all(&["name|neq: bob", "name|neq: [bob, carol]"], record, true);
    all(&["name|neq: [bob, alice]"], record, false);
}

#[test]
fn parts_of_moments_are_those_of_utc() {
    let record = r#"{"eventTime":"2026-03-02T22:58:07Z"}"#;
    all(
        &[
            "eventTime|hour: 22",
            "eventTime|hour|gte: 20",
            "eventTime|day: 2",
            "eventTime|week: 10",
            "eventTime|year|lt: 2027",
            "eventTime|minute: [1, 58]",
            "eventTime|month: 3",
        ],
        record,
        true,
    );
    all(&["eventTime|hour|lt: 20", "x|hour: 1"], record, false);
}

#[test]
fn conditions_join_searches() {
    let record = r#"{"a":"1","b":"2"}"#;
    let searches = "sel_a: {a: 1}\nsel_b:\n    - b: 1\n    - b: 2\nfilter_x: {a: 9}\n_hidden: {a: 9}\n";
    for (condition, expected) in [
        ("sel_a and sel_b", true),
        ("1 of sel_* and not 1 of filter_*", true),
        ("all of sel_*", true),
        ("all of them", false),
        ("sel_a and filter_x or sel_b", true),
        ("sel_a and (filter_x or not sel_b)", false),
        ("not filter_x", true),
        ("1 of _*", false),
    ] {
        assert_eq!(matches(&format!("{searches}condition: {condition}"), record), expected, "{condition}");
    }
    assert!(matches(&format!("{searches}condition: [filter_x, sel_a]"), record));
    assert!(!matches("sel: {a: '1', b: '3'}\ncondition: sel", record));
}

#[test]
fn keywords_are_looked_for_in_every_string() {
    let record = r#"{"userAgent":"Kali Linux","requestParameters":{"key":["a\u006dass"]}}"#;
    assert!(matches("keywords: [pacu, kali]\ncondition: keywords", record));
    assert!(matches("keywords: [AMASS]\ncondition: keywords", record));
    assert!(matches("keywords:\n    '|all': [kali, amass]\ncondition: keywords", record));
    assert!(matches("keywords:\n    '|re': 'K.li\\b'\ncondition: keywords", record));
    assert!(!matches("keywords: [userAgent]\ncondition: keywords", record));
    assert!(!matches("keywords:\n    '|all': [kali, pacu]\ncondition: keywords", record));
}

#[test]
fn a_map_for_a_value_names_fields_below_and_is_warned_of() {
    let detection = "sel:\n    rules:\n      - expiration:\n          days: 1\ncondition: sel";
    assert!(matches(detection, r#"{"rules":[{"expiration":{"days":1}}]}"#));
    assert!(!matches(detection, r#"{"rules":[{"expiration":{"days":10}}]}"#));
    let warnings = SigmaRule::parse(&rule(detection)).unwrap().warnings().len();
    assert_eq!(warnings, 2);
}
