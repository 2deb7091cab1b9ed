//! Second questions: what a converted folder saves, against the log files that it was made of.

use super::inputs::LARGE;
use super::jobs::WRITES;
use super::measure::{Outcome, Spread, run};
use super::programs::Programs;
use super::table::{Table, mebibytes, number, or_dash};
use serde::Serialize;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The archive that is converted.
pub const ARCHIVE: &super::inputs::Archive = &LARGE;

/// One question.
pub struct Asked {
    pub name: &'static str,
    what: &'static str,
    /// How many times cheaper the converted folder is to be.
    target: Option<f64>,
    arguments: &'static [&'static str],
}

/// Returns all questions, the narrow ones first.
pub fn all() -> [Asked; 6] {
    const EVERY: &str = r#"{"detail":{"eventName":[{"exists":true}]}}"#;
    let asked = |name, what, target, arguments| Asked { name, what, target, arguments };
    [
        asked(
            "second-sign-ins",
            "console sign-ins without MFA",
            Some(10.0),
            &["-q", "signin/console-login-without-mfa"],
        ),
        asked(
            "second-stop-logging",
            "trails that were stopped",
            Some(10.0),
            &["-q", "cloudtrail/trail-stopped"],
        ),
        asked("second-iam", "all shipped queries on IAM", None, &["-q", "iam"]),
        asked("second-shipped", "all shipped queries at once, counting", None, &["--count"]),
        asked("second-writes", "every write call, counting", None, WRITES),
        asked("second-every", "every record by name", None, &["-e", EVERY, "--count", "--by", "eventName"]),
    ]
}

/// What became of one question.
#[derive(Debug, Serialize)]
pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    pub target: Option<f64>,
    pub outcome: Outcome<Saved>,
}

/// What the rounds said.
#[derive(Debug, Serialize)]
pub struct Saved {
    pub runs: usize,
    /// Processor time of the log files to that of the converted folder, round by round.
    pub ratio: Spread,
    pub log_files_seconds: Spread,
    pub converted_seconds: Spread,
    /// Largest of all runs over the converted folder, in bytes.
    pub peak_memory: u64,
}

/// Converts the archive anew, so that it is this program's folder that is asked.
pub fn convert(programs: &Programs, archive: &Path, folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    run(&mut programs.convert(archive, folder)).map(drop)
}

impl Asked {
    /// Asks both places.
    pub fn measure(
        &self,
        programs: &Programs,
        (archive, converted): (&Path, &Path),
        (threads, runs): (usize, usize),
    ) -> Row {
        let outcome = self.rounds(programs, (archive, converted), (threads, runs)).into();
        Row { name: self.name, what: self.what, target: self.target, outcome }
    }

    /// Asks both places in turn. Their answers must be the same bytes. The first round only warms the caches.
    fn rounds(
        &self,
        programs: &Programs,
        (archive, converted): (&Path, &Path),
        (threads, runs): (usize, usize),
    ) -> anyhow::Result<Saved> {
        let answers = tempfile::tempdir()?;
        let (from_archive, from_converted) =
            (answers.path().join("archive"), answers.path().join("converted"));
        let ask = |place: &Path, answer: &Path| {
            let mut arguments: Vec<OsString> = self.arguments.iter().map(Into::into).collect();
            if !self.arguments.contains(&"--count") {
                arguments.extend(["--format".into(), "ndjson".into()]);
            }
            arguments.extend(["-o".into(), answer.into()]);
            programs.replay(place, threads, &arguments)
        };
        let (mut of_archive, mut of_converted) =
            (ask(archive, &from_archive), ask(converted, &from_converted));
        let mut rounds = Vec::new();
        for _ in 0..=runs {
            rounds.push((run(&mut of_archive)?, run(&mut of_converted)?));
            let is_same = fs::read(&from_archive)? == fs::read(&from_converted)?;
            anyhow::ensure!(is_same, "the converted folder gives another answer");
        }
        rounds.remove(0);
        Ok(Saved {
            runs,
            ratio: Spread::of(
                rounds.iter().map(|(archive, converted)| archive.processor / converted.processor),
            ),
            log_files_seconds: Spread::of(rounds.iter().map(|(archive, _)| archive.processor)),
            converted_seconds: Spread::of(rounds.iter().map(|(_, converted)| converted.processor)),
            peak_memory: rounds.iter().map(|(_, converted)| converted.peak_memory).max().unwrap_or_default(),
        })
    }
}

/// Returns the table of all questions.
pub fn table(rows: &[Row]) -> Table {
    let header = [
        "question",
        "times cheaper",
        "target",
        "lowest",
        "highest",
        "log files s",
        "converted s",
        "peak MiB",
    ];
    let mut table = Table::new("A second question, of a converted folder", &header);
    for row in rows {
        let target = or_dash(row.target.map(|target| number(target, 0)));
        table.push(row.name, row.what, &row.outcome, |saved| {
            let Spread { median, lowest, highest } = saved.ratio;
            let mut cells = vec![number(median, 1), target, number(lowest, 1), number(highest, 1)];
            cells.extend(
                [saved.log_files_seconds, saved.converted_seconds].map(|time| number(time.median, 3)),
            );
            cells.push(mebibytes(saved.peak_memory));
            cells
        });
    }
    table
}
