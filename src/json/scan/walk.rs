//! Walking over the members of one object or the elements of one array, checking on the way. The walker stops in
//! front of each value, so that whoever walks may read the value itself and tell where it ended.

use std::ops::Range;

use super::{SyntaxError, skip_nested, skip_string, skip_whitespace, unexpected};

/// Walks over the members of one object.
#[derive(Debug)]
pub struct Members<'a> {
    steps: Steps<'a>,
}

impl<'a> Members<'a> {
    /// Steps into the object that begins at `at`.
    ///
    /// # Errors
    /// Returns that no object begins there.
    pub fn open(text: &'a [u8], at: usize) -> Result<Self, SyntaxError> {
        Ok(Self { steps: Steps::open(text, at, b'{')? })
    }

    /// Returns the range of the next name, without its quotes, and stops in front of its value; `None` behind the
    /// closing bracket.
    ///
    /// # Errors
    /// Returns where the text stops being an object.
    pub fn next_name(&mut self) -> Result<Option<Range<usize>>, SyntaxError> {
        if !self.steps.next(b'}')? {
            return Ok(None);
        }
        let Steps { text, at, .. } = self.steps;
        if text.get(at) != Some(&b'"') {
            return Err(unexpected(text, at));
        }
        let end = skip_string(text, at)?;
        let colon = skip_whitespace(text, end);
        if text.get(colon) != Some(&b':') {
            return Err(unexpected(text, colon));
        }
        self.steps.at = skip_whitespace(text, colon + 1);
        Ok(Some(at + 1..end - 1))
    }

    /// Returns the offset at which the walker stands.
    pub fn at(&self) -> usize {
        self.steps.at
    }

    /// Continues behind a value that was read and checked by other means.
    pub fn resume(&mut self, end: usize) {
        self.steps.at = end;
    }

    /// Checks the value in front of the walker, steps over it and returns its range.
    ///
    /// # Errors
    /// Returns where and why the value is not JSON.
    pub fn skip(&mut self) -> Result<Range<usize>, SyntaxError> {
        self.steps.skip()
    }
}

/// Walks over the elements of one array.
#[derive(Debug)]
pub struct Elements<'a> {
    steps: Steps<'a>,
}

impl<'a> Elements<'a> {
    /// Steps into the array that begins at `at`.
    ///
    /// # Errors
    /// Returns that no array begins there.
    pub fn open(text: &'a [u8], at: usize) -> Result<Self, SyntaxError> {
        Ok(Self { steps: Steps::open(text, at, b'[')? })
    }

    /// Stops in front of the next element and returns its offset; `None` behind the closing bracket.
    ///
    /// # Errors
    /// Returns where the text stops being an array.
    #[inline]
    pub fn next_start(&mut self) -> Result<Option<usize>, SyntaxError> {
        Ok(self.steps.next(b']')?.then_some(self.steps.at))
    }

    /// Returns the offset at which the walker stands.
    pub fn at(&self) -> usize {
        self.steps.at
    }

    /// Continues behind an element that was read and checked by other means.
    pub fn resume(&mut self, end: usize) {
        self.steps.at = end;
    }

    /// Checks the element in front of the walker, steps over it and returns its range.
    ///
    /// # Errors
    /// Returns where and why the element is not JSON.
    pub fn skip(&mut self) -> Result<Range<usize>, SyntaxError> {
        self.steps.skip()
    }
}

/// What objects and arrays have in common: brackets and commas.
#[derive(Debug)]
struct Steps<'a> {
    text: &'a [u8],
    at: usize,
    is_first: bool,
    is_closed: bool,
}

impl<'a> Steps<'a> {
    fn open(text: &'a [u8], at: usize, bracket: u8) -> Result<Self, SyntaxError> {
        match text.get(at) {
            Some(&byte) if byte == bracket => Ok(Self { text, at: at + 1, is_first: true, is_closed: false }),
            _ => Err(unexpected(text, at)),
        }
    }

    /// Steps over a comma to the next member or element; `false` when the closing bracket stands there instead.
    #[inline]
    fn next(&mut self, closing: u8) -> Result<bool, SyntaxError> {
        if self.is_closed {
            return Ok(false);
        }
        self.at = skip_whitespace(self.text, self.at);
        match self.text.get(self.at) {
            Some(&byte) if byte == closing => {
                self.at += 1;
                self.is_closed = true;
                return Ok(false);
            }
            Some(b',') if !self.is_first => {
                self.at = skip_whitespace(self.text, self.at + 1);
                // whoever walks looks at the first byte of what is promised here
                if self.at == self.text.len() {
                    return Err(unexpected(self.text, self.at));
                }
            }
            Some(_) if self.is_first => {}
            _ => return Err(unexpected(self.text, self.at)),
        }
        self.is_first = false;
        Ok(true)
    }

    fn skip(&mut self) -> Result<Range<usize>, SyntaxError> {
        let start = self.at;
        self.at = skip_nested(self.text, start, 1)?;
        Ok(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Member<'a> = (&'a [u8], &'a [u8]);

    fn members(text: &[u8]) -> Result<Vec<Member<'_>>, SyntaxError> {
        let mut walker = Members::open(text, 0)?;
        let mut found = Vec::new();
        while let Some(name) = walker.next_name()? {
            found.push((&text[name], &text[walker.skip()?]));
        }
        Ok(found)
    }

    fn elements(text: &[u8]) -> Result<Vec<&[u8]>, SyntaxError> {
        let mut walker = Elements::open(text, 0)?;
        let mut found = Vec::new();
        while walker.next_start()?.is_some() {
            found.push(&text[walker.skip()?]);
        }
        assert_eq!(walker.next_start()?, None);
        Ok(found)
    }

    #[test]
    fn members_are_met_in_text_order() {
        assert_eq!(members(b"{}"), Ok(vec![]));
        let found = members(br#"{ "a" : 1 , "b\"": [ {} ] , "a":"x"}"#);
        assert_eq!(found, Ok(vec![(&b"a"[..], &b"1"[..]), (b"b\\\"", b"[ {} ]"), (b"a", b"\"x\"")]));
    }

    #[test]
    fn elements_are_met_in_text_order() {
        assert_eq!(elements(b"[ ]"), Ok(vec![]));
        assert_eq!(elements(b"[1, {} ,[]]"), Ok(vec![&b"1"[..], b"{}", b"[]"]));
    }

    #[test]
    fn wrong_commas_and_brackets_are_refused() {
        for text in ["[1,]", "[,1]", "[1 2]", "[1}", "[1", "[", "1", ""] {
            assert!(elements(text.as_bytes()).is_err(), "{text}");
        }
        for text in [r#"{"a":1,}"#, r#"{"a"}"#, "{1:2}", r#"{"a":1 "b":2}"#, r#"{"a":1]"#, "{", "[]"] {
            assert!(members(text.as_bytes()).is_err(), "{text}");
        }
    }
}
