//! Reads the pattern's text: strict JSON that keeps what a map would lose, equal keys, order, and how numbers are
//! spelled.

use super::ParseError;
use crate::json::RawString;

/// How deep a pattern may be nested. Reading recurses, and even a small stack must hold this.
const MAX_DEPTH: usize = 128;

/// A JSON value in the order of its text.
#[derive(Debug)]
pub(super) enum Json {
    Text(String),
    /// In the spelling of the text.
    Number(String),
    Bool(bool),
    Null,
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Reads a whole text as one value.
///
/// # Errors
/// Returns where the text stops being JSON, also for what follows the value.
pub(super) fn read(text: &str) -> Result<Json, ParseError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_whitespace();
    let value = reader.value()?;
    reader.skip_whitespace();
    if reader.at == text.len() { Ok(value) } else { Err(reader.error("the end of the text")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Json, ParseError> {
        match self.peek() {
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'{') => self.nested(|reader| Ok(Json::Object(reader.items(b'}', Self::member)?))),
            Some(b'[') => self.nested(|reader| Ok(Json::Array(reader.items(b']', Self::value)?))),
            Some(b'-' | b'0'..=b'9') => Ok(Json::Number(self.number()?)),
            _ => self.literal(),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Json, ParseError>,
    ) -> Result<Json, ParseError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("at most 128 levels"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Reads what stands between a bracket, commas and the closing bracket.
    fn items<T>(
        &mut self,
        close: u8,
        mut read: impl FnMut(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        self.at += 1;
        self.skip_whitespace();
        let mut items = Vec::new();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(read(self)?);
            self.skip_whitespace();
            if self.take(close) {
                return Ok(items);
            }
            if !self.take(b',') {
                return Err(self.error(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
            }
            self.skip_whitespace();
        }
    }

    fn member(&mut self) -> Result<(String, Json), ParseError> {
        if self.peek() != Some(b'"') {
            return Err(self.error("a name in double quotes"));
        }
        let name = self.string()?;
        self.skip_whitespace();
        if !self.take(b':') {
            return Err(self.error("`:`"));
        }
        self.skip_whitespace();
        Ok((name, self.value()?))
    }

    fn string(&mut self) -> Result<String, ParseError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                Some(_) => return Err(self.error("an escape instead of a control character")),
                None => return Err(self.error("`\"`")),
            }
        }
        let content = RawString::new(&self.text[start..self.at]).decode().into_owned();
        self.at += 1;
        Ok(content)
    }

    fn escape(&mut self) -> Result<(), ParseError> {
        let escape = &self.text.as_bytes()[self.at + 1..];
        match escape {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
            [b'u', a, b, c, d, ..] if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit) => self.at += 6,
            _ => return Err(self.error("an escape of JSON")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _is_signed = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("a digit")) } else { Ok(()) }
    }

    fn literal(&mut self) -> Result<Json, ParseError> {
        for (word, value) in [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)]
        {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("a value"))
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn error(&self, expected: &'static str) -> ParseError {
        let before = &self.text[..self.at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ParseError::Syntax {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_order_and_spelling_are_kept() {
        let Json::Object(members) =
            read(r#" {"b": 1.50E+1, "\u0061": [true, null, "x\n"], "b": {}} "#).unwrap()
        else {
            panic!("not an object");
        };
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a", "b"]);
        assert!(matches!(&members[0].1, Json::Number(text) if text == "1.50E+1"));
        assert!(matches!(&members[1].1, Json::Array(items) if items.len() == 3));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":[1,]}",
            "{\"a\":[1],}",
            "{'a':[1]}",
            "{a:[1]}",
            "[+1]",
            "[01]",
            "[.5]",
            "[1.]",
            "[1e]",
            "[-]",
            "[NaN]",
            "[nul]",
            "[truex]",
            "[\"\n\"]",
            "[\"\\x\"]",
            "[\"\\u12g4\"]",
            "[\"\\",
            "[\"",
            "[1 2]",
            "{} x",
            "[1]// c",
            "\u{feff}{}",
            "[\"\t\"]",
            "[1\u{a0}]",
        ] {
            assert!(matches!(read(text), Err(ParseError::Syntax { .. })), "{text:?}");
        }
    }

    #[test]
    fn an_error_says_where() {
        let error = read("{\n \"é\": [x]}").unwrap_err();
        assert_eq!(error.to_string(), "pattern is not valid JSON: expected a value at line 2, column 8");
    }

    #[test]
    fn hostile_nesting_is_refused() {
        assert!(read(&("[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH))).is_ok());
        assert!(read(&"[".repeat(1_000_000)).is_err());
        assert!(read(&"{\"a\":".repeat(1_000_000)).is_err());
    }
}
