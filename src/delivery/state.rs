//! What a rule's state lets through.

use super::facts::Facts;
use super::{Reason, State};

/// The prefixes by which EventBridge told read-only calls before November 2023.
const READ_ONLY_NAMES: [&str; 3] = ["Get", "List", "Describe"];

/// Calls that begin like reads and count as changes, as AWS says itself.
const CHANGES: [&str; 2] = ["GetFederationToken", "GetSessionToken"];

/// Returns why a rule in this state would not have seen the event, or why nobody knows; nothing when it would have.
pub(super) fn judge(facts: &Facts, state: State) -> Option<Reason> {
    match state {
        State::Disabled => Some(Reason::Disabled),
        State::EnabledWithAllCloudtrailManagementEvents => None,
        State::Enabled if facts.is_management() => management(facts),
        State::Enabled => None,
    }
}

fn management(facts: &Facts) -> Option<Reason> {
    let name = facts.name.as_deref().unwrap_or_default();
    let reads = READ_ONLY_NAMES.iter().any(|prefix| name.starts_with(prefix));
    match facts.is_read_only {
        // Sign-ins, console actions and service events are seen, whatever they are called.
        Some(true) if !facts.is_api_call() => Some(Reason::ReadOnlyByName),
        _ if !facts.is_api_call() => None,
        Some(true) | None if reads => Some(Reason::ReadOnly),
        Some(true) => Some(Reason::ReadOnlyByName),
        None => Some(Reason::NoReadOnly),
        Some(false) if reads && !CHANGES.contains(&name) => Some(Reason::ReadOnlyName),
        Some(false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(record: &str, state: State) -> Option<Reason> {
        judge(&Facts::read(record.as_bytes()), state)
    }

    fn call(name: &str, read_only: &str) -> Option<Reason> {
        let record = format!(r#"{{"eventType":"AwsApiCall","eventName":"{name}","readOnly":{read_only}}}"#);
        reason(&record, State::Enabled)
    }

    #[test]
    fn read_only_management_calls_need_the_state_for_all() {
        assert_eq!(call("ListUsers", "true"), Some(Reason::ReadOnly));
        assert_eq!(call("ListUsers", "\"true\""), Some(Reason::ReadOnly));
        assert_eq!(call("AssumeRole", "true"), Some(Reason::ReadOnlyByName));
        assert_eq!(call("CreateUser", "false"), None);
        assert_eq!(call("GetFederationToken", "false"), None);
        assert_eq!(call("GetFileDownloadUrls", "false"), Some(Reason::ReadOnlyName));
        assert_eq!(call("CreateUser", "null"), Some(Reason::NoReadOnly));
        assert_eq!(call("ListUsers", "null"), Some(Reason::ReadOnly));
        let all = State::EnabledWithAllCloudtrailManagementEvents;
        assert_eq!(reason(r#"{"eventName":"ListUsers","readOnly":true}"#, all), None);
    }

    #[test]
    fn other_kinds_of_events_are_seen_in_the_state_enabled() {
        let data =
            r#"{"eventType":"AwsApiCall","eventCategory":"Data","eventName":"GetObject","readOnly":true}"#;
        assert_eq!(reason(data, State::Enabled), None);
        let old_data =
            r#"{"eventType":"AwsApiCall","managementEvent":false,"eventName":"GetObject","readOnly":true}"#;
        assert_eq!(reason(old_data, State::Enabled), None);
        let sign_in = r#"{"eventType":"AwsConsoleSignIn","eventName":"GetSigninToken","readOnly":false}"#;
        assert_eq!(reason(sign_in, State::Enabled), None);
        let challenge = r#"{"eventType":"AwsConsoleSignIn","eventName":"CheckMfa","readOnly":true}"#;
        assert_eq!(reason(challenge, State::Enabled), Some(Reason::ReadOnlyByName));
        let service = r#"{"eventType":"AwsServiceEvent","eventName":"RotateKey"}"#;
        assert_eq!(reason(service, State::Enabled), None);
    }
}
