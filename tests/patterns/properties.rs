//! What holds for every pattern and every event.

use super::conformance::answer;
use super::oracle;
use backtrail::language::event_pattern::EventPattern;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn name() -> impl Strategy<Value = String> {
    // A few names only, so that paths meet; some meet by their dots, one sorts between a name and its dot.
    prop::sample::select(vec!["a", "b", "c", "a.b", "a-b", "😀", "\u{ffff}", ""]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "x", "X", "xy", "yx", "é\"\\\n", "*", "1"]).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::from),
        2 => (-2..3).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn object<T: Strategy<Value = Value>>(
    name: impl Strategy<Value = String>,
    value: T,
    sizes: std::ops::Range<usize>,
) -> impl Strategy<Value = Value> {
    vec((name, value), sizes).prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

fn event() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 0..4).prop_map(Value::Array),
            2 => object(name(), inner, 0..4),
        ]
    });
    object(name(), value, 0..4)
}

fn wanted() -> impl Strategy<Value = Value> {
    let operator = prop_oneof![
        text().prop_map(|text| json!({"prefix": text})),
        text().prop_map(|text| json!({"suffix": text})),
        text().prop_map(|text| json!({"equals-ignore-case": text})),
        text().prop_map(|text| json!({"prefix": {"equals-ignore-case": text}})),
        text().prop_map(|text| json!({"suffix": {"equals-ignore-case": text}})),
        prop::sample::select(vec!["", "*", "x*", "*x", "x*y", "*x*y*"])
            .prop_map(|text| json!({"wildcard": text})),
        text().prop_map(|text| json!({"anything-but": text})),
        vec(text(), 1..3).prop_map(|texts| json!({"anything-but": texts})),
        vec(-2..3, 1..3).prop_map(|numbers| json!({"anything-but": numbers})),
        Just(json!({"anything-but": {"prefix": ["x", "y"]}})),
        Just(json!({"anything-but": {"wildcard": "*x"}})),
        (-2..3).prop_map(|number| json!({"numeric": ["<=", number]})),
        (-2..1, 1..3).prop_map(|(low, high)| json!({"numeric": [">", low, "<", high]})),
        Just(json!({"exists": true})),
    ];
    prop_oneof![3 => scalar(), 3 => operator, 2 => Just(json!({"exists": false}))]
}

fn pattern() -> impl Strategy<Value = Value> {
    let condition = vec(wanted(), 1..3).prop_map(Value::Array);
    condition
        .prop_recursive(4, 16, 3, |inner| object(name(), inner, 1..4))
        .prop_filter("a pattern is an object", Value::is_object)
        .boxed()
}

fn pattern_with_or() -> impl Strategy<Value = Value> {
    let or = |base: Value, branches: Vec<Value>| {
        let mut members = base.as_object().cloned().unwrap_or_default();
        members.insert("$or".to_owned(), Value::Array(branches));
        Value::Object(members)
    };
    let single =
        (pattern(), vec(pattern(), 2..4)).prop_map(move |(base, branches)| or(base, branches)).boxed();
    let nested = (single.clone(), pattern(), pattern())
        .prop_map(move |(inner, other, base)| or(json!({"a": base}), vec![inner, other]));
    prop_oneof![3 => pattern().boxed(), 1 => single, 1 => nested.boxed()]
}

/// Writes a value with its keys in another order and white space and escapes where they are allowed.
fn write_differently(value: &Value, seed: u64, out: &mut String) {
    let blank = ["", " ", "\n\t"][(seed % 3) as usize];
    let next = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 3;
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            let turn = (next as usize) % members.len().max(1);
            members.rotate_left(turn);
            out.push_str(&format!("{{{blank}"));
            for (index, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_text(name, next, out);
                out.push_str(&format!("{blank}:"));
                write_differently(value, next + index as u64, out);
            }
            out.push_str(&format!("{blank}}}"));
        }
        Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { blank });
                write_differently(value, next + index as u64, out);
            }
            out.push_str(&format!("{blank}]"));
        }
        Value::String(text) => write_text(text, next, out),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_text(text: &str, seed: u64, out: &mut String) {
    if seed.is_multiple_of(3) {
        let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        out.push_str(&format!("\"{units}\""));
    } else {
        out.push_str(&Value::from(text).to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn the_compiled_condition_answers_like_the_definition(pattern in pattern_with_or(), event in event()) {
        let expected = oracle::matches(&pattern, &event);
        prop_assert_eq!(answer(&pattern.to_string(), &event.to_string()), Some(expected));
    }

    #[test]
    fn arrays_of_objects_are_answered_like_the_definition(
        wanted in vec((prop::sample::select(vec!["k", "v", "a.b", "a-b.k", "a"]), vec(wanted(), 1..3)), 1..5),
        elements in vec(event(), 1..5),
        inner in vec(event(), 0..3),
    ) {
        let members: Map<String, Value> =
            wanted.into_iter().map(|(name, wanted)| (name.to_owned(), Value::Array(wanted))).collect();
        // Names that meet: the event's own are a, b and so on.
        let rename = |event: &Value| event.to_string().replace("\"c\"", "\"k\"").replace("\"b\"", "\"v\"");
        let elements: Vec<Value> =
            elements.iter().map(|event| serde_json::from_str(&rename(event)).expect("still JSON")).collect();
        let event = json!({"t": elements, "t.a": inner});
        let pattern = json!({"t": members});
        let expected = oracle::matches(&pattern, &event);
        prop_assert_eq!(answer(&pattern.to_string(), &event.to_string()), Some(expected));
    }

    #[test]
    fn key_order_and_white_space_and_escapes_change_nothing(
        pattern in pattern_with_or(), event in event(), seed in any::<u64>(),
    ) {
        let mut written = String::new();
        write_differently(&event, seed, &mut written);
        prop_assert_eq!(answer(&pattern.to_string(), &written), answer(&pattern.to_string(), &event.to_string()));
    }

    #[test]
    fn parse_and_print_are_inverse(pattern in pattern_with_or()) {
        let parsed = EventPattern::parse(&pattern.to_string()).expect("the pattern is valid");
        let printed = parsed.to_json();
        prop_assert_eq!(EventPattern::parse(&printed).expect("the print is valid").to_json(), printed.clone());
        prop_assert!(EventPattern::parse(&printed).expect("the print is valid") == parsed);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\]{}:,\"$or\\\\a*0-9.e ]{0,40}") {
        // Most are refused; what is not must print as itself.
        if let Ok(pattern) = EventPattern::parse(&text) {
            prop_assert!(EventPattern::parse(&pattern.to_json()).is_ok_and(|again| again == pattern));
        }
    }
}
