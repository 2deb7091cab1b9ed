//! EC2 instances started, stopped, terminated, rebooted: by whom, and the timeline of each.
//!
//! An answer names an instance with its state before and after; the states after that (`running` behind `pending`) leave
//! no record. `backtrail replay --synthesize ec2-state` approximates the events that EC2 sends about them.

mod timeline;

use super::calls::{Call, Calls};
use super::request::{Members, Request, member, objects, text};
use super::sentence::basis;
use super::{Ask, Bar, Column, Definition, Error, Kind, Report, Rows, Section, Shape, Table};
use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Paths;
use crate::replay::{Coverage, Keep};
use crate::words::{plural, thousands};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use timeline::{Step, Timelines};

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "instances",
    title: "EC2 instances",
    question: "which instances were started, stopped, terminated and rebooted, when and by whom",
    make: |_| Box::new(Instances::default()),
};

/// The calls that change the state of instances, and the event that records a Spot interruption.
const CALLS: [&str; 6] = [
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
    "RebootInstances",
    "BidEvictedEvent",
];

#[derive(Default)]
struct Instances {
    /// What succeeded, by call and caller: instances are too many for that.
    calls: Calls,
    /// What failed, with the instances that were named.
    attempts: Calls,
    timelines: Timelines,
}

impl Report for Instances {
    fn asks(&self) -> Vec<Ask> {
        let detail = serde_json::json!({ "eventSource": ["ec2.amazonaws.com"], "eventName": CALLS });
        let pattern = serde_json::json!({ "detail": detail }).to_string();
        vec![Ask::pattern("instances", &pattern, Keep::Record)]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        let is_failed = hit.facts.outcome.error().is_some();
        let answered = if is_failed { Vec::new() } else { answered(hit.record) };
        if !answered.is_empty() {
            self.calls.take(hit, None, None);
            return answered.into_iter().for_each(|step| self.timelines.take(hit, step));
        }
        let request = Request::read(hit.record);
        let steps = steps(hit, &request);
        if is_failed {
            let named: Vec<&str> = steps.iter().map(|step| step.instance.as_str()).collect();
            let target = (!named.is_empty()).then(|| named.join(", "));
            let kind = request.text("instanceType");
            self.attempts.take(hit, target, kind);
        } else {
            self.calls.take(hit, None, None);
            steps.into_iter().for_each(|step| self.timelines.take(hit, step));
        }
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        find(&self, coverage, &mut section);
        section.tables.push(calls(&self)?);
        section.tables.push(self.timelines.instances()?);
        section.chart("Instances concerned by call", self.timelines.bars());
        section.chart("Calls that change the state of instances per day", self.calls.days());
        let principals = self.calls.outcomes_by(|call| call.principal.clone()).into_iter();
        let mut bars: Vec<_> = principals
            .filter_map(|(principal, outcomes)| Some(Bar { name: principal?, value: outcomes.succeeded }))
            .collect();
        bars.sort_by_key(|bar| Reverse(bar.value));
        bars.truncate(SHOWN_PRINCIPALS);
        section.chart("Principals by calls", Shape::Bars(bars));
        section.tables.push(attempts(&self.attempts)?);
        section.tables.push(self.timelines.into_table()?);
        define(&mut section);
        Ok(section)
    }
}

/// So many principals are charted.
const SHOWN_PRINCIPALS: usize = 20;

/// What an answer says of each instance, where it is written as usual.
const ANSWERED: [&str; 5] = [
    "responseElements.instancesSet.items.instanceId",
    "responseElements.instancesSet.items.previousState.name",
    "responseElements.instancesSet.items.currentState.name",
    "responseElements.instancesSet.items.instanceState.name",
    "responseElements.instancesSet.items.instanceType",
];

static PATHS: LazyLock<Paths> = LazyLock::new(|| Paths::new(ANSWERED));

/// Returns what an answer says of each instance that is written as usual. Answers to launches are long: of their other
/// members nothing is read.
fn answered(record: &[u8]) -> Vec<Step> {
    let rows = PATHS.pick(record).rows(ANSWERED);
    let step = |[instance, before, current, state, instance_type]: [Option<String>; 5]| {
        Some(Step { instance: instance?, before, after: current.or(state), instance_type })
    };
    rows.into_iter().filter_map(step).collect()
}

/// Returns what a record says of each instance: by the answer where there is one, else by the request.
fn steps(hit: &Hit<'_>, request: &Request<'_>) -> Vec<Step> {
    if hit.facts.event_name.as_deref() == Some("BidEvictedEvent") {
        return request.evicted.iter().map(|instance| Step::new(instance.clone())).collect();
    }
    let step = |instance: &Members<'_>| {
        let state = |name: &str| text(member(instance, name)?.as_members()?.get("name"));
        Some(Step {
            instance: text(member(instance, "instanceId"))?,
            before: state("previousState"),
            after: state("currentState").or_else(|| state("instanceState")),
            instance_type: text(member(instance, "instanceType")),
        })
    };
    let answered: Vec<Step> = objects(request.answer("instancesSet")).into_iter().filter_map(step).collect();
    if !answered.is_empty() {
        return answered;
    }
    objects(member(&request.asked, "instancesSet")).into_iter().filter_map(step).collect()
}

fn find(report: &Instances, coverage: &Coverage, section: &mut Section) {
    let evicted = report.timelines.count("BidEvictedEvent");
    if evicted > 0 {
        let text =
            plural(evicted, "Spot instance was taken back by EC2", "Spot instances were taken back by EC2");
        section.find(Severity::Low, text);
    }
    let failed = report.attempts.outcomes().failed;
    if failed > 0 {
        let text = plural(failed, "attempt", "attempts");
        section.find(Severity::Low, format!("{text} to change the state of instances failed"));
    }
    let concerned = [
        ("RunInstances", "launched"),
        ("StartInstances", "started"),
        ("StopInstances", "stopped"),
        ("TerminateInstances", "terminated"),
        ("RebootInstances", "rebooted"),
    ];
    let counts: Vec<_> = concerned
        .iter()
        .map(|(call, word)| format!("{} {word}", thousands(report.timelines.count(call))))
        .collect();
    let all = report.calls.sorted();
    let principals: BTreeSet<_> = all.iter().map(|(call, _)| (&call.account, &call.principal)).collect();
    let by = match principals.len() as u64 {
        0 => String::new(),
        count => format!(" by {}", plural(count, "principal", "principals")),
    };
    let text = format!("instances: {}{by} {}", counts.join(", "), basis(coverage));
    section.find(Severity::Informational, text);
}

fn calls(report: &Instances) -> Result<Table, Error> {
    let mut rows = Rows::new([
        Column::new(
            "event_name",
            Kind::Text,
            "`eventName`: the call, or `BidEvictedEvent`, a Spot interruption",
        ),
        Column::bar("succeeded", "number of calls without `errorCode`"),
        Column::new("failed", Kind::Count, "number of calls with `errorCode`: attempts, dry runs among them"),
        Column::new(
            "instances",
            Kind::Count,
            "number of instances that the successful ones name, each call's counted",
        ),
    ]);
    let (succeeded, failed) = (report.calls.outcomes_by(Call::name), report.attempts.outcomes_by(Call::name));
    let names: BTreeSet<&str> = succeeded.keys().chain(failed.keys()).copied().collect();
    for name in names {
        rows.push([
            name.into(),
            succeeded.get(name).map_or(0, |outcomes| outcomes.succeeded).into(),
            failed.get(name).map_or(0, |outcomes| outcomes.failed).into(),
            report.timelines.count(name).into(),
        ]);
    }
    Ok(rows.into_table("calls", "Calls that change the state of instances", "One row a call, by name")?)
}

fn attempts(attempts: &Calls) -> Result<Table, Error> {
    let mut rows = Rows::new(Call::columns(
        "ids of the instances that the call names; none for launches, which have none yet",
        "type of instance that was wanted",
    ));
    for (call, made) in attempts.sorted() {
        rows.push_all(call.values(made));
    }
    let about = "One row for equal attempts (who tried what on which instances, from where, with which error), in the order of the first";
    Ok(rows.into_table("attempts", "Attempts that failed", about)?)
}

fn define(section: &mut Section) {
    section.define(
        "launched, started, stopped, terminated, rebooted",
        "RunInstances, StartInstances, StopInstances (also to hibernate), TerminateInstances and RebootInstances without \
         `errorCode`. Auto Scaling, fleets and Spot requests appear as calls of service roles",
    );
    section.define(
        "state",
        "what the answer says at the moment of the call: `stopping`, not `stopped`. When the next state is reached is not \
         recorded. A shutdown from inside, a failure of hardware and a scheduled retirement leave no call at all",
    );
    section.define(
        "failed",
        "the record has an `errorCode`: the call was denied or impossible, or a dry run (`Client.DryRunOperation`)",
    );
    section.define(
        "Spot interruption",
        "`BidEvictedEvent`: EC2 took Spot instances back. Whether it terminated, stopped or hibernated them is not recorded",
    );
}
