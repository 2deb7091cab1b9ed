//! Events of the sign-in service that are no sign-ins.

use crate::hit::Hit;
use crate::record::Paths;
use crate::report::sign_in::wanted_region;
use crate::report::span::Span;
use crate::report::{Column, Error, Kind, Rows, Table, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Selects those that are rare. `ExitRole` and `RenewRole` are known from practice only.
pub(super) const PATTERN: &str = r#"{"detail": {
    "eventSource": ["signin.amazonaws.com"],
    "eventName": ["SwitchRole", "ExitRole", "RenewRole", "PasswordRecoveryRequested", "PasswordRecoveryCompleted",
        "PasswordUpdated", "EmailUpdated"]
}}"#;

/// Selects calls of the federation endpoint: an identity broker makes one for each console session it opens.
pub(super) const TOKENS: &str =
    r#"{"detail": {"eventSource": ["signin.amazonaws.com"], "eventName": ["GetSigninToken"]}}"#;

/// What such calls are counted by.
pub(super) const TOKEN_FIELDS: &[&str] =
    &["eventName", "account", "awsRegion", "userIdentity.type", "responseElements.GetSigninToken"];

/// Those events by what they have in common.
#[derive(Debug, Default)]
pub(super) struct Others {
    counts: BTreeMap<Other, Span>,
}

/// Account, region and so on are compared in the order in which they are shown.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Other {
    event_name: Option<String>,
    account: Option<String>,
    region: Option<String>,
    identity_type: Option<String>,
    result: Option<String>,
    wanted_region: Option<String>,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new([
        "responseElements.SwitchRole",
        "responseElements.ExitRole",
        "responseElements.RenewRole",
        "responseElements.CheckMfa",
        "responseElements.PasswordRecoveryRequested",
        "responseElements.PasswordRecoveryCompleted",
        "responseElements.PasswordUpdated",
        "responseElements.EmailUpdated",
        "additionalEventData.RedirectTo",
    ])
});

impl Others {
    /// Takes one of [`PATTERN`], or a `CheckMfa`.
    pub(super) fn take(&mut self, hit: &Hit<'_>) {
        let picked = PATHS.pick(hit.record);
        let facts = hit.facts;
        // Whatever happened stands under its own name.
        let path = facts.event_name.as_deref().map(|name| format!("responseElements.{name}"));
        let address = picked.text("additionalEventData.RedirectTo");
        let other = Other {
            event_name: facts.event_name.clone(),
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            identity_type: facts.identity_type.clone(),
            result: path.and_then(|path| picked.text(&path).map(Cow::into_owned)),
            wanted_region: address.and_then(|address| wanted_region::find(&address)),
        };
        self.counts.entry(other).or_default().count(facts.time);
    }

    /// Takes one of [`TOKENS`].
    pub(super) fn take_token(&mut self, hit: &Hit<'_>) {
        let Some(group) = hit.groups.first() else { return };
        let mut values = group.values().map(|value| value.map(Cow::into_owned));
        let mut next = || values.next().flatten();
        let other = Other {
            event_name: next(),
            account: next(),
            region: next(),
            identity_type: next(),
            result: next(),
            wanted_region: None,
        };
        self.counts.entry(other).or_default().add(&hit.span.into());
    }

    pub(super) fn into_table(self) -> Result<Table, Error> {
        let mut rows = Rows::new([
            Column::new(
                "event_name",
                Kind::Text,
                "`eventName`; `CheckMfa`: the password was right and a code was asked for; `SwitchRole`: in the account of the role",
            ),
            Column::new("account", Kind::Text, "the account that it happened in"),
            Column::new("region", Kind::Text, "`awsRegion`: where AWS recorded it"),
            Column::new("identity_type", Kind::Text, "`userIdentity.type`"),
            Column::new("result", Kind::Text, "what stands in `responseElements` under the event's name"),
            Column::new(
                "wanted_region",
                Kind::Text,
                "of `SwitchRole`, the console's region in `RedirectTo`; none when it names none",
            ),
            Column::bar("records", "number of records"),
            Column::new("first", Kind::Time, "`eventTime` of the first"),
            Column::new("last", Kind::Time, "`eventTime` of the last"),
        ]);
        for (other, span) in self.counts {
            let Other { event_name, account, region, identity_type, result, wanted_region } = other;
            let texts = [event_name, account, region, identity_type, result, wanted_region];
            let span: [Value<'_>; 3] = [span.records.into(), span.first.into(), span.last.into()];
            rows.push_all(texts.into_iter().map(Value::from).chain(span));
        }
        let about = "Events of the sign-in service that are no sign-ins, one row for those that have all of this in \
                     common; those of the access portal have a table of their own.";
        Ok(rows.into_table("other_events", "Other events of the sign-in service", about)?)
    }
}
