//! `backtrail report`: what comes out, and where to.

use super::ends::{finish, spawn};
use crate::support::archive::{Archive, key};
use crate::support::command::{Backtrail, Ran, backtrail};
use crate::support::mmdb::{Data, mmdb};
use backtrail::report::{self, Settings};
use insta::assert_snapshot;

fn command(archive: &Archive, arguments: &[&str]) -> Backtrail {
    backtrail(archive.path())
        .args(["report", "--now", "2026-04-01T00:00:00Z"])
        .args(arguments.iter().copied())
}

fn report(archive: &Archive, arguments: &[&str]) -> Ran {
    command(archive, arguments).run()
}

/// What a run says on stderr when all is well.
fn assert_foot(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("2 log files read"), "{}", ran.stderr);
}

/// Returns the names of a report's tables.
fn tables(name: &str) -> Vec<String> {
    let definitions = report::select(&[name.to_owned()]).unwrap();
    let sections = definitions.iter().map(|known| report::outline(known, &Settings::default()).unwrap());
    sections
        .flat_map(|section| {
            section.tables.iter().map(|table| format!("{}.{}", section.name, table.name)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn reports_are_tables_for_people_by_default() {
    let ran = report(&Archive::small(), &["activity", "trail"]);
    assert_foot(&ran);
    let begin = "CloudTrail report, 2026-04-01T00:00:00Z\n\nActivity\n════════\ninformational  ";
    assert!(ran.stdout.starts_with(begin), "{}", ran.stdout);
    let line = ran.stdout.lines().find(|line| line.starts_with("iam.amazonaws.com  CreateUser  ")).unwrap();
    assert!(line.contains("  2  ████████████       0  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z"), "{line}");
}

#[test]
fn reports_are_one_json_document() {
    let ran = report(&Archive::small(), &["activity", "trail", "--format", "json"]);
    assert_foot(&ran);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let tables = document["reports"][0]["tables"].as_array().unwrap();
    let events = tables.iter().find(|table| table["name"] == "events").unwrap();
    assert_eq!(events["rows"][0]["event_name"], "CreateUser");
    assert_eq!(events["rows"][0]["records"], 2);
    assert_eq!(document["coverage"]["is_complete"], true);
}

#[test]
fn reports_are_a_json_object_a_row() {
    let ran = report(&Archive::small(), &["activity", "trail", "--format", "ndjson"]);
    assert_foot(&ran);
    let rows: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.iter().all(|row| row["version"] == 1 && row["report"] == "activity"), "{}", ran.stdout);
    assert_eq!(rows[0]["table"], "findings");
    let event = rows.iter().find(|row| row["table"] == "events").unwrap();
    assert_eq!((&event["row"]["event_name"], &event["row"]["records"]), (&"CreateUser".into(), &2.into()));
}

#[test]
fn formats_of_one_table_hold_a_report_of_one_and_refuse_the_others_before_anything_is_read() {
    let archive = Archive::small();
    for definition in report::all() {
        let tables = tables(definition.name);
        for format in ["csv", "parquet"] {
            let ran = report(&archive, &[definition.name, "trail", "--format", format, "-o", "one"]);
            match tables.len() {
                1 => assert_foot(&ran),
                many => {
                    let first = tables[..many.min(12)].join(", ");
                    let more = if many > 12 { format!(" and {} more", many - 12) } else { String::new() };
                    let said = format!(
                        "error: a file of {format} holds one table, and these are {many}: {first}{more}; give -o DIR/ \
                         for a file each\n"
                    );
                    assert_eq!((ran.code, ran.stderr), (2, said));
                }
            }
        }
    }
}

#[test]
fn reports_are_markdown_to_hand_over_with_their_coverage() {
    let ran = report(&Archive::small(), &["activity", "trail", "--format", "markdown"]);
    assert_foot(&ran);
    let begin = "# CloudTrail report\n\nMade 2026-04-01T00:00:00Z.\n\n## Activity\n\n- **informational**: ";
    assert!(ran.stdout.starts_with(begin), "{}", ran.stdout);
    for line in [
        "| event_source | event_name | records |",
        "| iam.amazonaws.com | CreateUser | 2 |",
        "- **Events, event_source** (text): `eventSource`: the service",
        "| Archives | trail |",
        "| Complete | yes |",
        "| Records in scope | 3 |",
    ] {
        assert!(ran.stdout.lines().any(|known| known.starts_with(line)), "{line}: {}", ran.stdout);
    }
}

#[test]
fn faults_are_named_in_what_is_handed_over() {
    let archive = Archive::small();
    archive.write(&key("111122223333", "us-east-1", "2026/03/04"), "broken");
    let ran = report(&archive, &["activity", "trail", "--format", "markdown"]);
    assert_eq!(ran.code, 4);
    assert!(ran.stdout.contains("| Complete | **no** |"), "{}", ran.stdout);
    assert!(ran.stdout.contains("### Faults\n\n- not read: AWSLogs/111122223333/"), "{}", ran.stdout);
}

#[test]
fn a_directory_gets_a_file_for_every_table() {
    let archive = Archive::small();
    for format in ["csv", "parquet", "ndjson"] {
        let folder = format!("out-{format}/");
        let ran = report(&archive, &["activity", "trail", "--format", format, "-o", &folder]);
        assert_foot(&ran);
        assert_eq!(ran.stdout, "");
        let mut names: Vec<String> =
            tables("activity").iter().map(|name| format!("{name}.{format}")).collect();
        names.extend(["coverage.json".to_owned(), format!("findings.{format}")]);
        names.sort();
        assert_eq!(archive.names_in(&folder), names);
    }
    assert!(
        archive.read("out-csv/findings.csv").starts_with("report,severity,text\r\nactivity,informational,")
    );
    let events = archive.read("out-csv/activity.events.csv");
    assert!(events.contains("\r\niam.amazonaws.com,CreateUser,2,0,2026-03-02T09:58:00Z,"), "{events}");
    assert!(archive.read("out-csv/coverage.json").contains("\"is_complete\": true"));
    assert!(
        archive
            .read("out-ndjson/findings.ndjson")
            .starts_with(r#"{"version":1,"report":"activity","table":"#)
    );
    let parquet = std::fs::read(archive.path().join("out-parquet/activity.events.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}

#[test]
fn formats_that_hold_everything_are_one_file_in_a_directory() {
    let archive = Archive::small();
    for (format, name) in [("markdown", "report.md"), ("json", "report.json"), ("table", "report.txt")] {
        let ran = report(&archive, &["activity", "trail", "--format", format, "-o", "out/"]);
        assert_foot(&ran);
        assert_eq!(archive.names_in("out"), ["coverage.json", name]);
        std::fs::remove_dir_all(archive.path().join("out")).unwrap();
    }
}

#[test]
fn a_directory_that_is_there_needs_no_slash_and_keeps_what_is_in_it() {
    let archive = Archive::small();
    archive.write("out/notes.txt", "x");
    archive.write("out/findings.csv", "old");
    assert_foot(&report(&archive, &["activity", "trail", "--format", "csv", "-o", "out"]));
    let names = archive.names_in("out");
    assert!(names.contains(&"activity.events.csv".to_owned()) && names.contains(&"notes.txt".to_owned()));
    assert!(archive.read("out/findings.csv").starts_with("report,"));
}

#[test]
fn the_same_archive_gives_the_same_bytes() {
    let archive = Archive::small();
    for format in ["table", "json", "ndjson", "csv", "parquet", "markdown"] {
        let files = |name, threads| {
            let arguments = ["activity", "trail", "--format", format, "-o", name, "--threads", threads];
            assert_foot(&report(&archive, &arguments));
            let read = |file: String| (std::fs::read(archive.path().join(name).join(&file)).unwrap(), file);
            archive.names_in(name).into_iter().map(read).collect::<Vec<_>>()
        };
        let one = files("one/", "1");
        assert!(one.len() > 1 && one == files("two/", "4"), "{format}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_said_before_anything_is_read() {
    let archive = Archive::small();
    archive.write("file", "x");
    let said = |output: &str| report(&archive, &["activity", "trail", "-o", output]).transcript();
    assert_snapshot!(said("missing/out/"), @r"
    --- stderr
    error: cannot write `missing/out/`: there is no directory `missing`
    --- exit code 2
    ");
    assert_snapshot!(said("missing/report.txt"), @r"
    --- stderr
    error: cannot write `missing/report.txt`: there is no directory `missing`
    --- exit code 2
    ");
    assert_snapshot!(said("file/"), @r"
    --- stderr
    error: cannot write `file/`: it is no directory
    --- exit code 2
    ");
    assert_snapshot!(said("trail"), @r"
    --- stderr
    error: -o would overwrite the archive `trail`: give another file
    --- exit code 2
    ");
    assert_eq!(archive.names(), ["file", "queries", "trail"]);
}

#[test]
fn a_report_that_fails_leaves_no_directory() {
    let archive = Archive::small();
    assert_eq!(report(&archive, &["activity", "missing", "-o", "out/"]).code, 2);
    assert_eq!(archive.names(), ["queries", "trail"]);
}

#[test]
fn times_are_told_in_another_zone_to_people_only() {
    let archive = Archive::small();
    let zoned = |format| {
        let arguments = ["activity", "trail", "--format", format, "--time-zone", "America/New_York"];
        let ran = report(&archive, &arguments);
        assert_foot(&ran);
        ran.stdout
    };
    for format in ["table", "markdown"] {
        let text = zoned(format);
        assert!(text.contains("2026-03-02T04:58:00-05:00") && !text.contains("T09:58:00Z"), "{text}");
        assert!(text.contains("Times are those of America/New"), "{text}");
    }
    for format in ["json", "ndjson"] {
        assert_eq!(zoned(format), report(&archive, &["activity", "trail", "--format", format]).stdout);
    }
    assert_snapshot!(report(&archive, &["activity", "trail", "--time-zone", "Berlin"]).transcript(), @r"
    --- stderr
    error: `--time-zone Berlin` is no time zone: give its IANA name, like `Europe/Berlin`
    --- exit code 2
    ");
}

#[test]
fn a_geoip_file_must_be_one() {
    let archive = Archive::small();
    let country = Data::Map(&[("country", Data::Map(&[("iso_code", Data::Text("CH"))]))]);
    archive.write("countries.mmdb", mmdb(&[([192, 0, 2, 0], 24, country)]));
    let said = |file: &str| report(&archive, &["activity", "trail", "--geoip", file]);
    assert_foot(&said("countries.mmdb"));
    assert_snapshot!(said("missing.mmdb").transcript(), @r"
    --- stderr
    error: --geoip: cannot read `missing.mmdb`: No such file or directory
    --- exit code 2
    ");
    assert_snapshot!(said("queries/user-created.json").transcript(), @r"
    --- stderr
    error: --geoip: cannot read `queries/user-created.json`: it is no MaxMind DB file: invalid database: could not find MaxMind DB metadata in file
    --- exit code 2
    ");
}

#[test]
fn source_addresses_of_sign_ins_are_told_with_country_and_network() {
    let archive = Archive::empty();
    let sign_in = |id: u32, address: &str| {
        format!(
            r#"{{"eventTime":"2026-03-02T10:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","awsRegion":"us-east-1","sourceIPAddress":"{address}","userIdentity":{{"type":"IAMUser","accountId":"111122223333","userName":"alice"}},"additionalEventData":{{"MFAUsed":"Yes"}},"responseElements":{{"ConsoleLogin":"Success"}},"eventID":"{id}","recipientAccountId":"111122223333"}}"#
        )
    };
    let records = [sign_in(1, "192.0.2.7"), sign_in(2, "198.51.100.1")].join(",");
    archive.write("trail/sign-ins.json", format!(r#"{{"Records":[{records}]}}"#));
    let country = Data::Map(&[("country", Data::Map(&[("iso_code", Data::Text("CH"))]))]);
    archive.write("countries.mmdb", mmdb(&[([192, 0, 2, 0], 24, country)]));
    let ran = report(&archive, &["logins", "trail", "--geoip", "countries.mmdb", "--format", "ndjson"]);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows = lines.iter().filter(|line| line["table"] == "sources").map(|line| &line["row"]);
    let places: Vec<_> =
        rows.map(|row| (row["source_ip"].as_str(), row["source_ip_country"].as_str())).collect();
    assert_eq!(places, [(Some("192.0.2.7"), Some("CH")), (Some("198.51.100.1"), None)], "{}", ran.stdout);
}

#[test]
fn a_closed_pipe_is_fine_in_every_format() {
    let archive = Archive::small();
    for format in ["table", "json", "ndjson", "markdown"] {
        let mut child =
            spawn(&mut command(&archive, &["activity", "trail", "--format", format]).into_command());
        drop(child.stdout.take());
        let (code, _, stderr) = finish(child);
        assert_eq!(code, 0, "{format}: {stderr}");
        assert!(stderr.starts_with("2 log files read"), "{format}: {stderr}");
    }
}

#[test]
fn all_reports_are_listed() {
    let archive = Archive::empty();
    let all = report::all();
    let list = |format| report(&archive, &["list", "--format", format]);
    let table = list("table");
    assert_eq!((table.code, table.stderr.as_str()), (0, ""));
    assert!(all.iter().all(|report| table.stdout.lines().any(|line| line.starts_with(report.name))));
    let document: serde_json::Value = serde_json::from_str(&list("json").stdout).unwrap();
    let names =
        document["reports"].as_array().unwrap().iter().map(|report| report["report"].as_str().unwrap());
    assert!(names.eq(all.iter().map(|report| report.name)));
    for format in ["ndjson", "csv"] {
        assert_eq!(list(format).stdout.lines().count(), all.len() + usize::from(format == "csv"));
    }
    assert_snapshot!(list("markdown").transcript(), @r"
    --- stderr
    error: the list of reports is written as `table`, `json`, `ndjson` or `csv`
    --- exit code 2
    ");
}

#[test]
fn a_report_is_shown_with_its_columns_units_and_definitions() {
    let archive = Archive::empty();
    let shown = report(&archive, &["show", "activity"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    assert!(shown.stdout.starts_with("activity: which services and events"), "{}", shown.stdout);
    for line in ["activity.events", "  records (number): number of records"] {
        assert!(shown.stdout.lines().any(|known| known == line), "{line}: {}", shown.stdout);
    }
    assert_eq!(report(&archive, &["list", "activity"]).stdout, shown.stdout);
    let json = report(&archive, &["show", "activity", "--format", "json"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let tables = document["tables"].as_array().unwrap();
    assert!(tables.iter().any(|table| table["name"] == "events"), "{json}");
}

#[test]
fn a_report_that_nobody_knows_is_answered_with_those_there_are() {
    let archive = Archive::empty();
    for arguments in [&["show", "logon"][..], &["logon", "trail"]] {
        let ran = report(&archive, arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.starts_with("error: there is no report `logon`; there are `"), "{}", ran.stderr);
    }
    assert_eq!(report(&archive, &["show"]).code, 2);
}

#[test]
fn an_archive_without_log_files_gives_a_report_that_says_so() {
    let archive = Archive::empty();
    archive.write("trail/notes.txt", "x");
    for format in ["table", "json", "ndjson", "markdown"] {
        let ran = report(&archive, &["activity", "trail", "--format", format]);
        assert_eq!(ran.code, 3, "{format}");
        assert!(!ran.stdout.is_empty() && ran.stderr.contains("nothing to read"), "{format}: {}", ran.stderr);
    }
}
