//! All queries of a run, compiled against one set of fields.

use super::glance::{Glance, Index, Known};
use crate::decode::Kind;
use crate::event::{EventFields, Presence};
use crate::json::scan::SyntaxError;
use crate::json::{Fields, Leaves};
use crate::language::Condition;
use crate::query::Query;

/// All queries of a run, ready to be asked about records.
#[derive(Debug)]
pub struct Matcher<'q> {
    queries: &'q [Query],
    conditions: Vec<Condition>,
    fields: EventFields,
    index: Index,
}

impl<'q> Matcher<'q> {
    /// Compiles the queries.
    pub fn new(queries: &'q [Query]) -> Self {
        let mut fields = Fields::new();
        let conditions: Vec<_> = queries.iter().map(|query| query.pattern.compile(&mut fields)).collect();
        let is_in_record = |field| fields.path(field).starts_with("detail.");
        let index = Index::new(&conditions, fields.find("detail.eventName"), is_in_record);
        Self { queries, conditions, fields: EventFields::new(fields), index }
    }

    /// Returns the queries, in the order of their positions.
    pub fn queries(&self) -> &'q [Query] {
        self.queries
    }

    /// Returns the fields that all queries look at.
    pub(super) fn fields(&self) -> &EventFields {
        &self.fields
    }

    /// Fills `leaves` from a record or an event.
    pub(super) fn project(
        &self,
        kind: Kind,
        bytes: &[u8],
        key_account: Option<&str>,
        leaves: &mut Leaves,
    ) -> Result<Presence, SyntaxError> {
        match kind {
            Kind::Record => self.fields.project_record(bytes, key_account, leaves),
            Kind::Event => self.fields.project_event(bytes, leaves),
        }
    }

    /// Returns the positions of the queries that a record may match, ascending, as far as a glance tells; `None` when
    /// there are none.
    pub(super) fn candidates<'k>(
        &self,
        record: &[u8],
        glance: &Glance<'_>,
        known: &'k mut Known,
    ) -> Option<&'k [u32]> {
        self.index.candidates(&self.conditions, record, glance, known)
    }

    /// Returns the positions of the queries that the leaves satisfy, ascending; `among` these, where they are known.
    pub(super) fn find(&self, bytes: &[u8], leaves: &Leaves, among: Option<&[u32]>) -> Vec<u32> {
        let view = leaves.view(bytes);
        let is_satisfied = |position: &u32| self.conditions[*position as usize].is_satisfied(&view);
        match among {
            Some(among) => among.iter().copied().filter(is_satisfied).collect(),
            None => (0..self.conditions.len() as u32).filter(is_satisfied).collect(),
        }
    }
}
