//! Holds the rooms of the library against the table in `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which rooms a room may use, as the table in `src/lib.rs` says.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let lib = std::fs::read_to_string("src/lib.rs").unwrap();
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let cells: Vec<&str> = line.trim_end_matches('|').split(" | ").map(str::trim).collect();
        let name = cells[0].trim_matches(['[', ']', '`']).to_owned();
        if !name.chars().all(char::is_alphanumeric) || name == "room" {
            continue;
        }
        let uses = match cells[3] {
            "all above" => rooms.keys().cloned().collect(),
            "all" => continue,
            listed => listed
                .split('`')
                .map(str::trim)
                .filter(|name| !matches!(*name, "" | "–"))
                .map(str::to_owned)
                .collect(),
        };
        rooms.insert(name, uses);
    }
    rooms
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Code without its tests, which may use anything: neither modules at the foot of a file nor files of their own.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy();
    let room = std::fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    if room.contains(&format!("#[cfg(test)]\nmod {name};")) {
        return String::new();
    }
    text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()
}

#[test]
fn every_room_of_the_library_stands_in_the_table() {
    let rooms = table();
    for entry in std::fs::read_dir("src").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "cli" {
            assert!(rooms.contains_key(&name), "`{name}` has no row");
        }
    }
    assert_eq!(rooms.len(), 21, "{:?}", rooms.keys());
}

#[test]
fn no_room_uses_a_room_that_its_row_does_not_name() {
    for (room, uses) in table() {
        for path in files(&Path::new("src").join(&room)) {
            for (line, text) in code(&path).lines().enumerate() {
                if text.trim_start().starts_with("//") {
                    continue;
                }
                for used in text.split("crate::").skip(1) {
                    let name: String = used
                        .chars()
                        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                        .collect();
                    let is_allowed = name.is_empty() || name == room || uses.contains(&name);
                    assert!(is_allowed, "{}:{}: `{room}` may not use `{name}`", path.display(), line + 1);
                }
            }
        }
    }
}

#[test]
fn heavy_dependencies_stay_in_their_rooms() {
    let homes: [(&str, &[&str]); 5] = [
        ("polars", &["src/report", "src/render", "src/lake"]),
        ("aws_", &["src/source/s3", "src/live"]),
        ("tokio", &["src/source/s3", "src/live"]),
        ("clap", &["src/cli"]),
        ("indicatif", &["src/cli"]),
    ];
    for path in files(Path::new("src")) {
        let text = code(&path);
        for (name, rooms) in homes {
            let is_used = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && (line.contains(&format!("{name}::")) || line.contains(&format!("use {name}")))
            });
            let is_home = rooms.iter().any(|room| path.starts_with(room));
            assert!(!is_used || is_home, "`{name}` is used in {}", path.display());
        }
    }
}

#[test]
fn the_library_neither_prints_nor_asks_clock_or_environment() {
    let forbidden =
        ["println!", "eprintln!", "std::env::", "Timestamp::now", "SystemTime::now", "process::exit"];
    for path in files(Path::new("src")).iter().filter(|path| !path.starts_with("src/cli")) {
        for (line, text) in code(path).lines().enumerate() {
            let is_comment = text.trim_start().starts_with("//");
            let found = forbidden.iter().find(|word| text.contains(**word) && !is_comment);
            assert_eq!(found, None, "{}:{}", path.display(), line + 1);
        }
    }
}

#[test]
fn there_are_four_folders_and_no_fifth() {
    let mut folders: Vec<String> = std::fs::read_dir(".")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && name != "target" && name != "proptest-regressions")
        .collect();
    folders.sort();
    assert_eq!(folders, ["queries", "samples", "src", "tests"]);
    for folder in ["queries", "samples", "tests"] {
        assert!(Path::new(folder).join("README.md").is_file(), "{folder} opens with a README");
    }
}
