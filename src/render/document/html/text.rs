//! Text that becomes HTML: nothing in it is markup, reorders a line or hides.

use crate::render::text;
use std::fmt;

/// So many characters of a text are shown; whole texts are in the formats for programs.
pub const MOST_CHARACTERS: usize = 1_000;

/// A text as it stands.
pub struct Plain<'a>(pub &'a str);

/// A sentence; what stands between backticks is set as code.
pub struct Prose<'a>(pub &'a str);

/// The name of a column as a heading: its words apart, and room to break a field's path.
pub struct Heading<'a>(pub &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, is_cut) = cut(self.0);
        write_escaped(&text::escape(shown), formatter)?;
        formatter.write_str(if is_cut { "…" } else { "" })
    }
}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, is_cut) = cut(self.0);
        while let Some((before, (code, after))) =
            rest.split_once('`').and_then(|(before, after)| Some((before, after.split_once('`')?)))
        {
            write!(formatter, "{}<code>{}</code>", Plain(before), Plain(code))?;
            rest = after;
        }
        write!(formatter, "{}{}", Plain(rest), if is_cut { "…" } else { "" })
    }
}

impl fmt::Display for Heading<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self
            .0
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        {
            return formatter.write_str(&self.0.replace('_', " "));
        }
        for (position, part) in self.0.split('.').enumerate() {
            write!(formatter, "{}{}", if position == 0 { "" } else { ".<wbr>" }, Plain(part))?;
        }
        Ok(())
    }
}

fn cut(text: &str) -> (&str, bool) {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// Writes what is safe between tags and inside quoted attributes.
fn write_escaped(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rest = text;
    while let Some(position) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(position);
        formatter.write_str(before)?;
        formatter.write_str(match from.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &from[1..];
    }
    formatter.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            Plain("</td><script>alert('1')</script>&amp;\"").to_string(),
            "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;&quot;"
        );
        assert_eq!(Prose("`<b>` and `").to_string(), "<code>&lt;b&gt;</code> and `");
        assert_eq!(Heading("<i>.b").to_string(), "&lt;i&gt;.<wbr>b");
    }

    #[test]
    fn what_hides_or_reorders_is_spelled_out() {
        assert_eq!(Plain("a\u{202e}b\0\n").to_string(), "a\\u{202e}b\\x00\\n");
        assert_eq!(Plain("שלום").to_string(), "שלום");
    }

    #[test]
    fn long_texts_are_cut_by_characters() {
        let long = "é".repeat(MOST_CHARACTERS + 1);
        assert_eq!(Plain(&long).to_string().chars().count(), MOST_CHARACTERS + 1);
        assert!(Plain(&long).to_string().ends_with("é…"));
        assert!(Prose(&"`a` ".repeat(100_000)).to_string().len() < 20_000);
    }

    #[test]
    fn headings_are_words_or_paths() {
        assert_eq!(Heading("event_source").to_string(), "event source");
        assert_eq!(Heading("userIdentity.type").to_string(), "userIdentity.<wbr>type");
    }
}
