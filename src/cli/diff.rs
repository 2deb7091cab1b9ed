//! `backtrail diff`: what a changed rule would have caught.

use super::args::{CardFormat, Diff as Command, Global};
use super::exit::{Exit, OrBadArguments as _};
use super::interrupt::Interrupt;
use super::progress::Shown;
use super::{archive, ends, foot, options, select, terminal};
use backtrail::diff::{Compared, Diff};
use backtrail::render;
use backtrail::replay::{self, Coverage, Matcher, Watch};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;

/// Runs the command.
pub fn run(command: &Command, global: &Global) -> anyhow::Result<Exit> {
    let now = global.now.unwrap_or_else(Timestamp::now);
    let options = options::common(&command.scope, &command.limits, now).or_bad_arguments()?;
    let version = |path: &String| select::load(std::slice::from_ref(path));
    let diff = Diff::new(version(&command.old)?.queries, version(&command.new)?.queries);
    let sources = archive::open(&command.archives, &command.s3, options.max_object_size)?;
    let interrupt = Interrupt::listen()?;
    let shown = Shown::new(!command.no_progress);
    let mut comparison = diff.comparison();
    let coverage = {
        let matcher = Matcher::new(diff.queries());
        let watch = Watch { progress: &shown, interrupt: interrupt.flag(), checkpoint: None };
        replay::run(&sources, &matcher, &options, watch, &mut |hit| {
            comparison.take(hit);
            ControlFlow::Continue(())
        })
    };
    shown.clear();
    let coverage = ends::blame_arguments(coverage)?;
    let compared = comparison.finish();
    let days = days(&coverage, &compared);
    let mut out = BufWriter::new(std::io::stdout());
    match command.format {
        CardFormat::Text => {
            render::write_compared(&compared, days, &terminal::look(global.color, true), &mut out)?;
        }
        CardFormat::Json => render::write_compared_json(&compared, days, &mut out)?,
    }
    out.flush()?;
    foot::print_reading(&coverage, shown.elapsed());
    Ok(ends::exit(&coverage, None, None, &options.scope))
}

/// Returns how many days the archive covers; where no log key tells one, how many have hits.
fn days(coverage: &Coverage, compared: &[Compared]) -> u64 {
    let of_keys =
        coverage.accounts.values().flat_map(|regions| regions.values()).flat_map(|days| days.keys());
    let mut days: BTreeSet<Date> = of_keys.copied().collect();
    if days.is_empty() {
        days.extend(compared.iter().flat_map(|one| one.days.keys()).flatten());
    }
    days.len() as u64
}
