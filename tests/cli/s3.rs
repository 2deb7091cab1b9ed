//! Buckets that cannot be reached: one sentence, and soon.

use super::ends;
use crate::support::archive::{Archive, document, record};
use crate::support::command::{Backtrail, backtrail};
use crate::support::s3::{ACCESS_KEY, BUCKET, Faults, OTHER_ACCESS_KEY, SECRET_KEY, Server};
use insta::assert_snapshot;
use std::time::{Duration, Instant};

/// Without configuration files, so that nothing of the machine is found.
fn replay(archive: &Archive, arguments: &[&'static str]) -> Backtrail {
    let command = backtrail(archive.path()).args(["replay"]).args(arguments.iter().copied());
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}

fn with_keys(command: Backtrail) -> Backtrail {
    command.env("AWS_ACCESS_KEY_ID", "invented").env("AWS_SECRET_ACCESS_KEY", "invented")
}

#[test]
fn missing_credentials_are_one_sentence_at_once() {
    let (archive, start) = (Archive::empty(), Instant::now());
    let ran = replay(&archive, &["s3://bucket/AWSLogs/", "-o", "hits.txt"]).run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: found no AWS credentials for `s3://bucket/AWSLogs/` (sign in, choose a `--profile`, or use `--no-sign-request` for a public bucket): no credentials found in chain
    --- exit code 1
    ");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(archive.names().is_empty());
}

#[test]
fn a_named_profile_is_not_replaced_by_keys_in_the_environment() {
    let ran = with_keys(replay(&Archive::empty(), &["s3://bucket", "--profile", "audit"])).run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: found no AWS credentials for `s3://bucket` (sign in, choose a `--profile`, or use `--no-sign-request` for a public bucket): profile `audit` has none
    --- exit code 1
    ");
}

#[test]
fn an_endpoint_that_refuses_connections_is_one_sentence_soon() {
    let (archive, start) = (Archive::empty(), Instant::now());
    let ran = with_keys(replay(&archive, &["s3://bucket", "--endpoint-url", "http://127.0.0.1:9"])).run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot reach S3 for `s3://bucket` (check the network, the endpoint and the region): io error: client error (Connect): tcp connect error: Connection refused
    --- exit code 1
    ");
    assert!(start.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_bucket_that_cannot_be_reached_is_said_before_another_archive_is_read() {
    let archive = Archive::small();
    let arguments = ["trail", "s3://bucket", "--endpoint-url", "http://127.0.0.1:9", "--coverage", "c.json"];
    let ran = with_keys(replay(&archive, &arguments)).run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot reach S3 for `s3://bucket` (check the network, the endpoint and the region): io error: client error (Connect): tcp connect error: Connection refused
    --- exit code 1
    ");
    assert_eq!(archive.names(), ["queries", "trail"]);
}

#[test]
fn what_can_be_no_region_is_refused_before_anything_is_asked() {
    let archive = Archive::empty();
    archive.write("config", "[default]\nregion = Frankfurt\n");
    assert_snapshot!(replay(&archive, &["s3://bucket", "--bucket-region", "us_wset_1"]).run().transcript(), @r"
    --- stderr
    error: cannot look for `s3://bucket` in region `us_wset_1` (from `--bucket-region`): that is no name of a region; did you mean `us-west-1`?
    --- exit code 2
    ");
    let ran = replay(&archive, &["s3://bucket", "-o", "hits.txt"]).env("AWS_REGION", "us-west-1a").run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot look for `s3://bucket` in region `us-west-1a` (from the environment or the profile): that is no name of a region; did you mean `us-west-1`?
    --- exit code 2
    ");
    let ran = replay(&archive, &["s3://bucket"]).env("AWS_CONFIG_FILE", "config").run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot look for `s3://bucket` in region `Frankfurt` (from the environment or the profile): that is no name of a region, which looks like `us-east-1`
    --- exit code 2
    ");
    assert_eq!(archive.names(), ["config"]);
}

#[test]
fn copies_refuse_what_can_be_no_region_like_a_replay() {
    let archive = Archive::empty();
    for command in ["sync s3://bucket copy", "convert s3://bucket lake", "plan s3://bucket"] {
        let command =
            backtrail(archive.path()).args(command.split(' ')).args(["--bucket-region", "us_wset_1"]);
        let command = command.env("AWS_CONFIG_FILE", "/dev/null");
        let ran = command.env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null").run();
        assert_eq!(ran.code, 2, "{}", ran.transcript());
        assert!(ran.stderr.contains("did you mean `us-west-1`?"), "{}", ran.stderr);
    }
}

#[test]
fn an_unknown_region_is_named_when_nothing_answers_there() {
    let archive = Archive::empty();
    let command = with_keys(replay(&archive, &["s3://bucket", "--bucket-region", "us-wset-1"]));
    // Nothing listens there, so that no name is looked up.
    let ran = command.env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: cannot reach S3 for `s3://bucket` (`us-wset-1` is no region known here; did you mean `us-west-1`?): io error: client error (Connect): tunnel error: failed to create underlying connection: tcp connect error: Connection refused
    --- exit code 1
    ");
}

#[test]
fn a_region_that_is_set_to_nothing_is_none() {
    let archive = Archive::empty();
    let command = with_keys(replay(&archive, &["s3://bucket"])).env("AWS_REGION", "");
    let ran = command.env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    assert!(ran.stderr.contains("(check the network, the endpoint and the region)"), "{}", ran.stderr);
}

#[test]
fn another_endpoint_may_call_its_region_as_it_likes() {
    let arguments = ["s3://bucket", "--endpoint-url", "http://127.0.0.1:9", "--bucket-region", "us_wset_1"];
    let archive = Archive::empty();
    let ran = with_keys(replay(&archive, &arguments)).run();
    assert!(ran.stderr.contains("(check the network, the endpoint and the region)"), "{}", ran.stderr);
}

#[test]
fn an_endpoint_of_s3_alone_is_addressed_by_path_wherever_it_is_given() {
    let records = [record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None)];
    let server = Server::start([("a.json", document(&records))]);
    let archive = Archive::empty();
    let url = server.endpoint_url.as_str();
    let profile = format!("[default]\nservices = here\n[services here]\ns3 =\n  endpoint_url = {url}\n");
    archive.write("config", profile);
    let address = format!("s3://{BUCKET}");
    for (name, value) in [("AWS_ENDPOINT_URL_S3", url), ("AWS_CONFIG_FILE", "config")] {
        let command = replay(&archive, &["-e", r#"{"source":["aws.iam"]}"#, "--region", "us-east-1"]);
        let command = command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        let ran = command.env(name, value).args([address.as_str()]).run();
        assert!(ran.code == 0 && ran.stdout.contains("user/alice"), "{name}: {}", ran.transcript());
    }
}

#[test]
fn addresses_that_are_none_are_refused() {
    let said = |arguments| replay(&Archive::empty(), arguments).run().transcript();
    assert_snapshot!(said(&["s3://"]), @r"
    --- stderr
    error: `s3://` is no address in S3: expected `s3://bucket/prefix`
    --- exit code 2
    ");
    assert_snapshot!(said(&["arn:aws:s3:::bucket/AWSLogs/"]), @r"
    --- stderr
    error: `arn:aws:s3:::bucket/AWSLogs/` is an ARN: write `s3://bucket/AWSLogs/`
    --- exit code 2
    ");
    assert_snapshot!(said(&["s3://bucket", "--endpoint-url", "localhost:9000"]), @r"
    --- stderr
    error: `--endpoint-url localhost:9000` is no address: give `https://host` or `http://host:port`
    --- exit code 2
    ");
}

#[test]
fn ctrl_c_does_not_wait_for_a_bucket_that_does_not_answer() {
    let archive = Archive::empty();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let command = with_keys(replay(&archive, &["s3://bucket", "-o", "hits.txt", "--endpoint-url"]));
    let mut command = command.into_command();
    let child = ends::spawn(command.arg(url));
    ends::wait_for_output(&archive);
    let start = Instant::now();
    ends::interrupt(&child);
    let (code, _, stderr) = ends::finish(child);
    assert!(
        code == 130 && stderr.ends_with("interrupted: this is what was covered until then\n"),
        "{stderr}"
    );
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(archive.names().is_empty());
}

#[test]
fn a_bucket_whose_requester_pays_is_read_when_somebody_agrees_to() {
    let objects = (0..3).map(|id| {
        let record = record(id, "alice", "CreateUser", "2026-03-02T09:58:00Z", None);
        (format!("{id}.json"), document(&[record]))
    });
    let server = Server::start(objects);
    server.set_faults(Faults { is_requester_paying: true, ..Faults::default() });
    let (archive, bucket) = (Archive::empty(), format!("s3://{BUCKET}"));
    let run = |arguments: &[&str]| {
        let command = backtrail(archive.path()).args(arguments.iter().copied());
        let command = command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        let command = command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_REGION", "us-east-1");
        command.env("AWS_ENDPOINT_URL_S3", &server.endpoint_url).run()
    };
    let denied = run(&["replay", &bucket, "--count"]);
    assert_eq!(denied.code, 1, "{}", denied.transcript());
    assert!(denied.stderr.contains("in a requester-pays bucket `--request-payer`"), "{}", denied.stderr);
    for command in ["replay --count", "plan", "sync", "convert"] {
        let place = match command {
            "sync" | "convert" => vec![bucket.as_str(), command],
            _ => vec![bucket.as_str()],
        };
        let ran = run(&[command.split(' ').collect(), place, vec!["--request-payer"]].concat());
        assert_eq!(ran.code, 0, "{command}: {}", ran.transcript());
    }
    let single = format!("{bucket}/1.json");
    let ran = run(&["replay", &single, "-e", r#"{"source":["aws.iam"]}"#, "--request-payer", "requester"]);
    assert!(ran.code == 0 && ran.stdout.contains("user/alice"), "{}", ran.transcript());
}

#[test]
fn archived_objects_are_counted_by_themselves() {
    let objects = [("a.json", document(&[])), ("b.json", document(&[])), ("c.json", document(&[]))];
    let server = Server::start(objects);
    let classes = [("a.json".to_owned(), "GLACIER".to_owned())].into();
    let denied = [("c.json".to_owned(), "not you".to_owned())].into();
    let frozen = ["b.json".to_owned()].into();
    server.set_faults(Faults { classes, frozen, denied, ..Faults::default() });
    let archive = Archive::empty();
    let command = replay(&archive, &["s3://trail-bucket", "--count", "--coverage", "coverage.json"]);
    let command = command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    let ran = command.args(["--endpoint-url", &server.endpoint_url, "--bucket-region", "us-east-1"]).run();
    assert_eq!(ran.code, 4, "{}", ran.transcript());
    assert!(ran.stderr.contains(", 3 failed (2 archived: to be restored first)\n"), "{}", ran.stderr);
    let coverage: serde_json::Value = serde_json::from_str(&archive.read("coverage.json")).unwrap();
    assert_eq!([&coverage["log_files"]["failed"], &coverage["log_files"]["archived"]], [3, 2]);
}

/// A profile whose credentials a program gives: at first the ones that expire, then `later`.
fn renewing(archive: &Archive, later: &str) {
    let answer =
        |id: &str| format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{SECRET_KEY}"}}"#);
    let program = format!(
        "if [ -e asked ]; then echo '{}'; else : > asked; echo '{}'; fi\n",
        answer(later),
        answer(ACCESS_KEY)
    );
    archive.write("keys", program);
    let path = archive.path().join("keys");
    archive.write("config", format!("[profile audit]\ncredential_process = /bin/sh {}\n", path.display()));
}

fn replay_while_keys_expire(archive: &Archive) -> Backtrail {
    let objects = (10..60).map(|id| {
        let record = record(id, "alice", "CreateUser", "2026-03-02T09:58:00Z", None);
        (format!("{id}.json"), document(&[record]))
    });
    let server = Server::start(objects);
    server.set_faults(Faults { expired: Some((ACCESS_KEY, 20)), ..Faults::default() });
    let url = server.endpoint_url.clone();
    // It answers until the tests are over.
    std::mem::forget(server);
    let command = replay(archive, &["-e", r#"{"source":["aws.iam"]}"#, "--profile", "audit", "--count"]);
    let command = command.env("AWS_CONFIG_FILE", "config").env("PATH", "/usr/bin:/bin");
    command.args(["--endpoint-url", &url, &format!("s3://{BUCKET}")])
}

#[test]
fn credentials_that_expire_are_looked_for_again() {
    let archive = Archive::empty();
    renewing(&archive, OTHER_ACCESS_KEY);
    let ran = replay_while_keys_expire(&archive).run();
    assert!(ran.code == 0 && ran.stderr.contains("50 matched"), "{}", ran.transcript());
}

#[test]
fn credentials_that_expire_for_good_are_a_clean_stop_that_says_so() {
    let archive = Archive::empty();
    renewing(&archive, ACCESS_KEY);
    let ran = replay_while_keys_expire(&archive).run();
    assert!(ran.code == 4 && ran.stderr.contains("20 matched"), "{}", ran.transcript());
    let said = "partly read: s3://trail-bucket: the AWS credentials for `s3://trail-bucket` are refused: they have expired, sign in again";
    assert!(ran.stderr.contains(said), "{}", ran.transcript());
}
