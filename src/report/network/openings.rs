//! Rules that let anyone in, and whether they were taken back.

use super::super::calls::{Call, Made};
use super::super::{Bar, Column, Error, Kind, Rows, Section, Shape, Table};
use super::rule::{Direction, Rule};
use crate::hit::Hit;
use crate::query::Severity;
use crate::words::plural;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Rules that let anyone in.
#[derive(Debug, Default)]
pub(super) struct Openings {
    opened: BTreeMap<(Call, Rule), Made>,
    /// The last time that a rule of a group was taken back, or, without one, the group deleted.
    closed: BTreeMap<(Place, Option<Rule>), Timestamp>,
}

/// Account, region and group.
type Place = [Option<String>; 3];

impl Openings {
    /// Takes the rules of a call.
    pub(super) fn take(&mut self, hit: &Hit<'_>, target: Option<&String>, rules: &[Rule]) {
        let call = Call::new(hit, target.cloned(), None);
        match call.name() {
            "RevokeSecurityGroupIngress" => rules.iter().for_each(|rule| self.close(&call, hit, Some(rule))),
            "DeleteSecurityGroup" => self.close(&call, hit, None),
            _ => {
                for rule in rules.iter().filter(|rule| rule.is_open()) {
                    self.opened.entry((call.clone(), rule.clone())).or_default().add(hit);
                }
            }
        }
    }

    fn close(&mut self, call: &Call, hit: &Hit<'_>, rule: Option<&Rule>) {
        let Some(time) = hit.facts.time.filter(|_| call.is_success()) else { return };
        // What never was open needs no closing, and would only take memory.
        if rule.is_none_or(Rule::is_open) {
            let last = self.closed.entry((place(call), rule.cloned())).or_insert(time);
            *last = time.max(*last);
        }
    }

    /// Returns when a rule was taken back for good, when it was.
    fn closed(&self, call: &Call, rule: &Rule, made: &Made) -> Option<Timestamp> {
        let opened = made.last?;
        let closings = [Some(rule.clone()), None].map(|rule| self.closed.get(&(place(call), rule)).copied());
        closings.into_iter().flatten().filter(|closed| *closed >= opened).min()
    }

    /// Says how many there were and how many were left.
    pub(super) fn find(&self, section: &mut Section) {
        let kinds = [
            (Severity::High, true, "over SSH, RDP or all ports"),
            (Severity::Medium, false, "over other ports"),
        ];
        for (severity, is_for_administration, ports) in kinds {
            let (mut all, mut left) = (0, 0);
            for ((call, rule), made) in &self.opened {
                if call.is_success() && rule.is_for_administration() == is_for_administration {
                    all += made.records;
                    left += if self.closed(call, rule, made).is_none() { made.records } else { 0 };
                }
            }
            if all > 0 {
                let opened = plural(all, "rule lets", "rules let");
                let left = match left {
                    0 => "all taken back since".to_owned(),
                    left => format!("{left} not taken back as far as recorded"),
                };
                section.find(severity, format!("{opened} anyone in {ports}, {left}"));
            }
        }
    }

    /// Returns a row for each.
    pub(super) fn table(&self) -> Result<Table, Error> {
        let mut rows = Rows::new([
            Column::new("first", Kind::Time, "`eventTime` of the first equal call"),
            Column::new("last", Kind::Time, "`eventTime` of the last equal call"),
            Column::new("records", Kind::Count, "number of equal calls"),
            Column::new("account", Kind::Text, "the receiving account"),
            Column::new("region", Kind::Text, "`awsRegion`"),
            Column::new("target", Kind::Text, "security group or network ACL"),
            Column::new("ports", Kind::Text, "protocol and ports that were opened"),
            Column::new("range", Kind::Text, "the addresses, all there are: a range without bits"),
            Column::new("direction", Kind::Text, "`in`; unknown for calls that name rules by their ids only"),
            Column::new(
                "is_administration",
                Kind::Flag,
                "whether SSH (22), RDP (3389) or all ports are among them",
            ),
            Column::new(
                "closed",
                Kind::Time,
                "when the same rule was revoked or its group deleted, after the last; \
                none when no record says so (revocations by rule id name no addresses)",
            ),
            Column::new("event_name", Kind::Text, "`eventName`: the call"),
            Column::new("principal", Kind::Text, "who called; none when the record names nobody"),
            Column::new("source_ip", Kind::Address, "`sourceIPAddress`: an address or the name of a service"),
            Column::new(
                "error",
                Kind::Text,
                "`errorCode` of an attempt that failed; none when the rule was opened",
            ),
            Column::new("event_id", Kind::Text, "`eventID` of the first"),
            Column::new("log_key", Kind::Text, "key of the log file that holds the first"),
        ]);
        let mut opened: Vec<_> = self.opened.iter().collect();
        opened.sort_by_key(|(_, made)| (made.first.is_none(), made.first));
        for ((call, rule), made) in opened {
            let direction = if rule.direction == Direction::In { "in" } else { "unknown" };
            let closed = if call.is_success() { self.closed(call, rule, made) } else { None };
            rows.push([
                made.first.into(),
                made.last.into(),
                made.records.into(),
                call.account.as_ref().into(),
                call.region.as_ref().into(),
                call.target.as_ref().into(),
                rule.ports.to_string().into(),
                rule.peer.as_str().into(),
                direction.into(),
                rule.is_for_administration().into(),
                closed.into(),
                call.event_name.as_ref().into(),
                call.principal.as_ref().into(),
                call.source_ip.as_ref().into(),
                call.error.as_ref().into(),
                made.event_id.as_ref().into(),
                made.log_key.as_str().into(),
            ]);
        }
        let about = "One row a rule that lets any address in, and caller, in the order of the first";
        Ok(rows.into_table("openings", "Ingress from anywhere", about)?)
    }

    /// Returns how often which ports were opened.
    pub(super) fn ports(&self) -> Shape {
        let mut ports: BTreeMap<String, u64> = BTreeMap::new();
        for ((_, rule), made) in self.opened.iter().filter(|((call, _), _)| call.is_success()) {
            *ports.entry(rule.ports.to_string()).or_default() += made.records;
        }
        let mut bars: Vec<_> = ports.into_iter().map(|(name, value)| Bar { name, value }).collect();
        bars.sort_by_key(|bar| Reverse(bar.value));
        Shape::Bars(bars)
    }
}

fn place(call: &Call) -> Place {
    [&call.account, &call.region, &call.target].map(Clone::clone)
}
