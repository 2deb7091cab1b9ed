//! What hits that are counted together have in common.

/// What hits that are counted together have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Tells groups of one run apart; the numbers are dense, and may be others in the next run.
    pub number: u32,
    /// The account the records belong to: the one they name, else the one in the log key.
    pub account: Option<String>,
    /// `awsRegion`.
    pub region: Option<String>,
    /// The values at the fields that were asked for; several at one field are joined by `, `.
    pub values: Vec<Option<String>>,
}
