use super::{rows, section};
use backtrail::query::Severity;
use backtrail::report::Section;

/// A call of EC2 at a minute of 2 March, by alice; `rest` are further members.
fn call(minute: u8, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T10:{minute:02}:00Z","eventSource":"ec2.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","eventID":"{minute}","recipientAccountId":"111122223333","readOnly":false,"userIdentity":{{"type":"IAMUser","userName":"alice"}},{rest}}}"#
    )
}

fn launch(minute: u8, ids: &[&str]) -> String {
    let item = |id: &&str| {
        format!(
            r#"{{"instanceId":"{id}","instanceType":"t3.micro","instanceState":{{"code":0,"name":"pending"}}}}"#
        )
    };
    let items = ids.iter().map(item).collect::<Vec<_>>().join(",");
    let answer = format!(r#""responseElements":{{"instancesSet":{{"items":[{items}]}}}}"#);
    call(
        minute,
        "RunInstances",
        &format!(r#""requestParameters":{{"instancesSet":{{"items":[{{"imageId":"ami-1"}}]}}}},{answer}"#),
    )
}

fn change(minute: u8, name: &str, id: &str, before: &str, after: &str) -> String {
    let set = format!(r#"{{"items":[{{"instanceId":"{id}"}}]}}"#);
    let answer = format!(
        r#"{{"items":[{{"instanceId":"{id}","currentState":{{"name":"{after}"}},"previousState":{{"name":"{before}"}}}}]}}"#
    );
    let rest = format!(
        r#""requestParameters":{{"instancesSet":{set}}},"responseElements":{{"instancesSet":{answer}}}"#
    );
    call(minute, name, &rest)
}

fn request(minute: u8, name: &str, id: &str, rest: &str) -> String {
    let set = format!(r#"{{"items":[{{"instanceId":"{id}"}}]}}"#);
    call(minute, name, &format!(r#""requestParameters":{{"instancesSet":{set}}},{rest}"#))
}

fn findings(section: &Section) -> Vec<&str> {
    section.findings.iter().map(|finding| finding.text.as_str()).collect()
}

#[test]
fn the_timeline_of_each_instance_is_told_in_order() {
    let made = section(
        "instances",
        &[
            change(9, "TerminateInstances", "i-1", "stopped", "terminated"),
            launch(1, &["i-1", "i-2"]),
            change(5, "StopInstances", "i-1", "running", "stopping"),
            request(3, "RebootInstances", "i-1", r#""responseElements":{"_return":true}"#),
        ],
    );
    let steps = rows(&made, "timeline").into_iter().map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        cells[2..8].join("|")
    });
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            "i-1|2026-03-02T10:01:00Z|RunInstances|-|pending|user/alice",
            "i-1|2026-03-02T10:03:00Z|RebootInstances|-|-|user/alice",
            "i-1|2026-03-02T10:05:00Z|StopInstances|running|stopping|user/alice",
            "i-1|2026-03-02T10:09:00Z|TerminateInstances|stopped|terminated|user/alice",
            "i-2|2026-03-02T10:01:00Z|RunInstances|-|pending|user/alice",
        ]
    );
    assert_eq!(
        rows(&made, "instances"),
        [
            "111122223333|eu-west-1|i-1|t3.micro|2026-03-02T10:01:00Z|user/alice|0|1|1|2026-03-02T10:09:00Z|user/alice|2026-03-02T10:09:00Z|terminated",
            "111122223333|eu-west-1|i-2|t3.micro|2026-03-02T10:01:00Z|user/alice|0|0|0|-|-|2026-03-02T10:01:00Z|pending",
        ]
    );
    assert_eq!(
        findings(&made),
        [
            "instances: 2 launched, 0 started, 1 stopped, 1 terminated, 1 rebooted by 1 principal in 1 log file"
        ]
    );
}

#[test]
fn attempts_are_apart_and_change_no_timeline() {
    let denied = r#""errorCode":"Client.UnauthorizedOperation","responseElements":null"#;
    let made = section(
        "instances",
        &[
            request(1, "TerminateInstances", "i-1", denied),
            call(
                2,
                "RunInstances",
                &format!(r#""requestParameters":{{"instanceType":"p4d.24xlarge"}},{denied}"#),
            ),
            call(3, "StartInstances", r#""errorCode":"Client.DryRunOperation","requestParameters":null"#),
        ],
    );
    assert_eq!(rows(&made, "timeline"), [""; 0]);
    assert_eq!(
        rows(&made, "calls"),
        ["RunInstances|0|1|0", "StartInstances|0|1|0", "TerminateInstances|0|1|0"]
    );
    let attempts: Vec<String> = rows(&made, "attempts")
        .iter()
        .map(|row| row.split('|').skip(5).take(3).collect::<Vec<_>>().join("|"))
        .collect();
    assert_eq!(attempts, ["TerminateInstances|i-1|-", "RunInstances|-|p4d.24xlarge", "StartInstances|-|-"]);
    assert_eq!(findings(&made)[0], "3 attempts to change the state of instances failed");
}

#[test]
fn spot_interruptions_and_answers_that_were_left_out_are_steps_without_states() {
    let evicted = call(1, "BidEvictedEvent", r#""serviceEventDetails":{"instanceIdSet":["i-7","i-8"]}"#)
        .replace("AwsApiCall", "AwsServiceEvent");
    let omitted = r#""responseElements":{"omitted":true,"reason":"responseElements too large"}"#;
    let made = section("instances", &[evicted, request(2, "StopInstances", "i-9", omitted)]);
    let steps: Vec<String> = rows(&made, "timeline")
        .iter()
        .map(|row| row.split('|').skip(2).take(5).collect::<Vec<_>>().join("|"))
        .collect();
    assert_eq!(
        steps,
        [
            "i-7|2026-03-02T10:01:00Z|BidEvictedEvent|-|-",
            "i-8|2026-03-02T10:01:00Z|BidEvictedEvent|-|-",
            "i-9|2026-03-02T10:02:00Z|StopInstances|-|-",
        ]
    );
    assert_eq!(findings(&made)[0], "2 Spot instances were taken back by EC2");
}

#[test]
fn an_archive_without_instances_says_so_and_odd_answers_are_survived() {
    let odd = call(
        1,
        "StopInstances",
        r#""requestParameters":7,"responseElements":{"instancesSet":[{"instanceId":{}}]}"#,
    );
    let made = section("instances", &[odd]);
    assert_eq!(rows(&made, "calls"), ["StopInstances|1|0|0"]);
    let none = section("instances", &[]);
    assert_eq!(
        findings(&none),
        ["instances: 0 launched, 0 started, 0 stopped, 0 terminated, 0 rebooted in 1 log file"]
    );
    assert_eq!(none.worst(), Some(Severity::Informational));
}
