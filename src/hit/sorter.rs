//! Sorts hits by time as long as they fit into memory; lets them stream through when they do not.

use super::{Hit, Span};
use crate::event;
use crate::query::Query;
use crate::record::Facts;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Estimated bytes that one kept hit takes beside its record.
const OVERHEAD: usize = 512;

/// Where the hits go in the end.
pub type Write<'a> = dyn FnMut(&Hit<'_>) -> io::Result<()> + 'a;

/// Collects hits and gives them back in order of time; hits of one moment, and those without a readable time (which
/// come last), keep the order of their arrival. When more than the budget is held, all that is held is written as it
/// came and whatever follows streams through: the order is then that of the archive.
#[derive(Debug)]
pub struct Sorter<'q> {
    queries: HashMap<&'q str, &'q Query>,
    budget: usize,
    held: usize,
    kept: Vec<Kept<'q>>,
    is_streaming: bool,
}

/// One hit that waits.
#[derive(Debug)]
struct Kept<'q> {
    position: u32,
    query: &'q Query,
    found: Arc<Found>,
}

/// A record that waits; shared by all queries that it hit.
#[derive(Debug)]
struct Found {
    log_key: String,
    key_account: Option<String>,
    bytes: Vec<u8>,
    is_event: bool,
    is_synthetic: bool,
    is_history: bool,
    facts: Facts,
    origin: usize,
}

impl<'q> Sorter<'q> {
    /// Returns a sorter for the hits of `queries` that holds about `budget` bytes.
    pub fn new(queries: &'q [Query], budget: usize) -> Self {
        let queries = queries.iter().map(|query| (query.id.as_str(), query)).collect();
        Self { queries, budget, held: 0, kept: Vec::new(), is_streaming: false }
    }

    /// Tells whether the hits did not fit and are written in the order of the archive.
    pub fn is_streaming(&self) -> bool {
        self.is_streaming
    }

    /// Takes one hit, and writes what does not fit.
    ///
    /// # Errors
    /// Returns the error of `write`.
    pub fn take(&mut self, hit: &Hit<'_>, write: &mut Write<'_>) -> io::Result<()> {
        if self.is_streaming {
            return write(hit);
        }
        let Some(&query) = self.queries.get(hit.query.id.as_str()) else { return write(hit) };
        let found = self.find(hit);
        self.kept.push(Kept { query, position: hit.position, found });
        if self.held > self.budget {
            self.is_streaming = true;
            return self.write_kept(write);
        }
        Ok(())
    }

    /// Writes what is held, sorted.
    ///
    /// # Errors
    /// Returns the error of `write`.
    pub fn finish(&mut self, write: &mut Write<'_>) -> io::Result<()> {
        self.kept.sort_by_key(|kept| (kept.found.facts.time.is_none(), kept.found.facts.time));
        self.write_kept(write)
    }

    /// Returns the kept form of the hit's record: the last one again when it is the same record.
    fn find(&mut self, hit: &Hit<'_>) -> Arc<Found> {
        let bytes = hit.event.unwrap_or(hit.record);
        let origin = bytes.as_ptr() as usize;
        if let Some(last) = self.kept.last()
            && last.found.origin == origin
            && last.found.log_key == hit.log_key
            && last.found.bytes == bytes
            && last.found.is_synthetic == hit.is_synthetic
            && last.found.facts == *hit.facts
        {
            return Arc::clone(&last.found);
        }
        self.held += bytes.len() + OVERHEAD;
        Arc::new(Found {
            log_key: hit.log_key.to_owned(),
            key_account: hit.key_account.map(str::to_owned),
            bytes: bytes.to_vec(),
            is_event: hit.event.is_some(),
            is_synthetic: hit.is_synthetic,
            is_history: hit.is_history,
            facts: hit.facts.clone(),
            origin,
        })
    }

    fn write_kept(&mut self, write: &mut Write<'_>) -> io::Result<()> {
        for kept in self.kept.drain(..) {
            let found = &kept.found;
            let event = found.is_event.then_some(found.bytes.as_slice());
            write(&Hit {
                query: kept.query,
                position: kept.position,
                groups: &[],
                span: Span::of(found.facts.time),
                log_key: &found.log_key,
                key_account: found.key_account.as_deref(),
                record: event.and_then(event::detail).unwrap_or(&found.bytes),
                event,
                facts: &found.facts,
                is_synthetic: found.is_synthetic,
                is_history: found.is_history,
            })?;
        }
        self.held = 0;
        Ok(())
    }
}
