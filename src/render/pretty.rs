//! Lays out a pattern the way people write patterns: objects over several lines, arrays on one when they fit.
//!
//! Works on the text, so that the order of keys and the spelling of numbers stay.

use super::text::{is_unsafe, width};

/// How wide a line may get before its array is broken up.
const WIDTH: usize = 100;

/// Returns valid JSON laid out for people; what would act on a terminal is written as `\u` escapes, which mean the
/// same to any reader of JSON.
pub(super) fn pretty(json: &str) -> String {
    let mut out = String::new();
    let mut depth: usize = 0;
    let mut rest = json.trim();
    while let Some(first) = rest.chars().next() {
        let mut end = token_end(rest, first);
        match first {
            '{' | '[' => {
                let whole = container_end(rest);
                let line = one_line(&rest[..whole]);
                let is_empty = rest[end..].trim_start().starts_with(['}', ']']);
                if is_empty || (first == '[' && used(&out) + width(&line) < WIDTH) {
                    out.push_str(&line);
                    end = whole;
                } else {
                    out.push(first);
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(first);
            }
            ',' => {
                out.push(',');
                break_line(&mut out, depth);
            }
            _ => push_token(&mut out, &rest[..end], first),
        }
        rest = rest[end..].trim_start();
    }
    out
}

/// Returns the same JSON on one line.
fn one_line(json: &str) -> String {
    let mut out = String::new();
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let end = token_end(rest, first);
        push_token(&mut out, &rest[..end], first);
        if first == ',' {
            out.push(' ');
        }
        rest = rest[end..].trim_start();
    }
    out
}

fn push_token(out: &mut String, token: &str, first: char) {
    if first == ':' {
        out.push_str(": ");
        return;
    }
    for character in token.chars() {
        if is_unsafe(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// Returns how much of the last line is taken.
fn used(out: &str) -> usize {
    width(out.rsplit('\n').next().unwrap_or(out))
}

/// Returns where the token that begins the text ends.
fn token_end(text: &str, first: char) -> usize {
    match first {
        '"' => string_end(text),
        '{' | '}' | '[' | ']' | ',' | ':' => 1,
        _ => text.find(|next: char| ",:{}[]\"".contains(next) || next.is_whitespace()).unwrap_or(text.len()),
    }
}

fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns where the object or array that begins the text ends.
fn container_end(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        at += token_end(&text[at..], first).max(first.len_utf8());
        match first {
            '{' | '[' => depth += 1,
            '}' | ']' if depth == 1 => return at,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_laid_out_as_people_write_it() {
        let pattern =
            r#"{"source":["aws.iam"],"detail":{"eventName":[{"prefix":"Create"},"Put"],"n":[1e3,-0.50]}}"#;
        let expected = r#"{
  "source": ["aws.iam"],
  "detail": {
    "eventName": [{"prefix": "Create"}, "Put"],
    "n": [1e3, -0.50]
  }
}"#;
        assert_eq!(pretty(pattern), expected);
        assert_eq!(pretty(expected), expected);
    }

    #[test]
    fn an_array_that_does_not_fit_is_broken_up() {
        let name = "x".repeat(60);
        let pattern = format!(r#"{{"a":["{name}","{name}"]}}"#);
        assert_eq!(pretty(&pattern), format!("{{\n  \"a\": [\n    \"{name}\",\n    \"{name}\"\n  ]\n}}"));
    }

    #[test]
    fn strings_keep_their_brackets_and_escapes() {
        let pattern = r#"{"a:{":["}],\"[","\\"],"e":{},"f":[]}"#;
        let expected = "{\n  \"a:{\": [\"}],\\\"[\", \"\\\\\"],\n  \"e\": {},\n  \"f\": []\n}";
        assert_eq!(pretty(pattern), expected);
    }

    #[test]
    fn text_that_would_act_on_a_terminal_becomes_an_escape_with_the_same_meaning() {
        let pattern = "{\"a\":[\"x\u{202e}y\u{9b}z\u{e0041}\"]}";
        let shown = pretty(pattern);
        assert_eq!(shown, "{\n  \"a\": [\"x\\u202ey\\u009bz\\udb40\\udc41\"]\n}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(pattern));
    }
}
