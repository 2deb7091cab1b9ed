//! One integration binary: see README.md here.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod alike;
mod benchmark;
mod buckets;
mod cli;
mod documents;
mod house;
mod html;
mod lake;
mod patterns;
mod prefilter;
mod queries;
mod replay;
mod reports;
mod samples;
mod sources;
mod support {
    pub mod archive;
    pub mod browser;
    pub mod command;
    pub mod hostile;
    pub mod mmdb;
    pub mod s3;
}
mod transfers;
mod translations;
mod tutorial;
