//! What a pattern tells besides its answer: why it was refused, what it warns of, its paths and its text.

use super::conformance::answer;
use backtrail::language::event_pattern::EventPattern;

fn refusal(pattern: &str) -> String {
    EventPattern::parse(pattern).expect_err("the pattern is refused").to_string()
}

fn warnings(pattern: &str) -> Vec<String> {
    let pattern = EventPattern::parse(pattern).expect("the pattern is valid");
    pattern.warnings().iter().map(|warning| format!("{}: {}", warning.path, warning.message)).collect()
}

#[test]
fn a_refusal_names_the_path_and_the_reason() {
    for (pattern, message) in [
        ("", "pattern: must be an object"),
        ("[]", "pattern: must be an object"),
        ("{}", "pattern: an empty object is not allowed"),
        (r#"{"a":{"b":{}}}"#, "`a.b` in the pattern: an empty object is not allowed"),
        (r#"{"a":[]}"#, "`a` in the pattern: an empty array is not allowed"),
        (r#"{"a":{"b":"x"}}"#, "`a.b` in the pattern: must be an object or an array of values"),
        (r#"{"a":["x",{"Prefix":"y"}]}"#, "`a[1]` in the pattern: unknown operator `Prefix`"),
        (r#"{"a":[{}]}"#, "`a[0]` in the pattern: operator is missing"),
        (r#"{"a":[{"prefix":1}]}"#, "`a[0]` in the pattern: `prefix` takes a string"),
        (
            r#"{"a":[{"wildcard":"x**"}]}"#,
            "`a[0]` in the pattern: wildcard `x**` has two `*` in a row at position 3",
        ),
        (
            r#"{"a":[{"cidr":"10.0.0.0"}]}"#,
            "`a[0]` in the pattern: `10.0.0.0` is not a CIDR block: exactly one `/` is required",
        ),
        (r#"{"a":[{"numeric":[">"]}]}"#, "`a[0]` in the pattern: `>` must be followed by a number"),
        (
            r#"{"a":[{"numeric":[">",5,"<",5]}]}"#,
            "`a[0]` in the pattern: the lower bound `5` must be less than the upper bound `5`",
        ),
        (
            r#"{"d":{"$or":[{"a":["x"]},{"b":{"prefix":["x"]}}]}}"#,
            "`d.$or[1].b.prefix` in the pattern: `prefix` is reserved and cannot be a field name inside `$or`",
        ),
        (r#"{"$or":[{"a":["x"]}]}"#, "`$or` in the pattern: `$or` needs at least two branches"),
        (
            r#"{"a":["x"]} zzz"#,
            "pattern is not valid JSON: expected the end of the text at line 1, column 13",
        ),
    ] {
        assert_eq!(refusal(pattern), message);
    }
}

#[test]
fn what_the_service_leaves_open_is_refused() {
    for pattern in [
        r#"{"$or":["x"]}"#,
        r#"{"$or":{"a":[1]}}"#,
        r#"{"$or":[{"prefix":["x"]},{"prefix":["y"]}]}"#,
        r#"{"a":[{"anything-but":{"prefix":[]}}]}"#,
        r#"{"a":[{"cidr":"010.0.0.0/8"}]}"#,
        r#"{"a":[{"cidr":"10.0.0.0/+8"}]}"#,
        r#"{"a":[{"cidr":"10.0.0.0/8/"}]}"#,
    ] {
        assert!(EventPattern::parse(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn or_is_refused_beyond_a_thousand_combinations() {
    let branches = |count: usize, name: &str| {
        let branches: Vec<_> = (0..count).map(|number| format!(r#"{{"{name}":[{number}]}}"#)).collect();
        format!(r#"{{"$or":[{}]}}"#, branches.join(","))
    };
    let pattern = |left, right| format!(r#"{{"l":{},"r":{}}}"#, branches(left, "x"), branches(right, "y"));
    assert!(EventPattern::parse(&pattern(40, 25)).is_ok());
    assert!(refusal(&pattern(40, 26)).contains("more than 1000 combinations"));
    let mut deep = r#"{"a":[1]}"#.to_owned();
    for _ in 0..60 {
        deep = format!(r#"{{"$or":[{{"b":[1]}},{{"c":[1]}}],"x":{deep}}}"#);
    }
    assert!(refusal(&deep).contains("more than 1000 combinations"));
}

#[test]
fn surprises_are_warned_of() {
    assert!(warnings(r#"{"a":[{"prefix":"x"}],"b":[{"numeric":["<=",5e9]}]}"#).is_empty());
    for (pattern, path) in [
        (r#"{"a":{"b":[1]},"a":{"c":[2]}}"#, "a: is given twice"),
        (r#"{"a":[1],"a":{"c":[2]}}"#, "a: is given twice"),
        (r#"{"a":{"b":[1],"b":[2]}}"#, "a.b: is wanted twice"),
        (r#"{"z":[1],"$or":[{"a":[1],"z":[2]},{"b":[1]}]}"#, "z: is wanted inside and outside"),
        (r#"{"a":[1,{"numeric":[">",1700000000000]}]}"#, "a[1]: compares with `1700000000000`"),
        (r#"{"a":[{"wildcard":"*:*:*:*:*:event-bus/*"}]}"#, "a: has wildcards"),
        (r#"{"a":[{"anything-but":{"wildcard":"*:*:*:*:*:event-bus/*"}}]}"#, "a: has wildcards"),
        (r#"{"a":[{"exactly":"x"}]}"#, "a[0]: uses `exactly`"),
    ] {
        let warnings = warnings(pattern);
        assert!(warnings.iter().any(|warning| warning.starts_with(path)), "{pattern}: {warnings:?}");
        assert_eq!(warnings.len(), 1, "{pattern}: {warnings:?}");
    }
    let long = |length: usize| format!(r#"{{"a":["{}"]}}"#, "é".repeat(length - 10));
    for (length, message) in [(2_048, None), (2_049, Some("unless the quota")), (4_097, Some("at most"))] {
        let warnings = warnings(&long(length));
        assert_eq!(
            warnings.first().map(|warning| message.is_some_and(|part| warning.contains(part))),
            message.map(|_| true)
        );
    }
}

#[test]
fn setting_a_path_replaces_it_everywhere() {
    let text = r#"{"a":{"b":["x",{"exists":false}]},"$or":[{"a.b":[1],"c":[2]},{"d":["é"]}]}"#;
    let mut pattern = EventPattern::parse(text).expect("the pattern is valid");
    assert_eq!(pattern.paths(), ["a.b", "c", "d"]);
    pattern.set("a.b", &["\"y".to_owned(), "10.0.0.1".to_owned()]).expect("the path is there");
    let expected = r#"{"a":{"b":["\"y","10.0.0.1"]},"$or":[{"a.b":["\"y","10.0.0.1"],"c":[2]},{"d":["é"]}]}"#;
    assert_eq!(pattern.to_json(), expected);
    assert_eq!(answer(expected, r#"{"a":{"b":"::ffff:a00:1"},"c":2}"#), Some(true));
    assert_eq!(
        pattern.set("a", &["x".to_owned()]).expect_err("there is no such path").to_string(),
        "pattern has no condition on `a`"
    );
    assert!(pattern.set("c", &[]).is_err());
}

#[test]
fn a_deeply_nested_pattern_is_answered_or_refused() {
    let nested = |depth: usize| format!("{}[1]{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(EventPattern::parse(&nested(127)).is_ok());
    assert!(EventPattern::parse(&nested(100_000)).is_err());
}

#[test]
fn a_rule_with_too_many_fields_is_refused() {
    let with = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!(r#""f{number}":[1]"#)).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(EventPattern::parse(&with(256)).is_ok());
    assert!(refusal(&with(257)).contains("more than 256 different fields"));
}

#[test]
fn thousands_of_elements_do_not_hang_the_search() {
    let pattern = r#"{"t":{"a":["x"],"b":["x"],"c":[{"exists":false}],"d":["x"],"e":["y"]}}"#;
    let element = |number: usize| {
        format!(r#"{{"a":"x","b":["x","x"],"d":{},"e":"y","n":{number}}}"#, ["1", "\"x\""][number / 19_999])
    };
    let elements: Vec<_> = (0..20_000).map(element).collect();
    assert_eq!(answer(pattern, &format!(r#"{{"t":[{}]}}"#, elements.join(","))), Some(true));
    let misses: Vec<_> = (0..20_000).map(|_| element(0)).collect();
    assert_eq!(answer(pattern, &format!(r#"{{"t":[{}]}}"#, misses.join(","))), Some(false));
}

#[test]
fn many_arrays_at_one_path_do_not_hang_the_search() {
    // Only keys with dots can do that. The answer may be wrong then, but it comes.
    let array = |name: &str| {
        let elements: Vec<_> = (0..500).map(|number| format!(r#"{{"{name}":"x","n":{number}}}"#)).collect();
        format!("[{}]", elements.join(","))
    };
    let event = format!(
        r#"{{"a":{{"b":{{"c":{}}},"b.c":{}}},"a.b":{{"c":{}}},"a.b.c":{}}}"#,
        array("k"),
        array("l"),
        array("m"),
        array("o"),
    );
    let pattern = r#"{"a":{"b":{"c":{"k":["x"],"l":["x"],"m":["x"],"n":[-1],"o":["x"]}}}}"#;
    assert_eq!(answer(pattern, &event), Some(false));
    let pattern = r#"{"a":{"b":{"c":{"k":["x"],"l":["x"],"m":["x"],"o":["x"],"p":[{"exists":false}]}}}}"#;
    assert_eq!(answer(pattern, &event), Some(true));
}
