//! Where rules live.

use clap::{Args, ValueEnum};

/// Where the rules live whose patterns are replayed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleLocation {
    /// Region of the rules' bus: for each match it is told whether the rule would have fired, and why not (as with the next
    /// three; each goes before what a card or rule document says)
    #[arg(long, value_name = "REGION")]
    pub rule_region: Option<String>,
    /// Account of the rules' bus
    #[arg(long, value_name = "ID")]
    pub rule_account: Option<String>,
    /// State of the rules; ENABLED when nobody says
    #[arg(long, value_name = "STATE", ignore_case = true)]
    pub rule_state: Option<RuleState>,
    /// Event bus of the rules; `default` when nobody says
    #[arg(long, value_name = "NAME")]
    pub rule_bus: Option<String>,
}

/// States of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RuleState {
    /// Matches nothing
    #[value(name = "DISABLED")]
    Disabled,
    /// Sees everything but read-only management events
    #[value(name = "ENABLED")]
    Enabled,
    /// Sees read-only management events, too
    #[value(name = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")]
    All,
}
