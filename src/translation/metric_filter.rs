//! Filter patterns of CloudWatch Logs. Their grammar is that of [`crate::language`]'s metric filters.

use super::tree::{Test, Tree};
use super::{Loss, Losses, Refusal};
use crate::json::Step;
use crate::language::matcher::{Bound, Matcher, Range};

/// CloudWatch Logs takes so many characters.
const LIMIT: usize = 1_024;

pub(super) fn write(tree: &Tree, lost: &mut Losses) -> Result<String, Refusal> {
    if *tree == Tree::Any(Vec::new()) {
        return Err(Refusal::Nothing);
    }
    if *tree == Tree::All(Vec::new()) {
        return Ok(String::new());
    }
    lost.note(Loss::Places);
    let text = format!("{{ {} }}", joined(tree, lost)?.0);
    let length = text.chars().count();
    if length > LIMIT { Err(Refusal::TooLong { length, limit: LIMIT }) } else { Ok(text) }
}

/// Writes a part, and says whether it is a single condition.
fn joined(tree: &Tree, lost: &mut Losses) -> Result<(String, bool), Refusal> {
    let (parts, sign) = match tree {
        Tree::All(parts) => (parts, " && "),
        Tree::Any(parts) => (parts, " || "),
        Tree::Test(test) => return conditions(test, lost),
    };
    let parts: Vec<String> = parts
        .iter()
        .map(|part| joined(part, lost).map(|(text, _)| format!("({text})")))
        .collect::<Result<_, _>>()?;
    Ok((parts.join(sign), false))
}

fn conditions(test: &Test, lost: &mut Losses) -> Result<(String, bool), Refusal> {
    let selector = selector(test)?;
    let mut alternatives = Vec::new();
    for matcher in &test.matchers {
        alternatives.extend(accepted(&selector, matcher, test, lost)?);
    }
    if test.accepts_absence {
        alternatives.push(format!("{selector} NOT EXISTS"));
    }
    match alternatives.as_slice() {
        [] => Err(Refusal::Nothing),
        [only] => Ok((only.clone(), true)),
        many => {
            let many: Vec<String> = many.iter().map(|condition| format!("({condition})")).collect();
            Ok((many.join(" || "), false))
        }
    }
}

/// Returns the conditions one of which must hold.
fn accepted(
    selector: &str,
    matcher: &Matcher,
    test: &Test,
    lost: &mut Losses,
) -> Result<Vec<String>, Refusal> {
    Ok(match matcher {
        Matcher::Bool(value) => vec![format!("{selector} IS {}", if *value { "TRUE" } else { "FALSE" })],
        Matcher::Null => vec![format!("{selector} IS NULL")],
        Matcher::Any => vec![format!("{selector} = \"*\"")],
        Matcher::Range(range) | Matcher::Double(range) => vec![comparisons(selector, range)],
        Matcher::Spelled(inner) => {
            lost.note(Loss::Kinds { path: test.path() });
            accepted(selector, inner, test, lost)?
        }
        Matcher::NoneOf(refused) => {
            let mut conditions = Vec::new();
            for matcher in refused {
                let values = values(matcher, test, lost)?;
                conditions.extend(values.into_iter().map(|value| format!("{selector} != {value}")));
            }
            match conditions.as_slice() {
                [only] => vec![only.clone()],
                many => {
                    let many: Vec<String> = many.iter().map(|condition| format!("({condition})")).collect();
                    vec![many.join(" && ")]
                }
            }
        }
        other => {
            let values = values(other, test, lost)?;
            values.into_iter().map(|value| format!("{selector} = {value}")).collect()
        }
    })
}

/// Returns what `=` has to be followed by, one for each alternative.
fn values(matcher: &Matcher, test: &Test, lost: &mut Losses) -> Result<Vec<String>, Refusal> {
    let plain = |text: &str| match text.starts_with('*') || text.ends_with('*') || text.is_empty() {
        true => {
            Err(test.unsaid(format!("the text `{text}`, whose stars (or nothing) stand for themselves,")))
        }
        false => Ok(text.to_owned()),
    };
    Ok(match matcher {
        Matcher::OneOf(texts) => texts
            .as_slice()
            .iter()
            .map(|text| plain(text).map(|text| quoted(&text)))
            .collect::<Result<_, _>>()?,
        Matcher::Address(address) => {
            lost.note(Loss::Spellings { path: test.path() });
            vec![quoted(&address.to_string())]
        }
        Matcher::Prefix(text) => vec![quoted(&format!("{}*", plain(text)?))],
        Matcher::Suffix(text) => vec![quoted(&format!("*{}", plain(text)?))],
        Matcher::Wildcard(wildcard) => match wildcard.pieces() {
            [only] => vec![quoted(&plain(only)?)],
            [first, last] if last.is_empty() => vec![quoted(&format!("{}*", plain(first)?))],
            [first, last] if first.is_empty() => vec![quoted(&format!("*{}", plain(last)?))],
            [first, part, last] if first.is_empty() && last.is_empty() => {
                vec![quoted(&format!("*{}*", plain(part)?))]
            }
            _ => return Err(test.unsaid("a star in the middle of a text")),
        },
        Matcher::Number(number) => match number.value() {
            Some(_) => vec![number.text().to_lowercase()],
            None => return Err(test.unsaid(format!("the number {}", number.text()))),
        },
        Matcher::Range(Range { low: Bound::Inclusive(low), high: Bound::Inclusive(high) })
        | Matcher::Double(Range { low: Bound::Inclusive(low), high: Bound::Inclusive(high) })
            if low == high =>
        {
            vec![low.to_string()]
        }
        Matcher::Spelled(inner) => {
            lost.note(Loss::Kinds { path: test.path() });
            values(inner, test, lost)?
        }
        Matcher::EqualsIgnoringCase(_)
        | Matcher::PrefixIgnoringCase(_)
        | Matcher::SuffixIgnoringCase(_)
        | Matcher::ContainsIgnoringCase(_) => {
            return Err(test.unsaid("a text in whatever case"));
        }
        Matcher::Block(block) => return Err(test.unsaid(format!("the block of addresses {block}"))),
        _ => return Err(test.unsaid("this test")),
    })
}

fn comparisons(selector: &str, range: &Range) -> String {
    if let (Bound::Inclusive(low), Bound::Inclusive(high)) = (range.low, range.high)
        && low == high
    {
        return format!("{selector} = {low}");
    }
    let low = match range.low {
        Bound::None => None,
        Bound::Inclusive(low) => Some(format!("{selector} >= {low}")),
        Bound::Exclusive(low) => Some(format!("{selector} > {low}")),
    };
    let high = match range.high {
        Bound::None => None,
        Bound::Inclusive(high) => Some(format!("{selector} <= {high}")),
        Bound::Exclusive(high) => Some(format!("{selector} < {high}")),
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("({low}) && ({high})"),
        (low, high) => low.or(high).unwrap_or_default(),
    }
}

fn selector(test: &Test) -> Result<String, Refusal> {
    let mut selector = "$".to_owned();
    for step in &test.steps {
        match step {
            Step::Name(name) if is_name(name) => {
                selector.push('.');
                selector.push_str(name);
            }
            Step::Name(_) => return Err(Refusal::Name { path: test.path() }),
            Step::Element(number) => selector.push_str(&format!("[{number}]")),
        }
    }
    Ok(selector)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
