//! What was found.

use super::catalogue::entry;
use crate::language::event_pattern::EventPattern;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// The rule sees more or less than its author thinks.
    Warning,
    /// The rule never fires.
    Error,
}

impl Level {
    /// Returns the word for it, as SARIF spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id, one of the catalogue's.
    pub id: &'static str,
    /// How bad it is: as the catalogue says, unless more is known.
    pub level: Level,
    /// Where in the pattern, `detail.userIdentity.type[0]`; empty for the pattern as a whole.
    pub path: String,
    /// What is wrong there: a sentence without its subject, which is the path.
    pub message: String,
    /// What mends it and changes nothing else, where there is such a thing.
    pub edit: Option<Edit>,
}

impl Finding {
    /// Returns a finding of the level that the catalogue gives it.
    pub(super) fn new(id: &'static str, path: &str, message: String) -> Self {
        let level = entry(id).map_or(Level::Warning, |entry| entry.level);
        Self { id, level, path: path.to_owned(), message, edit: None }
    }

    pub(super) fn fixed_by(self, edit: Option<Edit>) -> Self {
        Self { edit, ..self }
    }

    /// Returns the whole sentence.
    pub fn sentence(&self) -> String {
        match self.path.as_str() {
            "" => format!("the pattern {}", self.message),
            path => format!("`{path}` {}", self.message),
        }
    }
}

/// A change of a pattern that is safe: what the author meant is beyond doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another text in the place of one.
    Replace {
        /// The field.
        path: String,
        /// The text that stands there.
        from: String,
        /// The text to stand there.
        to: String,
    },
    /// One more condition at the top of the event.
    Add {
        /// The field.
        name: String,
        /// The texts that it may have.
        texts: Vec<String>,
    },
    /// Both spellings of sign-ins where one of them stands.
    AcceptSignInSpellings,
}

impl Edit {
    /// Changes the pattern.
    pub fn apply(&self, pattern: &mut EventPattern) {
        match self {
            Self::Replace { path, from, to } => pattern.replace_text(path, from, to),
            Self::Add { name, texts } => pattern.add_texts(name, texts),
            Self::AcceptSignInSpellings => pattern.accept_both_sign_in_spellings(),
        }
    }
}
