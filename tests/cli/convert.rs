//! Converted folders, from the outside.

use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::{Ran, backtrail};
use std::process::Stdio;
use std::time::Duration;

fn run(archive: &Archive, arguments: &str) -> Ran {
    let fixed = ["--no-progress", "--now", "2026-04-01T00:00:00Z"];
    backtrail(archive.path()).args(arguments.split(' ').chain(fixed)).run()
}

#[test]
fn every_command_takes_a_converted_folder_for_an_archive() {
    let archive = Archive::small();
    let first = run(&archive, "convert trail lake");
    assert_eq!(
        (first.code, first.stdout.as_str(), first.stderr.as_str()),
        (
            0,
            "",
            "2 log files added (1.4 KiB stored, 3 records), 0 there already; left out: 1 digest, 1 other-name\n"
        )
    );
    for question in [
        "replay -q queries PLACE --format ndjson",
        "replay -q queries PLACE --count --by eventName --format csv --since 2026-03-03",
        "replay -e {\"detail\":{\"eventName\":[\"DeleteUser\"]}} PLACE --format json --checkpoint run.checkpoint",
    ] {
        let [from_lake, from_trail] =
            ["lake", "trail"].map(|place| run(&archive, &question.replace("PLACE", place)));
        assert_eq!(from_lake.code, 0, "{}", from_lake.stderr);
        assert_eq!(from_lake.stdout, from_trail.stdout);
        assert!(!from_lake.stdout.is_empty());
    }
    let report = run(&archive, "report activity lake --format json");
    assert!(report.stdout.contains("\"records\": 3"), "{}", report.stdout);
    let again = run(&archive, "convert trail lake");
    assert_eq!(
        (again.code, again.stderr.split(';').next()),
        (0, Some("0 log files added (0 B stored, 0 records), 2 there already"))
    );
}

#[test]
fn a_conversion_that_is_killed_goes_on() {
    let archive = Archive::small();
    for number in 0..40_u32 {
        let day = format!("2026/03/{:02}", number % 20 + 1);
        let records: Vec<_> = (0..40)
            .map(|at| record(number * 100 + at, "alice", "CreateUser", "2026-03-02T10:00:00Z", None))
            .collect();
        let name = key("111122223333", "us-east-1", &day).replace("AAAA.json", &format!("{number:04}.json"));
        archive.write(&name, gzip(&document(&records)));
    }
    let mut kills = 0;
    loop {
        let command = backtrail(archive.path()).args("convert trail lake --no-progress".split(' '));
        let mut child = command.into_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(30 + kills * 150));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_some() {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0);
    let [from_lake, from_trail] =
        ["lake", "trail"].map(|place| run(&archive, &format!("replay -q queries {place} --format ndjson")));
    assert_eq!(from_lake.stdout.lines().count(), 1_600);
    assert!(from_lake.stdout == from_trail.stdout);
}

#[test]
fn what_cannot_be_filled_is_refused() {
    let archive = Archive::small();
    archive.write("file", "");
    assert_eq!(run(&archive, "convert trail lake").code, 0);
    for (arguments, reason) in [
        ("convert trail queries", "`queries` holds something else"),
        ("convert trail file", "`file` is no directory"),
        ("convert trail trail/lake", "lies in the archive `trail`"),
        ("convert lake other", "`lake` was converted already"),
        ("convert trail s3://bucket/lake", "is no directory: the last argument is where to write"),
        ("convert trail lake --since last", "--since last: what is there already"),
    ] {
        let ran = run(&archive, arguments);
        assert_eq!(ran.code, 2, "{arguments}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
    assert_eq!(run(&archive, "convert queries other").code, 0);
    archive.write("lake/_backtrail/manifest-000009", "{}");
    for command in ["replay lake", "convert trail lake"] {
        let damaged = run(&archive, command);
        assert_eq!(damaged.code, 2, "{}", damaged.stderr);
        assert!(damaged.stderr.contains("is no manifest that this backtrail knows"), "{}", damaged.stderr);
    }
}

#[test]
fn a_folder_of_another_version_is_refused_and_left_as_it_is() {
    let archive = Archive::small();
    for version in [1, 5] {
        archive.write(&format!("lake-{version}/_backtrail/version-{version}"), "");
        for command in ["replay", "report activity", "convert trail"] {
            let ran = run(&archive, &format!("{command} lake-{version}"));
            let said = format!(
                "error: `lake-{version}` was converted by another backtrail, whose folders are of version {version}, and this one's are of 4: convert the archive again, into an empty directory\n"
            );
            assert_eq!((ran.code, ran.stderr), (2, said), "{command}");
        }
        let marks = std::fs::read_dir(archive.path().join(format!("lake-{version}/_backtrail"))).unwrap();
        let marks: Vec<_> = marks.map(|entry| entry.unwrap().file_name()).collect();
        assert!(!marks.contains(&"version-4".into()), "{marks:?}");
    }
}
