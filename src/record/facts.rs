//! How facts are read: from a record, or from the leaves of one that was projected for something else, too.

use super::{Facts, Identity, Outcome, Paths, parse_event_time};
use crate::json::{FieldId, Fields, View};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Something of each field that facts are made of.
#[derive(Debug, Clone, Copy)]
struct OfFields<T> {
    own: [T; 10],
    /// Parallel to [`Identity::FIELDS`].
    identity: [T; 9],
    accounts: [T; 3],
    sign_ins: [T; 6],
}

const PATHS: OfFields<&str> = OfFields {
    own: [
        "eventTime",
        "eventID",
        "eventName",
        "eventSource",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "errorMessage",
        "additionalEventData.UserName",
    ],
    identity: Identity::FIELDS,
    // In the order of AWS's own CloudTrail Processing Library.
    accounts: [
        "recipientAccountId",
        "userIdentity.accountId",
        "userIdentity.sessionContext.sessionIssuer.accountId",
    ],
    // Where sign-ins, which have no `errorCode`, say `Failure`.
    sign_ins: [
        "responseElements.ConsoleLogin",
        "responseElements.CheckMfa",
        "responseElements.SwitchRole",
        "responseElements.UserAuthentication",
        "serviceEventDetails.UserAuthentication",
        "serviceEventDetails.CredentialVerification",
    ],
};

impl<T> OfFields<T> {
    fn map<U>(self, mut change: impl FnMut(T) -> U) -> OfFields<U> {
        OfFields {
            own: self.own.map(&mut change),
            identity: self.identity.map(&mut change),
            accounts: self.accounts.map(&mut change),
            sign_ins: self.sign_ins.map(change),
        }
    }

    fn all(&self) -> impl Iterator<Item = &T> {
        self.own.iter().chain(&self.identity).chain(&self.accounts).chain(&self.sign_ins)
    }
}

/// Where the fields that facts are made of stand among those of a projection.
#[derive(Debug, Clone, Copy)]
pub struct FactFields(OfFields<FieldId>);

impl FactFields {
    /// Adds them to the fields of events, below `detail`.
    pub fn new(fields: &mut Fields) -> Self {
        Self(PATHS.map(|path| fields.intern(&format!("detail.{path}"))))
    }

    /// Returns the fields.
    pub fn all(&self) -> impl Iterator<Item = FieldId> {
        self.0.all().copied()
    }
}

/// All fields of facts, and where they stand among themselves.
static ALONE: LazyLock<(Paths, FactFields)> = LazyLock::new(|| {
    let mut fields = Fields::new();
    let of_facts = FactFields::new(&mut fields);
    (Paths::of(fields), of_facts)
});

impl Facts {
    /// Reads the facts of one record, bare or as the `detail` of an event. Members of an unexpected type count as
    /// absent; behind a syntax error nothing is read any more.
    pub fn read(record: &[u8]) -> Self {
        let (paths, fields) = &*ALONE;
        Self::project(fields, &paths.pick(record).view())
    }

    /// Reads the facts of a record whose leaves at these fields were projected; the same as [`Facts::read`].
    pub fn project(fields: &FactFields, leaves: &View<'_>) -> Self {
        let find =
            |field: &FieldId| leaves.text(*field).map(|text| text.decode()).filter(|text| !text.is_empty());
        let text = |field: &FieldId| find(field).map(Cow::into_owned);
        let OfFields { own, identity, accounts, sign_ins } = &fields.0;
        let [time, event_id, event_name, event_source, region, source_ip, user_agent, code, message, name] =
            own;
        let mut of_identity = identity.iter();
        let mut identity = Identity::read(|_| find(of_identity.next()?));
        identity.sign_in_name = find(name);
        let failure = || sign_ins.iter().filter_map(find).find(|text| text == "Failure");
        let error = find(code).or_else(|| find(message)).or_else(failure);
        Self {
            time: find(time).as_deref().and_then(parse_event_time),
            event_id: text(event_id),
            event_name: text(event_name),
            event_source: text(event_source),
            account: accounts.iter().find_map(text),
            region: text(region),
            principal: identity.name(),
            identity_type: identity.kind.map(Cow::into_owned),
            source_ip: text(source_ip),
            user_agent: text(user_agent),
            outcome: error.map_or(Outcome::Success, |error| Outcome::Failure(error.into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Leaves, project};

    #[test]
    fn facts_that_are_projected_are_those_that_are_read() {
        let records = [
            r#"{"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice",
                "sessionContext":{"sessionIssuer":{"userName":"Admin"}}},"eventTime":"2026-01-02T03:04:05Z",
                "eventID":"1","eventName":"CreateUser","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1",
                "sourceIPAddress":"192.0.2.7","userAgent":"aws-cli\\/2.0 \\u00e9","errorCode":"AccessDenied",
                "recipientAccountId":"111122223333"}"#,
            r#"{"userIdentity":{"type":"Unknown","accountId":"1"},"additionalEventData":{"UserName":"dana"},
                "responseElements":{"ConsoleLogin":"Failure"},"recipientAccountId":""}"#,
            r#"{"userIdentity":null,"eventTime":5,"awsRegion":{"a":"b"},"errorMessage":"","eventID":"1","eventID":"2"}"#,
            "{}",
        ];
        for record in records {
            let (mut fields, mut leaves) = (Fields::new(), Leaves::new());
            let of_facts = FactFields::new(&mut fields);
            leaves.reset(fields.len());
            let detail = fields.node("detail").unwrap();
            project(record.as_bytes(), &fields, detail, &mut leaves).unwrap();
            let projected = Facts::project(&of_facts, &leaves.view(record.as_bytes()));
            assert_eq!(projected, Facts::read(record.as_bytes()), "{record}");
        }
    }
}
