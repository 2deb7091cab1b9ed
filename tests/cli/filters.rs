//! Filter patterns of CloudWatch Logs: as stored queries, from documents, and as `--where`.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::backtrail;

const DENIED: &str = "{ $.errorCode = \"AccessDenied*\" }";

/// Returns query and hits of every line of a count.
fn counted(archive: &Archive, arguments: &[&str]) -> Vec<(String, u64)> {
    let ran = replay(archive, ["trail", "--count", "--format", "ndjson"].iter().chain(arguments).copied());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let count = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        (line["query"].as_str().unwrap().to_owned(), line["hits"].as_u64().unwrap())
    };
    ran.stdout.lines().map(count).collect()
}

fn pair(query: &str, hits: u64) -> (String, u64) {
    (query.to_owned(), hits)
}

#[test]
fn a_filter_file_is_a_stored_query_with_its_card_and_cases() {
    let archive = Archive::small();
    archive.write("queries/denied.filter", format!("{DENIED}\n"));
    archive.write("queries/denied.toml", "title = \"Something was denied\"\nseverity = \"low\"\n");
    archive.write(
        "queries/denied.cases.jsonl",
        "{\"case\":\"denied\",\"expect\":\"match\",\"record\":{\"errorCode\":\"AccessDeniedException\"}}\n\
         {\"case\":\"done\",\"expect\":\"no-match\",\"record\":{\"errorCode\":null}}\n",
    );
    assert_eq!(counted(&archive, &["-q", "queries/denied.filter"]), [pair("denied", 1)]);
    let ran = backtrail(archive.path()).args(["check", "queries/denied.filter"]).run();
    assert_eq!(
        (ran.code, &*ran.stdout),
        (0, "ok     denied (2 cases hold)\n1 query, 2 cases hold, 0 failed\n")
    );
    let ran = backtrail(archive.path()).args(["queries", "show", "queries/denied.filter"]).run();
    assert!(
        ran.stdout.contains("Something was denied\n")
            && ran.stdout.ends_with(&format!("Pattern\n{DENIED}\n"))
    );
    let ran = backtrail(archive.path())
        .args(["queries", "show", "queries/denied.filter", "--format", "json"])
        .run();
    let card: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((card["language"].as_str(), card["pattern"].as_str()), (Some("metric-filter"), Some(DENIED)));
}

#[test]
fn a_directory_may_mix_languages() {
    let archive = Archive::small();
    archive.write("queries/denied.filter", DENIED);
    let counted = counted(&archive, &["-q", "queries"]);
    assert_eq!(counted, [pair("denied", 1), pair("user-created", 2), pair("user-deleted", 1)]);
}

#[test]
fn described_metric_filters_are_replayed() {
    let archive = Archive::small();
    archive.write(
        "filters.json",
        r#"{"metricFilters":[{"filterName":"denied","filterPattern":"{ $.errorCode = AccessDenied }","logGroupName":"t"},
            {"filterName":"words","filterPattern":"ERROR","logGroupName":"t"}]}"#,
    );
    let ran = replay(&archive, ["trail", "-q", "filters.json", "--count", "--format", "csv"]);
    assert!(ran.stdout.contains("\ndenied,"), "{}", ran.stdout);
    let wanted = "warning: left out: rule `words` in `filters.json`: its metric filter is refused: at character 1 of the \
                  filter: this is a pattern over words, and records are JSON: begin with `{ $.`\n";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
}

#[test]
fn a_filter_may_stand_on_the_command_line() {
    assert_eq!(counted(&Archive::small(), &["-e", "{ $.errorCode NOT EXISTS }"]), [pair("pattern", 2)]);
    let archive = Archive::small();
    archive.write("record.json", record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None));
    let ran =
        backtrail(archive.path()).args(["match", "-e", "{ $.eventName = Create* }", "record.json"]).run();
    assert_eq!((ran.code, &*ran.stdout), (0, "match\n"));
    let ran = backtrail(archive.path()).args(["match", "-e", "{ $.eventName == x }", "record.json"]).run();
    assert_eq!(
        ran.stderr,
        "error: `-e` is not a metric filter: at character 15 of the filter: there is no operator `==`: write `=`\n"
    );
}

#[test]
fn where_keeps_only_the_records_that_a_filter_takes() {
    let archive = Archive::small();
    assert_eq!(
        counted(&archive, &["-q", "queries", "--where", "{ $.userIdentity.userName = mallory }"]),
        [pair("user-created", 1), pair("user-deleted", 1)]
    );
    let everything = r#"{"detail":{"eventName":[{"exists":true}]}}"#;
    assert_eq!(counted(&archive, &["-e", everything, "--where", DENIED]), [pair("pattern", 1)]);
    let ran = replay(&archive, ["trail", "--where", "eventName = x"]);
    assert_eq!(ran.code, 2);
    let wanted =
        "error: `--where` takes a metric filter: at character 1 of the filter: this is a pattern over words";
    assert!(ran.stderr.starts_with(wanted), "{}", ran.stderr);
    let ran = replay(&archive, ["trail", "-q", "queries", "--where", "{ $.readOnly = true }"]);
    let wanted = "warning: --where: `$.readOnly` is compared with the string `true`, not with the boolean: write `IS TRUE`";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
}

#[test]
fn where_limits_reports_too() {
    let archive = Archive::small();
    let report = |only: &[&str]| {
        let command = backtrail(archive.path()).args(["report", "activity", "trail", "--format", "json"]);
        let ran = command.args(["--now", "2026-04-01T00:00:00Z"]).args(only.iter().copied()).run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let (all, limited) = (report(&[]), report(&["--where", "{ $.userIdentity.userName = alice }"]));
    assert!(
        all.contains("mallory") && !limited.contains("mallory") && limited.contains("alice"),
        "{limited}"
    );
}

#[test]
fn a_filter_takes_records_that_no_bus_carries_and_events_that_are_wrapped_already() {
    let archive = Archive::empty();
    let aggregated = r#"{"eventType":"AwsAggregatedEvent","eventName":"GetObject"}"#.to_owned();
    let place = key("111122223333", "us-east-1", "2026/03/02");
    archive.write(&place, gzip(&document(&[aggregated])));
    let event = r#"{"version":"0","id":"1","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":{"eventName":"GetObject"}}"#;
    archive.write("trail/events.jsonl", format!("{event}\n"));
    let any = r#"{"detail":{"eventName":["GetObject"]}}"#;
    assert_eq!(counted(&archive, &["-e", "{ $.eventName = GetObject }"]), [pair("pattern", 2)]);
    assert_eq!(counted(&archive, &["-e", any]), [pair("pattern", 1)]);
    let limited = counted(&archive, &["-e", any, "--where", "{ $.eventName = Get* && $.detail NOT EXISTS }"]);
    assert_eq!(limited, [pair("pattern", 1)]);
}
