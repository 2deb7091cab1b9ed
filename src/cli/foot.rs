//! The short form of the coverage, at the foot of every replay on stderr.

use super::exit::say;
use backtrail::replay::{Coverage, Fault, Stopped};
use backtrail::words::{bytes, plural, thousands};
use std::time::Duration;

/// So many faults are named on stderr; all of them are in the `--coverage` file.
const NAMED_FAULTS: usize = 20;

/// Prints what was covered.
pub fn print(coverage: &Coverage, elapsed: Duration, is_written: bool) {
    say(&files(coverage, elapsed));
    say(&records(coverage, true));
    print_rest(coverage, is_written);
}

/// Prints what reports covered. They ask what they need, and how many hits that makes is nobody's business.
pub fn print_report(coverage: &Coverage, elapsed: Duration, is_written: bool) {
    say(&files(coverage, elapsed));
    say(&records(coverage, false));
    print_rest(coverage, is_written);
}

/// Prints what was covered by a run whose hits are nobody's business.
pub fn print_reading(coverage: &Coverage, elapsed: Duration) {
    say(&files(coverage, elapsed));
    say(&plural(coverage.records.read, "record", "records"));
    print_rest(coverage, false);
}

fn print_rest(coverage: &Coverage, is_written: bool) {
    if let Some(line) = extent(coverage) {
        say(&line);
    }
    for note in coverage.notes.iter().take(NAMED_FAULTS) {
        say(&format!("note: {}: {}", note.key, note.remark));
    }
    for together in &coverage.counted_together {
        say(&format!("note: {}", together.in_words()));
    }
    // What is wrong with a whole archive tells why the rest is missing.
    let is_archive = |fault: &&Fault| coverage.archives.contains(&fault.key);
    let (archives, others): (Vec<_>, Vec<_>) = coverage.faults.iter().partition(is_archive);
    for fault in archives.into_iter().chain(others).take(NAMED_FAULTS) {
        let kind = if fault.is_partly_read { "partly read" } else { "not read" };
        say(&format!("{kind}: {}: {}", fault.key, fault.reason));
    }
    let unnamed = coverage.faults.len().saturating_sub(NAMED_FAULTS);
    if unnamed > 0 {
        let place = if is_written { "the coverage file" } else { "the file of `--coverage FILE`" };
        say(&format!("… and {} more; all of them are in {place}", thousands(unnamed as u64)));
    }
    match coverage.stopped {
        Some(Stopped::Interrupted) => say("interrupted: this is what was covered until then"),
        Some(Stopped::Limit) => say("stopped at the limit: what follows in the archive was not read"),
        Some(Stopped::OutputClosed) => {
            say("the output was closed: what follows in the archive was not read");
        }
        None => {}
    }
    let left_out = coverage.queries_left_out.len() as u64;
    if left_out > 0 {
        say(&format!("not replayed: {}, named above", plural(left_out, "rule or file", "rules or files")));
    }
    if !coverage.faults.is_empty() || left_out > 0 {
        say("coverage is incomplete: hits may be missing");
    }
}

fn files(coverage: &Coverage, elapsed: Duration) -> String {
    let files = &coverage.log_files;
    let mut line = format!(
        "{} read ({} stored, {} of JSON) in {:.1} s",
        plural(files.read, "log file", "log files"),
        bytes(coverage.bytes.stored),
        bytes(coverage.bytes.text),
        elapsed.as_secs_f64(),
    );
    if files.failed > 0 {
        line += &format!(", {} failed", thousands(files.failed));
    }
    if files.archived > 0 {
        line += &format!(" ({} archived: to be restored first)", thousands(files.archived));
    }
    if files.listings_failed > 0 {
        line += &format!(", {} failed", plural(files.listings_failed, "listing", "listings"));
    }
    if !files.skipped.is_empty() {
        let kinds = files.skipped.iter().map(|(kind, number)| format!("{} {kind}", thousands(*number)));
        line += &format!("; skipped: {}", kinds.collect::<Vec<_>>().join(", "));
    }
    line
}

fn records(coverage: &Coverage, has_hits: bool) -> String {
    let records = &coverage.records;
    let mut line = plural(records.read, "record", "records");
    if records.in_scope != records.read {
        line += &format!(", {} in scope", thousands(records.in_scope));
    }
    if has_hits {
        line +=
            &format!(", {} matched, {}", thousands(records.matched), plural(coverage.hits, "hit", "hits"));
    }
    line += &format!(", {}", plural(records.duplicates, "duplicate", "duplicates"));
    if records.rejected > 0 {
        line += &format!(", {} not records", thousands(records.rejected));
    }
    line
}

fn extent(coverage: &Coverage) -> Option<String> {
    let (accounts, regions, days) = coverage.extent();
    let text = [
        plural(accounts as u64, "account", "accounts"),
        plural(regions as u64, "region", "regions"),
        plural(days as u64, "day", "days"),
    ];
    (accounts > 0).then(|| text.join(" × "))
}
