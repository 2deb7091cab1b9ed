//! One file that may hold queries: where it is, what its text turns out to be, and what stands beside it.

use super::document::{self, Rule};
use super::{Error, id, read_pattern};
use crate::language::sigma::{self, Document, ParseError, SigmaRule};
use crate::language::{Language, Pattern, Refusal};
use serde_json::value::RawValue;
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of the files that a directory is searched for. Cards and cases are found from their pattern.
const ENDINGS: [&str; 5] = ["json", "yaml", "yml", "template", FILTER];

/// Ending of the files that hold the text of a metric filter.
const FILTER: &str = "filter";

/// A file to load and what its id depends on.
#[derive(Debug)]
pub(super) struct Place {
    /// The path as the user gave it, for opening and for messages.
    pub shown: PathBuf,
    /// The same file below a canonical directory.
    pub canonical: PathBuf,
    /// The canonical directory that was given, or that the given file is in.
    root: PathBuf,
}

impl Place {
    /// Finds the place of one file.
    pub(super) fn of_file(path: &Path) -> Result<Self, Error> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Asked of the file first, so that a message names what the user named.
        canonical(path)?;
        let root = canonical(folder)?;
        let canonical = root.join(path.file_name().unwrap_or_default());
        Ok(Self { shown: path.to_owned(), canonical, root })
    }

    /// Returns the place of a document that is no file.
    pub(super) fn of_document(name: &str) -> Self {
        Self { shown: PathBuf::from(name), canonical: PathBuf::from(name), root: PathBuf::new() }
    }

    /// Finds the files below a directory that may hold queries, sorted by path.
    pub(super) fn below(dir: &Path) -> Result<Vec<Self>, Error> {
        let root = canonical(dir)?;
        let place = |shown: PathBuf| {
            let canonical = root.join(shown.strip_prefix(dir).unwrap_or(&shown));
            Self { shown, canonical, root: root.clone() }
        };
        Ok(files_below(dir)?.into_iter().map(place).collect())
    }

    /// Returns the id of the pattern in this file.
    pub(super) fn id(&self) -> String {
        id::of_file(&self.canonical, &self.root)
    }

    /// Returns the path below what was given: how ids that clash are told apart.
    pub(super) fn short(&self) -> String {
        id::slashed(self.canonical.strip_prefix(&self.root).unwrap_or(&self.canonical))
    }
}

/// What a file turned out to be.
pub(super) enum Content {
    /// A pattern.
    Pattern(Pattern),
    /// A document with these rules: at least one.
    Rules(Vec<Rule>),
    /// The documents of a Sigma file: at least one.
    Sigma(Vec<Result<Document, ParseError>>),
}

/// Reads a file and finds out what it is: JSON or YAML, a pattern or a document.
pub(super) fn content(path: &Path) -> Result<Content, Error> {
    let text = read_text(path)?;
    if path.extension().is_some_and(|ending| ending == FILTER) {
        return read_pattern(Language::MetricFilter, &text, &shown(path)).map(Content::Pattern);
    }
    if SigmaRule::is_meant(&text) {
        return sigma_content(&text, path);
    }
    content_of_text(&text, path)
}

/// Finds out what a text is that is no bare filter and no Sigma rule; `path` names it.
pub(super) fn content_of_text(text: &str, path: &Path) -> Result<Content, Error> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(document) => content_of(document, path),
        Err(source) if is_meant_as_json(path, text) => Err(Error::Json { file: shown(path), source }),
        Err(_) => {
            let json =
                document::yaml::to_json(text).map_err(|source| Error::Yaml { file: shown(path), source })?;
            let document: Box<RawValue> =
                serde_json::from_str(&json).map_err(|source| Error::Json { file: shown(path), source })?;
            content_of(&document, path)
        }
    }
}

fn sigma_content(text: &str, path: &Path) -> Result<Content, Error> {
    let refused = |error: ParseError| {
        let source = Box::new(Refusal::Sigma(error));
        Error::Pattern { file: shown(path), language: Language::Sigma, source }
    };
    let mut documents = sigma::read(text).map_err(refused)?;
    // Of a file with a single rule it is the file that cannot be used.
    match documents.pop() {
        Some(Err(error)) if documents.is_empty() => Err(refused(error)),
        Some(last) => {
            documents.push(last);
            Ok(Content::Sigma(documents))
        }
        None => Err(Error::NoRules { file: shown(path) }),
    }
}

fn content_of(document: &RawValue, path: &Path) -> Result<Content, Error> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    match document::rules(document, &stem) {
        Some(rules) if rules.is_empty() => Err(Error::NoRules { file: shown(path) }),
        Some(rules) => Ok(Content::Rules(rules)),
        None if document.get().starts_with('[') => Err(Error::Shape { file: shown(path) }),
        None => read_pattern(Language::EventPattern, document.get(), &shown(path)).map(Content::Pattern),
    }
}

/// Tells whether a text that is no JSON was meant to be: YAML's complaint about it would mislead.
fn is_meant_as_json(path: &Path, text: &str) -> bool {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => true,
        Some("yaml" | "yml") => false,
        _ => text.trim_start().starts_with(['{', '[']),
    }
}

/// A text beside a pattern, with its name for messages.
#[derive(Debug)]
pub(super) struct Beside {
    /// The path as the user would give it.
    pub file: String,
    /// What it holds.
    pub text: String,
}

/// How the file with the tests of a Sigma rule ends.
const SIGMA_TESTS: &str = "_tests.json";

/// Reads the tests beside a Sigma rule; `None` when there are none.
pub(super) fn sigma_tests(rule: &Path) -> Result<Option<Beside>, Error> {
    let stem = rule.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let path = rule.with_file_name(format!("{stem}{SIGMA_TESTS}"));
    if path.exists() { Ok(Some(Beside { file: shown(&path), text: read_text(&path)? })) } else { Ok(None) }
}

/// Reads the file beside a pattern that has another ending; `None` when there is none.
pub(super) fn beside(pattern: &Path, ending: &str) -> Result<Option<Beside>, Error> {
    let path = pattern.with_extension(ending);
    if path.exists() { Ok(Some(Beside { file: shown(&path), text: read_text(&path)? })) } else { Ok(None) }
}

/// Returns a path as messages show it.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Does not follow links to directories, which may lead in circles.
fn files_below(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let failed = |source| Error::Read { file: shown(&dir), source };
        for entry in fs::read_dir(&dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            if entry.file_type().map_err(failed)?.is_dir() {
                open.push(path);
            } else if path.is_file() && has_known_ending(&path) && !is_beside_sigma(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Tells whether a file holds the tests of a Sigma rule: `NAME_tests.json` beside `NAME.yml`.
fn is_beside_sigma(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_suffix(SIGMA_TESTS))
        .is_some_and(|stem| path.with_file_name(format!("{stem}.yml")).exists())
}

fn has_known_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read { file: shown(path), source })
}

/// Reads a text, without the byte order mark that editors on Windows put before it.
fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { file: shown(path), source })?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Text { file: shown(path) })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
