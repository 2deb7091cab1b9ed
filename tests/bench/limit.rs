//! The limit: reading and decompressing, on the same number of threads, into memory that is used again.

use anyhow::Context as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Decompresses every log file below a folder.
pub fn decompress(archive: &Path, threads: usize) -> anyhow::Result<()> {
    let paths = log_files(archive)?;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&paths, &next))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a thread of the limit panicked"))
    })
}

/// Returns the log files below a folder; digests, which lie beside them, are none.
pub fn log_files(archive: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    collect(archive, &mut paths)?;
    Ok(paths)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            if path.extension().is_some_and(|ending| ending == "gz") {
                paths.push(path);
            }
        } else if entry.file_name() != "CloudTrail-Digest" {
            collect(&path, paths)?;
        }
    }
    Ok(())
}

fn work(paths: &[PathBuf], next: &AtomicUsize) -> anyhow::Result<()> {
    let mut decompressor = libdeflater::Decompressor::new();
    let (mut stored, mut text) = (Vec::new(), Vec::new());
    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
        stored.clear();
        fs::File::open(path)?.read_to_end(&mut stored)?;
        let length = stored.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
        // Grown and zeroed up to the largest log file, and never shrunk.
        if text.len() < length {
            text.resize(length, 0);
        }
        let written = decompressor
            .gzip_decompress(&stored, &mut text[..length])
            .with_context(|| format!("cannot decompress {}", path.display()))?;
        anyhow::ensure!(written == length, "{} is not one gzip member", path.display());
    }
    Ok(())
}
