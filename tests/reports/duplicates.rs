use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{Section, Settings};

fn record(id: u32) -> String {
    format!(
        r#"{{"eventTime":"2026-03-02T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventType":"AwsApiCall","eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

fn findings(section: &Section) -> Vec<(Severity, &str)> {
    section.findings.iter().map(|finding| (finding.severity, finding.text.as_str())).collect()
}

#[test]
fn what_two_trails_record_is_counted_by_pair_and_priced() {
    let organisation = key(2).replace("AWSLogs/", "AWSLogs/o-exampleorg/");
    let log_files = [(key(2), (0..4).map(record).collect()), (organisation, (1..4).map(record).collect())];
    let settings = Settings { price: 100_000.0, ..Settings::default() };
    let section = document(&["duplicates"], &log_files, &settings).sections.remove(0);
    let share = 3.0 / 7.0;
    assert_eq!(rows(&section, "pairs"), [format!("AWSLogs|AWSLogs/o-exampleorg|3|{share}|3")]);
    assert_eq!(
        findings(&section),
        [
            (
                Severity::Low,
                "3 events paid for again cost at most $3.00, at $100000.00 per 100,000 management events"
            ),
            (
                Severity::Informational,
                "3 copies of events met before (42.9 %) among 7 records in 2 log files"
            ),
        ]
    );
}

#[test]
fn what_is_delivered_twice_to_one_place_is_counted_and_not_priced() {
    let section = section("duplicates", &[record(1), record(1), record(2)]);
    assert_eq!(rows(&section, "pairs"), [format!("AWSLogs|AWSLogs|1|{}|-", 1.0 / 3.0)]);
    assert_eq!(
        findings(&section),
        [
            (Severity::Informational, "1 copy of an event met before (33.3 %) among 3 records in 1 log file"),
            (
                Severity::Informational,
                "1 copy lies in the place of the first: delivered or stored there twice, and not priced"
            ),
        ]
    );
}

#[test]
fn the_same_id_in_two_accounts_is_no_copy() {
    let other = record(1).replace("111122223333", "444455556666");
    let section = section("duplicates", &[record(1), other]);
    assert!(rows(&section, "pairs").is_empty());
    let text = "No event is recorded twice among 2 records in 1 log file";
    assert_eq!(findings(&section), [(Severity::Informational, text)]);
}

#[test]
fn an_empty_archive_says_so() {
    let section = document(&["duplicates"], &[], &Settings::default()).sections.remove(0);
    let text = "No event is recorded twice among 0 records in 0 log files";
    assert_eq!(findings(&section), [(Severity::Informational, text)]);
}
