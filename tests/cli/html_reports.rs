//! HTML reports as files; `tests/html.rs` looks at them in a browser.

use crate::support::archive::{Archive, key};
use crate::support::command::{Ran, backtrail};
use insta::assert_snapshot;

fn report(archive: &Archive, arguments: &[&str]) -> Ran {
    let command = backtrail(archive.path()).args(["report", "--now", "2026-04-01T00:00:00Z"]);
    command.args(arguments.iter().copied()).run()
}

#[test]
fn an_html_report_is_one_file_that_names_nothing_outside() {
    let archive = Archive::small();
    let ran = report(&archive, &["activity", "trail", "--format", "html", "-o", "report.html"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
    let html = archive.read("report.html");
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    for text in [
        "Made 2026-04-01 00:00:00 UTC",
        "Coverage is complete",
        "2 log files",
        "CreateUser",
        "<dd>trail</dd>",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("src="));
    assert_eq!(archive.names(), ["queries", "report.html", "trail"]);
    let again = report(&archive, &["activity", "trail", "--format", "html", "--threads", "1"]);
    assert!(again.stdout == html, "standard output has the same bytes");
}

#[test]
fn an_html_report_names_what_could_not_be_read_and_says_so_first() {
    let archive = Archive::small();
    archive.write(&key("111122223333", "us-east-1", "2026/03/05"), "no log file");
    let ran = report(&archive, &["activity", "trail", "--format", "html"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let verdict = ran.stdout.find("Coverage is incomplete").unwrap();
    assert!(verdict < ran.stdout.find("id=\"report-activity\"").unwrap());
    assert!(ran.stdout.contains("2026/03/05/111122223333_CloudTrail_us-east-1"), "the log file is named");
    assert!(ran.stdout.contains("2026-03-04: no log file"), "so is the day without one");
}

#[test]
fn an_html_report_of_an_empty_archive_says_that_it_says_nothing() {
    let archive = Archive::empty();
    archive.write("trail/notes.txt", "x");
    let ran = report(&archive, &["activity", "trail", "--format", "html"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stdout.contains("Nothing was read: there is no log file in the scope."));
    assert!(ran.stdout.contains("0 records in 0 log files"));
}
