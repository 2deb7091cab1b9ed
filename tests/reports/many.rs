//! More principals than are told apart: the rest is counted as one, exactly, and the reports say so.

use super::{document_with, key, rows};
use backtrail::report::{Document, Section, Settings};

/// Log files of 100 records by 40 users each, the later half of them new in each.
fn log_files() -> Vec<(String, Vec<String>)> {
    let record = |day: usize, number: usize| {
        let user = day * 20 + number % 40;
        format!(
            r#"{{"eventVersion":"1.11","eventTime":"2026-03-{day:02}T00:{:02}:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.{user}","eventID":"{day}-{number}","recipientAccountId":"111122223333","userIdentity":{{"type":"IAMUser","userName":"u{user:03}","accountId":"111122223333","arn":"arn:aws:iam::111122223333:user/u{user:03}"}}}}"#,
            number % 60
        )
    };
    (1..=9).map(|day| (key(day as u8), (0..100).map(|number| record(day, number)).collect())).collect()
}

fn made(threads: usize, most: usize) -> Document {
    let settings = Settings { top: 1000, ..Settings::default() };
    document_with(&["activity", "no-mfa"], &log_files(), &settings, (threads, most))
}

fn records(section: &Section, table: &str, column: &str) -> u64 {
    let table = section.tables.iter().find(|known| known.name == table).unwrap();
    table.frame.column(column).unwrap().u64().unwrap().iter().flatten().sum()
}

#[test]
fn the_first_groups_are_told_apart_and_all_others_are_counted_together() {
    let document = made(2, 50);
    let activity = &document.sections[0];
    assert_eq!(records(activity, "principals", "records"), 900);
    assert_eq!(records(activity, "addresses", "records"), 900);
    let principals = rows(activity, "principals");
    assert_eq!(principals.len(), 51);
    // Log file 1 has u020 to u059, log file 2 the next; the first 50 are u020 to u069.
    assert!(principals[0].starts_with("(others)|(others)|(others)|(others)|"), "{}", principals[0]);
    assert!(principals.iter().any(|row| row.starts_with("user/u069|")));
    assert!(principals.iter().all(|row| !row.starts_with("user/u070|")));
    let told = activity.findings.iter().filter(|finding| finding.text.starts_with("only the first 50 "));
    assert_eq!(told.count(), 2);
    let no_mfa = &document.sections[1];
    assert_eq!(no_mfa.findings.iter().filter(|finding| finding.text.contains("(others)")).count(), 1);
    assert_eq!(document.coverage.counted_together.len(), 2);
}

#[test]
fn which_groups_are_told_apart_does_not_depend_on_the_threads() {
    for most in [0, 1, 50] {
        let said = |threads| {
            let sections = made(threads, most).sections;
            let tables =
                sections.iter().flat_map(|section| section.tables.iter().map(move |table| (section, table)));
            tables.flat_map(|(section, table)| rows(section, table.name)).collect::<Vec<_>>()
        };
        let expected = said(1);
        for threads in [2, 8, 8, 8] {
            assert_eq!(said(threads), expected, "{threads} threads, {most} groups");
        }
    }
}

#[test]
fn as_many_groups_as_are_told_apart_are_no_finding() {
    // 200 users, 200 addresses.
    let document = made(2, 200);
    assert!(document.coverage.counted_together.is_empty());
    assert_eq!(rows(&document.sections[0], "principals").len(), 200);
}
