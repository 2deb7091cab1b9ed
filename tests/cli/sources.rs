//! Where log files come from, and what goes wrong with them.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key, record};
use crate::support::command::backtrail;
use insta::assert_snapshot;
use std::process::Command;

fn log_file() -> String {
    document(&[record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None)])
}

#[test]
fn an_empty_directory_has_an_exit_code_of_its_own() {
    let archive = Archive::empty();
    assert_snapshot!(replay(&archive, ["."]).transcript(), @r"
    --- stderr
    0 log files read (0 B stored, 0 B of JSON) in [time] s
    0 records, 0 matched, 0 hits, 0 duplicates
    nothing to read: no CloudTrail log file in `.`
    --- exit code 3
    ");
}

#[test]
fn a_missing_path_is_said_before_anything_is_read() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "trial"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot open `trial`: No such file or directory
    --- exit code 2
    ");
}

#[test]
fn a_truncated_log_file_is_named_and_the_rest_is_replayed() {
    let archive = Archive::small();
    let whole = gzip(&log_file());
    archive.write(&key("111122223333", "us-east-1", "2026/03/04"), &whole[..whole.len() - 20]);
    assert_snapshot!(replay(&archive, ["-q", "queries", "trail", "--count"]).transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              2  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s, 1 failed; skipped: 1 digest, 1 other-name
    3 records, 3 matched, 3 hits, 0 duplicates
    1 account × 1 region × 3 days
    not read: AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/04/111122223333_CloudTrail_us-east-1_20260304T1000Z_AAAAAAAAAAAAAAAA.json.gz: gzip stream ends early
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

#[test]
fn a_log_file_that_is_a_directory_is_only_a_directory() {
    let archive = Archive::small();
    archive.write("trail/odd.json.gz/inside.json", log_file());
    let ran = replay(&archive, ["-q", "queries", "trail", "--count", "--format", "csv"]);
    assert_snapshot!(ran.transcript().replace('\r', ""), @r"
    query,title,severity,hits,first,last,accounts,regions
    user-created,A user was created,high,2,2026-03-02T09:58:00Z,2026-03-03T09:59:30Z,1,1
    user-deleted,user-deleted,informational,1,2026-03-02T09:59:00Z,2026-03-02T09:59:00Z,1,1
    --- stderr
    3 log files read (1.8 KiB stored, 1.7 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    4 records, 3 matched, 3 hits, 1 duplicate
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn a_file_is_read_whatever_it_is_called() {
    let archive = Archive::empty();
    archive.write("download", log_file());
    archive.write("packed", gzip(&log_file()));
    let ran = replay(&archive, ["-e", r#"{"source":["aws.iam"]}"#, "download", "packed", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY    SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    pattern  informational     1  2026-03-02T09:58:00Z  2026-03-02T09:58:00Z         1        1
    --- stderr
    2 log files read (901 B stored, 878 B of JSON) in [time] s
    2 records, 1 matched, 1 hit, 1 duplicate
    --- exit code 0
    ");
}

#[test]
fn what_is_no_log_file_is_refused_with_the_reason() {
    let archive = Archive::empty();
    archive.write("history.csv", "Event name,Event time,User name,Event source\nCreateUser,2026,alice,iam\n");
    archive.write("page.html", "<html>");
    let ran = replay(&archive, ["history.csv", "page.html"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    0 log files read (0 B stored, 0 B of JSON) in [time] s, 2 failed
    0 records, 0 matched, 0 hits, 0 duplicates
    not read: history.csv: is the console's CSV download, which leaves out requests and responses (download JSON instead)
    not read: page.html: is an HTML page, not CloudTrail JSON
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

#[test]
fn standard_input_is_a_log_file_packed_or_not() {
    let archive = Archive::empty();
    for (name, bytes) in [("plain", log_file().into_bytes()), ("packed", gzip(&log_file()))] {
        archive.write(name, bytes);
        let command = backtrail(archive.path()).args(["replay", "-e", r#"{"source":["aws.iam"]}"#, "-"]);
        let ran = command.stdin(&archive.path().join(name)).run();
        assert!(ran.stdout.contains("user/alice") && ran.code == 0, "{}", ran.transcript());
    }
    assert_snapshot!(replay(&archive, ["-"]).transcript(), @r"
    --- stderr
    0 log files read (0 B stored, 0 B of JSON) in [time] s, 1 failed
    0 records, 0 matched, 0 hits, 0 duplicates
    not read: -: is empty
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
    assert_snapshot!(replay(&archive, ["-", "-"]).transcript(), @r"
    --- stderr
    error: `-` is given 2 times, but standard input can be read only once
    --- exit code 2
    ");
}

#[test]
fn a_named_pipe_is_a_log_file() {
    let archive = Archive::empty();
    let pipe = archive.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writing = std::thread::spawn(move || std::fs::write(pipe, log_file()).unwrap());
    let ran = replay(&archive, ["-e", r#"{"source":["aws.iam"]}"#, "pipe", "--count", "--format", "csv"]);
    writing.join().unwrap();
    assert_snapshot!(ran.transcript().replace('\r', ""), @r"
    query,title,severity,hits,first,last,accounts,regions
    pattern,pattern,informational,1,2026-03-02T09:58:00Z,2026-03-02T09:58:00Z,1,1
    --- stderr
    1 log file read (439 B stored, 439 B of JSON) in [time] s
    1 record, 1 matched, 1 hit, 0 duplicates
    --- exit code 0
    ");
}

#[test]
fn a_log_file_beyond_the_limit_is_named_with_the_way_out() {
    let archive = Archive::small();
    let ran = replay(&archive, ["-q", "queries", "trail", "--count", "--max-object-size", "600"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              1  2026-03-03T09:59:30Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     0  -                     -                            0        0
    --- stderr
    1 log file read (466 B stored, 443 B of JSON) in [time] s, 1 failed; skipped: 1 digest, 1 other-name
    1 record, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    not read: AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz: is larger than 600 bytes (raise `--max-object-size`)
    coverage is incomplete: hits may be missing
    --- exit code 4
    ");
}

#[test]
fn many_faults_are_named_up_to_twenty_and_all_in_the_coverage_file() {
    let archive = Archive::empty();
    (0..30).for_each(|number| archive.write(&format!("trail/{number:02}.json"), "{"));
    let ran = replay(&archive, ["trail", "--coverage", "coverage.json"]);
    assert_eq!((ran.code, ran.stderr.matches("not read: ").count()), (4, 20), "{}", ran.stderr);
    assert!(ran.stderr.contains("… and 10 more; all of them are in the coverage file\n"), "{}", ran.stderr);
    assert_eq!(archive.read("coverage.json").matches("\"reason\"").count(), 30);
}
