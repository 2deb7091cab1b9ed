//! Arguments of `match`, `check` and `queries`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

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
