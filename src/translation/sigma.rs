//! Sigma rules for `product: aws`, `service: cloudtrail`.

use super::tree::{Test, Tree, is_never_spelled};
use super::{Loss, Losses, Refusal};
use crate::language::matcher::{Bound, Matcher, Range};
use crate::query::{Query, Severity};
use uuid::Uuid;

/// Name space of the deterministic ids: the same query has the same id in every translation.
const NAMESPACE: Uuid = Uuid::from_u128(0x3c0e_6b1f_7f0a_5d42_8d2b_7369_676d_6121);

pub(super) fn write(query: &Query, tree: &Tree, lost: &mut Losses) -> Result<String, Refusal> {
    let mut detection = Detection { selections: Vec::new() };
    let condition = match detection.piece(tree, lost)? {
        Piece::Entries(entries) if entries.is_empty() => {
            return Err(Refusal::UnsaidAtAll { what: "every record" });
        }
        Piece::Entries(entries) => {
            detection.selections.push(("selection".to_owned(), entries));
            "selection".to_owned()
        }
        Piece::Condition(condition, _) => condition,
    };
    let card = &query.card;
    let mut text = format!("title: {}\n", scalar(&card.title));
    let id = Uuid::new_v5(&NAMESPACE, query.id.as_bytes()).hyphenated();
    text += &format!("id: {id}\nname: {}\n", scalar(&query.id.replace(['/', '-'], "_")));
    text += &format!("status: {}\n", if card.status == "stable" { "stable" } else { "experimental" });
    if !card.description.is_empty() {
        let words: Vec<&str> = card.description.split_whitespace().collect();
        text += &format!("description: {}\n", scalar(&words.join(" ")));
    }
    text += &list("references", &card.references);
    let tags: Vec<String> = card.tags.iter().filter(|tag| tag.starts_with("attack.")).cloned().collect();
    text += &list("tags", &tags);
    text += "logsource:\n    product: aws\n    service: cloudtrail\ndetection:\n";
    for (name, entries) in &detection.selections {
        text += &format!("    {name}:\n");
        for Entry { key, values } in entries {
            match values.as_slice() {
                [only] => text += &format!("        {key}: {only}\n"),
                many => {
                    text += &format!("        {key}:\n");
                    many.iter().for_each(|value| text += &format!("            - {value}\n"));
                }
            }
        }
    }
    text += &format!("    condition: {condition}\n");
    text += &list("falsepositives", &card.false_positives);
    text += &format!("level: {}", level(card.severity));
    Ok(text)
}

/// One line of a selection: a field with its modifiers, and the values one of which it must have.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    key: String,
    values: Vec<String>,
}

/// A part of the rule.
enum Piece {
    /// All of these, in one selection.
    Entries(Vec<Entry>),
    /// A condition on selections, and whether it needs parentheses inside another.
    Condition(String, bool),
}

struct Detection {
    selections: Vec<(String, Vec<Entry>)>,
}

impl Detection {
    fn piece(&mut self, tree: &Tree, lost: &mut Losses) -> Result<Piece, Refusal> {
        match tree {
            Tree::Test(test) => self.test(test, lost),
            Tree::All(parts) => {
                let pieces =
                    parts.iter().map(|part| self.piece(part, lost)).collect::<Result<Vec<_>, _>>()?;
                Ok(self.all(pieces))
            }
            Tree::Any(parts) if parts.is_empty() => Err(Refusal::Nothing),
            Tree::Any(parts) => {
                let pieces =
                    parts.iter().map(|part| self.piece(part, lost)).collect::<Result<Vec<_>, _>>()?;
                Ok(self.any(pieces))
            }
        }
    }

    fn all(&mut self, pieces: Vec<Piece>) -> Piece {
        let mut merged: Vec<Entry> = Vec::new();
        let mut conditions = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Entries(entries)
                    if entries.iter().all(|entry| merged.iter().all(|known| known.key != entry.key)) =>
                {
                    merged.extend(entries);
                }
                other => conditions.push(self.part(other)),
            }
        }
        if conditions.is_empty() {
            return Piece::Entries(merged);
        }
        if !merged.is_empty() {
            conditions.insert(0, self.name(merged));
        }
        match conditions.as_slice() {
            [only] => Piece::Condition(only.clone(), false),
            many => Piece::Condition(many.join(" and "), true),
        }
    }

    fn any(&mut self, pieces: Vec<Piece>) -> Piece {
        let mut parts: Vec<String> = pieces.into_iter().map(|piece| self.part(piece)).collect();
        match parts.pop() {
            Some(only) if parts.is_empty() => Piece::Condition(only, false),
            last => {
                parts.extend(last);
                Piece::Condition(parts.join(" or "), true)
            }
        }
    }

    fn part(&mut self, piece: Piece) -> String {
        match piece {
            Piece::Entries(entries) => self.name(entries),
            Piece::Condition(condition, true) => format!("({condition})"),
            Piece::Condition(condition, false) => condition,
        }
    }

    /// Gives a selection a name, the one that it has already where it is known.
    fn name(&mut self, entries: Vec<Entry>) -> String {
        if let Some((name, _)) = self.selections.iter().find(|(_, known)| *known == entries) {
            return name.clone();
        }
        let name = format!("selection_{}", self.selections.len() + 1);
        self.selections.push((name.clone(), entries));
        name
    }

    fn test(&mut self, test: &Test, lost: &mut Losses) -> Result<Piece, Refusal> {
        let field = field(test)?;
        let mut alternatives: Vec<Piece> = Vec::new();
        let mut keyed: Vec<Entry> = Vec::new();
        for matcher in &test.matchers {
            match matcher {
                Matcher::NoneOf(refused) => alternatives.push(self.none_of(&field, refused, test, lost)?),
                Matcher::Range(range) | Matcher::Double(range) => {
                    lost.note(Loss::Kinds { path: test.path() });
                    alternatives.push(Piece::Entries(comparisons(&field, range)));
                }
                other => add(&mut keyed, entry(&field, other, test, lost)?),
            }
        }
        if test.accepts_absence {
            add(&mut keyed, Entry { key: format!("{field}|exists"), values: vec!["false".to_owned()] });
        }
        alternatives.extend(keyed.into_iter().map(|entry| Piece::Entries(vec![entry])));
        match alternatives.pop() {
            None => Err(Refusal::Nothing),
            Some(only) if alternatives.is_empty() => Ok(only),
            Some(last) => {
                alternatives.push(last);
                Ok(self.any(alternatives))
            }
        }
    }

    /// Wants a value that none of the matchers accepts.
    fn none_of(
        &mut self,
        field: &str,
        refused: &[Matcher],
        test: &Test,
        lost: &mut Losses,
    ) -> Result<Piece, Refusal> {
        let exists = Entry { key: format!("{field}|exists"), values: vec!["true".to_owned()] };
        let mut entries = Vec::new();
        for matcher in refused {
            match matcher {
                Matcher::Range(_) | Matcher::Double(_) => return Err(test.unsaid("a number outside a range")),
                other => add(&mut entries, entry(field, other, test, lost)?),
            }
        }
        let exists = self.name(vec![exists]);
        let refused: Vec<String> =
            entries.into_iter().map(|entry| format!("not {}", self.name(vec![entry]))).collect();
        Ok(Piece::Condition(format!("{exists} and {}", refused.join(" and ")), true))
    }
}

/// Adds values to the entry of the same field and modifiers.
fn add(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|known| known.key == entry.key) {
        Some(known) => known.values.extend(entry.values),
        None => entries.push(entry),
    }
}

fn entry(field: &str, matcher: &Matcher, test: &Test, lost: &mut Losses) -> Result<Entry, Refusal> {
    let text = |modifiers: &str, text: &str| -> Result<Entry, Refusal> {
        if text.chars().any(char::is_control) {
            return Err(test.unsaid("a text with control characters"));
        }
        Ok(Entry { key: format!("{field}{modifiers}"), values: vec![quoted(&escaped(text))] })
    };
    let ascii = |text: Option<&str>| {
        text.map(str::to_owned).ok_or_else(|| test.unsaid("a text beyond ASCII in whatever case"))
    };
    let is_of_texts = !matches!(matcher, Matcher::Any | Matcher::Null | Matcher::Spelled(_));
    if is_of_texts && !is_never_spelled(matcher) {
        lost.note(Loss::Kinds { path: test.path() });
    }
    Ok(match matcher {
        Matcher::OneOf(texts) => {
            let mut values = Vec::new();
            for wanted in texts.as_slice() {
                values.extend(text("|cased", wanted)?.values);
            }
            Entry { key: format!("{field}|cased"), values }
        }
        Matcher::Prefix(prefix) => text("|startswith|cased", prefix)?,
        Matcher::Suffix(suffix) => text("|endswith|cased", suffix)?,
        Matcher::EqualsIgnoringCase(wanted) => text("", &ascii(wanted.as_ascii())?)?,
        Matcher::PrefixIgnoringCase(wanted) => text("|startswith", &ascii(wanted.as_ascii())?)?,
        Matcher::SuffixIgnoringCase(wanted) => text("|endswith", &ascii(wanted.as_ascii())?)?,
        Matcher::ContainsIgnoringCase(wanted) => text("|contains", &ascii(wanted.as_ascii())?)?,
        Matcher::Wildcard(wildcard) => {
            let pieces: Vec<String> = wildcard.pieces().iter().map(|piece| escaped(piece)).collect();
            if pieces.iter().any(|piece| piece.chars().any(char::is_control)) {
                return Err(test.unsaid("a text with control characters"));
            }
            Entry { key: format!("{field}|cased"), values: vec![quoted(&pieces.join("*"))] }
        }
        Matcher::Number(number) => Entry { key: field.to_owned(), values: vec![number.text().to_owned()] },
        Matcher::Bool(value) => Entry { key: field.to_owned(), values: vec![value.to_string()] },
        Matcher::Block(block) => Entry { key: format!("{field}|cidr"), values: vec![block.to_string()] },
        Matcher::Any => Entry { key: format!("{field}|exists"), values: vec!["true".to_owned()] },
        Matcher::Spelled(inner) => entry(field, inner, test, lost)?,
        Matcher::Null => return Err(test.unsaid("null, which a missing field is too,")),
        Matcher::Address(address) => {
            lost.note(Loss::Spellings { path: test.path() });
            text("|cased", &address.to_string())?
        }
        _ => return Err(test.unsaid("this test")),
    })
}

fn comparisons(field: &str, range: &Range) -> Vec<Entry> {
    let entry = |modifier: &str, number: f64| Entry {
        key: format!("{field}|{modifier}"),
        values: vec![number.to_string()],
    };
    let low = match range.low {
        Bound::None => None,
        Bound::Inclusive(low) => Some(entry("gte", low)),
        Bound::Exclusive(low) => Some(entry("gt", low)),
    };
    let high = match range.high {
        Bound::None => None,
        Bound::Inclusive(high) => Some(entry("lte", high)),
        Bound::Exclusive(high) => Some(entry("lt", high)),
    };
    low.into_iter().chain(high).collect()
}

fn field(test: &Test) -> Result<String, Refusal> {
    let names = test.names()?;
    let is_plain = |name: &&str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    if names.iter().all(is_plain) { Ok(names.join(".")) } else { Err(Refusal::Name { path: test.path() }) }
}

/// Escapes what stands for something else in a value of a Sigma rule.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

/// Writes a text as YAML in single quotes, in which only these are escaped.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Writes a text of the card as YAML.
fn scalar(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    quoted(&plain)
}

fn list(name: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: Vec<String> = items.iter().map(|item| format!("    - {}\n", scalar(item))).collect();
    format!("{name}:\n{}", items.concat())
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}
