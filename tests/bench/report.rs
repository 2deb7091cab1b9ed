//! Everything that one run has measured: printed as tables, written as JSON.

use super::machine::Machine;
use super::measure::Outcome;
use super::{Output, bucket, pairs, peers, rooms, scaling, second};
use serde::Serialize;

/// The document of `--json`; `version` changes when a field changes meaning.
#[derive(Debug, Serialize)]
pub struct Report {
    version: u32,
    date: Option<String>,
    commit: Option<String>,
    /// What this program was asked.
    arguments: Vec<String>,
    machine: Machine,
    pub jobs: Vec<pairs::Row>,
    pub scaling: Vec<scaling::Row>,
    pub second: Vec<second::Row>,
    pub buckets: Vec<bucket::Row>,
    pub peers: Vec<peers::Row>,
    pub rooms: Vec<rooms::Row>,
}

impl Report {
    /// Returns a report of nothing yet.
    pub fn new(output: &Output) -> Self {
        Self {
            version: 1,
            date: output.date.clone(),
            commit: output.commit.clone(),
            arguments: std::env::args().skip(1).collect(),
            machine: Machine::this(),
            jobs: Vec::new(),
            scaling: Vec::new(),
            second: Vec::new(),
            buckets: Vec::new(),
            peers: Vec::new(),
            rooms: Vec::new(),
        }
    }

    /// Prints and writes the report.
    ///
    /// # Errors
    /// Returns an error when it cannot be written, and when something that was to be measured failed.
    #[expect(clippy::print_stdout, reason = "printing the tables is what this program is for")]
    pub fn publish(&self, output: &Output) -> anyhow::Result<()> {
        let Machine { model, cores, kernel, memory } = &self.machine;
        println!("{model}, {cores} cores, {memory}, Linux {kernel}\n");
        let tables = [
            (!self.jobs.is_empty()).then(|| pairs::table(&self.jobs)),
            (!self.scaling.is_empty()).then(|| scaling::table(&self.scaling)),
            (!self.second.is_empty()).then(|| second::table(&self.second)),
            (!self.buckets.is_empty()).then(|| bucket::table(&self.buckets)),
            (!self.peers.is_empty()).then(|| peers::table(&self.peers)),
            (!self.rooms.is_empty()).then(|| rooms::table(&self.rooms)),
        ];
        for table in tables.iter().flatten() {
            println!("{}", if output.markdown { table.markdown() } else { table.plain() });
        }
        if let Some(path) = &output.json {
            std::fs::write(path, serde_json::to_vec_pretty(self)?)?;
        }
        let failed = self.failed();
        anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }

    fn failed(&self) -> Vec<String> {
        let jobs = self.jobs.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)));
        let scaling = self.scaling.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)));
        let second = self.second.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)));
        let buckets = self.buckets.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)));
        let peers = self.peers.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_)));
        let mut failed: Vec<String> = jobs.map(|row| row.job.to_owned()).collect();
        failed.extend(scaling.map(|row| row.name.to_owned()));
        failed.extend(second.map(|row| row.name.to_owned()));
        failed.extend(buckets.map(|row| row.job.to_owned()));
        failed.extend(peers.map(|row| format!("{} of {}", row.question, row.program)));
        failed
    }
}
