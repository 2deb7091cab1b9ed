//! Runs that go on where the last one stopped.

use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::{Ran, backtrail};

/// A run on a day of March 2026, with a state file.
fn run_on(archive: &Archive, day: u8, arguments: &str) -> Ran {
    let now = format!("2026-03-{day:02}T12:00:00Z");
    let fixed = ["--no-progress", "--state", "state.json", "--now", &now];
    backtrail(archive.path()).args(arguments.split(' ').chain(fixed)).run()
}

const REPLAY: &str = "replay -q queries trail --count --format csv --since last";

/// The hits of the first query.
fn hits(ran: &Ran) -> String {
    let line = ran.stdout.lines().nth(1).unwrap_or_default();
    line.split(',').nth(3).unwrap_or_default().to_owned()
}

#[test]
fn each_run_reads_only_what_is_new_and_what_came_late() {
    let archive = Archive::small();
    let first = run_on(&archive, 3, REPLAY);
    assert!(first.stderr.contains("this is the first run, and reads everything"), "{}", first.stderr);
    assert_eq!((first.code, hits(&first)), (0, "2".to_owned()), "{}", first.stdout);

    let again = run_on(&archive, 4, REPLAY);
    assert_eq!((again.code, hits(&again)), (0, "0".to_owned()));
    assert!(again.stderr.contains("2 read-before"), "{}", again.stderr);
    assert!(again.stderr.contains("nothing new: no log file that the last run has not read"));

    let late = key("111122223333", "us-east-1", "2026/03/02").replace("AAAAAAAAAAAAAAAA", "0000000000000000");
    archive.write(&late, gzip(&document(&[record(4, "eve", "CreateUser", "2026-03-02T09:00:00Z", None)])));
    let third = run_on(&archive, 5, REPLAY);
    assert_eq!((third.code, hits(&third)), (0, "1".to_owned()), "{}", third.stderr);
    assert_eq!(hits(&run_on(&archive, 5, REPLAY)), "0");
}

#[test]
fn what_could_not_be_read_is_tried_again() {
    let archive = Archive::small();
    let broken = key("111122223333", "us-east-1", "2026/03/04");
    archive.write(&broken, "x");
    assert_eq!(run_on(&archive, 4, REPLAY).code, 4);
    archive.write(&broken, gzip(&document(&[record(5, "eve", "CreateUser", "2026-03-04T09:00:00Z", None)])));
    let mended = run_on(&archive, 5, REPLAY);
    assert_eq!((mended.code, hits(&mended)), (0, "1".to_owned()));
}

#[test]
fn days_before_the_look_back_are_forgotten_and_not_read() {
    let archive = Archive::small();
    run_on(&archive, 3, REPLAY);
    run_on(&archive, 20, REPLAY);
    let state = std::fs::read_to_string(archive.path().join("state.json")).unwrap();
    assert!(
        state.contains(r#""last_run":"2026-03-20T12:00:00Z""#) && state.contains(r#""log_files":{}"#),
        "{state}"
    );
    let later = run_on(&archive, 21, REPLAY);
    assert!(!later.stderr.contains("read-before"), "{}", later.stderr);
    assert_eq!(hits(&later), "0");
}

#[test]
fn a_state_belongs_to_one_question() {
    let archive = Archive::small();
    run_on(&archive, 3, REPLAY);
    let other = run_on(&archive, 3, "report activity trail --since last --format json");
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("`state.json` is the state of another run"), "{}", other.stderr);
    std::fs::write(archive.path().join("state.json"), "{").unwrap();
    let damaged = run_on(&archive, 3, REPLAY);
    assert_eq!(damaged.code, 2);
    assert!(damaged.stderr.contains("remove it to begin anew"), "{}", damaged.stderr);
    let lost = backtrail(archive.path()).args("replay trail --since last".split(' ')).run();
    assert_eq!(lost.code, 2);
    assert!(lost.stderr.contains("with --state"), "{}", lost.stderr);
}

#[test]
fn a_run_that_stopped_early_leaves_the_state_as_it_was() {
    let archive = Archive::small();
    let ran = run_on(&archive, 3, "replay -q queries trail --since last --limit 1");
    assert!(ran.stderr.contains("the state is not written"), "{}", ran.stderr);
    assert!(!archive.path().join("state.json").exists());
}

#[test]
fn reports_go_on_too() {
    let archive = Archive::small();
    let report = "report activity trail --since last --format json";
    let first = run_on(&archive, 3, report);
    assert!(first.stdout.contains("\"records\": 2"), "{}", first.stdout);
    let again = run_on(&archive, 3, report);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("\"text\": \"0 records in 0 log files\""), "{}", again.stdout);
}
