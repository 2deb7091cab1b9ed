//! The law of the pattern language: worked cases, and properties that hold for all of them.

mod api;
mod conformance;
mod oracle;
mod properties;
