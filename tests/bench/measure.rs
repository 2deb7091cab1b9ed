//! Pairs of runs: the job, then the limit, each in a process of its own.

use super::jobs::Job;
use anyhow::Context as _;
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use wait4::Wait4 as _;

/// What one job cost.
#[derive(Debug, Serialize)]
pub struct Row {
    pub job: &'static str,
    pub target: Option<f64>,
    /// Median over the pairs of job to limit.
    pub ratio: f64,
    pub lowest_ratio: f64,
    pub highest_ratio: f64,
    /// Medians of user and system time, in seconds.
    pub job_seconds: f64,
    pub limit_seconds: f64,
    /// Largest of all runs, in bytes.
    pub peak_memory: u64,
}

/// Runs job and limit in turn. The first pair only warms the caches.
pub fn compare(
    job: &Job,
    program: &Path,
    replay: &[OsString],
    (archive, threads): (&Path, usize),
    runs: usize,
) -> anyhow::Result<Row> {
    let limit = ["limit".into(), archive.as_os_str().to_owned(), threads.to_string().into()];
    let this = std::env::current_exe()?;
    let (mut ratios, mut jobs, mut limits, mut peak_memory) = (vec![], vec![], vec![], 0);
    for number in 0..=runs {
        let (job_seconds, memory) = run(program, replay)?;
        let (limit_seconds, _) = run(&this, &limit)?;
        if number > 0 {
            ratios.push(job_seconds / limit_seconds);
            jobs.push(job_seconds);
            limits.push(limit_seconds);
            peak_memory = peak_memory.max(memory);
        }
    }
    Ok(Row {
        job: job.name,
        target: job.target,
        ratio: median(&mut ratios),
        lowest_ratio: ratios.first().copied().unwrap_or_default(),
        highest_ratio: ratios.last().copied().unwrap_or_default(),
        job_seconds: median(&mut jobs),
        limit_seconds: median(&mut limits),
        peak_memory,
    })
}

/// Returns the processor time in seconds and the peak memory in bytes.
fn run(program: &Path, arguments: &[OsString]) -> anyhow::Result<(f64, u64)> {
    let child = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let used = child.with_context(|| format!("cannot run {}", program.display()))?.wait4()?;
    anyhow::ensure!(used.status.success(), "{} {arguments:?} ended with {}", program.display(), used.status);
    Ok(((used.rusage.utime + used.rusage.stime).as_secs_f64(), used.rusage.maxrss))
}

/// Sorts the values and returns the one in the middle.
fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
