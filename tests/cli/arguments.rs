//! What the command line says about itself.

use crate::support::archive::Archive;
use crate::support::command::backtrail;
use insta::assert_snapshot;

fn said(arguments: &[&'static str]) -> String {
    backtrail(Archive::empty().path()).args(arguments.iter().copied()).run().transcript()
}

#[test]
fn the_version_is_printed() {
    assert_eq!(
        said(&["--version"]),
        format!("backtrail {}\n--- stderr\n\n--- exit code 0", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn without_arguments_the_help_is_shown() {
    let ran = backtrail(".").run();
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: backtrail [OPTIONS] <COMMAND>"), "{}", ran.stderr);
}

#[test]
fn an_unknown_subcommand_is_refused() {
    assert_snapshot!(said(&["replai", "."]), @r"
    --- stderr
    error: unrecognized subcommand 'replai'

      tip: some similar subcommands exist: 'plan', 'explain', 'replay'

    Usage: backtrail [OPTIONS] <COMMAND>

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn an_archive_is_needed() {
    assert_snapshot!(said(&["replay"]), @r"
    --- stderr
    error: the following required arguments were not provided:
      <ARCHIVE>...

    Usage: backtrail replay <ARCHIVE>...

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn values_that_make_no_sense_are_refused() {
    assert_snapshot!(said(&["replay", ".", "--limit", "0"]), @r"
    --- stderr
    error: invalid value '0' for '--limit <N>': 0 is not in 1..18446744073709551615

    For more information, try '--help'.
    --- exit code 2
    ");
    assert_snapshot!(said(&["replay", ".", "--format", "xml"]), @r"
    --- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: table, json, ndjson, csv, eventbridge]

    For more information, try '--help'.
    --- exit code 2
    ");
    assert_snapshot!(said(&["replay", ".", "--max-object-size", "huge"]), @r"
    --- stderr
    error: invalid value 'huge' for '--max-object-size <SIZE>': give bytes, or a number with K, M or G (256M)

    For more information, try '--help'.
    --- exit code 2
    ");
    assert_snapshot!(said(&["replay", ".", "--fail-on", "severe"]), @r"
    --- stderr
    error: invalid value 'severe' for '--fail-on <SEVERITY>'
      [possible values: informational, low, medium, high, critical]

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn completions_are_made_for_known_shells() {
    assert!(said(&["completions", "bash"]).contains("_backtrail()"));
    assert!(said(&["completions", "zsh"]).starts_with("#compdef backtrail"));
    assert_snapshot!(said(&["completions", "csh"]), @r"
    --- stderr
    error: invalid value 'csh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn the_manual_describes_every_subcommand() {
    let manual = said(&["man"]);
    for page in
        ["backtrail 1", "backtrail-replay 1", "backtrail-match 1", "backtrail-check 1", "backtrail-queries 1"]
    {
        assert!(manual.contains(&format!(".TH {page}")), "{page}");
    }
}

#[test]
fn no_line_of_the_help_is_wider_than_a_terminal() {
    for subcommand in ["replay", "match", "check", "queries"] {
        for flag in ["-h", "--help"] {
            let ran = backtrail(".").env("COLUMNS", "80").args([subcommand, flag]).run();
            let widest = ran.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(widest.chars().count() <= 80, "{subcommand} {flag}: {widest}");
        }
    }
}
