//! What every language warns of.

use std::fmt;

/// Something in a valid pattern that will surprise its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind it is, in a word that stays the same from version to version.
    pub id: &'static str,
    /// Where in the pattern: `detail.userIdentity.type[0]`, `$.eventName`; empty for the pattern as a whole.
    pub path: String,
    /// One sentence that says this of the path, lower case, without full stop.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(formatter, "the pattern {}", self.message),
            path => write!(formatter, "`{path}` {}", self.message),
        }
    }
}
