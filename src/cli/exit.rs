//! How a run ends: one sentence for a person, one number for a script.

use backtrail::render::text::escape;
use std::io::Write as _;
use std::process::ExitCode;

/// How a run ended, as its exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; everything was read.
    Done = 0,
    /// The question was answered with no: `match` without a match, a case or a query that does not hold.
    Failed = 1,
    /// Arguments that make no sense (also clap's own code).
    BadArguments = 2,
    /// No log file in the scope.
    NothingToRead = 3,
    /// Something could not be read, or a rule not be used: the result may lack hits.
    Incomplete = 4,
    /// A hit as severe as `--fail-on` says.
    FailOn = 10,
    /// Stopped with Ctrl-C.
    Interrupted = 130,
}

/// An error that is the fault of the arguments.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BadArguments(#[from] pub anyhow::Error);

/// Marks errors as the fault of the arguments.
pub trait OrBadArguments<T> {
    /// Turns an error into one that ends with exit code 2.
    fn or_bad_arguments(self) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrBadArguments<T> for Result<T, E> {
    fn or_bad_arguments(self) -> anyhow::Result<T> {
        self.map_err(|error| BadArguments(error.into()).into())
    }
}

/// Prints the error, if there is one, and returns the exit code.
pub fn conclude(done: anyhow::Result<Exit>) -> ExitCode {
    let exit = match done {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Done,
        Err(error) => {
            say(&format!("error: {}", sentence(error.as_ref())));
            if error.is::<BadArguments>() { Exit::BadArguments } else { Exit::Failed }
        }
    };
    ExitCode::from(exit as u8)
}

/// Writes a line to stderr; with stderr closed there is nobody left to tell. Much of it comes from logs and from
/// servers, so nothing in it may act on the terminal.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", escape(line));
}

/// Joins an error and its causes into one line, leaving out causes that repeat what was said.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    for cause in std::iter::successors(Some(error), |error| error.source()) {
        let cause = plain(&cause.to_string());
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Puts a text into one line, without the excerpts that parsers draw and the numbers of the system's errors.
fn plain(text: &str) -> String {
    let is_drawn = |line: &&str| {
        line.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ').starts_with('|')
    };
    let lines = text.lines().filter(|line| !is_drawn(line)).map(str::trim);
    let text = lines.collect::<Vec<_>>().join(": ");
    match text.split_once(" (os error ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').map_or("", |(_, rest)| rest)),
        None => text,
    }
}

/// Tells whether an error only means that nobody reads the output any more.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
