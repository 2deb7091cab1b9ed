//! Tests as predicates. Each is true or not; where SQL knows neither, that is not true.

use super::athena::{self, Column};
use super::dialect::Dialect;
use crate::language::matcher::{Bound, Matcher, Range};
use crate::translation::tree::{Test, Tree};
use crate::translation::{Loss, Losses, Refusal};

/// What stands before a character of `LIKE` that stands for itself.
const ESCAPE: char = '!';

pub(super) struct Writer<'a> {
    pub(super) dialect: Dialect,
    pub(super) lost: &'a mut Losses,
}

/// A field in SQL.
struct Field {
    /// Its text, or SQL's NULL when there is none.
    text: String,
    /// Whether there is a value …
    exists: String,
    /// … or none.
    is_absent: String,
}

impl Writer<'_> {
    pub(super) fn joined(&mut self, tree: &Tree, is_outside: bool) -> Result<String, Refusal> {
        let (parts, sign) = match tree {
            Tree::All(parts) if parts.is_empty() => return Ok("TRUE".to_owned()),
            Tree::Any(parts) if parts.is_empty() => return Err(Refusal::Nothing),
            Tree::All(parts) => (parts, " AND "),
            Tree::Any(parts) => (parts, " OR "),
            Tree::Test(test) => return self.test(test),
        };
        let parts: Vec<String> =
            parts.iter().map(|part| self.joined(part, false)).collect::<Result<_, _>>()?;
        let text = parts.join(sign);
        Ok(if is_outside && sign == " AND " { text } else { format!("({text})") })
    }

    fn test(&mut self, test: &Test) -> Result<String, Refusal> {
        let field = self.field(test)?;
        let mut alternatives = Vec::new();
        for matcher in &test.matchers {
            alternatives.push(self.accepted(&field, matcher, test)?);
        }
        if test.accepts_absence {
            self.note_nulls(test);
            alternatives.push(field.is_absent.clone());
        }
        match alternatives.as_slice() {
            [] => Err(Refusal::Nothing),
            [only] => Ok(only.clone()),
            many => Ok(format!("({})", many.join(" OR "))),
        }
    }

    fn note_nulls(&mut self, test: &Test) {
        if self.dialect != Dialect::DuckDb {
            self.lost.note(Loss::Nulls { path: test.path() });
        }
    }

    fn field(&self, test: &Test) -> Result<Field, Refusal> {
        let names = test.names()?;
        let is_plain = |name: &&str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if !names.iter().all(is_plain) {
            return Err(Refusal::Name { path: test.path() });
        }
        let quoted =
            |names: &[&str]| -> String { names.iter().map(|name| format!("[\"{name}\"]")).collect() };
        let scalar =
            |column: &str, names: &[&str]| format!("json_extract_scalar({column}, '${}')", quoted(names));
        let text = match self.dialect {
            Dialect::Athena | Dialect::AthenaProjection => match athena::column(&names) {
                Some(Column::Text(column)) => column,
                Some(Column::Json(column, below)) => scalar(&column, below),
                None => return Err(Refusal::NoColumn { path: test.path() }),
            },
            Dialect::Trino => scalar("record", &names),
            Dialect::Spark => {
                let path: String = names.iter().map(|name| format!("[\\'{name}\\']")).collect();
                format!("get_json_object(record, '${path}')")
            }
            Dialect::DuckDb => {
                let path: String = names.iter().map(|name| format!(".\"{name}\"")).collect();
                let kind = format!("json_type(record, '${path}')");
                return Ok(Field {
                    text: format!("json_extract_string(record, '${path}')"),
                    exists: format!("coalesce({kind} NOT IN ('OBJECT', 'ARRAY'), FALSE)"),
                    is_absent: format!("coalesce({kind} IN ('OBJECT', 'ARRAY'), TRUE)"),
                });
            }
        };
        Ok(Field { exists: format!("{text} IS NOT NULL"), is_absent: format!("{text} IS NULL"), text })
    }

    fn accepted(&mut self, field: &Field, matcher: &Matcher, test: &Test) -> Result<String, Refusal> {
        let Field { text, exists, .. } = field;
        let literal = |value: &str| self.dialect.literal(value);
        let ascii = |value: Option<&str>| {
            value
                .map(str::to_ascii_lowercase)
                .ok_or_else(|| test.unsaid("a text beyond ASCII in whatever case"))
        };
        Ok(match matcher {
            Matcher::OneOf(texts) => {
                let kinds = texts.as_slice().iter().any(|text| text.parse::<f64>().is_ok() || is_word(text));
                let values: Vec<String> = texts.as_slice().iter().map(|value| literal(value)).collect();
                if kinds {
                    self.lost.note(Loss::Kinds { path: test.path() });
                }
                match values.as_slice() {
                    [only] => format!("{text} = {only}"),
                    many => format!("{text} IN ({})", many.join(", ")),
                }
            }
            Matcher::Prefix(value) => like(text, &[value, ""], self.dialect),
            Matcher::Suffix(value) => like(text, &["", value], self.dialect),
            Matcher::Wildcard(wildcard) => {
                let pieces: Vec<&str> = wildcard.pieces().iter().map(|piece| &**piece).collect();
                like(text, &pieces, self.dialect)
            }
            Matcher::EqualsIgnoringCase(value) => {
                format!("lower({text}) = {}", literal(&ascii(value.as_ascii())?))
            }
            Matcher::PrefixIgnoringCase(value) => {
                like(&format!("lower({text})"), &[&ascii(value.as_ascii())?, ""], self.dialect)
            }
            Matcher::SuffixIgnoringCase(value) => {
                like(&format!("lower({text})"), &["", &ascii(value.as_ascii())?], self.dialect)
            }
            Matcher::ContainsIgnoringCase(value) => {
                like(&format!("lower({text})"), &["", &ascii(value.as_ascii())?, ""], self.dialect)
            }
            Matcher::Number(number) => match number.value() {
                Some(value) => {
                    self.lost.note(Loss::Kinds { path: test.path() });
                    format!("{} = {value}", self.number(text))
                }
                None => return Err(test.unsaid(format!("the number {}", number.text()))),
            },
            Matcher::Range(range) | Matcher::Double(range) => {
                self.lost.note(Loss::Kinds { path: test.path() });
                comparisons(&self.number(text), range)
            }
            Matcher::Bool(value) => {
                self.lost.note(Loss::Kinds { path: test.path() });
                format!("{text} = '{value}'")
            }
            Matcher::Any => {
                self.note_nulls(test);
                exists.clone()
            }
            Matcher::Block(block) if self.dialect.is_athena() || self.dialect == Dialect::Trino => {
                format!("contains('{block}', try_cast({text} AS ipaddress))")
            }
            Matcher::Block(block) => return Err(test.unsaid(format!("the block of addresses {block}"))),
            Matcher::Spelled(inner) => self.accepted(field, inner, test)?,
            Matcher::NoneOf(refused) => {
                let mut accepted = Vec::new();
                for matcher in refused {
                    accepted.push(self.accepted(field, matcher, test)?);
                }
                self.note_nulls(test);
                format!("({exists} AND NOT coalesce({}, FALSE))", accepted.join(" OR "))
            }
            Matcher::Null => return Err(test.unsaid("null, which is NULL like a missing field,")),
            Matcher::Address(address) => {
                self.lost.note(Loss::Spellings { path: test.path() });
                format!("{text} = {}", literal(&address.to_string()))
            }
            _ => return Err(test.unsaid("this test")),
        })
    }

    fn number(&self, text: &str) -> String {
        format!("try_cast({text} AS double)")
    }
}

/// Tells whether a text is how JSON spells a truth value.
fn is_word(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// Writes a `LIKE` with anything between the pieces.
fn like(text: &str, pieces: &[&str], dialect: Dialect) -> String {
    let escaped = |piece: &&str| {
        let mut escaped = String::new();
        for letter in piece.chars() {
            if matches!(letter, '%' | '_' | ESCAPE) {
                escaped.push(ESCAPE);
            }
            escaped.push(letter);
        }
        escaped
    };
    let pieces: Vec<String> = pieces.iter().map(escaped).collect();
    let has_escape = pieces.iter().any(|piece| piece.contains(ESCAPE));
    let escape = if has_escape { format!(" ESCAPE '{ESCAPE}'") } else { String::new() };
    format!("{text} LIKE {}{escape}", dialect.literal(&pieces.join("%")))
}

fn comparisons(number: &str, range: &Range) -> String {
    let low = match range.low {
        Bound::None => None,
        Bound::Inclusive(low) => Some(format!("{number} >= {low}")),
        Bound::Exclusive(low) => Some(format!("{number} > {low}")),
    };
    let high = match range.high {
        Bound::None => None,
        Bound::Inclusive(high) => Some(format!("{number} <= {high}")),
        Bound::Exclusive(high) => Some(format!("{number} < {high}")),
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("({low} AND {high})"),
        (low, high) => low.or(high).unwrap_or_else(|| "TRUE".to_owned()),
    }
}
