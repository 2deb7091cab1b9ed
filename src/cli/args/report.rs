//! Arguments of `backtrail report`.

use super::{Limits, Memory, S3, Scope, Severity};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const REPORT_EXAMPLES: &str = "\
Examples:
  backtrail report list
  backtrail report show activity
  backtrail report activity samples
  backtrail report activity s3://my-trail-bucket --since 90d --format json -o activity.json
  backtrail report activity ./logs --format parquet -o tables/

Exit codes: see `backtrail --help`.";

/// Makes reports about archives.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct Report {
    /// Names of reports with commas between them; `list` to see which there are, `show NAME` what one consists of
    #[arg(value_name = "NAME[,NAME]")]
    pub names: String,
    /// Archives: s3://bucket/prefix, a directory, a file, or - for standard input
    #[arg(value_name = "ARCHIVE")]
    pub archives: Vec<String>,
    #[command(flatten)]
    pub settings: ReportSettings,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub output: ReportOutput,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub s3: S3,
}

/// What is set about reports.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub struct ReportSettings {
    /// Fields that `activity` counts by (repeatable): paths as CloudTrail names them, like `eventName,userIdentity.type`,
    /// or `account`, `day` and `hour`
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub by: Vec<String>,
    /// How many rows a ranking shows
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub top: u32,
    /// List sign-ins of federated principals, too: whether they used MFA is not known
    #[arg(long)]
    pub include_federated: bool,
    /// Version of the CIS AWS Foundations Benchmark; the newest by default
    #[arg(long, value_name = "VERSION")]
    pub benchmark: Option<String>,
    /// What another copy of 100,000 management events costs, in US dollars
    #[arg(long, value_name = "DOLLARS", default_value_t = 2.0)]
    pub price: f64,
    /// Stored queries that `queries` and `compliance` forecast (repeatable); the shipped ones by default
    #[arg(short, long = "query", value_name = "PATH|ID")]
    pub queries: Vec<String>,
    /// Only records that a CloudWatch Logs filter pattern takes, like `{ $.userIdentity.type != "AWSService" }`
    #[arg(long = "where", value_name = "FILTER")]
    pub only: Option<String>,
}

/// What comes out of reports.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ReportOutput {
    /// Format of the reports
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Write to a file instead of stdout (-), or to a directory (one that exists, or a path that ends in `/`): a file for
    /// every table, with findings and coverage beside them. Files appear when they are complete
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
    /// Time zone of what people read (table, markdown), like Europe/Berlin; machines read UTC
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// A file in MaxMind's format (repeatable) that adds country and network to source addresses
    #[arg(long, value_name = "MMDB")]
    pub geoip: Vec<PathBuf>,
    /// Count every copy of an event
    #[arg(long)]
    pub no_dedupe: bool,
    /// Write the whole coverage to a file (- for stdout), as JSON
    #[arg(long, value_name = "FILE")]
    pub coverage: Option<PathBuf>,
    /// End with exit code 10 when there is a finding of this severity or a higher one
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Do not show progress
    #[arg(long)]
    pub no_progress: bool,
}

/// Formats of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a row
    Ndjson,
    /// Comma-separated values, safe to open in a spreadsheet; one table a file
    Csv,
    /// Apache Parquet; one table a file
    Parquet,
    /// GitHub's Markdown
    Markdown,
    /// One HTML file with charts and sortable tables; it needs no network
    Html,
}
