//! The law of Sigma documents: what is a rule or a correlation, what is refused and how it is named.

use super::tests::rule;
use super::{Comparison, CorrelationKind, Document, SigmaRule, read};
use std::time::Duration;

fn refusal(detection: &str) -> String {
    SigmaRule::parse(&rule(detection)).unwrap_err().to_string()
}

#[test]
fn a_rule_is_known_by_its_names_however_they_are_quoted() {
    const JSON: &str = r#" {"title": "x", "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"s": {"eventName": "A"}, "condition": "s"}}"#;
    const FLOW: &str =
        "{title: x, logsource: {product: aws, service: cloudtrail}, detection: {s: {a: b}, condition: s}}";
    const CORRELATION: &str = "{title: x, correlation: {type: event_count, rules: [y]}}";
    assert!(SigmaRule::parse(JSON).is_ok() && SigmaRule::parse(FLOW).is_ok());
    let quoted = ["detection:", "\"detection\": {}", "'logsource' : {}", "title: x\ncorrelation:"];
    for text in quoted.into_iter().chain([JSON, FLOW, CORRELATION]) {
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
        "{ $.correlation = title }",
        "{\"detail\":{\"correlation\":[\"title\"]}}",
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
