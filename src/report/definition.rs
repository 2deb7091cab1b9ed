//! What a report is to those who run it: the records that it needs, what it does with them, and what it says.

use super::{Benchmark, Error, Section};
use crate::hit::Hit;
use crate::query::Query;
use crate::replay::{Coverage, Keep};
use std::fmt;

/// A report that can be asked for.
#[derive(Clone, Copy)]
pub struct Definition {
    /// Its name on the command line.
    pub name: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// Makes one that has seen nothing yet.
    pub make: fn(&Settings) -> Box<dyn Report>,
}

/// What can be set about reports; each heeds what concerns it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether sign-ins of federated principals are listed among those whose use of MFA is unknown.
    pub is_including_federated: bool,
    /// The version of the CIS AWS Foundations Benchmark.
    pub benchmark: Benchmark,
    /// What another copy of 100,000 management events costs, in US dollars.
    pub price: f64,
    /// How many rows a ranking shows.
    pub top: usize,
    /// Fields to count by, as CloudTrail names them.
    pub by: Vec<String>,
    /// The stored queries of the run.
    pub queries: Vec<Query>,
}

impl Settings {
    /// Price of another copy of 100,000 management events in US dollars: <https://aws.amazon.com/cloudtrail/pricing/>.
    pub const PRICE: f64 = 2.0;

    /// How many rows a ranking shows when nobody says.
    pub const TOP: usize = 20;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_including_federated: false,
            benchmark: Benchmark::default(),
            price: Self::PRICE,
            top: Self::TOP,
            by: Vec::new(),
            queries: Vec::new(),
        }
    }
}

/// Records that a report needs.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What selects them: an event pattern.
    pub query: Query,
    /// What of them is needed.
    pub keep: Keep,
}

impl Ask {
    /// Asks for records by an event pattern.
    ///
    /// # Panics
    /// Panics when the text is no event pattern: reports bring their own.
    pub fn pattern(id: &str, pattern: &str, keep: Keep) -> Self {
        let query = Query::from_pattern_text(id, pattern, "a report").expect("reports bring valid patterns");
        Self { query, keep }
    }

    /// Asks for all records.
    pub fn everything(id: &str, keep: Keep) -> Self {
        Self { query: Query::everything(id), keep }
    }

    /// Returns what to keep of records that are counted by each of these lists of fields.
    pub fn counts(lists: &[&[&str]]) -> Keep {
        Keep::Counts(owned(lists))
    }

    /// Returns what to keep of records that are counted by each of these lists of fields, one by one.
    pub fn groups(lists: &[&[&str]]) -> Keep {
        Keep::Groups(owned(lists))
    }
}

fn owned(lists: &[&[&str]]) -> Vec<Vec<String>> {
    lists.iter().map(|list| list.iter().map(|path| (*path).to_owned()).collect()).collect()
}

/// A report that is being made.
pub trait Report {
    /// Returns the records that it needs. Where more than some thousandths of all may match, let them be counted in
    /// groups rather than handed out one by one.
    fn asks(&self) -> Vec<Ask>;

    /// Takes a record, or a count of some (see [`Keep`]); `ask` is the place among [`Report::asks`]. Records come in the
    /// order of the archive, duplicates do not come.
    fn take(&mut self, ask: usize, hit: &Hit<'_>);

    /// Says what it found.
    ///
    /// # Errors
    /// Returns an error when Polars refuses a frame.
    fn finish(self: Box<Self>, coverage: &Coverage) -> Result<Section, Error>;
}

impl fmt::Debug for Definition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Definition").field("name", &self.name).finish_non_exhaustive()
    }
}
