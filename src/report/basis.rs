//! What the sentences of a report rest on.

use crate::replay::Coverage;

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

/// Returns a number of things: `1 sign-in`, `2 sign-ins`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
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
