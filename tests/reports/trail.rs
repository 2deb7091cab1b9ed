use super::{document, key, rows, section};
use backtrail::query::Severity;
use backtrail::report::{DayState, Section, Settings, Shape};

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";

/// A call of CloudTrail at a minute of 2 March; `rest` are further members.
fn call(minute: u8, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T10:{minute:02}:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","eventID":"{minute}","recipientAccountId":"111122223333","readOnly":false,"userIdentity":{{"type":"IAMUser","userName":"alice"}},{rest}}}"#
    )
}

fn named(minute: u8, name: &str, trail: &str) -> String {
    call(minute, name, &format!(r#""requestParameters":{{"name":"{trail}"}}"#))
}

fn findings(section: &Section) -> Vec<&str> {
    section.findings.iter().map(|finding| finding.text.as_str()).collect()
}

/// From, until, minutes, region, trail, reason.
fn off(section: &Section) -> Vec<String> {
    let wanted = |row: String| {
        let cells: Vec<&str> = row.split('|').collect();
        [cells[0], cells[1], cells[2], cells[4], cells[5], cells[6]].join("|")
    };
    rows(section, "off").into_iter().map(wanted).collect()
}

#[test]
fn a_trail_is_off_from_its_stop_to_its_next_start_whichever_name_is_used() {
    let made = section(
        "trail",
        &[
            named(30, "StartLogging", "main"),
            named(5, "StopLogging", ARN),
            named(7, "StopLogging", "main"),
            named(9, "StartLogging", "other"),
            named(40, "StartLogging", ARN),
        ],
    );
    assert_eq!(
        off(&made),
        [
            "-|2026-03-02T10:09:00Z|-|us-east-1|other|unknown start",
            "2026-03-02T10:05:00Z|2026-03-02T10:30:00Z|25|us-east-1|main|stopped",
        ]
    );
    assert_eq!(
        findings(&made),
        [
            "1 time a trail was switched off and started again, 25 minutes in all",
            "1 trail was started without a stop on record, and may have been off before",
            "5 changes of trails and 0 failed attempts in 1 log file",
        ]
    );
    assert_eq!(rows(&made, "calls"), ["StartLogging|3|0", "StopLogging|2|0"]);
}

#[test]
fn a_trail_that_is_deleted_stays_off_until_one_of_that_name_starts() {
    let made = section(
        "trail",
        &[
            named(1, "CreateTrail", "main"),
            named(2, "StartLogging", "main"),
            named(3, "DeleteTrail", "main"),
            named(4, "CreateTrail", "main"),
        ],
    );
    assert_eq!(off(&made), ["2026-03-02T10:03:00Z|-|-|us-east-1|main|deleted"]);
    assert_eq!(
        findings(&made)[0],
        "1 trail was switched off and not seen started again, the first, `main` at 2026-03-02T10:03:00Z"
    );
    assert_eq!(made.worst(), Some(Severity::Critical));
}

#[test]
fn attempts_switch_nothing_off() {
    let failed = r#""errorCode":"AccessDenied","requestParameters":{"name":"main"}"#;
    let made = section("trail", &[call(1, "StopLogging", failed), call(2, "StopLogging", failed)]);
    assert_eq!(off(&made), [""; 0]);
    assert_eq!(
        findings(&made),
        [
            "2 attempts to stop or delete a trail failed",
            "0 changes of trails and 2 failed attempts in 1 log file",
        ]
    );
}

#[test]
fn changes_that_make_a_trail_record_less_are_told() {
    let selectors =
        r#""requestParameters":{"trailName":"main","eventSelectors":[{"includeManagementEvents":false}]}"#;
    let store = r#""requestParameters":{"eventDataStore":"arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/1"}"#;
    let made = section(
        "trail",
        &[
            call(1, "PutEventSelectors", selectors),
            call(2, "DeleteEventDataStore", store),
            call(3, "UpdateTrail", r#""requestParameters":7"#),
        ],
    );
    assert_eq!(
        findings(&made)[..2],
        [
            "1 change made a trail or an event data store record less",
            "1 event data store was deleted or stopped"
        ]
    );
    let changes = rows(&made, "changes");
    assert!(changes[0].contains("|PutEventSelectors|main|weaker: no management events|"), "{}", changes[0]);
    assert!(changes[1].contains("eventdatastore/1|-|"), "{}", changes[1]);
    assert!(changes[2].contains("|UpdateTrail|-|-|"), "{}", changes[2]);
}

/// A log file of a region on a day of March.
fn log_file(region: &str, day: u8, records: Vec<String>) -> (String, Vec<String>) {
    (key(day).replace("us-east-1", region), records)
}

#[test]
fn days_without_log_files_between_others_are_gaps_and_days_off_are_marked() {
    let update = r#""requestParameters":{"name":"main"},"responseElements":{"isMultiRegionTrail":true,"isOrganizationTrail":false}"#;
    let log_files = [
        log_file("us-east-1", 1, vec![]),
        log_file("us-east-1", 2, vec![call(1, "UpdateTrail", update), named(2, "StopLogging", "main")]),
        log_file("us-east-1", 5, vec![named(3, "StartLogging", "main").replace("2026-03-02", "2026-03-04")]),
        log_file("eu-west-1", 6, vec![]),
        log_file("eu-west-1", 8, vec![]),
    ];
    let made = document(&["trail"], &log_files, &Settings::default()).sections.remove(0);
    assert_eq!(
        rows(&made, "missing"),
        [
            "111122223333|eu-west-1|2026-03-07|2026-03-07|1|no log file|0|false|0|0",
            "111122223333|us-east-1|2026-03-03|2026-03-04|2|no log file|0|true|2|1",
        ]
    );
    let calendar = made.charts.iter().find_map(|chart| match &chart.shape {
        Shape::Calendar(rows) => Some(rows),
        _ => None,
    });
    let states = |row: usize| calendar.unwrap()[row].days.iter().map(|(_, state)| *state).collect::<Vec<_>>();
    assert_eq!(states(0), [DayState::Read(0), DayState::Gap, DayState::Read(0)]);
    let off = DayState::Off;
    assert_eq!(states(1), [DayState::Read(0), off, off, off, DayState::Read(1)]);
    assert!(findings(&made).contains(&"3 account × region × days without any log file between quiet ones"));
}

#[test]
fn log_files_that_fail_mark_their_day() {
    let broken = (key(4), vec![r#"{"eventName":"#.to_owned(), "}{".to_owned()]);
    let log_files = [log_file("us-east-1", 3, vec![]), broken, log_file("us-east-1", 5, vec![])];
    let made = document(&["trail"], &log_files, &Settings::default()).sections.remove(0);
    assert_eq!(rows(&made, "missing"), ["111122223333|us-east-1|2026-03-04|2026-03-04|1|failed|1|false|0|0"]);
    assert_eq!(
        findings(&made),
        [
            "1 account × region × day with log files that could not be read",
            "0 changes of trails and 0 failed attempts in 2 log files; 1 could not be read",
        ]
    );
}

#[test]
fn an_empty_archive_has_no_changes_and_no_gaps() {
    let made = document(&["trail"], &[], &Settings::default()).sections.remove(0);
    assert_eq!(findings(&made), ["0 changes of trails and 0 failed attempts in 0 log files"]);
    assert_eq!(rows(&made, "missing"), [""; 0]);
}
