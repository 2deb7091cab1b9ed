//! What one run of a program costs, and what many runs say together.

use anyhow::Context as _;
use serde::Serialize;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4 as _;

/// What one run of a program used.
#[derive(Debug)]
pub struct Used {
    /// Processor time in seconds, user and system, of the program and all that it started.
    pub processor: f64,
    /// Seconds by the clock on the wall.
    pub wall: f64,
    /// Largest memory of any one process, in bytes.
    pub peak_memory: u64,
    /// What it printed, where the command wants that.
    pub stdout: String,
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> anyhow::Result<Used> {
    let name = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let spawned = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.with_context(|| format!("cannot run `{name}`"))?;
    // One after the other: what is kept of stdout is a number, and never fills the pipe.
    let stderr = read(child.stderr.take())?;
    let stdout = read(child.stdout.take())?;
    let used = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    anyhow::ensure!(used.status.success(), "`{name}` ended with {}: {}", used.status, complaint(&stderr));
    let processor = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok(Used { processor, wall, peak_memory: used.rusage.maxrss, stdout })
}

fn read(pipe: Option<impl Read>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the line that says most: the one that is called an error, else the last.
fn complaint(stderr: &str) -> &str {
    let mut lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let named = lines.clone().find(|line| line.starts_with("error"));
    named.or_else(|| lines.next_back()).unwrap_or("nothing on stderr")
}

/// What became of something that was to be measured.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    Measured(T),
    Failed(String),
    Skipped(String),
}

impl<T> From<anyhow::Result<T>> for Outcome<T> {
    fn from(result: anyhow::Result<T>) -> Self {
        match result {
            Ok(measured) => Self::Measured(measured),
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// Several values of one thing.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    pub median: f64,
    pub lowest: f64,
    pub highest: f64,
}

impl Spread {
    /// Returns the spread of the values, which are not none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let median = (at((values.len().max(1) - 1) / 2) + at(values.len() / 2)) / 2.0;
        Self { median, lowest: at(0), highest: at(values.len().max(1) - 1) }
    }
}
