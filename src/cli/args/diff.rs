//! Arguments of `diff`.

use super::{CardFormat, Limits, S3, Scope};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  backtrail diff old-rule.json new-rule.json ./logs
  backtrail diff main/rules/ rules/ s3://my-trail-bucket --since 30d
Exit codes: see `backtrail --help`.";

/// Compares two versions of rules by what they would have caught.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Diff {
    /// The version that was: a file, a directory, a rule document, or the id of shipped queries
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The version that is to be
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Archives: s3://bucket/prefix, a directory, a file, or - for standard input
    #[arg(value_name = "ARCHIVE", required_unless_present = "objects")]
    pub archives: Vec<String>,
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
