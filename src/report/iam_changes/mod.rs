//! Changes in IAM: users, keys, policies, groups, roles, login profiles, MFA devices; who did what to whom.
//!
//! A change is every call of `iam.amazonaws.com` that is not read-only, whether it succeeded or failed. Records from
//! before `readOnly` (event version 1.01), or where it is null, count unless the name says that the call reads.

mod kind;
mod policy;
mod target;

use super::calls::{Call, Calls, Made};
use super::sentence::basis;
use super::{Ask, Bar, Column, Definition, Error, Kind, Report, Rows, Section, Shape, Value};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use crate::words::plural;
use jiff::Timestamp;
use kind::{Change, Concern};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use target::Target;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "iam-changes",
    title: "IAM changes",
    question: "which users, keys, policies, groups, roles, login profiles and MFA devices were changed, by whom",
    make: |_| Box::new(IamChanges::default()),
};

const PATTERN: &str =
    r#"{"detail":{"eventSource":["iam.amazonaws.com"],"readOnly":[false,null,{"exists":false}]}}"#;

#[derive(Default)]
struct IamChanges {
    calls: Calls,
}

impl Report for IamChanges {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::pattern("iam-changes", PATTERN, Keep::Record)]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        let target = Target::read(hit);
        if target.is_write {
            self.calls.take(hit, target.name, target.detail);
        }
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let calls = self.calls.sorted();
        find(&self.calls, &calls, coverage, &mut section);
        section.tables.push(kinds(&self.calls)?);
        section.tables.push(principals(&calls)?);
        section.tables.push(changes(&calls)?);
        section.chart("IAM changes per day", self.calls.days());
        let names = self.calls.outcomes_by(Call::name).into_iter();
        let mut bars: Vec<_> =
            names.map(|(name, outcomes)| Bar { name: name.to_owned(), value: outcomes.all() }).collect();
        bars.sort_by_key(|bar| Reverse(bar.value));
        section.chart("IAM changes by call", Shape::Bars(bars));
        define(&mut section);
        Ok(section)
    }
}

/// What stands out, the gravest first, and the figures.
fn find(calls: &Calls, all: &[(&Call, &Made)], coverage: &Coverage, section: &mut Section) {
    let count = |is_meant: &dyn Fn(&Call) -> bool| -> u64 {
        all.iter().filter(|(call, _)| call.is_success() && is_meant(call)).map(|(_, made)| made.records).sum()
    };
    let says = |call: &Call, flag: &str| call.detail.as_deref().is_some_and(|text| text.contains(flag));
    let notable: [(Severity, u64, &str, &str); 6] = [
        (
            Severity::High,
            count(&|call| says(call, policy::ADMINISTRATOR)),
            "grant of every permission",
            "grants of every permission",
        ),
        (
            Severity::High,
            count(&|call| says(call, policy::ANYONE)),
            "role opened to anyone by its trust policy",
            "roles opened to anyone by their trust policies",
        ),
        (
            Severity::High,
            count(&|call| matches!(call.name(), "DeactivateMFADevice" | "DeleteVirtualMFADevice")),
            "MFA device taken away",
            "MFA devices taken away",
        ),
        (
            Severity::High,
            count(&|call| call.name() == "CreateAccessKey" && call.identity_type.as_deref() == Some("Root")),
            "access key created by root",
            "access keys created by root",
        ),
        (
            Severity::Medium,
            count(&|call| call.name() == "CreateAccessKey"),
            "access key created",
            "access keys created",
        ),
        (
            Severity::Medium,
            count(&|call| matches!(call.name(), "CreateLoginProfile" | "UpdateLoginProfile")),
            "console password set for a user",
            "console passwords set for users",
        ),
    ];
    for (severity, count, one, many) in notable.into_iter().filter(|(_, count, ..)| *count > 0) {
        section.find(severity, plural(count, one, many));
    }
    let outcomes = calls.outcomes();
    if outcomes.failed > 0 {
        let text = format!("{} to change IAM failed", plural(outcomes.failed, "attempt", "attempts"));
        section.find(Severity::Low, text);
    }
    let principals: BTreeSet<_> = all.iter().map(|(call, _)| (&call.account, &call.principal)).collect();
    let by = match principals.len() as u64 {
        0 => String::new(),
        count => format!(" by {}", plural(count, "principal", "principals")),
    };
    let changes = plural(outcomes.succeeded, "IAM change", "IAM changes");
    section.find(Severity::Informational, format!("{changes}{by} {}", basis(coverage)));
}

fn kinds(calls: &Calls) -> Result<super::Table, Error> {
    let mut rows = Rows::new([
        Column::new("concern", Kind::Text, "what the call is about, by its name"),
        Column::new("change", Kind::Text, "created, changed or deleted, by the call's name"),
        Column::new("event_name", Kind::Text, "`eventName`: the call"),
        Column::bar("succeeded", "number of calls without `errorCode`"),
        Column::new("failed", Kind::Count, "number of calls with `errorCode`: attempts"),
    ]);
    let key = |call: &'_ Call| (Concern::of(call.name()), Change::of(call.name()), call.event_name.clone());
    for ((concern, change, name), outcomes) in calls.outcomes_by(key) {
        rows.push([
            concern.word().into(),
            change.word().into(),
            name.into(),
            outcomes.succeeded.into(),
            outcomes.failed.into(),
        ]);
    }
    Ok(rows.into_table("kinds", "IAM changes by kind", "One row a call, by what it is about")?)
}

fn principals(calls: &[(&Call, &Made)]) -> Result<super::Table, Error> {
    #[derive(Default)]
    struct Principal {
        succeeded: u64,
        failed: u64,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    }
    let mut all: BTreeMap<(Option<&str>, Option<&str>), Principal> = BTreeMap::new();
    for (call, made) in calls {
        let principal = all.entry((call.account.as_deref(), call.principal.as_deref())).or_default();
        match call.is_success() {
            true => principal.succeeded += made.records,
            false => principal.failed += made.records,
        }
        principal.first = [principal.first, made.first].into_iter().flatten().min();
        principal.last = principal.last.max(made.last);
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, principal)| Reverse(principal.succeeded + principal.failed));
    let mut rows = Rows::new([
        Column::new("account", Kind::Text, "the receiving account"),
        Column::new("principal", Kind::Text, "who called; none when the records name nobody"),
        Column::bar("succeeded", "number of changes"),
        Column::new("failed", Kind::Count, "number of attempts that failed"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
    ]);
    for ((account, name), principal) in all {
        rows.push([
            account.into(),
            name.into(),
            principal.succeeded.into(),
            principal.failed.into(),
            principal.first.into(),
            principal.last.into(),
        ]);
    }
    Ok(rows.into_table("principals", "Who changed IAM", "One row a principal, the busiest first")?)
}

fn changes(calls: &[(&Call, &Made)]) -> Result<super::Table, Error> {
    let mut columns = Call::columns(
        "user, role, group, policy or device that the call names; the caller where it names none and acts on the \
         caller; none when the request was left out of the record",
        "what else the request says: policy, key, group, and what it amounts to",
    );
    columns.push(Column::new("concern", Kind::Text, "what the call is about, by its name"));
    columns.push(Column::new("change", Kind::Text, "created, changed or deleted, by the call's name"));
    let mut rows = Rows::new(columns);
    for (call, made) in calls {
        let words = [Concern::of(call.name()).word(), Change::of(call.name()).word()];
        rows.push_all(call.values(made).into_iter().chain(words.map(Value::from)));
    }
    let about = "One row for equal calls (who did what to whom, from where, with which end), in the order of the first";
    Ok(rows.into_table("changes", "IAM changes and attempts", about)?)
}

fn define(section: &mut Section) {
    section.define(
        "IAM change",
        "a call of `iam.amazonaws.com` whose `readOnly` is false; where a record does not say, one whose name does not \
         begin like those that read (Get, List, Generate, Simulate …). Calls of Identity Center and Organizations are not among them",
    );
    section.define("failed", "the record has an `errorCode`: nothing was changed");
    section.define(
        "created, changed, deleted",
        "by the verb of the call. Attaching, adding and enabling create a connection, detaching, removing and deactivating \
         delete one; Put replaces or creates, which the record does not tell, and counts as changed",
    );
    section.define(
        "grants every permission",
        "the managed policy AdministratorAccess, or a policy document that allows every action on every resource without \
         condition. Other policies can amount to the same",
    );
    section.define(
        "trusts anyone",
        "a trust policy that allows every principal (`*`) to assume the role, without condition",
    );
    section.define(
        "content omitted",
        "CloudTrail leaves out requests above 100 KB: what the call was about is not recorded",
    );
}
