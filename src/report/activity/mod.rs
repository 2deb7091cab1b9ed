//! What happened at all: events by service, name, account, region, principal and day, or by any fields.
//!
//! Everything is counted over all records of the scope, each event once. Insights are statements about calls and no
//! calls, so they are left out, like what no event bus carries (aggregated events).

mod by;
mod events;
mod newcomers;
mod regions;

use super::sentence::basis;
use super::{Ask, Definition, Error, Report, Section, Settings, Tally, who};
use crate::hit::Hit;
use crate::query::Severity;
use crate::record::Identity;
use crate::replay::{ACCOUNT, Coverage, HOUR, Keep};
use crate::words::plural;

/// The report.
pub const DEFINITION: Definition = Definition {
    name: "activity",
    title: "Activity",
    question: "which services and events, in which accounts and regions, by whom, on which days",
    make: |settings| {
        if settings.by.is_empty() {
            Box::new(Activity::new(settings))
        } else {
            Box::new(by::By::new(settings))
        }
    },
};

const EVENT: [&str; 3] = ["eventSource", "eventName", "errorCode"];
const PLACE: [&str; 4] = [ACCOUNT, "awsRegion", "readOnly", "userIdentity.type"];

/// Selects all events but Insights; `anything-but` alone would miss the oldest records, which have no `eventType`.
const EVENTS: &str = r#"{"detail":{"$or":[{"eventType":[{"anything-but":["AwsCloudTrailInsight"]}]},{"eventType":[{"exists":false}]}]}}"#;
const INSIGHTS: &str = r#"{"detail":{"eventType":["AwsCloudTrailInsight"]}}"#;

/// Asks for what `keep` says of all events.
fn events(id: &str, keep: Keep) -> Ask {
    Ask::pattern(id, EVENTS, keep)
}

/// Asks for the number of Insights.
fn insights() -> Ask {
    Ask::pattern("activity-insights", INSIGHTS, Ask::counts(&[]))
}

/// Says how many Insights were left out.
fn tell_insights(section: &mut Section, insights: u64) {
    if insights > 0 {
        let text = plural(insights, "Insights record is left out", "Insights records are left out");
        section.find(Severity::Informational, text);
    }
}

struct Activity {
    top: usize,
    insights: u64,
    /// By what was called, and where.
    calls: [Tally; 2],
    /// By who called, and when.
    callers: [Tally; 4],
}

impl Activity {
    fn new(settings: &Settings) -> Self {
        Self { top: settings.top, insights: 0, calls: Default::default(), callers: Default::default() }
    }
}

impl Report for Activity {
    fn asks(&self) -> Vec<Ask> {
        let callers = Ask::counts(&[&[HOUR], &Identity::FIELDS, &["sourceIPAddress"], &["userAgent"]]);
        // Apart, because together they come in far more ways.
        vec![
            events(DEFINITION.name, Ask::counts(&[&EVENT, &PLACE])),
            events("activity-callers", callers),
            insights(),
        ]
    }

    fn take(&mut self, ask: usize, hit: &Hit<'_>) {
        let tallies = match ask {
            0 => &mut self.calls[..],
            1 => &mut self.callers[..],
            _ => {
                self.insights += hit.span.records;
                return;
            }
        };
        for (place, tally) in tallies.iter_mut().enumerate() {
            tally.take(hit, place);
        }
    }

    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error> {
        let mut section = Section::new(DEFINITION.name, DEFINITION.title);
        let ([events, places], [hours, principals, addresses, agents]) = (self.calls, self.callers);
        let extent = [
            events::tell(&mut section, events)?,
            regions::tell(&mut section, places, coverage)?,
            newcomers::tell(
                &mut section,
                hours,
                [who::merge(principals), slots(addresses), slots(agents)],
                self.top,
            )?,
        ];
        let records = plural(extent[0].0, "record", "records");
        let text = match extent[0].0 {
            0 => format!("0 records {}", basis(coverage)),
            _ => format!("{records} {} {}", extent.map(|(_, words)| words).join(", "), basis(coverage)),
        };
        section.find(Severity::Informational, text);
        section.findings.rotate_right(1);
        tell_insights(&mut section, self.insights);
        Ok(section)
    }
}

fn slots(tally: Tally) -> Vec<super::Slot> {
    tally.into_slots().collect()
}
