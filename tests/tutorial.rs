//! The tutorial's commands give what it shows. With `UPDATE_TUTORIAL` set, what they give is written into it instead.

use crate::support::command::backtrail;
use std::fmt::Write as _;

const TUTORIAL: &str = "queries/TUTORIAL.md";

/// Parts a command line as a shell would, as far as the tutorial needs it: words, and texts in single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Runs a command line and returns what a terminal shows: what was found, then the remarks. Durations are left out.
fn run(line: &str) -> String {
    let arguments = words(line);
    let given = ["--now", "2026-04-01T00:00:00Z"];
    let ran = backtrail(".").args(given).args(arguments.iter().map(String::as_str)).run();
    let transcript = ran.transcript();
    let (shown, _) = transcript.rsplit_once("--- exit code").unwrap();
    let mut text = String::new();
    for line in shown.lines().filter(|line| *line != "--- stderr") {
        writeln!(text, "{}", line.replace("in [time] s", "in … s").trim_end()).unwrap();
    }
    text.trim_end().to_owned() + "\n"
}

/// Returns the text with the output of every command in its console blocks, and how many there are.
fn rewritten(text: &str) -> (String, usize) {
    let (mut out, mut commands, mut is_output) = (String::new(), 0, false);
    for line in text.lines() {
        if line == "```" {
            is_output = false;
        }
        if is_output {
            continue;
        }
        writeln!(out, "{line}").unwrap();
        if let Some(command) = line.strip_prefix("$ backtrail ") {
            out += &run(command);
            commands += 1;
            is_output = true;
        }
    }
    (out, commands)
}

#[test]
fn every_command_of_the_tutorial_gives_what_it_shows() {
    let text = std::fs::read_to_string(TUTORIAL).unwrap();
    let (now, commands) = rewritten(&text);
    assert!(commands >= 6, "{commands}");
    if std::env::var_os("UPDATE_TUTORIAL").is_some() {
        std::fs::write(TUTORIAL, now).unwrap();
        return;
    }
    let line = now.lines().zip(text.lines()).position(|(now, then)| now != then);
    assert!(
        now == text,
        "line {:?} differs: run with UPDATE_TUTORIAL=1 and read what changed",
        line.map(|line| line + 1)
    );
}
