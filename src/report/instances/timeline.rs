//! What happened to each instance, step by step.

use super::super::{Bar, Column, Error, Kind, Rows, Shape, Table, Value};
use crate::hit::Hit;
use foldhash::fast::FixedState;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// What a record says of one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) instance: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) instance_type: Option<String>,
}

impl Step {
    pub(super) fn new(instance: String) -> Self {
        Self { instance, ..Self::default() }
    }
}

/// Instances with what happened to them. There is a short entry for each call and instance; the texts that many have in
/// common are kept once.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    instances: BTreeMap<Place, Vec<Entry>>,
    types: BTreeMap<Place, Text>,
    texts: HashSet<Arc<str>, FixedState>,
    counts: BTreeMap<String, u64>,
}

type Text = Arc<str>;

/// Account, region and id of an instance.
type Place = (Option<Text>, Option<Text>, String);

#[derive(Debug)]
struct Entry {
    time: Option<Timestamp>,
    event_name: Option<Text>,
    before: Option<Text>,
    after: Option<Text>,
    principal: Option<Text>,
    source_ip: Option<Text>,
    event_id: Option<Box<str>>,
    log_key: Text,
}

impl Timelines {
    /// Takes what a record says of one instance.
    pub(super) fn take(&mut self, hit: &Hit<'_>, step: Step) {
        let facts = hit.facts;
        let event_name = facts.event_name.as_deref().unwrap_or_default();
        *self.counts.entry(event_name.to_owned()).or_default() += 1;
        let place = (self.shared(hit.account()), self.shared(facts.region.as_deref()), step.instance);
        let entry = Entry {
            time: facts.time,
            event_name: self.shared(facts.event_name.as_deref()),
            before: self.shared(step.before.as_deref()),
            after: self.shared(step.after.as_deref()),
            principal: self.shared(facts.principal.as_deref()),
            source_ip: self.shared(facts.source_ip.as_deref()),
            event_id: facts.event_id.as_deref().map(Box::from),
            log_key: self.text(hit.log_key),
        };
        if let Some(instance_type) = self.shared(step.instance_type.as_deref()) {
            self.types.insert(place.clone(), instance_type);
        }
        self.instances.entry(place).or_default().push(entry);
    }

    fn shared(&mut self, text: Option<&str>) -> Option<Text> {
        text.map(|text| self.text(text))
    }

    fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Text = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    /// Returns how many instances a call concerned, each call's counted.
    pub(super) fn count(&self, event_name: &str) -> u64 {
        self.counts.get(event_name).copied().unwrap_or_default()
    }

    /// Returns how many instances each call concerned.
    pub(super) fn bars(&self) -> Shape {
        let mut bars: Vec<_> =
            self.counts.iter().map(|(name, count)| Bar { name: name.clone(), value: *count }).collect();
        bars.sort_by_key(|bar| Reverse(bar.value));
        Shape::Bars(bars)
    }

    /// Returns a row for each instance.
    pub(super) fn instances(&self) -> Result<Table, Error> {
        const CALLS: [&str; 5] =
            ["RunInstances", "StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"];
        let mut rows = Rows::new([
            Column::new("account", Kind::Text, "the receiving account"),
            Column::new("region", Kind::Text, "`awsRegion`"),
            Column::new("instance", Kind::Text, "id of the instance"),
            Column::new("instance_type", Kind::Text, "type, when its launch is on record"),
            Column::new(
                "launched",
                Kind::Time,
                "`eventTime` of RunInstances; none when that is not on record",
            ),
            Column::new("launched_by", Kind::Text, "who launched it; none when that is not on record"),
            Column::new("starts", Kind::Count, "number of successful StartInstances"),
            Column::new("stops", Kind::Count, "number of successful StopInstances"),
            Column::new("reboots", Kind::Count, "number of successful RebootInstances"),
            Column::new(
                "terminated",
                Kind::Time,
                "`eventTime` of the first TerminateInstances; none when none is on record",
            ),
            Column::new("terminated_by", Kind::Text, "who terminated it; none when that is not on record"),
            Column::new("last", Kind::Time, "`eventTime` of the last call"),
            Column::new(
                "state",
                Kind::Text,
                "state in the last answer that names one; none when no answer does",
            ),
        ]);
        for (place, entries) in &self.instances {
            let entries = sorted(entries);
            let of = |name: &str| {
                entries.iter().filter(|entry| entry.event_name.as_deref() == Some(name)).collect::<Vec<_>>()
            };
            let [launches, starts, stops, reboots, ends] = CALLS.map(of);
            let when = |found: &[&&Entry]| Value::from(found.first().and_then(|entry| entry.time));
            let (account, region, instance) = place;
            rows.push([
                value(account.as_ref()),
                value(region.as_ref()),
                instance.into(),
                value(self.types.get(place)),
                when(&launches),
                who(launches.first()),
                starts.len().into(),
                stops.len().into(),
                reboots.len().into(),
                when(&ends),
                who(ends.first()),
                entries.iter().filter_map(|entry| entry.time).max().into(),
                value(entries.iter().rev().find_map(|entry| entry.after.as_ref())),
            ]);
        }
        let about = "One row an instance, by account, region and id";
        Ok(rows.into_table("instances", "Instances", about)?)
    }

    /// Returns a row for each call and instance.
    pub(super) fn into_table(self) -> Result<Table, Error> {
        let mut rows = Rows::new([
            Column::new("account", Kind::Text, "the receiving account"),
            Column::new("region", Kind::Text, "`awsRegion`"),
            Column::new("instance", Kind::Text, "id of the instance"),
            Column::new("time", Kind::Time, "`eventTime`; none when the record has no readable one"),
            Column::new(
                "event_name",
                Kind::Text,
                "`eventName`: the call, or `BidEvictedEvent`, a Spot interruption",
            ),
            Column::new(
                "before",
                Kind::Text,
                "state before, by the answer; none for launches and reboots, which name none",
            ),
            Column::new(
                "after",
                Kind::Text,
                "state at the moment of the call, by the answer; none for reboots, which name none",
            ),
            Column::new("principal", Kind::Text, "who called; none when the record names nobody"),
            Column::new("source_ip", Kind::Address, "`sourceIPAddress`: an address or the name of a service"),
            Column::new("event_id", Kind::Text, "`eventID`"),
            Column::new("log_key", Kind::Text, "key of the log file that holds the record"),
        ]);
        for ((account, region, instance), entries) in &self.instances {
            for entry in sorted(entries) {
                rows.push([
                    value(account.as_ref()),
                    value(region.as_ref()),
                    instance.into(),
                    entry.time.into(),
                    value(entry.event_name.as_ref()),
                    value(entry.before.as_ref()),
                    value(entry.after.as_ref()),
                    value(entry.principal.as_ref()),
                    value(entry.source_ip.as_ref()),
                    entry.event_id.as_deref().into(),
                    value(Some(&entry.log_key)),
                ]);
            }
        }
        let about = "One row a call and instance, by account, region and id, in the order of time";
        Ok(rows.into_table("timeline", "Timelines of instances", about)?)
    }
}

fn sorted(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(|entry| (entry.time.is_none(), entry.time));
    sorted
}

fn who<'a>(entry: Option<&&'a &Entry>) -> Value<'a> {
    value(entry.and_then(|entry| entry.principal.as_ref()))
}

fn value(text: Option<&Text>) -> Value<'_> {
    text.map(|text| &**text).into()
}
