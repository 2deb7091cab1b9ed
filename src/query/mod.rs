//! A stored query: an event pattern, the card that describes it, and the cases that prove it.
//!
//! Queries come from the binary itself ([`shipped`]), from pattern files, or from documents that hold rules
//! ([`load`]). What a pattern means is left to [`crate::language`], what a record looks like to it to [`crate::event`].

mod card;
mod case;
mod check;
mod correlation;
mod document;
mod error;
mod file;
mod id;
mod judge;
mod load;
mod select;
mod shipped;
mod sigma;

pub use card::{Card, Parameter, Severity, UnknownSeverity};
pub use case::{Case, CaseFault, Input, Proof};
pub use check::{Demand, Lack, Verdict, check};
pub use correlation::StoredCorrelation;
pub use error::{Error, Reason, Unusable};
pub use judge::{Answer, Judged, judge};
pub use load::{Loaded, gather, load, read};
pub use shipped::{shipped, shipped_where};

use crate::language::event_pattern::EventPattern;
use crate::language::metric_filter::MetricFilter;
use crate::language::{Language, Pattern};

/// A query that can be replayed.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its path without ending (`iam/user-created`), or the rule's own name.
    pub id: String,
    /// What people should know.
    pub card: Card,
    /// What it matches.
    pub pattern: Pattern,
    /// Where it was read from, for messages.
    pub origin: String,
}

impl Query {
    /// Puts a query together. A card without title takes the id for one.
    pub fn new(
        id: impl Into<String>,
        card: Card,
        pattern: impl Into<Pattern>,
        origin: impl Into<String>,
    ) -> Self {
        let mut query = Self { id: id.into(), card, pattern: pattern.into(), origin: origin.into() };
        if query.card.title.is_empty() {
            query.card.title.clone_from(&query.id);
        }
        query
    }

    /// Makes a query without card that every record matches.
    pub fn everything(id: &str) -> Self {
        Self::new(id, Card::default(), EventPattern::everything(), "every record")
    }

    /// Makes a query without card from a pattern's text: an event pattern, or a metric filter when it begins like one.
    ///
    /// # Errors
    /// Returns why the text is no pattern, naming `origin`.
    pub fn from_pattern_text(id: &str, text: &str, origin: &str) -> Result<Self, Error> {
        let pattern = read_pattern(Language::of(text), text, origin)?;
        Ok(Self::new(id, Card::default(), pattern, origin))
    }

    /// Lets the query find only records that a filter takes, too.
    pub fn limit_to(&mut self, filter: &MetricFilter) {
        let everything = Pattern::Event(EventPattern::everything());
        self.pattern = std::mem::replace(&mut self.pattern, everything).limited_to(filter);
    }

    /// Fills in a parameter of the card: what the pattern wanted at the parameter's path is replaced by `values`.
    ///
    /// # Errors
    /// Returns an error when the card has no such parameter, or the pattern nothing at the parameter's path.
    pub fn set(&mut self, name: &str, values: &[String]) -> Result<(), Error> {
        let Some(parameter) = self.card.parameters.get(name) else {
            let known = self.card.parameters.keys().cloned().collect();
            return Err(Error::UnknownParameter { id: self.id.clone(), name: name.to_owned(), known });
        };
        self.pattern.set(&parameter.path, values).map_err(|source| Error::Parameter {
            id: self.id.clone(),
            name: name.to_owned(),
            path: parameter.path.clone(),
            source: Box::new(source),
        })
    }
}

/// Reads a pattern; `file` is for messages.
fn read_pattern(language: Language, text: &str, file: &str) -> Result<Pattern, Error> {
    language.read(text).map_err(|source| {
        let file = file.to_owned();
        Error::Pattern { file, language, source: Box::new(source) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERN: &str =
        r#"{"detail":{"userIdentity":{"arn":["arn:aws:iam::111122223333:user/breakglass"]}}}"#;

    fn with_parameter(path: &str) -> Query {
        let mut query = Query::from_pattern_text("iam/breakglass", PATTERN, "inline").unwrap();
        let parameter = Parameter { path: path.to_owned(), description: "whom to watch".to_owned() };
        query.card.parameters.insert("principal".to_owned(), parameter);
        query
    }

    #[test]
    fn a_query_without_card_is_titled_by_its_id_and_informational() {
        let query = Query::from_pattern_text("iam/breakglass", PATTERN, "inline").unwrap();
        assert_eq!(query.card.title, "iam/breakglass");
        assert_eq!(query.card.severity, Severity::Informational);
    }

    #[test]
    fn a_refused_pattern_names_its_origin() {
        let error = Query::from_pattern_text("x", r#"{"a":1}"#, "rules/x.json").unwrap_err();
        assert_eq!(error.to_string(), "`rules/x.json` is not an event pattern");
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn a_parameter_replaces_what_the_pattern_wanted() {
        let mut query = with_parameter("detail.userIdentity.arn");
        query.set("principal", &["one".to_owned(), "two".to_owned()]).unwrap();
        assert_eq!(query.pattern.to_text(), r#"{"detail":{"userIdentity":{"arn":["one","two"]}}}"#);
    }

    #[test]
    fn an_unknown_parameter_names_the_known_ones() {
        let error = with_parameter("detail.userIdentity.arn").set("user", &["x".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "query `iam/breakglass` has no parameter `user`; it has `principal`");
        let mut bare = Query::from_pattern_text("bare", PATTERN, "inline").unwrap();
        let error = bare.set("user", &["x".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "query `bare` has no parameter `user`; it has none");
    }

    #[test]
    fn a_parameter_whose_path_the_pattern_lacks_is_refused() {
        let error = with_parameter("detail.eventName").set("principal", &["x".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "parameter `principal` of query `iam/breakglass` cannot be set at `detail.eventName`"
        );
    }
}
