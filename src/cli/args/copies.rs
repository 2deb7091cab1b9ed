//! Arguments of what looks at whole archives: `plan`, `sync` and `convert`.

use super::{Limits, S3, Scope};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const PLAN_EXAMPLES: &str = "\
Examples:
  backtrail plan s3://my-trail-bucket --since 90d
  backtrail plan s3://my-trail-bucket --since 90d --save objects.ndjson
  backtrail replay --objects objects.ndjson --since 90d
  backtrail plan s3://my-trail-bucket --restore-hint > restore.sh

Ends with 4 when something could not be listed or must be restored first.
Exit codes: see `backtrail --help`.";

/// Shows what a run would read.
#[derive(Debug, Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub struct Plan {
    /// Archives: s3://bucket/prefix, a directory or a file
    #[arg(value_name = "ARCHIVE", required_unless_present = "objects")]
    pub archives: Vec<String>,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub output: PlanOutput,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub s3: S3,
}

/// What `--speed` is by default.
pub const USUAL_SPEED: u64 = 50 << 20;

/// What comes out of a plan.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct PlanOutput {
    /// Format of the plan
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlanFormat,
    /// Write the plan to a file instead of stdout (-); it appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the list of objects to a file, for --objects
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Print the commands that restore what is archived, instead of the plan
    #[arg(long)]
    pub restore_hint: bool,
    /// Set a price in US dollars (repeatable): list, get, get-ia, get-gir (per 1,000 requests), retrieve-ia, retrieve-gir,
    /// to-region, to-internet (per GB); those of us-east-1 by default
    #[arg(long = "price", value_name = "NAME=DOLLARS")]
    pub prices: Vec<String>,
    /// Stored bytes that a run reads in a second, for the expected time: bytes, or a number with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "50M", value_parser = crate::cli::size::parse)]
    pub speed: u64,
}

/// Formats of plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

const SYNC_NOTES: &str = "\
A file appears only when it is whole: its length is checked, its ETag where that is an MD5, and the checksums that S3 \
keeps. Stopped at any moment, the same command goes on: what is there in the right size is not fetched again. Digests and \
everything else that is no log file are left out. --since and --until choose folders by day.

Examples:
  backtrail sync s3://my-trail-bucket ./mirror --since 90d
  backtrail replay ./mirror --since 90d

Exit codes: see `backtrail --help`.";

/// Copies the log files of a bucket into a directory.
#[derive(Debug, Args)]
#[command(after_help = SYNC_NOTES)]
pub struct Sync {
    /// The bucket: s3://bucket/prefix
    #[arg(value_name = "S3")]
    pub archive: String,
    /// The directory; it is made when it is not there
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Remove log files of the scope from the directory that the bucket does not have (any more); nothing is removed when
    /// something could not be listed or fetched
    #[arg(long)]
    pub delete: bool,
    /// Do not show progress
    #[arg(long)]
    pub no_progress: bool,
    /// Largest log file: bytes, or a number with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = crate::cli::size::parse)]
    pub max_object_size: u64,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub s3: S3,
}

const CONVERT_NOTES: &str = "\
The same command again adds only log files that are new. A log file that is odd in any way is kept as it was. --since \
and --until choose folders by day.

Examples:
  backtrail convert s3://my-trail-bucket ./lake --since 90d
  backtrail replay ./lake -q cloudtrail --since 90d

Exit codes: see `backtrail --help`.";

/// Takes log files apart into Parquet.
#[derive(Debug, Args)]
#[command(after_help = CONVERT_NOTES)]
pub struct Convert {
    /// Archives, and last the directory that is filled; it is made when it is not there
    #[arg(value_name = "ARCHIVE… DIR", required = true, num_args = 2..)]
    pub places: Vec<String>,
    /// Do not show progress
    #[arg(long)]
    pub no_progress: bool,
    /// Largest log file, stored or decompressed: bytes, or a number with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = crate::cli::size::parse)]
    pub max_object_size: u64,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub s3: S3,
}
