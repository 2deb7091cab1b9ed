//! Folds records and hits into Polars frames. With `render`, the only room that knows Polars.
//!
//! A report is one file: it says which records it needs ([`Report::asks`]), folds them as they come, and ends in a
//! [`Section`] of findings, tables and charts. All reports of a run share one pass ([`Reports`]). How that looks is left
//! to [`crate::render`].

mod activity;
mod atlas;
mod calls;
mod catalogue;
mod compliance;
mod counts;
mod definition;
mod denied;
mod document;
mod duplicates;
mod iam_changes;
mod instances;
mod joint;
mod logins;
mod network;
mod no_mfa;
mod outline;
mod queries;
mod request;
mod roles;
mod root;
mod rows;
mod section;
mod sentence;
mod sign_in;
mod span;
mod tally;
mod trail;
mod who;

pub use crate::hit::Span;
pub use atlas::{Atlas, Located, Place};
pub use catalogue::{UnknownReport, all, select};
pub use compliance::{Benchmark, UnknownBenchmark};
pub use counts::Counts;
pub use definition::{Ask, Definition, Report, Settings};
pub use document::{Document, Reports};
pub use outline::outline;
pub use rows::{Rows, Value};
pub use section::{
    Bar, CalendarRow, Chart, Column, DayState, Finding, Kind, Section, Series, Shape, Table, Term,
};
pub use tally::{Counted, Slot, Tally, top};

use joint::{Joined, Joint};
use polars::prelude::PolarsError;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A frame operation failed.
    #[error("cannot build a frame")]
    Frame(#[from] PolarsError),
}
