//! Hands the hits out: one by one, or what was counted together.

use super::super::folded::Count;
use super::super::keep::MOST_OF_A_QUERY;
use super::super::outcome::ReadLogFile;
use super::super::{Stopped, Take};
use super::Receiver;
use crate::hit::{Hit, Span};
use crate::record::Facts;
use std::ops::ControlFlow;

/// Where a hit comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) log_key: &'a str,
    pub(super) key_account: Option<&'a str>,
    pub(super) is_history: bool,
}

impl<'a> Origin<'a> {
    /// Hits from several log files.
    pub(super) const MANY: Self = Self { log_key: "", key_account: None, is_history: false };

    pub(super) fn of(read: &'a ReadLogFile) -> Self {
        Self { log_key: read.key.as_str(), key_account: read.key.account(), is_history: read.is_history }
    }
}

/// A record or an event, and the queries that it matched.
pub(super) struct Matching<'a> {
    pub(super) queries: &'a [u32],
    /// The groupings that were asked for, one bit each, and the numbers of its groups by them.
    pub(super) groups: (u64, &'a [u32]),
    pub(super) record: &'a [u8],
    pub(super) event: Option<&'a [u8]>,
    /// What is known when the record was kept …
    pub(super) facts: Option<&'a Facts>,
    /// … and when it is only counted.
    pub(super) counted: &'a Facts,
    /// For how many records it stands.
    pub(super) span: Span,
    pub(super) is_synthetic: bool,
}

impl Receiver<'_> {
    /// Hands out what was counted together.
    pub(super) fn hand_out_folded(&mut self, take: &mut Take<'_>) {
        if self.coverage.stopped != Some(Stopped::OutputClosed) {
            // Whether it broke off is in the coverage.
            let _ = self.folded.take().try_for_each(|count| self.hand_out_count(Origin::MANY, &count, take));
        }
    }

    /// Hands out the hits on records with the same answer.
    pub(super) fn hand_out_count(
        &mut self,
        origin: Origin<'_>,
        Count { answer, span }: &Count,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let matching = Matching {
            queries: &answer.queries,
            groups: (answer.groupings, &answer.groups),
            record: &[],
            event: None,
            facts: None,
            counted: &Facts { time: span.first(), ..Facts::default() },
            span: *span,
            is_synthetic: false,
        };
        self.hand_out(origin, &matching, take)
    }

    /// Hands out the hits on one record or event.
    pub(super) fn hand_out(
        &mut self,
        origin: Origin<'_>,
        matching: &Matching<'_>,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let (groupings, numbers) = matching.groups;
        self.known_groups.meet(self.groups, groupings, numbers);
        let keeps = &self.matcher.keeps().of_queries;
        let mut groups = [&self.no_group; MOST_OF_A_QUERY];
        for &position in matching.queries {
            let query = &self.matcher.queries()[position as usize];
            let keep = &keeps[position as usize];
            for (group, grouping) in groups.iter_mut().zip(&keep.groupings) {
                let place = (groupings & ((1 << grouping) - 1)).count_ones();
                *group = self.known_groups.get(*grouping, numbers[place as usize]);
            }
            let hit = Hit {
                query,
                position,
                groups: &groups[..keep.groupings.len()],
                span: matching.span,
                log_key: origin.log_key,
                key_account: origin.key_account,
                record: if keep.is_record { matching.record } else { &[] },
                event: matching.event.filter(|_| keep.is_record),
                facts: matching.facts.filter(|_| keep.has_facts).unwrap_or(matching.counted),
                is_synthetic: matching.is_synthetic,
                is_history: origin.is_history,
            };
            if take(&hit).is_break() {
                self.coverage.stopped = Some(Stopped::OutputClosed);
                return ControlFlow::Break(());
            }
            self.coverage.hits += matching.span.records;
            self.hits_by_query[position as usize] += matching.span.records;
            if self.options.limit.is_some_and(|limit| self.coverage.hits >= limit) {
                self.coverage.stopped = Some(Stopped::Limit);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
