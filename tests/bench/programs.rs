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
    /// Returns a run over an archive: a replay, unless the arguments begin with another subcommand.
    pub fn replay(&self, archive: &Path, threads: usize, arguments: &[OsString]) -> Command {
        let is_subcommand =
            |argument: &&OsString| argument.to_str().is_some_and(|text| !text.starts_with('-'));
        let subcommand: Vec<_> = arguments.iter().take_while(is_subcommand).collect();
        let mut command = Command::new(&self.replay);
        match subcommand.as_slice() {
            [] => command.arg("replay"),
            words => command.args(words),
        };
        command.arg(archive).args(["--no-progress", "--threads", &threads.to_string()]);
        command.args(&arguments[subcommand.len()..]).stdout(Stdio::null());
        command
    }

    /// Returns a conversion.
    pub fn convert(&self, archive: &Path, folder: &Path) -> Command {
        let mut command = Command::new(&self.replay);
        command.arg("convert").arg(archive).arg(folder).arg("--no-progress");
        command
    }

    /// Returns the limit on an archive.
    pub fn limit(&self, archive: &Path, threads: usize) -> Command {
        let mut command = Command::new(&self.this);
        command.arg("limit").arg(archive).arg(threads.to_string()).stdout(Stdio::null());
        command
    }

    /// Returns the loop that asks a server for all paths of a list.
    pub fn plain_get(&self, address: &str, list: &Path, connections: usize) -> Command {
        let mut command = Command::new(&self.this);
        command.args(["plain-get", address]).arg(list).arg(connections.to_string()).stdout(Stdio::null());
        command
    }

    /// Returns the plain loop over an archive; it prints how many records it found.
    pub fn serde_loop(&self, archive: &Path, threads: usize, question: Question) -> Command {
        let mut command = Command::new(&self.this);
        command.arg("serde-loop").arg(archive).arg(question.name()).arg(threads.to_string());
        command
    }
}
