//! Files that are written, and that are not.

use super::replay;
use crate::support::archive::{Archive, gzip, key};
use crate::support::command::backtrail;
use insta::assert_snapshot;
use std::fs::File;

#[test]
fn hits_go_to_a_file_and_the_foot_to_stderr() {
    let archive = Archive::small();
    let ran = replay(&archive, ["-q", "queries/user-deleted.json", "trail", "-o", "hits.txt"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
    assert_snapshot!(archive.read("hits.txt"), @r"
    TIME                  SEVERITY       QUERY         ACCOUNT       REGION     PRINCIPAL     EVENT       SOURCE IP  OUTCOME
    2026-03-02T09:59:00Z  informational  user-deleted  111122223333  us-east-1  user/mallory  DeleteUser  192.0.2.7  AccessDenied
    ");
    assert_eq!(archive.names(), ["hits.txt", "queries", "trail"]);
}

#[test]
fn an_older_file_is_replaced_and_a_link_stays() {
    let archive = Archive::small();
    archive.write("old.txt", "old");
    std::os::unix::fs::symlink("old.txt", archive.path().join("link.txt")).unwrap();
    let ran = replay(&archive, ["-q", "queries", "trail", "-o", "link.txt", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(archive.read("old.txt").starts_with("time,"));
    assert!(archive.path().join("link.txt").is_symlink());
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let archive = Archive::small();
    std::os::unix::fs::symlink("/dev/null", archive.path().join("null")).unwrap();
    assert_eq!(replay(&archive, ["-q", "queries", "trail", "-o", "null"]).code, 0);
    assert!(archive.path().join("null").is_symlink());
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_anything_is_read() {
    let archive = Archive::small();
    assert_snapshot!(replay(&archive, ["trail", "-o", "missing/hits.txt"]).transcript(), @r"
    --- stderr
    error: cannot write `missing/hits.txt`: there is no directory `missing`
    --- exit code 2
    ");
    assert_snapshot!(replay(&archive, ["trail", "-o", "queries"]).transcript(), @r"
    --- stderr
    error: cannot write `queries`: it is a directory
    --- exit code 2
    ");
    assert_snapshot!(replay(&archive, ["trail", "--coverage", "missing/coverage.json"]).transcript(), @r"
    --- stderr
    error: cannot write `missing/coverage.json`: there is no directory `missing`
    --- exit code 2
    ");
}

#[test]
fn outputs_do_not_overwrite_each_other_or_what_is_read() {
    let archive = Archive::small();
    archive.write("one.json", "{}");
    assert_snapshot!(replay(&archive, ["trail", "-o", "x", "--coverage", "./x"]).transcript(), @r"
    --- stderr
    error: -o and --coverage both name `x`: give each a file of its own
    --- exit code 2
    ");
    assert_snapshot!(replay(&archive, ["one.json", "-o", "./one.json"]).transcript(), @r"
    --- stderr
    error: -o would overwrite the archive `one.json`: give another file
    --- exit code 2
    ");
    assert_eq!(archive.read("one.json"), "{}");
}

#[test]
fn a_failure_leaves_nothing_half_written() {
    let archive = Archive::small();
    let ran = replay(&archive, ["-e", r#"{"source":"aws.iam"}"#, "trail", "-o", "hits.txt"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `-e` is not an event pattern: `source` in the pattern: must be an object or an array of values
    --- exit code 2
    ");
    let ran = replay(&archive, ["trail", "missing", "-o", "hits.txt", "--coverage", "coverage.json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(archive.names(), ["queries", "trail"]);
}

#[test]
fn a_full_disk_is_one_sentence() {
    let archive = Archive::small();
    let mut command = backtrail(archive.path()).args(["replay", "-q", "queries", "trail"]).into_command();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r"error: cannot write standard output: No space left on device");
}

#[test]
fn coverage_is_a_document_about_everything_that_was_asked_for() {
    let archive = Archive::small();
    archive.write(&key("111122223333", "us-east-1", "2026/03/04"), gzip("{"));
    let arguments = ["-q", "queries", "trail", "--since", "2026-03-03", "--coverage", "-", "-o", "hits.txt"];
    let ran = replay(&archive, arguments);
    assert_eq!(ran.code, 4);
    assert_snapshot!(ran.stdout, @r#"
    {
      "version": 1,
      "is_complete": false,
      "stopped": null,
      "archives": [
        "trail"
      ],
      "scope": {
        "since": "2026-03-03T00:00:00Z",
        "until": null,
        "accounts": [],
        "regions": []
      },
      "log_files": {
        "listed": 2,
        "read": 1,
        "failed": 1,
        "archived": 0,
        "listings_failed": 0,
        "skipped": {
          "digest": 1,
          "other-name": 1
        }
      },
      "bytes": {
        "stored": 466,
        "text": 443
      },
      "records": {
        "read": 1,
        "in_scope": 1,
        "undated": 0,
        "never_delivered": 0,
        "rejected": 0,
        "duplicates": 0,
        "matched": 1
      },
      "hits": 1,
      "hits_by_query": {
        "user-created": 1,
        "user-deleted": 0
      },
      "folders": {
        "CloudTrail": {
          "log_files": 1,
          "failed": 1,
          "records": 1
        }
      },
      "accounts": {
        "111122223333": {
          "us-east-1": {
            "2026-03-03": {
              "log_files": 1,
              "failed": 0,
              "records": 1
            },
            "2026-03-04": {
              "log_files": 0,
              "failed": 1,
              "records": 0
            }
          }
        }
      },
      "faults": [
        {
          "key": "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/04/111122223333_CloudTrail_us-east-1_20260304T1000Z_AAAAAAAAAAAAAAAA.json.gz",
          "reason": "JSON ends early, at byte 1",
          "is_partly_read": false
        }
      ],
      "queries_left_out": [],
      "notes": []
    }
    "#);
}
