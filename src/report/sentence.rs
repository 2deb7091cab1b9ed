//! Pieces of sentences that findings have in common.

use super::Section;
use crate::query::Severity;
use crate::replay::Coverage;
use crate::words::{plural, thousands};

/// Says how much of a ranking is not shown, when something is not.
pub(super) fn tell_left_out(section: &mut Section, (all, shown): (usize, usize), noun: &str) {
    if all > shown {
        let left_out = all - shown;
        let text = format!(
            "{} of {} {noun} are listed and {} left out: `--top` lists more",
            thousands(shown as u64),
            thousands(all as u64),
            thousands(left_out as u64)
        );
        section.find(Severity::Informational, text);
    }
}

/// Returns what was read, to end a sentence with: `in 412 log files; 3 could not be read`.
pub(super) fn basis(coverage: &Coverage) -> String {
    let files = &coverage.log_files;
    let mut text = format!("in {}", counted(files.read, "log file"));
    if files.failed > 0 {
        text += &format!("; {} could not be read", thousands(files.failed));
    }
    if files.listings_failed > 0 {
        text += &format!("; {} could not be listed to the end", counted(files.listings_failed, "place"));
    }
    text
}

/// Returns a number of things whose plural ends in `s`: `1 sign-in`, `2 sign-ins`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    plural(count, thing, &format!("{thing}s"))
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
