//! Texts one of which must stand in a member, in whatever case: where none does, a condition need not be asked.

use super::glance::Glance;
use crate::event::{EventFields, Members};
use crate::language::matcher::{CaseInsensitive, Matcher};
use crate::language::{Condition, Expression, Probe};

/// Texts of which a record must hold one for a condition to be satisfied.
#[derive(Debug)]
pub(super) struct Needle {
    /// The member that they must be in.
    member: Members,
    texts: Vec<CaseInsensitive>,
}

impl Needle {
    /// Returns what a condition looks for in a member that is marked wherever a record has it.
    pub(super) fn of(condition: &Condition, marked: Members, fields: &EventFields) -> Option<Self> {
        let of_probe = |expression: &Expression| match expression {
            Expression::Yes(
                Probe::Leaf { field, matchers } | Probe::LeafOrObject { field, matchers, .. },
            ) => {
                let texts = matchers.iter().map(wanted).collect::<Option<Vec<_>>>()?;
                let member = fields.members_of(*field);
                let is_marked = !member.is_empty() && member.is_within(marked) && !fields.is_computed(*field);
                is_marked.then_some(Self { member, texts })
            }
            _ => None,
        };
        match condition.expression()? {
            Expression::All(parts) => parts.iter().find_map(of_probe),
            other => of_probe(other),
        }
    }

    /// Tells whether one of the texts may be there.
    pub(super) fn may_be_in(&self, glance: &Glance<'_>) -> bool {
        // Escapes can stand for anything.
        glance.has_backslash
            || glance.texts_of(self.member).any(|member| self.texts.iter().any(|text| text.is_in(member)))
    }
}

/// Returns the text that whatever a matcher accepts has in it, as it is written: one that does not reach beyond a string or
/// a number.
fn wanted(matcher: &Matcher) -> Option<CaseInsensitive> {
    match matcher {
        Matcher::Spelled(matcher) => wanted(matcher),
        Matcher::ContainsIgnoringCase(text) => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
            text.as_ascii().is_some_and(|text| text.bytes().all(is_plain)).then(|| text.clone())
        }
        _ => None,
    }
}
