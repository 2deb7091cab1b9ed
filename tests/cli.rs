//! The command line as a user sees it: stdout, stderr and exit code.

mod alarms;
mod arguments;
mod check;
mod checkpoint;
mod convert;
mod counting;
mod delivery;
mod diff;
mod ends;
mod explain;
mod filters;
mod formats;
mod html_reports;
mod import;
mod lint;
mod match_event;
mod outputs;
mod plan;
mod queries;
mod reports;
mod rules;
mod s3;
mod scheduled;
mod scope;
mod sigma;
mod sources;
mod sync;
mod synthesis;
mod translate;

use crate::support::archive::Archive;
use crate::support::command::{Ran, backtrail};

/// Replays at a fixed moment, in the folder of the archive.
fn replay<'a>(archive: &Archive, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    let command = backtrail(archive.path()).args(["replay", "--now", "2026-04-01T00:00:00Z"]);
    command.args(arguments).run()
}
