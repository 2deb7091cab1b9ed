//! What a user would run today, asked the same two questions over the same log files.

use super::inputs::LARGE;
use super::measure::{Outcome, Spread, Used, run};
use super::programs::Programs;
use super::question::Question;
use super::table::{Table, mebibytes, number};
use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// The archive that they read.
pub const ARCHIVE: &super::inputs::Archive = &LARGE;

/// One program's answer to one question.
#[derive(Debug, Serialize)]
pub struct Row {
    pub question: &'static str,
    pub program: &'static str,
    pub outcome: Outcome<Answer>,
}

#[derive(Debug, Serialize)]
pub struct Answer {
    pub runs: usize,
    pub found: u64,
    /// Processor time.
    pub seconds: Spread,
    pub wall_seconds: Spread,
    /// Processor time against the limit, and against backtrail.
    pub to_limit: f64,
    pub to_replay: f64,
    /// By the wall clock against backtrail.
    pub wall_to_replay: f64,
    /// Of the largest process.
    pub peak_memory: u64,
}

/// How the peers are run.
pub struct Peers<'a> {
    pub programs: &'a Programs,
    pub archive: &'a Path,
    /// A Python that may know DuckDB.
    pub python: &'a Path,
    pub threads: usize,
    pub runs: usize,
}

impl Peers<'_> {
    /// Asks all programs one question. Their answers must be those of backtrail.
    pub fn ask(&self, question: Question) -> Vec<Row> {
        self.answers(question).unwrap_or_else(|error| {
            let outcome = Outcome::Failed(format!("{error:#}"));
            vec![Row { question: question.name(), program: "backtrail", outcome }]
        })
    }

    fn answers(&self, question: Question) -> anyhow::Result<Vec<Row>> {
        let coverage = std::env::temp_dir().join(format!("backtrail-bench-{}.json", std::process::id()));
        let mut arguments: Vec<OsString> = question.patterns().iter().map(Into::into).collect();
        arguments.extend(["--coverage".into(), coverage.clone().into_os_string()]);
        let mut replay = self.programs.replay(self.archive, self.threads, &arguments);
        let mut limit = self.programs.limit(self.archive, self.threads);
        run(&mut limit)?;
        let (mut limits, mut replays) = (Vec::new(), Vec::new());
        for _ in 0..self.runs.max(3) {
            replays.push(run(&mut replay)?);
            limits.push(run(&mut limit)?.processor);
        }
        let document: Value = serde_json::from_slice(&std::fs::read(&coverage)?)?;
        std::fs::remove_file(&coverage)?;
        let found = document["hits"].as_u64().context("the coverage has no `hits`")?;

        let compared = Compared {
            limit: Spread::of(limits).median,
            processor: Spread::of(replays.iter().map(|used| used.processor)).median,
            wall: Spread::of(replays.iter().map(|used| used.wall)).median,
            found,
        };
        let row = |program, outcome| Row { question: question.name(), program, outcome };
        let mut rows = vec![row("backtrail", Outcome::Measured(compared.answer(&replays)))];
        for (program, command) in self.commands(question) {
            let outcome = match command {
                Ok(mut command) => {
                    self.runs_of(&mut command, found).map(|runs| compared.answer(&runs)).into()
                }
                Err(missing) => Outcome::Skipped(missing),
            };
            rows.push(row(program, outcome));
        }
        Ok(rows)
    }

    /// Runs a peer; what it prints must be the number that backtrail found.
    fn runs_of(&self, command: &mut Command, found: u64) -> anyhow::Result<Vec<Used>> {
        let mut runs = Vec::new();
        for _ in 0..self.runs {
            let used = run(command.stdout(Stdio::piped()))?;
            let said = used.stdout.trim();
            anyhow::ensure!(said == found.to_string(), "found {said} where backtrail found {found}");
            runs.push(used);
        }
        Ok(runs)
    }

    /// Returns the peers, or why they are not here.
    fn commands(&self, question: Question) -> [(&'static str, Result<Command, String>); 3] {
        [
            ("serde_json loop", Ok(self.programs.serde_loop(self.archive, self.threads, question))),
            ("DuckDB", self.duckdb(question)),
            ("zcat | jq", self.jq(question)),
        ]
    }

    fn jq(&self, question: Question) -> Result<Command, String> {
        if run(Command::new("jq").arg("--version").stdout(Stdio::null())).is_err() {
            return Err("jq is not installed".to_owned());
        }
        const PIPE: &str = "set -o pipefail; \
            find \"$1\" -name '*.json.gz' -print0 | xargs -0 zcat | jq -c \"$2\" | wc -l";
        let mut command = Command::new("bash");
        command.args(["-c", PIPE, "bash"]).arg(self.archive).arg(question.jq());
        Ok(command)
    }

    /// Only the columns that the question needs, as somebody writes who knows DuckDB: it guesses wrongly, and for long,
    /// at what stands in all the others. The size is what the largest log files need.
    fn duckdb(&self, question: Question) -> Result<Command, String> {
        if run(Command::new(self.python).args(["-c", "import duckdb"]).stdout(Stdio::null())).is_err() {
            return Err(format!("`{}` has no duckdb: pip install duckdb", self.python.display()));
        }
        let query = format!(
            "SELECT count(*) FROM (SELECT unnest(Records) AS record FROM read_json(\
             '{}/**/*.json.gz', maximum_object_size = 67108864, columns = {{Records: \
             'STRUCT(eventType VARCHAR, eventName VARCHAR, readOnly BOOLEAN, \
             additionalEventData STRUCT(MFAUsed VARCHAR))[]'}})) WHERE {}",
            self.archive.display(),
            question.sql()
        );
        const RUN: &str = "import duckdb, sys; database = duckdb.connect(); \
            database.execute(f'SET threads = {sys.argv[1]}; SET enable_progress_bar = false'); \
            print(database.execute(sys.argv[2]).fetchone()[0])";
        let mut command = Command::new(self.python);
        command.args(["-c", RUN, &self.threads.to_string(), &query]);
        Ok(command)
    }
}

/// What an answer is compared with.
struct Compared {
    /// Processor time of the limit.
    limit: f64,
    /// Processor time, time on the wall and hits of backtrail.
    processor: f64,
    wall: f64,
    found: u64,
}

impl Compared {
    /// Puts together what runs with the right answer have used.
    fn answer(&self, runs: &[Used]) -> Answer {
        let seconds = Spread::of(runs.iter().map(|used| used.processor));
        let wall_seconds = Spread::of(runs.iter().map(|used| used.wall));
        Answer {
            runs: runs.len(),
            found: self.found,
            seconds,
            wall_seconds,
            to_limit: seconds.median / self.limit,
            to_replay: seconds.median / self.processor,
            wall_to_replay: wall_seconds.median / self.wall,
            peak_memory: runs.iter().map(|used| used.peak_memory).max().unwrap_or_default(),
        }
    }
}

/// Returns the table of all answers.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(
        "What a user would run today",
        &[
            "question, program",
            "found",
            "cpu s",
            "wall s",
            "cpu / limit",
            "cpu / backtrail",
            "wall / backtrail",
            "peak MiB",
        ],
    );
    for row in rows {
        table.push(format!("{}, {}", row.question, row.program), "", &row.outcome, |answer| {
            vec![
                answer.found.to_string(),
                number(answer.seconds.median, 2),
                number(answer.wall_seconds.median, 2),
                number(answer.to_limit, 2),
                number(answer.to_replay, 2),
                number(answer.wall_to_replay, 2),
                mebibytes(answer.peak_memory),
            ]
        });
    }
    table
}
