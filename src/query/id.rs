//! The ids of loaded queries: paths for pattern files, names for rules, and no two alike in one load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Name of the directory whose insides are ids.
const TREE: &str = "queries";

/// What an id is made from.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// The path without ending, or the rule's own name: the id, unless another one claims it too.
    pub id: String,
    /// What the document says to tell rules of one name apart: file, account and region, module.
    pub qualifier: Option<String>,
    /// The file, as short as it can be said.
    pub file: String,
}

/// Returns the id of a pattern file: its path, without ending, below the nearest directory called `queries`; when
/// there is none, below `root`. Both paths must be canonical, so that ids do not depend on where the user stands.
pub(super) fn of_file(file: &Path, root: &Path) -> String {
    let bare = file.with_extension("");
    let parts: Vec<String> =
        bare.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let folders = &parts[..parts.len().saturating_sub(1)];
    match folders.iter().rposition(|part| part == TREE) {
        Some(tree) => parts[tree + 1..].join("/"),
        None => slashed(bare.strip_prefix(root).unwrap_or(&bare)),
    }
}

/// Returns a relative path with `/` between its parts on every system.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Returns one id for each name. Those that clash are told apart by their qualifiers, then by their files
/// (`cfn-local.yml:TrailChanged`), and what is still alike is numbered in order: `name`, `name~2`.
pub(super) fn settle(names: &[Name]) -> Vec<String> {
    let mut ids: Vec<String> = names.iter().map(|name| name.id.clone()).collect();
    qualify(&mut ids, names, |name| name.qualifier.as_deref());
    qualify(&mut ids, names, |name| Some(&name.file));
    number(&mut ids);
    ids
}

/// Puts the qualifier before the ids that clash, where it tells at least some of them apart.
fn qualify(ids: &mut [String], names: &[Name], qualifier: impl Fn(&Name) -> Option<&str>) {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, id) in ids.iter().enumerate() {
        places.entry(id.clone()).or_default().push(place);
    }
    for (id, clashing) in places {
        let different: BTreeSet<_> = clashing.iter().map(|&place| qualifier(&names[place])).collect();
        if different.len() < 2 {
            continue;
        }
        for place in clashing {
            if let Some(qualifier) = qualifier(&names[place]) {
                ids[place] = format!("{qualifier}:{id}");
            }
        }
    }
}

/// Numbers what is still alike; the first keeps its id.
fn number(ids: &mut [String]) {
    let mut taken: BTreeSet<String> = ids.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    for id in ids {
        if seen.insert(id.clone()) {
            continue;
        }
        let mut count = 2;
        while !taken.insert(format!("{id}~{count}")) {
            count += 1;
        }
        *id = format!("{id}~{count}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str, qualifier: Option<&str>, file: &str) -> Name {
        Name { id: id.to_owned(), qualifier: qualifier.map(str::to_owned), file: file.to_owned() }
    }

    #[test]
    fn an_id_is_the_path_below_the_nearest_queries_directory() {
        let file = Path::new("/home/a/queries/b/queries/iam/user-created.json");
        assert_eq!(of_file(file, Path::new("/home/a/queries/b/queries/iam")), "iam/user-created");
    }

    #[test]
    fn without_a_queries_directory_an_id_is_relative_to_what_was_given() {
        let file = Path::new("/home/a/rules/iam/user.created.json");
        assert_eq!(of_file(file, Path::new("/home/a/rules")), "iam/user.created");
        assert_eq!(of_file(Path::new("/home/a/queries.json"), Path::new("/home/a")), "queries");
    }

    #[test]
    fn ids_that_do_not_clash_keep_their_names() {
        let names = [name("A", Some("x.yml"), "f"), name("B", Some("y.yml"), "f")];
        assert_eq!(settle(&names), ["A", "B"]);
    }

    #[test]
    fn clashing_ids_are_told_apart_by_qualifier_and_the_unqualified_keeps_its_name() {
        let names = [name("A", Some("x.yml"), "f"), name("A", Some("y.yml"), "f"), name("A", None, "f")];
        assert_eq!(settle(&names), ["x.yml:A", "y.yml:A", "A"]);
    }

    #[test]
    fn clashing_ids_without_qualifier_are_told_apart_by_file() {
        let names = [name("A", None, "f.json"), name("A", None, "g.json")];
        assert_eq!(settle(&names), ["f.json:A", "g.json:A"]);
    }

    #[test]
    fn what_is_still_alike_is_numbered_without_taking_an_id_that_exists() {
        let names = [name("A", None, "f"), name("A~2", None, "f"), name("A", None, "f")];
        assert_eq!(settle(&names), ["A", "A~2", "A~3"]);
        let names = [name("A", Some("x"), "f"), name("A", Some("x"), "f"), name("A", Some("y"), "f")];
        assert_eq!(settle(&names), ["x:A", "x:A~2", "y:A"]);
    }
}
