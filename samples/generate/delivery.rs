//! Puts records into log files, as a trail of the whole organisation would name them.
//!
//! A real trail writes a file every few minutes. Here a file holds several hours, so that few are enough.

use super::call::{Call, Folder};
use super::chance::{Chance, letters};
use super::clock::{Moment, after, day_of};
use super::text::to_text;
use serde_json::json;
use std::collections::BTreeMap;

/// The organisation whose trail this is.
pub const ORGANISATION: &str = "o-exampleorg";

/// A file of the archive, before compression.
#[derive(Debug, Clone)]
pub struct Object {
    /// The path below the archive, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A log file with what a digest says about it.
#[derive(Debug, Clone)]
pub struct LogFile {
    /// The file.
    pub object: Object,
    /// The account of its records.
    pub account: &'static str,
    /// The region of its records.
    pub region: &'static str,
    /// The folder it is in.
    pub folder: Folder,
    /// When it was delivered.
    pub delivered: Moment,
    /// The first `eventTime`.
    pub oldest: Moment,
    /// The last `eventTime`.
    pub newest: Moment,
}

/// What a log file has in common: folder, account, region, day, part of the day, and how it was delivered.
type Batch = (Folder, &'static str, &'static str, String, i64, Way);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Usual,
    Again,
    Late(Moment),
}

/// Sorts `calls` into log files, in the order of their paths.
pub fn log_files(calls: Vec<Call>) -> Vec<LogFile> {
    let mut batches: BTreeMap<Batch, Vec<Call>> = BTreeMap::new();
    for call in calls {
        if call.twice {
            batches.entry(batch(&call, Way::Again)).or_default().push(call.clone());
        }
        let way = call.late.map_or(Way::Usual, Way::Late);
        batches.entry(batch(&call, way)).or_default().push(call);
    }
    let mut files: Vec<LogFile> =
        batches.into_iter().map(|(batch, calls)| log_file(&batch, &calls)).collect();
    files.sort_by(|one, other| one.object.path.cmp(&other.object.path));
    files
}

fn batch(call: &Call, way: Way) -> Batch {
    let hour = i64::from(call.time.strftime("%H").to_string().parse::<u8>().unwrap_or_default());
    let hours = hours_in_a_file(call.account, call.region);
    (call.folder, call.account, call.region, day_of(call.time), hour / hours, way)
}

/// Busy regions get more files.
fn hours_in_a_file(account: &str, region: &str) -> i64 {
    use super::cast::{FRANKFURT, PRODUCTION, STOCKHOLM};
    match region {
        STOCKHOLM => 12,
        FRANKFURT if account == PRODUCTION => 3,
        _ if account == PRODUCTION => 4,
        _ => 6,
    }
}

fn log_file(batch: &Batch, calls: &[Call]) -> LogFile {
    let (folder, account, region, _, _, way) = batch;
    let oldest = calls.iter().map(|call| call.time).min().unwrap_or_default();
    let newest = calls.iter().map(|call| call.time).max().unwrap_or_default();
    let seed = format!("{batch:?}");
    let mut chance = Chance::named(&seed);
    let minutes = i64::from(chance.below(4) == 0) + 4;
    let delivered = match way {
        Way::Usual => after(newest, minutes * 60),
        Way::Again => after(newest, (minutes + 7) * 60),
        Way::Late(moment) => *moment,
    };
    // Files make no promise about the order of their records.
    let mut records: Vec<_> = calls.iter().map(|call| call.record.clone()).collect();
    chance.shuffle(&mut records);
    let name = format!(
        "{account}_{}_{region}_{}_{}.json.gz",
        folder.name(),
        delivered.strftime("%Y%m%dT%H%MZ"),
        letters(16, &seed)
    );
    let day = delivered.strftime("%Y/%m/%d");
    let path = format!("AWSLogs/{ORGANISATION}/{account}/{}/{region}/{day}/{name}", folder.name());
    let text = to_text(&json!({"Records": records}));
    LogFile { object: Object { path, text }, account, region, folder: *folder, delivered, oldest, newest }
}
