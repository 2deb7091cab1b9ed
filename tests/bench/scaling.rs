//! Several threads against one, by the clock on the wall: the replay, and beside it the limit, because a machine may
//! not give twice the speed to anybody.

use super::inputs::{Archive, LARGE, ONE_FILE, THREE_FILES, TINY};
use super::measure::{Outcome, Spread, run};
use super::programs::Programs;
use super::table::{Table, number, or_dash};
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;

/// What is scaled.
pub struct Scaled {
    pub name: &'static str,
    what: &'static str,
    target: Option<f64>,
    pub archive: &'static Archive,
}

/// Returns all that is scaled, with the selective query.
pub fn all() -> [Scaled; 4] {
    let scaled = |name, what, target, archive| Scaled { name, what, target, archive };
    [
        scaled("scaling-large", "1,500 log files as a trail writes them", Some(1.9), &LARGE),
        scaled("scaling-tiny", "100,000 objects of about 5 records", None, &TINY),
        scaled("scaling-three-files", "three log files of 200 MB JSON", None, &THREE_FILES),
        scaled("scaling-one-file", "one log file of 200 MB JSON", None, &ONE_FILE),
    ]
}

/// How one archive scales.
#[derive(Debug, Serialize)]
pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    pub target: Option<f64>,
    pub outcome: Outcome<Scaling>,
}

/// What the rounds said.
#[derive(Debug, Serialize)]
pub struct Scaling {
    pub runs: usize,
    pub threads: usize,
    /// How many times faster the replay is with all threads than with one, round by round.
    pub replay: Spread,
    pub limit: Spread,
    pub replay_wall_seconds: [Spread; 2],
    pub limit_wall_seconds: [Spread; 2],
}

impl Scaled {
    /// Measures with one and with `threads` threads.
    pub fn measure(
        &self,
        programs: &Programs,
        archive: &Path,
        asked: &[OsString],
        (threads, runs): (usize, usize),
    ) -> Row {
        let outcome = rounds(programs, archive, asked, (threads, runs)).into();
        Row { name: self.name, what: self.what, target: self.target, outcome }
    }
}

/// Runs replay and limit in turn, with one and with all threads. The first round only warms the caches.
fn rounds(
    programs: &Programs,
    archive: &Path,
    asked: &[OsString],
    (threads, runs): (usize, usize),
) -> anyhow::Result<Scaling> {
    let mut commands = [
        programs.replay(archive, 1, asked),
        programs.replay(archive, threads, asked),
        programs.limit(archive, 1),
        programs.limit(archive, threads),
    ];
    let mut rounds = Vec::new();
    for _ in 0..=runs {
        let mut round = [0.0; 4];
        for (command, wall) in commands.iter_mut().zip(&mut round) {
            *wall = run(command)?.wall;
        }
        rounds.push(round);
    }
    rounds.remove(0);
    let wall = |at: usize| Spread::of(rounds.iter().map(|round| round[at]));
    Ok(Scaling {
        runs,
        threads,
        replay: Spread::of(rounds.iter().map(|round| round[0] / round[1])),
        limit: Spread::of(rounds.iter().map(|round| round[2] / round[3])),
        replay_wall_seconds: [wall(0), wall(1)],
        limit_wall_seconds: [wall(2), wall(3)],
    })
}

/// Returns the table of all that is scaled.
pub fn table(rows: &[Row]) -> Table {
    let header = ["job", "replay", "target", "lowest", "highest", "limit", "lowest", "highest"];
    let mut table = Table::new("All threads against one, by wall clock", &header);
    for row in rows {
        let target = or_dash(row.target.map(|target| number(target, 1)));
        let cells = |scaling: &Scaling| {
            let Spread { median, lowest, highest } = scaling.replay;
            let limit = scaling.limit;
            let mut cells = vec![number(median, 2), target, number(lowest, 2), number(highest, 2)];
            cells.extend([limit.median, limit.lowest, limit.highest].map(|times| number(times, 2)));
            cells
        };
        table.push(row.name, row.what, &row.outcome, cells);
    }
    table
}
