//! Which part of an archive is asked about.

use super::replay;
use crate::support::archive::{Archive, key};
use insta::assert_snapshot;

#[test]
fn a_time_range_selects_on_the_time_of_the_event() {
    let archive = Archive::small();
    let ran = replay(
        &archive,
        "-q queries trail --since 2026-03-02T09:59:00Z --until 2026-03-03 --format csv".split(' '),
    );
    assert_snapshot!(ran.transcript().replace('\r', ""), @r"
    time,severity,query,account,region,principal,identity_type,event_name,event_source,event_id,source_ip,user_agent,outcome,error,log_key
    2026-03-02T09:59:00Z,informational,user-deleted,111122223333,us-east-1,user/mallory,IAMUser,DeleteUser,iam.amazonaws.com,00000002-0000-4000-8000-000000000000,192.0.2.7,test,failure,AccessDenied,AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz
    --- stderr
    2 log files read (1.4 KiB stored, 1.3 KiB of JSON) in [time] s; skipped: 1 digest, 1 other-name
    3 records, 1 in scope, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}

#[test]
fn a_span_reaches_back_from_now() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--since", "29d", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              1  2026-03-03T09:59:30Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     0  -                     -                            0        0
    --- stderr
    1 log file read (466 B stored, 443 B of JSON) in [time] s; skipped: 1 digest, 1 other-name
    1 record, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 1 day
    --- exit code 0
    ");
}

#[test]
fn a_date_that_is_none_is_refused_with_examples() {
    let ran = replay(&Archive::small(), ["trail", "--since", "last week"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: --since: `last week` is no moment: give a date (2026-07-01), RFC 3339 (2026-07-01T12:00:00Z) or a span (90d, 12h)
    --- exit code 2
    ");
    let ran = replay(&Archive::small(), ["trail", "--until", "2026-02-30"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: --until: `2026-02-30` is no moment: give a date (2026-07-01), RFC 3339 (2026-07-01T12:00:00Z) or a span (90d, 12h)
    --- exit code 2
    ");
}

#[test]
fn an_empty_range_is_refused() {
    let ran = replay(&Archive::small(), ["trail", "--since", "2026-03-03", "--until", "2026-03-03"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: nothing lies between --since 2026-03-03T00:00:00Z and --until 2026-03-03T00:00:00Z
    --- exit code 2
    ");
}

#[test]
fn accounts_have_twelve_digits_and_regions_are_codes() {
    let ran = replay(&Archive::small(), ["trail", "--account", "1111-2222-3333"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `--account 1111-2222-3333` is no account: give its 12 digits
    --- exit code 2
    ");
    let ran = replay(&Archive::small(), ["trail", "--region", "Frankfurt (eu-central-1)"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: `--region Frankfurt (eu-central-1)` is no region: give its code, like `us-east-1`
    --- exit code 2
    ");
}

#[test]
fn a_region_that_nobody_knows_is_warned_of() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--region", "us-eats-1"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    warning: --region: `us-eats-1` is no region known here; did you mean `us-east-1`?
    note: IAM, root sign-ins and other global services are recorded in us-east-1, which `--region` leaves out
    0 log files read (0 B stored, 0 B of JSON) in [time] s; skipped: 1 digest, 1 other-name
    0 records, 0 matched, 0 hits, 0 duplicates
    nothing to read: no CloudTrail log file of this scope in `trail` (widen --since, --until, --account or --region)
    --- exit code 3
    ");
}

#[test]
fn accounts_and_regions_choose_folders() {
    let archive = Archive::small();
    let elsewhere = key("444455556666", "eu-west-1", "2026/03/02");
    let text = std::fs::read(archive.path().join(key("111122223333", "us-east-1", "2026/03/03"))).unwrap();
    archive.write(&elsewhere, text);
    let ran = replay(&archive, ["-q", "queries", "trail", "--account", "444455556666", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              1  2026-03-03T09:59:30Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     0  -                     -                            0        0
    --- stderr
    1 log file read (466 B stored, 443 B of JSON) in [time] s; skipped: 1 other-name
    1 record, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 1 day
    --- exit code 0
    ");
}

#[test]
fn a_scope_without_log_files_has_an_exit_code_of_its_own() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--region", "eu-west-1"]);
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    note: IAM, root sign-ins and other global services are recorded in us-east-1, which `--region` leaves out
    0 log files read (0 B stored, 0 B of JSON) in [time] s; skipped: 1 digest, 1 other-name
    0 records, 0 matched, 0 hits, 0 duplicates
    nothing to read: no CloudTrail log file of this scope in `trail` (widen --since, --until, --account or --region)
    --- exit code 3
    ");
}

#[test]
fn the_limit_stops_in_the_order_of_the_archive() {
    let ran = replay(&Archive::small(), ["-q", "queries", "trail", "--limit", "1"]);
    assert_snapshot!(ran.transcript(), @r"
    TIME                  SEVERITY  QUERY         ACCOUNT       REGION     PRINCIPAL   EVENT       SOURCE IP  OUTCOME
    2026-03-02T09:58:00Z  high      user-created  111122223333  us-east-1  user/alice  CreateUser  192.0.2.7  success
    --- stderr
    1 log file read (919 B stored, 896 B of JSON) in [time] s; skipped: 1 digest
    2 records, 1 matched, 1 hit, 0 duplicates
    1 account × 1 region × 1 day
    stopped at the limit: what follows in the archive was not read
    --- exit code 0
    ");
}

#[test]
fn copies_of_an_event_are_counted_unless_all_are_wanted() {
    let archive = Archive::small();
    let ran = replay(&archive, ["-q", "queries", "trail", "trail", "--count"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              2  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     1  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    4 log files read (2.7 KiB stored, 2.6 KiB of JSON) in [time] s; skipped: 2 digest, 2 other-name
    6 records, 3 matched, 3 hits, 3 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
    let ran = replay(&archive, ["-q", "queries", "trail", "trail", "--count", "--no-dedupe"]);
    assert_snapshot!(ran.transcript(), @r"
    QUERY         SEVERITY       HITS  FIRST                 LAST                  ACCOUNTS  REGIONS
    user-created  high              4  2026-03-02T09:58:00Z  2026-03-03T09:59:30Z         1        1
    user-deleted  informational     2  2026-03-02T09:59:00Z  2026-03-02T09:59:00Z         1        1
    --- stderr
    4 log files read (2.7 KiB stored, 2.6 KiB of JSON) in [time] s; skipped: 2 digest, 2 other-name
    6 records, 6 matched, 6 hits, 0 duplicates
    1 account × 1 region × 2 days
    --- exit code 0
    ");
}
