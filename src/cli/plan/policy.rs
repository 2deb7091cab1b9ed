//! The permissions that a run needs, and no more.

use backtrail::source::{BucketFacts, LogKey, Scope};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Up to so many folders are named; beyond, what they have in common is. A managed policy has 6,144 characters.
const MOST_FOLDERS: usize = 20;

/// The folders that log files are read from, by bucket.
#[derive(Debug, Default)]
pub struct Resources {
    folders: BTreeMap<String, BTreeSet<String>>,
    last: String,
    has_regions: bool,
}

impl Resources {
    pub fn new(scope: &Scope) -> Self {
        Self { has_regions: !scope.regions.is_empty(), ..Self::default() }
    }

    /// Adds the folder of a log file: below its account, and with its region where the scope chooses regions.
    pub fn add(&mut self, bucket: &str, full: &str, key: &LogKey) {
        let folder = self.folder(full, key);
        if folder == self.last {
            return;
        }
        self.last = folder.to_owned();
        self.folders.entry(bucket.to_owned()).or_default().insert(folder.to_owned());
    }

    fn folder<'a>(&self, full: &'a str, key: &LogKey) -> &'a str {
        let parent = full.rfind('/').map_or("", |slash| &full[..=slash]);
        let behind = |name: Option<&str>, from: usize| {
            let name = format!("/{}/", name?);
            full[from..].find(&name).map(|at| from + at + name.len())
        };
        let Some(account) = behind(key.account(), 0) else { return parent };
        let region = behind(key.region(), account - 1).filter(|_| self.has_regions);
        let kind = full[account..].find('/').map(|slash| account + slash + 1);
        region.or(kind).map_or(parent, |end| &full[..end])
    }
}

/// Returns a policy that allows reading these buckets as planned.
pub fn policy(buckets: &[BucketFacts], resources: &Resources) -> Value {
    let mut statements = Vec::new();
    for facts in buckets {
        let partition = partition(facts.region.as_deref());
        let bucket = format!("arn:{partition}:s3:::{}", facts.bucket);
        if facts.requests.list > 0 {
            let mut list = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket});
            if !facts.prefix.is_empty() {
                list["Condition"] = json!({"StringLike": {"s3:prefix": format!("{}*", facts.prefix)}});
            }
            statements.push(list);
        }
        let folders = resources.folders.get(&facts.bucket).filter(|folders| folders.len() <= MOST_FOLDERS);
        let objects: Vec<String> = match folders {
            Some(folders) => folders.iter().map(|folder| format!("{bucket}/{folder}*")).collect(),
            None => vec![format!("{bucket}/{}*", facts.prefix)],
        };
        statements.push(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}));
    }
    let keys = buckets.iter().flat_map(|facts| &facts.encryption);
    let keys: BTreeSet<&String> =
        keys.filter_map(|encryption| encryption.kms_key.as_ref().ok()?.as_ref()).collect();
    if !keys.is_empty() {
        statements.push(json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": keys}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Returns the partition of a region, as it stands in ARNs.
fn partition(region: Option<&str>) -> &'static str {
    const PREFIXES: [(&str, &str); 7] = [
        ("us-gov-", "aws-us-gov"),
        ("cn-", "aws-cn"),
        ("eusc-", "aws-eusc"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
    ];
    let region = region.unwrap_or_default();
    PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}
