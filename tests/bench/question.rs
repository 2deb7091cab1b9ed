//! The questions that backtrail and its peers are asked, each in all their languages.

use super::jobs::{SELECTIVE, WRITES};
use serde_json::Value;

/// One of the two questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Question {
    /// Console sign-ins without MFA.
    SignIns,
    /// Calls that write.
    Writes,
}

impl Question {
    /// Both.
    pub const ALL: [Self; 2] = [Self::SignIns, Self::Writes];

    /// What it is called on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::Writes => "writes",
        }
    }

    /// What a replay is asked.
    pub fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::SignIns => SELECTIVE,
            Self::Writes => WRITES,
        }
    }

    /// The filter for jq.
    pub fn jq(self) -> &'static str {
        match self {
            Self::SignIns => {
                r#".Records[] | select(.eventType == "AwsConsoleSignIn" and .eventName == "ConsoleLogin" and .additionalEventData.MFAUsed != "Yes")"#
            }
            Self::Writes => ".Records[] | select(.readOnly == false)",
        }
    }

    /// What stands behind `WHERE`.
    pub fn sql(self) -> &'static str {
        match self {
            Self::SignIns => {
                "record.eventType = 'AwsConsoleSignIn' AND record.eventName = 'ConsoleLogin' \
                 AND record.additionalEventData.MFAUsed IS DISTINCT FROM 'Yes'"
            }
            Self::Writes => "record.readOnly = false",
        }
    }

    /// Tells whether a parsed record answers the question.
    pub fn matches(self, record: &Value) -> bool {
        match self {
            Self::SignIns => {
                record["eventType"] == "AwsConsoleSignIn"
                    && record["eventName"] == "ConsoleLogin"
                    && record["additionalEventData"]["MFAUsed"] != "Yes"
            }
            Self::Writes => record["readOnly"] == false,
        }
    }
}
