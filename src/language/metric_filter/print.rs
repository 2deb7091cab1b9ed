//! Writes a filter pattern back.

use super::tree::{Filter, Test, Value, Wanted};

/// Writes the pattern: a condition a pair of parentheses when there are several, as people write them.
pub(super) fn print(filter: &Filter) -> String {
    match filter {
        Filter::All(parts) if parts.is_empty() => String::new(),
        filter => format!("{{ {} }}", joined(filter)),
    }
}

fn joined(filter: &Filter) -> String {
    let (parts, sign) = match filter {
        Filter::All(parts) => (parts, " && "),
        Filter::Any(parts) => (parts, " || "),
        Filter::Is(test) => return condition(test),
    };
    let parts: Vec<String> = parts.iter().map(|part| format!("({})", joined(part))).collect();
    parts.join(sign)
}

fn condition(test: &Test) -> String {
    format!("{} {}", test.selector, wish(&test.wanted))
}

/// Returns what a condition says of its selector: `= "x"`.
pub(super) fn wish(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Equal { is_negated, value } => {
            let sign = if *is_negated { "!=" } else { "=" };
            format!("{sign} {}", written(value))
        }
        Wanted::Compared { operator, number } => format!("{} {}", operator.sign(), number.text),
        Wanted::Null => "IS NULL".to_owned(),
        Wanted::Bool(true) => "IS TRUE".to_owned(),
        Wanted::Bool(false) => "IS FALSE".to_owned(),
        Wanted::Nothing => "NOT EXISTS".to_owned(),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Text { text, is_bare: true } | Value::Starred(text) => text.clone(),
        Value::Text { text, is_bare: false } => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Value::Number(number) => number.text.clone(),
        Value::Regex { text, .. } => format!("%{text}%"),
    }
}
