//! The rules that are deployed, read through the AWS API: EventBridge rules on every bus and metric filters on every log
//! group, region by region. Nothing is ever changed.
//!
//! What comes out are documents as `aws events list-rules` and `aws logs describe-metric-filters` print them, so that
//! they are read like files are.

mod events;
mod fault;
mod logs;

pub use fault::Fault;

use crate::source::{S3Options as Access, sdk_config};
use serde_json::Value;
use std::io;

/// The actions that reading needs. None of them can be limited to resources but `logs:DescribeMetricFilters`, whose
/// log groups nobody knows before.
pub const ACTIONS: [&str; 3] = ["events:ListEventBuses", "events:ListRules", "logs:DescribeMetricFilters"];

/// What one service says in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Where it is from, for messages: `events in eu-west-1`.
    pub origin: String,
    /// The rules or filters, as the AWS command line prints them.
    pub content: Value,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// One document a service and region that answered, in the order of the regions.
    pub documents: Vec<Document>,
    /// What did not answer.
    pub faults: Vec<Fault>,
}

/// Reads the rules and filters of some regions; without any, of the region that the SDK's own sources name. A service
/// that refuses in one region is a fault, and the others are read all the same.
///
/// # Errors
/// Returns an error when the machine has no thread or no socket left to wait with.
pub fn read(access: &Access, regions: &[String]) -> io::Result<Found> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let found = runtime.block_on(read_all(access, regions));
    // A name lookup that hangs must not hold up the end.
    runtime.shutdown_background();
    Ok(found)
}

async fn read_all(access: &Access, regions: &[String]) -> Found {
    let mut found = Found::default();
    let asked: Vec<Option<String>> = match regions {
        [] => vec![None],
        regions => regions.iter().cloned().map(Some).collect(),
    };
    for region in asked {
        let config = sdk_config(access, region).await;
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        if region.is_empty() {
            found.faults.push(Fault::no_region());
            continue;
        }
        let (rules, filters) = futures_util::future::join(events::read(&config), logs::read(&config)).await;
        for (service, answer) in [("events", rules), ("logs", filters)] {
            let origin = format!("{service} in {region}");
            match answer {
                Ok(content) => found.documents.push(Document { origin, content }),
                Err(fault) => found.faults.push(fault.at(origin)),
            }
        }
    }
    found
}
