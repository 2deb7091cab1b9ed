//! What an archive says about the fields and values that patterns name.

use super::super::args::{Check, Global};
use super::super::exit::{Exit, OrBadArguments as _, say};
use super::super::interrupt::Interrupt;
use super::super::progress::Shown;
use super::super::{archive, ends, foot, options};
use backtrail::lint::{Observed, Seen};
use backtrail::query::Query;
use backtrail::replay::{self, Matcher, Watch};
use jiff::Timestamp;
use std::ops::ControlFlow;

/// Reads the archives once, when there are some; returns what was seen, and how the reading ended.
pub fn observe(
    command: &Check,
    global: &Global,
    queries: &[Query],
) -> anyhow::Result<(Option<(Observed, Seen)>, Exit)> {
    if command.archives.is_empty() {
        return Ok((None, Exit::Done));
    }
    let Some(observed) = Observed::of(queries) else {
        say("note: the archive is not read: these patterns look at no field of a record, or at more than 64");
        return Ok((None, Exit::Done));
    };
    let now = global.now.unwrap_or_else(Timestamp::now);
    let options = options::common(&command.scope, &command.limits, now).or_bad_arguments()?;
    let sources = archive::open(&command.archives, &command.s3, options.max_object_size)?;
    let interrupt = Interrupt::listen()?;
    let shown = Shown::new(true);
    let mut seen = observed.nothing();
    let coverage = {
        let matcher = Matcher::keeping(observed.queries(), observed.keeps());
        let watch = Watch { progress: &shown, interrupt: interrupt.flag(), checkpoint: None };
        replay::run(&sources, &matcher, &options, watch, &mut |hit| {
            seen.take(hit);
            ControlFlow::Continue(())
        })
    };
    shown.clear();
    let coverage = ends::blame_arguments(coverage)?;
    foot::print_reading(&coverage, shown.elapsed());
    let exit = ends::exit(&coverage, None, None, &options.scope);
    Ok((Some((observed, seen)), exit))
}
