//! The command line as clap sees it. Meaning is given to the texts elsewhere.

mod copies;
mod diff;
mod explain;
mod location;
mod queries;
mod report;

pub use copies::*;
pub use diff::*;
pub use explain::*;
pub use location::*;
pub use queries::*;
pub use report::*;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0    done, everything was read
  1    failed; or the answer is no (match, explain, check)
  2    bad arguments
  3    nothing to read: no log file in the scope
  4    coverage incomplete: something could not be read, or a rule not be used;
       each thing is named
  10   a hit as severe as --fail-on says
  130  stopped with Ctrl-C; what was covered until then is printed
Where several apply, the highest is returned. A closed pipe is no error.";

/// Looks back through AWS CloudTrail archives: replays stored EventBridge patterns over the log files of a trail, in
/// S3 or local, and shows what they would have caught.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
pub struct Global {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// The present moment, for runs that must be repeatable
    #[arg(long, global = true, hide = true, value_name = "MOMENT")]
    pub now: Option<jiff::Timestamp>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replay queries over archives and show the hits
    ///
    /// Runs stored event patterns over the CloudTrail log files of one or more archives and shows every record that an
    /// EventBridge rule with that pattern would have caught. Hits go to stdout (or -o), progress and coverage to stderr.
    Replay(Box<Replay>),
    /// Show what a run would read, without reading it: log files, bytes, requests, price, time and permissions
    ///
    /// Lists the archives with as few requests as a run makes, and reads nothing. `--save` writes the list of objects, and
    /// `--objects` takes one instead of listing, here and in `replay` and `report`.
    Plan(Box<Plan>),
    /// Make reports: what an auditor hands over
    ///
    /// Reads the archives once, however many reports are asked for, and writes findings, tables and charts with what was
    /// read and what was not. `backtrail report list` says which reports there are.
    Report(Box<Report>),
    /// Copy the log files of a bucket into a directory, verified
    ///
    /// Fetches the log files that the scope names and the directory lacks. What is there works as an archive for every
    /// other command, and gives the same answers as the bucket.
    Sync(Box<Sync>),
    /// Take log files apart into Parquet, for asking again and again
    ///
    /// Adds the log files that the scope names and the directory lacks, partitioned by account, region and day. Every other
    /// command takes such a directory for an archive and gives the same answers, in a fraction of the time when the
    /// question names its events.
    Convert(Box<Convert>),
    /// Explain why a record matches a query or not, or what in an archive nearly matched it
    ///
    /// Of a record (a file, standard input, or `--event-id` in an archive) the pattern is shown clause by clause with what
    /// stood there. Of an archive it is told how many records satisfied all clauses but one, which, and what they had
    /// instead. Ends with 1 when a record does not match.
    Explain(Box<Explain>),
    /// Compare two versions of a rule, or of a directory of rules, by what each would have caught
    ///
    /// Replays both in one pass: the hits that only the old, only the new and both have, by day and with examples, the alerts
    /// a day to expect, and which one more exclusion would remove how many.
    Diff(Box<Diff>),
    /// Test one event against one pattern, offline (like `aws events test-event-pattern`), or many cases at once
    Match(Match),
    /// Check stored queries: valid, described, their cases hold, and their patterns can match what they are meant to
    ///
    /// Prints a line for each query and what is wrong with it below; ends with 1 when a query must be mended. Queries
    /// that are named need not be described or have cases; what is there must be right. Findings about patterns have ids
    /// (`--list`, `--explain`), and fail a query only with `--deny`.
    Check(Box<Check>),
    /// List or show stored queries
    Queries(Queries),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

const REPLAY_EXAMPLES: &str = "\
Examples:
  backtrail replay samples
  backtrail replay s3://my-trail-bucket --since 90d --account 111122223333
  backtrail replay -q iam -q my-rule.json ./logs --format ndjson -o hits.ndjson
  backtrail replay -e '{\"detail\":{\"eventName\":[\"StopLogging\"]}}' ./logs
  backtrail replay -q sts/role-used --set role=Admin ./logs
  backtrail replay --alarms -q signin ./logs
  backtrail replay --count --by eventName,userIdentity.type ./logs

Without -q or -e all shipped queries run, those with a parameter only when --set fills it in.
Exit codes: see `backtrail --help`.";

/// Replays queries over archives and shows the hits.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub struct Replay {
    /// Archives: s3://bucket/prefix, a directory, a file, or - for standard input
    #[arg(value_name = "ARCHIVE", required_unless_present = "objects")]
    pub archives: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub approximation: Approximation,
    #[command(flatten)]
    pub rule: RuleLocation,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub s3: S3,
}

/// Which queries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queries")]
pub struct Selection {
    /// Stored queries (repeatable): a file, a directory, a rule document (describe-rule, list-rules, describe-metric-filters,
    /// CloudFormation, terraform show -json), or the id of shipped ones (`iam`, `cloudtrail/trail-stopped`)
    #[arg(short, long = "query", value_name = "PATH|ID")]
    pub queries: Vec<String>,
    /// An event pattern as JSON text, or a metric filter (repeatable)
    #[arg(short = 'e', long = "pattern", value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Fill in a parameter that a query's card declares; several values of one name are a choice
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Only records that a CloudWatch Logs filter pattern takes, like `{ $.errorCode = "AccessDenied*" }`
    #[arg(long = "where", id = "where", value_name = "FILTER")]
    pub only: Option<String>,
    /// Let patterns that name `AWS Console Signin via CloudTrail` match `AWS Console Sign In via CloudTrail`, and the
    /// other way round: AWS documents the one and sends the other
    #[arg(long)]
    pub signin_alias: bool,
}

/// Events that no trail records.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queries")]
pub struct Approximation {
    /// Approximate events that no trail records from the calls that cause them, so that patterns on them can be replayed;
    /// hits on them are marked
    #[arg(long, value_name = "EVENTS")]
    pub synthesize: Option<Synthesize>,
}

/// Events that can be approximated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Synthesize {
    /// `EC2 Instance State-change Notification`, from RunInstances, StartInstances, StopInstances, TerminateInstances and
    /// Spot interruptions
    Ec2State,
}

/// Which part of the archives.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub struct Scope {
    /// First moment of eventTime that counts: a date (UTC), RFC 3339, a span back from now (90d, 12h), or `last`: only
    /// log files that the last run with this --state has not read
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// First moment that no longer counts, written the same way
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Only this account (repeatable): the account that received the event
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Only this region (repeatable)
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Days behind --until in which late deliveries are still looked for
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=31))]
    pub late_slack: u16,
}

/// What is remembered from one run to the next.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub struct Memory {
    /// File that remembers which log files were read; it is written when the run is done
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// File that keeps what came of the log files while the run is under way: killed, the same command goes on from there.
    /// It is removed when the run is complete
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Days before the last run in which --since last still looks for log files that came late
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub look_back: u16,
}

/// What comes out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Format of the hits
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Write the hits to a file instead of stdout (-); it appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Count the hits of each query instead of showing them
    #[arg(long)]
    pub count: bool,
    /// Count by the values at these fields of the records, too (repeatable): paths as CloudTrail names them, like
    /// `eventName,userIdentity.type`
    #[arg(long, value_name = "FIELD", value_delimiter = ',', requires = "count")]
    pub by: Vec<String>,
    /// Show when the alarms on the queries (`[alarm]` on their cards) would have gone to ALARM and back, instead of the hits;
    /// evaluated as CloudWatch does at the end of every minute of eventTime
    #[arg(long, conflicts_with_all = ["count", "limit", "dry_run"])]
    pub alarms: bool,
    /// Stop after that many hits, in the order of the archive; what follows is not read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Keep only matches on which the rule would have fired for certain
    #[arg(long, conflicts_with_all = ["count", "limit"])]
    pub delivered: bool,
    /// Count and show an event only once, however often it was recorded (the default)
    #[arg(long, overrides_with = "no_dedupe")]
    pub dedupe: bool,
    /// Count and show every copy of an event
    #[arg(long)]
    pub no_dedupe: bool,
    /// Write the whole coverage to a file (- for stdout), as JSON
    #[arg(long, value_name = "FILE")]
    pub coverage: Option<PathBuf>,
    /// End with exit code 10 when there is a hit of this severity or a higher one
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Do not show progress
    #[arg(long)]
    pub no_progress: bool,
    /// Read nothing and show what would be read, like `backtrail plan`
    #[arg(long)]
    pub dry_run: bool,
}

/// Formats of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line: the raw record, the query and the log file's key
    Ndjson,
    /// Comma-separated values, safe to open in a spreadsheet
    Csv,
    /// The event as the bus would carry it, one a line
    Eventbridge,
}

/// Severities, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// How much machine a run may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Largest log file, stored or decompressed: bytes, or a number with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = crate::cli::size::parse)]
    pub max_object_size: u64,
    /// Threads that decode and match; one per core by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// How to reach S3. Credentials come from where the AWS command line finds them.
#[derive(Debug, Args)]
#[command(next_help_heading = "S3 (named as in the AWS CLI)")]
pub struct S3 {
    /// Read the list of objects from a file (- for standard input) instead of listing buckets: one that `backtrail plan
    /// --save` wrote, an S3 Inventory manifest with its CSV files beside it, or one of these; packed with gzip or not
    #[arg(long, value_name = "FILE")]
    pub objects: Option<PathBuf>,
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Another S3 endpoint; implies path-style addressing
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Do not sign requests: for public buckets
    #[arg(long)]
    pub no_sign_request: bool,
    /// Confirm that the requester pays
    #[arg(long, value_name = "PAYER", num_args = 0..=1, default_missing_value = "requester", value_parser = ["requester"])]
    pub request_payer: Option<String>,
    /// Address buckets by path, not by host name
    #[arg(long)]
    pub path_style: bool,
    /// Region of the bucket (--region selects log files); found out when not given
    #[arg(long, value_name = "REGION")]
    pub bucket_region: Option<String>,
}
