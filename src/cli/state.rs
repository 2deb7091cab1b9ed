//! What scheduled runs remember from one to the next: which log files were read, day by day.
//!
//! Never "the last key": log files come late, and between others. A run that goes on where the last one stopped looks
//! back some days and passes over what it knows.

use super::args;
use super::exit::say;
use super::interrupt::Interrupt;
use super::output::Output;
use anyhow::Context as _;
use backtrail::replay::Coverage;
use backtrail::source::{ReadBefore, Scope};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The word for `--since` that goes on where the last run stopped.
pub const LAST: &str = "last";

const VERSION: u32 = 1;

/// The file of `--state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    /// What the runs ask, of which archives: another question must not take over the answer's place.
    job: Vec<String>,
    /// When the last run began.
    last_run: Timestamp,
    /// Fingerprints of the log files read, by day of publication: 32 hexadecimal digits each.
    log_files: BTreeMap<Date, BTreeSet<String>>,
}

/// The state of a scheduled run.
pub struct State {
    path: PathBuf,
    look_back: u16,
    job: Vec<String>,
    now: Timestamp,
    /// What was read before.
    known: Option<Document>,
}

impl State {
    /// Reads the state, when the arguments name a file for it, and narrows the scope to what is new if they say so.
    pub fn open(
        scope: &mut Scope,
        (command, memory): (&args::Scope, &args::Memory),
        job: impl IntoIterator<Item = String>,
    ) -> anyhow::Result<Option<Self>> {
        let job: Vec<_> =
            job.into_iter().chain(command.accounts.clone()).chain(command.regions.clone()).collect();
        let is_going_on = command.since.as_deref() == Some(LAST);
        let Some(path) = &memory.state else {
            anyhow::ensure!(
                !is_going_on,
                "--since last: give the file that remembers the last run with --state"
            );
            return Ok(None);
        };
        let known = read(path)?;
        if let Some(known) = &known {
            anyhow::ensure!(
                known.job == job,
                "`{}` is the state of another run (`{}`): give each its own file",
                path.display(),
                known.job.join(" ")
            );
        }
        let state = Self { path: path.clone(), look_back: memory.look_back, job, now: scope.now, known };
        state.narrow(scope, is_going_on)?;
        Ok(Some(state))
    }

    fn narrow(&self, scope: &mut Scope, is_going_on: bool) -> anyhow::Result<()> {
        scope.read_before = Some(Arc::default());
        match &self.known {
            Some(known) if is_going_on => {
                scope.first_day = Some(self.first_day(known.last_run));
                let fingerprints = known.log_files.values().flatten();
                let parse = |text: &String| u128::from_str_radix(text, 16);
                let read_before: Result<ReadBefore, _> = fingerprints.map(parse).collect();
                let read_before = read_before.with_context(|| self.blame("is damaged"))?;
                scope.read_before = Some(Arc::new(read_before));
            }
            None if is_going_on => say(&format!(
                "note: `{}` is not there yet: this is the first run, and reads everything",
                self.path.display()
            )),
            _ => {}
        }
        Ok(())
    }

    /// Returns the first day in which log files may still arrive.
    fn first_day(&self, run: Timestamp) -> Date {
        let look_back = Span::new().days(i64::from(self.look_back));
        run.to_zoned(TimeZone::UTC).date().checked_sub(look_back).unwrap_or(Date::MIN)
    }

    /// Remembers what was read, for the next run. Days that the next run does not look back to are forgotten.
    pub fn save(&self, coverage: &Coverage, interrupt: &Interrupt) -> anyhow::Result<()> {
        let mut log_files = self.known.as_ref().map(|known| known.log_files.clone()).unwrap_or_default();
        for (day, fingerprints) in &coverage.log_files_read {
            let texts = fingerprints.iter().map(|fingerprint| format!("{fingerprint:032x}"));
            log_files.entry(*day).or_default().extend(texts);
        }
        let first_day = self.first_day(self.now);
        log_files.retain(|day, _| *day >= first_day);
        let document = Document { version: VERSION, job: self.job.clone(), last_run: self.now, log_files };
        let mut file = Output::open(Some(&self.path), interrupt)?;
        serde_json::to_writer(&mut file, &document).with_context(|| file.blame())?;
        file.write_all(b"\n").with_context(|| file.blame())?;
        file.finish()
    }

    fn blame(&self, what: &str) -> String {
        format!("`{}` {what}", self.path.display())
    }
}

fn read(path: &Path) -> anyhow::Result<Option<Document>> {
    let name = path.display();
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{name}`")),
    };
    let document: Document = serde_json::from_slice(&text)
        .with_context(|| format!("`{name}` is no state of a run, or damaged: remove it to begin anew"))?;
    anyhow::ensure!(
        document.version == VERSION,
        "`{name}` is of version {}, and this backtrail knows version {VERSION}",
        document.version
    );
    Ok(Some(document))
}
