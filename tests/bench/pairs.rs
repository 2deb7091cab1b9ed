//! Jobs against the limit, in pairs of runs.

use super::jobs::Job;
use super::measure::{Outcome, Spread, run};
use super::table::{Table, mebibytes, number, or_dash};
use serde::Serialize;
use std::process::Command;

/// One job.
#[derive(Debug, Serialize)]
pub struct Row {
    pub job: &'static str,
    pub what: &'static str,
    pub archive: &'static str,
    pub target: Option<f64>,
    pub memory_target_mib: Option<u64>,
    pub outcome: Outcome<Pairs>,
}

/// What the pairs of one job said.
#[derive(Debug, Serialize)]
pub struct Pairs {
    pub runs: usize,
    /// Processor time of job to limit, pair by pair.
    pub ratio: Spread,
    pub job_seconds: Spread,
    pub limit_seconds: Spread,
    pub job_wall_seconds: Spread,
    pub limit_wall_seconds: Spread,
    /// Largest of all runs, in bytes.
    pub peak_memory: u64,
}

impl Row {
    /// Measures a job.
    pub fn measure(job: &Job, replay: &mut Command, limit: &mut Command, runs: usize) -> Self {
        Self {
            job: job.name,
            what: job.what,
            archive: job.archive.name,
            target: job.target,
            memory_target_mib: job.memory_target,
            outcome: pairs(replay, limit, runs.min(job.most_runs)).into(),
        }
    }
}

/// Runs job and limit in turn. The first pair only warms the caches.
fn pairs(replay: &mut Command, limit: &mut Command, runs: usize) -> anyhow::Result<Pairs> {
    run(replay)?;
    run(limit)?;
    let mut pairs = Vec::new();
    for _ in 0..runs {
        pairs.push((run(replay)?, run(limit)?));
    }
    Ok(Pairs {
        runs,
        ratio: Spread::of(pairs.iter().map(|(job, limit)| job.processor / limit.processor)),
        job_seconds: Spread::of(pairs.iter().map(|(job, _)| job.processor)),
        limit_seconds: Spread::of(pairs.iter().map(|(_, limit)| limit.processor)),
        job_wall_seconds: Spread::of(pairs.iter().map(|(job, _)| job.wall)),
        limit_wall_seconds: Spread::of(pairs.iter().map(|(_, limit)| limit.wall)),
        peak_memory: pairs.iter().map(|(job, _)| job.peak_memory).max().unwrap_or_default(),
    })
}

/// Returns the table of all jobs.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(
        "Processor time against the limit",
        &[
            "job",
            "archive",
            "ratio",
            "target",
            "lowest",
            "highest",
            "job s",
            "limit s",
            "peak MiB",
            "target MiB",
        ],
    );
    for row in rows {
        let target = or_dash(row.target.map(|target| number(target, 2)));
        let memory_target = or_dash(row.memory_target_mib.map(|target| target.to_string()));
        let cells = |pairs: &Pairs| {
            vec![
                row.archive.to_owned(),
                number(pairs.ratio.median, 2),
                target,
                number(pairs.ratio.lowest, 2),
                number(pairs.ratio.highest, 2),
                number(pairs.job_seconds.median, 2),
                number(pairs.limit_seconds.median, 2),
                mebibytes(pairs.peak_memory),
                memory_target,
            ]
        };
        table.push(row.job, row.what, &row.outcome, cells);
    }
    table
}
