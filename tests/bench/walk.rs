//! Takes log files through the rooms of the library, one after the other, on one thread. Every room gets its input
//! ready-made, and only its own work is timed.

use super::clock::Clock;
use anyhow::Context as _;
use backtrail::decode::{self, Records, Text};
use backtrail::event::EventFields;
use backtrail::hit::{Hit, Span};
use backtrail::json::compact::Marker;
use backtrail::json::{Fields, Leaves, project};
use backtrail::language::Condition;
use backtrail::query::{self, Query};
use backtrail::record::Facts;
use backtrail::render::{self, Format, HitOptions};
use backtrail::replay::DEFAULT_MAX_OBJECT_SIZE;
use std::fs;
use std::hint::black_box;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Seven fields as a replay wants them.
const SEVEN: [&str; 7] = [
    "eventTime",
    "eventName",
    "eventSource",
    "awsRegion",
    "userIdentity.type",
    "userIdentity.arn",
    "errorCode",
];

/// Records whose leaves are there at the same time.
const RECORDS_AT_ONCE: usize = 64;

/// What the rooms need, and memory that goes from log file to log file.
pub struct Walk {
    seven: Fields,
    queries: Vec<Query>,
    conditions: Vec<Condition>,
    wanted: EventFields,
    stored: Vec<u8>,
    text: Text,
    marker: Marker,
    literals: Marker,
    copy: Vec<u8>,
    leaves: Vec<Leaves>,
}

/// The speed of every room in one walk or several, in 10⁶ bytes of JSON text for each second.
pub type Speeds = Vec<(&'static str, Vec<f64>)>;

impl Walk {
    pub fn new() -> anyhow::Result<Self> {
        let (mut seven, mut fields) = (Fields::new(), Fields::new());
        for path in SEVEN {
            seven.intern(path);
        }
        let queries = query::shipped()?;
        let conditions = queries.iter().map(|query| query.pattern.compile(&mut fields)).collect();
        let wanted = EventFields::new(fields);
        let (stored, text, copy, leaves) = Default::default();
        let marker = Marker::new([(0, &b"eventName"[..]), (1, b"eventType")])?;
        let literals = Marker::of_strings(&["ConsoleLogin", "AwsAggregatedEvent"])?;
        Ok(Self { seven, queries, conditions, wanted, stored, text, marker, literals, copy, leaves })
    }

    /// Takes all log files through all rooms.
    pub fn speeds(&mut self, paths: &[PathBuf]) -> anyhow::Result<Speeds> {
        let (mut clock, mut bytes) = (Clock::default(), 0);
        for path in paths {
            self.take(path, &mut clock)?;
            bytes += self.text.bytes().len();
        }
        Ok(clock.seconds().map(|(room, seconds)| (room, vec![bytes as f64 / seconds / 1e6])).collect())
    }

    fn take(&mut self, path: &Path, clock: &mut Clock) -> anyhow::Result<()> {
        self.read(path, clock)?;
        let (text, marker, literals) = (self.text.bytes(), &self.marker, &self.literals);
        clock.time("find records", || split(text, &Marker::none(), |_, _| 0))?;
        clock.time("find records, literals", || split(text, literals, candidates))?;
        clock.time("find records, event names", || split(text, marker, logins))?;
        let found = clock.time("check and find records", || decode::find_records(text))?;
        let mut leaves = std::mem::take(&mut self.leaves);
        self.look(&found, &mut leaves, clock)?;
        self.leaves = leaves;
        self.render(&found, clock)
    }

    fn read(&mut self, path: &Path, clock: &mut Clock) -> anyhow::Result<()> {
        let Self { stored, text, copy, .. } = self;
        clock.time("read", || {
            stored.clear();
            fs::File::open(path)?.read_to_end(stored)
        })?;
        clock.time("inflate", || decode::inflate(stored, DEFAULT_MAX_OBJECT_SIZE, text))?;
        let text = text.bytes();
        copy.resize(copy.len().max(text.len()), 0);
        clock.time("memcpy", || copy[..text.len()].copy_from_slice(black_box(text)));
        Ok(())
    }

    /// Projects and matches the records, a few at a time: a replay has the leaves of one in its caches, too.
    fn look(&self, found: &Records, leaves: &mut Vec<Leaves>, clock: &mut Clock) -> anyhow::Result<()> {
        let records: Vec<&[u8]> = found.found.iter().map(|at| found.bytes(self.text.bytes(), at)).collect();
        leaves.resize_with(RECORDS_AT_ONCE, Leaves::new);
        for records in records.chunks(RECORDS_AT_ONCE) {
            clock.time("project 7 fields", || self.project_seven(records, &mut leaves[0]))?;
            for (record, leaves) in records.iter().zip(leaves.iter_mut()) {
                self.wanted.project_record(record, None, leaves)?;
            }
            clock.time("match every shipped query", || self.count_matches(records, leaves));
        }
        Ok(())
    }

    fn project_seven(&self, records: &[&[u8]], leaves: &mut Leaves) -> anyhow::Result<()> {
        for record in records {
            leaves.reset(self.seven.len());
            project(record, &self.seven, self.seven.root(), leaves)?;
            black_box(&leaves);
        }
        Ok(())
    }

    fn count_matches(&self, records: &[&[u8]], leaves: &[Leaves]) -> usize {
        let matches = |(record, leaves): (&&[u8], &Leaves)| {
            let view = leaves.view(record);
            self.conditions.iter().filter(|condition| condition.is_satisfied(&view)).count()
        };
        records.iter().zip(leaves).map(matches).sum()
    }

    /// Renders every record as a hit.
    fn render(&self, found: &Records, clock: &mut Clock) -> anyhow::Result<()> {
        let records = found.found.iter().map(|at| found.bytes(self.text.bytes(), at));
        let facts: Vec<(&[u8], Facts)> = records.map(|record| (record, Facts::read(record))).collect();
        clock.time("render NDJSON", || {
            let mut writer = render::hits(Format::Ndjson, &HitOptions::default(), Box::new(io::sink()));
            for (record, facts) in &facts {
                let query = &self.queries[0];
                let hit = Hit {
                    query,
                    position: 0,
                    groups: &[],
                    span: Span::of(facts.time),
                    log_key: "log-key",
                    key_account: None,
                    record,
                    event: None,
                    facts,
                    is_synthetic: false,
                    is_history: false,
                };
                writer.write(&hit)?;
            }
            writer.finish()
        })?;
        Ok(())
    }
}

/// Splits a log file piece by piece as a replay does, and adds up what `look` makes of the pieces.
fn split(text: &[u8], marker: &Marker, look: fn(&[u8], &Records) -> usize) -> anyhow::Result<usize> {
    let cut = decode::cut(text).context("the text is no log file as trails write it")?;
    let (mut sum, mut found) = (0, Records::default());
    for piece in cut.pieces {
        let piece = &text[piece];
        found = decode::read_piece(piece, marker, found).context("a piece holds no whole records")?;
        sum += look(piece, &found);
    }
    Ok(black_box(sum))
}

/// Counts the records that hold a literal, as the prefilter does.
fn candidates(_: &[u8], found: &Records) -> usize {
    found.found.iter().filter(|at| found.marks(at).is_none_or(|marks| !marks.is_empty())).count()
}

/// Looks at the event name of every record where it is marked, as the rule index does: the cheapest question there is.
fn logins(piece: &[u8], found: &Records) -> usize {
    let is_login = |at: &&decode::Found| {
        let record = found.bytes(piece, at);
        let name = found.marks(at).and_then(|marks| marks.iter().find(|mark| mark.name == 0));
        name.is_some_and(|name| record[name.value as usize..].starts_with(b"\"ConsoleLogin\""))
    };
    found.found.iter().filter(is_login).count()
}
