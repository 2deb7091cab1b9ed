//! What stands at one path of a text: exactly there, by member names and array elements, and read from the text itself.
//!
//! Leaves are looser: they are found inside arrays, too, and of objects and arrays they say nothing. Languages that are
//! stricter ask here, and only about the few texts whose leaves would do.

use super::scan::{Elements, Members, SyntaxError, skip_value, skip_whitespace};
use super::{RawString, Scalar};
use std::ops::Range;

/// Arrays in arrays are followed so far down; no service writes so many.
const MOST_ARRAYS: usize = 16;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the member of an object. A dot in it is a character like any other.
    Name(Box<str>),
    /// To the element of an array, counted from 0.
    Element(usize),
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reached<'a> {
    /// A value.
    Scalar(Scalar<'a>),
    /// An object or an array, as it is written.
    Nested(&'a [u8]),
}

/// Returns what stands at a path; of equal names the last counts.
///
/// # Errors
/// Returns where the text stops being JSON, as far as it had to be read.
pub fn reach<'a>(text: &'a [u8], steps: &[Step]) -> Result<Option<Reached<'a>>, SyntaxError> {
    reach_from(text, skip_whitespace(text, 0), steps)
}

/// Returns the same for a path that leads on from the value at `at`.
///
/// # Errors
/// Returns the same as [`reach`].
pub fn reach_from<'a>(
    text: &'a [u8],
    mut at: usize,
    steps: &[Step],
) -> Result<Option<Reached<'a>>, SyntaxError> {
    for step in steps {
        let found = match (step, text.get(at)) {
            (Step::Name(name), Some(b'{')) => member(text, at, name)?,
            (Step::Element(number), Some(b'[')) => element(text, at, *number)?,
            _ => None,
        };
        let Some(found) = found else { return Ok(None) };
        at = found.start;
    }
    value(text, at).map(Some)
}

/// Shows every object that the names lead to, going through arrays on the way, until `is_found` says that it is
/// the one; tells whether there was one. An array that the names lead to is not shown itself, but what is in it.
///
/// # Errors
/// Returns where the text stops being JSON, as far as it had to be read.
pub fn any_nested(
    text: &[u8],
    names: &[Box<str>],
    is_found: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, SyntaxError> {
    any_nested_from(text, skip_whitespace(text, 0), names, is_found)
}

/// Shows the same objects to which the names lead on from the value at `at`.
///
/// # Errors
/// Returns the same as [`any_nested`].
pub fn any_nested_from(
    text: &[u8],
    at: usize,
    names: &[Box<str>],
    is_found: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, SyntaxError> {
    let mut open = vec![(at, names, 0)];
    while let Some((at, names, arrays)) = open.pop() {
        match (text.get(at), names.split_first()) {
            (Some(b'['), _) if arrays < MOST_ARRAYS => {
                let mut elements = Elements::open(text, at)?;
                while elements.next_start()?.is_some() {
                    open.push((elements.skip()?.start, names, arrays + 1));
                }
            }
            (Some(b'{'), Some((name, names))) => {
                open.extend(member(text, at, name)?.map(|range| (range.start, names, 0)));
            }
            (Some(b'{'), None) if is_found(&text[at..skip_value(text, at)?]) => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}

/// Shows every string of a text that is no name, until `is_found` says that it is the one; tells whether there was one.
///
/// # Errors
/// Returns that a string has no end.
pub fn any_string(text: &[u8], is_found: &mut dyn FnMut(RawString<'_>) -> bool) -> Result<bool, SyntaxError> {
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &text[at..]) {
        let start = at + quote;
        at = skip_value(text, start)?;
        let is_name = text.get(skip_whitespace(text, at)) == Some(&b':');
        if !is_name && is_found(string(&text[start + 1..at - 1])) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the last member of that name.
fn member(text: &[u8], at: usize, wanted: &str) -> Result<Option<Range<usize>>, SyntaxError> {
    let mut members = Members::open(text, at)?;
    let mut found = None;
    while let Some(name) = members.next_name()? {
        let value = members.skip()?;
        if string(&text[name]).is(wanted) {
            found = Some(value);
        }
    }
    Ok(found)
}

fn element(text: &[u8], at: usize, wanted: usize) -> Result<Option<Range<usize>>, SyntaxError> {
    let mut elements = Elements::open(text, at)?;
    let mut number = 0;
    while elements.next_start()?.is_some() {
        let value = elements.skip()?;
        if number == wanted {
            return Ok(Some(value));
        }
        number += 1;
    }
    Ok(None)
}

fn value(text: &[u8], at: usize) -> Result<Reached<'_>, SyntaxError> {
    let value = &text[at..skip_value(text, at)?];
    Ok(match value {
        [b'{' | b'[', ..] => Reached::Nested(value),
        [b'"', content @ .., b'"'] => Reached::Scalar(Scalar::String(string(content))),
        b"true" => Reached::Scalar(Scalar::Bool(true)),
        b"false" => Reached::Scalar(Scalar::Bool(false)),
        b"null" => Reached::Scalar(Scalar::Null),
        // Numbers are ASCII.
        number => Reached::Scalar(Scalar::Number(std::str::from_utf8(number).unwrap_or_default())),
    })
}

fn string(content: &[u8]) -> RawString<'_> {
    RawString::from_bytes(content, content.contains(&b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Vec<Step> {
        let step = |part: &str| match part.parse() {
            Ok(number) => Step::Element(number),
            Err(_) => Step::Name(part.into()),
        };
        path.split('/').filter(|part| !part.is_empty()).map(step).collect()
    }

    fn at<'a>(text: &'a str, path: &str) -> Option<Reached<'a>> {
        reach(text.as_bytes(), &steps(path)).unwrap()
    }

    #[test]
    fn a_path_is_followed_exactly() {
        let text = r#" {"a":{"b":[{"c":1.5},[true,null]],"\u0064":"x\n"},"a.b":2,"a/":3} "#;
        assert_eq!(at(text, "a/b/0/c"), Some(Reached::Scalar(Scalar::Number("1.5"))));
        assert_eq!(at(text, "a/b/1/0"), Some(Reached::Scalar(Scalar::Bool(true))));
        assert_eq!(at(text, "a/b/1/1"), Some(Reached::Scalar(Scalar::Null)));
        assert_eq!(at(text, "a/b/1"), Some(Reached::Nested(b"[true,null]")));
        assert!(matches!(at(text, "a/d"), Some(Reached::Scalar(Scalar::String(text))) if text.is("x\n")));
        assert_eq!(at(text, "a.b"), Some(Reached::Scalar(Scalar::Number("2"))));
        for missing in ["b", "a/b/c", "a/b/2", "a/b/0/0", "a/d/x", "0"] {
            assert_eq!(at(text, missing), None, "{missing}");
        }
    }

    #[test]
    fn the_last_of_equal_names_counts() {
        assert_eq!(at(r#"{"a":1,"a":{"b":2},"a":3}"#, "a"), Some(Reached::Scalar(Scalar::Number("3"))));
        assert_eq!(at(r#"{"a":{"b":2},"a":3}"#, "a/b"), None);
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        assert!(reach(br#"{"a":1,"b""#, &steps("a")).is_err());
        assert!(reach(br#"{"a":tru}"#, &steps("a")).is_err());
        assert_eq!(reach(b"", &steps("a")), Ok(None));
    }

    #[test]
    fn nested_values_are_found_through_arrays() {
        let text = br#"{"a":[{"b":{"c":1}},[{"b":[{"d":2},3]}],{"b":4}],"b":{}}"#;
        let mut seen = Vec::new();
        let names = ["a".into(), "b".into()];
        let is_found = any_nested(text, &names, &mut |nested| {
            seen.push(String::from_utf8_lossy(nested).into_owned());
            false
        });
        assert_eq!(is_found, Ok(false));
        seen.sort();
        assert_eq!(seen, [r#"{"c":1}"#, r#"{"d":2}"#]);
        assert_eq!(any_nested(text, &names, &mut |nested| nested == br#"{"c":1}"#), Ok(true));
        assert!(any_nested(br#"{"a":{"b":"#, &names, &mut |_| true).is_err());
    }
}
