//! Holds the masks against the scan, byte by byte.

use super::*;
use crate::json::scan::{Elements, Members, skip_value};
use proptest::prelude::*;

const NAMES: [&[u8]; 4] = [b"eventName", b"eventTime", b"eventType", b"requestParameters"];

/// An object: its range, and the marked members with the offsets of their values.
type Marked = (usize, usize, Vec<(u32, u32)>);

/// What the scan says of the same objects as an array: all of them, and whether names are written with escapes or stand
/// there twice. `None` where it refuses them.
fn by_scan(row: &[u8]) -> Option<Vec<(Marked, bool)>> {
    std::str::from_utf8(row).ok()?;
    let text = [b"[", row, b"]"].concat();
    let mut objects = Vec::new();
    let mut elements = Elements::open(&text, 0).ok()?;
    while let Some(start) = elements.next_start().ok()? {
        let end = skip_value(&text, start).ok().filter(|_| text[start] == b'{')?;
        let (mut marks, mut is_odd) = (Vec::new(), false);
        let mut walk = Members::open(&text, start).ok()?;
        while let Some(name) = walk.next_name().ok()? {
            let name = &text[name];
            is_odd |= is_hidden(name);
            if let Some(number) = NAMES.iter().position(|known| *known == name) {
                is_odd |= marks.iter().any(|(known, _)| *known == number as u32);
                marks.push((number as u32, (walk.at() - start) as u32));
            }
            walk.skip().ok()?;
        }
        objects.push(((start - 1, end - 1, marks), is_odd));
        elements.resume(end);
    }
    (elements.at() == text.len() && !objects.is_empty()).then_some(objects)
}

/// Tells whether a name leads to a marked one, but is written otherwise.
fn is_hidden(name: &[u8]) -> bool {
    let meant: String = serde_json::from_slice(&[b"\"", name, b"\""].concat()).unwrap_or_default();
    let first = meant.split('.').next().unwrap_or_default().as_bytes();
    NAMES.contains(&first) && name != first
}

fn marker() -> Marker {
    Marker::new((0..).zip(NAMES)).unwrap()
}

/// What another row has left behind.
fn used() -> Split {
    let stale = Object { end: 9, first_mark: 1, is_certain: true, ..Object::default() };
    Split { objects: vec![stale; 3], marks: vec![Mark { name: 1, value: 2 }; 7] }
}

/// What the masks say: the objects, and whether their marks are certain.
fn by_masks(row: &[u8]) -> Option<Vec<(Marked, bool)>> {
    let split = split(row, &marker(), used())?;
    let ends = split.objects.iter().skip(1).map(|object| object.first_mark).chain([split.marks.len() as u32]);
    let objects = split.objects.iter().zip(ends).map(|(object, end)| {
        let marks = &split.marks[object.first_mark as usize..end as usize];
        // A mark is behind the colon; whoever reads the value passes over spaces.
        let spaces = |at: usize| row[at..].iter().take_while(|byte| **byte == b' ').count() as u32;
        let value = |mark: &Mark| mark.value + spaces((object.start + mark.value) as usize);
        let marks = marks.iter().map(|mark| (mark.name, value(mark))).collect();
        ((object.start as usize, object.end as usize, marks), object.is_certain)
    });
    Some(objects.collect())
}

/// Every way to look at a block splits alike.
fn assert_equal_ways(row: &[u8]) {
    let marker = marker();
    assert_eq!(
        split(row, &marker, used()),
        splitter::split::<Portable, true>(row, &marker, Split::default()),
        "{}",
        String::from_utf8_lossy(row)
    );
    #[cfg(target_arch = "x86_64")]
    if let Some(split) = x86::split_256_if_known(row, &marker) {
        assert_eq!(
            split,
            splitter::split::<Portable, true>(row, &marker, Split::default()),
            "{}",
            String::from_utf8_lossy(row)
        );
    }
}

/// What the scan accepts and the masks take, they see alike.
fn assert_agreement(row: &[u8]) {
    assert_equal_ways(row);
    let (Some(masks), Some(scan)) = (by_masks(row), by_scan(row)) else { return };
    let text = String::from_utf8_lossy(row);
    assert_eq!(masks.len(), scan.len(), "{text}");
    for (((start, end, marks), is_certain), ((scan_start, scan_end, scan_marks), is_odd)) in
        masks.iter().zip(&scan)
    {
        assert_eq!((start, end), (scan_start, scan_end), "{text}");
        assert!(!is_certain || (marks == scan_marks && !is_odd), "{text}: {marks:?} {scan_marks:?}");
    }
}

fn assert_taken(row: &str) {
    assert!(by_masks(row.as_bytes()).is_some() && by_scan(row.as_bytes()).is_some(), "{row}");
    assert_agreement(row.as_bytes());
}

#[test]
fn compact_rows_of_objects_are_taken() {
    for row in [
        "{}",
        r#"{},{"a":{}},{"a":[]}"#,
        r#"{"a":1,"b":[1,-2.5e3,"x",null,true,false,{}],"c":{"d":"e"}},{"f":"g"}"#,
        r#"{"eventName":"\u0041\\\"","\u0065":"ü 漢 😀","a.b":"{[,:]}"}"#,
        r#"{"a":"\\\\\\"},{"b":"\\\\\\\""}"#,
        r#"{"eventName": null,"eventTime":  "a"}"#,
        r#"{"eventName":"a","eventTime":{"eventName":1},"requestParameters":["eventType",{"eventType":2}]}"#,
    ] {
        assert_taken(row);
    }
}

#[test]
fn names_are_marked_at_every_place_of_a_block() {
    for shift in 0..140 {
        let pad = "_".repeat(shift);
        let row = format!(
            r#"{{"p":"{pad}","eventName":"x","n":{{"eventName":"y"}},"requestParameters":null,"v":"eventTime"}},{{"eventType":1}}"#
        );
        let objects = by_masks(row.as_bytes()).unwrap();
        let names = |object: usize| -> Vec<u32> { objects[object].0.2.iter().map(|mark| mark.0).collect() };
        assert_eq!((names(0), names(1)), (vec![0, 3], vec![2]), "{row}");
        assert!(objects[0].1 && objects[1].1, "{row}");
        assert_taken(&row);
    }
}

#[test]
fn marks_are_certain_where_an_escape_stands_for_no_letter_of_a_name() {
    for shift in 0..70 {
        let row = format!(r#"{{"p":"{}\u65e5\u672c\"","eventName":"x\u8a9e"}}"#, "_".repeat(shift));
        assert!(by_masks(row.as_bytes()).unwrap()[0].1, "{row}");
        let row = row.replace("8a9e", "0041");
        assert!(!by_masks(row.as_bytes()).unwrap()[0].1, "{row}");
    }
}

#[test]
fn marks_are_uncertain_where_a_name_is_hidden_or_odd() {
    for row in [
        r#"{"event\u004eame":"x"}"#,
        r#"{"eventName":"x","eventName":"y"}"#,
        r#"{"eventName.a":"x"}"#,
        r#"{"a":1, "eventName":"x"}"#,
        r#"{"eventName" :"x"}"#,
        r#"{"a":1"eventName":"x"}"#,
    ] {
        for shift in 0..70 {
            let row = row.replacen('{', &format!(r#"{{"p":"{}","#, "_".repeat(shift)), 1);
            assert!(!by_masks(row.as_bytes()).unwrap()[0].1, "{row}");
        }
    }
    let certain = r#"{"a":"eventName","b":["eventName","eventName"],"eventNameX":1,"c":{"eventName.a":2}}"#;
    assert!(by_masks(certain.as_bytes()).unwrap()[0].1);
}

#[test]
fn what_is_no_row_of_objects_is_left_to_the_scan() {
    for row in [
        "",
        "1",
        r#""a""#,
        "[]",
        " {}",
        "{} ",
        "{},",
        ",{}",
        "{},,{}",
        "{}{}",
        "{},1",
        r#"{},"a""#,
        "{",
        "}",
        "{}}",
        "{{}",
        r#"{"a":"}"#,
        r#"{"a":1\}"#,
        r#"{"a":1\",\"}"#,
        "{\"a\":\n1}",
        "{\"a\":\"\t\"}",
        r#"{"a":[}"#,
        "{}\u{e9}",
    ] {
        assert_eq!(by_masks(row.as_bytes()), None, "{row}");
        assert_equal_ways(row.as_bytes());
    }
}

#[test]
fn broken_utf8_is_refused_at_every_place_of_a_block() {
    for bad in [&b"\xff"[..], b"\xc3", b"\xe6\xbc", b"\xed\xa0\x80", b"\x80", b"\xf0\x9f\x98", b"\xc0\xaf"] {
        for shift in 0..70 {
            for tail in [0, 64, 300] {
                let pad = |length| b"_".repeat(length);
                let row = [b"{\"a\":\"", &pad(shift)[..], bad, &pad(tail), b"\"}"].concat();
                assert_eq!(by_masks(&row), None, "{row:?}");
                let good = [b"{\"a\":\"", &pad(shift)[..], "漢😀".as_bytes(), &pad(tail), b"\"}"].concat();
                assert!(by_masks(&good).is_some());
            }
        }
    }
}

#[test]
fn texts_that_end_early_are_refused() {
    let whole = r#"{"a":[1,{"b":"ü\""}],"c":"0123456789012345678901234567890123456789012345678901234567"}"#;
    assert_taken(whole);
    for end in 0..whole.len() {
        assert_eq!(by_masks(&whole.as_bytes()[..end]), None);
    }
}

#[test]
fn nesting_is_bounded() {
    for (levels, is_taken) in [(400, true), (2_000, false)] {
        let row = format!(r#"{{"a":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert_eq!(by_masks(row.as_bytes()).is_some(), is_taken);
    }
}

#[test]
fn names_that_cannot_be_marked_are_refused() {
    for name in ["short", "a\"quote", "back\\slash", "dotted.name", "ümlauts", ""] {
        assert_eq!(Marker::new([(0, name.as_bytes())]).unwrap_err(), MarkerError::Name);
    }
    assert_eq!(Marker::new([(64, &b"eventName"[..])]).unwrap_err(), MarkerError::Number);
}

/// The strings of a text that say a literal, by its number, where no escape could hide one.
fn said(row: &str, literals: &[&str]) -> Option<Vec<u32>> {
    let split = split(row.as_bytes(), &Marker::of_strings(literals).unwrap(), used())?;
    let mut said: Vec<u32> = split.marks.iter().map(|mark| mark.name).collect();
    said.sort_unstable();
    split.objects.iter().all(|object| object.is_certain).then_some(said)
}

#[test]
fn strings_are_marked_by_what_they_say() {
    let literals = ["ConsoleLogin", "AwsAggregatedEvent"];
    for shift in 0..70 {
        let said = |members: &str| said(&format!(r#"{{"p":"{}",{members}}}"#, "_".repeat(shift)), &literals);
        assert_eq!(said(r#""a":"ConsoleLogin""#), Some(vec![0]));
        assert_eq!(said(r#""a":[{"b":"CONSOLElogin"}],"awsaggregatedevent":1"#), Some(vec![0, 1]));
        for members in [
            r#""a":"ConsoleLogins","b":"xConsoleLogin""#,
            r#""a":"\"ConsoleLogin""#,
            r#""a":"ConsoleLogin\\""#,
            r#""a":"ConsoleLogim""#,
        ] {
            assert_eq!(said(members), Some(vec![]), "{members}");
        }
        assert_eq!(said(r#""a":"\u0043onsoleLogin""#), None);
    }
    for literal in ["a/bcdef", "abc", "with\"quote", "ümlauts"] {
        assert!(Marker::of_strings(&[literal]).is_err());
    }
}

#[test]
fn short_strings_are_marked_where_they_are_values() {
    let literals = ["Root", "Error", "iam.amazonaws.com"];
    for shift in 0..70 {
        let said = |members: &str| said(&format!(r#"{{"p":"{}",{members}}}"#, "_".repeat(shift)), &literals);
        assert_eq!(said(r#""a":"Root""#), Some(vec![0]));
        assert_eq!(said(r#""a":{"b":{"c":"root"}}"#), Some(vec![0]));
        assert_eq!(said(r#""a":["x","ROOT"],"b":["error","y"]"#), Some(vec![0, 1]));
        assert_eq!(said(r#""a":"Root","b":"IAM.amazonaws.com""#), Some(vec![0, 2]));
        for members in [r#""a":"Roots","b":"xRoot""#, r#""Root":"Erro""#, r#""a":"\"Root""#, r#""a":"Root,""#]
        {
            assert_eq!(said(members), Some(vec![]), "{members}");
        }
        assert_eq!(said(r#""a":"R\u006fot""#), None);
    }
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let names = ["eventTime", "eventType", "eventTypo", "requestID", "requestParameters"];
    let marker = Marker::new((0..).zip(names.map(str::as_bytes))).unwrap();
    let row = r#"{"requestID":1,"eventTypo":2,"eventTim":3,"eventTime":4,"eventType":5,"requestIDs":6,"requestParameters":{}}"#;
    let split = split(row.as_bytes(), &marker, used()).unwrap();
    let marked: Vec<u32> = split.marks.iter().map(|mark| mark.name).collect();
    assert_eq!(marked, [3, 2, 0, 1, 4]);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z\\\\\"]{0,9}",
        prop::sample::select(vec![
            "eventName",
            "eventTime",
            "eventType",
            "eventTypo",
            "requestParameters",
            "requestParametres"
        ])
        .prop_map(Into::into)
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
    fn every_compact_row_of_objects_is_taken_as_the_scan_takes_it(objects in prop::collection::vec(object(), 1..6)) {
        let array = serde_json::to_string(&objects).unwrap();
        assert_taken(&array[1..array.len() - 1]);
    }

    #[test]
    fn what_the_scan_accepts_is_never_read_otherwise(
        objects in prop::collection::vec(object(), 1..4),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<prop::sample::Index>()), 0..4),
    ) {
        let array = serde_json::to_vec(&objects).unwrap();
        let mut row = array[1..array.len() - 1].to_vec();
        let bytes = b"{}[],:\"\\ \n0123-+.eEtfnu/aDd\x01\x7f\xc3\xbc\xff";
        for (place, kind, byte) in edits {
            let byte = bytes[byte.index(bytes.len())];
            let at = place.index(row.len() + 1);
            match kind {
                0 => row.insert(at, byte),
                1 if at < row.len() => row[at] = byte,
                _ => drop((at < row.len()).then(|| row.remove(at))),
            }
        }
        assert_agreement(&row);
        prop_assert!(by_masks(&row).is_none() || std::str::from_utf8(&row).is_ok());
    }

    #[test]
    fn long_rows_are_split_alike_in_every_way(
        objects in prop::collection::vec(object(), 1..6),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..80),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let objects: Vec<String> = objects.iter().map(|object| object.to_string()).collect();
        let row = picks.iter().map(|pick| &*objects[pick.index(objects.len())]).collect::<Vec<_>>().join(",");
        let mut row = row.into_bytes();
        match cut {
            None => assert!(by_masks(&row).is_some()),
            Some(cut) => drop(row.remove(cut.index(row.len()))),
        }
        assert_agreement(&row);
    }

    #[test]
    fn tokens_in_any_order_are_read_as_the_scan_reads_them(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "null", "\"\\\"\"", "{}", "[]", "\"a\":", "\"eventName\":",
            "\"event\\u004eame\":", "\"eventName.x\":", "\"eventName\" :", "{\"a\":", "},{", "true,", "\"eventName\":1,", " ",
        ]), 0..24),
        pad in 0..70_usize,
    ) {
        assert_agreement(format!("{{\"p\":\"{}\"}},{}", "_".repeat(pad), tokens.concat()).as_bytes());
        assert_agreement(format!("{{\"p\":\"{}\",{}}}", "_".repeat(pad), tokens.concat()).as_bytes());
    }
}
