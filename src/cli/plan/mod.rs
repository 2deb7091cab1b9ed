//! `backtrail plan`, and `replay --dry-run`: what would be read, what it would cost and what it needs.

mod document;
mod policy;
mod price;
mod tally;
mod text;

use super::args::{self, Global, PlanFormat};
use super::exit::{Exit, OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::output::Output;
use super::{archive, ends, options, state};
use anyhow::Context as _;
use backtrail::replay::Options;
use backtrail::source::{LIST_VERSION, ListHead, ListedObject, Look, Source, Stored, Surveyed};
use document::Document;
use jiff::Timestamp;
use price::Prices;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use tally::Tally;

/// Runs the command.
pub fn run(command: &args::Plan, global: &Global) -> anyhow::Result<Exit> {
    let now = global.now.unwrap_or_else(Timestamp::now);
    if command.scope.since.as_deref() == Some(state::LAST) {
        let reason = "--since last is for runs that read: use it and --state with `replay --dry-run`";
        return Err(anyhow::anyhow!(reason)).or_bad_arguments();
    }
    let options = options::common(&command.scope, &command.limits, now).or_bad_arguments()?;
    plan(&command.archives, &command.s3, &options, &command.output)
}

/// Plans for runs over these archives.
pub fn plan(
    archives: &[String],
    s3: &args::S3,
    options: &Options,
    output: &args::PlanOutput,
) -> anyhow::Result<Exit> {
    let prices = Prices::read(&output.prices).or_bad_arguments()?;
    if archives.iter().any(|archive| archive == "-") {
        return Err(anyhow::anyhow!("standard input cannot be looked at before it is read"))
            .or_bad_arguments();
    }
    let sources = archive::open(archives, s3, options.max_object_size)?;
    ends::check_outputs(archives, &[("-o", &output.output), ("--save", &output.save)]).or_bad_arguments()?;
    let interrupt = Interrupt::listen()?;
    let out = Output::open(output.output.as_deref(), &interrupt).or_bad_arguments()?;
    let save = output.save.as_deref().map(|path| List::open(path, &sources, &interrupt)).transpose();
    let mut save = save.or_bad_arguments()?;
    options::remark_on_regions(&options.scope);

    let mut tally = Tally::new(&options.scope, output.restore_hint);
    for source in &sources {
        survey(source.as_ref(), options, (&mut tally, &mut save), &interrupt)?;
        if interrupt.flag().load(Ordering::Relaxed) {
            return Ok(Exit::Interrupted);
        }
    }
    let is_listed = s3.objects.is_some();
    let document = Document::new(&sources, &tally, &prices, output.speed, is_listed);
    write(&document, &tally, output, out)?;
    if let Some(list) = save {
        list.output.finish()?;
    }
    Ok(match () {
        () if tally.is_incomplete() => Exit::Incomplete,
        () if tally.log_files == 0 => Exit::NothingToRead,
        () => Exit::Done,
    })
}

fn survey(
    source: &dyn Source,
    options: &Options,
    (tally, save): (&mut Tally, &mut Option<List>),
    interrupt: &Interrupt,
) -> anyhow::Result<()> {
    let (bucket, mut written) = (bucket_of(source.name()), Ok(()));
    let mut take = |surveyed: Surveyed| {
        if let (Surveyed::LogFile(stored), Some(list), Some(bucket)) = (&surveyed, &mut *save, bucket) {
            written = list.add(bucket, stored);
        }
        tally.take(bucket, surveyed, options.max_object_size);
        if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let is_open = || !interrupt.flag().load(Ordering::Relaxed);
    let facts = source.survey(&options.scope, &mut Look { take: &mut take, is_open: &is_open });
    written?;
    match facts {
        Err(error @ backtrail::source::Error::Region { .. }) => Err(error).or_bad_arguments(),
        facts => {
            tally.buckets.extend(facts?);
            Ok(())
        }
    }
}

fn write(
    document: &Document<'_>,
    tally: &Tally,
    output: &args::PlanOutput,
    mut out: Output,
) -> anyhow::Result<()> {
    let blame = out.blame();
    let mut text = match (output.restore_hint, output.format) {
        (true, _) => tally.restores.concat(),
        (false, PlanFormat::Text) => text::lines(document),
        (false, PlanFormat::Json) => serde_json::to_string_pretty(document)?,
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    out.write_all(text.as_bytes()).context(blame)?;
    out.finish()?;
    if output.restore_hint && tally.restores.is_empty() {
        say("no object needs a restore, as far as a listing shows");
    }
    Ok(())
}

/// Returns the bucket of an archive in S3.
fn bucket_of(archive: &str) -> Option<&str> {
    archive.strip_prefix("s3://")?.split('/').next()
}

/// The list that `--save` writes.
struct List {
    output: Output,
}

impl List {
    fn open(path: &Path, sources: &[Box<dyn Source>], interrupt: &Interrupt) -> anyhow::Result<Self> {
        let archives: Vec<String> = sources.iter().map(|source| source.name().to_owned()).collect();
        let other = archives.iter().find(|archive| bucket_of(archive).is_none());
        if let Some(other) = other {
            anyhow::bail!("--save is for archives in S3, and `{other}` is none");
        }
        let mut list = Self { output: Output::open(Some(path), interrupt)? };
        list.line(&ListHead { version: LIST_VERSION, archives })?;
        Ok(list)
    }

    fn add(&mut self, bucket: &str, stored: &Stored) -> anyhow::Result<()> {
        // An archived object that can be read was restored: the list must not say otherwise.
        let is_archive = |class: &&String| !(stored.fault.is_none() && tally::is_archive(class));
        self.line(&ListedObject {
            bucket: bucket.to_owned(),
            key: stored.full.clone(),
            size: stored.size,
            etag: stored.etag.clone(),
            class: stored.class.as_ref().filter(is_archive).cloned(),
        })
    }

    fn line(&mut self, line: &impl serde::Serialize) -> anyhow::Result<()> {
        let blame = self.output.blame();
        serde_json::to_writer(&mut self.output, line).with_context(|| blame.clone())?;
        self.output.write_all(b"\n").context(blame)
    }
}
