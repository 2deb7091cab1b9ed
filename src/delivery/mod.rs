//! Whether EventBridge would have put an event in front of a rule: the second verdict, beside whether the pattern matches.
//!
//! A rule sees the events of one bus, in one Region of one account, and of these not all. [`judge`] holds a record against
//! a [`Location`] and gives reasons; whether the pattern accepts the event is left to [`crate::language`].
//!
//! What a log file cannot tell is taken for good: that a trail with logging on recorded the event there, that the rule
//! existed and was enabled at that moment, and that its target answered.
//!
//! Sources: the EventBridge user guide, "AWS service events delivered via CloudTrail" and "Receiving read-only management
//! events from AWS services"; the CloudTrail user guide on global service events and limits.

mod facts;
mod location;
mod reason;
mod state;

pub use location::{Location, State, UnknownState};
pub use reason::{Reason, Weight};

use facts::Facts;

/// Most bytes of an event that reaches a bus: 256 KiB.
const MOST_BYTES: usize = 256 << 10;

/// The kinds of records that reach a bus, by `eventCategory`.
const CATEGORIES: [&str; 4] = ["Management", "Data", "Insight", "NetworkActivity"];

/// Whether a rule would have fired on an event that its pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It would have fired.
    Fires,
    /// AWS does not say whether it would have.
    Uncertain,
    /// It would have stayed silent.
    Silent,
}

impl Verdict {
    /// Returns the word for it: `yes`, `uncertain` or `no`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fires => "yes",
            Self::Uncertain => "uncertain",
            Self::Silent => "no",
        }
    }
}

/// The verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whether the rule would have fired.
    pub verdict: Verdict,
    /// Why not, or why nobody knows; empty when it would have. Those that forbid it come first.
    pub reasons: Vec<Reason>,
}

impl Delivery {
    fn new(mut reasons: Vec<Reason>) -> Self {
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight()));
        let verdict = match reasons.first().map(Reason::weight) {
            Some(Weight::Forbids) => Verdict::Silent,
            Some(Weight::Doubts) => Verdict::Uncertain,
            None => Verdict::Fires,
        };
        Self { verdict, reasons }
    }
}

/// Where an event was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the log files of a trail, or nobody knows.
    Trail,
    /// In Event history or CloudTrail Lake, which record without any trail.
    History,
    /// Nowhere: it is approximated from calls.
    Calls,
}

/// Judges whether a rule at `location` would have been given the event that wraps `record` (raw JSON). `key_account` is the
/// account in the log key, for records that name none.
pub fn judge(record: &[u8], key_account: Option<&str>, origin: Origin, location: &Location) -> Delivery {
    let facts = Facts::read(record);
    let mut reasons: Vec<Reason> = [
        bus(location),
        region(facts.region.as_deref(), location),
        account(facts.account.as_deref().or(key_account), location),
    ]
    .into_iter()
    .flatten()
    .collect();
    if origin == Origin::Calls {
        reasons.extend((location.state() == State::Disabled).then_some(Reason::Disabled));
        reasons.push(Reason::Approximated);
        return Delivery::new(reasons);
    }
    reasons.extend((origin == Origin::History).then_some(Reason::Untracked));
    reasons.extend(state::judge(&facts, location.state()));
    let size = facts.compact_size;
    reasons.extend((size > MOST_BYTES).then_some(Reason::Size { bytes: size }));
    reasons.extend(facts.is_late.then_some(Reason::Late));
    let strange = facts.category.as_deref().filter(|category| !CATEGORIES.contains(category));
    reasons.extend(strange.map(|category| Reason::Category { category: category.to_owned() }));
    Delivery::new(reasons)
}

fn bus(location: &Location) -> Option<Reason> {
    let bus = location.bus.as_deref().filter(|bus| *bus != location::DEFAULT_BUS)?;
    Some(Reason::Bus { bus: bus.to_owned() })
}

fn region(recorded: Option<&str>, location: &Location) -> Option<Reason> {
    let rule = location.region.as_deref()?;
    let recorded = recorded?;
    (recorded != rule).then(|| Reason::Region { recorded: recorded.to_owned(), rule: rule.to_owned() })
}

fn account(recorded: Option<&str>, location: &Location) -> Option<Reason> {
    let rule = location.account.as_deref()?;
    let recorded = recorded?;
    (recorded != rule).then(|| Reason::Account { recorded: recorded.to_owned(), rule: rule.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(region: Option<&str>, state: State) -> Location {
        Location { region: region.map(str::to_owned), state: Some(state), ..Location::default() }
    }

    fn verdict(record: &str, location: &Location) -> (Verdict, String) {
        let delivery = judge(record.as_bytes(), None, Origin::Trail, location);
        let ids: Vec<_> = delivery.reasons.iter().map(Reason::id).collect();
        (delivery.verdict, ids.join(" "))
    }

    const WRITE: &str = r#"{"eventName":"CreateUser","eventSource":"iam.amazonaws.com","eventType":"AwsApiCall",
        "eventCategory":"Management","readOnly":false,"awsRegion":"us-east-1","recipientAccountId":"111122223333"}"#;

    #[test]
    fn a_write_in_the_rules_place_fires() {
        let mut location = at(Some("us-east-1"), State::Enabled);
        location.account = Some("111122223333".to_owned());
        location.bus = Some("default".to_owned());
        assert_eq!(verdict(WRITE, &location), (Verdict::Fires, String::new()));
        assert_eq!(verdict(WRITE, &at(None, State::Disabled)), (Verdict::Silent, "disabled".to_owned()));
    }

    #[test]
    fn what_stands_in_event_history_need_not_have_been_on_a_bus() {
        let judged =
            |region| judge(WRITE.as_bytes(), None, Origin::History, &at(Some(region), State::Enabled));
        let delivery = judged("us-east-1");
        assert_eq!((delivery.verdict, delivery.reasons), (Verdict::Uncertain, vec![Reason::Untracked]));
        assert_eq!(judged("eu-west-1").verdict, Verdict::Silent);
    }

    #[test]
    fn every_wrong_place_is_a_reason_of_its_own() {
        let location = Location {
            region: Some("eu-west-1".to_owned()),
            account: Some("444455556666".to_owned()),
            bus: Some("security".to_owned()),
            state: None,
        };
        assert_eq!(verdict(WRITE, &location), (Verdict::Silent, "bus region account".to_owned()));
    }

    #[test]
    fn a_record_over_256_kib_reaches_no_bus() {
        let record = |bytes: usize| format!(r#"{{"readOnly":false,"x":"{}"}}"#, "y".repeat(bytes));
        let location = at(Some("us-east-1"), State::Enabled);
        assert_eq!(verdict(&record((256 << 10) - 25), &location).0, Verdict::Fires);
        assert_eq!(verdict(&record(256 << 10), &location), (Verdict::Silent, "size".to_owned()));
    }

    #[test]
    fn global_regions_are_those_of_the_bus() {
        let record = r#"{"eventType":"AwsConsoleSignIn","awsRegion":"global","readOnly":false}"#;
        assert_eq!(verdict(record, &at(Some("us-east-1"), State::Enabled)).0, Verdict::Fires);
    }

    #[test]
    fn late_records_are_uncertain_and_unknown_categories_never_arrive() {
        let late = r#"{"readOnly":false,"addendum":{"reason":"DELIVERY_DELAY"}}"#;
        let location = at(None, State::Enabled);
        assert_eq!(verdict(late, &location), (Verdict::Uncertain, "late".to_owned()));
        let strange = r#"{"readOnly":false,"eventCategory":"Aggregated"}"#;
        assert_eq!(verdict(strange, &location), (Verdict::Silent, "category".to_owned()));
    }

    #[test]
    fn approximated_events_are_uncertain_unless_the_place_is_wrong() {
        let judged = |state| judge(b"{\"state\":\"stopped\"}", None, Origin::Calls, &at(None, state)).verdict;
        assert_eq!(judged(State::Enabled), Verdict::Uncertain);
        assert_eq!(judged(State::Disabled), Verdict::Silent);
    }
}
