//! Writes a filter pattern back.

use super::reader::MOST_CHARACTERS;
use super::tree::{Filter, Test, Value, Wanted};

/// Writes the pattern as people do, a pair of parentheses for every condition beside others; without anything that is not
/// needed when that would be longer than the service takes.
pub(super) fn print(filter: &Filter) -> String {
    if matches!(filter, Filter::All(parts) if parts.is_empty()) {
        return String::new();
    }
    let loose = format!("{{ {} }}", Style { is_tight: false }.joined(filter));
    if loose.chars().count() <= MOST_CHARACTERS {
        return loose;
    }
    format!("{{{}}}", Style { is_tight: true }.joined(filter))
}

/// Returns what a condition says of its selector: `= "x"`.
pub(super) fn wish(wanted: &Wanted) -> String {
    Style { is_tight: false }.wish(wanted).trim_start().to_owned()
}

/// How much space there is.
#[derive(Clone, Copy)]
struct Style {
    is_tight: bool,
}

impl Style {
    fn joined(self, filter: &Filter) -> String {
        let (parts, sign) = match filter {
            Filter::All(parts) => (parts, "&&"),
            Filter::Any(parts) => (parts, "||"),
            Filter::Is(test) => return self.condition(test),
        };
        let parts: Vec<String> = parts.iter().map(|part| self.part(part, filter)).collect();
        parts.join(&self.spaced(sign))
    }

    /// Writes a part, in parentheses where they are wanted.
    fn part(self, part: &Filter, whole: &Filter) -> String {
        let is_needed = matches!((part, whole), (Filter::Any(_), Filter::All(_)));
        let text = self.joined(part);
        if is_needed || !self.is_tight { format!("({text})") } else { text }
    }

    fn condition(self, test: &Test) -> String {
        format!("{}{}", test.selector, self.wish(&test.wanted))
    }

    fn wish(self, wanted: &Wanted) -> String {
        match wanted {
            Wanted::Equal { is_negated, value } => {
                let sign = self.spaced(if *is_negated { "!=" } else { "=" });
                format!("{sign}{}", written(value))
            }
            Wanted::Compared { operator, number } => {
                format!("{}{}", self.spaced(operator.sign()), number.text)
            }
            Wanted::Null => " IS NULL".to_owned(),
            Wanted::Bool(true) => " IS TRUE".to_owned(),
            Wanted::Bool(false) => " IS FALSE".to_owned(),
            Wanted::Nothing => " NOT EXISTS".to_owned(),
        }
    }

    fn spaced(self, sign: &str) -> String {
        if self.is_tight { sign.to_owned() } else { format!(" {sign} ") }
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
