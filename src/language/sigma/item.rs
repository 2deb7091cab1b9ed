//! One line of a search: a field, its modifiers, and the values that it may have.

use super::about::scalar;
use super::encoding::{Utf16, base64, base64_offsets};
use super::error::Reason;
use super::text::Text;
use crate::language::Part;
use crate::language::matcher::{
    Address, Block, Bound, CaseInsensitive, Decimal, Matcher, MomentPart, Range, Regex,
};
use serde_yaml_ng::Value;

/// What one value wants of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// A leaf that one of these accepts.
    Leaf(Vec<Matcher>),
    /// A leaf, or for want of leaves an object as text.
    LeafOrObject(Vec<Matcher>),
    /// The text of another field.
    Same { other: String, part: Part, is_cased: bool },
    /// Not this.
    Not(Box<Wanted>),
}

/// The modifiers behind a field.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Modifiers {
    kind: Kind,
    part: Option<Part>,
    pub(super) is_all: bool,
    pub(super) is_negated: bool,
    is_cased: bool,
    has_dashes: bool,
    utf16: Option<Utf16>,
    base64: Option<Base64>,
    moment: Option<MomentPart>,
}

/// What the values are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Kind {
    #[default]
    Text,
    Regex {
        ignores_case: bool,
        is_of_lines: bool,
        takes_line_ends: bool,
    },
    Cidr,
    Exists,
    FieldRef,
    Compared(Ordering),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ordering {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Base64 {
    Whole,
    Offsets,
}

impl Modifiers {
    /// Reads the names behind the bars.
    pub(super) fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, Reason> {
        let mut modifiers = Self::default();
        for name in names {
            modifiers.add(name)?;
        }
        modifiers.check()?;
        Ok(modifiers)
    }

    fn add(&mut self, name: &str) -> Result<(), Reason> {
        match name {
            "contains" => self.part = Some(Part::Any),
            "startswith" => self.part = Some(Part::Beginning),
            "endswith" => self.part = Some(Part::End),
            "all" => self.is_all = true,
            "neq" => self.is_negated = true,
            "cased" => self.is_cased = true,
            "windash" => self.has_dashes = true,
            "utf16le" | "wide" => self.utf16 = Some(Utf16::Little),
            "utf16be" => self.utf16 = Some(Utf16::Big),
            "utf16" => self.utf16 = Some(Utf16::Marked),
            "base64" => self.base64 = Some(Base64::Whole),
            "base64offset" => self.base64 = Some(Base64::Offsets),
            "minute" => self.moment = Some(MomentPart::Minute),
            "hour" => self.moment = Some(MomentPart::Hour),
            "day" => self.moment = Some(MomentPart::Day),
            "week" => self.moment = Some(MomentPart::Week),
            "month" => self.moment = Some(MomentPart::Month),
            "year" => self.moment = Some(MomentPart::Year),
            "i" | "m" | "s" => return self.add_flag(name),
            "expand" => {
                return Err(Reason::Unsupported("the modifier `expand` (a list that only its author has)"));
            }
            _ => return self.add_kind(name),
        }
        Ok(())
    }

    fn add_kind(&mut self, name: &str) -> Result<(), Reason> {
        let kind = match name {
            "re" => Kind::Regex { ignores_case: false, is_of_lines: false, takes_line_ends: false },
            "cidr" => Kind::Cidr,
            "exists" => Kind::Exists,
            "fieldref" => Kind::FieldRef,
            "lt" => Kind::Compared(Ordering::Less),
            "lte" => Kind::Compared(Ordering::LessOrEqual),
            "gt" => Kind::Compared(Ordering::Greater),
            "gte" => Kind::Compared(Ordering::GreaterOrEqual),
            _ => return Err(Reason::UnknownModifier(name.to_owned())),
        };
        if self.kind != Kind::Text {
            return Err(Reason::Combination(self.kind.name(), kind.name()));
        }
        self.kind = kind;
        Ok(())
    }

    fn add_flag(&mut self, name: &str) -> Result<(), Reason> {
        let Kind::Regex { ignores_case, is_of_lines, takes_line_ends } = &mut self.kind else {
            return Err(Reason::UnknownModifier(format!("{name}` without `re` before it")));
        };
        match name {
            "i" => *ignores_case = true,
            "m" => *is_of_lines = true,
            _ => *takes_line_ends = true,
        }
        Ok(())
    }

    /// Refuses what cannot stand together.
    fn check(&self) -> Result<(), Reason> {
        let is_text = self.kind == Kind::Text;
        let is_compared = matches!(self.kind, Kind::Compared(_));
        let part = match self.part {
            Some(Part::Beginning) => "startswith",
            Some(Part::End) => "endswith",
            _ => "contains",
        };
        let rows = [
            (part, self.part.is_some(), is_text || self.kind == Kind::FieldRef),
            ("cased", self.is_cased, is_text || self.kind == Kind::FieldRef),
            ("windash", self.has_dashes, is_text),
            ("base64", self.base64.is_some(), is_text),
            ("wide", self.utf16.is_some(), is_text),
            ("hour", self.moment.is_some(), is_text || is_compared),
        ];
        for (name, is_there, is_allowed) in rows {
            if is_there && !is_allowed {
                return Err(Reason::Combination(name, self.kind.name()));
            }
        }
        match () {
            () if self.has_dashes && self.base64.is_some() => Err(Reason::Combination("windash", "base64")),
            () if self.moment.is_some() && self.part.is_some() => Err(Reason::Combination("hour", part)),
            () if self.utf16.is_some() && self.base64.is_none() => {
                Err(Reason::Unsupported("UTF-16 outside of base64: the strings of a record are text"))
            }
            () => Ok(()),
        }
    }

    /// Reads one value; those that are combined with `all` or `or` are read one by one.
    pub(super) fn wanted(&self, value: &Value) -> Result<Wanted, Reason> {
        if let Some(part) = self.moment {
            let number = number("hour", value)?;
            return Ok(Wanted::Leaf(vec![Matcher::Moment(part, self.range(number))]));
        }
        match self.kind {
            Kind::Text => self.text(value),
            Kind::Regex { .. } => Ok(Wanted::LeafOrObject(vec![self.regex(value)?])),
            Kind::Cidr => block(value),
            Kind::Exists => {
                let Value::Bool(exists) = value else {
                    return Err(Reason::Value { modifier: "exists", takes: "`true` or `false`" });
                };
                let found = Wanted::LeafOrObject(vec![Matcher::Any]);
                Ok(if *exists { found } else { Wanted::Not(Box::new(found)) })
            }
            Kind::FieldRef => {
                let Value::String(other) = value else {
                    return Err(Reason::Value { modifier: "fieldref", takes: "the name of a field" });
                };
                let part = self.part.unwrap_or(Part::Whole);
                Ok(Wanted::Same { other: other.clone(), part, is_cased: self.is_cased })
            }
            Kind::Compared(_) => {
                let number = number(self.kind.name(), value)?;
                Ok(Wanted::Leaf(vec![Matcher::Spelled(Box::new(Matcher::Double(self.range(number))))]))
            }
        }
    }

    /// Returns what keywords want of a string somewhere.
    pub(super) fn keyword(&self, value: &Value) -> Result<Vec<Matcher>, Reason> {
        let part = match self.kind {
            Kind::Text => Some(Part::Any),
            Kind::Regex { .. } => None,
            _ => return Err(Reason::Value { modifier: self.kind.name(), takes: "a field before it" }),
        };
        let anywhere = Self { part, ..self.clone() };
        match anywhere.wanted(value)? {
            Wanted::Leaf(matchers) | Wanted::LeafOrObject(matchers) => Ok(matchers),
            Wanted::Same { .. } | Wanted::Not(_) => Err(Reason::NotAText),
        }
    }

    fn range(&self, number: f64) -> Range {
        let (low, high) = match self.kind {
            Kind::Compared(Ordering::Less) => (Bound::None, Bound::Exclusive(number)),
            Kind::Compared(Ordering::LessOrEqual) => (Bound::None, Bound::Inclusive(number)),
            Kind::Compared(Ordering::Greater) => (Bound::Exclusive(number), Bound::None),
            Kind::Compared(Ordering::GreaterOrEqual) => (Bound::Inclusive(number), Bound::None),
            _ => (Bound::Inclusive(number), Bound::Inclusive(number)),
        };
        Range { low, high }
    }

    fn text(&self, value: &Value) -> Result<Wanted, Reason> {
        let is_changed = self.part.is_some() || self.base64.is_some() || self.has_dashes;
        match value {
            Value::Null => {
                Ok(Wanted::Not(Box::new(Wanted::LeafOrObject(vec![Matcher::NoneOf(vec![Matcher::Null])]))))
            }
            Value::Number(number) if !is_changed => {
                let text = number.to_string();
                let spelled = Matcher::EqualsIgnoringCase(CaseInsensitive::new(&text));
                Ok(Wanted::Leaf(vec![Matcher::Number(Decimal::new(&text)), spelled]))
            }
            value => {
                let text = scalar(value).ok_or(Reason::NotAValue)?;
                let texts = self.encoded(&text)?;
                let is_open = texts.iter().any(Text::is_open);
                let matchers = texts.iter().map(|text| text.matcher(self.is_cased));
                let matchers = matchers.collect::<Result<_, _>>()?;
                Ok(if is_open { Wanted::LeafOrObject(matchers) } else { Wanted::Leaf(matchers) })
            }
        }
    }

    /// Makes of a text what the modifiers say: several for base64 at any offset.
    fn encoded(&self, text: &str) -> Result<Vec<Text>, Reason> {
        let mut texts = match self.base64 {
            None => vec![Text::read(text)],
            Some(base) => {
                let read = Text::read(text);
                let plain = read.as_plain();
                let plain =
                    plain.ok_or(Reason::Value { modifier: "base64", takes: "a text without wildcards" })?;
                let bytes = match self.utf16 {
                    Some(utf16) => utf16.encode(plain),
                    None => plain.as_bytes().to_vec(),
                };
                match base {
                    Base64::Whole => vec![Text::plain(base64(&bytes))],
                    Base64::Offsets => base64_offsets(&bytes).map(Text::plain).into(),
                }
            }
        };
        for text in &mut texts {
            if self.has_dashes {
                text.open_dashes();
            }
            if let Some(part) = self.part {
                text.open(part != Part::Beginning, part != Part::End);
            }
        }
        Ok(texts)
    }

    fn regex(&self, value: &Value) -> Result<Matcher, Reason> {
        let text = scalar(value).ok_or(Reason::NotAText)?;
        let mut flags = String::new();
        if let Kind::Regex { ignores_case, is_of_lines, takes_line_ends } = self.kind {
            let rows = [('i', ignores_case), ('m', is_of_lines), ('s', takes_line_ends)];
            flags.extend(rows.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag));
        }
        let pattern = if flags.is_empty() { text } else { format!("(?{flags}){text}") };
        let regex = Regex::read(&pattern).map_err(|error| Reason::Regex(error.to_string()))?;
        Ok(Matcher::Spelled(Box::new(Matcher::Regex(regex))))
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Regex { .. } => "re",
            Self::Cidr => "cidr",
            Self::Exists => "exists",
            Self::FieldRef => "fieldref",
            Self::Compared(Ordering::Less) => "lt",
            Self::Compared(Ordering::LessOrEqual) => "lte",
            Self::Compared(Ordering::Greater) => "gt",
            Self::Compared(Ordering::GreaterOrEqual) => "gte",
        }
    }
}

/// An address without a length is a block of one, and so is one with its full length.
fn block(value: &Value) -> Result<Wanted, Reason> {
    let Value::String(text) = value else {
        return Err(Reason::Value { modifier: "cidr", takes: "a block of addresses" });
    };
    let length = if text.contains(':') { "/128" } else { "/32" };
    if let Some(address) = Address::read(text.strip_suffix(length).unwrap_or(text).as_bytes()) {
        return Ok(Wanted::Leaf(vec![Matcher::Address(address)]));
    }
    match Block::read(text) {
        Ok(block) => Ok(Wanted::Leaf(vec![Matcher::Block(block)])),
        Err(error) => Err(Reason::Cidr { text: text.clone(), error }),
    }
}

fn number(modifier: &'static str, value: &Value) -> Result<f64, Reason> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(), // the number that is wanted
        _ => None,
    };
    number.filter(|number| number.is_finite()).ok_or(Reason::Value { modifier, takes: "a number" })
}
