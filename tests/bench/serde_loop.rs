//! A peer: the loop that comes to mind first, a value tree of every log file, on all threads.

use super::limit::log_files;
use super::question::Question;
use anyhow::Context as _;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Prints how many records below a folder answer the question.
#[expect(clippy::print_stdout, reason = "the number is what this is run for")]
pub fn print_count(archive: &Path, question: Question, threads: usize) -> anyhow::Result<()> {
    let paths = log_files(archive)?;
    let (next, found) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || -> anyhow::Result<()> {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.fetch_add(count(path, question)?, Ordering::Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a thread of the loop panicked"))
    })?;
    println!("{}", found.into_inner());
    Ok(())
}

fn count(path: &PathBuf, question: Question) -> anyhow::Result<u64> {
    let mut text = Vec::new();
    GzDecoder::new(fs::File::open(path)?).read_to_end(&mut text)?;
    let log_file: Value = serde_json::from_slice(&text)?;
    let records = log_file["Records"].as_array();
    let records = records.with_context(|| format!("{} has no `Records`", path.display()))?;
    Ok(records.iter().filter(|record| question.matches(record)).count() as u64)
}
