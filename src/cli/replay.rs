//! `backtrail replay`.

use super::alarms::{self, Alarms};
use super::args::{self, Global, Synthesize};
use super::exit::{Exit, OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::location::Deliveries;
use super::output::Output;
use super::progress::Shown;
use super::select::{Purpose, Selected};
use super::state::State;
use super::{archive, checkpoint, ends, foot, location, options, plan, select, terminal};
use backtrail::hit::{Hit, Sorter};
use backtrail::query::{Query, Severity};
use backtrail::render::{self, HitOptions, HitWriter, ListFormat};
use backtrail::replay::checkpoint::{Checkpoint, Question};
use backtrail::replay::{self, Coverage, Keep, Matcher, Options, Watch};
use backtrail::report::Counts;
use backtrail::source::Source;
use jiff::Timestamp;
use std::io;
use std::ops::ControlFlow;

/// Bytes of hits that are held for sorting by time.
const SORTED_BYTES: usize = 64 << 20;

/// Runs the command.
pub fn run(command: &args::Replay, global: &Global) -> anyhow::Result<Exit> {
    let now = global.now.unwrap_or_else(Timestamp::now);
    let now = checkpoint::moment(&command.memory, now).or_bad_arguments()?;
    let mut options = options::read(command, now).or_bad_arguments()?;
    let job = ["replay".to_owned()].into_iter().chain(command.archives.iter().cloned());
    let selection = &command.selection;
    let asked = selection.queries.iter().chain(&selection.patterns).chain(&selection.only);
    let job = job.chain(asked.cloned());
    let state = State::open(&mut options.scope, (&command.scope, &command.memory), job).or_bad_arguments()?;
    if command.output.dry_run {
        return dry_run(command, &options);
    }
    let by = options::fields(&command.output.by).or_bad_arguments()?;
    if command.output.count || command.output.alarms {
        ListFormat::try_from(format(command.output.format)).or_bad_arguments()?;
    }
    let purpose = if command.output.alarms { Purpose::Alarms } else { Purpose::Hits };
    let Selected { mut queries, correlations, left_out } = select::select(&command.selection, purpose)?;
    location::overlay(&mut queries, &command.rule).or_bad_arguments()?;
    if command.output.delivered {
        location::require(&queries).or_bad_arguments()?;
    }
    if purpose == Purpose::Alarms {
        alarms::retain(&mut queries, &correlations)?;
    }
    let alarms = command.output.alarms.then(|| Alarms::new(&queries, correlations)).transpose()?;
    let outputs = [
        ("-o", &command.output.output),
        ("--coverage", &command.output.coverage),
        ("--checkpoint", &command.memory.checkpoint),
    ];
    let sources = archive::open(&command.archives, &command.s3, options.max_object_size)?;
    ends::check_outputs(&command.archives, &outputs).or_bad_arguments()?;
    let keeps = match &alarms {
        Some(alarms) => alarms.keeps(),
        None => keeps(command, &queries, &by),
    };
    let question = || {
        let question = Question::new(&sources, &queries, &keeps, &options);
        if command.approximation.synthesize.is_some() { question.synthesizing() } else { question }
    };
    let checkpoint = checkpoint::open(&command.memory, &command.archives, question).or_bad_arguments()?;
    let interrupt = Interrupt::listen()?;
    let output = Output::open(command.output.output.as_deref(), &interrupt).or_bad_arguments()?;
    let coverage_path = command.output.coverage.as_deref();
    let coverage_file = coverage_path.map(|path| Output::open(Some(path), &interrupt));
    let coverage_file = coverage_file.transpose().or_bad_arguments()?;
    select::warn(&queries);
    select::note_unrecorded(&queries, command.approximation.synthesize);
    select::note_synthesis(command.approximation.synthesize);
    options::remark_on_regions(&options.scope);

    let shown = Shown::new(!command.output.no_progress);
    let run = Run {
        queries: &queries,
        keeps: &keeps,
        by: &by,
        checkpoint: checkpoint.as_ref(),
        sources: &sources,
        options: &options,
        command,
        global,
        shown: &shown,
        interrupt: &interrupt,
    };
    let (mut coverage, worst) = match alarms {
        Some(alarms) => run.ring(alarms, output)?,
        None if command.output.count => run.count(output)?,
        None => run.show(output)?,
    };
    coverage.leave_out(left_out);

    foot::print(&coverage, shown.elapsed(), coverage_file.is_some());
    if let Some(file) = coverage_file {
        ends::write_coverage(&coverage, file)?;
    }
    checkpoint::end(checkpoint, &coverage)?;
    if let Some(state) = state {
        ends::remember(&state, &coverage, &interrupt)?;
    }
    Ok(ends::exit(&coverage, worst, command.output.fail_on, &options.scope))
}

/// Shows what would be read.
fn dry_run(command: &args::Replay, options: &Options) -> anyhow::Result<Exit> {
    let format = match command.output.format {
        args::Format::Table => args::PlanFormat::Text,
        args::Format::Json => args::PlanFormat::Json,
        _ => return Err(anyhow::anyhow!("--dry-run shows a plan: as a table or as json")).or_bad_arguments(),
    };
    let output = args::PlanOutput {
        format,
        output: command.output.output.clone(),
        save: None,
        restore_hint: false,
        prices: Vec::new(),
        speed: args::USUAL_SPEED,
    };
    plan::plan(&command.archives, &command.s3, options, &output)
}

/// Everything that both ways of running need.
struct Run<'a> {
    queries: &'a [Query],
    keeps: &'a [Keep],
    /// The fields that hits are counted by.
    by: &'a [String],
    checkpoint: Option<&'a Checkpoint>,
    sources: &'a [Box<dyn Source>],
    options: &'a Options,
    command: &'a args::Replay,
    global: &'a Global,
    shown: &'a Shown,
    interrupt: &'a Interrupt,
}

impl Run<'_> {
    /// Shows the hits themselves, by time where they fit into memory.
    fn show(&self, mut output: Output) -> anyhow::Result<(Coverage, Option<Severity>)> {
        let options = self.look(&output);
        let mut sorter = Sorter::new(self.queries, SORTED_BYTES);
        let mut written = Ok(());
        let mut worst = None;
        let mut deliveries = Deliveries::default();
        let coverage = {
            let format = format(self.command.output.format);
            let mut writer = render::hits(format, &options, Box::new(&mut output));
            let coverage = self.replay(&mut |hit| {
                if !deliveries.take(hit) && self.command.output.delivered {
                    return ControlFlow::Continue(());
                }
                worst = worst.max(Some(hit.query.card.severity));
                written = sorter.take(hit, &mut |hit| self.shown.suspend(|| writer.write(hit)));
                if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if written.is_ok() {
                written = finish(&mut sorter, writer.as_mut());
            }
            coverage
        };
        if ends::close(output, written, &coverage)? && sorter.is_streaming() {
            say("note: too many hits to sort by time: they are in the order of the archive");
        }
        deliveries.say();
        Ok((coverage, worst))
    }

    /// Counts the hits of each query, by the fields that were asked for.
    fn count(&self, mut output: Output) -> anyhow::Result<(Coverage, Option<Severity>)> {
        let mut counts = Counts::default();
        let mut worst = None;
        let coverage = self.replay(&mut |hit| {
            worst = worst.max(Some(hit.query.card.severity));
            counts.take(hit);
            ControlFlow::Continue(())
        })?;
        let frame = counts.into_frame(self.queries, self.by)?;
        let counts = render::query_counts(&frame, self.queries, self.by)?;
        let list = ListFormat::try_from(format(self.command.output.format))?;
        let options = self.look(&output);
        let written = render::write_counts(list, &counts, &options, &mut output);
        ends::close(output, written, &coverage)?;
        Ok((coverage, worst))
    }

    /// Shows what the alarms on the queries did.
    fn ring(
        &self,
        mut alarms: Alarms<'_>,
        mut output: Output,
    ) -> anyhow::Result<(Coverage, Option<Severity>)> {
        let coverage = self.replay(&mut |hit| alarms.take(hit))?;
        let (changes, worst) = alarms.finish(&self.options.scope)?;
        let list = ListFormat::try_from(format(self.command.output.format))?;
        let options = self.look(&output);
        let written = render::write_alarms(list, &changes, &options, &mut output);
        ends::close(output, written, &coverage)?;
        Ok((coverage, worst))
    }

    /// How tables look: what goes to a file does not depend on the terminal.
    fn look(&self, output: &Output) -> HitOptions {
        let tells_delivery = location::is_known(self.queries);
        HitOptions { tells_delivery, ..terminal::look(self.global.color, output.is_stdout()) }
    }

    fn replay(&self, take: &mut dyn FnMut(&Hit<'_>) -> ControlFlow<()>) -> anyhow::Result<Coverage> {
        let matcher = match self.command.approximation.synthesize {
            Some(Synthesize::Ec2State) => Matcher::synthesizing(self.queries, self.keeps),
            None => Matcher::keeping(self.queries, self.keeps),
        };
        let (progress, interrupt) = (self.shown, self.interrupt.flag());
        let watch = Watch { progress, interrupt, checkpoint: self.checkpoint };
        let coverage = replay::run(self.sources, &matcher, self.options, watch, take);
        self.shown.clear();
        ends::blame_arguments(coverage)
    }
}

/// Returns what is kept of the hits.
fn keeps(command: &args::Replay, queries: &[Query], by: &[String]) -> Vec<Keep> {
    let keep = match command.output.count {
        true => Keep::Counts(vec![Counts::grouping(by)]),
        false => Keep::Record,
    };
    vec![keep; queries.len()]
}

fn finish(sorter: &mut Sorter<'_>, writer: &mut dyn HitWriter) -> io::Result<()> {
    sorter.finish(&mut |hit| writer.write(hit))?;
    writer.finish()
}

fn format(format: args::Format) -> render::Format {
    match format {
        args::Format::Table => render::Format::Table,
        args::Format::Json => render::Format::Json,
        args::Format::Ndjson => render::Format::Ndjson,
        args::Format::Csv => render::Format::Csv,
        args::Format::Eventbridge => render::Format::EventBridge,
    }
}
