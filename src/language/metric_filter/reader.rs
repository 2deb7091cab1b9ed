//! Reads a filter pattern.

use super::error::{ParseError, Reason};
use super::regex;
use super::tree::{Filter, Number, Operator, Selector, Test, Value, Wanted};
use crate::json::Step;

/// A filter has no more characters …
pub(super) const MOST_CHARACTERS: usize = 1_024;

/// … and no more regular expressions: the service's limits.
const MOST_REGEXES: usize = 2;

/// Reading recurses, and no author writes so many parentheses.
const MOST_PARENTHESES: usize = 100;

/// Operators, those first that begin with another.
const OPERATORS: [(&str, Option<Operator>); 6] = [
    ("!=", None),
    ("<=", Some(Operator::LessOrEqual)),
    (">=", Some(Operator::GreaterOrEqual)),
    ("<", Some(Operator::Less)),
    (">", Some(Operator::Greater)),
    ("=", None),
];

/// Reads a whole pattern.
pub(super) fn read(text: &str) -> Result<Filter, ParseError> {
    let mut reader = Reader { text, at: 0, depth: 0, regexes: 0 };
    reader.pattern().map_err(|(at, reason)| {
        let position = text[..at].chars().count() + 1;
        ParseError::Refused { position, reason }
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    regexes: usize,
}

/// A byte of the text and what is wrong there.
type Fault = (usize, Reason);

impl<'a> Reader<'a> {
    fn pattern(&mut self) -> Result<Filter, Fault> {
        let length = self.text.chars().count();
        if length > MOST_CHARACTERS {
            return Err((0, Reason::TooLong { most: MOST_CHARACTERS, length }));
        }
        self.skip_space();
        match self.rest().chars().next() {
            None => return Ok(Filter::All(Vec::new())),
            Some('{') => self.at += 1,
            Some('[') => return Err(self.fault(Reason::Columns)),
            Some(_) => return Err(self.fault(Reason::Words)),
        }
        let filter = self.any()?;
        self.expect("}", "`&&`, `||` or `}`")?;
        self.skip_space();
        if self.rest().is_empty() { Ok(filter) } else { Err(self.expected("the end of the filter")) }
    }

    fn any(&mut self) -> Result<Filter, Fault> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(flat(parts, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, Fault> {
        let mut parts = vec![self.atom()?];
        while self.take("&&") {
            parts.push(self.atom()?);
        }
        self.skip_space();
        let is_single =
            |sign: &&str| self.rest().starts_with(*sign) && !self.rest().starts_with(&sign.repeat(2));
        if ["&", "|"].iter().any(is_single) {
            return Err(self.fault(Reason::SingleSign));
        }
        Ok(flat(parts, Filter::All))
    }

    fn atom(&mut self) -> Result<Filter, Fault> {
        if !self.take("(") {
            return Ok(Filter::Is(self.condition()?));
        }
        if self.depth == MOST_PARENTHESES {
            return Err(self.fault(Reason::TooDeep));
        }
        self.depth += 1;
        let inner = self.any()?;
        self.expect(")", "`&&`, `||` or `)`")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn condition(&mut self) -> Result<Test, Fault> {
        let selector = self.selector()?;
        self.skip_space();
        let start = self.at;
        if let Some(wanted) = self.keywords()? {
            return Ok(Test { selector, wanted });
        }
        let found = OPERATORS.into_iter().find(|(sign, _)| self.take(sign));
        let Some((sign, operator)) = found else {
            let reason = match self.rest().starts_with('!') {
                true => Reason::Negation,
                false => Reason::Expected { expected: "an operator, `IS` or `NOT EXISTS`" },
            };
            return Err(self.fault(reason));
        };
        if self.rest().trim_start().starts_with('=') {
            return Err((start, Reason::DoubleEquals));
        }
        let wanted = match operator {
            None => Wanted::Equal { is_negated: sign == "!=", value: self.value()? },
            Some(operator) => {
                self.skip_space();
                let start = self.at;
                let number = self.bare().and_then(number);
                let number = number.ok_or((start, Reason::NotANumber { operator: operator.sign() }))?;
                Wanted::Compared { operator, number }
            }
        };
        Ok(Test { selector, wanted })
    }

    fn selector(&mut self) -> Result<Selector, Fault> {
        if !self.take("$") {
            self.skip_space();
            let reason = match self.rest().chars().next() {
                Some('!') => Reason::Negation,
                _ => Reason::Expected { expected: "`$.` and a field, or `(`" },
            };
            return Err(self.fault(reason));
        }
        let mut steps = Vec::new();
        loop {
            if self.rest().starts_with('.') {
                self.at += 1;
                let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
                let name = self.take_while(is_of_name);
                // What follows a name ends it, or would have to be part of it.
                let is_ended = |next: char| next.is_whitespace() || ".[=!<>".contains(next);
                if name.is_empty() || !self.rest().chars().next().is_none_or(is_ended) {
                    return Err(self.fault(Reason::Name));
                }
                steps.push(Step::Name(name.into()));
            } else if self.rest().starts_with('[') && !steps.is_empty() {
                steps.push(self.element()?);
            } else if steps.is_empty() {
                return Err(self.expected("`.` and the name of a field"));
            } else {
                return Ok(Selector(steps));
            }
        }
    }

    fn element(&mut self) -> Result<Step, Fault> {
        self.at += 1;
        if self.rest().starts_with('*') {
            return Err(self.fault(Reason::EveryElement));
        }
        let start = self.at;
        let digits = self.take_while(|digit| digit.is_ascii_digit());
        let number = digits.parse();
        let number =
            number.map_err(|_| (start, Reason::Expected { expected: "the number of an element" }))?;
        if !self.rest().starts_with(']') {
            return Err(self.expected("`]`"));
        }
        self.at += 1;
        Ok(Step::Element(number))
    }

    /// Reads what begins with a word.
    fn keywords(&mut self) -> Result<Option<Wanted>, Fault> {
        let start = self.at;
        if self.keyword("EXISTS")? {
            return Err((start, Reason::Exists));
        }
        if self.keyword("NOT")? {
            self.skip_space();
            return match self.keyword("EXISTS")? {
                true => Ok(Some(Wanted::Nothing)),
                false => Err(self.expected("`EXISTS`")),
            };
        }
        if !self.keyword("IS")? {
            return Ok(None);
        }
        self.skip_space();
        let start = self.at;
        if self.keyword("NOT")? {
            return Err((start, Reason::IsNot));
        }
        for (word, wanted) in
            [("NULL", Wanted::Null), ("TRUE", Wanted::Bool(true)), ("FALSE", Wanted::Bool(false))]
        {
            if self.keyword(word)? {
                return Ok(Some(wanted));
            }
        }
        Err(self.expected("`NULL`, `TRUE` or `FALSE`"))
    }

    /// Takes a word when it stands here and ends here.
    fn keyword(&mut self, keyword: &'static str) -> Result<bool, Fault> {
        let Some(word) = self.rest().get(..keyword.len()) else { return Ok(false) };
        let goes_on = |next: char| next.is_ascii_alphanumeric() || next == '_';
        let is_whole = !self.rest()[keyword.len()..].chars().next().is_some_and(goes_on);
        if !is_whole || !word.eq_ignore_ascii_case(keyword) {
            return Ok(false);
        }
        if word != keyword {
            return Err(self.fault(Reason::Capitals { keyword }));
        }
        self.at += keyword.len();
        Ok(true)
    }

    fn value(&mut self) -> Result<Value, Fault> {
        self.skip_space();
        if self.rest().starts_with('"') {
            return Ok(Value::Text { text: self.quoted()?, is_bare: false });
        }
        if self.rest().starts_with('%') {
            return self.regex();
        }
        let Some(word) = self.bare() else { return Err(self.expected("a text, a number or `%`")) };
        if let Some(number) = number(word) {
            return Ok(Value::Number(number));
        }
        let bare = word.trim_matches('*');
        if bare.len() < word.len() && number(bare).is_some() {
            return Ok(Value::Starred(word.to_owned()));
        }
        Ok(Value::Text { text: word.to_owned(), is_bare: true })
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(character) = self.rest().chars().next() else { return Err((start, Reason::OpenText)) };
            match character {
                '"' => break,
                '\\' => match self.rest()[1..].chars().next() {
                    Some(escaped @ ('"' | '\\')) => {
                        text.push(escaped);
                        self.at += 1;
                    }
                    _ => return Err(self.fault(Reason::Escape)),
                },
                other => text.push(other),
            }
            self.at += character.len_utf8();
        }
        self.at += 1;
        Ok(text)
    }

    fn regex(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let Some((text, _)) = self.rest()[1..].split_once('%') else {
            return Err((start, Reason::OpenRegex));
        };
        self.at += text.len() + 2;
        self.regexes += 1;
        if self.regexes > MOST_REGEXES {
            return Err((start, Reason::ManyRegexes));
        }
        let regex = regex::read(text).map_err(|reason| (start, reason))?;
        Ok(Value::Regex { text: text.to_owned(), regex })
    }

    /// Takes a bare word, which ends where something else can begin.
    fn bare(&mut self) -> Option<&'a str> {
        self.skip_space();
        let rest = self.rest();
        let is_end = |(at, letter): &(usize, char)| {
            letter.is_whitespace()
                || matches!(letter, ')' | '}' | '"')
                || rest[*at..].starts_with("&&")
                || rest[*at..].starts_with("||")
        };
        let end = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        self.at += end;
        Some(&rest[..end]).filter(|word| !word.is_empty())
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter| !is_wanted(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Takes a sign, with the space before it, when it stands here.
    fn take(&mut self, sign: &str) -> bool {
        let trimmed = self.rest().trim_start();
        let is_here = trimmed.starts_with(sign);
        if is_here {
            self.at = self.text.len() - trimmed.len() + sign.len();
        }
        is_here
    }

    fn expect(&mut self, sign: &str, expected: &'static str) -> Result<(), Fault> {
        if self.take(sign) {
            return Ok(());
        }
        self.skip_space();
        Err(self.expected(expected))
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn expected(&self, expected: &'static str) -> Fault {
        self.fault(Reason::Expected { expected })
    }

    fn fault(&self, reason: Reason) -> Fault {
        (self.at, reason)
    }
}

/// Joins parts; what is joined the same way inside becomes part of it.
fn flat(parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    let is_all = matches!(join(Vec::new()), Filter::All(_));
    let mut joined = Vec::new();
    for part in parts {
        match part {
            Filter::All(inner) if is_all => joined.extend(inner),
            Filter::Any(inner) if !is_all => joined.extend(inner),
            other => joined.push(other),
        }
    }
    if joined.len() == 1 { joined.remove(0) } else { join(joined) }
}

/// Reads a word as a number: digits with a sign, a fraction and an exponent, if there are any.
fn number(word: &str) -> Option<Number> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if ![whole, fraction, exponent].into_iter().all(is_digits) {
        return None;
    }
    let value: f64 = word.parse().ok()?; // its form has been checked
    value.is_finite().then(|| Number { text: word.to_owned(), value })
}
