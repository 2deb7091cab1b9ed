//! The plan as JSON.

use super::policy::policy;
use super::price::Prices;
use super::tally::{Amount, Tally};
use backtrail::source::Source;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// GET requests a second that a run is expected to reach …
const GETS_PER_SECOND: f64 = 1_500.0;

/// … and listing requests.
const LISTS_PER_SECOND: f64 = 200.0;

/// A plan. `version` changes when a field changes meaning.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    pub version: u32,
    pub archives: Vec<&'a str>,
    pub log_files: u64,
    pub bytes: u64,
    /// Log files whose size is not known: their bytes are missing above.
    pub log_files_without_size: u64,
    pub accounts: usize,
    pub regions: usize,
    pub days: usize,
    pub storage_classes: &'a BTreeMap<String, Amount>,
    /// What has to be restored before it can be read.
    pub archived: &'a BTreeMap<String, Amount>,
    pub too_large: u64,
    pub skipped: &'a BTreeMap<&'static str, u64>,
    pub requests: RequestsDocument,
    pub cost_usd: Cost,
    pub prices_usd: &'a Prices,
    pub expected_minutes: f64,
    /// What the expected minutes assume.
    pub speed_bytes_per_second: u64,
    pub speed_gets_per_second: f64,
    pub speed_lists_per_second: f64,
    pub buckets: Vec<BucketDocument<'a>>,
    pub policy: Option<Value>,
    pub faults: Vec<FaultDocument<'a>>,
}

/// Requests of a run that follows.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RequestsDocument {
    pub list: u64,
    pub head: u64,
    pub get: u64,
}

/// US dollars.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    pub requests: f64,
    pub retrieval: f64,
    /// When it is read from another region of AWS …
    pub transfer_to_region: f64,
    /// … or from outside; within the bucket's region it is free.
    pub transfer_to_internet: f64,
}

#[derive(Debug, Serialize)]
pub struct BucketDocument<'a> {
    pub bucket: &'a str,
    pub prefix: &'a str,
    pub region: Option<&'a str>,
    pub own_region: Option<&'a str>,
    pub encryption: Vec<EncryptionDocument<'a>>,
}

#[derive(Debug, Serialize)]
pub struct EncryptionDocument<'a> {
    pub folder: &'a str,
    pub kms_key: Option<&'a str>,
    /// Why the key is not known.
    pub unknown: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct FaultDocument<'a> {
    pub key: &'a str,
    pub reason: &'a str,
}

impl<'a> Document<'a> {
    pub fn new(
        sources: &'a [Box<dyn Source>],
        tally: &'a Tally,
        prices: &'a Prices,
        speed: u64,
        is_listed: bool,
    ) -> Self {
        let sum = |count: fn(&backtrail::source::Requests) -> u64| -> u64 {
            tally.buckets.iter().map(|facts| count(&facts.requests)).sum()
        };
        let list = if is_listed { 0 } else { sum(|requests| requests.list) };
        let requests = RequestsDocument { list, head: sum(|requests| requests.head), get: tally.gets };
        let reading = (requests.get as f64 / GETS_PER_SECOND).max(tally.bytes as f64 / speed.max(1) as f64);
        let seconds = reading.max(requests.list as f64 / LISTS_PER_SECOND);
        Self {
            version: 1,
            archives: sources.iter().map(|source| source.name()).collect(),
            log_files: tally.log_files,
            bytes: tally.bytes,
            log_files_without_size: tally.sizeless,
            accounts: tally.accounts.len(),
            regions: tally.regions.len(),
            days: tally.days.len(),
            storage_classes: &tally.classes,
            archived: &tally.archived,
            too_large: tally.too_large,
            skipped: &tally.skipped,
            requests,
            cost_usd: prices.cost(tally, requests.list, requests.head),
            prices_usd: prices,
            expected_minutes: seconds / 60.0,
            speed_bytes_per_second: speed,
            speed_gets_per_second: GETS_PER_SECOND,
            speed_lists_per_second: LISTS_PER_SECOND,
            buckets: tally.buckets.iter().map(BucketDocument::new).collect(),
            policy: (!tally.buckets.is_empty()).then(|| policy(&tally.buckets, &tally.resources)),
            faults: tally.faults.iter().map(|(key, reason)| FaultDocument { key, reason }).collect(),
        }
    }
}

impl<'a> BucketDocument<'a> {
    fn new(facts: &'a backtrail::source::BucketFacts) -> Self {
        let encryption = facts.encryption.iter().map(|encryption| EncryptionDocument {
            folder: &encryption.folder,
            kms_key: encryption.kms_key.as_ref().ok().and_then(Option::as_deref),
            unknown: encryption.kms_key.as_ref().err().map(String::as_str),
        });
        Self {
            bucket: &facts.bucket,
            prefix: &facts.prefix,
            region: facts.region.as_deref(),
            own_region: facts.own_region.as_deref(),
            encryption: encryption.collect(),
        }
    }
}
