//! `backtrail report`.

use super::args::{self, Global, ReportFormat};
use super::exit::{Exit, OrBadArguments as _};
use super::interrupt::Interrupt;
use super::output::Output;
use super::progress::Shown;
use super::state::State;
use super::{archive, checkpoint, ends, foot, options, select};
use backtrail::render::{self, DocumentFormat};
use backtrail::replay::checkpoint::Question;
use backtrail::replay::{self, Matcher, Options, Watch};
use backtrail::report::{self, Document, Reports, Settings};
use backtrail::source::Source;
use jiff::Timestamp;
use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;

/// Runs the command.
pub fn run(command: &args::Report, global: &Global) -> anyhow::Result<Exit> {
    if command.names == "list" {
        return list();
    }
    let names: Vec<String> = command.names.split(',').map(|name| name.trim().to_owned()).collect();
    let definitions = report::select(&names).or_bad_arguments()?;
    let now = global.now.unwrap_or_else(Timestamp::now);
    let now = checkpoint::moment(&command.scope, now).or_bad_arguments()?;
    let mut options = options(command, &names, now)?;
    if command.archives.is_empty() {
        return Err(anyhow::anyhow!("which archive? Give s3://bucket/prefix, a directory, a file, or -"))
            .or_bad_arguments();
    }
    let job =
        ["report".to_owned(), command.names.clone()].into_iter().chain(command.archives.iter().cloned());
    let state = State::open(&mut options.scope, &command.scope, job).or_bad_arguments()?;
    let settings = settings(&command.settings)?;
    let outputs = [
        ("-o", &command.output.output),
        ("--coverage", &command.output.coverage),
        ("--checkpoint", &command.scope.checkpoint),
    ];
    let sources = archive::open(&command.archives, &command.s3, options.max_object_size)?;
    ends::check_outputs(&command.archives, &outputs).or_bad_arguments()?;
    let reports = Reports::new(&definitions, &settings);
    let question = || Question::new(&sources, reports.queries(), reports.keeps(), &options);
    let checkpoint = checkpoint::open(&command.scope, &command.archives, question).or_bad_arguments()?;
    let interrupt = Interrupt::listen()?;
    let mut output = Output::open(command.output.output.as_deref(), &interrupt).or_bad_arguments()?;
    let coverage_path = command.output.coverage.as_deref();
    let coverage_file = coverage_path.map(|path| Output::open(Some(path), &interrupt));
    let coverage_file = coverage_file.transpose().or_bad_arguments()?;
    options::remark_on_regions(&options.scope);

    let shown = Shown::new(!command.output.no_progress);
    let watch = Watch { progress: &shown, interrupt: interrupt.flag(), checkpoint: checkpoint.as_ref() };
    let document = make(reports, &sources, (&options, now), watch, || shown.clear())?;
    let format = match command.output.format {
        ReportFormat::Json => DocumentFormat::Json,
        ReportFormat::Html => DocumentFormat::Html,
    };
    let written = render::write_document(&document, format, &mut output);
    ends::close(output, written, &document.coverage)?;
    foot::print(&document.coverage, shown.elapsed(), coverage_file.is_some());
    if let Some(file) = coverage_file {
        ends::write_coverage(&document.coverage, file)?;
    }
    checkpoint::end(checkpoint, &document.coverage)?;
    if let Some(state) = state {
        ends::remember(&state, &document.coverage, &interrupt)?;
    }
    Ok(ends::exit(&document.coverage, document.worst(), command.output.fail_on, &options.scope))
}

fn options(command: &args::Report, names: &[String], now: Timestamp) -> anyhow::Result<Options> {
    let options = options::common(&command.scope, &command.limits, now).or_bad_arguments()?;
    let is_pairing = names.iter().any(|name| name == "duplicates" || name == "compliance");
    Ok(Options { is_deduplicating: !command.output.no_dedupe, is_pairing, ..options })
}

fn settings(settings: &args::ReportSettings) -> anyhow::Result<Settings> {
    let benchmark = settings.benchmark.as_deref().map(str::parse).transpose().or_bad_arguments()?;
    let mut queries = select::load(&settings.queries)?.queries;
    if settings.queries.is_empty() {
        // Nobody filled in the parameters: these would find every role there is.
        queries.retain(|query| query.card.parameters.is_empty());
    }
    Ok(Settings {
        is_including_federated: settings.include_federated,
        benchmark: benchmark.unwrap_or_default(),
        price: settings.price,
        top: settings.top as usize,
        by: options::fields(&settings.by).or_bad_arguments()?,
        queries,
    })
}

/// Reads the archives once, for all reports.
fn make(
    mut reports: Reports,
    sources: &[Box<dyn Source>],
    (options, now): (&Options, Timestamp),
    watch: Watch<'_>,
    read: impl FnOnce(),
) -> anyhow::Result<Document> {
    let queries = reports.queries().to_vec();
    let matcher = Matcher::keeping(&queries, reports.keeps());
    let coverage = replay::run(sources, &matcher, options, watch, &mut |hit| {
        reports.take(hit);
        ControlFlow::Continue(())
    });
    read();
    Ok(reports.finish(ends::blame_arguments(coverage)?, now)?)
}

fn list() -> anyhow::Result<Exit> {
    let mut out = BufWriter::new(io::stdout());
    for definition in report::all() {
        writeln!(out, "{:<12} {}", definition.name, definition.question)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
