//! The command line as clap sees it. Meaning is given to the texts elsewhere.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0    done, everything was read
  1    failed; or the answer is no (match, check)
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
    /// Test one event against one pattern, offline (like `aws events test-event-pattern`), or many cases at once
    Match(Match),
    /// Check stored queries: valid, described, and their cases hold
    ///
    /// Prints a line for each query and what is wrong with it below; ends with 1 when a query must be mended. Queries
    /// that are named need not be described or have cases; what is there must be right.
    Check(Check),
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
    #[arg(long, value_name = "SIZE", default_value = "50M", value_parser = super::size::parse)]
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
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = super::size::parse)]
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
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = super::size::parse)]
    pub max_object_size: u64,
    #[command(flatten)]
    pub scope: Scope,
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

/// Which queries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queries")]
pub struct Selection {
    /// Stored queries (repeatable): a file, a directory, a rule document (describe-rule, list-rules, CloudFormation, terraform show
    /// -json), or the id of shipped ones (`iam`, `cloudtrail/trail-stopped`)
    #[arg(short, long = "query", value_name = "PATH|ID")]
    pub queries: Vec<String>,
    /// An event pattern as JSON text (repeatable)
    #[arg(short = 'e', long = "pattern", value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Fill in a parameter that a query's card declares; several values of one name are a choice
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Let patterns that name `AWS Console Signin via CloudTrail` match `AWS Console Sign In via CloudTrail`, and the
    /// other way round: AWS documents the one and sends the other
    #[arg(long)]
    pub signin_alias: bool,
    /// Approximate events that no trail records from the calls that cause them, so that patterns on them can be replayed;
    /// hits on them are marked
    #[arg(long, value_name = "EVENTS", conflicts_with = "checkpoint")]
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
    /// Stop after that many hits, in the order of the archive; what follows is not read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
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
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = super::size::parse)]
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

// Paragraphs are one line each: clap wraps them at the width of the terminal.
const MATCH_NOTES: &str = "\
The event may be an EventBridge event or a bare CloudTrail record, which is wrapped as EventBridge would do it. \
Prints `match` (exit code 0) or `no-match` (exit code 1). A pattern or an event that is refused ends with 2.

With --cases each line of FILE is {\"id\",\"pattern\",\"event\",\"expect\"}; pattern and event are objects, or strings \
that hold their text; expect is match, no-match or invalid. Prints one verdict a line, a summary last, and ends with 1 \
when a verdict is not the expected one. Events are taken as they stand.

Examples:
  backtrail match --pattern rule.json event.json
  backtrail match -e '{\"source\":[\"aws.iam\"]}' - < record.json
  backtrail match --cases cases.jsonl";

/// Tests one event against one pattern, or many cases at once.
#[derive(Debug, Args)]
#[command(after_help = MATCH_NOTES)]
pub struct Match {
    /// File with an event pattern
    #[arg(long, value_name = "FILE", required_unless_present_any = ["cases", "text"])]
    pub pattern: Option<PathBuf>,
    /// An event pattern as JSON text
    #[arg(
        short = 'e',
        long = "pattern-text",
        value_name = "PATTERN",
        id = "text",
        conflicts_with = "pattern"
    )]
    pub text: Option<String>,
    /// File with an event or a record, or - for standard input
    #[arg(value_name = "EVENT", required_unless_present = "cases")]
    pub event: Option<PathBuf>,
    /// File with cases, one a line, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pattern", "text", "event"])]
    pub cases: Option<PathBuf>,
}

/// Checks stored queries.
#[derive(Debug, Args)]
pub struct Check {
    /// Files, directories or rule documents, or ids of shipped queries; all shipped ones by default
    #[arg(value_name = "PATH|ID")]
    pub queries: Vec<String>,
}

/// Lists or shows stored queries.
#[derive(Debug, Args)]
pub struct Queries {
    #[command(subcommand)]
    pub action: QueriesAction,
}

#[derive(Debug, Subcommand)]
pub enum QueriesAction {
    /// List the shipped queries, or those in a file or directory
    List {
        /// Files, directories, rule documents or ids; all shipped queries by default
        #[arg(value_name = "PATH|ID")]
        queries: Vec<String>,
        /// Format of the list
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: ListFormat,
    },
    /// Show one query: its card and its pattern
    Show {
        /// The query's id, or a file
        #[arg(value_name = "ID|PATH")]
        query: String,
        /// As text or as JSON
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: CardFormat,
    },
}

/// Formats of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values
    Csv,
}

/// Formats of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CardFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}
