//! Events that no trail records, approximated from the calls that cause them.

use super::replay;
use crate::support::archive::{Archive, document, gzip, key};
use insta::assert_snapshot;

const STATE: &str =
    r#"{"detail-type":["EC2 Instance State-change Notification"],"detail":{"state":["stopping","stopped"]}}"#;

/// A call of EC2 that concerns one instance.
fn call(id: u8, name: &str, before: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T10:00:0{id}Z","eventSource":"ec2.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","eventID":"e{id}","recipientAccountId":"111122223333","readOnly":false,"userIdentity":{{"type":"IAMUser","userName":"alice"}},{rest}"responseElements":{{"instancesSet":{{"items":[{{"instanceId":"i-{id}","previousState":{{"name":"{before}"}}}}]}}}}}}"#
    )
}

/// A stop, a copy of it, a stop of what is stopped already, one that was denied, and a launch.
fn archive() -> Archive {
    let archive = Archive::empty();
    let denied = r#""errorCode":"Client.UnauthorizedOperation","#;
    let stop = call(1, "StopInstances", "running", "");
    let records = [
        call(4, "RunInstances", "", ""),
        stop.clone(),
        stop,
        call(2, "StopInstances", "stopped", ""),
        call(3, "StopInstances", "running", denied),
    ];
    archive.write(&key("111122223333", "eu-west-1", "2026/03/02"), gzip(&document(&records)));
    archive
}

#[test]
fn without_the_option_patterns_on_such_events_are_named_as_not_replayable() {
    assert_snapshot!(replay(&archive(), ["-e", STATE, "trail"]).transcript());
}

#[test]
fn approximated_events_are_asked_marked_and_come_once_with_the_caveats() {
    let starts =
        r#"{"source":["aws.ec2"],"detail":{"eventName":["StopInstances"],"errorCode":[{"exists":false}]}}"#;
    let run = replay(&archive(), ["--synthesize", "ec2-state", "-e", STATE, "-e", starts, "trail"]);
    assert_snapshot!(run.transcript());
}

#[test]
fn every_format_marks_approximated_events() {
    for format in ["json", "ndjson", "csv", "eventbridge"] {
        let run = replay(&archive(), ["--synthesize", "ec2-state", "-e", STATE, "--format", format, "trail"]);
        assert_snapshot!(format!("synthesis_{format}"), run.stdout.replace('\r', ""));
        let plain = replay(
            &archive(),
            ["-e", r#"{"detail":{"eventName":["StopInstances"]}}"#, "--format", format, "trail"],
        );
        assert!(!plain.stdout.contains("synthe") && !plain.stdout.contains("approx"), "{}", plain.stdout);
    }
}

#[test]
fn approximated_events_are_counted_limited_and_matched_by_patterns_without_a_detail_type() {
    let all = r#"{"source":["aws.ec2"],"detail":{"instance-id":[{"prefix":"i-"}]}}"#;
    let by = ["--count", "--by", "state", "--synthesize", "ec2-state", "-e", all, "trail"];
    assert_snapshot!(replay(&archive(), by).stdout);
    let limited = replay(
        &archive(),
        ["--synthesize", "ec2-state", "-e", all, "--limit", "3", "--format", "csv", "trail"],
    );
    assert_eq!(limited.stdout.lines().count(), 4);
    assert!(limited.stderr.contains("2 matched, 3 hits"), "{}", limited.stderr);
}
