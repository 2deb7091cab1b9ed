//! Counts what a survey finds.

use super::policy::Resources;
use backtrail::source::{BucketFacts, ReadFault, Scope, Stored, Surveyed};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is called standard where S3 says nothing, and outside S3.
const STANDARD: &str = "STANDARD";

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    pub log_files: u64,
    pub bytes: u64,
}

/// What would be read.
#[derive(Debug, Default)]
pub struct Tally {
    pub log_files: u64,
    pub bytes: u64,
    /// Log files whose size no list says.
    pub sizeless: u64,
    pub accounts: BTreeSet<String>,
    pub regions: BTreeSet<String>,
    pub days: BTreeSet<Date>,
    /// Log files that would be read, by storage class.
    pub classes: BTreeMap<String, Amount>,
    /// Log files in S3.
    pub gets: u64,
    /// Log files that would not be read before they are restored, by storage class.
    pub archived: BTreeMap<String, Amount>,
    pub too_large: u64,
    pub skipped: BTreeMap<&'static str, u64>,
    /// What could not be had.
    pub faults: Vec<(String, String)>,
    pub buckets: Vec<BucketFacts>,
    pub resources: Resources,
    /// Commands that restore what is archived.
    pub restores: Vec<String>,
    is_hinting: bool,
}

impl Tally {
    pub fn new(scope: &Scope, is_hinting: bool) -> Self {
        Self { resources: Resources::new(scope), is_hinting, ..Self::default() }
    }

    /// Counts one thing.
    pub fn take(&mut self, bucket: Option<&str>, surveyed: Surveyed, cap: u64) {
        match surveyed {
            Surveyed::LogFile(stored) => self.take_log_file(bucket, &stored, cap),
            Surveyed::Skipped(reason) => *self.skipped.entry(reason.name()).or_default() += 1,
            Surveyed::Fault { key, fault } => {
                self.faults.push((key.as_str().to_owned(), fault.to_string()));
            }
        }
    }

    fn take_log_file(&mut self, bucket: Option<&str>, stored: &Stored, cap: u64) {
        let (key, bytes) = (&stored.key, stored.size.unwrap_or(0));
        if let Some(ReadFault::Archived { class }) = &stored.fault {
            add(&mut self.archived, class, bytes);
            if let (Some(bucket), true) = (bucket, self.is_hinting) {
                self.restores.push(restore(bucket, &stored.full));
            }
            return;
        }
        if stored.fault.is_some() || bytes > cap {
            self.too_large += 1;
            return;
        }
        self.log_files += 1;
        self.bytes += bytes;
        self.sizeless += u64::from(stored.size.is_none());
        insert(&mut self.accounts, key.account());
        insert(&mut self.regions, key.region());
        self.days.extend(key.day());
        if let Some(bucket) = bucket {
            self.gets += 1;
            add(&mut self.classes, stored.class.as_deref().unwrap_or(STANDARD), bytes);
            self.resources.add(bucket, &stored.full, key);
        }
    }

    /// Tells whether a run would not read all that its scope needs.
    pub fn is_incomplete(&self) -> bool {
        !self.faults.is_empty() || !self.archived.is_empty() || self.too_large > 0
    }
}

/// Tells whether objects of a class have to be restored before they can be read.
pub fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

fn add(amounts: &mut BTreeMap<String, Amount>, class: &str, bytes: u64) {
    if !amounts.contains_key(class) {
        amounts.insert(class.to_owned(), Amount::default());
    }
    if let Some(amount) = amounts.get_mut(class) {
        amount.log_files += 1;
        amount.bytes += bytes;
    }
}

fn insert(names: &mut BTreeSet<String>, name: Option<&str>) {
    if let Some(name) = name.filter(|name| !names.contains(*name)) {
        names.insert(name.to_owned());
    }
}

/// Returns the command that restores an object for a week, the cheapest way.
fn restore(bucket: &str, key: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    format!(
        "aws s3api restore-object --bucket {bucket} --key {} --restore-request '{}'\n",
        quoted(key),
        r#"{"Days":7,"GlacierJobParameters":{"Tier":"Bulk"}}"#
    )
}
