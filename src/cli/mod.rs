//! Arguments in, exit code out. The only room that knows the terminal, the environment and the clock.

mod alarms;
mod archive;
mod args;
mod atlas;
mod check;
mod checkpoint;
mod convert;
mod destination;
mod diff;
mod ends;
mod exit;
mod explain;
mod foot;
mod import;
mod interrupt;
mod location;
mod manual;
mod match_event;
mod moment;
mod options;
mod output;
mod plan;
mod progress;
mod queries;
mod replay;
mod report;
mod report_list;
mod select;
mod size;
mod state;
mod sync;
mod terminal;
mod translate;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// Runs the command line and returns its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Replay(command) => replay::run(&command, &arguments.global),
        Command::Plan(command) => plan::run(&command, &arguments.global),
        Command::Report(command) => report::run(&command, &arguments.global),
        Command::Convert(command) => convert::run(&command, &arguments.global),
        Command::Sync(command) => sync::run(&command, &arguments.global),
        Command::Match(command) => match_event::run(&command),
        Command::Explain(command) => explain::run(&command, &arguments.global),
        Command::Diff(command) => diff::run(&command, &arguments.global),
        Command::Check(command) => check::run(&command, &arguments.global),
        Command::Queries(command) => queries::run(&command, &arguments.global),
        Command::Completions { shell } => manual::print_completions(shell),
        Command::Man => manual::print_page(),
    };
    exit::conclude(done)
}
