//! Reports that are made together, in one pass, and the document they end in.

use super::{Ask, Definition, Error, Report, Section, Settings};
use crate::hit::Hit;
use crate::query::{Query, Severity};
use crate::replay::{Coverage, Keep};
use jiff::Timestamp;

/// Reports that are made in one pass.
pub struct Reports {
    reports: Vec<Box<dyn Report>>,
    /// Whose ask each query is, and which of theirs.
    owners: Vec<(usize, usize)>,
    queries: Vec<Query>,
    keeps: Vec<Keep>,
}

/// What the reports of one run say, and what they rest on.
#[derive(Debug, Clone)]
pub struct Document {
    /// What stands above it.
    pub title: String,
    /// When it was made.
    pub created: Timestamp,
    /// One a report, in the order in which they were asked for.
    pub sections: Vec<Section>,
    /// What was read, and what was not.
    pub coverage: Coverage,
}

impl Reports {
    /// Begins reports.
    pub fn new(definitions: &[&Definition], settings: &Settings) -> Self {
        let reports: Vec<_> = definitions.iter().map(|definition| (definition.make)(settings)).collect();
        let (mut owners, mut queries, mut keeps) = (Vec::new(), Vec::new(), Vec::new());
        for (report, asks) in reports.iter().map(|report| report.asks()).enumerate() {
            for (place, Ask { query, keep }) in asks.into_iter().enumerate() {
                owners.push((report, place));
                queries.push(query);
                keeps.push(keep);
            }
        }
        Self { reports, owners, queries, keeps }
    }

    /// Returns the queries that select the records, to be replayed …
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Returns the same queries, to be limited.
    pub fn queries_mut(&mut self) -> &mut [Query] {
        &mut self.queries
    }

    /// … and what is to be kept of the hits of each.
    pub fn keeps(&self) -> &[Keep] {
        &self.keeps
    }

    /// Takes a hit of one of the queries.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let (report, ask) = self.owners[hit.position as usize];
        self.reports[report].take(ask, hit);
    }

    /// Says what all of them found.
    ///
    /// # Errors
    /// Returns an error when Polars refuses a frame.
    pub fn finish(self, coverage: Coverage, created: Timestamp) -> Result<Document, Error> {
        let sections = self.reports.into_iter().map(|report| report.finish(&coverage));
        let mut sections = sections.collect::<Result<Vec<_>, Error>>()?;
        for ((report, _), keep) in self.owners.iter().zip(&self.keeps) {
            tell_counted_together(&mut sections[*report], keep, &coverage);
        }
        Ok(Document { title: "CloudTrail report".to_owned(), created, sections, coverage })
    }
}

/// Says of what a section rests on that it was not told apart to the end.
fn tell_counted_together(section: &mut Section, keep: &Keep, coverage: &Coverage) {
    let Some(lists) = keep.lists() else { return };
    for together in coverage.counted_together.iter().filter(|together| lists.contains(&together.by)) {
        let text = together.in_words();
        if section.findings.iter().all(|finding| finding.text != text) {
            section.find(Severity::Medium, text);
        }
    }
}

impl Document {
    /// Returns how bad the gravest finding is.
    pub fn worst(&self) -> Option<Severity> {
        self.sections.iter().filter_map(Section::worst).max()
    }
}
