//! The tables of sign-ins.

use super::{Class, Kind as KindOf, Tried, Wanted};
use crate::report::sign_in::{Portal, SignIn};
use crate::report::span::Span;
use crate::report::{Column, Error, Kind, Rows, Table, Value};
use jiff::civil::Date;
use std::collections::BTreeMap;

fn first_and_last() -> [Column; 2] {
    [
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]
}

fn text(text: &Option<String>) -> Value<'_> {
    text.as_deref().into()
}

pub(super) fn by_region(kinds: &BTreeMap<KindOf, Span>) -> Result<Table, Error> {
    let columns = [
        Column::new("region", Kind::Text, "`awsRegion`: where AWS recorded the sign-in"),
        Column::new("class", Kind::Text, "root, IAM user, federated, Identity Center or other"),
        Column::new("identity_type", Kind::Text, "`userIdentity.type`"),
        Column::new("result", Kind::Text, "`responseElements.ConsoleLogin` as it stands"),
        Column::new(
            "mfa_used",
            Kind::Text,
            "`additionalEventData.MFAUsed` as it stands; none where the record has none",
        ),
        Column::bar("sign_ins", "number of sign-ins"),
    ];
    let mut rows = Rows::new(columns.into_iter().chain(first_and_last()));
    for (kind, span) in kinds {
        rows.push([
            text(&kind.region),
            kind.class.name().into(),
            text(&kind.identity_type),
            text(&kind.result),
            text(&kind.mfa_used),
            span.records.into(),
            span.first.into(),
            span.last.into(),
        ]);
    }
    let about = "One row for each region of the record, class, result and `MFAUsed`, sorted by these.";
    Ok(rows.into_table("by_region", "Sign-ins by region of the record", about)?)
}

pub(super) fn wanted_regions(wanted: &BTreeMap<Wanted, Span>) -> Result<Table, Error> {
    let columns = [
        Column::new(
            "wanted_region",
            Kind::Text,
            "the console's region that users were sent to; none when unknown",
        ),
        Column::new("unknown", Kind::Text, "why the wanted region is unknown"),
        Column::new("region", Kind::Text, "`awsRegion`: where AWS recorded the sign-ins"),
        Column::bar("sign_ins", "number of sign-ins"),
    ];
    let mut rows = Rows::new(columns.into_iter().chain(first_and_last()));
    for ((name, unknown, region), span) in wanted {
        rows.push([
            text(name),
            (*unknown).into(),
            text(region),
            span.records.into(),
            span.first.into(),
            span.last.into(),
        ]);
    }
    let about = "One row for each wanted region and region of the record, sorted by these.";
    Ok(rows.into_table("wanted_regions", "Regions that users wanted", about)?)
}

pub(super) fn by_day(days: &BTreeMap<Date, [u64; 2]>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("day", Kind::Day, "the day in UTC"),
        Column::bar("successes", "sign-ins that succeeded"),
        Column::bar("failures", "sign-ins that failed"),
    ]);
    for (day, [successes, failures]) in days {
        rows.push([(*day).into(), (*successes).into(), (*failures).into()]);
    }
    let about = "One row a day with sign-ins, in their order; sign-ins without a readable time are on none.";
    Ok(rows.into_table("by_day", "Sign-ins per day", about)?)
}

pub(super) fn principals(
    principals: &BTreeMap<(Option<String>, Option<String>, Class), Tried>,
) -> Result<Table, Error> {
    let columns = [
        Column::new("account", Kind::Text, "the account signed in to"),
        Column::new("principal", Kind::Text, "who; AWS hides names that are nobody's, they may be passwords"),
        Column::new("class", Kind::Text, "root, IAM user, federated, Identity Center or other"),
        Column::bar("successes", "sign-ins that succeeded"),
        Column::bar("failures", "sign-ins that failed"),
        Column::new("sources", Kind::Count, "number of different source addresses"),
    ];
    let mut rows = Rows::new(columns.into_iter().chain(first_and_last()));
    for ((account, principal, class), tried) in principals {
        rows.push([
            text(account),
            text(principal),
            class.name().into(),
            tried.successes.into(),
            tried.failures().into(),
            tried.others.len().into(),
            tried.span.first.into(),
            tried.span.last.into(),
        ]);
    }
    let about = "One row for each account and principal, sorted by these.";
    Ok(rows.into_table("principals", "Who signed in or tried", about)?)
}

pub(super) fn sources(sources: &BTreeMap<Option<String>, Tried>) -> Result<Table, Error> {
    let columns = [
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::bar("successes", "sign-ins that succeeded"),
        Column::bar("failures", "sign-ins that failed"),
        Column::new(
            "principals",
            Kind::Count,
            "number of different principals, those with hidden names left out",
        ),
    ];
    let mut rows = Rows::new(columns.into_iter().chain(first_and_last()));
    let mut sorted: Vec<_> = sources.iter().collect();
    sorted.sort_by_key(|(_, tried)| std::cmp::Reverse((tried.failures(), tried.successes)));
    for (source, tried) in sorted {
        rows.push([
            text(source),
            tried.successes.into(),
            tried.failures().into(),
            tried.others.len().into(),
            tried.span.first.into(),
            tried.span.last.into(),
        ]);
    }
    let about = "One row a source address, those with most failures first.";
    Ok(rows.into_table("sources", "Where sign-ins came from", about)?)
}

pub(in crate::report) fn portal(portal: &Portal) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("time", Kind::Time, "`eventTime` of the completion, else of the latest event"),
        Column::new("account", Kind::Text, "the account that owns the Identity Center instance"),
        Column::new("region", Kind::Text, "`awsRegion`: the home region of the instance"),
        Column::new("user", Kind::Text, "the user's name, where one of the events of the sign-in has it"),
        Column::new("user_id", Kind::Text, "`onBehalfOf.userId`; older records have none"),
        Column::new(
            "result",
            Kind::Text,
            "Success when completed, Failure after a wrong credential, else not completed",
        ),
        Column::new("failures", Kind::Count, "number of wrong credentials"),
        Column::new(
            "credential_types",
            Kind::Text,
            "`CredentialType` of the completion, else of what was asked for or tried",
        ),
        Column::new("mfa", Kind::Text, "whether a second factor was used: yes, no or unknown"),
        Column::new("reason", Kind::Text, "what the verdict on MFA rests on, or why it is unknown"),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::new("user_agent", Kind::Text, "`userAgent`"),
        Column::new("event_id", Kind::Text, "`eventID` of the completion, else of the latest event"),
    ]);
    for flow in portal.sorted() {
        let verdict = flow.verdict();
        rows.push([
            flow.time.into(),
            text(&flow.account),
            text(&flow.region),
            text(&flow.user),
            text(&flow.user_id),
            flow.result().into(),
            flow.failures.into(),
            flow.credential_types().into(),
            verdict.mfa.name().into(),
            verdict.reason.into(),
            text(&flow.source_ip),
            text(&flow.user_agent),
            text(&flow.event_id),
        ]);
    }
    let about = "One row a sign-in to the access portal of Identity Center, its events joined by `AuthWorkflowID`, in \
                 the order of their times.";
    Ok(rows.into_table("identity_center", "Sign-ins to the access portal of Identity Center", about)?)
}

pub(in crate::report) fn sign_ins(sign_ins: &[SignIn]) -> Result<Table, Error> {
    let mut rows = Rows::new(SignIn::columns());
    for sign_in in sign_ins {
        rows.push_all(sign_in.row());
    }
    let about =
        "One row a sign-in, in the order of their times; of very many the first 100,000 of the archive.";
    Ok(rows.into_table("sign_ins", "Sign-ins one by one", about)?)
}
