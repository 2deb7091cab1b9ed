//! What a run costs at S3's prices, which may be set.

use super::document::Cost;
use super::tally::{Amount, Tally};
use serde::Serialize;
use std::collections::BTreeMap;

const GIGABYTE: f64 = 1e9;

/// Names of prices, what they are by default (S3 in us-east-1, in US dollars), and what for.
const DEFAULTS: [(&str, f64, &str); 8] = [
    ("list", 0.005, "1,000 listing requests"),
    ("get", 0.0004, "1,000 GET or HEAD requests"),
    ("get-ia", 0.001, "1,000 GET requests in STANDARD_IA and ONEZONE_IA"),
    ("get-gir", 0.01, "1,000 GET requests in GLACIER_IR"),
    ("retrieve-ia", 0.01, "a GB read in STANDARD_IA and ONEZONE_IA"),
    ("retrieve-gir", 0.03, "a GB read in GLACIER_IR"),
    ("to-region", 0.02, "a GB read from another region"),
    ("to-internet", 0.09, "a GB read from outside AWS"),
];

/// US dollars by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Prices(BTreeMap<&'static str, f64>);

impl Prices {
    /// Reads `NAME=DOLLARS`; what is not named stays as it is.
    pub fn read(set: &[String]) -> anyhow::Result<Self> {
        let mut prices: BTreeMap<_, _> = DEFAULTS.iter().map(|(name, price, _)| (*name, *price)).collect();
        for text in set {
            let parsed = text.split_once('=').map(|(name, price)| (name, price.parse::<f64>()));
            let known =
                parsed.as_ref().and_then(|(name, _)| DEFAULTS.iter().find(|(known, ..)| known == name));
            match (known, parsed) {
                (Some((name, ..)), Some((_, Ok(price)))) if price.is_finite() && price >= 0.0 => {
                    prices.insert(*name, price);
                }
                _ => {
                    let names: Vec<_> =
                        DEFAULTS.iter().map(|(name, _, what)| format!("{name} ({what})")).collect();
                    anyhow::bail!(
                        "--price {text}: expected NAME=DOLLARS, where NAME is one of {}",
                        names.join(", ")
                    );
                }
            }
        }
        Ok(Self(prices))
    }

    fn of(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns what a run costs.
    pub fn cost(&self, tally: &Tally, list: u64, head: u64) -> Cost {
        let of = |names: &[&str]| {
            names.iter().filter_map(|name| tally.classes.get(*name)).fold(Amount::default(), |sum, amount| {
                Amount { log_files: sum.log_files + amount.log_files, bytes: sum.bytes + amount.bytes }
            })
        };
        let (infrequent, instant) = (of(&["STANDARD_IA", "ONEZONE_IA"]), of(&["GLACIER_IR"]));
        let usual = tally.gets - infrequent.log_files - instant.log_files + head;
        let requests = list as f64 * self.of("list")
            + usual as f64 * self.of("get")
            + infrequent.log_files as f64 * self.of("get-ia")
            + instant.log_files as f64 * self.of("get-gir");
        let retrieval =
            infrequent.bytes as f64 * self.of("retrieve-ia") + instant.bytes as f64 * self.of("retrieve-gir");
        let moved: u64 = tally.classes.values().map(|amount| amount.bytes).sum();
        let gigabytes = moved as f64 / GIGABYTE;
        Cost {
            requests: requests / 1000.0,
            retrieval: retrieval / GIGABYTE,
            transfer_to_region: gigabytes * self.of("to-region"),
            transfer_to_internet: gigabytes * self.of("to-internet"),
        }
    }
}
