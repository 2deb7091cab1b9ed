//! `just bench`: whole replays against the limit, which is libdeflate decompressing the same log files on the same
//! number of threads and nothing else; and against what a user would run today. `just bench-rooms`: one room of the
//! library at a time, in this process.
//!
//! What is compared runs in turn, each in a process of its own, and ratios are taken round by round: other work on the
//! machine then disturbs all alike. Archives and queries lie outside the repository.

mod bucket;
mod clock;
mod compare;
mod inputs;
mod jobs;
mod limit;
mod machine;
mod measure;
mod pack;
mod pairs;
mod peers;
mod plain_get;
mod programs;
mod question;
mod report;
mod rooms;
mod scaling;
mod second;
mod serde_loop;
mod server;
mod sigma;
mod table;
mod walk;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run jobs, scaling and peers against the limit, and second questions against first ones, and print the ratios
    Compare(compare::Compare),
    /// Measure one room of the library at a time
    Rooms(rooms::Measure),
    /// The limit: read and decompress every log file of an archive, nothing else
    Limit { archive: PathBuf, threads: usize },
    /// The limit of a server: ask for every path of a list, throw the answers away
    PlainGet { address: String, list: PathBuf, connections: usize },
    /// A peer: decompress, parse every log file into a value tree, count the records that match
    SerdeLoop { archive: PathBuf, question: question::Question, threads: usize },
}

/// Where archives come from.
#[derive(Debug, Args)]
struct Inputs {
    /// Script that makes archives (`--events N --out FOLDER --truth FILE`), for those that are not there yet
    #[arg(long)]
    generator: Option<PathBuf>,
    /// Where archives and generated queries are kept
    #[arg(long, default_value_os_t = std::env::temp_dir().join("backtrail-bench"))]
    folder: PathBuf,
}

/// What becomes of the measurements.
#[derive(Debug, Args)]
struct Output {
    /// Print Markdown tables
    #[arg(long)]
    markdown: bool,
    /// Write everything to a file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Today, for the JSON file
    #[arg(long)]
    date: Option<String>,
    /// What is measured, for the JSON file
    #[arg(long)]
    commit: Option<String>,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Compare(compare) => compare.run(),
        Command::Rooms(measure) => measure.run(),
        Command::Limit { archive, threads } => limit::decompress(&archive, threads),
        Command::PlainGet { address, list, connections } => plain_get::get_all(&address, &list, connections),
        Command::SerdeLoop { archive, question, threads } => {
            serde_loop::print_count(&archive, question, threads)
        }
    }
}
