//! Holds the masks against the scan, byte by byte.

use super::*;
use crate::json::scan::{Elements, Members, skip_value};
use proptest::prelude::*;

/// What the scan says: the objects with their marks; `None` where an element is no object.
fn by_scan(text: &[u8]) -> Option<(Vec<Object>, usize)> {
    std::str::from_utf8(text).ok()?;
    let mut objects = Vec::new();
    let mut elements = Elements::open(text, 0).ok()?;
    while let Some(start) = elements.next_start().ok()? {
        let end = skip_value(text, start).ok().filter(|_| text[start] == b'{')?;
        let mut object = Object { start, end, ..Object::default() };
        let mut walk = Members::open(text, start).ok()?;
        while let Some(name) = walk.next_name().ok()? {
            let value = (walk.at() - start) as u32;
            object.has_escaped_name |= text[name.clone()].contains(&b'\\');
            match &text[name] {
                b"eventName" => object.event_name = value,
                b"eventTime" => object.event_time = value,
                b"eventType" => object.event_type = value,
                _ => {}
            }
            walk.skip().ok()?;
        }
        object.has_backslash = text[start..end].contains(&b'\\');
        objects.push(object);
        elements.resume(end);
    }
    Some((objects, elements.at()))
}

/// What the masks say. Where they see a backslash that is none of the object's, that is corrected.
fn by_masks(text: &[u8]) -> Option<(Vec<Object>, usize)> {
    let split = split(text, 0, usize::MAX)?;
    let (scanned, _) = by_scan(text).unwrap_or_default();
    let mut objects = split.objects;
    for (object, scanned) in objects.iter_mut().zip(&scanned) {
        object.has_backslash &= scanned.has_backslash;
        object.has_escaped_name &= scanned.has_escaped_name;
    }
    Some((objects, split.end))
}

fn assert_taken(text: &str) {
    assert!(by_masks(text.as_bytes()).is_some(), "{text}");
    assert_eq!(by_masks(text.as_bytes()), by_scan(text.as_bytes()), "{text}");
}

#[test]
fn compact_arrays_of_objects_are_taken() {
    for text in [
        "[]",
        "[{}]",
        r#"[{},{"a":{}},{"a":[]}]tail"#,
        r#"[{"a":1,"b":[1,-2.5e3,"x",null,true,false,{}],"c":{"d":"e"}},{"f":"g"}]"#,
        r#"[{"eventName":"\u0041\\\"","\u0065":"ü 漢 😀","a.b":"{[,:]}"}]"#,
        r#"[{"a":"\\\\\\"},{"b":"\\\\\\\""}]"#,
    ] {
        assert_taken(text);
    }
}

#[test]
fn what_is_not_compact_or_no_object_is_left_to_the_scan() {
    for text in
        ["[1]", r#"["a"]"#, "[[]]", "[ ]", "[{} ]", r#"[{"a": 1}]"#, "[{},1]", r#"[{},"a"]"#, "{}", ""]
    {
        assert_eq!(by_masks(text.as_bytes()), None, "{text}");
    }
    assert_eq!(split(b"[{},{}]", 0, 1), None);
    assert!(split(b"[{},{}]", 0, 2).is_some());
}

#[test]
fn what_is_no_json_is_refused_at_every_place_of_a_block() {
    for bad in [
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{,}"#,
        "{1:2}",
        r#"{"a":1:2}"#,
        r#"{"a":"b":"c"}"#,
        r#"{"a" 1}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a":["b":1]}"#,
        r#"{"a":[1}"#,
        r#"{"a":{"b":1]}"#,
        r#"{"a":01}"#,
        r#"{"a":tru}"#,
        r#"{"a":truee}"#,
        r#"{"a":1 2}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12g4"}"#,
        "{\"a\":\"\n\"}",
        r#"{"a":"b""c":1}"#,
        r#"{"a":1"b":2}"#,
        r#"{"a":{}{}}"#,
        r#"{"a":[]1}"#,
        r#"{"a":[1[]]}"#,
        r#"{"a":\"b"}"#,
        r#"{"a","b"}"#,
        r#"{"a":1,"b"}"#,
        r#"{"a":1,{}}"#,
        r#"{"a":1,[]}"#,
        r#"{{}}"#,
        r#"{[]}"#,
        r#"{"a":1}{}"#,
        "{}{}",
        "{},",
        ",{}",
        r#"{"a":1,2}"#,
        r#"{"a":'b'}"#,
        "{}}",
        r#"{"a":+1}"#,
        r#"{"a":.5}"#,
        r#"{"a":NaN}"#,
        "{\"a\":\u{7f}}",
    ] {
        for shift in 0..70 {
            let text = format!(r#"[{{"p":"{}"}},{bad},{{"q":"x"}}]"#, "_".repeat(shift));
            assert_eq!(by_masks(text.as_bytes()), None, "{text}");
        }
    }
}

#[test]
fn broken_utf8_is_refused_at_every_place_of_a_block() {
    for bad in [&b"\xff"[..], b"\xc3", b"\xe6\xbc", b"\xed\xa0\x80", b"\x80", b"\xf0\x9f\x98", b"\xc0\xaf"] {
        for shift in 0..70 {
            for text in [
                [b"[{\"a\":\"", &b"_".repeat(shift)[..], bad, b"\"}]"].concat(),
                [b"[{\"a\":\"", &b"_".repeat(shift)[..], bad, &b"_".repeat(64), b"\"}]"].concat(),
            ] {
                assert_eq!(by_masks(&text), None, "{text:?}");
            }
        }
    }
}

#[test]
fn texts_that_end_early_are_refused() {
    let whole = r#"[{"a":[1,{"b":"ü\""}],"c":"0123456789012345678901234567890123456789012345678901234567"}]"#;
    assert_taken(whole);
    for end in 0..whole.len() {
        assert_eq!(by_masks(&whole.as_bytes()[..end]), None);
    }
}

#[test]
fn nesting_is_bounded_as_in_the_scan() {
    for (levels, is_taken) in [(511, true), (512, false)] {
        let text = format!(r#"[{{"a":{}{}}}]"#, "[".repeat(levels), "]".repeat(levels));
        assert_eq!(by_masks(text.as_bytes()).is_some(), is_taken);
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z\\\\\"]{0,9}",
        prop::sample::select(vec!["eventName", "eventTime", "eventType", "eventTypo"]).prop_map(Into::into)
    ]
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,30}".prop_map(Into::into),
        "[a\\\\\"/\n]{0,20}".prop_map(Into::into),
    ];
    scalar.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map(name(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = serde_json::Value> {
    prop::collection::hash_map(name(), value(), 0..6)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_compact_array_of_objects_is_taken_as_the_scan_takes_it(objects in prop::collection::vec(object(), 0..6)) {
        assert_taken(&serde_json::to_string(&objects).unwrap());
    }

    #[test]
    fn nothing_is_taken_that_the_scan_refuses_or_reads_otherwise(
        objects in prop::collection::vec(object(), 0..4),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<prop::sample::Index>()), 0..4),
    ) {
        let mut text = serde_json::to_vec(&objects).unwrap();
        let bytes = b"{}[],:\"\\ \n0123-+.eEtfnu/aDd\x01\x7f\xc3\xbc\xff";
        for (place, kind, byte) in edits {
            let byte = bytes[byte.index(bytes.len())];
            let at = place.index(text.len() + 1);
            match kind {
                0 => text.insert(at, byte),
                1 if at < text.len() => text[at] = byte,
                _ => drop((at < text.len()).then(|| text.remove(at))),
            }
        }
        if let Some(taken) = by_masks(&text) {
            prop_assert_eq!(Some(taken), by_scan(&text));
        }
    }

    #[test]
    fn tokens_in_any_order_are_taken_only_when_the_scan_takes_them(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "null", "\"\\\"\"", "{}", "[]", "\"a\":", "\"eventName\":", "\"event\\u004eame\":", "{\"a\":", "},{", "true,",
        ]), 0..24),
        pad in 0..70_usize,
    ) {
        let text = format!("[{{\"p\":\"{}\"}},{}]", "_".repeat(pad), tokens.concat());
        if let Some(taken) = by_masks(text.as_bytes()) {
            prop_assert_eq!(Some(taken), by_scan(text.as_bytes()));
        }
    }
}
