//! Why a rule would not have fired, or why nobody knows.

use std::fmt;

/// What a reason does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// AWS does not say whether the event arrives.
    Doubts,
    /// The event does not arrive.
    Forbids,
}

/// Why a rule would not have fired on an event that its pattern matches, or why that is uncertain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The rule is switched off.
    Disabled,
    /// CloudTrail sends to the default bus only.
    Bus {
        /// The rule's bus.
        bus: String,
    },
    /// The event was on the bus of another Region.
    Region {
        /// Where it was recorded.
        recorded: String,
        /// Where the rule is.
        rule: String,
    },
    /// The event was on the bus of another account.
    Account {
        /// The account that received it.
        recorded: String,
        /// The account of the rule.
        rule: String,
    },
    /// A read-only management event, which a rule in the state `ENABLED` does not see.
    ReadOnly,
    /// A read-only management event with a name that does not begin with `Get`, `List` or `Describe`.
    ReadOnlyByName,
    /// The record does not say whether it is read-only, and its name does not tell.
    NoReadOnly,
    /// No read-only event by its record, but by its name.
    ReadOnlyName,
    /// The record is larger than an event may be.
    Size {
        /// Its size in bytes, without white space.
        bytes: usize,
    },
    /// The record was delivered late.
    Late,
    /// A kind of record that no bus carries.
    Category {
        /// Its `eventCategory`.
        category: String,
    },
    /// No trail recorded the event.
    Approximated,
    /// Event history or Lake has the event, and nothing says that a trail recorded it.
    Untracked,
}

impl Reason {
    /// Returns a short name that stays the same from version to version.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Bus { .. } => "bus",
            Self::Region { .. } => "region",
            Self::Account { .. } => "account",
            Self::ReadOnly => "read-only",
            Self::ReadOnlyByName => "read-only-by-name",
            Self::NoReadOnly => "no-read-only",
            Self::ReadOnlyName => "read-only-name",
            Self::Size { .. } => "size",
            Self::Late => "late",
            Self::Category { .. } => "category",
            Self::Approximated => "approximated",
            Self::Untracked => "untracked",
        }
    }

    /// Returns what it does to the verdict.
    pub fn weight(&self) -> Weight {
        match self {
            Self::ReadOnlyByName
            | Self::NoReadOnly
            | Self::ReadOnlyName
            | Self::Late
            | Self::Approximated
            | Self::Untracked => Weight::Doubts,
            _ => Weight::Forbids,
        }
    }

    /// Returns a few words for a narrow column.
    pub fn words(&self) -> String {
        match self {
            Self::Disabled => "disabled".to_owned(),
            Self::Bus { .. } => "custom bus".to_owned(),
            Self::Region { recorded, .. } => format!("in {recorded}"),
            Self::Account { recorded, .. } => format!("in {recorded}"),
            Self::ReadOnly => "read-only".to_owned(),
            Self::ReadOnlyByName => "read-only with an odd name".to_owned(),
            Self::NoReadOnly => "perhaps read-only".to_owned(),
            Self::ReadOnlyName => "read-only name".to_owned(),
            Self::Size { .. } => "over 256 KB".to_owned(),
            Self::Late => "late".to_owned(),
            Self::Category { category } => category.clone(),
            Self::Approximated => "approximated".to_owned(),
            Self::Untracked => "perhaps in no trail".to_owned(),
        }
    }
}

impl fmt::Display for Reason {
    /// Writes one sentence, lower case, without full stop.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disabled => formatter.write_str("the rule is DISABLED"),
            Self::Bus { bus } => write!(
                formatter,
                "CloudTrail sends to the default bus: bus `{bus}` sees what a rule forwards to it"
            ),
            Self::Region { recorded, rule } => {
                write!(formatter, "the event was on the bus of {recorded}, the rule is in {rule}")
            }
            Self::Account { recorded, rule } => {
                write!(formatter, "the event was on the bus of account {recorded}, the rule is in {rule}")
            }
            Self::ReadOnly => formatter.write_str(
                "a read-only management event reaches only rules in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
            ),
            Self::ReadOnlyByName => formatter.write_str(
                "a read-only management event, but its name begins with none of Get, List, Describe: AWS says both that it \
                 needs the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS and that ENABLED may receive it",
            ),
            Self::NoReadOnly => formatter
                .write_str("the record does not say whether it is read-only, and its name does not tell either"),
            Self::ReadOnlyName => formatter.write_str(
                "no read-only event by its record, but its name begins with Get, List or Describe: such events were seen not \
                 to arrive in the state ENABLED",
            ),
            Self::Size { bytes } => {
                write!(formatter, "with {bytes} bytes the record is larger than 256 KB, which no event may be")
            }
            Self::Late => formatter
                .write_str("the record was delivered late (DELIVERY_DELAY): AWS does not say whether its event was sent"),
            Self::Category { category } => {
                write!(formatter, "records of the category `{category}` are on no bus")
            }
            Self::Untracked => formatter.write_str(
                "it stands in Event history or CloudTrail Lake, and only what a trail with logging on recorded reaches a bus",
            ),
            Self::Approximated => {
                formatter.write_str("the event is approximated from a call: no trail recorded it")
            }
        }
    }
}
