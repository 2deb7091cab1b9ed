//! What is valid in a filter pattern and will surprise its author.

use super::tree::{Filter, Selector, Test, Value, Wanted};
use crate::json::Step;
use crate::language::matcher::Block;
use crate::language::warning::Warning;

/// Looks through a filter.
pub(super) fn find(filter: &Filter) -> Vec<Warning> {
    let mut warnings = Vec::new();
    walk(filter, &mut warnings);
    warnings
}

fn walk(filter: &Filter, warnings: &mut Vec<Warning>) {
    match filter {
        Filter::All(parts) => parts.iter().for_each(|part| walk(part, warnings)),
        Filter::Any(parts) => {
            parts.iter().for_each(|part| walk(part, warnings));
            warn_of_unequal(parts, warnings);
        }
        Filter::Is(test) => warn_of_test(test, warnings),
    }
}

fn warn_of_test(test: &Test, warnings: &mut Vec<Warning>) {
    let mut warn = |id: &'static str, message: &str| {
        warnings.push(Warning { id, path: test.selector.to_string(), message: message.to_owned() });
    };
    if matches!(&test.selector.0[..], [Step::Name(first), _, ..] if **first == *"detail") {
        warn(
            "filter-detail",
            "is looked for in the record, which has no `detail`: that is the envelope of EventBridge",
        );
    }
    let Wanted::Equal { is_negated, value } = &test.wanted else { return };
    match value {
        Value::Text { text, .. } if is_any(text) && *is_negated => {
            warn(
                "filter-unequal-to-any",
                "is never unequal to any value: write `NOT EXISTS` for a field that is missing",
            );
        }
        Value::Text { text, is_bare: true } if matches!(text.as_str(), "true" | "false") => {
            warn(
                "filter-boolean-text",
                &format!(
                    "is compared with the string `{text}`, not with the boolean: write `IS {}` for that",
                    text.to_uppercase()
                ),
            );
        }
        Value::Text { text, is_bare: true } if text == "null" => {
            warn("filter-null-text", "is compared with the string `null`: write `IS NULL` for the value");
        }
        Value::Text { text, .. } if has_inner_star(text) => {
            warn(
                "filter-inner-star",
                "is compared with a `*` in the middle, which stands for itself: only at the ends it is any text",
            );
        }
        Value::Text { text, .. } if Block::read(text).is_ok_and(|_| text.contains('/')) => {
            warn(
                "filter-address-block",
                "is compared with an address block as text: a filter knows no addresses",
            );
        }
        Value::Text { text, is_bare: false } if text.parse::<f64>().is_ok() => {
            warn(
                "filter-quoted-number",
                "is compared with a number in quotes, which is a string: bare it is a number",
            );
        }
        _ => {}
    }
}

fn is_any(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}

fn has_inner_star(text: &str) -> bool {
    text.trim_matches('*').contains('*')
}

/// Warns of `!=` as one alternative among others: nearly every record is unequal to something. Beside `NOT EXISTS` of the same
/// field it is the way to say "not this".
fn warn_of_unequal(parts: &[Filter], warnings: &mut Vec<Warning>) {
    for (at, part) in parts.iter().enumerate() {
        let Some(selector) = unequal(part) else { continue };
        let is_completed = |other: &Filter| matches!(other, Filter::Is(Test { selector: found, wanted: Wanted::Nothing }) if found == selector);
        let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
        if others.into_iter().any(|(_, other)| !is_completed(other)) {
            warnings.push(Warning {
                id: "filter-unequal-or",
                path: selector.to_string(),
                message: "is wanted unequal to something as one alternative of `||`: nearly every record is"
                    .to_owned(),
            });
        }
    }
}

fn unequal(filter: &Filter) -> Option<&Selector> {
    match filter {
        Filter::Is(Test { selector, wanted: Wanted::Equal { is_negated: true, .. } }) => Some(selector),
        _ => None,
    }
}
