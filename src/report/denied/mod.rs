//! Who was denied what: calls that ended for lack of permission.
//!
//! Denied is what the CIS AWS Foundations Benchmark has monitored as unauthorised calls since its first version: an
//! `errorCode` that begins with `AccessDenied` or ends with `UnauthorizedOperation`. Some services have other words for
//! it (`Forbidden`, `NotAuthorized`, …), which are not counted.

mod bursts;
mod line;
mod tables;

use super::sentence::basis;
use super::{Ask, Definition, Error, Report, Section, Settings, Span, Tally};
use crate::hit::Hit;
use crate::query::Severity;
use crate::replay::Coverage;
use crate::words::plural;
use bursts::Burst;
use foldhash::fast::FixedState;
use line::Line;
use std::collections::HashMap;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "denied",
    title: "Denied calls",
    question: "who was denied what and from where, in bursts or not, and which of it is noise of AWS services",
    make: |settings| Box::new(Denied::new(settings)),
};

const DENIED: &str =
    r#"{"detail":{"errorCode":[{"prefix":"AccessDenied"},{"suffix":"UnauthorizedOperation"}]}}"#;
const BY_ENDPOINT: &str = r#"{"detail":{"errorCode":["VpceAccessDenied"]}}"#;

/// The minute of a group's hits, since 1970.
type Minutes = HashMap<(u32, i64), Span, FixedState>;

struct Denied {
    top: usize,
    /// By the fields of a [`Line`].
    tally: Tally,
    minutes: Minutes,
    by_endpoint: u64,
}

impl Denied {
    fn new(settings: &Settings) -> Self {
        Self { top: settings.top, tally: Tally::default(), minutes: Minutes::default(), by_endpoint: 0 }
    }
}

impl Report for Denied {
    fn asks(&self) -> Vec<Ask> {
        vec![
            // Bursts are told by the minute.
            Ask::pattern("denied", DENIED, Ask::groups(&[&line::fields()])),
            Ask::pattern("denied-by-endpoint", BY_ENDPOINT, Ask::counts(&[])),
        ]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        if ask == 1 {
            self.by_endpoint += hit.span.records;
            return;
        }
        self.tally.take(hit, 0);
        if let (Some(group), Some(time)) = (hit.groups.first(), hit.facts.time) {
            let minute = time.as_second().div_euclid(60);
            self.minutes.entry((group.number, minute)).or_default().count(Some(time));
        }
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let mut lines: Vec<Line> = self.tally.into_slots().map(Line::new).collect();
        lines.sort_unstable();
        let bursts = bursts::find(&lines, &self.minutes);
        find(&mut section, &lines, &bursts, coverage);
        if self.by_endpoint > 0 {
            let calls = plural(self.by_endpoint, "call was", "calls were");
            let text = format!("{calls} denied by policies of VPC endpoints and not counted here");
            section.find(Severity::Informational, text);
        }
        tables::tell(&mut section, &lines, &self.minutes, self.top)?;
        tables::tell_bursts(&mut section, bursts, self.top)?;
        define(&mut section);
        Ok(section)
    }
}

fn find(section: &mut Section, lines: &[Line], bursts: &[Burst<'_>], coverage: &Coverage) {
    let records = |is_counted: &dyn Fn(&Line) -> bool| -> u64 {
        lines.iter().filter(|line| is_counted(line)).map(|line| line.span.records).sum()
    };
    let all = records(&|_| true);
    let of_services = records(&|line| line.service.is_some());
    if let Some(largest) = bursts.first() {
        let text = format!(
            "{} of denied calls, the largest of {} by {}",
            plural(bursts.len() as u64, "burst", "bursts"),
            largest.span.records,
            largest.who.in_words(),
        );
        section.find(Severity::Medium, text);
    }
    let severity = if all > of_services { Severity::Low } else { Severity::Informational };
    let mut text = format!("{} denied ", plural(all, "call was", "calls were"));
    if all > 0 {
        text += &format!("({} of principals and {of_services} of AWS services) ", all - of_services);
    }
    text += &basis(coverage);
    section.find(severity, text);
    if all > 0 {
        let cis = records(&|line| line.is_counted_by_cis());
        let text = format!("{cis} of them count in the sense of CIS, without log delivery and HeadBucket");
        section.find(Severity::Informational, text);
    }
}

fn define(section: &mut Section) {
    section.define(
        "denied",
        "An `errorCode` that begins with `AccessDenied` or ends with `UnauthorizedOperation`, as in the CIS AWS \
         Foundations Benchmark. Other words for it (`Forbidden`, `NotAuthorized` and the like) are not counted, and \
         refusals by policies of VPC endpoints (`VpceAccessDenied`) only as a number.",
    );
    section.define(
        "AWS service",
        "The caller is of the type AWSService, or `invokedBy` says that a service called on somebody's behalf, or the \
         source address is a service's name, as with log delivery (`delivery.logs.amazonaws.com`). All others are \
         principals.",
    );
    section.define("burst", bursts::MEANING);
}
