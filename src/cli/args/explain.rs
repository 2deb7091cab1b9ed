//! Arguments of `explain`.

use super::{CardFormat, Limits, RuleLocation, S3, Scope, Selection};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  backtrail explain -q iam/user-created record.json
  backtrail explain -q my-rule.json --event-id 7b9e4b1c-3f6a-4c52-9d1e-5a0f2c6d8e11 ./logs
  backtrail explain -q my-rule.json s3://my-trail-bucket --since 90d
Exit codes: see `backtrail --help`.";

/// Explains why records match a query, or do not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// A file with one record or event (- for standard input), or archives: s3://bucket/prefix, a directory, a file
    #[arg(value_name = "RECORD|ARCHIVE", required_unless_present = "objects")]
    pub archives: Vec<String>,
    /// Explain the record with this event id in the archives
    #[arg(long, value_name = "ID")]
    pub event_id: Option<String>,
    /// Of several queries (a directory, a rule document) explain the one with this id
    #[arg(long, value_name = "ID")]
    pub only: Option<String>,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub rule: RuleLocation,
    #[command(flatten)]
    pub scope: Scope,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub format: CardFormat,
    /// Do not show progress
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub s3: S3,
}
