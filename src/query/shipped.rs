//! The queries that come inside the binary.

use super::file::Beside;
use super::select::places;
use super::{Card, Error, Query, id, read_pattern};
use crate::language::Language;
use include_dir::{Dir, File, include_dir};
use std::collections::BTreeMap;
use std::ffi::OsStr;

/// The folder `queries` as it was when the binary was built.
static DIR: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// The files of a query that say what it is. Its cases are beside them.
struct Stored {
    id: String,
    pattern: &'static File<'static>,
    language: Language,
    card: Option<&'static File<'static>>,
}

/// Returns the queries that come inside the binary, sorted by id. An id is the path below `queries` without `.json`.
///
/// # Errors
/// Returns the first pattern or card that is not valid; the tests hold that none is.
pub fn shipped() -> Result<Vec<Query>, Error> {
    shipped_where(|_| true)
}

/// Returns the shipped queries whose ids are wanted, sorted by id. Only these are read.
///
/// # Errors
/// Returns the same as [`shipped`].
pub fn shipped_where(is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Query>, Error> {
    stored().iter().filter(|stored| is_wanted(&stored.id)).map(Stored::read).collect()
}

/// Returns the shipped queries that a name asks for (see [`places`]), sorted by id. Only these are read.
///
/// # Errors
/// Returns that none answers to the name, or as [`shipped`].
pub(super) fn shipped_as(name: &str) -> Result<Vec<Query>, Error> {
    let stored = stored();
    let ids: Vec<&str> = stored.iter().map(|stored| stored.id.as_str()).collect();
    places(&ids, name)?.into_iter().map(|place| stored[place].read()).collect()
}

/// Returns a file that belongs to a shipped query; `ending` is `toml` or `cases.jsonl`.
pub(super) fn beside(id: &str, ending: &str) -> Option<Beside> {
    let file = DIR.get_file(format!("{id}.{ending}"))?;
    Some(Beside { file: origin_of(file), text: file.contents_utf8()?.to_owned() })
}

/// Returns what there is, sorted by id.
fn stored() -> Vec<Stored> {
    let mut files = BTreeMap::new();
    collect(&DIR, &mut files);
    let patterns = files.iter().filter_map(|((id, ending), &pattern)| {
        let language = language(ending)?;
        let card = files.get(&(id.clone(), "toml")).copied();
        Some(Stored { id: id.clone(), pattern, language, card })
    });
    patterns.collect()
}

/// Gathers the files by id and ending.
fn collect(dir: &'static Dir<'static>, files: &mut BTreeMap<(String, &'static str), &'static File<'static>>) {
    for file in dir.files() {
        let ending = file.path().extension().and_then(OsStr::to_str).unwrap_or_default();
        files.insert((id::slashed(&file.path().with_extension("")), ending), file);
    }
    dir.dirs().for_each(|inner| collect(inner, files));
}

/// Returns the language of a file by its ending; cards and cases have none.
fn language(ending: &str) -> Option<Language> {
    match ending {
        "json" => Some(Language::EventPattern),
        "filter" => Some(Language::MetricFilter),
        _ => None,
    }
}

impl Stored {
    fn read(&self) -> Result<Query, Error> {
        let file = origin_of(self.pattern);
        let pattern = read_pattern(self.language, text_of(self.pattern)?, &file)?;
        let card = match self.card {
            Some(card) => Card::parse(&origin_of(card), text_of(card)?)?,
            None => Card::default(),
        };
        Ok(Query::new(self.id.clone(), card, pattern, file))
    }
}

/// Returns how messages call a file.
fn origin_of(file: &File<'_>) -> String {
    format!("queries/{}", id::slashed(file.path()))
}

fn text_of(file: &'static File<'static>) -> Result<&'static str, Error> {
    file.contents_utf8().ok_or_else(|| Error::Text { file: origin_of(file) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_queries_have_paths_for_ids_and_come_sorted() {
        let queries = shipped().unwrap();
        let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
        assert!(ids.is_sorted());
        assert!(ids.contains(&"iam/user-created"));
        assert!(ids.contains(&"cloudtrail/trail-stopped"));
        assert!(ids.iter().all(|id| !id.contains('.') && !id.contains('\\')));
    }

    #[test]
    fn a_shipped_query_finds_its_card_and_its_cases() {
        assert!(beside("iam/user-created", "toml").is_some());
        assert!(beside("iam/user-created", "cases.jsonl").is_some());
        assert!(beside("iam/no-such-query", "toml").is_none());
    }
}
