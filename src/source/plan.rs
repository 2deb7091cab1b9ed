//! Which folders and objects a scope needs: the one place that decides, for every kind of source.
//!
//! A scope that asks for no account, region or day is *wide*: everything is visited and every object counts. A narrow
//! one is answered folder by folder: a folder that cannot hold what is asked for is pruned, one of another service is
//! passed over as a whole.

use super::layout::{self, Layout};
use super::{Folder, LogKey, ReadBefore, Scope, Skip};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many folders deep a tree is looked for before a narrow plan takes the whole of what is left.
const SEARCH_DEPTH: usize = 4;

/// Up to this many days a narrow plan visits each day's folder; beyond, whole months and years at once.
const DAY_BY_DAY: i32 = 400;

/// A scope, ready to be asked about folders and keys.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    accounts: BTreeSet<String>,
    regions: BTreeSet<String>,
    days: Option<Days>,
    read_before: Option<Arc<ReadBefore>>,
}

/// The log files that a scope needs, for sources outside this room that know all their keys.
#[derive(Debug, Clone)]
pub struct Chosen(Plan);

impl Chosen {
    /// Reads a scope.
    pub fn new(scope: &Scope) -> Self {
        Self(Plan::new(scope))
    }

    /// Tells whether the scope needs a log file of that stored size.
    pub fn has(&self, key: &LogKey, size: u64) -> bool {
        self.0.closed_folder(key.as_str()).is_none() && self.0.judge(key, size) == Verdict::Read
    }
}

/// The days whose folders can hold what a scope asks for, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Days {
    first: Date,
    last: Date,
}

/// What to do with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    /// Ask about each thing in it.
    Enter,
    /// Take all that lies below, at any depth, and judge each object.
    Whole,
    /// Pass over all of it, and count it as one.
    Skip(Skip),
    /// Nothing in it is asked for.
    Prune,
}

/// What to do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Read,
    Skip(Skip),
    Prune,
}

impl Plan {
    pub fn new(scope: &Scope) -> Self {
        Self {
            accounts: scope.accounts.clone(),
            regions: scope.regions.clone(),
            days: Days::of(scope),
            read_before: scope.read_before.clone(),
        }
    }

    /// Decides about a folder, given as a key that ends in `/`; the empty text is the archive itself.
    pub fn visit(&self, folder: &str) -> Visit {
        if !self.is_narrow() {
            return Visit::Whole;
        }
        let Some(folders) = folder.strip_suffix('/') else { return Visit::Enter };
        if is_hidden(folders) {
            return Visit::Skip(Skip::OtherName);
        }
        let layout = Layout::of(folders);
        if !layout.is_tree {
            let depth = folders.split('/').count();
            return if depth <= SEARCH_DEPTH { Visit::Enter } else { Visit::Whole };
        }
        self.visit_tree(&layout)
    }

    fn visit_tree(&self, layout: &Layout<'_>) -> Visit {
        if layout.account.is_some_and(|account| !self.has_account(account)) {
            return Visit::Prune;
        }
        match layout.folder {
            None => return Visit::Enter,
            Some("CloudTrail-Lake") => return Visit::Whole,
            Some(folder) => {
                if let Some(skip) = skip_of(Folder::of(folder)) {
                    return Visit::Skip(skip);
                }
            }
        }
        if layout.region.is_some_and(|region| !self.has_region(region)) {
            return Visit::Prune;
        }
        if !layout.is_complete {
            return Visit::Whole;
        }
        let asks_region = layout.region.is_none() && layout.year.is_none() && !self.regions.is_empty();
        match (self.days, layout.day()) {
            (None, _) => {
                if asks_region {
                    Visit::Enter
                } else {
                    Visit::Whole
                }
            }
            (Some(days), Some(day)) => {
                if days.contains(day) {
                    Visit::Whole
                } else {
                    Visit::Prune
                }
            }
            (Some(days), None) => days.visit(layout),
        }
    }

    /// Decides about an object that was met in a folder which is visited.
    pub fn judge(&self, key: &LogKey, size: u64) -> Verdict {
        let is_wanted = key.account().is_none_or(|account| self.has_account(account))
            && key.region().is_none_or(|region| self.has_region(region))
            && key.day().is_none_or(|day| self.days.is_none_or(|days| days.contains(day)));
        match skip_reason(key, size) {
            _ if !is_wanted => Verdict::Prune,
            Some(skip) => Verdict::Skip(skip),
            None if self.read_before.as_ref().is_some_and(|read_before| read_before.has(key)) => {
                Verdict::Skip(Skip::ReadBefore)
            }
            None => Verdict::Read,
        }
    }

    /// Finds the topmost folder above a key that is not visited, and what becomes of it. For sources that know all
    /// their keys and no folders.
    pub fn closed_folder<'k>(&self, key: &'k str) -> Option<(&'k str, Visit)> {
        for (slash, _) in key.match_indices('/') {
            let folder = &key[..=slash];
            match self.visit(folder) {
                Visit::Enter => {}
                Visit::Whole => return None,
                visit => return Some((folder, visit)),
            }
        }
        None
    }

    /// Says whether the plan asks for a part only.
    fn is_narrow(&self) -> bool {
        self.days.is_some() || !self.accounts.is_empty() || !self.regions.is_empty()
    }

    fn has_account(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.contains(account)
    }

    fn has_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.contains(region)
    }
}

impl Days {
    /// An event lies in the folder of its day or a later one, never an earlier one; no folder is of a day to come.
    fn of(scope: &Scope) -> Option<Self> {
        if scope.since.is_none() && scope.until.is_none() && scope.first_day.is_none() {
            return None;
        }
        let since = scope.since.map_or(Date::MIN, day_of);
        let first = scope.first_day.map_or(since, |day| day.max(since));
        Some(Self { first, last: scope.last_day() })
    }

    fn contains(self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Decides about a folder above those of the days.
    fn visit(self, layout: &Layout<'_>) -> Visit {
        let Some(year) = layout.year else { return Visit::Enter };
        let (first_month, last_month) = layout.month.map_or((1, 12), |month| (month, month));
        let from = Date::new(year, first_month, 1);
        let Ok(to) = Date::new(year, last_month, 1) else { return Visit::Whole };
        let (Ok(from), to) = (from, to.last_of_month()) else { return Visit::Whole };
        if to < self.first || self.last < from {
            Visit::Prune
        } else if self.count() > DAY_BY_DAY && self.first <= from && to <= self.last {
            Visit::Whole
        } else {
            Visit::Enter
        }
    }

    fn count(self) -> i32 {
        self.first.until(self.last).map_or(0, |span| span.get_days())
    }
}

fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// Says why an object is not read, by its name and size alone.
fn skip_reason(key: &LogKey, size: u64) -> Option<Skip> {
    let text = key.as_str();
    let (_, name) = layout::folders_and_name(text);
    if name.is_empty() && size == 0 {
        return Some(Skip::FolderMarker);
    }
    if is_hidden(text) {
        return Some(Skip::OtherName);
    }
    if let Some(skip) = skip_of(key.folder()) {
        return Some(skip);
    }
    // What trails write is told at once.
    if name.ends_with(".json.gz") {
        return None;
    }
    let name = name.to_ascii_lowercase();
    if has_log_ending(&name) || layout::is_lake_result(&name) {
        None
    } else if size == 0 && (key.folder().is_log() || !name.contains('.')) {
        Some(Skip::FolderMarker)
    } else if key.folder() == Folder::Unknown && !name.contains('.') && name != "aws-logs-write-test" {
        None
    } else {
        Some(Skip::OtherName)
    }
}

fn skip_of(folder: Folder) -> Option<Skip> {
    match folder {
        Folder::Digest => Some(Skip::Digest),
        Folder::Aggregated => Some(Skip::Aggregated),
        Folder::Foreign => Some(Skip::Foreign),
        Folder::CloudTrail | Folder::Insight | Folder::NetworkActivity | Folder::Unknown => None,
    }
}

/// Says whether a lower-case file name ends like a log file's.
fn has_log_ending(name: &str) -> bool {
    let (stem, is_packed) = name.strip_suffix(".gz").map_or((name, false), |stem| (stem, true));
    match stem.rsplit_once('.') {
        Some((_, "json" | "jsonl" | "ndjson" | "log")) => true,
        Some((_, "csv" | "tsv" | "txt" | "parquet" | "tar" | "xml" | "html" | "md" | "pdf" | "sql")) => false,
        _ => is_packed,
    }
}

fn is_hidden(path: &str) -> bool {
    let path = path.as_bytes();
    memchr::memchr_iter(b'.', path).any(|at| at == 0 || path[at - 1] == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wide() -> Scope {
        Scope {
            since: None,
            until: None,
            accounts: BTreeSet::new(),
            regions: BTreeSet::new(),
            late_slack_days: 1,
            first_day: None,
            read_before: None,
            now: "2024-06-01T12:00:00Z".parse().unwrap(),
        }
    }

    fn between(since: &str, until: &str) -> Plan {
        let since = Some(since.parse().unwrap());
        Plan::new(&Scope { since, until: Some(until.parse().unwrap()), ..wide() })
    }

    fn judged(plan: &Plan, key: &str, size: u64) -> Verdict {
        plan.judge(&LogKey::parse(key), size)
    }

    const TRAIL: &str = "p/AWSLogs/111122223333/CloudTrail/";

    #[test]
    fn a_wide_scope_takes_everything_as_it_comes() {
        let plan = Plan::new(&wide());
        assert_eq!(plan.visit(""), Visit::Whole);
        assert_eq!(plan.visit("AWSLogs/111122223333/Config/"), Visit::Whole);
    }

    #[test]
    fn the_days_reach_from_the_first_to_the_slack_behind_the_last() {
        let plan = between("2024-01-31T23:59:59Z", "2024-02-02T00:00:00Z");
        let visit = |day: &str| plan.visit(&format!("{TRAIL}us-east-1/2024/{day}/"));
        assert_eq!(visit("01/30"), Visit::Prune);
        assert_eq!(visit("01/31"), Visit::Whole);
        assert_eq!(visit("2/3"), Visit::Whole);
        assert_eq!(visit("02/04"), Visit::Prune);
        assert_eq!(visit("01"), Visit::Enter);
        assert_eq!(visit("03"), Visit::Prune);
        assert_eq!(plan.visit(&format!("{TRAIL}us-east-1/2023/")), Visit::Prune);
    }

    #[test]
    fn no_folder_is_looked_for_beyond_today() {
        let days = between("2024-05-30T00:00:00Z", "2024-07-01T00:00:00Z").days.unwrap();
        assert_eq!(days, Days { first: date(2024, 5, 30), last: date(2024, 6, 1) });
        let days = Days::of(&Scope { since: Some("2024-05-01T00:00:00Z".parse().unwrap()), ..wide() });
        assert_eq!(days.unwrap().last, date(2024, 6, 1));
    }

    #[test]
    fn a_long_time_takes_whole_years_and_months() {
        let plan = between("2021-11-15T00:00:00Z", "2024-02-02T00:00:00Z");
        let visit = |folder: &str| plan.visit(&format!("{TRAIL}us-east-1/{folder}/"));
        assert_eq!(visit("2022"), Visit::Whole);
        assert_eq!(visit("2021"), Visit::Enter);
        assert_eq!(visit("2021/12"), Visit::Whole);
        assert_eq!(visit("2021/11"), Visit::Enter);
        assert_eq!(visit("2021/10"), Visit::Prune);
    }

    #[test]
    fn accounts_and_regions_prune_the_folders_of_the_others() {
        let accounts = ["111122223333".to_owned()].into();
        let plan = Plan::new(&Scope { accounts, regions: ["us-east-1".to_owned()].into(), ..wide() });
        assert_eq!(plan.visit("p/AWSLogs/o-abcde12345/"), Visit::Enter);
        assert_eq!(plan.visit("p/AWSLogs/444455556666/"), Visit::Prune);
        assert_eq!(plan.visit(TRAIL), Visit::Enter);
        assert_eq!(plan.visit(&format!("{TRAIL}us-east-1/")), Visit::Whole);
        assert_eq!(plan.visit(&format!("{TRAIL}eu-west-1/")), Visit::Prune);
    }

    #[test]
    fn folders_of_other_kinds_are_passed_over_as_a_whole() {
        let plan = between("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
        let account = "AWSLogs/111122223333/";
        let visit = |folder: &str| plan.visit(&format!("{account}{folder}/"));
        assert_eq!(visit("CloudTrail-Digest"), Visit::Skip(Skip::Digest));
        assert_eq!(visit("CloudTrail-Aggregated"), Visit::Skip(Skip::Aggregated));
        assert_eq!(visit("Config"), Visit::Skip(Skip::Foreign));
        assert_eq!(visit("CloudTrail-Lake"), Visit::Whole);
        assert_eq!(plan.visit(".git/"), Visit::Skip(Skip::OtherName));
    }

    #[test]
    fn trees_are_looked_for_a_few_folders_deep() {
        let plan = between("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
        assert_eq!(plan.visit("a/b/c/d/"), Visit::Enter);
        assert_eq!(plan.visit("a/b/c/d/e/"), Visit::Whole);
    }

    #[test]
    fn a_key_that_says_nothing_is_kept_and_one_that_says_another_day_is_not() {
        let plan = between("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
        assert_eq!(judged(&plan, "x.json.gz", 9), Verdict::Read);
        assert_eq!(
            judged(&plan, "111122223333_CloudTrail_us-east-1_20240105T0000Z_x.json.gz", 9),
            Verdict::Prune
        );
        assert_eq!(
            judged(&plan, "111122223333_CloudTrail_us-east-1_20240103T0000Z_x.json.gz", 9),
            Verdict::Read
        );
    }

    #[test]
    fn names_tell_log_files_from_the_rest() {
        let plan = Plan::new(&wide());
        let read = [
            "a.json.gz",
            "a.json",
            "a.gz",
            "b.jsonl",
            "b.ndjson.gz",
            "b.LOG",
            "stream-1-2024",
            "result_3.csv.gz",
        ];
        for name in read {
            assert_eq!(judged(&plan, &format!("export/{name}"), 9), Verdict::Read, "{name}");
        }
        let other = [
            "a.csv",
            "a.csv.gz",
            "a.parquet",
            "a.gz.parquet",
            "a.txt",
            "a.md",
            "a.zip",
            ".DS_Store",
            ".git/config",
        ];
        for name in other.into_iter().chain(["aws-logs-write-test"]) {
            let verdict = judged(&plan, &format!("export/{name}"), 9);
            assert_eq!(verdict, Verdict::Skip(Skip::OtherName), "{name}");
        }
    }

    #[test]
    fn in_a_log_folder_foreign_names_are_read_and_markers_are_not() {
        let plan = Plan::new(&wide());
        assert_eq!(judged(&plan, &format!("{TRAIL}copy of log (1).json.gz"), 9), Verdict::Read);
        assert_eq!(judged(&plan, &format!("{TRAIL}empty.json.gz"), 0), Verdict::Read);
        for name in ["", "_folder_", "2024_$folder$"] {
            let verdict = judged(&plan, &format!("{TRAIL}{name}"), 0);
            assert_eq!(verdict, Verdict::Skip(Skip::FolderMarker), "{name}");
        }
        assert_eq!(judged(&plan, &format!("{TRAIL}notes.txt"), 9), Verdict::Skip(Skip::OtherName));
        assert_eq!(judged(&plan, &format!("{TRAIL}notes"), 9), Verdict::Skip(Skip::OtherName));
    }
}
