//! A record that matched a query.
//!
//! A hit only points at what the replay holds; formatting is left to [`crate::render`].

mod group;
mod sorter;
mod span;

pub use group::{Group, GroupKey, OTHERS};
pub use sorter::Sorter;
pub use span::Span;

use crate::delivery::{self, Delivery, Origin};
use crate::query::Query;
use crate::record::Facts;
use std::sync::Arc;

/// A record that matched a query, as the formats need it.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// The query.
    pub query: &'a Query,
    /// Its place among the queries of the run.
    pub position: u32,
    /// What it has in common with others, one group a list of fields, when the query's hits are only counted: they hold
    /// nothing else then but a time.
    pub groups: &'a [&'a Arc<Group>],
    /// For how many records it stands, and their times: for one, unless [`crate::replay::Keep::Counts`] was asked for.
    pub span: Span,
    /// Key of the log file that holds the record; empty when it stands for several.
    pub log_key: &'a str,
    /// Account in the log key, for records that name none.
    pub key_account: Option<&'a str>,
    /// The record's raw JSON, as it stands in the log file.
    pub record: &'a [u8],
    /// The raw EventBridge event around it, when the archive held events instead of records.
    pub event: Option<&'a [u8]>,
    /// What people want to see of it.
    pub facts: &'a Facts,
    /// Whether no trail recorded `event`: it is approximated from the record at `log_key` that the facts are of, and `record`
    /// is its `detail`.
    pub is_synthetic: bool,
    /// Whether it is out of Event history or CloudTrail Lake, which record without any trail.
    pub is_history: bool,
}

impl<'a> Hit<'a> {
    /// Tells whether the query's rule would have fired, when it is known where that lives and the record was kept.
    pub fn delivery(&self) -> Option<Delivery> {
        let location = &self.query.card.rule;
        let record = if self.is_synthetic { self.event.unwrap_or(self.record) } else { self.record };
        (location.is_known() && !record.is_empty())
            .then(|| delivery::judge(record, self.account(), self.origin(), location))
    }

    /// Returns where it was recorded.
    pub fn origin(&self) -> Origin {
        match (self.is_synthetic, self.is_history) {
            (true, _) => Origin::Calls,
            (false, true) => Origin::History,
            (false, false) => Origin::Trail,
        }
    }

    /// Returns the account the record belongs to: the one it names, else the one in the log key.
    pub fn account(&self) -> Option<&'a str> {
        self.facts.account.as_deref().or(self.key_account)
    }
}
