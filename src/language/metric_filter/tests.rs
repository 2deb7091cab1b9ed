//! The law of filter patterns: what they take, what is refused where, and what is warned of.

use super::MetricFilter;
use crate::json::{Fields, Leaves, project};
use proptest::prelude::*;

/// Tells whether a filter takes a record.
fn takes(filter: &str, record: &str) -> bool {
    let mut fields = Fields::new();
    let condition =
        MetricFilter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).compile(&mut fields);
    fields.intern("detail.other");
    let mut leaves = Leaves::new();
    leaves.reset(fields.len());
    leaves.wrap();
    project(record.as_bytes(), &fields, fields.node("detail").unwrap(), &mut leaves).unwrap();
    condition.is_satisfied(&leaves.view(record.as_bytes()))
}

fn all(filters: &[&str], record: &str, expected: bool) {
    for filter in filters {
        assert_eq!(takes(filter, record), expected, "{filter} {record}");
    }
}

fn refusal(filter: &str) -> String {
    MetricFilter::parse(filter).unwrap_err().to_string()
}

fn warnings(filter: &str) -> Vec<String> {
    MetricFilter::parse(filter).unwrap().warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn and_binds_closer_than_or_and_spaces_are_optional() {
    let record = r#"{"a":"x","b":1}"#;
    all(
        &[
            "{ $.a = x }",
            r#"{$.a="x"&&($.b=1)}"#,
            "{ $.a = y && $.b = 2 || $.b = 1 }",
            "{ $.b = 1 || $.a = y && $.b = 2 }",
            "{(($.a=x))}",
            "",
            " \n",
        ],
        record,
        true,
    );
    all(&["{ ($.b = 1 || $.a = y) && $.b = 2 }", "{$.a=x&&$.b=2}"], record, false);
}

#[test]
fn a_condition_on_a_missing_field_is_false() {
    all(
        &["{ $.a = x }", "{ $.a != x }", "{ $.a IS NULL }", "{ $.a.b != 1 }", "{ $.a[0] != x }"],
        r#"{"b":1}"#,
        false,
    );
    all(&["{ $.a NOT EXISTS }", r#"{ ($.a != "x") || ($.a NOT EXISTS) }"#], r#"{"b":1}"#, true);
    all(&["{ $.a NOT EXISTS }"], r#"{"a":null}"#, false);
}

#[test]
fn a_condition_on_an_object_or_array_is_false() {
    for record in [r#"{"a":[1,2]}"#, r#"{"a":{"b":1}}"#, r#"{"a":["x"]}"#] {
        all(
            &["{ $.a = 1 }", "{ $.a != 1 }", "{ $.a = x }", "{ $.a = \"*\" }", "{ $.a NOT EXISTS }"],
            record,
            false,
        );
    }
}

#[test]
fn elements_are_reached_by_number_only() {
    let record = r#"{"users":[{"id":"a"},{"id":"b"}],"grid":[[1,2],[3]]}"#;
    all(&["{ $.users[1].id = b }", "{ $.grid[0][1] = 2 }", "{ $.users[2].id NOT EXISTS }"], record, true);
    all(
        &["{ $.users.id = b }", "{ $.users[0].id = b }", "{ $.users[2].id != b }", "{ $.grid[1][1] != 9 }"],
        record,
        false,
    );
}

#[test]
fn stars_count_at_the_ends_only() {
    let record = r#"{"a":"Client.UnauthorizedOperation","b":"Ev*ent","c":null}"#;
    all(
        &[
            "{ $.a = *UnauthorizedOperation }",
            r#"{ $.a = "Client*" }"#,
            r#"{ $.a = "*Unauthorized*" }"#,
            r#"{ $.b = "Ev*ent" }"#,
            "{ $.c = * }",
            r#"{ $.a != "*Denied*" }"#,
        ],
        record,
        true,
    );
    all(&[r#"{ $.a = "Client*Operation" }"#, r#"{ $.a != "*" }"#, r#"{ $.a = "client*" }"#], record, false);
}

#[test]
fn texts_are_compared_with_strings_and_numbers_with_numbers() {
    let record = r#"{"n":400,"s":"400","t":true,"u":"true","f":1.5e3,"z":null}"#;
    all(
        &[
            "{ $.n = 400 }",
            "{ $.n = 4e2 }",
            "{ $.n = +400.0 }",
            r#"{ $.s = "400" }"#,
            "{ $.n > 399.5 && $.n >= 400 && $.n < 401 && $.n <= 400 }",
            "{ $.f = 1500 }",
            "{ $.n = 4* }",
            "{ $.s = 4* }",
            "{ $.u = true }",
            "{ $.t IS TRUE }",
            "{ $.z IS NULL }",
            "{ $.s != 400 }",
            "{ $.n != 4 }",
        ],
        record,
        true,
    );
    all(
        &[
            r#"{ $.n = "400" }"#,
            "{ $.s = 400 }",
            "{ $.s > 1 }",
            "{ $.t = true }",
            "{ $.u IS TRUE }",
            "{ $.t IS FALSE }",
            "{ $.s IS NULL }",
            "{ $.z = null }",
        ],
        record,
        false,
    );
}

#[test]
fn bare_words_hold_more_than_the_documentation_says() {
    let record = r#"{"a":"kms.amazonaws.com","ip":"123.123.4.5","p":"x:/y","q":"say \"hi\" \\"}"#;
    all(
        &[
            "{($.a=kms.amazonaws.com)&&($.ip=123.123.*)}",
            "{$.p=x:/y||$.p=z}",
            r#"{ $.q = "say \"hi\" \\" }"#,
            "{ $.ip != 10.* }",
        ],
        record,
        true,
    );
}

#[test]
fn regular_expressions_are_looked_for_in_strings() {
    let record = r#"{"a":"CreateTrail","n":12}"#;
    all(&["{ $.a = %Trail% }", "{ $.a = %^Create[A-Z]% }", "{ $.a != %Bucket% }"], record, true);
    all(&["{ $.a = %^Trail% }", r"{ $.n = %\d% }"], record, false);
}

#[test]
fn of_equal_names_the_last_counts_and_escapes_mean_characters() {
    all(&["{ $.a = y }", "{ $.b = \"é\" }"], r#"{"a":"x","\u0061":"y","b":"\u00e9"}"#, true);
    all(&["{ $.a = x }"], r#"{"a":"x","a":"y"}"#, false);
}

#[test]
fn what_is_no_filter_is_refused_with_its_place() {
    for (filter, wanted) in [
        (
            "[ip, user]",
            "at character 1 of the filter: `[…]` is a pattern over columns, and records are JSON: begin with `{ $.`",
        ),
        (
            "ERROR -INFO",
            "at character 1 of the filter: this is a pattern over words, and records are JSON: begin with `{ $.`",
        ),
        (
            "{ $.é = x }",
            "at character 5 of the filter: a name has letters, digits, `_` and `-` only: a field with another character cannot be selected",
        ),
        ("{ $.a == x }", "at character 7 of the filter: there is no operator `==`: write `=`"),
        (
            "{ $.a IS NOT NULL }",
            "at character 10 of the filter: there is no `IS NOT`: write `$.x = \"*\"` for a field that is there, `!=` for another value",
        ),
        ("{ $.a EXISTS }", "at character 7 of the filter: there is no `EXISTS`: write `$.x = \"*\"`"),
        ("{ $.a not exists }", "at character 7 of the filter: `NOT` is written in capitals"),
        ("{ $.a NOT Exists }", "at character 11 of the filter: `EXISTS` is written in capitals"),
        ("{ $.a is TRUE }", "at character 7 of the filter: `IS` is written in capitals"),
        ("{ $.a[*].b = 1 }", "at character 7 of the filter: there is no `[*]`: name one element, like `[0]`"),
        (
            "{ !($.a = 1) }",
            "at character 3 of the filter: nothing but `=` is negated: write `!=`, or `NOT EXISTS`",
        ),
        ("{ $.a > x }", "at character 9 of the filter: `>` compares with a number"),
        ("{ $.a = \"x }", "at character 9 of the filter: the text has no closing `\"`"),
        ("{ $.a = \"x\\y\" }", "at character 11 of the filter: a `\\` stands before `\"` or `\\` only"),
        ("{ $.a = x & $.b = 1 }", "at character 11 of the filter: conditions are joined with `&&` and `||`"),
        ("{ $.a = x ", "at character 11 of the filter: expected `&&`, `||` or `}`"),
        ("{ ($.a = x }", "at character 12 of the filter: expected `&&`, `||` or `)`"),
        ("{ $.a = x } y", "at character 13 of the filter: expected the end of the filter"),
        ("{ a = x }", "at character 3 of the filter: expected `$.` and a field, or `(`"),
        ("{ $.a }", "at character 7 of the filter: expected an operator, `IS` or `NOT EXISTS`"),
        ("{ $.a = }", "at character 9 of the filter: expected a text, a number or `%`"),
        ("{ $.a = %(x)% }", "at character 9 of the filter: a regular expression cannot hold `(`"),
        ("{ $.a = %x }", "at character 9 of the filter: the regular expression has no closing `%`"),
        (
            "{ $.a=%x% || $.a=%y% || $.a=%z% }",
            "at character 29 of the filter: a filter has at most two regular expressions",
        ),
        ("{}", "at character 2 of the filter: expected `$.` and a field, or `(`"),
        ("{ $ = x }", "at character 4 of the filter: expected `.` and the name of a field"),
    ] {
        assert_eq!(refusal(filter), wanted, "{filter}");
    }
    assert!(refusal(&format!("{{ $.a = {} }}", "x".repeat(1_024))).contains("at most 1024 characters"));
    assert!(refusal(&format!("{{ {}", "(".repeat(500))).contains("nested too deep"));
}

#[test]
fn traps_are_warned_of() {
    for (filter, wanted) in [
        (r#"{ $.a = "arn:*:x" }"#, "`$.a` is compared with a `*` in the middle"),
        ("{ $.readOnly = true }", "`$.readOnly` is compared with the string `true`"),
        ("{ $.a = null }", "`$.a` is compared with the string `null`"),
        ("{ $.detail.eventName = x }", "`$.detail.eventName` is looked for in the record"),
        ("{ $.a = x || $.b != y }", "`$.b` is wanted unequal to something"),
        (r#"{ $.ip = "10.0.0.0/8" }"#, "`$.ip` is compared with an address block as text"),
        (r#"{ $.a = "400" }"#, "`$.a` is compared with a number in quotes"),
        (r#"{ $.a != "*" }"#, "`$.a` is never unequal to any value"),
    ] {
        let found = warnings(filter);
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{filter} {found:?}");
    }
    for filter in
        [r#"{ ($.a != "x") || ($.a NOT EXISTS) }"#, r#"{ $.a = "true" && $.b != "y" }"#, "{ $.a = *x* }"]
    {
        assert!(warnings(filter).is_empty(), "{filter}");
    }
}

#[test]
fn a_choice_of_texts_can_be_set_where_the_filter_says_equal() {
    let mut filter = MetricFilter::parse("{ $.b NOT EXISTS && ($.a = x || $.a != y) }").unwrap();
    filter.set("$.a", &["p".to_owned(), "q\"".to_owned()]).unwrap();
    assert_eq!(filter.to_text(), r#"{ ($.b NOT EXISTS) && (($.a = "p") || ($.a = "q\"") || ($.a != y)) }"#);
    assert_eq!(filter.set("$.b", &["x".to_owned()]).unwrap_err().to_string(), "filter has no `=` on `$.b`");
    assert!(filter.set("a", &[]).is_err());
}

#[test]
fn a_filter_is_told_from_an_event_pattern_by_how_it_begins() {
    assert!(MetricFilter::is_meant(" { $.a = 1 }") && MetricFilter::is_meant("{($.a = 1)}"));
    assert!(!MetricFilter::is_meant(r#"{"a":["$"]}"#) && !MetricFilter::is_meant("{}"));
}

fn condition() -> impl Strategy<Value = String> {
    let selector = prop::sample::select(&["$.a", "$.b-c.d", "$.e[0].f[12]"][..]);
    let test = prop::sample::select(
        &[
            "= x",
            "!= x",
            "= \"a \\\" \\\\ b\"",
            "= 1.5",
            "!= -2e3",
            "= 4*",
            "< 3",
            ">= 4",
            "= %^a.b$%",
            "IS NULL",
            "IS TRUE",
            "IS FALSE",
            "NOT EXISTS",
            "= *",
            "= *x*",
            "= ip.addr.*",
            "= \"5\"",
        ][..],
    );
    (selector, test).prop_map(|(selector, test)| format!("{selector} {test}"))
}

fn expression() -> impl Strategy<Value = String> {
    condition().prop_recursive(4, 12, 3, |inner| {
        let joined = |sign: &'static str| move |parts: Vec<String>| format!("({})", parts.join(sign));
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(joined(" && ")),
            prop::collection::vec(inner, 1..4).prop_map(joined("||")),
        ]
    })
}

#[test]
fn a_filter_of_full_length_is_written_back_within_it() {
    let conditions: Vec<String> = (0..146).map(|number| format!("$.a={}", number % 10)).collect();
    let text = format!("{{{}}}", conditions.join("||"));
    assert_eq!(text.len(), 1_022);
    let filter = MetricFilter::parse(&text).unwrap();
    assert_eq!(filter.to_text(), text);
}

proptest! {
    #[test]
    fn parse_and_print_are_inverse(expression in expression()) {
        let text = format!("{{{expression}}}");
        match MetricFilter::parse(&text) {
            Ok(filter) => {
                let printed = filter.to_text();
                prop_assert_eq!(&MetricFilter::parse(&printed).unwrap(), &filter, "{} {}", text, printed);
            }
            Err(error) => {
                prop_assert!(text.chars().count() > 1_024 || text.matches('%').count() > 4, "{} {}", text, error);
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[{}()$.a&|!=<>%\"\\\\* 1IS NOTEXULé\\[\\]]{0,40}") {
        if let Ok(filter) = MetricFilter::parse(&text) {
            prop_assert_eq!(MetricFilter::parse(&filter.to_text()).unwrap(), filter);
        }
    }
}
