//! When trails were off: from a stop or a deletion to the next start of the same trail.

use super::super::calls::Call;
use super::super::request::{self, Request};
use super::super::{Column, Error, Kind, Rows, Section, Table, Value};
use crate::hit::Hit;
use crate::query::Severity;
use crate::words::plural;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The trails that were touched, with what switched them.
#[derive(Debug, Default)]
pub(super) struct Trails {
    trails: BTreeMap<Trail, Known>,
}

/// A trail: the account that owns it, its home region, its name. An ARN and a short name can mean the same one, as
/// calls that change a trail have to be made in its home region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trail {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) name: String,
}

/// What is known of a trail.
#[derive(Debug, Default)]
struct Known {
    switches: Vec<Switch>,
    /// What the latest answer said about it.
    settings: Settings,
}

#[derive(Debug, Clone, Copy, Default)]
struct Settings {
    time: Option<Timestamp>,
    is_multi_region: Option<bool>,
    is_organization: Option<bool>,
}

/// A call that switched a trail.
#[derive(Debug, Clone)]
struct Switch {
    time: Timestamp,
    kind: SwitchKind,
    principal: Option<String>,
    event_id: Option<String>,
    log_key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SwitchKind {
    Created,
    Started,
    Stopped,
    Deleted,
}

/// A time in which a trail was off.
#[derive(Debug)]
pub(super) struct Interval<'a> {
    trail: &'a Trail,
    settings: Settings,
    /// What switched it off; not on record when only a start is.
    off: Option<&'a Switch>,
    /// What switched it on again; not on record when nothing did.
    on: Option<&'a Switch>,
}

impl Trails {
    /// Takes a call that succeeded.
    pub(super) fn take(&mut self, hit: &Hit<'_>, request: &Request<'_>) {
        let name = hit.facts.event_name.as_deref().unwrap_or_default();
        let (Some(trail), Some(time)) = (Trail::read(hit, request), hit.facts.time) else { return };
        let kind = match name {
            "CreateTrail" => Some(SwitchKind::Created),
            "StartLogging" => Some(SwitchKind::Started),
            "StopLogging" => Some(SwitchKind::Stopped),
            "DeleteTrail" => Some(SwitchKind::Deleted),
            "UpdateTrail" => None,
            _ => return,
        };
        let known = self.trails.entry(trail).or_default();
        if matches!(name, "CreateTrail" | "UpdateTrail") && known.settings.time <= Some(time) {
            let answer = |name| request.answer(name).and_then(request::Value::as_bool);
            known.settings = Settings {
                time: Some(time),
                is_multi_region: answer("isMultiRegionTrail"),
                is_organization: answer("isOrganizationTrail"),
            };
        }
        known.switches.extend(kind.map(|kind| Switch {
            time,
            kind,
            principal: hit.facts.principal.clone(),
            event_id: hit.facts.event_id.clone(),
            log_key: hit.log_key.to_owned(),
        }));
    }

    /// Brings the calls into the order of time.
    pub(super) fn sort(&mut self) {
        self.trails.values_mut().for_each(|known| known.switches.sort_by_key(|switch| switch.time));
    }

    /// Returns the times in which trails were off, trail by trail; after [`Trails::sort`].
    pub(super) fn intervals(&self) -> Vec<Interval<'_>> {
        self.trails.iter().flat_map(|(trail, known)| known.intervals(trail)).collect()
    }
}

impl Known {
    fn intervals<'a>(&'a self, trail: &'a Trail) -> Vec<Interval<'a>> {
        let mut intervals = Vec::new();
        let mut off: Option<&Switch> = None;
        let mut is_known = false;
        let interval = |off, on| Interval { trail, settings: self.settings, off, on };
        for switch in &self.switches {
            match switch.kind {
                SwitchKind::Stopped | SwitchKind::Deleted => off = off.or(Some(switch)),
                SwitchKind::Started if off.is_some() => intervals.push(interval(off.take(), Some(switch))),
                SwitchKind::Started if !is_known => intervals.push(interval(None, Some(switch))),
                // A new trail records nothing before its first start, and nobody expects it to.
                SwitchKind::Started | SwitchKind::Created => {}
            }
            is_known = true;
        }
        if off.is_some() {
            intervals.push(interval(off, None));
        }
        intervals
    }
}

impl Trail {
    /// Reads which trail a call is about.
    fn read(hit: &Hit<'_>, request: &Request<'_>) -> Option<Self> {
        let named = request.text("name").or_else(|| request.text("trailName"))?;
        let short = || Self {
            account: hit.account().map(str::to_owned),
            region: hit.facts.region.clone(),
            name: named.clone(),
        };
        let parts: Vec<&str> = named.splitn(6, ':').collect();
        let [_, _, "cloudtrail", region, account, resource] = parts[..] else { return Some(short()) };
        let name = resource.strip_prefix("trail/")?;
        Some(Self {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            name: name.to_owned(),
        })
    }
}

impl Interval<'_> {
    /// Returns when it was switched off and on again, as far as that is on record.
    pub(super) fn moments(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.off.map(|off| off.time), self.on.map(|on| on.time))
    }

    /// Tells whether an account's region lacks what the trail did not record. Of a trail whose settings are not on
    /// record only its own account and home region are certain.
    pub(super) fn is_missed_in(&self, account: &str, region: &str) -> bool {
        let is_account = self.trail.account.as_deref() == Some(account);
        let is_region = self.trail.region.as_deref() == Some(region);
        (is_account || self.settings.is_organization == Some(true))
            && (is_region || self.settings.is_multi_region == Some(true))
    }

    fn minutes(&self) -> Option<u64> {
        let seconds = self.on?.time.as_second() - self.off?.time.as_second();
        u64::try_from(seconds).ok().map(|seconds| seconds.div_ceil(60)) // they are sorted by time
    }

    fn reason(&self) -> &'static str {
        match self.off.map(|off| off.kind) {
            Some(SwitchKind::Deleted) => "deleted",
            Some(_) => "stopped",
            None => "unknown start",
        }
    }
}

/// Says how often trails were off and for how long.
pub(super) fn find(intervals: &[Interval<'_>], section: &mut Section) {
    let left: Vec<_> = intervals.iter().filter(|interval| interval.on.is_none()).collect();
    if let Some(first) = left.iter().min_by_key(|interval| interval.off.map(|off| off.time)) {
        let trails = plural(left.len() as u64, "trail was", "trails were");
        let example =
            first.off.map(|off| format!(", `{}` at {}", first.trail.name, off.time)).unwrap_or_default();
        let text = format!("{trails} switched off and not seen started again, the first{example}");
        section.find(Severity::Critical, text);
    }
    let ended: Vec<u64> = intervals.iter().filter_map(Interval::minutes).collect();
    if !ended.is_empty() {
        let times = plural(ended.len() as u64, "time", "times");
        let minutes = plural(ended.iter().sum(), "minute", "minutes");
        let text = format!("{times} a trail was switched off and started again, {minutes} in all");
        section.find(Severity::High, text);
    }
    let unknown = intervals.iter().filter(|interval| interval.off.is_none()).count() as u64;
    if unknown > 0 {
        let text = plural(unknown, "trail was", "trails were");
        section.find(
            Severity::Medium,
            format!("{text} started without a stop on record, and may have been off before"),
        );
    }
}

/// Returns a row for each interval.
pub(super) fn table(mut intervals: Vec<Interval<'_>>) -> Result<Table, Error> {
    intervals.sort_by_key(|interval| interval.moments());
    let mut rows = Rows::new([
        Column::new(
            "from",
            Kind::Time,
            "`eventTime` of the call that switched it off; none when no such call is on record",
        ),
        Column::new("until", Kind::Time, "`eventTime` of the next start; none when none is on record"),
        Column::bar("minutes", "minutes between them, rounded up; none when one of them is not on record"),
        Column::new("account", Kind::Text, "account that owns the trail"),
        Column::new("region", Kind::Text, "home region of the trail"),
        Column::new("trail", Kind::Text, "name of the trail"),
        Column::new(
            "reason",
            Kind::Text,
            "`stopped`, `deleted`, or `unknown start`: started without a stop on record",
        ),
        Column::new(
            "is_multi_region",
            Kind::Flag,
            "whether it covers all regions; none when no change on record says so",
        ),
        Column::new(
            "is_organization",
            Kind::Flag,
            "whether it covers all accounts; none when no change on record says so",
        ),
        Column::new("switched_off_by", Kind::Text, "who switched it off"),
        Column::new("switched_on_by", Kind::Text, "who started it again"),
        Column::new(
            "event_id",
            Kind::Text,
            "`eventID` of the call that switched it off, or without one of the start",
        ),
        Column::new("log_key", Kind::Text, "key of the log file that holds it"),
    ]);
    for interval in intervals {
        let (from, until) = interval.moments();
        let evidence = interval.off.or(interval.on);
        rows.push([
            from.into(),
            until.into(),
            interval.minutes().into(),
            interval.trail.account.as_ref().into(),
            interval.trail.region.as_ref().into(),
            interval.trail.name.as_str().into(),
            interval.reason().into(),
            interval.settings.is_multi_region.into(),
            interval.settings.is_organization.into(),
            who(interval.off),
            who(interval.on),
            evidence.and_then(|switch| switch.event_id.as_ref()).into(),
            evidence.map(|switch| switch.log_key.as_str()).into(),
        ]);
    }
    Ok(rows.into_table("off", "When trails were off", "One row a time, in its order")?)
}

fn who(switch: Option<&Switch>) -> Value<'_> {
    switch.and_then(|switch| switch.principal.as_ref()).into()
}

/// Returns what a call is about: the trail or the event data store.
pub(super) fn target(call: &Request<'_>) -> Option<String> {
    call.first(&["name", "trailName", "eventDataStore", "eventDataStoreArn", "trailARN"])
}

/// Tells whether a call, when it succeeds, ends the recording of a store.
pub(super) fn is_store_ended(call: &Call) -> bool {
    matches!(call.name(), "DeleteEventDataStore" | "StopEventDataStoreIngestion")
}
