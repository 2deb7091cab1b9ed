//! `just bench`: the processor time of whole replays against the limit, which is libdeflate decompressing the same log
//! files on the same number of threads and nothing else.
//!
//! Job and limit run in turn, each in a process of its own, and the ratio is taken pair by pair: other work on the
//! machine then disturbs both alike. Archives and queries lie outside the repository.

mod inputs;
mod jobs;
mod limit;
mod measure;
mod table;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the jobs and the limit in turn and print the ratios
    Compare(Compare),
    /// The limit: read and decompress every log file of an archive, nothing else
    Limit { archive: PathBuf, threads: usize },
}

#[derive(Debug, Args)]
struct Compare {
    /// Script that makes archives (`--events N --out FOLDER --truth FILE`), for archives that are not there yet
    #[arg(long)]
    generator: Option<PathBuf>,
    /// Where archives and generated queries are kept
    #[arg(long, default_value_os_t = std::env::temp_dir().join("backtrail-bench"))]
    folder: PathBuf,
    /// The program to measure; by default the one that was built together with this one
    #[arg(long)]
    program: Option<PathBuf>,
    /// Pairs of runs for each job
    #[arg(long, default_value_t = 7)]
    runs: usize,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Write the measurements to a file, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Jobs to run; by default all
    jobs: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Limit { archive, threads } => limit::decompress(&archive, threads),
        Command::Compare(compare) => {
            let program = match &compare.program {
                Some(program) => program.clone(),
                None => std::env::current_exe()?.with_file_name("backtrail"),
            };
            let mut rows = Vec::new();
            for job in jobs::all() {
                if !compare.jobs.is_empty() && !compare.jobs.iter().any(|name| name == job.name) {
                    continue;
                }
                let archive = inputs::archive(&compare.folder, &job.archive, compare.generator.as_deref())?;
                let queries = inputs::queries(&compare.folder)?;
                let mut replay = vec!["replay".into(), archive.clone().into_os_string()];
                replay.extend(["--no-progress", "--threads"].map(Into::into));
                replay.push(compare.threads.to_string().into());
                replay.extend(job.arguments(&queries));
                rows.push(measure::compare(
                    &job,
                    &program,
                    &replay,
                    (&archive, compare.threads),
                    compare.runs,
                )?);
            }
            table::print(&rows);
            if let Some(path) = &compare.json {
                std::fs::write(path, serde_json::to_vec_pretty(&rows)?)?;
            }
            Ok(())
        }
    }
}
