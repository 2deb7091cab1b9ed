//! Arguments of `match`, `check` and `queries`.

use super::{Limits, RuleLocation, S3, Scope};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

// Paragraphs are one line each: clap wraps them at the width of the terminal.
const MATCH_NOTES: &str = "\
The event may be an EventBridge event or a bare CloudTrail record, which is wrapped as EventBridge would do it; metric \
filters and Sigma rules see the record itself. \
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
    /// File with an event pattern, a metric filter or a Sigma rule
    #[arg(long, value_name = "FILE", required_unless_present_any = ["cases", "text"])]
    pub pattern: Option<PathBuf>,
    /// An event pattern as JSON text, or a metric filter
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

const CHECK_NOTES: &str = "\
Examples:
  backtrail check rules/
  backtrail check rules/ --deny warning --format junit > results.xml
  backtrail check template.yaml --rule-region eu-west-1 --archive s3://my-trail-bucket
  backtrail check --explain missing-source
Exit codes: 0 all is right; 1 a query is not valid, a case does not hold, or a finding is denied; others as in `backtrail --help`.";

/// Checks stored queries.
#[derive(Debug, Args)]
#[command(after_help = CHECK_NOTES)]
pub struct Check {
    /// Files, directories or rule documents, or ids of shipped queries; all shipped ones by default
    #[arg(value_name = "PATH|ID")]
    pub queries: Vec<String>,
    /// Fail on findings of this level and above, too
    #[arg(long, value_name = "LEVEL")]
    pub deny: Option<LevelArgument>,
    /// Mend what can be mended without doubt, in files that hold one pattern
    #[arg(long)]
    pub fix: bool,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
    /// List the ids of all findings
    #[arg(long)]
    pub list: bool,
    /// Explain a finding by its id, with an example
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
    /// Name fields and values that no record of this archive has (repeatable)
    #[arg(long = "archive", value_name = "ARCHIVE")]
    pub archives: Vec<String>,
    #[command(flatten)]
    pub rule: RuleLocation,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub s3: S3,
}

/// Levels of findings, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArgument {
    /// Good to know
    Note,
    /// The rule sees more or less than its author thinks
    Warning,
    /// The rule never fires
    Error,
}

/// Formats of what was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML: a suite for each query, a test for each case
    Junit,
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
    /// Make stored queries of the rules in documents, or of those that are deployed
    #[command(after_help = IMPORT_NOTES)]
    Import(Import),
    /// Write queries in another language, and say what that loses
    ///
    /// The text goes to stdout; what it says differently is named on stderr. A query whose meaning the language cannot keep is
    /// refused by name, and the command ends with 1.
    Convert {
        /// Files, directories, rule documents or ids
        #[arg(value_name = "PATH|ID", required = true)]
        queries: Vec<String>,
        /// The language
        #[arg(long, value_name = "LANGUAGE")]
        to: Translated,
        /// The dialect of SQL, and the tables that it is written for
        #[arg(long, value_name = "DIALECT", default_value = "athena")]
        dialect: SqlDialect,
        /// As text, or as JSON with what is lost and refused
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: CardFormat,
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

const IMPORT_NOTES: &str = "\
Each rule becomes a pattern and a card beside it: TO/ID.json (a metric filter TO/ID.filter) and TO/ID.toml. What is there already and differs stays as it \
is, unless --force is given. --live only reads: events:ListEventBuses, events:ListRules and logs:DescribeMetricFilters; \
--policy prints the policy that allows these.

Examples:
  backtrail queries import template.yaml --to rules/
  aws events list-rules > rules.json; backtrail queries import rules.json --to rules/
  backtrail queries import --live --region eu-west-1,us-east-1 --to rules/

Ends with 4 when a rule cannot be used, or a service in a region did not answer.
Exit codes: see `backtrail --help`.";

/// Makes stored queries of rules.
#[derive(Debug, Args)]
pub struct Import {
    /// Files or directories: templates, plans, and what `aws events list-rules` and its kin print
    #[arg(value_name = "PATH", required_unless_present_any = ["live", "policy"])]
    pub documents: Vec<PathBuf>,
    /// Directory that the queries are written to; it is made when it is not there
    #[arg(long, value_name = "DIR", required_unless_present = "policy")]
    pub to: Option<PathBuf>,
    /// Write over what is there and differs
    #[arg(long)]
    pub force: bool,
    /// Read the rules and metric filters that are deployed, through the AWS API
    #[arg(long, help_heading = "AWS")]
    pub live: bool,
    /// Regions to read; the one of the environment or the profile by default
    #[arg(
        long = "region",
        value_name = "REGION",
        value_delimiter = ',',
        requires = "live",
        help_heading = "AWS"
    )]
    pub regions: Vec<String>,
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME", requires = "live", help_heading = "AWS")]
    pub profile: Option<String>,
    /// Another endpoint than AWS's own
    #[arg(long, value_name = "URL", requires = "live", help_heading = "AWS")]
    pub endpoint_url: Option<String>,
    /// Print the IAM policy that --live needs, and do nothing
    #[arg(long, help_heading = "AWS")]
    pub policy: bool,
}

/// Languages that queries are written in on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Translated {
    /// An Amazon EventBridge event pattern
    EventPattern,
    /// A filter pattern of CloudWatch Logs
    MetricFilter,
    /// A Sigma rule
    Sigma,
    /// SQL, see --dialect
    Sql,
}

/// Dialects of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SqlDialect {
    /// Amazon Athena: the documented table with manual partitions
    Athena,
    /// Amazon Athena: the documented table with partition projection
    AthenaProjection,
    /// Trino, over raw records
    Trino,
    /// Spark SQL, over raw records
    Spark,
    /// DuckDB, over raw records
    #[value(name = "duckdb")]
    DuckDb,
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
