//! What a run would read, and what it then reads.

use crate::support::archive::{Archive, document, gzip, record};
use crate::support::command::{Backtrail, Ran, backtrail};
use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, SECRET_KEY, Server};
use insta::assert_snapshot;
use serde_json::Value;
use std::sync::atomic::Ordering;

/// Two accounts, two regions, February's first twenty days, three log files a day.
fn trail() -> Vec<(String, Vec<u8>)> {
    let mut objects = vec![("audit/notes.txt".to_owned(), b"x".to_vec())];
    for account in ["111122223333", "444455556666"] {
        for region in ["eu-west-1", "us-east-1"] {
            for number in 0..60_u32 {
                let day = number / 3 + 1;
                let folder = format!("audit/AWSLogs/{account}/CloudTrail/{region}/2026/02/{day:02}");
                let time = format!("2026-02-{day:02}T09:58:00Z");
                let id =
                    number + if account == "111122223333" { 0 } else { 100 } + region.len() as u32 * 1_000;
                let record = record(id, "alice", "CreateUser", &time, None);
                let name = format!("{folder}/odd +(%{number}) name.json.gz");
                objects.push((name, gzip(&document(&[record]))));
            }
        }
    }
    objects
}

fn run(archive: &Archive, server: &Server, arguments: &[&str]) -> Ran {
    command(archive, server).args(arguments.iter().copied()).run()
}

fn command(archive: &Archive, server: &Server) -> Backtrail {
    let command = backtrail(archive.path()).env("AWS_ACCESS_KEY_ID", ACCESS_KEY);
    let command = command.env("AWS_SECRET_ACCESS_KEY", SECRET_KEY).env("AWS_CONFIG_FILE", "/dev/null");
    let command = command.env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_ENDPOINT_URL", &server.endpoint_url).env("AWS_REGION", "us-east-1")
}

/// Requests of each kind since the last time: LIST, GET, HEAD.
fn requests(server: &Server) -> [u64; 3] {
    let made = server.requests();
    [&made.list, &made.get, &made.head].map(|counter| counter.swap(0, Ordering::SeqCst))
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.transcript()))
}

fn replay<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    let query = r#"{"source":["aws.iam"]}"#;
    let fixed = ["--now", "2026-03-01T00:00:00Z", "replay", "-e", query, "--format", "ndjson"];
    fixed.into_iter().chain(["--coverage", "coverage.json"]).chain(rest.iter().copied()).collect()
}

fn plan<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["--now", "2026-03-01T00:00:00Z", "plan"];
    fixed.into_iter().chain(rest.iter().copied()).collect()
}

const ARCHIVE: &str = "s3://trail-bucket/audit/";

#[test]
fn the_requests_and_bytes_of_a_plan_are_those_of_the_run_that_follows() {
    let (archive, server) = (Archive::empty(), Server::start(trail()));
    let scopes: [&[&str]; 6] = [
        &[ARCHIVE],
        &["s3://trail-bucket"],
        &["s3://trail-bucket/audit"],
        &[ARCHIVE, "--since", "2026-02-05", "--until", "2026-02-11"],
        &[ARCHIVE, "--account", "444455556666", "--region", "us-east-1"],
        &[
            "s3://trail-bucket/audit/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/03/odd +(%7) name.json.gz",
        ],
    ];
    for page_size in [1000, 7] {
        server.set_faults(Faults { page_size: Some(page_size), ..Faults::default() });
        for scope in scopes {
            requests(&server);
            let planned = run(&archive, &server, &plan(&[scope, &["--format", "json"]].concat()));
            let said = json(&planned);
            assert_eq!(requests(&server)[1], 0, "a plan reads nothing");
            let ran = run(&archive, &server, &replay(scope));
            assert_eq!(ran.code, 0, "{}", ran.transcript());
            let expected = ["list", "get", "head"].map(|kind| said["requests"][kind].as_u64().unwrap());
            assert_eq!(requests(&server), expected, "{scope:?}");
            let coverage: Value = serde_json::from_str(&archive.read("coverage.json")).unwrap();
            assert_eq!(coverage["bytes"]["stored"], said["bytes"], "{scope:?}");
            assert_eq!(coverage["log_files"]["read"], said["log_files"], "{scope:?}");
        }
    }
}

#[test]
fn a_plan_says_what_it_would_take() {
    let (archive, server) = (Archive::empty(), Server::start(trail()));
    let key = "arn:aws:kms:eu-north-1:111122223333:key/invented".to_owned();
    let glacier = |(key, _): &(String, Vec<u8>)| key.contains("444455556666/CloudTrail/us-east-1/2026/02/03");
    let classes = trail().into_iter().filter(glacier).map(|(key, _)| (key, "DEEP_ARCHIVE".to_owned()));
    let (classes, region) = (classes.collect(), Some("eu-north-1".to_owned()));
    server.set_faults(Faults { classes, kms_key: Some(key), region, ..Faults::default() });
    let ran = run(&archive, &server, &plan(&[ARCHIVE, "--since", "2026-02-03", "--until", "2026-02-10"]));
    assert_snapshot!(ran.transcript(), @r#"
    to read   105 log files, 47.4 KiB
    extent    2 accounts × 2 regions × 9 days
    class     STANDARD: 105 log files, 47.4 KiB
    archived  DEEP_ARCHIVE: 3 log files, 1.4 KiB NOT READABLE before a restore (`backtrail plan --restore-hint` prints the commands)
    skipped   1 other-name
    requests  23 LIST, 105 GET: $0.0002
    transfer  free in the bucket's region, $0.0000 to another one, $0.0000 to the internet
              at S3's prices in us-east-1 unless --price says otherwise (`--format json` has all of them)
    time      about 0.0 min, if a second brings 50.0 MiB (--speed), 1,500 GET and 200 LIST requests
    bucket    trail-bucket in eu-north-1; where this machine is, nobody has said
    key       trail-bucket/audit/AWSLogs/: needs kms:Decrypt on arn:aws:kms:eu-north-1:111122223333:key/invented
    policy
    {
      "Statement": [
        {
          "Action": "s3:ListBucket",
          "Condition": {
            "StringLike": {
              "s3:prefix": "audit/*"
            }
          },
          "Effect": "Allow",
          "Resource": "arn:aws:s3:::trail-bucket"
        },
        {
          "Action": "s3:GetObject",
          "Effect": "Allow",
          "Resource": [
            "arn:aws:s3:::trail-bucket/audit/AWSLogs/111122223333/CloudTrail/*",
            "arn:aws:s3:::trail-bucket/audit/AWSLogs/444455556666/CloudTrail/*"
          ]
        },
        {
          "Action": "kms:Decrypt",
          "Effect": "Allow",
          "Resource": [
            "arn:aws:kms:eu-north-1:111122223333:key/invented"
          ]
        }
      ],
      "Version": "2012-10-17"
    }
    --- stderr

    --- exit code 4
    "#);
}

#[test]
fn a_saved_list_is_read_instead_of_listing_and_gives_the_same() {
    let (archive, server) = (Archive::empty(), Server::start(trail()));
    let scope = ["--since", "2026-02-05", "--until", "2026-02-11"];
    let listed = run(&archive, &server, &replay(&[&[ARCHIVE][..], &scope].concat()));
    let saved = run(&archive, &server, &plan(&[ARCHIVE, "--save", "objects.ndjson"]));
    assert_eq!((listed.code, saved.code), (0, 0), "{}", saved.transcript());
    requests(&server);
    for arguments in [&["--objects", "objects.ndjson"][..], &[ARCHIVE, "--objects", "objects.ndjson"]] {
        let ran = run(&archive, &server, &replay(&[arguments, &scope].concat()));
        assert_eq!(ran.stdout, listed.stdout, "{}", ran.transcript());
        assert_eq!(requests(&server), [0, 4 * 3 * 8, 1]);
        let said = json(&run(&archive, &server, &plan(&[arguments, &scope, &["--format", "json"]].concat())));
        assert_eq!(said["requests"], serde_json::json!({"list": 0, "get": 96, "head": 1}));
        requests(&server);
    }
    let report = ["report", "activity", "--objects", "objects.ndjson"];
    assert_eq!(run(&archive, &server, &report).code, 0);
    assert_eq!(requests(&server)[0], 0);
    let packed = gzip(&archive.read("objects.ndjson"));
    archive.write("objects.gz", packed);
    let command = command(&archive, &server).args(replay(&["--objects", "-"]).into_iter().chain(scope));
    assert_eq!(command.stdin(&archive.path().join("objects.gz")).run().stdout, listed.stdout);
}

#[test]
fn an_inventory_manifest_is_read_instead_of_listing() {
    let (archive, server) = (Archive::empty(), Server::start(trail()));
    let listed = run(&archive, &server, &replay(&[ARCHIVE]));
    let encode =
        |key: &str| key.replace('%', "%25").replace('+', "%2B").replace(' ', "+").replace('(', "%28");
    let row =
        |(key, bytes): &(String, Vec<u8>)| format!("\"{BUCKET}\",\"{}\",\"{}\"\n", encode(key), bytes.len());
    let rows: Vec<String> = trail().iter().rev().map(row).collect();
    let (first, second) = rows.split_at(100);
    archive.write("inventory/data/1.csv.gz", gzip(&first.concat()));
    archive.write("inventory/data/2.csv.gz", gzip(&second.concat()));
    let files = r#"[{"key":"x/data/1.csv.gz"},{"key":"x/data/2.csv.gz"}]"#;
    let manifest = format!(r#"{{"fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":{files}}}"#);
    archive.write("inventory/2026-02-21T01-00Z/manifest.json", manifest);
    requests(&server);
    let objects = "inventory/2026-02-21T01-00Z/manifest.json";
    let ran = run(&archive, &server, &replay(&[ARCHIVE, "--objects", objects]));
    assert_eq!(ran.stdout, listed.stdout, "{}", ran.transcript());
    assert_eq!(requests(&server), [0, 240, 1]);
}

#[test]
fn the_commands_that_restore_what_is_archived_are_printed() {
    let server = Server::start([("it's.json", "{}"), ("b.json", "{}")]);
    let classes = [("it's.json".to_owned(), "GLACIER".to_owned())].into();
    server.set_faults(Faults { classes, ..Faults::default() });
    let ran = run(&Archive::empty(), &server, &["plan", "s3://trail-bucket", "--restore-hint"]);
    assert_snapshot!(ran.transcript(), @r#"
    aws s3api restore-object --bucket trail-bucket --key 'it'\''s.json' --restore-request '{"Days":7,"GlacierJobParameters":{"Tier":"Bulk"}}'
    --- stderr

    --- exit code 4
    "#);
}

#[test]
fn a_dry_run_is_a_plan() {
    let (archive, server) = (Archive::empty(), Server::start(trail()));
    let planned = run(&archive, &server, &plan(&[ARCHIVE]));
    requests(&server);
    let dry = ["--now", "2026-03-01T00:00:00Z", "replay", ARCHIVE, "--dry-run"];
    assert_eq!(run(&archive, &server, &dry).stdout, planned.stdout);
    assert_eq!(requests(&server)[1], 0);
}

#[test]
fn a_directory_can_be_planned_for_too() {
    let archive = Archive::small();
    assert_snapshot!(backtrail(archive.path()).args(["plan", "trail"]).run().transcript(), @r"
    to read   2 log files, 1.4 KiB
    extent    1 account × 1 region × 2 days
    skipped   1 digest, 1 other-name
    --- stderr

    --- exit code 0
    ");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let archive = Archive::small();
    archive.write("list", "no list");
    archive.write("other", "{\"version\":9,\"archives\":[]}\n");
    let said =
        |arguments: &[&str]| backtrail(archive.path()).args(arguments.iter().copied()).run().transcript();
    assert_snapshot!(said(&["plan", "trail", "--price", "lst=1"]), @r"
    --- stderr
    error: --price lst=1: expected NAME=DOLLARS, where NAME is one of list (1,000 listing requests), get (1,000 GET or HEAD requests), get-ia (1,000 GET requests in STANDARD_IA and ONEZONE_IA), get-gir (1,000 GET requests in GLACIER_IR), retrieve-ia (a GB read in STANDARD_IA and ONEZONE_IA), retrieve-gir (a GB read in GLACIER_IR), to-region (a GB read from another region), to-internet (a GB read from outside AWS)
    --- exit code 2
    ");
    assert_snapshot!(said(&["plan", "trail", "--save", "x"]), @r"
    --- stderr
    error: --save is for archives in S3, and `trail` is none
    --- exit code 2
    ");
    assert_snapshot!(said(&["plan", "-"]), @r"
    --- stderr
    error: standard input cannot be looked at before it is read
    --- exit code 2
    ");
    assert_snapshot!(said(&["plan", "--objects", "list"]), @r"
    --- stderr
    error: `list` has rows without a bucket and a key
    --- exit code 2
    ");
    assert_snapshot!(said(&["plan", "--objects", "other"]), @r"
    --- stderr
    error: `other` is of version 9
    --- exit code 2
    ");
    assert_snapshot!(said(&["replay", "-", "--objects", "-"]), @r"
    --- stderr
    error: `-` is an archive and the list of objects, but standard input can be read only once
    --- exit code 2
    ");
}
