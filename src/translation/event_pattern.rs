//! EventBridge event patterns over `detail`.

use super::tree::{Tree, is_never_spelled};
use super::{Loss, Losses, Refusal};
use crate::language::matcher::{Bound, Matcher, Range, Texts};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// EventBridge makes so many rules of one `$or`.
const MOST_RULES: usize = 1_000;
/// EventBridge takes so many characters.
const USUAL_LENGTH: usize = 2_048;

/// What one field must be: one of these, or missing.
type Wanted = (Vec<Matcher>, bool);

/// Fields, by their names, and what they must be.
type Rule = BTreeMap<Vec<String>, Wanted>;

pub(super) fn write(tree: &Tree, lost: &mut Losses) -> Result<String, Refusal> {
    let mut rules = joined(rules(tree)?);
    if rules.is_empty() {
        return Err(Refusal::Nothing);
    }
    if rules.iter().any(Rule::is_empty) {
        return Err(Refusal::UnsaidAtAll { what: "every record" });
    }
    let common = take_common(&mut rules);
    let mut detail = Map::new();
    put_all(&mut detail, &common, lost)?;
    if rules.iter().any(|rule| !rule.is_empty()) {
        let mut branches = Vec::new();
        for rule in &rules {
            let mut branch = Map::new();
            put_all(&mut branch, rule, lost)?;
            branches.push(Value::Object(branch));
        }
        detail.insert("$or".to_owned(), Value::Array(branches));
    }
    let text = json!({ "detail": detail }).to_string();
    let length = text.chars().count();
    if length > USUAL_LENGTH {
        lost.note(Loss::Length { length });
    }
    Ok(text)
}

/// Writes the tree as alternatives, each a field once.
fn rules(tree: &Tree) -> Result<Vec<Rule>, Refusal> {
    match tree {
        Tree::Test(test) => {
            let names = test.names()?.into_iter().map(str::to_owned).collect();
            Ok(vec![Rule::from([(names, (test.matchers.clone(), test.accepts_absence))])])
        }
        Tree::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(rules(part)?);
                check(all.len())?;
            }
            Ok(all)
        }
        Tree::All(parts) => {
            let mut all = vec![Rule::new()];
            for part in parts {
                // Joined first, so that a choice of names on one field is not multiplied out.
                let factor = joined(rules(part)?);
                check(all.len() * factor.len())?;
                let mut next = Vec::new();
                for rule in &all {
                    for other in &factor {
                        next.extend(both(rule, other)?);
                    }
                }
                all = next;
            }
            Ok(all)
        }
    }
}

fn check(count: usize) -> Result<(), Refusal> {
    if count > MOST_RULES { Err(Refusal::TooMany { limit: MOST_RULES }) } else { Ok(()) }
}

/// Returns the rule that wants what both want, unless nothing can be both.
fn both(one: &Rule, other: &Rule) -> Result<Option<Rule>, Refusal> {
    let mut rule = one.clone();
    for (names, wanted) in other {
        let wanted = match rule.get(names) {
            Some(known) => match intersection(names, known, wanted)? {
                (matchers, false) if matchers.is_empty() => return Ok(None),
                wanted => wanted,
            },
            None => wanted.clone(),
        };
        rule.insert(names.clone(), wanted);
    }
    Ok(Some(rule))
}

fn intersection(names: &[String], one: &Wanted, other: &Wanted) -> Result<Wanted, Refusal> {
    let is_absent = one.1 && other.1;
    let matchers = match (one.0.as_slice(), other.0.as_slice()) {
        (same, others) if same == others => same.to_vec(),
        ([], _) | (_, []) => Vec::new(),
        ([Matcher::Any], some) | (some, [Matcher::Any]) => some.to_vec(),
        ([Matcher::OneOf(some)], [Matcher::OneOf(others)]) => {
            let both: Texts =
                some.as_slice().iter().filter(|text| others.as_slice().contains(text)).cloned().collect();
            if both.as_slice().is_empty() { Vec::new() } else { vec![Matcher::OneOf(both)] }
        }
        (
            [Matcher::Range(some) | Matcher::Double(some)],
            [Matcher::Range(other) | Matcher::Double(other)],
        ) => vec![Matcher::Range(overlap(some, other))],
        ([Matcher::NoneOf(some)], [Matcher::NoneOf(others)]) => {
            vec![Matcher::NoneOf(some.iter().chain(others).cloned().collect())]
        }
        _ => {
            let what = "two conditions at once".to_owned();
            return Err(Refusal::Unsaid { path: names.join("."), what });
        }
    };
    Ok((matchers, is_absent))
}

/// Returns the numbers that are in both ranges.
fn overlap(one: &Range, other: &Range) -> Range {
    let higher = |one: Bound, other: Bound| match (one, other) {
        (Bound::None, bound) | (bound, Bound::None) => bound,
        (Bound::Inclusive(a) | Bound::Exclusive(a), Bound::Inclusive(b) | Bound::Exclusive(b)) if a != b => {
            if a > b {
                one
            } else {
                other
            }
        }
        (Bound::Exclusive(_), _) => one,
        _ => other,
    };
    let lower = |one: Bound, other: Bound| match (one, other) {
        (Bound::None, bound) | (bound, Bound::None) => bound,
        (Bound::Inclusive(a) | Bound::Exclusive(a), Bound::Inclusive(b) | Bound::Exclusive(b)) if a != b => {
            if a < b {
                one
            } else {
                other
            }
        }
        (Bound::Exclusive(_), _) => one,
        _ => other,
    };
    Range { low: higher(one.low, other.low), high: lower(one.high, other.high) }
}

/// Joins rules that differ in one field only.
fn joined(rules: Vec<Rule>) -> Vec<Rule> {
    let mut joined: Vec<Rule> = Vec::new();
    for rule in rules {
        let found = joined.iter().position(|known| differing(known, &rule).is_some());
        match found.and_then(|place| Some((place, differing(&joined[place], &rule)?))) {
            Some((place, Some(names))) => {
                let (matchers, is_absent) = rule[&names].clone();
                if let Some(known) = joined[place].get_mut(&names) {
                    known.0.extend(matchers);
                    known.1 |= is_absent;
                }
            }
            // They are equal.
            Some((_, None)) => {}
            None => joined.push(rule),
        }
    }
    joined
}

/// Returns the one field that two rules differ in (`Some(None)` when they are equal); `None` when there are more.
fn differing(one: &Rule, other: &Rule) -> Option<Option<Vec<String>>> {
    if !one.keys().eq(other.keys()) {
        return None;
    }
    let mut differing =
        one.iter().filter(|(names, wanted)| other[*names] != **wanted).map(|(names, _)| names);
    match (differing.next(), differing.next()) {
        (None, _) => Some(None),
        (Some(names), None) => Some(Some(names.clone())),
        _ => None,
    }
}

/// Takes what all rules want alike out of them; of a single rule that is everything.
fn take_common(rules: &mut [Rule]) -> Rule {
    let first = rules[0].clone();
    let is_common =
        |names: &Vec<String>, wanted: &Wanted| rules.iter().all(|rule| rule.get(names) == Some(wanted));
    let common: Rule = first.into_iter().filter(|(names, wanted)| is_common(names, wanted)).collect();
    if rules.iter().any(|rule| rule.len() == common.len()) && rules.len() > 1 {
        // One alternative wants nothing beyond: the others say nothing new.
        rules.iter_mut().for_each(Rule::clear);
        return common;
    }
    rules.iter_mut().for_each(|rule| rule.retain(|names, _| !common.contains_key(names)));
    common
}

fn put_all(into: &mut Map<String, Value>, rule: &Rule, lost: &mut Losses) -> Result<(), Refusal> {
    for (names, (matchers, is_absent)) in rule {
        let path = names.join(".");
        let mut values = Vec::new();
        for matcher in matchers {
            values.extend(accepted(matcher, &path, lost)?);
        }
        if *is_absent {
            values.push(json!({ "exists": false }));
        }
        if values.is_empty() {
            return Err(Refusal::Nothing);
        }
        put(into, names, Value::Array(values)).ok_or(Refusal::Name { path })?;
    }
    Ok(())
}

/// Puts a value below names; `None` when something else stands in the way.
fn put(into: &mut Map<String, Value>, names: &[String], value: Value) -> Option<()> {
    let (last, above) = names.split_last()?;
    let mut at = into;
    for name in above {
        at = at.entry(name.clone()).or_insert_with(|| json!({})).as_object_mut()?;
    }
    at.insert(last.clone(), value).is_none().then_some(())
}

/// Returns the elements of the array, one for each alternative.
fn accepted(matcher: &Matcher, path: &str, lost: &mut Losses) -> Result<Vec<Value>, Refusal> {
    let unsaid = |what: &str| Refusal::Unsaid { path: path.to_owned(), what: what.to_owned() };
    let ascii = |text: Option<&str>| {
        text.map(str::to_owned).ok_or_else(|| unsaid("a text beyond ASCII in whatever case"))
    };
    Ok(match matcher {
        Matcher::OneOf(texts) => texts.as_slice().iter().map(|text| json!(text)).collect(),
        Matcher::Prefix(text) => vec![json!({ "prefix": text })],
        Matcher::Suffix(text) => vec![json!({ "suffix": text })],
        Matcher::EqualsIgnoringCase(text) => vec![json!({ "equals-ignore-case": ascii(text.as_ascii())? })],
        Matcher::PrefixIgnoringCase(text) => {
            vec![json!({ "prefix": { "equals-ignore-case": ascii(text.as_ascii())? } })]
        }
        Matcher::SuffixIgnoringCase(text) => {
            vec![json!({ "suffix": { "equals-ignore-case": ascii(text.as_ascii())? } })]
        }
        Matcher::Wildcard(wildcard) => vec![json!({ "wildcard": stars(wildcard.pieces()) })],
        Matcher::Number(number) => vec![raw(number.text()).ok_or_else(|| unsaid("this number"))?],
        Matcher::Range(range) | Matcher::Double(range) => {
            vec![json!({ "numeric": numeric(range).ok_or_else(|| unsaid("this range"))? })]
        }
        Matcher::Bool(value) => vec![json!(value)],
        Matcher::Null => vec![Value::Null],
        Matcher::Any => vec![json!({ "exists": true })],
        Matcher::Block(block) => vec![json!({ "cidr": block.to_string() })],
        Matcher::NoneOf(refused) => {
            vec![
                json!({ "anything-but": refusal(refused, path, lost).ok_or_else(|| unsaid("what is refused here"))? }),
            ]
        }
        Matcher::Spelled(inner) => {
            if !is_never_spelled(inner) {
                lost.note(Loss::Kinds { path: path.to_owned() });
            }
            accepted(inner, path, lost)?
        }
        Matcher::Address(address) => vec![json!(address.to_string())],
        _ => return Err(unsaid("this test")),
    })
}

/// Returns the argument of `anything-but`: texts, numbers, or texts of one operator.
fn refusal(refused: &[Matcher], path: &str, lost: &mut Losses) -> Option<Value> {
    let mut plain = Vec::new();
    let mut nested: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for matcher in refused {
        let matcher = match matcher {
            Matcher::Spelled(inner) => {
                if !is_never_spelled(inner) {
                    lost.note(Loss::Kinds { path: path.to_owned() });
                }
                inner
            }
            other => other,
        };
        match matcher {
            Matcher::OneOf(texts) => plain.extend(texts.as_slice().iter().map(|text| json!(text))),
            Matcher::Number(number) => plain.push(raw(number.text())?),
            Matcher::Double(Range { low: Bound::Inclusive(low), high: Bound::Inclusive(high) })
                if low == high =>
            {
                plain.push(whole(*low)?);
            }
            Matcher::Prefix(text) => nested.entry("prefix").or_default().push(text.to_string()),
            Matcher::Suffix(text) => nested.entry("suffix").or_default().push(text.to_string()),
            Matcher::EqualsIgnoringCase(text) => {
                nested.entry("equals-ignore-case").or_default().push(text.as_ascii()?.to_owned());
            }
            Matcher::Wildcard(wildcard) => {
                nested.entry("wildcard").or_default().push(stars(wildcard.pieces()))
            }
            _ => return None,
        }
    }
    match (nested.pop_first(), nested.is_empty(), plain.is_empty()) {
        (None, _, false) if plain.iter().all(Value::is_string) || plain.iter().all(Value::is_number) => {
            Some(Value::Array(plain))
        }
        (Some((operator, texts)), true, true) => Some(json!({ operator: texts })),
        _ => None,
    }
}

fn stars(pieces: &[Box<str>]) -> String {
    let pieces: Vec<String> =
        pieces.iter().map(|piece| piece.replace('\\', "\\\\").replace('*', "\\*")).collect();
    pieces.join("*")
}

fn raw(number: &str) -> Option<Value> {
    serde_json::from_str(number).ok().filter(Value::is_number) // what is no number of JSON cannot be written
}

fn numeric(range: &Range) -> Option<Vec<Value>> {
    if let (Bound::Inclusive(low), Bound::Inclusive(high)) = (range.low, range.high)
        && low == high
    {
        return Some(vec![json!("="), whole(low)?]);
    }
    let mut terms = Vec::new();
    match range.low {
        Bound::None => {}
        Bound::Inclusive(low) => terms.extend([json!(">="), whole(low)?]),
        Bound::Exclusive(low) => terms.extend([json!(">"), whole(low)?]),
    }
    match range.high {
        Bound::None => {}
        Bound::Inclusive(high) => terms.extend([json!("<="), whole(high)?]),
        Bound::Exclusive(high) => terms.extend([json!("<"), whole(high)?]),
    }
    (!terms.is_empty()).then_some(terms)
}

/// Writes a double without a fraction where it has none.
fn whole(number: f64) -> Option<Value> {
    raw(&number.to_string())
}
