//! What README and `--help` say is true.

use crate::support::command::backtrail;
use std::collections::BTreeSet;

/// The command lines in the console blocks of a document.
fn commands(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("$ backtrail "));
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

#[test]
fn every_option_in_the_readme_exists() {
    let commands = commands("README.md");
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        // `queries` has commands of its own.
        let depth = if command.starts_with("queries ") { 2 } else { 1 };
        let help = backtrail(".").args(command.split(' ').take(depth).chain(["--help"])).run();
        assert_eq!(help.code, 0, "{command}");
        let known = options(&help.stdout);
        let unknown: Vec<_> = options(&command).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "`backtrail {command}`: {unknown:?}");
    }
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_help() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let help = backtrail(".").args(["--help"]).run().stdout;
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    for line in codes.lines().filter(|line| line.trim().starts_with(|first: char| first.is_ascii_digit())) {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        let row = readme.lines().find(|row| row.starts_with(&format!("| {code} |")));
        let row = row.unwrap_or_else(|| panic!("exit code {code} is not in the README"));
        let first_words: String =
            meaning.trim().split(|letter| ":;(".contains(letter)).next().unwrap().trim().to_owned();
        assert!(row.replace('`', "").contains(&first_words), "{row} / {meaning}");
    }
}

#[test]
fn the_readme_names_every_format_of_the_help() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let help = backtrail(".").args(["replay", "-h"]).run().stdout;
    let (_, formats) = help.split_once("--format <FORMAT>").unwrap();
    let (_, formats) = formats.split_once("[possible values: ").unwrap();
    for format in formats.split(']').next().unwrap().split(',').map(str::trim) {
        assert!(readme.contains(&format!("`{format}`")), "{format}");
    }
}

#[test]
fn the_shipped_queries_are_listed_in_their_readme() {
    let readme = std::fs::read_to_string("queries/README.md").unwrap();
    for query in backtrail::query::shipped().unwrap() {
        assert!(readme.contains(&format!("`{}`", query.id)), "{} is missing", query.id);
        assert!(readme.contains(&query.card.title), "the title of {} is missing", query.id);
    }
}

#[test]
fn the_manual_and_the_completions_can_be_printed() {
    let manual = backtrail(".").args(["man"]).run();
    assert!(
        manual.stdout.contains(".TH backtrail 1") && manual.stdout.contains("replay"),
        "{}",
        manual.stdout
    );
    for shell in ["bash", "zsh", "fish"] {
        let script = backtrail(".").args(["completions", shell]).run();
        assert!(script.code == 0 && script.stdout.contains("no-sign-request"), "{shell}");
    }
}

#[test]
fn the_samples_hold_what_their_readme_says_a_reader_will_find() {
    let readme = std::fs::read_to_string("samples/README.md").unwrap();
    let counted =
        backtrail(".").args(["replay", "samples", "-q", "queries", "--count", "--format", "json"]).run();
    assert_eq!(counted.code, 0, "{}", counted.stderr);
    let counted: serde_json::Value = serde_json::from_str(&counted.stdout).unwrap();
    let counts = counted["counts"].as_array().unwrap();
    let mut rows = 0;
    for row in readme.lines().filter_map(|line| line.strip_prefix("| `")) {
        let Some((id, rest)) = row.split_once("` | ") else { continue };
        let Some(hits) = rest.split(" | ").next().and_then(|hits| hits.parse::<u64>().ok()) else { continue };
        let count = counts.iter().find(|count| count["query"] == id);
        assert_eq!(count.map(|count| &count["hits"]), Some(&serde_json::json!(hits)), "{id}");
        rows += 1;
    }
    assert!(rows > 30, "{rows}");
}
