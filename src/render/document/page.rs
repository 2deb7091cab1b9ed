//! Running text on a terminal: headings, and paragraphs that are wrapped.

use crate::render::HitOptions;
use crate::render::palette::Style;
use crate::render::text::{Align, escape, pad, truncate, width, wrap};
use std::io::{self, Write};

/// No line of running text gets longer than that.
const WIDEST: usize = 110;

/// A page that is written from top to bottom.
pub(super) struct Page<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) look: HitOptions,
}

impl Page<'_> {
    /// Returns how many columns there are.
    pub(super) fn columns(&self) -> usize {
        self.look.columns()
    }

    /// Writes a line; what of it came from elsewhere must be escaped.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    /// Writes an empty line and a heading, with a rule below when it begins something large.
    pub(super) fn heading(&mut self, text: &str, is_large: bool) -> io::Result<()> {
        let text = truncate(&escape(text), self.columns()).into_owned();
        let painted = self.paint(&text, Style::Heading);
        writeln!(self.out, "\n{painted}")?;
        if is_large { writeln!(self.out, "{}", "═".repeat(width(&text))) } else { Ok(()) }
    }

    /// Writes a text after `lead`, its further lines below its first word.
    pub(super) fn paragraph(&mut self, (lead, style): (&str, Option<Style>), text: &str) -> io::Result<()> {
        let room = self.columns().min(WIDEST).saturating_sub(width(lead)).max(8);
        let words = text.split_whitespace().flat_map(|word| broken(&escape(word), room));
        let lines = wrap(&words.collect::<Vec<_>>(), room);
        for (index, line) in lines.iter().enumerate() {
            let margin = match style {
                _ if index > 0 => " ".repeat(width(lead)),
                Some(style) => {
                    let word = lead.trim_end();
                    self.paint(word, style) + &pad("", width(lead) - width(word), Align::Left)
                }
                None => lead.to_owned(),
            };
            writeln!(self.out, "{margin}{line}")?;
        }
        Ok(())
    }

    /// Returns the text in a style where colours are wanted.
    pub(super) fn paint(&self, text: &str, style: Style) -> String {
        if self.look.color { style.paint(text) } else { text.to_owned() }
    }
}

/// Breaks a word into pieces that fit: nothing of a finding is cut off.
fn broken(word: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for character in word.chars() {
        let needed = width(character.encode_utf8(&mut [0; 4]));
        if used + needed > room {
            pieces.push(String::new());
            used = 0;
        }
        used += needed;
        pieces.last_mut().expect("there is always a piece").push(character);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::listed;

    #[test]
    fn a_long_word_is_broken_and_not_cut() {
        let look = HitOptions { width: Some(40), color: false, ..HitOptions::default() };
        let word = "arn:aws:iam::111122223333:user/".to_owned() + &"x".repeat(40);
        let text = listed(|out| Page { out, look }.paragraph(("- ", None), &format!("by {word} twice")));
        assert!(text.lines().all(|line| width(line) <= 40), "{text}");
        let whole: String = text.lines().map(|line| &line[2..]).collect();
        assert_eq!(whole, format!("by{word}twice"));
    }
}
