//! `backtrail convert`.

use super::args::{self, Global};
use super::exit::{Exit, OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::progress::Shown;
use super::sync::Looking;
use super::{archive, options, output, state};
use anyhow::Context as _;
use backtrail::lake::{self, Converted, Lake, Options};
use backtrail::source;
use backtrail::words::{bytes, plural, thousands};
use jiff::Timestamp;
use std::path::Path;

/// Runs the command.
pub fn run(command: &args::Convert, global: &Global) -> anyhow::Result<Exit> {
    let (folder, archives) = command.places.split_last().context("two places are required")?;
    let folder = Path::new(folder);
    let now = global.now.unwrap_or_else(Timestamp::now);
    let options = read(command, (archives, folder), now).or_bad_arguments()?;
    let sources = archive::open(archives, &command.s3, options.max_object_size)?;
    let interrupt = Interrupt::listen()?;
    options::remark_on_regions(&options.scope);
    let shown = Shown::new(!command.no_progress);
    let converted = lake::convert(&sources, folder, &options, &Looking(&shown, &interrupt));
    shown.clear();
    let converted = blame_arguments(converted)?;
    print(&converted, folder);
    Ok(exit(&converted, options::is_narrow(&options.scope)))
}

/// Marks what an argument is to blame for, though it shows only when archive and folder are opened.
fn blame_arguments(converted: Result<Converted, lake::Error>) -> anyhow::Result<Converted> {
    match converted {
        Err(
            error @ (lake::Error::Source(source::Error::Region { .. })
            | lake::Error::Version { .. }
            | lake::Error::Manifest { .. }),
        ) => Err(error).or_bad_arguments(),
        converted => Ok(converted?),
    }
}

fn read(
    command: &args::Convert,
    (archives, folder): (&[String], &Path),
    now: Timestamp,
) -> anyhow::Result<Options> {
    anyhow::ensure!(
        command.scope.since.as_deref() != Some(state::LAST),
        "--since last: what is there already is never converted again, so leave it out"
    );
    let name = folder.display();
    anyhow::ensure!(
        !name.to_string().starts_with("s3://"),
        "`{name}` is no directory: the last argument is where to write"
    );
    let is_other = std::fs::metadata(folder).is_ok_and(|metadata| !metadata.is_dir());
    anyhow::ensure!(!is_other, "`{name}` is no directory");
    let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    anyhow::ensure!(
        is_empty || !folder.exists() || Lake::is_at(folder),
        "`{name}` holds something else: give an empty directory, or one that was converted before"
    );
    for archive in archives {
        let path = Path::new(archive);
        anyhow::ensure!(!Lake::is_at(path), "`{archive}` was converted already");
        let is_around = output::place(path)
            .zip(output::place(folder))
            .is_some_and(|(archive, folder)| folder.starts_with(archive));
        anyhow::ensure!(!is_around, "`{name}` lies in the archive `{archive}`: give another directory");
    }
    Ok(Options { scope: options::scope(&command.scope, now)?, max_object_size: command.max_object_size })
}

fn print(converted: &Converted, folder: &Path) {
    let mut line = format!(
        "{} added ({} stored, {})",
        plural(converted.added, "log file", "log files"),
        bytes(converted.stored_bytes),
        plural(converted.records, "record", "records"),
    );
    if converted.verbatim > 0 {
        line += &format!(", {} of them odd and kept as they were", thousands(converted.verbatim));
    }
    line += &format!(", {} there already", thousands(converted.present));
    if !converted.skipped.is_empty() {
        let kinds = converted.skipped.iter().map(|(kind, number)| format!("{} {kind}", thousands(*number)));
        line += &format!("; left out: {}", kinds.collect::<Vec<_>>().join(", "));
    }
    say(&line);
    for (key, reason) in &converted.faults {
        say(&format!("not converted: {key}: {reason}"));
    }
    if converted.is_stopped {
        say("interrupted: the same command goes on from here");
    } else if !converted.faults.is_empty() {
        say(&format!("`{}` is incomplete: the same command tries again what failed", folder.display()));
    }
}

fn exit(converted: &Converted, is_narrow: bool) -> Exit {
    match () {
        () if converted.is_stopped => Exit::Interrupted,
        () if !converted.faults.is_empty() => Exit::Incomplete,
        () if converted.added + converted.present > 0 => Exit::Done,
        () => {
            let place = if is_narrow { " of this scope" } else { "" };
            say(&format!("nothing to convert: no CloudTrail log file{place}"));
            Exit::NothingToRead
        }
    }
}
