//! Colours by meaning, as plain ANSI sequences of the sixteen basic colours, which follow the terminal's own theme.

use crate::query::Severity;

/// What a coloured text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A column title or heading.
    Heading,
    /// Something is as it should be.
    Success,
    /// Something failed.
    Failure,
    /// The severity of a query.
    Severity(Severity),
}

impl Style {
    /// Returns `text` in the style's colours.
    pub(super) fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Heading => "1",
            Self::Success => "32",
            Self::Failure | Self::Severity(Severity::High) => "31",
            Self::Severity(Severity::Critical) => "1;31",
            Self::Severity(Severity::Medium) => "33",
            Self::Severity(Severity::Low) => "36",
            Self::Severity(Severity::Informational) => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_named_as_in_cards() {
        for severity in
            [Severity::Informational, Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
        {
            let card = serde_json::to_string(&severity).unwrap();
            assert_eq!(card, format!("\"{}\"", severity.word()));
        }
    }

    #[test]
    fn paint_ends_where_the_text_ends() {
        assert_eq!(Style::Failure.paint("x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Style::Severity(Severity::Critical).paint("x"), "\u{1b}[1;31mx\u{1b}[0m");
    }
}
