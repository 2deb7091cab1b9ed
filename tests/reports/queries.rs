use super::{document, key, rows};
use backtrail::query::{Card, Query, Severity};
use backtrail::report::{Section, Settings};

fn record(id: u32, time: &str, name: &str, user: &str, account: &str) -> String {
    format!(
        r#"{{"eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","userIdentity":{{"type":"IAMUser","accountId":"{account}","userName":"{user}"}},"eventID":"{id}","recipientAccountId":"{account}"}}"#
    )
}

fn query(id: &str, name: &str, severity: Severity) -> Query {
    let pattern = format!(r#"{{"detail":{{"eventName":["{name}"]}}}}"#);
    let query = Query::from_pattern_text(id, &pattern, "test").unwrap();
    Query { card: Card { severity, ..query.card }, ..query }
}

fn settings() -> Settings {
    let queries = vec![
        query("low", "CreateUser", Severity::Low),
        query("high", "CreateAccessKey", Severity::High),
        query("never", "DeleteTrail", Severity::Critical),
    ];
    Settings { queries, ..Settings::default() }
}

fn section(log_files: &[(String, Vec<String>)], settings: &Settings) -> Section {
    document(&["queries"], log_files, settings).sections.remove(0)
}

fn archive() -> [(String, Vec<String>); 4] {
    let create = |id, day: u8| {
        record(id, &format!("2026-03-{day:02}T10:00:00Z"), "CreateUser", "alice", "111122223333")
    };
    let keys = record(9, "2026-03-02T10:00:00Z", "CreateAccessKey", "bob", "444455556666");
    [
        (key(1), vec![]),
        (key(2), vec![create(1, 2), create(1, 2), create(2, 2), create(3, 2), keys]),
        (key(3), vec![create(4, 3)]),
        (key(4), vec![record(5, "2026-03-04T10:00:00Z", "ListUsers", "alice", "111122223333")]),
    ]
}

#[test]
fn alerts_a_day_are_forecast_with_quiet_days() {
    let section = section(&archive(), &settings());
    let (first, last) = ("2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z");
    assert_eq!(
        rows(&section, "queries"),
        [
            "never|never|critical|0|0|0|-|-|4|4|0|0|-|-".to_owned(),
            format!("high|high|high|1|0.25|0|1|2026-03-02|3|4|1|1|{first}|{first}"),
            format!("low|low|low|4|1|0.5|3|2026-03-02|2|4|1|1|{first}|{last}"),
        ]
    );
    let findings: Vec<_> =
        section.findings.iter().map(|finding| (finding.severity, finding.text.as_str())).collect();
    assert_eq!(
        findings,
        [
            (Severity::High, "high: 1 hit, 0.2 a day in the mean, 1 on the worst day (2026-03-02)"),
            (Severity::Low, "low: 4 hits, 1.0 a day in the mean, 3 on the worst day (2026-03-02)"),
            (
                Severity::Informational,
                "2 of 3 stored queries have hits, on 4 days that were read in 4 log files"
            ),
        ]
    );
}

#[test]
fn hits_are_counted_by_day_account_and_principal() {
    let section = section(&archive(), &settings());
    assert_eq!(rows(&section, "days"), ["high|2026-03-02|1", "low|2026-03-02|3", "low|2026-03-03|1"]);
    assert_eq!(rows(&section, "accounts"), ["high|444455556666|1", "low|111122223333|4"]);
    let (first, last) = ("2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z");
    assert_eq!(
        rows(&section, "principals"),
        [
            format!("high|user/bob|IAMUser|444455556666|-|1|{first}|{first}"),
            format!("low|user/alice|IAMUser|111122223333|-|4|{first}|{last}"),
        ]
    );
}

#[test]
fn a_query_that_never_rests_is_called_noise() {
    let call = |id| record(id, "2026-03-02T10:00:00Z", "CreateUser", "alice", "111122223333");
    let section = section(&[(key(2), (0..11).map(call).collect())], &settings());
    assert_eq!(
        section.findings[0].text,
        "low: 11 hits, 11.0 a day in the mean, which is noise, 11 on the worst day (2026-03-02)"
    );
}

#[test]
fn only_the_first_principals_of_each_query_are_listed() {
    let call = |id| record(id, "2026-03-02T10:00:00Z", "CreateUser", &format!("user-{id}"), "111122223333");
    let settings = Settings { top: 2, ..settings() };
    let section = section(&[(key(2), (0..5).map(call).collect())], &settings);
    assert_eq!(rows(&section, "principals").len(), 2);
    let text = "2 of 5 pairs of query and principal are listed and 3 left out: `--top` lists more";
    assert!(section.findings.iter().any(|finding| finding.text == text));
}

#[test]
fn without_hits_or_queries_that_is_what_is_said() {
    let empty = section(&[], &settings());
    assert_eq!(empty.findings.len(), 1);
    let text = "0 of 3 stored queries have hits, on 0 days that were read in 0 log files";
    assert_eq!(empty.findings[0].text, text);
    assert_eq!(rows(&empty, "queries")[0], "never|never|critical|0|-|-|-|-|0|0|0|0|-|-");
    let none = section(&archive(), &Settings::default());
    assert_eq!(
        none.findings[0].text,
        "0 of 0 stored queries have hits, on 4 days that were read in 4 log files"
    );
}
