//! What of a query's hits is handed out, and the fields that tell groups of them apart.

use crate::event::{EventFields, Members};
use crate::hit::GroupKey;
use crate::json::{FieldId, Fields, Scalar, View};
use crate::query::Query;
use crate::record::{FactFields, Facts, parse_event_time};

/// The receiving account: the one the record names, else the one in the log key. To be used as a field of a grouping.
pub const ACCOUNT: &str = "account";

/// The day of `eventTime` in UTC, like `2026-03-01`. To be used as a field of a grouping.
pub const DAY: &str = "day";

/// The hour of `eventTime` in UTC, like `2026-03-01T14`. To be used as a field of a grouping.
pub const HOUR: &str = "hour";

/// A run can tell groups apart in so many ways.
pub const MOST_GROUPINGS: usize = 64;

/// The hits of one query can be counted in so many ways.
pub(super) const MOST_OF_A_QUERY: usize = 16;

/// So many groups are told apart by one list of fields, unless [`super::Matcher::telling_apart`] says otherwise. The hits
/// of those that come later are counted together: [`super::Coverage::counted_together`].
pub const MOST_GROUPS: usize = 1 << 20;

/// What of a query's hits is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// The record's bytes and all facts.
    Record,
    /// All facts, and of its bytes none: the hits' `record` is empty. As where records are only counted, what was looked at is
    /// sound JSON, and that is enough.
    Facts,
    /// Only the time, and for each list of fields the group that the record is in: paths as CloudTrail names them, like
    /// `userIdentity.type`, or [`ACCOUNT`], [`DAY`] and [`HOUR`]; at most 16 lists. The hits' `record` is empty.
    Groups(Vec<Vec<String>>),
    /// The same, but records that are in the same groups, and match the same queries, may be handed out as one hit, at any
    /// time and in any order: [`crate::hit::Hit::span`] says for how many it stands. This is what costs least.
    Counts(Vec<Vec<String>>),
}

impl Keep {
    /// Returns the lists of fields that hits are counted by, when they are only counted.
    pub fn lists(&self) -> Option<&[Vec<String>]> {
        match self {
            Self::Record | Self::Facts => None,
            Self::Groups(lists) | Self::Counts(lists) => Some(lists),
        }
    }
}

/// What is kept for one query.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) is_record: bool,
    pub(super) has_facts: bool,
    /// Whether hits may be handed out together.
    pub(super) is_count: bool,
    /// Whether they are only counted, by nothing but what many records have in common.
    pub(super) is_common: bool,
    /// Whether they are counted, in any order, by what says who called, and from where, and at most when, but nothing of the
    /// call.
    pub(super) is_of_caller: bool,
    /// The groupings, in the order in which they were asked for …
    pub(super) groupings: Vec<u32>,
    /// … and as a set: one bit each.
    pub(super) set: u64,
    /// The members that tell which groups of theirs a record is in …
    pub(super) members: Members,
    /// … and those that say all that is kept of it.
    pub(super) hit_members: Members,
}

/// What is kept for all queries of a run.
#[derive(Debug, Default)]
pub(super) struct Keeps {
    /// Parallel to the queries.
    pub(super) of_queries: Vec<Kept>,
    pub(super) groupings: Vec<Grouping>,
    /// Parallel to the groupings: the fields, as they were asked for.
    pub(super) lists: Vec<Vec<String>>,
    /// What facts are made of, when somebody wants any.
    facts: Option<FactFields>,
    /// Those by nothing but members whose values come again and again, one bit each.
    repeating: u64,
}

/// What groupings look at.
#[derive(Debug, Default)]
pub(super) struct Looks {
    pub(super) fields: Vec<FieldId>,
    pub(super) has_account: bool,
    pub(super) has_moment: bool,
}

/// The fields of one grouping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grouping(Vec<Field>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Account,
    Day,
    Hour,
    At(FieldId),
}

impl Keeps {
    /// Finds out what is to be kept; groupings by the same fields are one, whichever queries ask for them.
    pub(super) fn new(queries: &[Query], keeps: &[Keep], fields: &mut Fields) -> Self {
        let mut all = Self::default();
        for (position, _) in queries.iter().enumerate() {
            let keep = keeps.get(position).unwrap_or(&Keep::Record);
            let kept = match keep.lists() {
                None => all.facts(*keep == Keep::Record, fields),
                Some(lists) => {
                    assert!(lists.len() <= MOST_OF_A_QUERY, "more groupings than a query can have");
                    let numbers: Vec<u32> = lists.iter().map(|list| all.grouping(list, fields)).collect();
                    let set = numbers.iter().fold(0, |set, number| set | 1 << number);
                    let is_count = matches!(keep, Keep::Counts(_));
                    Kept { is_count, groupings: numbers, set, ..Kept::default() }
                }
            };
            all.of_queries.push(kept);
        }
        all
    }

    /// Keeps the record for one more query behind all others, and returns its position.
    pub(super) fn push_record(&mut self, fields: &mut Fields) -> u32 {
        let kept = self.facts(true, fields);
        self.of_queries.push(kept);
        self.of_queries.len() as u32 - 1
    }

    fn facts(&mut self, is_record: bool, fields: &mut Fields) -> Kept {
        self.facts.get_or_insert_with(|| FactFields::new(fields));
        Kept { is_record, has_facts: true, ..Kept::default() }
    }

    /// Returns the facts of a record whose leaves are there for somebody who wants them.
    pub(super) fn read_facts(&self, leaves: &View<'_>) -> Facts {
        self.facts.as_ref().map(|fields| Facts::project(fields, leaves)).unwrap_or_default()
    }

    fn grouping(&mut self, list: &[String], fields: &mut Fields) -> u32 {
        let grouping = Grouping(list.iter().map(|path| Field::find(path, fields)).collect());
        let known = self.groupings.iter().position(|known| *known == grouping);
        let number = known.unwrap_or_else(|| {
            assert!(self.groupings.len() < MOST_GROUPINGS, "more groupings than a run can have");
            self.groupings.push(grouping);
            self.lists.push(list.to_vec());
            self.groupings.len() - 1
        });
        number as u32
    }

    /// Returns all members that say what is kept of a record.
    pub(super) fn members(&self) -> Members {
        self.of_queries.iter().map(|kept| kept.hit_members).fold(Members::NONE, Members::and)
    }

    /// Finds out which members the groupings look at, and which look at nothing but values that come again and again.
    pub(super) fn find_members(&mut self, fields: &EventFields) {
        let repeating = fields.repeating_members();
        let of_facts = self.facts.iter().flat_map(FactFields::all).map(|field| fields.members_of(field));
        let of_facts = of_facts.fold(Members::NONE, Members::and);
        for kept in &mut self.of_queries {
            let groupings = kept.groupings.iter().map(|grouping| &self.groupings[*grouping as usize]);
            kept.members =
                groupings.map(|grouping| grouping.members(fields)).fold(Members::NONE, Members::and);
            kept.hit_members = if kept.has_facts { kept.members.and(of_facts) } else { kept.members };
            kept.is_common = !kept.has_facts && kept.members.is_within(fields.common_members());
            kept.is_of_caller =
                kept.is_count && !kept.members.is_empty() && kept.members.is_within(fields.caller_members());
        }
        let is_repeating = |grouping: &Grouping| {
            grouping.0.iter().all(|field| matches!(field, Field::At(_)))
                && !grouping.0.is_empty()
                && grouping.members(fields).is_within(repeating)
        };
        let found = self.groupings.iter().zip(0..).filter(|(grouping, _)| is_repeating(grouping));
        self.repeating = found.fold(0, |set, (_, number)| set | 1 << number);
    }

    /// Returns what the groupings of a query look at.
    pub(super) fn looks(&self, kept: &Kept) -> Looks {
        let mut looks = Looks::default();
        let groupings = kept.groupings.iter().map(|grouping| &self.groupings[*grouping as usize]);
        for field in groupings.flat_map(|grouping| &grouping.0) {
            match field {
                Field::Account => looks.has_account = true,
                Field::Day | Field::Hour => looks.has_moment = true,
                Field::At(field) => looks.fields.push(*field),
            }
        }
        looks
    }

    /// Tells whether the same values that come again and again always mean the same group.
    pub(super) fn is_repeating(&self, grouping: usize) -> bool {
        self.repeating >> grouping & 1 == 1
    }
}

/// Returns the numbers of a set of groupings, ascending.
pub(super) fn groupings(set: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |grouping| set >> grouping & 1 == 1)
}

impl Field {
    fn find(path: &str, fields: &mut Fields) -> Self {
        match path {
            ACCOUNT => Self::Account,
            DAY => Self::Day,
            HOUR => Self::Hour,
            path => Self::At(fields.intern(&format!("detail.{path}"))),
        }
    }
}

impl Grouping {
    /// Returns the number of its fields.
    pub(super) fn width(&self) -> usize {
        self.0.len()
    }

    /// Returns the members that its fields are in.
    fn members(&self, fields: &EventFields) -> Members {
        let ids = self.0.iter().filter_map(|field| match field {
            Field::At(id) => Some(*id),
            // These are in what is known of every record that matches.
            Field::Account | Field::Day | Field::Hour => None,
        });
        ids.map(|id| fields.members_of(id)).fold(Members::NONE, Members::and)
    }

    /// Writes the key of the group that a record is in.
    pub(super) fn write_key(
        &self,
        fields: &EventFields,
        leaves: &View<'_>,
        key_account: Option<&str>,
        key: &mut GroupKey,
    ) {
        key.clear();
        for field in &self.0 {
            match field {
                Field::Account => match (fields.account(leaves), key_account) {
                    (Some(account), _) => key.push(&account.decode_bytes()),
                    (None, Some(account)) => key.push(account.as_bytes()),
                    (None, None) => {}
                },
                Field::Day => write_moment(fields, leaves, 10, key),
                Field::Hour => write_moment(fields, leaves, 13, key),
                Field::At(id) => write_leaves(*id, leaves, key),
            }
            key.end();
        }
    }
}

/// Writes the first characters of the time, `2026-03-01T14:05:09Z` in full; nothing when it is no moment.
fn write_moment(fields: &EventFields, leaves: &View<'_>, length: usize, key: &mut GroupKey) {
    let Some(text) = fields.event_time(leaves).map(|time| time.decode()) else { return };
    let Some(moment) = parse_event_time(&text) else { return };
    // Nearly always it is written this way already.
    if text.len() == 20 && text.ends_with('Z') {
        key.push(&text.as_bytes()[..length]);
    } else {
        key.push(&moment.to_string().as_bytes()[..length]);
    }
}

fn write_leaves(field: FieldId, leaves: &View<'_>, key: &mut GroupKey) {
    for leaf in leaves.at(field) {
        match leaf.value {
            Scalar::String(text) => key.push(&text.decode_bytes()),
            Scalar::Number(text) => key.push(text.as_bytes()),
            Scalar::Bool(value) => key.push(if value { b"true" } else { b"false" }),
            Scalar::Null => {}
        }
    }
}
