//! The queries in the binary: each is complete, and what its cases say holds.

use backtrail::query::{Demand, Verdict, check, gather, load, shipped};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")
}

/// Returns the paths below a folder, relative to `root`, with slashes.
fn files(folder: &Path, root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            found.extend(files(&path, root));
        } else {
            let inside = path.strip_prefix(root).expect("the folder is below its root");
            found.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    found.sort();
    found
}

#[test]
fn every_shipped_query_is_complete_and_its_cases_hold() {
    let loaded = gather(&[]).unwrap();
    let mut failures = Vec::new();
    for query in &loaded.queries {
        let proof = loaded.proof(query).unwrap();
        let verdicts = check(query, &proof, Demand::Complete);
        let failed = verdicts.iter().filter(|verdict| verdict.is_failure());
        failures.extend(failed.map(|verdict| format!("{}: {verdict}", query.id)));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn no_shipped_pattern_surprises() {
    let loaded = gather(&[]).unwrap();
    for query in &loaded.queries {
        let verdicts = check(query, &loaded.proof(query).unwrap(), Demand::Complete);
        // The benchmark's text itself takes nearly everything, and its card says so.
        for verdict in verdicts.into_iter().filter(|_| query.id != "cis/unauthorized-calls-1-4") {
            assert!(!matches!(verdict, Verdict::Warns(_)), "{}: {verdict}", query.id);
        }
    }
}

#[test]
fn the_binary_holds_what_the_folder_holds() {
    let from_folder = load(&folder()).unwrap();
    assert!(from_folder.unusable.is_empty());
    let shown =
        |query: &backtrail::query::Query| (query.id.clone(), query.card.clone(), query.pattern.to_text());
    let folder: Vec<_> = from_folder.queries.iter().map(shown).collect();
    let binary: Vec<_> = shipped().unwrap().iter().map(shown).collect();
    assert_eq!(binary, folder);
}

#[test]
fn every_file_in_the_folder_belongs_to_a_query() {
    let files = files(&folder(), &folder());
    for file in files.iter().filter(|file| !file.ends_with(".md")) {
        let id =
            [".cases.jsonl", ".toml", ".json", ".filter"].iter().find_map(|ending| file.strip_suffix(ending));
        let id = id.unwrap_or_else(|| panic!("`{file}` has an unknown ending"));
        let pattern = ["json", "filter"].iter().filter(|ending| files.contains(&format!("{id}.{ending}")));
        assert_eq!(pattern.count(), 1, "`{file}` stands beside no pattern, or beside two");
    }
}
