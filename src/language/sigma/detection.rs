//! The searches of a rule, and its condition over them.

use super::condition::{self, Formula};
use super::error::{ParseError, Reason};
use super::item::{Modifiers, Wanted};
use crate::language::matcher::Matcher;
use crate::language::warning::Warning;
use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeMap;

/// Maps in maps are read one inside the other, and no author nests so deep.
const MOST_NESTED: usize = 64;

/// What a rule looks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Detection {
    pub(super) searches: BTreeMap<String, Search>,
    pub(super) formula: Formula,
}

/// One search, or part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Search {
    All(Vec<Search>),
    Any(Vec<Search>),
    Not(Box<Search>),
    /// A value at a field, named by its path in the record.
    Field {
        path: String,
        wanted: Wanted,
        /// In the rule's own words.
        words: String,
    },
    /// One of these accepts a string anywhere.
    Anywhere {
        matchers: Vec<Matcher>,
        /// In the rule's own words.
        words: String,
    },
}

impl Detection {
    pub(super) fn read(value: Option<&Value>, warnings: &mut Vec<Warning>) -> Result<Self, ParseError> {
        let Some(Value::Mapping(members)) = value else {
            return Err(Reason::Missing.at("detection"));
        };
        let mut searches = BTreeMap::new();
        for (name, value) in members {
            let Some(name) = name.as_str() else { return Err(Reason::NotAText.at("detection")) };
            let path = format!("detection.{name}");
            match name {
                "condition" => {}
                "timeframe" => {
                    return Err(Reason::Unsupported("`timeframe`, which is a correlation now,").at(&path));
                }
                _ => drop(searches.insert(name.to_owned(), Reader { warnings }.search(value, &path)?)),
            }
        }
        let names: Vec<&str> = searches.keys().map(String::as_str).collect();
        let formula = formula(members.get("condition"), &names)?;
        Ok(Self { searches, formula })
    }
}

/// Several conditions are alternatives.
fn formula(value: Option<&Value>, names: &[&str]) -> Result<Formula, ParseError> {
    const PATH: &str = "detection.condition";
    let read = |value: &Value| {
        let text = value.as_str().ok_or_else(|| Reason::NotAText.at(PATH))?;
        condition::read(text, names).map_err(|reason| reason.at(PATH))
    };
    match value {
        None | Some(Value::Null) => Err(Reason::Missing.at(PATH)),
        Some(Value::Sequence(conditions)) if conditions.is_empty() => Err(Reason::Empty.at(PATH)),
        Some(Value::Sequence(conditions)) => {
            Ok(Formula::Any(conditions.iter().map(read).collect::<Result<_, _>>()?))
        }
        Some(condition) => read(condition),
    }
}

struct Reader<'a> {
    warnings: &'a mut Vec<Warning>,
}

impl Reader<'_> {
    /// A map, a list of maps or keywords, or a keyword.
    fn search(&mut self, value: &Value, path: &str) -> Result<Search, ParseError> {
        match value {
            Value::Mapping(members) => self.map(members, "", (path, 0)),
            Value::Sequence(parts) if parts.is_empty() => Err(Reason::Empty.at(path)),
            Value::Sequence(parts) => {
                let mut any = Vec::new();
                for (part, number) in parts.iter().zip(0..) {
                    any.push(self.search(part, &format!("{path}[{number}]"))?);
                }
                Ok(Search::Any(any))
            }
            Value::Tagged(_) => Err(Reason::NotAValue.at(path)),
            keyword => keywords(&Modifiers::default(), "", keyword).map_err(|reason| reason.at(path)),
        }
    }

    /// All members must hold; their fields are below `above`.
    fn map(
        &mut self,
        members: &Mapping,
        above: &str,
        (path, depth): (&str, usize),
    ) -> Result<Search, ParseError> {
        if members.is_empty() {
            return Err(Reason::Empty.at(path));
        }
        if depth == MOST_NESTED {
            return Err(Reason::TooDeep.at(path));
        }
        let mut all = Vec::new();
        for (key, value) in members {
            let Some(key) = key.as_str() else { return Err(Reason::NotAText.at(path)) };
            all.push(self.item(key, value, above, (&format!("{path}.{key}"), depth))?);
        }
        Ok(Search::All(all))
    }

    fn item(
        &mut self,
        key: &str,
        value: &Value,
        above: &str,
        (path, depth): (&str, usize),
    ) -> Result<Search, ParseError> {
        let mut names = key.split('|');
        let name = names.next().unwrap_or_default();
        let modifiers = Modifiers::read(names).map_err(|reason| reason.at(path))?;
        let field = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        let values = match value {
            Value::Sequence(values) if values.is_empty() => return Err(Reason::Empty.at(path)),
            Value::Sequence(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        if modifiers.is_all && values.len() == 1 {
            self.warn("sigma-single-all", path, "has `all` and a single value, which Sigma does not allow");
        }
        let mut searches = Vec::new();
        for value in values {
            searches.push(match value {
                Value::Mapping(members) => {
                    self.warn(
                        "sigma-map",
                        path,
                        "has a map for a value, which Sigma does not define: it names fields below",
                    );
                    self.map(members, &field, (path, depth + 1))?
                }
                value if name.is_empty() => {
                    keywords(&modifiers, key, value).map_err(|reason| reason.at(path))?
                }
                value => {
                    let wanted = modifiers.wanted(value).map_err(|reason| reason.at(path))?;
                    Search::Field { path: field.clone(), wanted, words: words(key, value) }
                }
            });
        }
        let joined = if modifiers.is_all { Search::All(searches) } else { Search::Any(searches) };
        Ok(if modifiers.is_negated { Search::Not(Box::new(joined)) } else { joined })
    }

    fn warn(&mut self, id: &'static str, path: &str, message: &str) {
        self.warnings.push(Warning { id, path: path.to_owned(), message: message.to_owned() });
    }
}

/// Returns a value and how it is compared, in the rule's own words: `contains "Admin"`.
fn words(key: &str, value: &Value) -> String {
    let value = serde_json::to_string(value).unwrap_or_default();
    let words = key.split('|').skip(1).chain([value.as_str()]);
    words.collect::<Vec<_>>().join(" ")
}

fn keywords(modifiers: &Modifiers, key: &str, value: &Value) -> Result<Search, Reason> {
    if matches!(value, Value::Null) {
        return Err(Reason::NotAValue);
    }
    let matchers = modifiers.keyword(value)?;
    Ok(Search::Anywhere { matchers, words: words(key, value) })
}
