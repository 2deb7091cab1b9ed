//! `backtrail report`.

use super::args::{self, Global, ReportFormat};
use super::atlas::Files;
use super::destination::Destination;
use super::exit::{Exit, OrBadArguments as _};
use super::interrupt::Interrupt;
use super::output::Output;
use super::progress::Shown;
use super::state::State;
use super::{archive, checkpoint, ends, foot, options, report_list, select, terminal};
use backtrail::render::{DocumentFormat, DocumentOptions};
use backtrail::replay::checkpoint::Question;
use backtrail::replay::{self, Matcher, Options, Watch};
use backtrail::report::{self, Definition, Document, Reports, Settings};
use backtrail::source::Source;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;

/// Tables on a terminal are cut to so many rows; files and pipes have all.
const ROWS_ON_TERMINAL: usize = 25;

/// So many tables are named in a message.
const NAMED_TABLES: usize = 12;

/// Runs the command.
pub fn run(command: &args::Report, global: &Global) -> anyhow::Result<Exit> {
    let settings = settings(&command.settings)?;
    if ["list", "show"].contains(&command.names.as_str()) {
        return report_list::run(command, &settings, global);
    }
    let names: Vec<String> = command.names.split(',').map(|name| name.trim().to_owned()).collect();
    let definitions = report::select(&names).or_bad_arguments()?;
    let now = global.now.unwrap_or_else(Timestamp::now);
    let now = checkpoint::moment(&command.memory, now).or_bad_arguments()?;
    let mut options = options(command, &names, now)?;
    if command.archives.is_empty() && command.s3.objects.is_none() {
        return Err(anyhow::anyhow!("which archive? Give s3://bucket/prefix, a directory, a file, or -"))
            .or_bad_arguments();
    }
    let job = ["report".to_owned(), command.names.clone()].into_iter();
    let job = job.chain(command.archives.iter().chain(&command.settings.only).cloned());
    let state = State::open(&mut options.scope, (&command.scope, &command.memory), job).or_bad_arguments()?;
    let time_zone = time_zone(&command.output.time_zone).or_bad_arguments()?;
    let atlas = Files::open(&command.output.geoip)?;
    let outputs = [
        ("-o", &command.output.output),
        ("--coverage", &command.output.coverage),
        ("--checkpoint", &command.memory.checkpoint),
    ];
    let sources = archive::open(&command.archives, &command.s3, options.max_object_size)?;
    ends::check_outputs(&command.archives, &outputs).or_bad_arguments()?;
    let mut reports = Reports::new(&definitions, &settings);
    select::limit(reports.queries_mut(), command.settings.only.as_deref())?;
    let question = || Question::new(&sources, reports.queries(), reports.keeps(), &options);
    let checkpoint = checkpoint::open(&command.memory, &command.archives, question).or_bad_arguments()?;
    let interrupt = Interrupt::listen()?;
    let destination = Destination::open(command.output.output.as_deref(), &interrupt)?;
    let format = format(command.output.format);
    check_format(format, &destination, &definitions, &settings)?;
    let coverage_path = command.output.coverage.as_deref();
    let coverage_file = coverage_path.map(|path| Output::open(Some(path), &interrupt));
    let coverage_file = coverage_file.transpose().or_bad_arguments()?;
    options::remark_on_regions(&options.scope);

    let shown = Shown::new(!command.output.no_progress);
    let watch = Watch { progress: &shown, interrupt: interrupt.flag(), checkpoint: checkpoint.as_ref() };
    let mut document = make(reports, &sources, (&options, now), watch, || shown.clear())?;
    atlas.locate(&mut document)?;
    let is_covered = coverage_file.is_some() || destination.is_folder();
    let look = look(global, &destination, time_zone);
    destination.write(&document, format, &look, &interrupt)?;
    foot::print_report(&document.coverage, shown.elapsed(), is_covered);
    if let Some(file) = coverage_file {
        ends::write_coverage(&document.coverage, file)?;
    }
    checkpoint::end(checkpoint, &document.coverage)?;
    if let Some(state) = state {
        ends::remember(&state, &document.coverage, &interrupt)?;
    }
    Ok(ends::exit(&document.coverage, document.worst(), command.output.fail_on, &options.scope))
}

/// Returns how what people read looks.
fn look(global: &Global, destination: &Destination, time_zone: TimeZone) -> DocumentOptions {
    let is_terminal = destination.is_stdout() && io::stdout().is_terminal();
    DocumentOptions {
        look: terminal::look(global.color, destination.is_stdout()),
        rows: is_terminal.then_some(ROWS_ON_TERMINAL),
        time_zone,
    }
}

/// Refuses a format that cannot hold what was asked for, before anything is read.
fn check_format(
    format: DocumentFormat,
    destination: &Destination,
    definitions: &[&Definition],
    settings: &Settings,
) -> anyhow::Result<()> {
    let name = format.name();
    if format.is_binary() && destination.is_stdout() && io::stdout().is_terminal() {
        return Err(anyhow::anyhow!("{name} is nothing for a terminal: give -o FILE or -o DIR/"))
            .or_bad_arguments();
    }
    if destination.is_folder() || !format.is_of_one_table() {
        return Ok(());
    }
    let mut tables = Vec::new();
    for definition in definitions {
        let section = report::outline(definition, settings)?;
        tables.extend(section.tables.iter().map(|table| format!("{}.{}", section.name, table.name)));
    }
    if tables.len() == 1 {
        return Ok(());
    }
    let more = tables.len().saturating_sub(NAMED_TABLES);
    let named = tables[..tables.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(anyhow::anyhow!(
        "a file of {name} holds one table, and these are {}: {named}{more}; give -o DIR/ for a file each",
        tables.len(),
    ))
    .or_bad_arguments()
}

fn time_zone(name: &str) -> anyhow::Result<TimeZone> {
    let zone = TimeZone::get(name);
    // The reason names the places where the database was looked for, which is nobody's fault.
    zone.map_err(|_| {
        anyhow::anyhow!("`--time-zone {name}` is no time zone: give its IANA name, like `Europe/Berlin`")
    })
}

fn format(format: ReportFormat) -> DocumentFormat {
    match format {
        ReportFormat::Table => DocumentFormat::Table,
        ReportFormat::Json => DocumentFormat::Json,
        ReportFormat::Ndjson => DocumentFormat::Ndjson,
        ReportFormat::Csv => DocumentFormat::Csv,
        ReportFormat::Parquet => DocumentFormat::Parquet,
        ReportFormat::Markdown => DocumentFormat::Markdown,
        ReportFormat::Html => DocumentFormat::Html,
    }
}

fn options(command: &args::Report, names: &[String], now: Timestamp) -> anyhow::Result<Options> {
    let options = options::common(&command.scope, &command.limits, now).or_bad_arguments()?;
    let is_pairing = names.iter().any(|name| name == "duplicates" || name == "compliance");
    Ok(Options { is_deduplicating: !command.output.no_dedupe, is_pairing, ..options })
}

fn settings(settings: &args::ReportSettings) -> anyhow::Result<Settings> {
    let benchmark = settings.benchmark.as_deref().map(str::parse).transpose().or_bad_arguments()?;
    let by = options::fields(&settings.by).or_bad_arguments()?;
    if by.iter().any(|field| field == "records") {
        return Err(anyhow::anyhow!(
            "--by: `records` is what a column of the report is called, and no field of CloudTrail"
        ))
        .or_bad_arguments();
    }
    let mut queries = select::load(&settings.queries)?.queries;
    if settings.queries.is_empty() {
        // Nobody filled in the parameters: these would find every role there is.
        queries.retain(|query| query.card.parameters.is_empty() && !select::is_of_benchmark(query));
    }
    Ok(Settings {
        is_including_federated: settings.include_federated,
        benchmark: benchmark.unwrap_or_default(),
        price: settings.price,
        top: settings.top as usize,
        by,
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
