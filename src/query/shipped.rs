//! The queries that come inside the binary.

use super::file::Beside;
use super::{Card, Error, Query, id, read_pattern};
use crate::language::Language;
use include_dir::{Dir, File, include_dir};

/// The folder `queries` as it was when the binary was built.
static DIR: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// Returns the queries that come inside the binary, sorted by id. An id is the path below `queries` without `.json`.
///
/// # Errors
/// Returns the first pattern or card that is not valid; the tests hold that none is.
pub fn shipped() -> Result<Vec<Query>, Error> {
    let mut patterns = Vec::new();
    collect(&DIR, &mut patterns);
    let mut queries = Vec::with_capacity(patterns.len());
    for file in patterns {
        queries.push(query(file)?);
    }
    queries.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(queries)
}

/// Returns a file that belongs to a shipped query; `ending` is `toml` or `cases.jsonl`.
pub(super) fn beside(id: &str, ending: &str) -> Option<Beside> {
    let text = DIR.get_file(format!("{id}.{ending}"))?.contents_utf8()?;
    Some(Beside { file: origin(id, ending), text: text.to_owned() })
}

/// Returns how messages call a file of a shipped query.
fn origin(id: &str, ending: &str) -> String {
    format!("queries/{id}.{ending}")
}

fn collect(dir: &'static Dir<'static>, patterns: &mut Vec<&'static File<'static>>) {
    patterns.extend(dir.files().filter(|file| language(file).is_some()));
    for inner in dir.dirs() {
        collect(inner, patterns);
    }
}

/// Returns the language of a file by its ending; cards and cases have none.
fn language(file: &File<'_>) -> Option<Language> {
    match file.path().extension()?.to_str()? {
        "json" => Some(Language::EventPattern),
        "filter" => Some(Language::MetricFilter),
        _ => None,
    }
}

fn query(file: &'static File<'static>) -> Result<Query, Error> {
    let id = id::slashed(&file.path().with_extension(""));
    let origin_of_pattern = format!("queries/{}", id::slashed(file.path()));
    let Some(text) = file.contents_utf8() else { return Err(Error::Text { file: origin_of_pattern }) };
    let language = language(file).unwrap_or(Language::EventPattern);
    let pattern = read_pattern(language, text, &origin_of_pattern)?;
    let card = match beside(&id, "toml") {
        Some(card) => Card::parse(&card.file, &card.text)?,
        None => Card::default(),
    };
    Ok(Query::new(id, card, pattern, origin_of_pattern))
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
