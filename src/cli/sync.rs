//! `backtrail sync`.

use super::args::{self, Global};
use super::exit::{Exit, OrBadArguments as _, say};
use super::interrupt::Interrupt;
use super::progress::Shown;
use super::{archive, options, output, state};
use backtrail::mirror::{self, Copied, CopyError, Options, Watch};
use backtrail::replay::{Progress as _, Tick};
use backtrail::source;
use backtrail::words::{bytes, plural, thousands};
use jiff::Timestamp;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Runs the command.
pub fn run(command: &args::Sync, global: &Global) -> anyhow::Result<Exit> {
    let now = global.now.unwrap_or_else(Timestamp::now);
    let options = read(command, now).or_bad_arguments()?;
    let archives = std::slice::from_ref(&command.archive);
    let source = archive::open_verifying(archives, &command.s3, options.max_object_size)?.remove(0);
    let interrupt = Interrupt::listen()?;
    options::remark_on_regions(&options.scope);
    let shown = Shown::new(!command.no_progress);
    let copied = mirror::copy(source.as_ref(), &command.folder, &options, &Looking(&shown, &interrupt));
    shown.clear();
    let copied = match copied {
        Err(error @ CopyError::Source(source::Error::Region { .. })) => Err(error).or_bad_arguments(),
        copied => Ok(copied?),
    };
    let copied = copied?;
    print(&copied, &command.folder);
    Ok(exit(&copied, source.name(), options::is_narrow(&options.scope)))
}

fn read(command: &args::Sync, now: Timestamp) -> anyhow::Result<Options> {
    let archive = &command.archive;
    anyhow::ensure!(archive.starts_with("s3://"), "`{archive}` is no bucket: give `s3://bucket/prefix`");
    anyhow::ensure!(
        command.scope.since.as_deref() != Some(state::LAST),
        "--since last: what is there already is never fetched again, so leave it out"
    );
    anyhow::ensure!(
        !command.delete || command.s3.objects.is_none(),
        "--delete asks the bucket what it has: leave out --objects"
    );
    let folder = command.folder.display();
    let place = output::place(&command.folder);
    let is_inside = mirror::leads_into_a_tree(place.as_deref().unwrap_or(&command.folder));
    anyhow::ensure!(
        !is_inside,
        "`{folder}` lies in a folder `AWSLogs`: log files would be called by other keys than in the bucket"
    );
    let is_folder = std::fs::metadata(&command.folder).is_ok_and(|metadata| !metadata.is_dir());
    anyhow::ensure!(!is_folder, "`{folder}` is no directory");
    Ok(Options {
        scope: options::scope(&command.scope, now)?,
        max_object_size: command.max_object_size,
        is_deleting: command.delete,
    })
}

/// Draws the progress, and stops it with Ctrl-C.
pub struct Looking<'a>(pub &'a Shown, pub &'a Interrupt);

impl Watch for Looking<'_> {
    fn is_wanted(&self) -> bool {
        !self.1.flag().load(Ordering::Relaxed)
    }

    fn announce(&self, log_files: u64, stored_bytes: u64) {
        self.0.announce(log_files, stored_bytes);
    }

    fn know_all(&self) {
        self.0.know_all();
    }

    fn finish(&self, stored_bytes: u64) {
        self.0.finish(Tick { stored_bytes, ..Tick::default() });
    }
}

fn print(copied: &Copied, folder: &Path) {
    let mut line = format!(
        "{} fetched ({}), {} there already ({})",
        plural(copied.fetched, "log file", "log files"),
        bytes(copied.fetched_bytes),
        thousands(copied.present),
        bytes(copied.present_bytes),
    );
    if copied.deleted > 0 {
        line += &format!(", {} deleted", thousands(copied.deleted));
    }
    if !copied.skipped.is_empty() {
        let kinds = copied.skipped.iter().map(|(kind, number)| format!("{} {kind}", thousands(*number)));
        line += &format!("; left out: {}", kinds.collect::<Vec<_>>().join(", "));
    }
    say(&line);
    for (key, reason) in &copied.faults {
        say(&format!("not copied: {key}: {reason}"));
    }
    if copied.is_stopped {
        say("interrupted: the same command goes on from here");
    } else if !copied.faults.is_empty() {
        say(&format!("`{}` is incomplete: the same command tries again what failed", folder.display()));
    }
}

fn exit(copied: &Copied, archive: &str, is_narrow: bool) -> Exit {
    match () {
        () if copied.is_stopped => Exit::Interrupted,
        () if !copied.faults.is_empty() => Exit::Incomplete,
        () if copied.fetched + copied.present > 0 => Exit::Done,
        () => {
            let place = if is_narrow { " of this scope" } else { "" };
            say(&format!("nothing to copy: no CloudTrail log file{place} in `{archive}`"));
            Exit::NothingToRead
        }
    }
}
