//! `backtrail explain`: why records match a query, or do not.

use super::args::{CardFormat, Explain, Global};
use super::exit::{Exit, OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::progress::Shown;
use super::select::{Purpose, Selected};
use super::{archive, ends, foot, location, options, select, terminal};
use anyhow::Context as _;
use backtrail::delivery::{self, Delivery, Origin};
use backtrail::event;
use backtrail::explain::{Explainer, Misses};
use backtrail::hit::Hit;
use backtrail::language::event_pattern::EventPattern;
use backtrail::lint;
use backtrail::query::{Card, Query};
use backtrail::render::{self, ExplainedRecord, HitOptions};
use backtrail::replay::{self, Coverage, Keep, Matcher, Watch};
use backtrail::source::Scope;
use jiff::Timestamp;
use std::io::{BufWriter, Read as _, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// A file above this size is an archive, and no single record.
const LARGEST_RECORD: u64 = 4 << 20;

/// Runs the command.
pub fn run(command: &Explain, global: &Global) -> anyhow::Result<Exit> {
    let query = query(command)?;
    let look = terminal::look(global.color, true);
    let mut out = BufWriter::new(std::io::stdout());
    let exit = match record(command)? {
        Some((name, record)) => {
            let is_event = event::is_event(&record);
            let told = Told { query: &query, look: &look, format: command.format };
            told.record(&name, (&record, is_event), (None, Origin::Trail), &mut out)?
        }
        None => Archives { command, query: &query, look: &look }.run(global, &mut out)?,
    };
    out.flush()?;
    Ok(exit)
}

/// Returns the one query that is asked about.
fn query(command: &Explain) -> anyhow::Result<Query> {
    let Selected { mut queries, .. } = select::select(&command.selection, Purpose::Hits)?;
    location::overlay(&mut queries, &command.rule).or_bad_arguments()?;
    if let Some(only) = &command.only {
        queries.retain(|query| query.id == *only);
    }
    if let [query] = queries.as_slice() {
        for finding in lint::find(query) {
            say(&format!("check: {} [{}]", finding.sentence(), finding.id));
        }
        return Ok(query.clone());
    }
    let error = match &command.only {
        Some(only) => anyhow::anyhow!("none of the queries is called `{only}`"),
        None => anyhow::anyhow!(
            "`explain` takes one query at a time, and these are {}: give one with -q, or its id with --only",
            queries.len()
        ),
    };
    Err(error).or_bad_arguments()
}

/// Reads the argument when it is a single record or event, and no archive.
fn record(command: &Explain) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let [argument] = command.archives.as_slice() else { return Ok(None) };
    if command.event_id.is_some() || command.s3.objects.is_some() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    if argument == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        anyhow::ensure!(
            is_record(&bytes),
            super::exit::BadArguments(anyhow::anyhow!(
                "standard input is neither one CloudTrail record nor one EventBridge event"
            ))
        );
        return Ok(Some(("standard input".to_owned(), bytes.trim_ascii().to_vec())));
    }
    let is_small = std::fs::metadata(Path::new(argument))
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST_RECORD);
    if !is_small {
        return Ok(None);
    }
    let bytes = std::fs::read(argument).with_context(|| format!("cannot read `{argument}`"))?;
    Ok(is_record(&bytes).then(|| (argument.clone(), bytes.trim_ascii().to_vec())))
}

fn is_record(bytes: &[u8]) -> bool {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let names = ["eventName", "eventSource", "detail-type"];
    value.is_some_and(|value| names.iter().any(|name| value.get(name).is_some()))
}

/// How a record is told.
struct Told<'a> {
    query: &'a Query,
    look: &'a HitOptions,
    format: CardFormat,
}

impl Told<'_> {
    /// Explains a record, or an event; ends with 1 when it does not match.
    fn record(
        &self,
        name: &str,
        (bytes, is_event): (&[u8], bool),
        (key_account, origin): (Option<&str>, Origin),
        out: &mut dyn Write,
    ) -> anyhow::Result<Exit> {
        let explainer = Explainer::new(&self.query.pattern);
        let explained = match is_event {
            true => explainer.event(bytes).map(Some),
            false => explainer.record(bytes, key_account),
        };
        let explained =
            explained.with_context(|| format!("`{name}` is not valid JSON")).or_bad_arguments()?;
        let delivery = self.delivery(bytes, is_event, (key_account, origin));
        let choices = self.query.pattern.choices();
        let record = ExplainedRecord {
            choices: &choices,
            query: &self.query.id,
            record: name,
            explained: explained.as_ref(),
            delivery: delivery.as_ref(),
        };
        match self.format {
            CardFormat::Text => render::write_explained(&record, self.look, out)?,
            CardFormat::Json => render::write_explained_json(&record, out)?,
        }
        Ok(if explained.is_some_and(|explained| explained.is_met) { Exit::Done } else { Exit::Failed })
    }

    fn delivery(
        &self,
        bytes: &[u8],
        is_event: bool,
        (key_account, origin): (Option<&str>, Origin),
    ) -> Option<Delivery> {
        let location = &self.query.card.rule;
        let record = if is_event { event::detail(bytes)? } else { bytes };
        location.is_known().then(|| delivery::judge(record, key_account, origin, location))
    }
}

/// The question about archives.
struct Archives<'a> {
    command: &'a Explain,
    query: &'a Query,
    look: &'a HitOptions,
}

impl Archives<'_> {
    fn run(&self, global: &Global, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let now = global.now.unwrap_or_else(Timestamp::now);
        let options = options::common(&self.command.scope, &self.command.limits, now).or_bad_arguments()?;
        match &self.command.event_id {
            Some(id) => self.one(id, &options, out),
            None => self.nearly(&options, out),
        }
    }

    /// Explains the records with an event id.
    fn one(&self, id: &str, options: &replay::Options, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let pattern = serde_json::json!({"detail": {"eventID": [id]}}).to_string();
        let pattern = EventPattern::parse(&pattern).context("the event id cannot be looked for")?;
        let wanted = [Query::new("event-id", Card::default(), pattern, "--event-id")];
        let told = Told { query: self.query, look: self.look, format: self.command.format };
        let mut exits = Vec::new();
        let mut written = Ok(());
        let coverage = self.replay(&wanted, &[Keep::Record], options, &mut |hit| {
            let bytes = hit.event.unwrap_or(hit.record);
            let exit = told.record(id, (bytes, hit.event.is_some()), (hit.key_account, hit.origin()), out);
            written = exit.map(|exit| exits.push(exit));
            if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        written?;
        anyhow::ensure!(!exits.is_empty(), "no record in the archive has the event id `{id}`");
        let worst = exits.into_iter().max_by_key(|exit| *exit as u8).unwrap_or(Exit::Done);
        Ok(self.end(&coverage, &options.scope, worst))
    }

    /// Tells what nearly matched.
    fn nearly(&self, options: &replay::Options, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let misses = Misses::of(self.query).with_context(|| {
            format!(
                "{} of `{}` cannot be taken apart: it has too many clauses or none; explain a record of the archive with \
                 --event-id",
                self.query.pattern.language().noun(),
                self.query.id
            )
        })?;
        let mut counter = misses.counter();
        let coverage = self.replay(misses.queries(), misses.keeps(), options, &mut |hit| {
            counter.take(hit);
            ControlFlow::Continue(())
        })?;
        let nearly = counter.finish();
        match self.command.format {
            CardFormat::Text => {
                render::write_nearly(&self.query.id, &nearly, self.look, out)?;
                render::write_choices(&self.query.pattern.choices(), out)?;
            }
            CardFormat::Json => render::write_nearly_json(&self.query.id, &nearly, out)?,
        }
        Ok(self.end(&coverage, &options.scope, Exit::Done))
    }

    fn replay(
        &self,
        queries: &[Query],
        keeps: &[Keep],
        options: &replay::Options,
        take: &mut dyn FnMut(&Hit<'_>) -> ControlFlow<()>,
    ) -> anyhow::Result<Coverage> {
        let sources = archive::open(&self.command.archives, &self.command.s3, options.max_object_size)?;
        let interrupt = Interrupt::listen()?;
        let shown = Shown::new(!self.command.no_progress);
        let matcher = Matcher::keeping(queries, keeps);
        let watch = Watch { progress: &shown, interrupt: interrupt.flag(), checkpoint: None };
        let coverage = replay::run(&sources, &matcher, options, watch, take);
        shown.clear();
        let coverage = ends::blame_arguments(coverage)?;
        foot::print_reading(&coverage, shown.elapsed());
        Ok(coverage)
    }

    fn end(&self, coverage: &Coverage, scope: &Scope, exit: Exit) -> Exit {
        match ends::exit(coverage, None, None, scope) {
            Exit::Done => exit,
            other => other,
        }
    }
}
