//! One CloudTrail record: what its fields say about time, principal and outcome.
//!
//! Finding the fields is left to [`crate::json`], the envelope around a record to [`crate::event`].

mod facts;
mod paths;
mod principal;
mod time;

pub use facts::FactFields;
pub use paths::{Paths, Picked};
pub use principal::Identity;
pub use time::{UsualTimes, parse_event_time};

use jiff::Timestamp;

/// What people want to see of a record. Owned texts: made for hits only, never for every record. An empty text in
/// the record counts as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// `eventTime`, when it is a moment.
    pub time: Option<Timestamp>,
    /// `eventID`.
    pub event_id: Option<String>,
    /// `eventName`.
    pub event_name: Option<String>,
    /// `eventSource`.
    pub event_source: Option<String>,
    /// Receiving account: `recipientAccountId`, else `userIdentity.accountId`, else the session issuer's.
    pub account: Option<String>,
    /// `awsRegion`.
    pub region: Option<String>,
    /// Who did it, named by the table of identity types (`user/alice`, `role/Admin/session`, `root` …).
    pub principal: Option<String>,
    /// `userIdentity.type`.
    pub identity_type: Option<String>,
    /// `sourceIPAddress`, as it stands: often no address.
    pub source_ip: Option<String>,
    /// `userAgent`.
    pub user_agent: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a call or a sign-in ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Outcome {
    /// No error is recorded.
    #[default]
    Success,
    /// `errorCode`, or for sign-ins (which have none) `errorMessage`, or `Failure` when there is neither.
    Failure(String),
}

impl Outcome {
    /// Returns what went wrong, when something did.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Failure(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(record: &str) -> Outcome {
        Facts::read(record.as_bytes()).outcome
    }

    fn failure(error: &str) -> Outcome {
        Outcome::Failure(error.to_owned())
    }

    const SESSION: &str = r#"{
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:alice",
            "arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice",
            "sessionContext": {"sessionIssuer": {"type": "Role", "accountId": "111122223333", "userName": "Admin"}}
        },
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli\/2.0 \u00e9",
        "eventID": "11111111-2222-3333-4444-555555555555"
    }"#;

    #[test]
    fn all_facts_of_a_call_are_read() {
        let text = |text: &str| Some(text.to_owned());
        let expected = Facts {
            time: Timestamp::from_second(1_767_323_045).ok(),
            event_id: text("11111111-2222-3333-4444-555555555555"),
            event_name: text("CreateUser"),
            event_source: text("iam.amazonaws.com"),
            account: text("111122223333"),
            region: text("us-east-1"),
            principal: text("role/Admin/alice"),
            identity_type: text("AssumedRole"),
            source_ip: text("192.0.2.7"),
            user_agent: text("aws-cli/2.0 é"),
            outcome: Outcome::Success,
        };
        assert_eq!(Facts::read(SESSION.as_bytes()), expected);
        let event = format!(r#"{{"version":"0","source":"aws.iam","detail":{SESSION}}}"#);
        assert_eq!(Facts::read(event.as_bytes()), expected);
    }

    #[test]
    fn the_receiving_account_goes_before_the_callers() {
        let record = r#"{"userIdentity":{"accountId":"111111111111"},"recipientAccountId":"222222222222"}"#;
        assert_eq!(Facts::read(record.as_bytes()).account.as_deref(), Some("222222222222"));
        let record = r#"{"userIdentity":{"accountId":"111111111111"},"recipientAccountId":""}"#;
        assert_eq!(Facts::read(record.as_bytes()).account.as_deref(), Some("111111111111"));
    }

    #[test]
    fn an_error_code_is_a_failure() {
        assert_eq!(
            outcome(r#"{"errorCode":"AccessDenied","errorMessage":"not authorized"}"#),
            failure("AccessDenied")
        );
        assert_eq!(outcome(r#"{"errorCode":null,"eventName":"GetUser"}"#), Outcome::Success);
    }

    #[test]
    fn a_failed_sign_in_is_a_failure_although_it_has_no_error_code() {
        let record =
            r#"{"errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}}"#;
        assert_eq!(outcome(record), failure("Failed authentication"));
        assert_eq!(outcome(r#"{"errorMessage":"Failed authentication"}"#), failure("Failed authentication"));
        for name in ["ConsoleLogin", "CheckMfa", "SwitchRole", "UserAuthentication"] {
            let record = format!(r#"{{"responseElements":{{"{name}":"Failure"}}}}"#);
            assert_eq!(outcome(&record), failure("Failure"));
            let record = format!(r#"{{"responseElements":{{"{name}":"Success"}}}}"#);
            assert_eq!(outcome(&record), Outcome::Success);
        }
        let record = r#"{"serviceEventDetails":{"CredentialVerification":"Failure"}}"#;
        assert_eq!(outcome(record), failure("Failure"));
    }

    #[test]
    fn wrong_types_count_as_absent() {
        let record = r#"{"userIdentity":null,"eventTime":5,"awsRegion":{"a":"b"},
            "sourceIPAddress":false,"errorCode":{},"responseElements":"Failure","recipientAccountId":111122223333}"#;
        assert_eq!(Facts::read(record.as_bytes()), Facts::default());
        for text in ["", "{}", "[]", "null", "{\"eventTime\":", "\"text\"", "\u{feff}{}"] {
            assert_eq!(Facts::read(text.as_bytes()), Facts::default(), "{text}");
        }
    }

    #[test]
    fn a_time_that_is_no_moment_is_absent() {
        assert_eq!(Facts::read(br#"{"eventTime":"yesterday"}"#).time, None);
    }
}
