//! The law of Sigma rules: what they match, what is refused and how it is named.

use super::{Comparison, CorrelationKind, Document, SigmaRule, read};
use crate::json::{Fields, Leaves, project};
use std::time::Duration;

/// Writes a rule around its detection, which begins at the left margin.
fn rule(detection: &str) -> String {
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

fn refusal(detection: &str) -> String {
    SigmaRule::parse(&rule(detection)).unwrap_err().to_string()
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
fn a_rule_is_known_by_its_names_however_they_are_quoted() {
    const JSON: &str = r#" {"title": "x", "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"s": {"eventName": "A"}, "condition": "s"}}"#;
    const FLOW: &str =
        "{title: x, logsource: {product: aws, service: cloudtrail}, detection: {s: {a: b}, condition: s}}";
    assert!(SigmaRule::parse(JSON).is_ok() && SigmaRule::parse(FLOW).is_ok());
    for text in ["detection:", "\"detection\": {}", "'logsource' : {}", "title: x\ncorrelation:", JSON, FLOW]
    {
        assert!(SigmaRule::is_meant(text), "{text}");
    }
    for text in [
        "detail:",
        "detections: 1",
        "{\"detection\": 1}",
        " detection:",
        "{\"detail\":{\"logsource\":[\"detection\"]}}",
        "{detail: {logsource: [detection]}}",
        "{ $.logsource = detection }",
    ] {
        assert!(!SigmaRule::is_meant(text), "{text}");
    }
    let filter = "logsource: {product: aws, service: cloudtrail}\nfilter: {rules: [x], condition: not s}";
    assert_eq!(
        SigmaRule::parse(filter).unwrap_err().to_string(),
        "`filter` in the rule: a filter over other rules is not supported"
    );
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

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (detection, wanted) in [
        (
            "sel: {a|expand: '%x%'}\ncondition: sel",
            "`detection.sel.a|expand` in the rule: the modifier `expand` (a list that only its author has) is not supported",
        ),
        (
            "sel: {a|contain: x}\ncondition: sel",
            "`detection.sel.a|contain` in the rule: unknown modifier `contain`",
        ),
        (
            "sel: {a|re|contains: x}\ncondition: sel",
            "`detection.sel.a|re|contains` in the rule: modifier `contains` cannot be combined with `re`",
        ),
        (
            "sel: {a|i: x}\ncondition: sel",
            "`detection.sel.a|i` in the rule: unknown modifier `i` without `re` before it`",
        ),
        (
            "sel: {a|re: '(x'}\ncondition: sel",
            "`detection.sel.a|re` in the rule: this is no regular expression: unclosed group",
        ),
        ("sel: {a|cidr: 10.0.0.0/40}\ncondition: sel", "`detection.sel.a|cidr` in the rule: `10.0.0.0/40` "),
        (
            "sel: {a|exists: x}\ncondition: sel",
            "`detection.sel.a|exists` in the rule: modifier `exists` takes `true` or `false`",
        ),
        ("sel: {a|gt: x}\ncondition: sel", "`detection.sel.a|gt` in the rule: modifier `gt` takes a number"),
        ("sel: {a|wide: x}\ncondition: sel", "`detection.sel.a|wide` in the rule: UTF-16 outside of base64"),
        (
            "sel: {a|base64: 'x*'}\ncondition: sel",
            "`detection.sel.a|base64` in the rule: modifier `base64` takes a text without wildcards",
        ),
        ("sel: {a: []}\ncondition: sel", "`detection.sel.a` in the rule: is empty"),
        (
            "sel: {a: x}\ncondition: sel | count() > 5",
            "`detection.condition` in the rule: an aggregation in the condition (`|`) is not supported",
        ),
        (
            "sel: {a: x}\ntimeframe: 5m\ncondition: sel",
            "`detection.timeframe` in the rule: `timeframe`, which is a correlation now, is not supported",
        ),
        ("sel: {a: x}", "`detection.condition` in the rule: is missing"),
        ("sel: {a: x}\ncondition: sol", "`detection.condition` in the rule: no search is called `sol`"),
    ] {
        let found = refusal(detection);
        assert!(found.starts_with(wanted), "{detection}\n{found}");
    }
}

#[test]
fn other_logs_and_documents_are_refused() {
    let parse = |text: &str| SigmaRule::parse(text).unwrap_err().to_string();
    let detection = "detection: {sel: {a: x}, condition: sel}";
    let wanted = "`logsource` in the rule: the log source is product `windows`, category `process_creation`, and this replays product `aws`, service `cloudtrail`";
    assert_eq!(
        parse(&format!("logsource: {{product: windows, category: process_creation}}\n{detection}")),
        wanted
    );
    assert!(
        parse(&format!("logsource: {{product: aws, service: vpcflow}}\n{detection}"))
            .contains("service `vpcflow`")
    );
    assert_eq!(parse(detection), "`logsource` in the rule: is missing");
    let cloudtrail = "logsource: {product: aws, service: cloudtrail}";
    assert_eq!(
        parse(&format!("{cloudtrail}\nlevel: urgent\n{detection}")),
        "`level` in the rule: `urgent` is no level: informational, low, medium, high or critical"
    );
    assert!(parse("detection: [").starts_with("not valid YAML: "));
    assert_eq!(
        parse("action: global\ndetection: {}"),
        "`action` in the rule: the collection of rules by `action` is not supported"
    );
    let iam = SigmaRule::parse(&format!("logsource: {{product: aws, service: iam}}\n{detection}")).unwrap();
    assert_eq!(
        iam.warnings()[0].to_string(),
        "`logsource.service` names `iam`, whose calls are looked for in CloudTrail"
    );
}

#[test]
fn a_rule_is_written_back() {
    let parsed = SigmaRule::parse(&rule("sel: {a|contains: ['x: y', 5, null]}\ncondition: sel")).unwrap();
    assert_eq!(SigmaRule::parse(&parsed.to_text()).unwrap(), parsed);
    assert!(SigmaRule::is_meant(&parsed.to_text()) && !SigmaRule::is_meant("{\"detail\":{}}"));
}

#[test]
fn correlations_are_read_with_their_rules() {
    let text = "
title: Many
correlation:
    type: value_count
    rules: [failed, 0e95725d]
    group-by: [sourceIPAddress]
    timespan: 10m
    aliases: {ip: {failed: sourceIPAddress}}
    condition: {field: userName, gte: 5, lt: 9}
---
title: One
name: failed
logsource: {product: aws, service: cloudtrail}
detection: {sel: {eventName: ConsoleLogin}, condition: sel}
---
";
    let documents = read(text).unwrap();
    assert_eq!(documents.len(), 2);
    let Ok(Document::Correlation(many)) = &documents[0] else { panic!("no correlation") };
    assert_eq!(many.kind, CorrelationKind::ValueCount { field: "userName".to_owned() });
    assert_eq!((many.timespan, many.rules.len()), (Duration::from_secs(600), 2));
    assert_eq!(many.condition, [(Comparison::GreaterOrEqual, 5), (Comparison::Less, 9)]);
    assert_eq!(many.aliases["ip"]["failed"], "sourceIPAddress");
    let bad =
        |from: &str, to: &str| read(&text.replace(from, to)).unwrap().remove(0).unwrap_err().to_string();
    assert_eq!(
        bad("value_count", "magic"),
        "`correlation.type` in the rule: unknown kind of correlation `magic`"
    );
    assert_eq!(
        bad("value_count", "value_sum"),
        "`correlation.type` in the rule: the sum of values (`value_sum`) is not supported"
    );
    assert_eq!(
        bad("10m", "10 minutes"),
        "`correlation.timespan` in the rule: `10 minutes` is no span of time: a number and `s`, `m`, `h` or `d`"
    );
    assert_eq!(bad("rules: [failed, 0e95725d]", "rules: []"), "`correlation.rules` in the rule: is missing");
}
