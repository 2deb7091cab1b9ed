//! The jobs: what a replay is asked, over which archive, and how close to the limit it should come.

use std::ffi::OsString;
use std::path::Path;

/// An archive, by what makes it.
pub struct Archive {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
}

/// One thing to measure.
pub struct Job {
    pub name: &'static str,
    /// The ratio that was promised, where one was.
    pub target: Option<f64>,
    pub archive: Archive,
    arguments: &'static [&'static str],
}

impl Job {
    /// Returns what the replay is asked; `QUERIES` stands for the folder of generated queries.
    pub fn arguments(&self, queries: &Path) -> impl Iterator<Item = OsString> {
        self.arguments.iter().map(|argument| match *argument {
            "QUERIES" => queries.as_os_str().to_owned(),
            argument => argument.into(),
        })
    }
}

const LARGE: Archive = Archive { name: "large", arguments: &["--events", "500000"] };
const TINY: Archive = Archive {
    name: "tiny",
    arguments: &["--events", "60000", "--accounts", "20", "--regions", "10", "--days", "60"],
};
const ONE_GIGABYTE: Archive = Archive { name: "1-gb", arguments: &["--events", "700000", "--seed", "2"] };
const THREE_GIGABYTES: Archive = Archive { name: "3-gb", arguments: &["--events", "2100000", "--seed", "2"] };

const SELECTIVE: &[&str] = &["-q", "signin/console-login-without-mfa"];

/// Returns all jobs.
pub fn all() -> Vec<Job> {
    let job = |name, target, archive, arguments| Job { name, target, archive, arguments };
    vec![
        job("selective", Some(1.20), LARGE, SELECTIVE),
        job("shipped", Some(1.35), LARGE, &["--count"]),
        job("500-queries", Some(1.60), LARGE, &["-q", "QUERIES", "--count"]),
        job("unselective", Some(1.40), LARGE, &["-e", r#"{"detail":{"readOnly":[false]}}"#, "--count"]),
        job(
            "time-range",
            None,
            LARGE,
            &["-q", "signin/console-login-without-mfa", "--since", "2025-03-03T12:00:00Z"],
        ),
        job("shipped-hits", None, LARGE, &["--format", "ndjson"]),
        job("tiny-objects", None, TINY, SELECTIVE),
        job("1-gb", None, ONE_GIGABYTE, SELECTIVE),
        job("3-gb", None, THREE_GIGABYTES, SELECTIVE),
    ]
}
