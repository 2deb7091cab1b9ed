//! The card of a stored query: what people should know about it, in TOML beside the pattern.

use super::Error;
use crate::alarm::Alarm;
use crate::delivery::Location;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// How bad a hit is, in the words that Security Hub and Sigma share. Ordered: `Critical` is the highest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    #[default]
    Informational,
    /// Rarely worth waking anyone.
    Low,
    /// Worth a look.
    Medium,
    /// Worth an alert.
    High,
    /// Drop everything.
    Critical,
}

impl Severity {
    /// All severities, the lowest first.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word for it, as cards and reports spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A word that is no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a severity: informational, low, medium, high or critical")]
pub struct UnknownSeverity {
    /// The word.
    pub word: String,
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|severity| severity.word() == word);
        found.ok_or_else(|| UnknownSeverity { word: word.to_owned() })
    }
}

/// A value that the user fills in with `--set name=value`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Path of the condition in the pattern that the value replaces.
    pub path: String,
    /// What to give, in one sentence.
    pub description: String,
}

/// What people should know about a query. The file is `NAME.toml` beside `NAME.json`.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Card {
    /// What it finds, a short phrase.
    pub title: String,
    /// Why that matters and what to look at, a few sentences.
    pub description: String,
    /// How bad a hit is.
    pub severity: Severity,
    /// `stable` or `experimental`.
    pub status: String,
    /// ATT&CK techniques (`attack.t1078.004`, ids of v19), CIS controls (`cis.7.0.5.2`), services.
    pub tags: Vec<String>,
    /// AWS documentation pages.
    pub references: Vec<String>,
    /// Harmless activity that matches too.
    pub false_positives: Vec<String>,
    /// Findings of `check` that are meant to be: their ids.
    pub allow: Vec<String>,
    /// What the user may fill in.
    pub parameters: BTreeMap<String, Parameter>,
    /// Where the rule lives, when somebody says so: then hits are told whether it would have fired.
    #[serde(skip_serializing_if = "is_unknown")]
    pub rule: Location,
    /// When so many hits would raise an alarm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
}

fn is_unknown(rule: &Location) -> bool {
    !rule.is_known()
}

impl Card {
    /// Reads a card; `file` is for messages.
    ///
    /// # Errors
    /// Returns the TOML error: also for a name that no card has, or a word that is no severity.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|source| Error::Card { file: file.to_owned(), source: Box::new(source) })
    }

    /// Tells whether the card itself states a severity: a missing one reads as `informational`, which nobody chose.
    pub(super) fn states_severity(text: &str) -> bool {
        text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("severity"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::State;
    use std::error::Error as _;

    #[test]
    fn a_card_is_read_with_its_parameters() {
        let text = r#"
            title = "Somebody signs in"
            severity = "high"
            status = "stable"
            [parameters.principal]
            path = "detail.userIdentity.arn"
            description = "Whom to watch."
            [rule]
            region = "eu-west-1"
            account = "111122223333"
            state = "ENABLED"
            event_bus = "default"
        "#;
        let card = Card::parse("x.toml", text).unwrap();
        assert_eq!(card.severity, Severity::High);
        assert_eq!(card.parameters["principal"].path, "detail.userIdentity.arn");
        assert_eq!(card.rule.region.as_deref(), Some("eu-west-1"));
        assert_eq!((card.rule.state, card.rule.bus.as_deref()), (Some(State::Enabled), Some("default")));
        assert!(Card::states_severity(text));
    }

    #[test]
    fn a_card_may_carry_an_alarm_and_a_wrong_one_is_refused() {
        let card =
            Card::parse("x.toml", "[alarm]\nthreshold = 5\nwindow = 600\ngroup_by = [\"sourceIPAddress\"]")
                .unwrap();
        assert!(matches!(card.alarm, Some(Alarm::Window(alarm)) if alarm.least == 5));
        let error = Card::parse("x.toml", "[alarm]\nthreshold = 5\nperiod = 45").unwrap_err();
        assert!(error.source().unwrap().to_string().contains("multiple of 60"));
    }

    #[test]
    fn an_unknown_name_in_a_card_is_refused_with_the_file() {
        let error = Card::parse("iam/x.toml", "titel = \"x\"").unwrap_err();
        assert_eq!(error.to_string(), "`iam/x.toml` is not a card");
        assert!(error.source().unwrap().to_string().contains("titel"));
    }

    #[test]
    fn a_word_that_is_no_severity_is_refused() {
        let error = Card::parse("x.toml", "severity = \"urgent\"").unwrap_err();
        assert!(error.source().unwrap().to_string().contains("urgent"));
        let error = "urgent".parse::<Severity>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`urgent` is not a severity: informational, low, medium, high or critical"
        );
    }

    #[test]
    fn severities_are_ordered_and_their_words_read_back() {
        assert!(Severity::ALL.is_sorted());
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse::<Severity>().unwrap(), severity);
        }
    }
}
