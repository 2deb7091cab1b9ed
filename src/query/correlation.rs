//! Correlations of Sigma rules, as what [`crate::alarm`] runs.

use super::{Card, Reason, Unusable, sigma};
use crate::alarm::correlation::{Correlation, Feed, Kind, Relation};
use crate::language::sigma as language;
use std::collections::BTreeMap;

/// A correlation that can be watched while the queries that it refers to are replayed.
#[derive(Debug, Clone)]
pub struct StoredCorrelation {
    /// The file's path without ending, and the name of the document in it.
    pub id: String,
    /// What people should know.
    pub card: Card,
    /// What it does; its sources are ids of queries and of other correlations.
    pub correlation: Correlation,
    /// Where it was read from, for messages.
    pub origin: String,
}

/// A correlation that refers to rules by the names in their documents.
#[derive(Debug)]
pub(super) struct Unsettled {
    pub(super) id: String,
    pub(super) document: language::Correlation,
    pub(super) origin: String,
}

/// What documents call rules and correlations, and the ids that these have here.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<String, (String, String)>);

impl Known {
    /// Adds a rule or a correlation under the id and the name in its document.
    pub(super) fn add(&mut self, about: &language::About, id: &str) {
        for called in [&about.id, &about.name].into_iter().filter(|called| !called.is_empty()) {
            self.0.insert(called.clone(), (id.to_owned(), about.name.clone()));
        }
    }
}

/// Resolves what correlations refer to, those to each other included.
pub(super) fn settle(unsettled: Vec<Unsettled>, mut known: Known) -> (Vec<StoredCorrelation>, Vec<Unusable>) {
    unsettled.iter().for_each(|one| known.add(&one.document.about, &one.id));
    let (mut settled, mut unusable) = (Vec::new(), Vec::new());
    for Unsettled { id, document, origin } in unsettled {
        match correlation(&document, &known) {
            Ok(correlation) => {
                let mut card = sigma::card(&document.about);
                if card.title.is_empty() {
                    card.title.clone_from(&id);
                }
                settled.push(StoredCorrelation { id, card, correlation, origin });
            }
            Err(reason) => unusable.push(Unusable { name: id, origin, reason }),
        }
    }
    settled.sort_by(|one, other| one.id.cmp(&other.id));
    (settled, unusable)
}

fn correlation(document: &language::Correlation, known: &Known) -> Result<Correlation, Reason> {
    use language::CorrelationKind;
    let (kind, field) = match &document.kind {
        CorrelationKind::EventCount => (Kind::EventCount, None),
        CorrelationKind::ValueCount { field } => (Kind::ValueCount, Some(field)),
        CorrelationKind::Temporal => (Kind::Temporal, None),
        CorrelationKind::TemporalOrdered => (Kind::TemporalOrdered, None),
    };
    let feed = |rule: &String| {
        let (source, name) = known.0.get(rule).ok_or_else(|| Reason::UnknownRule { rule: rule.clone() })?;
        // An alias has a field for each rule, which is called there as it is here, or by its own name.
        let path = |name_of_field: &String| {
            let alias = document.aliases.get(name_of_field);
            let path = alias.and_then(|alias| alias.get(rule).or_else(|| alias.get(name)));
            path.unwrap_or(name_of_field).clone()
        };
        Ok(Feed {
            source: source.clone(),
            group_by: document.group_by.iter().map(path).collect(),
            field: field.map(path),
        })
    };
    let relation = |(comparison, count): &(language::Comparison, u64)| (relation(*comparison), *count);
    Ok(Correlation {
        kind,
        feeds: document.rules.iter().map(feed).collect::<Result<_, Reason>>()?,
        group_by: document.group_by.clone(),
        timespan: u32::try_from(document.timespan.as_secs()).unwrap_or(u32::MAX),
        condition: document.condition.iter().map(relation).collect(),
    })
}

fn relation(comparison: language::Comparison) -> Relation {
    match comparison {
        language::Comparison::Greater => Relation::Greater,
        language::Comparison::GreaterOrEqual => Relation::GreaterOrEqual,
        language::Comparison::Less => Relation::Less,
        language::Comparison::LessOrEqual => Relation::LessOrEqual,
        language::Comparison::Equal => Relation::Equal,
        language::Comparison::Unequal => Relation::NotEqual,
    }
}
