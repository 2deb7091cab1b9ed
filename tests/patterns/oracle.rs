//! The pattern language once more, written straight from its definition, slow and without a thought for hostile input.

use serde_json::Value;
use std::collections::BTreeMap;

/// Which element of which array.
type Where = BTreeMap<usize, usize>;

struct Leaf<'a> {
    path: String,
    value: &'a Value,
    elements: Where,
}

/// Tells whether a pattern matches an event.
pub(super) fn matches(pattern: &Value, event: &Value) -> bool {
    let mut leaves = Vec::new();
    let mut arrays = 0;
    collect(event, None, &Where::new(), &mut arrays, &mut leaves);
    rules(pattern).iter().any(|rule| {
        let mut conditions: Vec<_> = rule.iter().collect();
        conditions.sort_by(|left, right| left.0.encode_utf16().cmp(right.0.encode_utf16()));
        solve(&conditions, &Where::new(), &leaves)
    })
}

fn join(parent: Option<&str>, name: &str) -> String {
    parent.map_or(name.to_owned(), |parent| format!("{parent}.{name}"))
}

fn collect<'a>(
    value: &'a Value,
    path: Option<&str>,
    elements: &Where,
    arrays: &mut usize,
    leaves: &mut Vec<Leaf<'a>>,
) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, Some(&join(path, name)), elements, arrays, leaves);
            }
        }
        Value::Array(values) => {
            *arrays += 1;
            let array = *arrays;
            for (index, value) in values.iter().enumerate() {
                let mut elements = elements.clone();
                if value.is_object() || value.is_array() {
                    elements.insert(array, index);
                }
                collect(value, path, &elements, arrays, leaves);
            }
        }
        scalar => leaves.push(Leaf {
            path: path.unwrap_or_default().to_owned(),
            value: scalar,
            elements: elements.clone(),
        }),
    }
}

fn rules(pattern: &Value) -> Vec<BTreeMap<String, &Vec<Value>>> {
    let mut rules = vec![BTreeMap::new()];
    expand(pattern, None, &mut rules);
    rules
}

fn expand<'a>(members: &'a Value, parent: Option<&str>, rules: &mut Vec<BTreeMap<String, &'a Vec<Value>>>) {
    for (name, value) in members.as_object().expect("members are an object") {
        match value {
            Value::Array(branches) if name == "$or" => {
                let before = std::mem::take(rules);
                for branch in branches {
                    let mut after = before.clone();
                    expand(branch, parent, &mut after);
                    rules.extend(after);
                }
            }
            Value::Array(wanted) => {
                for rule in rules.iter_mut() {
                    rule.insert(join(parent, name), wanted);
                }
            }
            below => expand(below, Some(&join(parent, name)), rules),
        }
    }
}

fn solve(conditions: &[(&String, &&Vec<Value>)], chosen: &Where, leaves: &[Leaf<'_>]) -> bool {
    let Some(((path, wanted), rest)) = conditions.split_first() else {
        return true;
    };
    let agrees = |leaf: &&Leaf<'_>| {
        leaf.elements.iter().all(|(array, index)| chosen.get(array).is_none_or(|other| other == index))
    };
    let open: Vec<_> = leaves.iter().filter(|leaf| leaf.path == **path).filter(agrees).collect();
    if open.is_empty()
        && wanted.contains(&serde_json::json!({"exists": false}))
        && solve(rest, chosen, leaves)
    {
        return true;
    }
    open.iter().filter(|leaf| wanted.iter().any(|wanted| accepts(wanted, leaf.value))).any(|leaf| {
        let mut chosen = chosen.clone();
        chosen.extend(&leaf.elements);
        solve(rest, &chosen, leaves)
    })
}

fn accepts(wanted: &Value, value: &Value) -> bool {
    let Some((operator, argument)) = wanted.as_object().and_then(|object| object.iter().next()) else {
        return match (wanted, value) {
            (Value::Number(wanted), Value::Number(value)) => wanted.as_f64() == value.as_f64(),
            _ => wanted == value,
        };
    };
    match (operator.as_str(), argument) {
        ("exists", exists) => exists == true,
        ("anything-but", Value::Object(_)) => !argument_list(argument).iter().any(|one| accepts(one, value)),
        ("anything-but", Value::Array(list)) => !list.iter().any(|one| accepts(one, value)),
        ("anything-but", one) => !accepts(one, value),
        ("numeric", terms) => value.as_f64().is_some_and(|value| {
            let terms = terms.as_array().expect("terms are an array");
            terms.chunks(2).all(|term| {
                let bound = term[1].as_f64().expect("a bound is a number");
                match term[0].as_str().expect("an operator is a string") {
                    "=" => value == bound,
                    "<" => value < bound,
                    "<=" => value <= bound,
                    ">" => value > bound,
                    _ => value >= bound,
                }
            })
        }),
        (_, argument) => value.as_str().is_some_and(|text| accepts_text(operator, argument, text)),
    }
}

/// Splits `{"prefix": ["a", "b"]}` into one operator for each text.
fn argument_list(nested: &Value) -> Vec<Value> {
    let (operator, texts) = nested.as_object().and_then(|object| object.iter().next()).expect("one operator");
    let texts = texts.as_array().cloned().unwrap_or_else(|| vec![texts.clone()]);
    texts.into_iter().map(|text| serde_json::json!({operator: text})).collect()
}

fn accepts_text(operator: &str, argument: &Value, text: &str) -> bool {
    if let Some(inner) = argument.get("equals-ignore-case") {
        let lowered = serde_json::json!(inner.as_str().expect("a string").to_ascii_lowercase());
        return accepts_text(operator, &lowered, &text.to_ascii_lowercase());
    }
    let argument = argument.as_str().expect("a string");
    match operator {
        "prefix" => text.starts_with(argument),
        "suffix" => text.ends_with(argument),
        "equals-ignore-case" => text.eq_ignore_ascii_case(argument),
        "wildcard" => is_like(argument.as_bytes(), text.as_bytes()),
        other => panic!("unknown operator {other}"),
    }
}

fn is_like(wildcard: &[u8], text: &[u8]) -> bool {
    match (wildcard, text) {
        ([], text) => text.is_empty(),
        ([b'*', rest @ ..], text) => (0..=text.len()).any(|skipped| is_like(rest, &text[skipped..])),
        ([wanted, wildcard @ ..], [byte, text @ ..]) => wanted == byte && is_like(wildcard, text),
        _ => false,
    }
}
