//! All queries of a run, compiled against one set of fields.

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
}

impl<'q> Matcher<'q> {
    /// Compiles the queries.
    pub fn new(queries: &'q [Query]) -> Self {
        let mut fields = Fields::new();
        let conditions = queries.iter().map(|query| query.pattern.compile(&mut fields)).collect();
        Self { queries, conditions, fields: EventFields::new(fields) }
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

    /// Returns the positions of the queries that the leaves satisfy, ascending.
    pub(super) fn find(&self, bytes: &[u8], leaves: &Leaves) -> Vec<u32> {
        let view = leaves.view(bytes);
        let satisfied =
            self.conditions.iter().zip(0..).filter(|(condition, _)| condition.is_satisfied(&view));
        satisfied.map(|(_, position)| position).collect()
    }
}
