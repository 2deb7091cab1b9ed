//! Text for a terminal: nothing in it acts on the terminal, and its width is counted in columns, not in characters.

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// Which side of a column a text leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// For words.
    #[default]
    Left,
    /// For numbers.
    Right,
}

/// Returns how many columns `text` takes on a terminal; wide characters take two, combining ones none.
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// Tells whether every byte is a character that takes one column and does nothing else.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns `text` with everything that acts on a terminal, or hides from the reader, spelled out: `\n`, `\x1b`,
/// `\u{202e}`. A text from a log may be written to mislead whoever reads it.
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            hidden if is_unsafe(hidden) && u32::from(hidden) < 0x100 => {
                escaped.push_str(&format!("\\x{:02x}", u32::from(hidden)));
            }
            hidden if is_unsafe(hidden) => escaped.push_str(&format!("\\u{{{:x}}}", u32::from(hidden))),
            plain => escaped.push(plain),
        }
    }
    Cow::Owned(escaped)
}

/// Tells whether a character drives the terminal (controls), reorders text (bidirectional marks) or is invisible.
/// The joiners U+200C and U+200D stay: several scripts are spelled with them.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns `text` cut to at most `columns` columns, the last of them `…` when something is missing.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns && is_plain(text) {
        return Cow::Borrowed(text);
    }
    // No character has more than four bytes, so this bounds the work on a hostile text; the slack is for
    // characters that take no column.
    let bounded = match text.char_indices().nth(columns.saturating_add(64)) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    if bounded.len() == text.len() && width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let ends = bounded.char_indices().map(|(start, character)| start + character.len_utf8());
    let end = ends.take_while(|end| width(&bounded[..*end]) <= room).last().unwrap_or(0);
    Cow::Owned(format!("{}…", &bounded[..end]))
}

/// Returns `text` filled up with spaces to `columns` columns; a longer text is left as it is.
pub fn pad(text: &str, columns: usize, align: Align) -> String {
    let gap = " ".repeat(columns.saturating_sub(width(text)));
    match align {
        Align::Left => format!("{text}{gap}"),
        Align::Right => format!("{gap}{text}"),
    }
}

/// Returns the words laid out in lines of at most `columns` columns; a word longer than that has a line of its own.
pub(super) fn wrap(words: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(escape("role/Admin/älice 東京"), Cow::Borrowed(_)));
        assert!(matches!(truncate("abc", 3), Cow::Borrowed("abc")));
    }

    #[test]
    fn controls_are_spelled_out() {
        assert_eq!(escape("a\nb\r\tc\0"), "a\\nb\\r\\tc\\x00");
        assert_eq!(escape("\u{1b}]0;title\u{7}\u{7f}"), "\\x1b]0;title\\x07\\x7f");
        assert_eq!(escape("\u{9b}31m"), "\\x9b31m");
    }

    #[test]
    fn marks_that_reorder_or_hide_are_spelled_out() {
        assert_eq!(escape("user\u{202e}nimda"), "user\\u{202e}nimda");
        for mark in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
            assert_eq!(escape(&mark.to_string()), format!("\\u{{{:x}}}", u32::from(mark)));
        }
        assert_eq!(escape("a\u{200b}b\u{feff}\u{e0041}"), "a\\u{200b}b\\u{feff}\\u{e0041}");
        assert_eq!(escape("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdef", 5), "abcd…");
        assert_eq!(truncate("abcdef", 1), "…");
        assert_eq!(truncate("abcdef", 0), "");
        assert_eq!(truncate("", 0), "");
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(width("東京"), 4);
        assert_eq!(truncate("東京都庁", 6), "東京…");
        assert_eq!(width(&truncate("東京都庁", 6)), 5);
        assert_eq!(truncate("東京都庁", 2), "…");
    }

    #[test]
    fn combining_characters_stay_with_their_letter() {
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 3), "e\u{301}e\u{301}e\u{301}");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn a_text_of_combining_characters_is_bounded() {
        let hostile = format!("a{}", "\u{301}".repeat(100_000));
        assert!(truncate(&hostile, 10).len() < 500);
    }

    #[test]
    fn words_are_wrapped_whole() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            wrap(&words("one two three incomprehensible x"), 9),
            ["one two", "three", "incomprehensible", "x"]
        );
        assert!(wrap(&[], 9).is_empty());
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(pad("東京", 6, Align::Left), "東京  ");
        assert_eq!(pad("12", 4, Align::Right), "  12");
        assert_eq!(pad("12345", 4, Align::Right), "12345");
    }
}
