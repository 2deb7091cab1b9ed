//! Sessions of root that administrators of the organisation took with `AssumeRoot`.

use super::MOST;
use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Paths;
use crate::replay::Keep;
use crate::report::sentence::counted;
use crate::report::{Ask, Column, Error, Kind, Rows, Section, Table, Tally};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::LazyLock;

const CALLS: &str = r#"{"detail": {"eventSource": ["sts.amazonaws.com"], "eventName": ["AssumeRoot"]}}"#;

const ACTIVITY: &str = r#"{"detail": {"userIdentity": {"sessionContext": {"assumedRoot": ["true", true]}}}}"#;

const ACTIVITY_FIELDS: &[&str] =
    &["account", "userIdentity.type", "userIdentity.arn", "eventSource", "eventName", "errorCode"];

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    Paths::new(["requestParameters.targetPrincipal", "requestParameters.taskPolicyArn.arn"])
});

/// The calls, and what was done in the sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// The first of the archive.
    calls: Vec<Call>,
    number: u64,
    activity: Tally,
}

#[derive(Debug)]
struct Call {
    time: Option<Timestamp>,
    texts: [Option<String>; 8],
}

/// Asks for the calls, which are rare, and then for the activity.
pub(super) fn asks() -> [Ask; 2] {
    [
        Ask::pattern("root/assume-root", CALLS, Keep::Record),
        Ask::pattern("root/sessions", ACTIVITY, Ask::counts(&[ACTIVITY_FIELDS])),
    ]
}

impl Sessions {
    pub(super) fn take_call(&mut self, hit: &Hit<'_>) {
        self.number += 1;
        if self.calls.len() >= MOST {
            return;
        }
        let picked = PATHS.pick(hit.record);
        let text = |path| picked.text(path).map(Cow::into_owned);
        let facts = hit.facts;
        let texts = [
            hit.account().map(str::to_owned),
            facts.region.clone(),
            facts.principal.clone(),
            text("requestParameters.targetPrincipal"),
            text("requestParameters.taskPolicyArn.arn"),
            facts.outcome.error().map(str::to_owned),
            facts.source_ip.clone(),
            facts.event_id.clone(),
        ];
        self.calls.push(Call { time: facts.time, texts });
    }

    pub(super) fn take_activity(&mut self, hit: &Hit<'_>) {
        self.activity.take(hit, 0);
    }

    pub(super) fn find(&self, section: &mut Section) {
        if self.number > 0 {
            let calls = counted(self.number, "call");
            section.find(
                Severity::Medium,
                format!("{calls} of `AssumeRoot`, by which administrators act as root"),
            );
        }
    }

    pub(super) fn tables(mut self, section: &mut Section) -> Result<(), Error> {
        self.calls.sort_by(|one, other| (one.time, &one.texts).cmp(&(other.time, &other.texts)));
        section.tables.push(calls(self.calls)?);
        section.tables.push(activity(self.activity)?);
        Ok(())
    }
}

fn calls(calls: Vec<Call>) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("time", Kind::Time, "`eventTime`"),
        Column::new("account", Kind::Text, "the account whose record it is: the caller's, or the member"),
        Column::new("region", Kind::Text, "`awsRegion`"),
        Column::new("principal", Kind::Text, "who called"),
        Column::new("target", Kind::Text, "`targetPrincipal`: the member account"),
        Column::new("task_policy", Kind::Text, "ARN of the task policy that limits the session"),
        Column::new("error", Kind::Text, "`errorCode`; none when the session was given"),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::new("event_id", Kind::Text, "`eventID`"),
    ]);
    for call in calls {
        rows.push_all([call.time.into()].into_iter().chain(call.texts.into_iter().map(Into::into)));
    }
    let about = "One row a call, in the order of their times; both accounts may have a record of it. Of very many \
                 the first 100,000 of the archive.";
    Ok(rows.into_table("assume_root", "Calls of AssumeRoot", about)?)
}

fn activity(activity: Tally) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the member account"),
        Column::new("identity_type", Kind::Text, "`userIdentity.type`: AssumedRole or Root"),
        Column::new("arn", Kind::Text, "`userIdentity.arn`"),
        Column::new("event_source", Kind::Text, "`eventSource`: the service"),
        Column::new("event_name", Kind::Text, "`eventName`: what was done"),
        Column::new("error", Kind::Text, "`errorCode`; none when it succeeded"),
        Column::bar("records", "number of records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for counted in activity.into_sorted() {
        let span = [counted.records.into(), counted.first.into(), counted.last.into()];
        rows.push_all(counted.values.into_iter().map(Into::into).chain(span));
    }
    let about = "What was done in sessions of `AssumeRoot`, one row for what has all of this in common, sorted by it.";
    Ok(rows.into_table("root_sessions", "Activity in root sessions", about)?)
}
