use super::{rows, section};

fn record(id: u8, name: &str, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","eventType":"AwsApiCall","awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

#[test]
fn events_are_counted_by_service_and_name_and_duplicates_once() {
    let (early, late) = ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z");
    let records =
        [record(1, "CreateUser", late), record(1, "CreateUser", late), record(2, "CreateUser", early)];
    let section = section("activity", &[&records[..], &[record(3, "ListUsers", early)]].concat());
    assert_eq!(
        rows(&section, "events"),
        [
            format!("iam.amazonaws.com|CreateUser|2|{early}|{late}"),
            format!("iam.amazonaws.com|ListUsers|1|{early}|{early}"),
        ]
    );
    assert_eq!(section.findings[0].text, "3 records of 2 different events");
}
