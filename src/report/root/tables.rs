//! The tables about root.

use super::{Account, Action, Done, Key, RootUse, uses};
use crate::report::{Column, Error, Kind, Rows, Table};
use std::collections::BTreeMap;

pub(super) fn accounts(accounts: &BTreeMap<Option<String>, Account>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the account that it happened in"),
        Column::new("records", Kind::Count, "all records of the identity `Root`"),
        Column::bar("root_use", "uses of root: those of them that no service made"),
        Column::new(
            "by_services",
            Kind::Count,
            "records with `invokedBy`: a service acted with root's credentials",
        ),
        Column::new("service_events", Kind::Count, "events that services wrote by themselves"),
        Column::new("sign_ins", Kind::Count, "sign-ins to the console that succeeded"),
        Column::new("sign_ins_without_mfa", Kind::Count, "those of them without MFA"),
        Column::new("failed_sign_ins", Kind::Count, "sign-ins to the console that failed"),
        Column::new("with_mfa", Kind::Count, "uses of root with MFA"),
        Column::new("without_mfa", Kind::Count, "uses of root without MFA"),
        Column::new(
            "mfa_unknown",
            Kind::Count,
            "uses of root whose record has neither a session nor an access key",
        ),
        Column::new("first_use", Kind::Time, "`eventTime` of the first use of root"),
        Column::new("last_use", Kind::Time, "`eventTime` of the last use of root"),
    ]);
    for (name, account) in accounts {
        rows.push([
            name.as_deref().into(),
            account.all.records.into(),
            account.uses.records.into(),
            account.invoked.into(),
            account.service_events.into(),
            account.sign_ins.into(),
            account.sign_ins_without_mfa.into(),
            account.failed_sign_ins.into(),
            account.with_mfa.into(),
            account.without_mfa.into(),
            account.mfa_unknown.into(),
            account.uses.first.into(),
            account.uses.last.into(),
        ]);
    }
    let about = "One row for each account with records of root, sorted by account.";
    Ok(rows.into_table("accounts", "Root by account", about)?)
}

pub(super) fn actions(actions: &BTreeMap<Action, Done>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new(
            "by",
            Kind::Text,
            "root itself, a service with root's credentials, or a service's own event",
        ),
        Column::new("event_source", Kind::Text, "`eventSource`: the service"),
        Column::new("event_name", Kind::Text, "`eventName`: what was done"),
        Column::new("account", Kind::Text, "the account that it happened in"),
        Column::new("region", Kind::Text, "`awsRegion`"),
        Column::new(
            "mfa",
            Kind::Text,
            "whether a second factor was used: yes, no or unknown; see the definitions",
        ),
        Column::bar("records", "number of records"),
        Column::new("errors", Kind::Count, "those of them that failed"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for (action, done) in actions {
        rows.push([
            action.way.name().into(),
            action.event_source.as_deref().into(),
            action.event_name.as_deref().into(),
            action.account.as_deref().into(),
            action.region.as_deref().into(),
            action.mfa.name().into(),
            done.span.records.into(),
            done.errors.into(),
            done.span.first.into(),
            done.span.last.into(),
        ]);
    }
    let about =
        "All records of root, one row for what has all of this in common, what root did itself first.";
    Ok(rows.into_table("actions", "What was done", about)?)
}

pub(super) fn keys(keys: &BTreeMap<(Option<String>, Option<String>), Key>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the account that it happened in"),
        Column::new("access_key_id", Kind::Text, "`userIdentity.accessKeyId`; none for sign-ins"),
        Column::new(
            "is_long_term",
            Kind::Flag,
            "whether it is a key that lasts (`AKIA…`); unknown without a key",
        ),
        Column::bar("uses", "number of uses of root"),
        Column::new("sources", Kind::Count, "number of different source addresses"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for ((account, access_key_id), key) in keys {
        rows.push([
            account.as_deref().into(),
            access_key_id.as_deref().into(),
            access_key_id.as_deref().map(|key| uses::is_long_term(Some(key))).into(),
            key.span.records.into(),
            key.sources.len().into(),
            key.span.first.into(),
            key.span.last.into(),
        ]);
    }
    let about = "Uses of root, one row for each account and access key, sorted by these.";
    Ok(rows.into_table("keys", "Keys of root", about)?)
}

pub(super) fn uses(uses: &[RootUse]) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("time", Kind::Time, "`eventTime`"),
        Column::new("account", Kind::Text, "the account that it happened in"),
        Column::new("region", Kind::Text, "`awsRegion`"),
        Column::new("event_source", Kind::Text, "`eventSource`: the service"),
        Column::new("event_name", Kind::Text, "`eventName`: what was done"),
        Column::new(
            "error",
            Kind::Text,
            "`errorCode`, or of a failed sign-in `errorMessage`; none when it succeeded",
        ),
        Column::new("mfa", Kind::Text, "whether a second factor was used: yes, no or unknown"),
        Column::new("reason", Kind::Text, "what the verdict on MFA rests on, or why it is unknown"),
        Column::new(
            "is_own_credential",
            Kind::Flag,
            "whether it changes root's own password, keys or MFA devices, or begins to",
        ),
        Column::new("access_key_id", Kind::Text, "`userIdentity.accessKeyId`; none for sign-ins"),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::new("user_agent", Kind::Text, "`userAgent`"),
        Column::new("event_id", Kind::Text, "`eventID`"),
    ]);
    for root in uses {
        rows.push([
            root.time.into(),
            root.account.as_deref().into(),
            root.region.as_deref().into(),
            root.event_source.as_deref().into(),
            root.event_name.as_deref().into(),
            root.error.as_deref().into(),
            root.verdict.mfa.name().into(),
            root.verdict.reason.into(),
            root.is_own_credential.into(),
            root.access_key_id.as_deref().into(),
            root.source_ip.as_deref().into(),
            root.user_agent.as_deref().into(),
            root.event_id.as_deref().into(),
        ]);
    }
    let about =
        "One row a use of root, in the order of their times; of very many the first 100,000 of the archive.";
    Ok(rows.into_table("uses", "Uses of root one by one", about)?)
}
