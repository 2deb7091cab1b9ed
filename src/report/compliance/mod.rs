//! All of it against the controls of the CIS AWS Foundations Benchmark: per control what was searched, by which
//! definition, the hits and the evidence, and a certificate of what was read.
//!
//! The benchmark wants these events to be monitored. Records cannot tell whether a filter and an alarm exist; they tell
//! what such an alarm would have had to report.

mod benchmark;
mod certificate;

pub use benchmark::{Benchmark, UnknownBenchmark};

use super::{Ask, Bar, Column, Definition, Error, Kind, Report, Rows, Section, Settings, Shape};
use crate::hit::Hit;
use crate::query::{Query, Severity, shipped_where};
use crate::replay::{Coverage, Keep};
use crate::words::{plural, thousands};
use benchmark::{ROOT, SECURITY_GROUPS, THEMES, Theme};
use jiff::Timestamp;

/// So many hits of each control are listed as evidence; the table of controls counts all.
const MOST_EVIDENCE: usize = 10_000;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "compliance",
    title: "CIS AWS Foundations Benchmark",
    question: "what the benchmark's controls would have reported, with the evidence, and all other reports",
    make: |settings| Box::new(Compliance::new(settings)),
};

struct Compliance {
    benchmark: Benchmark,
    controls: Vec<Control>,
}

/// One control while its hits are collected.
struct Control {
    id: String,
    theme: &'static Theme,
    query: Query,
    hits: u64,
    failed: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    evidence: Vec<Evidence>,
}

/// One hit, as somebody needs it who wants to see the record itself.
struct Evidence {
    time: Option<Timestamp>,
    account: Option<String>,
    region: Option<String>,
    event: Option<String>,
    principal: Option<String>,
    source_ip: Option<String>,
    error: Option<String>,
    event_id: Option<String>,
    log_key: String,
}

impl Compliance {
    fn new(settings: &Settings) -> Self {
        let benchmark = settings.benchmark;
        let is_named = |id: &str| THEMES.iter().any(|theme| theme.query == id);
        let named = shipped_where(is_named).expect("the shipped queries are valid");
        let control = |theme: &'static Theme| {
            let query = named.iter().find(|query| query.id == theme.query);
            let query = query.expect("every theme names a shipped query").clone();
            Some(Control::new(benchmark.control(theme)?, theme, for_version(query, theme, benchmark)))
        };
        Self { benchmark, controls: THEMES.iter().filter_map(control).collect() }
    }
}

/// Narrows the query of a list of events that grew to what an older version of the benchmark has.
fn for_version(mut query: Query, theme: &Theme, benchmark: Benchmark) -> Query {
    if theme.number == SECURITY_GROUPS && !benchmark.has_rule_changes() {
        let names = [
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ];
        let names = names.map(str::to_owned);
        query.pattern.set("detail.eventName", &names).expect("the query names its events");
    }
    query
}

impl Control {
    fn new(id: String, theme: &'static Theme, query: Query) -> Self {
        Self { id, theme, query, hits: 0, failed: 0, first: None, last: None, evidence: Vec::new() }
    }

    fn take(&mut self, hit: &Hit<'_>) {
        self.hits += 1;
        self.failed += u64::from(hit.facts.outcome.error().is_some());
        if let Some(time) = hit.facts.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
        if self.evidence.len() < MOST_EVIDENCE {
            self.evidence.push(Evidence::of(hit));
        }
    }
}

impl Evidence {
    fn of(hit: &Hit<'_>) -> Self {
        let facts = hit.facts;
        Self {
            time: facts.time,
            account: hit.account().map(str::to_owned),
            region: facts.region.clone(),
            event: facts.event_name.clone(),
            principal: facts.principal.clone(),
            source_ip: facts.source_ip.clone(),
            error: facts.outcome.error().map(str::to_owned),
            event_id: facts.event_id.clone(),
            log_key: hit.log_key.to_owned(),
        }
    }
}

impl Report for Compliance {
    fn asks(&self) -> Vec<Ask> {
        let queries = self.controls.iter().map(|control| control.query.clone());
        queries.map(|query| Ask { query, keep: Keep::Facts }).collect()
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        self.controls[ask].take(hit);
    }

    fn finish(mut self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        for control in &mut self.controls {
            control.evidence.sort_by_key(|evidence| (evidence.time.is_none(), evidence.time));
        }
        self.say(&mut section, coverage);
        section.chart(format!("Hits by control, CIS {}", self.benchmark), Shape::Bars(self.bars()));
        section.tables.push(self.controls_table()?);
        section.tables.push(self.evidence_table()?);
        section.tables.push(certificate::table(coverage)?);
        section.tables.push(self.searched_table()?);
        section.define(
            "control",
            "the benchmark wants such events to be monitored; whether a filter and an alarm exist is not in the records",
        );
        section.define(
            "attempts",
            "hits with an `errorCode`, or sign-ins that failed: nothing was changed by them",
        );
        section.define(
            "missing day",
            "no log file at all: nothing happened, the trail was off, or files were deleted",
        );
        Ok(section)
    }
}

impl Compliance {
    fn say(&self, section: &mut Section, coverage: &Coverage) {
        let files = &coverage.log_files;
        let gaps = if coverage.is_complete { "all of them" } else { "coverage is incomplete" };
        for control in self.controls.iter().filter(|control| control.hits > 0) {
            let severity = control.query.card.severity;
            let hits = plural(control.hits, "hit", "hits");
            let attempts = match control.failed {
                0 => String::new(),
                failed => format!(", {} of them failed", thousands(failed)),
            };
            let text = format!("{} {}: {hits}{attempts}", control.id, control.theme.title);
            section.find(severity, text);
        }
        section.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let silent = self.controls.iter().filter(|control| control.hits == 0).count();
        section.find(
            Severity::Informational,
            format!(
                "CIS {}: {} controls searched in {} of {} log files ({gaps}); {silent} without a hit",
                self.benchmark,
                self.controls.len(),
                files.read,
                files.listed,
            ),
        );
        if let Some(id) = self.benchmark.security_hub() {
            section.find(
                Severity::Informational,
                format!("{id} Security Hub enabled: a matter of configuration, which records do not show"),
            );
        }
    }

    fn bars(&self) -> Vec<Bar> {
        let bar = |control: &Control| Bar {
            name: format!("{} {}", control.id, control.theme.title),
            value: control.hits,
        };
        self.controls.iter().map(bar).collect()
    }

    fn controls_table(&self) -> Result<super::Table, Error> {
        let mut rows = Rows::new([
            Column::new("control", Kind::Text, "number in the version of the benchmark that was chosen"),
            Column::new("also", Kind::Text, "another control that the same hits answer"),
            Column::new("title", Kind::Text, "what is looked for"),
            Column::bar("hits", "number of events that match"),
            Column::new("attempts", Kind::Count, "of these, events that failed"),
            Column::new("first", Kind::Time, "`eventTime` of the first hit"),
            Column::new("last", Kind::Time, "`eventTime` of the last hit"),
            Column::new("evidence", Kind::Count, "number of hits that are listed as evidence"),
        ]);
        for control in &self.controls {
            let also = (control.theme.number == ROOT).then(|| self.benchmark.root_use());
            rows.push([
                control.id.as_str().into(),
                also.into(),
                control.theme.title.into(),
                control.hits.into(),
                control.failed.into(),
                control.first.into(),
                control.last.into(),
                control.evidence.len().into(),
            ]);
        }
        Ok(rows.into_table("controls", "Controls", "One row a control, in the order of the benchmark")?)
    }

    fn searched_table(&self) -> Result<super::Table, Error> {
        let mut rows = Rows::new([
            Column::new("control", Kind::Text, "the control"),
            Column::new(
                "query",
                Kind::Text,
                "the stored query that was replayed: `backtrail queries show ID`",
            ),
            Column::new("searched", Kind::Text, "its event pattern"),
            Column::new(
                "definition",
                Kind::Text,
                "where this reading parts from the benchmark's text, or what that misses",
            ),
        ]);
        for control in &self.controls {
            rows.push([
                control.id.as_str().into(),
                control.query.id.as_str().into(),
                control.query.pattern.to_text().into(),
                control.theme.remark.into(),
            ]);
        }
        Ok(rows.into_table(
            "searched",
            "What was searched",
            "One row a control, in the order of the benchmark",
        )?)
    }

    fn evidence_table(&self) -> Result<super::Table, Error> {
        let mut rows = Rows::new([
            Column::new("control", Kind::Text, "the control"),
            Column::new("time", Kind::Time, "`eventTime`"),
            Column::new("account", Kind::Text, "receiving account"),
            Column::new("region", Kind::Text, "`awsRegion`"),
            Column::new("event_name", Kind::Text, "`eventName`"),
            Column::new("principal", Kind::Text, "who did it"),
            Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
            Column::new("error", Kind::Text, "why it failed; nothing when it succeeded"),
            Column::new("event_id", Kind::Text, "`eventID`: names the event in CloudTrail"),
            Column::new("log_key", Kind::Text, "the log file that holds the record"),
        ]);
        for control in &self.controls {
            for evidence in &control.evidence {
                rows.push([
                    control.id.as_str().into(),
                    evidence.time.into(),
                    evidence.account.as_ref().into(),
                    evidence.region.as_ref().into(),
                    evidence.event.as_ref().into(),
                    evidence.principal.as_ref().into(),
                    evidence.source_ip.as_ref().into(),
                    evidence.error.as_ref().into(),
                    evidence.event_id.as_ref().into(),
                    evidence.log_key.as_str().into(),
                ]);
            }
        }
        let left_out: u64 =
            self.controls.iter().map(|control| control.hits - control.evidence.len() as u64).sum();
        let about = match left_out {
            0 => "One row a hit, by control and time".to_owned(),
            more => format!(
                "One row a hit, by control and time; {more} more hits are counted, and listed by `backtrail replay -q ID`: \
                 of each control the first {MOST_EVIDENCE} in the order of the archive are here"
            ),
        };
        Ok(rows.into_table("evidence", "Evidence", about)?)
    }
}
