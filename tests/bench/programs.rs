//! The programs that are measured, ready to run.

use super::question::Question;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the programs are.
#[derive(Debug)]
pub struct Programs {
    /// backtrail.
    pub replay: PathBuf,
    /// This program, which is the limit, too.
    pub this: PathBuf,
}

impl Programs {
    /// Returns a replay of an archive.
    pub fn replay(&self, archive: &Path, threads: usize, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.replay);
        command.arg("replay").arg(archive).args(["--no-progress", "--threads", &threads.to_string()]);
        command.args(arguments).stdout(Stdio::null());
        command
    }

    /// Returns the limit on an archive.
    pub fn limit(&self, archive: &Path, threads: usize) -> Command {
        let mut command = Command::new(&self.this);
        command.arg("limit").arg(archive).arg(threads.to_string()).stdout(Stdio::null());
        command
    }

    /// Returns the plain loop over an archive; it prints how many records it found.
    pub fn serde_loop(&self, archive: &Path, threads: usize, question: Question) -> Command {
        let mut command = Command::new(&self.this);
        command.arg("serde-loop").arg(archive).arg(question.name()).arg(threads.to_string());
        command
    }
}
