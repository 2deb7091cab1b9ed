//! What a call leaves a trail recording less than it could, by its request.

use super::super::request::{Members, Request, Value, member, objects, text};

/// What stands before such a list.
pub(super) const WEAKER: &str = "weaker: ";

/// Says what else a call says: first what makes the trail record less, then where it writes to.
pub(super) fn detail(event_name: &str, request: &Request<'_>) -> Option<String> {
    let weaker = match event_name {
        "UpdateTrail" | "CreateTrail" => settings(&request.asked),
        "PutEventSelectors" => selectors(&request.asked),
        "PutInsightSelectors" if objects(member(&request.asked, "insightSelectors")).is_empty() => {
            vec!["no insights".to_owned()]
        }
        "CreateEventDataStore" | "UpdateEventDataStore" => stores(&request.asked),
        _ => Vec::new(),
    };
    let mut details = Vec::new();
    if !weaker.is_empty() && !request.is_omitted() {
        details.push(format!("{WEAKER}{}", weaker.join(", ")));
    }
    details.extend(request.text("s3BucketName").map(|bucket| format!("bucket {bucket}")));
    if request.is_omitted() {
        details.push("content omitted".to_owned());
    }
    (!details.is_empty()).then(|| details.join("; "))
}

fn is(members: &Members<'_>, name: &str, wanted: &str) -> bool {
    text(member(members, name)).as_deref() == Some(wanted)
}

fn settings(asked: &Members<'_>) -> Vec<String> {
    const OFF: [(&str, &str); 4] = [
        ("isMultiRegionTrail", "one region only"),
        ("includeGlobalServiceEvents", "no global services"),
        ("enableLogFileValidation", "no digest files"),
        ("isOrganizationTrail", "one account only"),
    ];
    let off = OFF.iter().filter(|(name, _)| is(asked, name, "false"));
    off.map(|(_, meaning)| (*meaning).to_owned()).collect()
}

fn selectors(asked: &Members<'_>) -> Vec<String> {
    let advanced = objects(member(asked, "advancedEventSelectors"));
    if !advanced.is_empty() {
        return advanced_selectors(&advanced);
    }
    let basic = objects(member(asked, "eventSelectors"));
    let management: Vec<_> =
        basic.iter().filter(|selector| !is(selector, "includeManagementEvents", "false")).collect();
    if management.is_empty() {
        return vec!["no management events".to_owned()];
    }
    let mut weaker = Vec::new();
    for (kind, meaning) in [("ReadOnly", "only reads"), ("WriteOnly", "only writes")] {
        if management.iter().all(|selector| is(selector, "readWriteType", kind)) {
            weaker.push(meaning.to_owned());
        }
    }
    let excluded =
        management.iter().flat_map(|selector| texts(member(selector, "excludeManagementEventSources")));
    weaker.extend(excluded.map(|source| format!("not {source}")));
    weaker
}

/// A selector is a list of conditions on fields; management events need one that names their category.
fn advanced_selectors<'m>(selectors: &[&'m Members<'m>]) -> Vec<String> {
    let fields = |selector: &&'m Members<'m>| objects(member(selector, "fieldSelectors"));
    let is_management = |fields: &Vec<&Members<'_>>| {
        let mut fields = fields.iter();
        fields.any(|field| {
            is(field, "field", "eventCategory")
                && texts(member(field, "equals")).contains(&"Management".to_owned())
        })
    };
    let management: Vec<_> = selectors.iter().map(fields).filter(is_management).collect();
    if management.is_empty() {
        return vec!["no management events".to_owned()];
    }
    let mut weaker = Vec::new();
    for (value, meaning) in [("true", "only reads"), ("false", "only writes")] {
        let is_limited = |field: &&Members<'_>| {
            is(field, "field", "readOnly") && texts(member(field, "equals")).iter().any(|text| text == value)
        };
        if management.iter().all(|fields| fields.iter().any(is_limited)) {
            weaker.push(meaning.to_owned());
        }
    }
    let sources = management.iter().flatten().filter(|field| is(field, "field", "eventSource"));
    weaker.extend(
        sources.flat_map(|field| texts(member(field, "notEquals"))).map(|source| format!("not {source}")),
    );
    weaker
}

fn stores(asked: &Members<'_>) -> Vec<String> {
    let advanced = objects(member(asked, "advancedEventSelectors"));
    let mut weaker = if advanced.is_empty() { Vec::new() } else { advanced_selectors(&advanced) };
    if is(asked, "terminationProtectionEnabled", "false") {
        weaker.push("no protection from deletion".to_owned());
    }
    weaker
}

fn texts(list: Option<&Value<'_>>) -> Vec<String> {
    let list = list.and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(|value| text(Some(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event_name: &str, request: &str) -> String {
        let record = format!(r#"{{"requestParameters":{request}}}"#);
        detail(event_name, &Request::read(record.as_bytes())).unwrap_or_default()
    }

    #[test]
    fn basic_selectors_that_leave_events_out_are_told() {
        let put =
            |selectors: &str| told("PutEventSelectors", &format!(r#"{{"eventSelectors":[{selectors}]}}"#));
        assert_eq!(
            put(r#"{"readWriteType":"ReadOnly","includeManagementEvents":false}"#),
            "weaker: no management events"
        );
        assert_eq!(put(r#"{"readWriteType":"WriteOnly"}"#), "weaker: only writes");
        assert_eq!(
            put(
                r#"{"readWriteType":"All","includeManagementEvents":true,"excludeManagementEventSources":["kms.amazonaws.com"]}"#
            ),
            "weaker: not kms.amazonaws.com"
        );
        assert_eq!(put(r#"{"readWriteType":"WriteOnly"},{"readWriteType":"All"}"#), "");
    }

    #[test]
    fn advanced_selectors_need_one_for_management_events() {
        let put = |fields: &str| {
            let selectors =
                format!(r#"{{"advancedEventSelectors":[{{"name":"x","fieldSelectors":[{fields}]}}]}}"#);
            told("PutEventSelectors", &selectors)
        };
        let management = r#"{"field":"eventCategory","equals":["Management"]}"#;
        assert_eq!(put(management), "");
        assert_eq!(put(&management.replace("Management", "Data")), "weaker: no management events");
        assert_eq!(
            put(&format!(
                r#"{management},{{"field":"readOnly","equals":["false"]}},{{"field":"eventSource","notEquals":["kms.amazonaws.com"]}}"#
            )),
            "weaker: only writes, not kms.amazonaws.com"
        );
    }

    #[test]
    fn settings_that_are_turned_off_are_told() {
        assert_eq!(
            told(
                "UpdateTrail",
                r#"{"name":"main","isMultiRegionTrail":false,"includeGlobalServiceEvents":"false","s3BucketName":"b"}"#
            ),
            "weaker: one region only, no global services; bucket b"
        );
        assert_eq!(told("UpdateTrail", r#"{"name":"main"}"#), "");
        assert_eq!(told("UpdateTrail", "null"), "");
        assert_eq!(
            told("PutInsightSelectors", r#"{"trailName":"main","insightSelectors":[]}"#),
            "weaker: no insights"
        );
        assert_eq!(
            told("UpdateEventDataStore", r#"{"terminationProtectionEnabled":false}"#),
            "weaker: no protection from deletion"
        );
    }
}
