//! Many small objects in a real S3 server on loopback: a replay against the server's own limit, which is a plain loop
//! that asks for the same objects and throws them away, and against copying them with the AWS command line first.

use super::inputs::{Archive, TINY, TINY_TOO};
use super::jobs::SELECTIVE;
use super::limit::log_files;
use super::measure::{Outcome, Spread, Used, run};
use super::programs::Programs;
use super::server::{ADDRESS, BUCKET};
use super::table::{Table, mebibytes, number};
use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What lies in the bucket, by prefix.
pub const ARCHIVES: [(&str, &Archive); 2] = [("a", &TINY), ("b", &TINY_TOO)];

/// Connections of the loop: more bring nothing.
const CONNECTIONS: usize = 64;

/// So many log files, about, have the accounts that the smaller job reads.
const FEW: usize = 20_000;

/// One program on one job.
#[derive(Debug, Serialize)]
pub struct Row {
    pub job: &'static str,
    pub program: &'static str,
    pub outcome: Outcome<Read>,
}

/// What the rounds said.
#[derive(Debug, Serialize)]
pub struct Read {
    pub runs: usize,
    pub objects: usize,
    pub wall_seconds: Spread,
    pub processor_seconds: Spread,
    /// By the clock on the wall against the loop, round by round.
    pub to_loop: Spread,
    /// Of the largest process and all runs, in bytes.
    pub peak_memory: u64,
}

/// Which objects are read.
pub struct Job {
    pub name: &'static str,
    /// Their paths in requests.
    paths: Vec<String>,
    accounts: Vec<String>,
    prefix: &'static str,
    most_runs: usize,
}

/// Returns both jobs: some accounts of the first archive, and everything.
pub fn jobs(archives: &BTreeMap<&'static str, PathBuf>) -> anyhow::Result<[Job; 2]> {
    let mut all = Vec::new();
    let mut by_account: BTreeMap<String, usize> = BTreeMap::new();
    for (prefix, folder) in archives {
        for path in log_files(folder)? {
            let key = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            // AWSLogs / organisation / account
            let account = key.split('/').nth(2).context("a log file outside an account")?;
            if *prefix == ARCHIVES[0].0 {
                *by_account.entry(account.to_owned()).or_default() += 1;
            }
            all.push(format!("/{BUCKET}/{prefix}/{key}"));
        }
    }
    all.sort();
    let accounts = accounts(by_account);
    let is_of = |path: &&String| accounts.iter().any(|account| path.contains(&format!("/{account}/")));
    let is_first = |path: &&String| path.starts_with(&format!("/{BUCKET}/{}/", ARCHIVES[0].0));
    let few = all.iter().filter(is_first).filter(is_of).cloned().collect();
    Ok([
        Job { name: "bucket-few", paths: few, accounts, prefix: ARCHIVES[0].0, most_runs: usize::MAX },
        Job { name: "bucket-many", paths: all, accounts: Vec::new(), prefix: "", most_runs: 5 },
    ])
}

/// Takes the largest accounts that fit.
fn accounts(by_account: BTreeMap<String, usize>) -> Vec<String> {
    let mut by_size: Vec<_> = by_account.into_iter().collect();
    by_size.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let mut left = FEW;
    by_size.retain(|(_, files)| {
        let fits = *files <= left;
        left -= if fits { *files } else { 0 };
        fits
    });
    by_size.into_iter().map(|(account, _)| account).collect()
}

impl Job {
    /// Runs all programs in turn.
    pub fn measure(&self, programs: &Programs, aws: &Path, (threads, runs): (usize, usize)) -> Vec<Row> {
        let row = |program, outcome| Row { job: self.name, program, outcome };
        match self.rounds(programs, aws, (threads, runs.min(self.most_runs))) {
            Ok(outcomes) => outcomes.into_iter().map(|(program, outcome)| row(program, outcome)).collect(),
            Err(error) => vec![row("backtrail", Outcome::Failed(format!("{error:#}")))],
        }
    }

    fn rounds(
        &self,
        programs: &Programs,
        aws: &Path,
        (threads, runs): (usize, usize),
    ) -> anyhow::Result<Vec<(&'static str, Outcome<Read>)>> {
        let folder = tempfile::tempdir()?;
        let (list, coverage) = (folder.path().join("list"), folder.path().join("coverage.json"));
        std::fs::write(&list, self.paths.join("\n"))?;
        let mut plain = programs.plain_get(ADDRESS, &list, CONNECTIONS);
        let place = format!("s3://{BUCKET}/{}", self.prefix);
        let mut replay = self.replay(programs, Path::new(&place), threads, Some(&coverage));
        let (mut loops, mut replays) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            loops.push(run(&mut plain)?);
            replays.push(run(&mut replay)?);
            let document: Value = serde_json::from_slice(&std::fs::read(&coverage)?)?;
            let read = &document["log_files"]["read"];
            anyhow::ensure!(read.as_u64() == Some(self.paths.len() as u64), "{read} log files were read");
        }
        let mut outcomes = vec![
            ("plain GET loop", Outcome::Measured(self.read(&loops, &loops))),
            ("backtrail", Outcome::Measured(self.read(&replays, &loops))),
        ];
        if !self.accounts.is_empty() {
            let copied = self.copy_and_replay(programs, aws, threads, folder.path());
            let copied = copied.map(|copied| copied.map(|used| self.read(&[used], &loops[..1])));
            outcomes
                .push(("aws s3 sync, then backtrail", copied.map_or_else(Outcome::Skipped, Outcome::from)));
        }
        Ok(outcomes)
    }

    fn replay(&self, programs: &Programs, place: &Path, threads: usize, coverage: Option<&Path>) -> Command {
        let mut arguments: Vec<OsString> = SELECTIVE.iter().map(Into::into).collect();
        if let Some(coverage) = coverage {
            arguments.extend(["--no-sign-request".into(), "--coverage".into(), coverage.into()]);
        }
        arguments.extend(self.accounts.iter().flat_map(|account| ["--account".into(), account.into()]));
        let mut replay = programs.replay(place, threads, &arguments);
        in_server(&mut replay);
        replay
    }

    /// Copies the accounts one after the other, as the AWS command line has it, and replays the copies. `Err` says why the
    /// program is not here.
    fn copy_and_replay(
        &self,
        programs: &Programs,
        aws: &Path,
        threads: usize,
        folder: &Path,
    ) -> Result<anyhow::Result<Used>, String> {
        if run(Command::new(aws).arg("--version").stdout(Stdio::null())).is_err() {
            return Err(format!("`{}` is not installed: pip install awscli", aws.display()));
        }
        let copy = folder.join("copy");
        let mut steps = Vec::new();
        let mut sync = Command::new(aws);
        sync.args(["s3", "sync", &format!("s3://{BUCKET}/{}", self.prefix)]).arg(&copy);
        sync.args(["--no-sign-request", "--only-show-errors", "--exclude", "*"]);
        sync.args(
            self.accounts.iter().flat_map(|account| ["--include".to_owned(), format!("*/{account}/*")]),
        );
        in_server(&mut sync);
        steps.push(sync);
        steps.push(self.replay(programs, &copy, threads, None));
        Ok(steps
            .iter_mut()
            .map(|step| run(step.stdout(Stdio::null())))
            .reduce(add)
            .unwrap_or_else(|| Err(anyhow::anyhow!("nothing was run"))))
    }

    fn read(&self, runs: &[Used], loops: &[Used]) -> Read {
        Read {
            runs: runs.len(),
            objects: self.paths.len(),
            wall_seconds: Spread::of(runs.iter().map(|used| used.wall)),
            processor_seconds: Spread::of(runs.iter().map(|used| used.processor)),
            to_loop: Spread::of(runs.iter().zip(loops).map(|(used, plain)| used.wall / plain.wall)),
            peak_memory: runs.iter().map(|used| used.peak_memory).max().unwrap_or_default(),
        }
    }
}

fn add(one: anyhow::Result<Used>, other: anyhow::Result<Used>) -> anyhow::Result<Used> {
    let (one, other) = (one?, other?);
    Ok(Used {
        processor: one.processor + other.processor,
        wall: one.wall + other.wall,
        peak_memory: one.peak_memory.max(other.peak_memory),
        stdout: String::new(),
    })
}

/// Nothing of the machine's own configuration is to be found.
fn in_server(command: &mut Command) {
    command.env("AWS_ENDPOINT_URL_S3", format!("http://{ADDRESS}")).env("AWS_REGION", "us-east-1");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_CONFIG_FILE", "/dev/null");
}

/// Returns the table of all jobs.
pub fn table(rows: &[Row]) -> Table {
    let header = [
        "job, program",
        "objects",
        "wall s",
        "objects/s",
        "cpu s",
        "wall / loop",
        "lowest",
        "highest",
        "peak MiB",
    ];
    let mut table = Table::new("Small objects in an S3 server on loopback, by wall clock", &header);
    for row in rows {
        table.push(format!("{}, {}", row.job, row.program), "", &row.outcome, |read| {
            let Spread { median, lowest, highest } = read.to_loop;
            let mut cells = vec![read.objects.to_string(), number(read.wall_seconds.median, 1)];
            cells.push(number(read.objects as f64 / read.wall_seconds.median, 0));
            cells.push(number(read.processor_seconds.median, 1));
            cells.extend([median, lowest, highest].map(|times| number(times, 2)));
            cells.push(mebibytes(read.peak_memory));
            cells
        });
    }
    table
}
