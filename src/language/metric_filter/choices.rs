//! How a filter is read where the documentation of CloudWatch Logs leaves that open.

use super::tree::{Filter, Value, Wanted};

/// Returns the choices that matter to a filter, one sentence each.
pub(super) fn find(filter: &Filter) -> Vec<&'static str> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found
}

fn collect(filter: &Filter, found: &mut Vec<&'static str>) {
    match filter {
        Filter::All(parts) if parts.is_empty() => add(found, "an empty pattern takes every record"),
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| collect(part, found)),
        Filter::Is(test) => of_wanted(&test.wanted, found),
    }
}

fn of_wanted(wanted: &Wanted, found: &mut Vec<&'static str>) {
    match wanted {
        Wanted::Nothing => add(found, "NOT EXISTS: an object, an array and an explicit null are there"),
        Wanted::Null => add(found, "IS NULL wants an explicit null: a missing field is none"),
        Wanted::Bool(_) => {}
        Wanted::Compared { .. } => add(found, "numbers are compared as doubles, and strings are no numbers"),
        Wanted::Equal { is_negated, value } => {
            if *is_negated {
                add(found, "!= is false for a missing field, and true for a value of another kind");
            }
            of_value(value, found);
        }
    }
}

fn of_value(value: &Value, found: &mut Vec<&'static str>) {
    match value {
        Value::Text { text, is_bare: true } if matches!(text.as_str(), "true" | "false" | "null") => {
            add(found, "a bare true, false or null is a string");
        }
        Value::Text { text, .. } if text.contains('*') => {
            add(found, "a star is any text at the beginning and the end, and a star in between");
        }
        Value::Text { .. } => add(found, "a text is equal to strings only, never to numbers or truth values"),
        Value::Number(_) => add(found, "numbers are compared as doubles, and strings are no numbers"),
        Value::Starred(_) => {
            add(found, "a number with stars is compared with the spelling of numbers and with strings")
        }
        Value::Regex { .. } => add(found, "a regular expression is looked for in strings only"),
    }
}

fn add(found: &mut Vec<&'static str>, choice: &'static str) {
    if !found.contains(&choice) {
        found.push(choice);
    }
}
