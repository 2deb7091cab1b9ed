//! Pieces of sentences that findings have in common.

use super::Section;
use crate::query::Severity;
use crate::replay::Coverage;

/// Returns a number with its noun, like `1 record` or `7 records`.
pub(super) fn count(number: u64, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

/// Returns what a figure rests on, like `in 412 log files; 3 could not be read`.
pub(super) fn read_from(coverage: &Coverage) -> String {
    let (read, failed) = (coverage.log_files.read, coverage.log_files.failed);
    let read = count(read, "log file", "log files");
    if failed == 0 { format!("in {read}") } else { format!("in {read}; {failed} could not be read") }
}

/// Says how much of a ranking is not shown, when something is not.
pub(super) fn tell_left_out(section: &mut Section, (all, shown): (usize, usize), noun: &str) {
    if all > shown {
        let left_out = all - shown;
        let text = format!("{shown} of {all} {noun} are listed and {left_out} left out: `--top` lists more");
        section.find(Severity::Informational, text);
    }
}
