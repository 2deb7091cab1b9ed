//! The command line as a user runs it: a clean environment, a given clock, and all that comes out.

use std::path::Path;
use std::process::{Command, Stdio};

/// What a run left behind.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Ran {
    /// All of it in one text, for snapshots. Durations are blanked out.
    pub fn transcript(&self) -> String {
        let stderr = self.stderr.lines().map(|line| match line.split_once(" of JSON) in ") {
            Some((before, after)) => {
                let rest = after.split_once(" s").map_or("", |(_, rest)| rest);
                format!("{before} of JSON) in [time] s{rest}")
            }
            None => line.to_owned(),
        });
        let stderr: Vec<String> = stderr.collect();
        format!("{}--- stderr\n{}\n--- exit code {}", self.stdout, stderr.join("\n"), self.code)
    }
}

/// A command that is about to run.
pub struct Backtrail(Command);

/// Starts a command line in a folder.
pub fn backtrail(folder: impl AsRef<Path>) -> Backtrail {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backtrail"));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    // Without it the SDK would look for the metadata service of the machine.
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    Backtrail(command)
}

impl Backtrail {
    pub fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Gives it a text on standard input.
    pub fn stdin(mut self, path: &Path) -> Self {
        self.0.stdin(std::fs::File::open(path).unwrap());
        self
    }

    pub fn run(mut self) -> Ran {
        let output = self.0.output().unwrap();
        Ran {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// The command itself, for tests that signal it or close its output.
    pub fn into_command(self) -> Command {
        self.0
    }
}
