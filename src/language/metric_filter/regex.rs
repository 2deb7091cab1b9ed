//! What of regular expressions the service takes.

use super::Reason;
use crate::language::matcher::Regex;

/// What may stand in an expression beside letters and digits: the documentation's symbols and operators.
const ALLOWED: &str = ":_#=@/;,-^$?[]{}|\\*+.";

/// Reads the text between two percent signs.
pub(super) fn read(text: &str) -> Result<Regex, Reason> {
    let is_allowed = |character: &char| character.is_ascii_alphanumeric() || ALLOWED.contains(*character);
    if let Some(character) = text.chars().find(|character| !is_allowed(character)) {
        return Err(Reason::RegexCharacter { character });
    }
    Regex::read_ascii(text).map_err(|error| Reason::Regex { error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_spaces_and_what_is_beyond_ascii_are_refused() {
        for (text, character) in [("a(b)", '('), ("a b", ' '), ("é", 'é'), ("a!", '!')] {
            assert_eq!(read(text), Err(Reason::RegexCharacter { character }), "{text}");
        }
        assert!(matches!(read("a[b"), Err(Reason::Regex { .. })));
        assert!(
            read(r"^arn:aws:iam::\d{12}:user/[A-z]+$").unwrap().is_in(b"arn:aws:iam::111122223333:user/a")
        );
    }
}
