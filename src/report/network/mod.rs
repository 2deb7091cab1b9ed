//! Changes of networks: security groups, network ACLs, gateways, routes, VPCs; and what was opened to anyone.

mod kind;
mod openings;
mod rule;

use super::calls::{Call, Calls};
use super::request::Request;
use super::sentence::basis;
use super::{Ask, Bar, Column, Definition, Error, Report, Rows, Section, Shape, Table, Value};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::{Coverage, Keep};
use crate::words::plural;
use kind::{CALLS, Kind};
use openings::Openings;
use rule::Rule;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "network",
    title: "Network changes",
    question: "which security groups, network ACLs, gateways, routes and VPCs were changed, and what was opened to anyone",
    make: |_| Box::new(Network::default()),
};

/// So many rules of one call are spelled.
const SPELLED_RULES: usize = 5;

#[derive(Default)]
struct Network {
    calls: Calls,
    openings: Openings,
}

impl Report for Network {
    fn asks(&self) -> Vec<Ask> {
        let names: Vec<&str> = CALLS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let detail = serde_json::json!({ "eventSource": ["ec2.amazonaws.com"], "eventName": names });
        let pattern = serde_json::json!({ "detail": detail }).to_string();
        vec![Ask::pattern("network", &pattern, Keep::Record)]
    }

    fn take(&mut self, _ask: usize, hit: &Hit<'_>) {
        let name = hit.facts.event_name.as_deref().unwrap_or_default();
        let Some(kind) = Kind::of(name) else { return };
        let request = Request::read(hit.record);
        let rules = rule::rules(name, &request);
        let target = request.first(kind.names());
        self.openings.take(hit, target.as_ref(), &rules);
        self.calls.take(hit, target, detail(&request, &rules));
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        self.openings.find(&mut section);
        find(&self.calls, coverage, &mut section);
        section.tables.push(self.openings.table()?);
        section.tables.push(kinds(&self.calls)?);
        section.tables.push(changes(&self.calls)?);
        section.chart("Network changes per day", self.calls.days());
        let kinds = self.calls.outcomes_by(|call| Kind::of(call.name()).map(Kind::word)).into_iter();
        let mut bars: Vec<_> = kinds
            .filter_map(|(kind, outcomes)| Some(Bar { name: kind?.to_owned(), value: outcomes.succeeded }))
            .collect();
        bars.sort_by_key(|bar| Reverse(bar.value));
        section.chart("Network changes by kind", Shape::Bars(bars));
        section.chart("Ports opened to anyone", self.openings.ports());
        define(&mut section);
        Ok(section)
    }
}

/// Says what else a call is about: the rules, where a route leads, the range of a network, what it is attached to.
fn detail(request: &Request<'_>, rules: &[Rule]) -> Option<String> {
    let mut details: Vec<String> = rules.iter().take(SPELLED_RULES).map(Rule::to_string).collect();
    if rules.len() > SPELLED_RULES {
        details.push(format!("{} more", rules.len() - SPELLED_RULES));
    }
    if rules.is_empty() {
        const DESTINATIONS: [&str; 3] =
            ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];
        const WAYS: [&str; 7] = [
            "gatewayId",
            "natGatewayId",
            "transitGatewayId",
            "vpcPeeringConnectionId",
            "networkInterfaceId",
            "instanceId",
            "egressOnlyInternetGatewayId",
        ];
        let asked = |names: &[&str]| names.iter().find_map(|name| request.text(name));
        match (asked(&DESTINATIONS), asked(&WAYS)) {
            (Some(destination), Some(way)) => details.push(format!("{destination} by {way}")),
            (Some(destination), None) => details.push(destination),
            (None, _) => details.extend(asked(&["cidrBlock", "ipv6CidrBlock", "groupName"])),
        }
        details.extend(asked(&["vpcId", "subnetId"]));
    }
    if request.is_omitted() {
        details.push("content omitted".to_owned());
    }
    (!details.is_empty()).then(|| details.join(", "))
}

fn find(calls: &Calls, coverage: &Coverage, section: &mut Section) {
    let outcomes = calls.outcomes();
    if outcomes.failed > 0 {
        let text = format!("{} to change a network failed", plural(outcomes.failed, "attempt", "attempts"));
        section.find(Severity::Low, text);
    }
    let all = calls.sorted();
    let principals: BTreeSet<_> = all.iter().map(|(call, _)| (&call.account, &call.principal)).collect();
    let by = match principals.len() as u64 {
        0 => String::new(),
        count => format!(" by {}", plural(count, "principal", "principals")),
    };
    let changes = plural(outcomes.succeeded, "network change", "network changes");
    section.find(Severity::Informational, format!("{changes}{by} {}", basis(coverage)));
}

fn kinds(calls: &Calls) -> Result<Table, Error> {
    use super::Kind;
    let mut rows = Rows::new([
        Column::new("kind", Kind::Text, "what is changed"),
        Column::new("event_name", Kind::Text, "`eventName`: the call"),
        Column::bar("succeeded", "number of calls without `errorCode`"),
        Column::new("failed", Kind::Count, "number of calls with `errorCode`: attempts"),
    ]);
    let key = |call: &'_ Call| (kind::Kind::of(call.name()), call.event_name.clone());
    for ((kind, name), outcomes) in calls.outcomes_by(key) {
        let kind = kind.map(kind::Kind::word);
        rows.push([kind.into(), name.into(), outcomes.succeeded.into(), outcomes.failed.into()]);
    }
    Ok(rows.into_table("kinds", "Network changes by kind", "One row a call, by what it changes")?)
}

fn changes(calls: &Calls) -> Result<Table, Error> {
    let mut columns = Call::columns(
        "id of the group, ACL, gateway, route table, network or connection; its name where no id is recorded; none \
         when neither is",
        "what else the call says: rules, destination and way of a route, range of addresses, network",
    );
    columns.push(Column::new("kind", super::Kind::Text, "what is changed"));
    let mut rows = Rows::new(columns);
    for (call, made) in calls.sorted() {
        let kind = Kind::of(call.name()).map(Kind::word);
        rows.push_all(call.values(made).into_iter().chain([Value::from(kind)]));
    }
    let about =
        "One row for equal calls (who changed what, from where, with which end), in the order of the first";
    Ok(rows.into_table("changes", "Network changes and attempts", about)?)
}

fn define(section: &mut Section) {
    section.define(
        "anyone, anywhere",
        "a range of addresses whose prefix has no bits: `0.0.0.0/0`, `::/0`, and every other spelling that ends in `/0`. \
         Several large ranges can amount to the same and are not looked for",
    );
    section.define(
        "lets anyone in",
        "an allowing rule for traffic inwards, of a security group or a network ACL, with such a range. Whether a server \
         can be reached depends on routes, the other of the two, and what listens",
    );
    section.define(
        "direction unknown",
        "`ModifySecurityGroupRules` names a rule by its id; whether it is for traffic in or out is not recorded. It is \
         counted as if inwards",
    );
    section.define("failed", "the record has an `errorCode`: nothing was changed, or the call was a dry run");
    section.define(
        "content omitted",
        "CloudTrail leaves out requests above 100 KB: what the call was about is not recorded, unless the answer says it",
    );
}
