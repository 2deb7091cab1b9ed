//! Why a record matches a query or not, and which records of an archive nearly match it.
//!
//! A record is held against the pattern clause by clause ([`Explainer`]). Of an archive, a replay of the same pattern with
//! one clause left out at a time tells which clause kept records from matching ([`Misses`]): one pass, on the same engine.

mod misses;
mod record;

pub use misses::{Clause, Counter, Miss, Misses, Nearly, Value};
pub use record::Explainer;
