//! Queries in another language.

use crate::support::archive::Archive;
use crate::support::command::{Ran, backtrail};
use insta::assert_snapshot;

const DENIED: &str = r#"{"source":["aws.iam"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":["CreateUser",{"prefix":"Delete"}],"errorCode":[{"exists":false}],"userIdentity":{"userName":[{"anything-but":"bob"}]},"$or":[{"readOnly":[false]},{"sourceIPAddress":[{"cidr":"192.0.2.0/24"}]}]}}"#;

fn convert<'a>(archive: &Archive, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    backtrail(archive.path()).args(["queries", "convert"]).args(arguments).run()
}

fn archive() -> Archive {
    let archive = Archive::empty();
    archive.write("denied.json", DENIED);
    archive.write(
        "denied.toml",
        "title = \"It's denied\"\nseverity = \"high\"\ntags = [\"attack.t1078\", \"iam\"]\n",
    );
    archive.write("plain.json", r#"{"detail":{"eventName":["StopLogging"]}}"#);
    archive.write("global.json", r#"{"detail":{"eventName":["A"]},"resources":["x"]}"#);
    archive
}

#[test]
fn a_sigma_rule_says_what_the_pattern_says_and_what_it_does_not() {
    assert_snapshot!(convert(&archive(), ["--to", "sigma", "denied.json"]).transcript(), @r"
    title: 'It''s denied'
    id: 24fdee46-48f8-56fd-a14d-97123b98b03b
    name: 'denied'
    status: experimental
    tags:
        - 'attack.t1078'
    logsource:
        product: aws
        service: cloudtrail
    detection:
        selection_1:
            eventName|cased: 'CreateUser'
        selection_2:
            eventName|startswith|cased: 'Delete'
        selection_3:
            userIdentity.userName|exists: true
        selection_4:
            userIdentity.userName|cased: 'bob'
        selection_5:
            readOnly: false
        selection_6:
            sourceIPAddress|cidr: 192.0.2.0/24
        selection_7:
            eventType|cased: 'AwsApiCall'
            eventSource|cased: 'iam.amazonaws.com'
            errorCode|exists: false
        condition: selection_7 and (selection_1 or selection_2) and (selection_3 and not selection_4) and (selection_5 or selection_6)
    level: high
    --- stderr
    lost: denied: `detail-type` is told from `eventType`: records without one, or with an unknown one, are not seen
    lost: denied: `source` is told from an `eventSource` of the form SERVICE.amazonaws.com
    lost: denied: `readOnly`: numbers and truth values are not told from texts that spell them
    --- exit code 0
    ");
}

#[test]
fn a_metric_filter_is_refused_where_the_meaning_cannot_be_kept() {
    assert_snapshot!(convert(&archive(), ["--to", "metric-filter", "."]).transcript(), @r#"
    # plain
    { $.eventName = "StopLogging" }
    --- stderr
    refused: denied: `sourceIPAddress`: the block of addresses 192.0.2.0/24 cannot be said
    refused: global: `resources` of the event is in no record
    lost: plain: only a value exactly at its path is seen: not one inside an array, and an object or array is something
    --- exit code 1
    "#);
}

#[test]
fn sql_names_the_columns_of_the_table() {
    assert_snapshot!(convert(&archive(), ["--to", "sql", "denied.json"]).stdout, @r"
    -- denied: It's denied
    -- The table is that of the Athena guide, with manual partitions; bound what is read by
    --   AND region = 'us-east-1' AND year = '2026' AND month = '01'
    SELECT eventtime, eventid, recipientaccountid, awsregion, eventsource, eventname, useridentity.arn, sourceipaddress, errorcode
    FROM cloudtrail_logs
    WHERE eventtype = 'AwsApiCall'
      AND eventsource = 'iam.amazonaws.com'
      AND errorcode IS NULL
      AND (eventname = 'CreateUser' OR eventname LIKE 'Delete%')
      AND (useridentity.username IS NOT NULL AND NOT coalesce(useridentity.username = 'bob', FALSE))
      AND (readonly = 'false' OR contains('192.0.2.0/24', try_cast(sourceipaddress AS ipaddress)));
    ");
    assert_snapshot!(convert(&archive(), ["--to", "sql", "--dialect", "duckdb", "plain.json"]).transcript(), @r#"
    -- plain: plain
    -- `records` has a column `record`, the JSON of one record:
    --   CREATE VIEW records AS SELECT unnest("Records") AS record
    --   FROM read_json('LOGS/**/*.json.gz', columns = {'Records': 'JSON[]'}, maximum_object_size = 268435456)
    SELECT record
    FROM records
    WHERE json_extract_string(record, '$."eventName"') = 'StopLogging';
    --- stderr
    lost: plain: only a value exactly at its path is seen: not one inside an array, and an object or array is something
    --- exit code 0
    "#);
    assert_snapshot!(convert(&archive(), ["--to", "sql", "--dialect", "spark", "plain.json"]).stdout, @r"
    -- plain: plain
    -- `records` has a column `record`, the JSON text of one record:
    --   CREATE TEMPORARY VIEW records AS SELECT explode(from_json(value, 'Records array<string>').Records) AS record
    --   FROM text.`LOGS/*.json.gz`
    SELECT record
    FROM records
    WHERE get_json_object(record, '$[\'eventName\']') = 'StopLogging';
    ");
}

#[test]
fn translations_make_a_json_document() {
    let ran = convert(&archive(), ["--to", "event-pattern", "--format", "json", "plain.json", "global.json"]);
    assert_snapshot!(ran.stdout, @r#"{"version":1,"translations":[{"query":"global","text":"{\"detail\":{\"eventName\":[\"A\"]},\"resources\":[\"x\"]}","lost":[]},{"query":"plain","text":"{\"detail\":{\"eventName\":[\"StopLogging\"]}}","lost":[]}]}"#);
    let refused = convert(&archive(), ["--to", "sql", "--format", "json", "global.json"]);
    assert_snapshot!(refused.stdout, @r#"{"version":1,"translations":[{"query":"global","lost":[],"refused":"`resources` of the event is in no record"}]}"#);
    assert_eq!(refused.code, 1);
}
