//! Finds what a run would read, without reading it, and what it would meet.

use super::client::Client;
use super::list::Listed;
use super::object::Object;
use super::{Bucket, Opened, feed::wait};
use crate::source::survey::{BucketFacts, Encryption, Look, Stored, Surveyed};
use crate::source::{Error, LogKey, ReadFault, Scope};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Trails of which one log file is asked how it is encrypted.
const MOST_TRAILS: usize = 20;

impl Bucket {
    /// Lists as a run would, and then asks where the bucket is and how its trails are encrypted.
    pub(super) fn look(&self, scope: &Scope, look: &mut Look<'_>) -> Result<Option<BucketFacts>, Error> {
        let Some(opened) = self.reach(scope, look)? else { return Ok(None) };
        let Opened { reader, found, island, .. } = opened;
        let runtime = island.runtime();
        let mut trails = Trails::default();
        let mut found = found;
        while let Some(coming) = wait(runtime, look, found.next()) {
            let surveyed = match coming? {
                None => break,
                Some(Listed::Skipped { reason, .. }) => Surveyed::Skipped(reason),
                Some(Listed::Fault { key, fault }) => Surveyed::Fault { key, fault },
                Some(Listed::Object(object)) => {
                    let fault = reader.refuse(&object);
                    trails.meet(&object, fault.as_ref());
                    Surveyed::LogFile(stored(object, fault))
                }
            };
            if (look.take)(surveyed) == ControlFlow::Break(()) {
                return Ok(None);
            }
        }
        let client = reader.client();
        Ok(wait(runtime, look, facts(client, trails)))
    }
}

async fn facts(client: &Client, trails: Trails) -> BucketFacts {
    let requests = client.requests();
    let (own_region, region) = client.regions().await;
    let mut encryption = Vec::new();
    for (folder, example) in trails.0 {
        encryption.push(Encryption { folder, kms_key: client.kms_key(&example).await });
    }
    BucketFacts {
        bucket: client.address.bucket.clone(),
        prefix: client.address.prefix.clone(),
        region,
        own_region,
        requests,
        encryption,
    }
}

/// One log file of each trail, by the folder above the accounts.
#[derive(Debug, Default)]
struct Trails(BTreeMap<String, String>);

impl Trails {
    fn meet(&mut self, object: &Object, fault: Option<&ReadFault>) {
        if fault.is_some() || self.0.len() >= MOST_TRAILS {
            return;
        }
        let folder = folder_above_account(&object.full, &object.key);
        if !self.0.contains_key(folder) {
            self.0.insert(folder.to_owned(), object.full.clone());
        }
    }
}

fn folder_above_account<'a>(full: &'a str, key: &LogKey) -> &'a str {
    let account = key.account().map(|account| format!("/{account}/"));
    let above = account.and_then(|account| full.find(&account)).map(|at| &full[..=at]);
    above.unwrap_or_else(|| full.rfind('/').map_or("", |slash| &full[..=slash]))
}

fn stored(object: Object, fault: Option<ReadFault>) -> Stored {
    let Object { key, full, size, etag, class, .. } = object;
    Stored { key, full, size, etag, class, fault }
}
