//! `--checkpoint`: a run that was killed goes on where it was.

use super::exit::say;
use super::{args, output};
use anyhow::Context as _;
use backtrail::replay::checkpoint::{Checkpoint, Question};
use backtrail::replay::{Coverage, Stopped};
use backtrail::words::plural;
use jiff::Timestamp;
use std::path::Path;

/// Returns the moment as of which a run is: when it goes on, that of its beginning.
pub fn moment(memory: &args::Memory, now: Timestamp) -> anyhow::Result<Timestamp> {
    let begun = memory.checkpoint.as_deref().map(Checkpoint::begun).transpose()?.flatten();
    Ok(begun.unwrap_or(now))
}

/// Opens the file when the arguments name one. What comes over a pipe is gone when the run is taken up again, and a file
/// inside an archive would be taken for a log file.
pub fn open(
    memory: &args::Memory,
    archives: &[String],
    question: impl FnOnce() -> Question,
) -> anyhow::Result<Option<Checkpoint>> {
    let Some(path) = &memory.checkpoint else { return Ok(None) };
    let place = output::place(path).with_context(|| {
        format!("cannot make checkpoint `{}`: there is no such directory", path.display())
    })?;
    for archive in archives.iter().filter(|archive| !archive.starts_with("s3://")) {
        let metadata = std::fs::metadata(archive);
        let is_lasting = metadata.is_ok_and(|metadata| metadata.is_file() || metadata.is_dir());
        anyhow::ensure!(
            is_lasting,
            "--checkpoint: `{archive}` can be read only once, so no run over it goes on"
        );
        let is_inside = output::place(Path::new(archive)).is_some_and(|archive| place.starts_with(archive));
        anyhow::ensure!(
            !is_inside,
            "--checkpoint: `{}` lies in the archive `{archive}`: give another file",
            path.display()
        );
    }
    let checkpoint = Checkpoint::open(path, &question())?;
    if !checkpoint.is_empty() {
        let done = plural(checkpoint.len() as u64, "log file is", "log files are");
        say(&format!("note: going on with an earlier run: {done} done according to `{}`", path.display()));
    }
    Ok(Some(checkpoint))
}

/// Removes the file when the run has come to its end and the result is in its place.
pub fn end(checkpoint: Option<Checkpoint>, coverage: &Coverage) -> anyhow::Result<()> {
    match (checkpoint, coverage.stopped) {
        (None, _) => Ok(()),
        (Some(_), Some(Stopped::Interrupted | Stopped::OutputClosed)) => {
            say("note: the checkpoint is kept: the same command goes on from there");
            Ok(())
        }
        (Some(checkpoint), None | Some(Stopped::Limit)) => Ok(checkpoint.remove()?),
    }
}
