//! Decides about keys that come one by one and without folders, as a walk through the folders would.

use super::plan::{Plan, Verdict, Visit};
use super::{LogKey, Skip};

/// A plan, asked about keys in their order.
#[derive(Debug)]
pub(super) struct Sieve {
    plan: Plan,
    /// The folder that was passed over last, as a whole.
    passed_over: String,
}

/// What becomes of a key.
#[derive(Debug)]
pub(super) enum Sieved {
    Read(LogKey),
    Skip(LogKey, Skip),
    Nothing,
}

impl Sieve {
    pub fn new(plan: Plan) -> Self {
        Self { plan, passed_over: String::new() }
    }

    pub fn judge(&mut self, text: &str, size: u64) -> Sieved {
        match self.plan.closed_folder(text) {
            Some((folder, Visit::Skip(_))) if folder == self.passed_over => Sieved::Nothing,
            Some((folder, Visit::Skip(reason))) => {
                self.passed_over = folder.to_owned();
                Sieved::Skip(LogKey::parse(folder), reason)
            }
            Some(_) => Sieved::Nothing,
            None => {
                let key = LogKey::parse(text);
                match self.plan.judge(&key, size) {
                    Verdict::Prune => Sieved::Nothing,
                    Verdict::Skip(reason) => Sieved::Skip(key, reason),
                    Verdict::Read => Sieved::Read(key),
                }
            }
        }
    }
}
