//! What is left of a condition when something is known of the texts it will be asked about.
//!
//! Texts of one kind (the same call of the same service, without error) share most answers. Asked once for all of them,
//! they need not be asked of each.

use super::condition::{Condition, Exact, Rule, Test};
use super::expression::Expression;
use super::matcher::{Matcher, Value};
use super::probe::Probe;
use crate::json::{FieldId, Step};

/// What is known of a field.
#[derive(Debug)]
pub enum Given<'a> {
    /// There is nothing, no leaf and no object: the member that it is, or is below, is missing or a scalar.
    Nothing,
    /// It is a member of the record, which has it once, with this value.
    Is(Value<'a>),
}

/// What is known of all fields.
#[derive(Debug, Default)]
pub struct Knowledge<'a>(Vec<Option<Given<'a>>>);

/// What is left of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Remainder {
    /// Nothing: every such text satisfies it.
    Always,
    /// Nothing: no such text satisfies it.
    Never,
    /// A condition that such a text satisfies when it satisfies the whole one.
    Rest(Condition),
}

impl<'a> Knowledge<'a> {
    /// Notes what is known of a field.
    pub fn insert(&mut self, field: FieldId, given: Given<'a>) {
        if self.0.len() <= field.index() {
            self.0.resize_with(field.index() + 1, || None);
        }
        self.0[field.index()] = Some(given);
    }

    /// Returns what is known of a field, if anything is.
    pub fn of(&self, field: FieldId) -> Option<&Given<'a>> {
        self.0.get(field.index())?.as_ref()
    }
}

impl Condition {
    /// Returns what is left of the condition for texts of which something is known.
    pub fn given(&self, known: &Knowledge<'_>) -> Remainder {
        match &self.exact {
            Exact::Rules => given_rules(&self.rules, known),
            Exact::Expression(expression) => match expression.given(known) {
                Expression::All(parts) if parts.is_empty() => Remainder::Always,
                Expression::Any(parts) if parts.is_empty() => Remainder::Never,
                rest => Remainder::Rest(Self::of_record(rest)),
            },
            Exact::Both(conditions) => match [0, 1].map(|one| conditions[one].given(known)) {
                [Remainder::Never, _] | [_, Remainder::Never] => Remainder::Never,
                [Remainder::Always, rest] | [rest, Remainder::Always] => rest,
                [Remainder::Rest(one), Remainder::Rest(other)] => Remainder::Rest(one.limited_to(other)),
            },
        }
    }
}

/// A leaf at a member of the record contradicts no choice of others, so a test that it passes can go.
fn given_rules(rules: &[Rule], known: &Knowledge<'_>) -> Remainder {
    let mut left = Vec::new();
    for rule in rules {
        let answers: Vec<_> = rule.tests.iter().map(|test| test.given(known)).collect();
        if answers.contains(&Some(false)) {
            continue;
        }
        let open = rule.tests.iter().zip(&answers).filter(|(_, answer)| answer.is_none());
        let tests: Vec<Test> = open.map(|(test, _)| test.clone()).collect();
        if tests.is_empty() {
            return Remainder::Always;
        }
        left.push(Rule { tests });
    }
    if left.is_empty() { Remainder::Never } else { Remainder::Rest(Condition::new(left)) }
}

impl Test {
    fn given(&self, known: &Knowledge<'_>) -> Option<bool> {
        Some(match known.of(self.field)? {
            Given::Nothing => self.accepts_absence,
            Given::Is(value) => accept(&self.matchers, value),
        })
    }
}

impl Expression {
    /// Returns what is left of the expression; all of nothing holds always, any of nothing never.
    fn given(&self, known: &Knowledge<'_>) -> Self {
        match self {
            Self::All(parts) => {
                let mut rest = Vec::new();
                for part in parts {
                    match part.given(known) {
                        Self::Any(parts) if parts.is_empty() => return Self::Any(Vec::new()),
                        Self::All(parts) => rest.extend(parts),
                        part => rest.push(part),
                    }
                }
                single(rest, Self::All)
            }
            Self::Any(parts) => {
                let mut rest = Vec::new();
                for part in parts {
                    match part.given(known) {
                        Self::All(parts) if parts.is_empty() => return Self::All(Vec::new()),
                        Self::Any(parts) => rest.extend(parts),
                        part => rest.push(part),
                    }
                }
                single(rest, Self::Any)
            }
            Self::Yes(probe) => probe.given(known).map_or_else(|| self.clone(), Self::constant),
            Self::No(probe) => probe.given(known).map_or_else(|| self.clone(), |yes| Self::constant(!yes)),
        }
    }

    fn constant(holds: bool) -> Self {
        if holds { Self::All(Vec::new()) } else { Self::Any(Vec::new()) }
    }
}

fn single(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

impl Probe {
    /// Returns the answer when what is known decides it.
    fn given(&self, known: &Knowledge<'_>) -> Option<bool> {
        match self {
            Self::At { place, matchers } => match known.of(place.field)? {
                Given::Nothing => Some(false),
                Given::Is(value) if !accept(matchers, value) => Some(false),
                Given::Is(_) => Some(is_member(&place.steps)),
            },
            Self::Nothing(place) => match known.of(place.field)? {
                Given::Nothing => Some(true),
                Given::Is(_) => Some(!is_member(&place.steps)),
            },
            Self::Leaf { field, matchers } | Self::LeafOrObject { field, matchers, .. } => {
                Some(match known.of(*field)? {
                    Given::Nothing => false,
                    Given::Is(value) => accept(matchers, value),
                })
            }
            Self::Same { field, other, part, is_cased } => match (known.of(*field), known.of(*other)) {
                (Some(Given::Nothing), _) | (_, Some(Given::Nothing)) => Some(false),
                (Some(Given::Is(one)), Some(Given::Is(other))) => Some(part.is(one, other, *is_cased)),
                _ => None,
            },
            Self::Anywhere(_) => None,
        }
    }
}

/// Tells whether steps lead to a member of the record, and not into it: in a scalar there is nothing.
fn is_member(steps: &[Step]) -> bool {
    matches!(steps, [Step::Name(_), Step::Name(_)])
}

fn accept(matchers: &[Matcher], value: &Value<'_>) -> bool {
    matchers.iter().any(|matcher| matcher.accepts(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Fields, Leaves, project};
    use crate::language::Language;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    /// Patterns, filters and the detections of Sigma rules.
    const TEXTS: [&str; 22] = [
        r#"{"detail":{"a":["x"],"b":["y"]}}"#,
        r#"{"detail":{"a":["x",{"exists":false}],"b":{"c":["y",null]}}}"#,
        r#"{"detail":{"$or":[{"a":["x"]},{"b":["y"],"d":[{"anything-but":"z"}]},{"b":{"c":[{"exists":false}]}}]}}"#,
        r#"{"detail":{"a":[{"exists":false}],"b":[{"exists":true}],"d":[true,5]}}"#,
        r#"{"detail":{"b":{"c":["x"],"e":["y"]},"d":[null]}}"#,
        "{ $.a = x && $.b.c = y }",
        "{ $.a != x || $.b NOT EXISTS }",
        "{ $.b.c NOT EXISTS && $.d IS TRUE }",
        "{ $.a[0] = x || $.b[0].c = y || $.d IS NULL }",
        "{ $.a.e NOT EXISTS && $.a = *x* }",
        "s: {a: X, b.c: y}",
        "s: [{a: x, d: true}, {b|contains: y}]",
        "s: {b: null, d|exists: true}",
        "s: {a|fieldref: d}",
        "s: {a|fieldref|neq: b.c, d|gt: 4}",
        "s: {b|contains: '\"c\"', a|startswith: X}",
        "s: [x, y]",
        "s: {a|neq: x}",
        "s: {a: [x, null, '']}",
        "s: {d: 5, b.c|exists: false}",
        "s: {d: 'TRUE'}",
        "s: {a.e: null, b.c|re: ^y}",
    ];

    const VALUES: [&str; 14] = [
        r#""x""#,
        r#""X""#,
        r#""y""#,
        r#""""#,
        "null",
        "true",
        "false",
        "5",
        "5.0",
        r#"{"c":"y"}"#,
        r#"{"c":null,"e":"y"}"#,
        r#"[{"c":"x"},{"e":"y","c":"y"}]"#,
        r#"["x",null]"#,
        "[]",
    ];

    fn condition(text: &str, fields: &mut Fields) -> Condition {
        let rule = |condition: &str| {
            format!(
                "logsource: {{product: aws, service: cloudtrail}}\ndetection:\n    {text}\n    condition: {condition}\n"
            )
        };
        let text = if text.starts_with("s:") { rule("s") } else { text.to_owned() };
        Language::of(&text).read(&text).unwrap().compile(fields)
    }

    /// Tells what the value of a member says about a field.
    fn given<'a>(value: Option<&'a str>, is_member: bool) -> Option<Given<'a>> {
        let value = match value.map(|value| (value, value.as_bytes()[0])) {
            None => return Some(Given::Nothing),
            Some((_, b'{' | b'[')) => return None,
            Some((value, b'"')) => Value::Text(value.as_bytes()[1..value.len() - 1].into()),
            Some((value, b't' | b'f')) => Value::Bool(value == "true"),
            Some((_, b'n')) => Value::Null,
            Some((value, _)) => Value::Number(value),
        };
        Some(if is_member { Given::Is(value) } else { Given::Nothing })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn what_is_left_decides_like_the_whole(
            text in select(&TEXTS[..]),
            limit in prop::option::of(select(&TEXTS[5..])),
            values in prop::array::uniform3(prop::option::of(select(&VALUES[..]))),
            told in subsequence(&["a", "b", "d"][..], 0..=3),
        ) {
            let mut fields = Fields::new();
            let mut whole = condition(text, &mut fields);
            if let Some(limit) = limit {
                whole = whole.limited_to(condition(limit, &mut fields));
            }
            let members: Vec<_> = ["a", "b", "d"].into_iter().zip(values).collect();
            let written = members.iter().filter_map(|(name, value)| Some(format!(r#""{name}":{}"#, (*value)?)));
            let record = format!("{{{}}}", written.collect::<Vec<_>>().join(","));
            let mut leaves = Leaves::new();
            leaves.reset(fields.len());
            leaves.wrap();
            fields.intern("detail.other");
            project(record.as_bytes(), &fields, fields.node("detail").unwrap(), &mut leaves).unwrap();
            let mut known = Knowledge::default();
            for field in whole.fields() {
                let path = fields.path(field).strip_prefix("detail.").unwrap();
                let name = path.split('.').next().unwrap();
                let (_, value) = members.iter().find(|(known, _)| *known == name).unwrap();
                if let Some(given) = given(*value, path == name).filter(|_| told.contains(&name)) {
                    known.insert(field, given);
                }
            }
            let view = leaves.view(record.as_bytes());
            let is_satisfied = match whole.given(&known) {
                Remainder::Always => true,
                Remainder::Never => false,
                Remainder::Rest(rest) => {
                    let is_open = |field: &FieldId| known.of(*field).is_none() || text.contains("fieldref");
                    prop_assert!(limit.is_some() || rest.fields().iter().all(is_open), "{:?}", rest);
                    rest.is_satisfied(&view)
                }
            };
            prop_assert_eq!(is_satisfied, whole.is_satisfied(&view), "{} {:?} {:?}", record, whole, known);
        }
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        let mut fields = Fields::new();
        let whole = condition(r#"{"detail":{"a":["x"],"b":["y"]}}"#, &mut fields);
        let [a, b] = ["detail.a", "detail.b"].map(|path| fields.find(path).unwrap());
        let text = |text: &'static str| Given::Is(Value::Text(text.as_bytes().into()));
        let mut known = Knowledge::default();
        known.insert(a, text("x"));
        let Remainder::Rest(rest) = whole.given(&known) else { panic!("b is not known") };
        assert_eq!(rest.fields(), [b]);
        known.insert(b, text("y"));
        assert_eq!(whole.given(&known), Remainder::Always);
        known.insert(b, Given::Nothing);
        assert_eq!(whole.given(&known), Remainder::Never);
    }
}
