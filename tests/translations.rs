//! What holds for every query that is translated.

use backtrail::event::EventFields;
use backtrail::json::{Fields, Leaves};
use backtrail::language::{Language, Pattern};
use backtrail::query::{Card, Query};
use backtrail::translation::{Loss, Target, Translation, translate};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn read(language: Language, text: &str) -> Query {
    Query::new("q", Card::default(), language.read(text).unwrap(), "inline")
}

fn matches(pattern: &Pattern, record: &Value) -> bool {
    let text = record.to_string();
    let mut fields = Fields::new();
    let condition = pattern.compile(&mut fields);
    let fields = EventFields::new(fields);
    let mut leaves = Leaves::new();
    fields.project_record(text.as_bytes(), None, &mut leaves).unwrap();
    condition.is_satisfied(&leaves.view(text.as_bytes()))
}

/// Fields that are tested: they hold values, or arrays of values, and nothing else.
const PATHS: [&[&str]; 5] = [&["a"], &["b"], &["a-c"], &["o", "x"], &["o", "y"]];

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "X", "xy", "yx", "x*y", "é\"\\", "1", "true", "192.0.2.1"])
        .prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::from),
        2 => (-2..3).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

/// Puts values at some of the paths.
fn at_paths(values: Vec<Option<Value>>) -> Value {
    let mut record = Map::new();
    for (path, value) in PATHS.iter().zip(values) {
        let Some(value) = value else { continue };
        match path {
            [name] => drop(record.insert((*name).to_owned(), value)),
            [outer, name] => {
                let below = record.entry(*outer).or_insert_with(|| json!({}));
                below[*name] = value;
            }
            _ => {}
        }
    }
    Value::Object(record)
}

fn record(value: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    vec(prop::option::weighted(0.7, value), PATHS.len()).prop_map(at_paths)
}

fn record_with_arrays() -> impl Strategy<Value = Value> {
    record(
        prop_oneof![2 => scalar().boxed(), 1 => vec(scalar(), 0..3).prop_map(Value::Array).boxed()].boxed(),
    )
}

fn wanted() -> impl Strategy<Value = Value> {
    let operator = prop_oneof![
        text().prop_map(|text| json!({"prefix": text})),
        text().prop_map(|text| json!({"suffix": text})),
        text().prop_map(|text| json!({"equals-ignore-case": text})),
        prop::sample::select(vec!["*x", "x*", "*y*", "x*y"]).prop_map(|text| json!({"wildcard": text})),
        vec(text(), 1..3).prop_map(|texts| json!({"anything-but": texts})),
        vec(-2..3, 1..3).prop_map(|numbers| json!({"anything-but": numbers})),
        Just(json!({"anything-but": {"prefix": ["x", "y"]}})),
        (-2..3).prop_map(|number| json!({"numeric": ["<=", number]})),
        (-2..1, 1..3).prop_map(|(low, high)| json!({"numeric": [">", low, "<", high]})),
        Just(json!({"exists": true})),
    ];
    prop_oneof![4 => scalar(), 3 => operator, 2 => Just(json!({"exists": false}))]
}

fn conditions() -> impl Strategy<Value = Value> {
    let condition = vec(wanted(), 1..3).prop_map(Value::Array);
    vec(prop::option::weighted(0.5, condition), PATHS.len())
        .prop_map(at_paths)
        .prop_filter("a pattern wants something", |value| value.as_object().is_some_and(|it| !it.is_empty()))
}

fn pattern() -> impl Strategy<Value = String> {
    let or = (conditions(), vec(conditions(), 2..3)).prop_map(|(mut detail, branches)| {
        detail["$or"] = Value::Array(branches);
        detail
    });
    prop_oneof![2 => conditions().boxed(), 1 => or.boxed()]
        .prop_map(|detail| json!({ "detail": detail }).to_string())
}

/// Tells whether nothing is lost but what lies inside arrays and objects.
fn is_exact(translation: &Translation) -> bool {
    let is_inside = |loss: &Loss| matches!(loss, Loss::Places | Loss::Objects { .. } | Loss::Elements { .. });
    translation.lost.iter().all(is_inside)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_pattern_that_becomes_a_metric_filter_takes_the_same_records(
        pattern in pattern(),
        record in record(scalar().boxed()),
    ) {
        let event = read(Language::EventPattern, &pattern);
        if let Ok(translation) = translate(&event, Target::MetricFilter)
            && is_exact(&translation)
        {
            let filter = read(Language::MetricFilter, &translation.text);
            prop_assert_eq!(
                matches(&filter.pattern, &record), matches(&event.pattern, &record),
                "{} {} {}", pattern, translation.text, record
            );
        }
    }

    #[test]
    fn a_pattern_that_becomes_a_metric_filter_and_comes_back_takes_the_same_records(
        pattern in pattern(),
        record in record_with_arrays(),
    ) {
        let event = read(Language::EventPattern, &pattern);
        if let Ok(translation) = translate(&event, Target::MetricFilter)
            && is_exact(&translation)
        {
            let filter = read(Language::MetricFilter, &translation.text);
            let back = translate(&filter, Target::EventPattern).unwrap();
            prop_assert!(is_exact(&back), "{:?}", back.lost);
            let again = read(Language::EventPattern, &back.text);
            prop_assert_eq!(
                matches(&again.pattern, &record), matches(&event.pattern, &record),
                "{} {} {} {}", pattern, translation.text, back.text, record
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_pattern_that_becomes_a_sigma_rule_takes_the_same_records(
        pattern in pattern(),
        record in record(scalar().boxed()),
    ) {
        let event = read(Language::EventPattern, &pattern);
        if let Ok(translation) = translate(&event, Target::Sigma)
            && is_exact(&translation)
        {
            let rule = read(Language::Sigma, &translation.text);
            prop_assert_eq!(
                matches(&rule.pattern, &record), matches(&event.pattern, &record),
                "{} {} {}", pattern, translation.text, record
            );
        }
    }

    #[test]
    fn a_pattern_that_becomes_a_sigma_rule_and_comes_back_takes_the_same_records(
        pattern in pattern(),
        record in record_with_arrays(),
    ) {
        let event = read(Language::EventPattern, &pattern);
        if let Ok(translation) = translate(&event, Target::Sigma)
            && is_exact(&translation)
        {
            let rule = read(Language::Sigma, &translation.text);
            let back = match translate(&rule, Target::EventPattern) {
                Ok(back) => back,
                // Stars in the middle are regular expressions to a Sigma rule, and no pattern has these.
                Err(refusal) => {
                    prop_assert!(pattern.contains("wildcard"), "{} {}", translation.text, refusal);
                    return Ok(());
                }
            };
            prop_assert!(is_exact(&back), "{} {:?}", translation.text, back.lost);
            let again = read(Language::EventPattern, &back.text);
            prop_assert_eq!(
                matches(&again.pattern, &record), matches(&event.pattern, &record),
                "{} {} {} {}", pattern, translation.text, again.pattern.to_text(), record
            );
        }
    }
}

#[test]
fn many_patterns_become_sigma_rules() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let exact = (0..300).filter(|_| {
        let pattern = pattern().new_tree(&mut runner).unwrap().current();
        translate(&read(Language::EventPattern, &pattern), Target::Sigma).is_ok_and(|it| is_exact(&it))
    });
    // Otherwise the properties above would say little.
    assert!(exact.count() > 30);
}

#[test]
fn most_patterns_become_metric_filters() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let exact = (0..300).filter(|_| {
        let pattern = pattern().new_tree(&mut runner).unwrap().current();
        translate(&read(Language::EventPattern, &pattern), Target::MetricFilter).is_ok_and(|it| is_exact(&it))
    });
    // Otherwise the properties above would say little.
    assert!(exact.count() > 75);
}
