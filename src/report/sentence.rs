//! Pieces of sentences that findings have in common.

use super::Section;
use crate::query::Severity;
use crate::replay::Coverage;

/// Returns a number with its noun, like `1 record` or `7 records`.
pub(super) fn number(count: u64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// Returns what a figure rests on, like `in 412 log files; 3 could not be read`.
pub(super) fn read_from(coverage: &Coverage) -> String {
    let (read, failed) = (coverage.log_files.read, coverage.log_files.failed);
    let read = number(read, "log file", "log files");
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

/// Returns what was read, to end a sentence with: `in 412 log files; 3 could not be read`.
pub(super) fn basis(coverage: &Coverage) -> String {
    let files = &coverage.log_files;
    let mut text = format!("in {}", counted(files.read, "log file"));
    if files.failed > 0 {
        text += &format!("; {} could not be read", files.failed);
    }
    if files.listings_failed > 0 {
        text += &format!("; {} could not be listed to the end", counted(files.listings_failed, "place"));
    }
    text
}

/// Returns a number of things whose plural ends in `s`: `1 sign-in`, `2 sign-ins`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    number(count, thing, &format!("{thing}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_said() {
        let mut coverage = Coverage::default();
        assert_eq!(basis(&coverage), "in 0 log files");
        coverage.log_files.read = 1;
        coverage.log_files.failed = 3;
        coverage.log_files.listings_failed = 1;
        assert_eq!(
            basis(&coverage),
            "in 1 log file; 3 could not be read; 1 place could not be listed to the end"
        );
    }
}
