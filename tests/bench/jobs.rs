//! The jobs: what a replay is asked, over which archive, and how close to the limit it should come.

use super::inputs::{Archive, LARGE, ONE_GIGABYTE, TEN_GIGABYTES, TINY};
use std::ffi::OsString;
use std::path::Path;

/// One thing to measure.
pub struct Job {
    pub name: &'static str,
    /// What is asked, in words.
    pub what: &'static str,
    /// The ratio that was promised, where one was.
    pub target: Option<f64>,
    /// The peak memory that was promised, in MiB.
    pub memory_target: Option<u64>,
    pub archive: &'static Archive,
    /// No more pairs of runs than that.
    pub most_runs: usize,
    asked: &'static [&'static str],
}

impl Job {
    /// Returns what the replay is asked; `QUERIES` stands for the folder of generated queries, `SIGMA` for that of rules.
    pub fn arguments(&self, queries: &Path, sigma: &Path) -> Vec<OsString> {
        let argument = |argument: &&str| match *argument {
            "QUERIES" => queries.as_os_str().to_owned(),
            "SIGMA" => sigma.as_os_str().to_owned(),
            argument => argument.into(),
        };
        self.asked.iter().map(argument).collect()
    }

    const fn on(archive: &'static Archive, name: &'static str, what: &'static str) -> Self {
        Self { name, what, target: None, memory_target: None, archive, most_runs: usize::MAX, asked: &[] }
    }

    const fn ask(self, asked: &'static [&'static str]) -> Self {
        Self { asked, ..self }
    }

    const fn within(self, target: f64) -> Self {
        Self { target: Some(target), ..self }
    }

    /// A job whose memory counts, not its time.
    const fn in_memory(self, mebibytes: u64) -> Self {
        Self { memory_target: Some(mebibytes), most_runs: 2, ..self }
    }
}

/// The query of most jobs, and what every write call is.
pub const SELECTIVE: &[&str] = &["-q", "signin/console-login-without-mfa"];
pub const WRITES: &[&str] = &["-e", r#"{"detail":{"readOnly":[false]}}"#, "--count"];

const AGGREGATION: &[&str] = &[
    "--count",
    "--by",
    "eventName,eventSource,awsRegion,userIdentity.type,errorCode",
    "-e",
    r#"{"detail":{"eventName":[{"exists":true}]}}"#,
];

const REPORTS: &[&str] = &["report", "compliance", "--format", "ndjson"];

const NEAR_MISSES: &[&str] = &["explain", "-q", "signin/console-login-without-mfa"];

/// Returns all jobs.
pub fn all() -> Vec<Job> {
    vec![
        Job::on(&LARGE, "selective", "one selective query: console sign-in without MFA")
            .ask(SELECTIVE)
            .within(1.20),
        Job::on(&LARGE, "shipped", "all shipped queries at once, counting").ask(&["--count"]).within(1.35),
        Job::on(&LARGE, "500-queries", "500 generated queries, counting")
            .ask(&["-q", "QUERIES", "--count"])
            .within(1.60),
        Job::on(&LARGE, "sigma", "1,000 generated Sigma rules and all shipped queries, counting")
            .ask(&["-q", "SIGMA", "-q", "*", "--count"])
            .within(2.0),
        Job::on(&LARGE, "unselective", "one unselective query: every write call, counting")
            .ask(WRITES)
            .within(1.40),
        Job::on(&LARGE, "aggregation", "every record by name, source, region, identity type and error code")
            .ask(AGGREGATION)
            .within(1.50),
        Job::on(&TINY, "tiny-objects", "the selective query over 100,000 objects of about 5 records")
            .ask(SELECTIVE)
            .within(1.60),
        Job::on(&LARGE, "time-range", "the selective query over a part of the days").ask(&[
            "-q",
            "signin/console-login-without-mfa",
            "--since",
            "2025-03-03T12:00:00Z",
        ]),
        Job::on(&LARGE, "reports", "all reports in one pass").ask(REPORTS).within(2.0),
        // Promised is twice a plain replay of the same query, `selective`.
        Job::on(&LARGE, "near-misses", "what nearly matched the selective query")
            .ask(NEAR_MISSES)
            .within(2.40),
        Job::on(&LARGE, "shipped-hits", "all shipped queries, hits as NDJSON").ask(&["--format", "ndjson"]),
        Job::on(&ONE_GIGABYTE, "1-gb", "the selective query over 1 GB of JSON").ask(SELECTIVE).in_memory(300),
        Job::on(&TEN_GIGABYTES, "10-gb", "the selective query over 10 GB of JSON")
            .ask(SELECTIVE)
            .in_memory(300),
    ]
}
