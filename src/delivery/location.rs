//! Where a rule lives: bus, Region, account, and in which state.

use std::fmt;
use std::str::FromStr;

/// The bus that CloudTrail sends to.
pub(super) const DEFAULT_BUS: &str = "default";

/// The state of a rule, as EventBridge spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The rule matches nothing.
    Disabled,
    /// The rule sees everything but read-only management events.
    Enabled,
    /// The rule sees read-only management events, too.
    EnabledWithAllCloudtrailManagementEvents,
}

impl State {
    /// All states.
    pub const ALL: [Self; 3] =
        [Self::Disabled, Self::Enabled, Self::EnabledWithAllCloudtrailManagementEvents];

    /// Returns EventBridge's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Enabled => "ENABLED",
            Self::EnabledWithAllCloudtrailManagementEvents => "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A word that is no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no state of a rule: DISABLED, ENABLED or ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")]
pub struct UnknownState {
    /// The word.
    pub word: String,
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|state| state.word() == word);
        found.ok_or_else(|| UnknownState { word: word.to_owned() })
    }
}

/// Where a rule lives, as far as somebody said so.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Location {
    /// Region of its bus; any when it is not known.
    pub region: Option<String>,
    /// Account of its bus; any when it is not known.
    pub account: Option<String>,
    /// Its state; `ENABLED` when it is not known, as for a rule that is made without one.
    pub state: Option<State>,
    /// Name of its bus; `default` when it is not known.
    #[serde(rename = "event_bus")]
    pub bus: Option<String>,
}

impl Location {
    /// Tells whether anything is known: without, there is no second verdict.
    pub fn is_known(&self) -> bool {
        *self != Self::default()
    }

    /// Returns the state that counts.
    pub fn state(&self) -> State {
        self.state.unwrap_or(State::Enabled)
    }

    /// Takes over what `other` knows; that goes before what was known.
    pub fn overlay(&mut self, other: &Self) {
        let later = |own: &mut Option<String>, other: &Option<String>| {
            if other.is_some() {
                own.clone_from(other);
            }
        };
        later(&mut self.region, &other.region);
        later(&mut self.account, &other.account);
        later(&mut self.bus, &other.bus);
        self.state = other.state.or(self.state);
    }

    /// Reads the ARN of a rule: `arn:aws:events:REGION:ACCOUNT:rule/[BUS/]NAME`. What it does not tell stays unknown.
    pub fn of_rule_arn(arn: &str) -> Self {
        let Some((region, account, resource)) = parts(arn) else { return Self::default() };
        let Some(name) = resource.strip_prefix("rule/") else { return Self::default() };
        // A partner bus has slashes in its name (`aws.partner/example.com/123`), a rule has none.
        let bus = name.rsplit_once('/').map_or(DEFAULT_BUS, |(bus, _)| bus);
        Self { region, account, state: None, bus: Some(bus.to_owned()) }
    }

    /// Reads a bus as rules name it: by its name, or by its ARN, which tells Region and account, too.
    pub fn of_bus(bus: &str) -> Self {
        match parts(bus)
            .and_then(|(region, account, name)| Some((region, account, name.strip_prefix("event-bus/")?)))
        {
            Some((region, account, name)) => {
                Self { region, account, state: None, bus: Some(name.to_owned()) }
            }
            None => Self { bus: Some(bus.to_owned()), ..Self::default() },
        }
    }
}

/// Returns Region, account and resource of an ARN of EventBridge.
fn parts(arn: &str) -> Option<(Option<String>, Option<String>, &str)> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':').skip(1);
    let (service, region, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (service == "events").then(|| (given(region), given(account), resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_where_a_rule_is() {
        let location = Location::of_rule_arn("arn:aws:events:eu-west-1:111122223333:rule/logins");
        assert_eq!(location.region.as_deref(), Some("eu-west-1"));
        assert_eq!(location.account.as_deref(), Some("111122223333"));
        assert_eq!(location.bus.as_deref(), Some("default"));
        let partner =
            Location::of_rule_arn("arn:aws:events:eu-west-1:111122223333:rule/aws.partner/x.com/1/logins");
        assert_eq!(partner.bus.as_deref(), Some("aws.partner/x.com/1"));
        assert!(!Location::of_rule_arn("arn:aws:iam::111122223333:role/x").is_known());
        let bus = Location::of_bus("arn:aws:events:eu-west-1:111122223333:event-bus/security");
        assert_eq!((bus.bus.as_deref(), bus.region.as_deref()), (Some("security"), Some("eu-west-1")));
        assert_eq!(Location::of_bus("default").bus.as_deref(), Some("default"));
    }

    #[test]
    fn what_is_said_later_goes_first() {
        let mut location = Location::of_rule_arn("arn:aws:events:eu-west-1:111122223333:rule/logins");
        location.overlay(&Location {
            region: Some("us-east-1".to_owned()),
            state: Some(State::Disabled),
            ..Location::default()
        });
        assert_eq!(location.region.as_deref(), Some("us-east-1"));
        assert_eq!(location.account.as_deref(), Some("111122223333"));
        assert_eq!(location.state(), State::Disabled);
        assert_eq!(Location::default().state(), State::Enabled);
    }

    #[test]
    fn states_are_read_as_they_are_shown() {
        for state in State::ALL {
            assert_eq!(state.to_string().parse::<State>(), Ok(state));
        }
        assert!("enabled".parse::<State>().is_err());
    }
}
