//! What runs over archives have in common at their ends: outputs that are checked before and closed behind, and the exit
//! code.

use super::exit::{Exit, OrBadArguments as _, is_closed_pipe, say};
use super::interrupt::Interrupt;
use super::output::{self, Output};
use super::state::State;
use super::{args, options};
use anyhow::Context as _;
use backtrail::query::Severity;
use backtrail::replay::{self, Coverage, Stopped};
use backtrail::source::{self, Scope};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Refuses outputs that would take each other's place, or that of a log file.
pub fn check_outputs(archives: &[String], outputs: &[(&str, &Option<PathBuf>)]) -> anyhow::Result<()> {
    let outputs: Vec<_> = outputs.iter().filter_map(|(name, path)| Some((name, path.as_deref()?))).collect();
    for (number, (name, path)) in outputs.iter().enumerate() {
        let is_same = |(_, other): &&(_, &Path)| {
            path == other || output::place(path).is_some_and(|place| output::place(other) == Some(place))
        };
        if let Some((first, other)) = outputs[..number].iter().find(is_same) {
            anyhow::bail!("{first} and {name} both name `{}`: give each a file of its own", other.display());
        }
    }
    for (name, path) in outputs.iter().filter(|(_, path)| path.as_os_str() != "-") {
        let is_archive = |archive: &&String| output::place(path) == output::place(archive.as_str().as_ref());
        if let Some(archive) = archives.iter().find(is_archive) {
            anyhow::bail!("{name} would overwrite the archive `{archive}`: give another file");
        }
    }
    Ok(())
}

pub fn write_coverage(coverage: &Coverage, mut file: Output) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(coverage).context("cannot write the coverage")?;
    text.push(b'\n');
    file.write_all(&text).with_context(|| file.blame())?;
    file.finish()
}

/// Takes what a replay returned; a region that cannot be is found where the configuration is read, but a slip like any
/// other in the arguments.
pub fn blame_arguments(coverage: Result<Coverage, replay::Error>) -> anyhow::Result<Coverage> {
    match coverage {
        Err(error @ replay::Error::Source(source::Error::Region { .. })) => Err(error).or_bad_arguments(),
        coverage => Ok(coverage?),
    }
}

/// Remembers what was read for the next run, unless this one did not come to its end.
pub fn remember(state: &State, coverage: &Coverage, interrupt: &Interrupt) -> anyhow::Result<()> {
    match coverage.stopped {
        None => state.save(coverage, interrupt),
        Some(_) => {
            say(
                "note: the state is not written, because the run was stopped: the next one begins where this one did",
            );
            Ok(())
        }
    }
}

/// Gives the output its end. Returns whether all of it reached somebody: a reader who has gone away is no error, and an
/// interrupted run leaves no file that looks like the whole result.
pub fn close(output: Output, written: io::Result<()>, coverage: &Coverage) -> anyhow::Result<bool> {
    let blame = output.blame();
    if coverage.stopped == Some(Stopped::Interrupted) && output.is_replacing() {
        say(&format!("note: {} is not written: it would look like the whole result", output.name()));
        return Ok(false);
    }
    match written.context(blame).and_then(|()| output.finish()) {
        Ok(()) => Ok(true),
        Err(error) if is_closed_pipe(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Decides how the run ended. Where several ends apply, the highest exit code wins: a severe hit is worth more than the
/// news that there may be others.
pub fn exit(
    coverage: &Coverage,
    worst: Option<Severity>,
    fail_on: Option<args::Severity>,
    scope: &Scope,
) -> Exit {
    if coverage.stopped == Some(Stopped::Interrupted) {
        return Exit::Interrupted;
    }
    if fail_on.is_some_and(|fail_on| worst >= Some(severity(fail_on))) {
        return Exit::FailOn;
    }
    if !coverage.faults.is_empty() {
        return Exit::Incomplete;
    }
    if coverage.log_files.listed == 0 && scope.first_day.is_some() {
        say("nothing new: no log file that the last run has not read");
    } else if coverage.log_files.listed == 0 {
        say_nothing_to_read(&coverage.archives, scope);
    }
    match () {
        () if !coverage.queries_left_out.is_empty() => Exit::Incomplete,
        () if coverage.log_files.listed == 0 && scope.first_day.is_none() => Exit::NothingToRead,
        () => Exit::Done,
    }
}

fn say_nothing_to_read(archives: &[String], scope: &Scope) {
    let archives: Vec<String> = archives.iter().map(|name| format!("`{name}`")).collect();
    let (place, advice) = match options::is_narrow(scope) {
        true => (" of this scope", " (widen --since, --until, --account or --region)"),
        false => ("", ""),
    };
    say(&format!("nothing to read: no CloudTrail log file{place} in {}{advice}", archives.join(", ")));
}

fn severity(severity: args::Severity) -> Severity {
    match severity {
        args::Severity::Informational => Severity::Informational,
        args::Severity::Low => Severity::Low,
        args::Severity::Medium => Severity::Medium,
        args::Severity::High => Severity::High,
        args::Severity::Critical => Severity::Critical,
    }
}
