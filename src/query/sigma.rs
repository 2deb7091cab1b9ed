//! What a Sigma rule says about itself, as a card.

use super::{Card, Severity};
use crate::language::sigma::About;

/// Returns the card of a rule. A rule without level is informational.
pub(super) fn card(about: &About) -> Card {
    Card {
        title: about.title.clone(),
        description: about.description.clone(),
        // Levels are checked when the rule is read, and Sigma has the words that severities have.
        severity: about.level.parse().unwrap_or(Severity::Informational),
        status: about.status.clone(),
        tags: about.tags.clone(),
        references: about.references.clone(),
        false_positives: about.false_positives.clone(),
        ..Card::default()
    }
}

/// Returns what a document of a file with several is called: its name, its id, or its number.
pub(super) fn name(about: &About, number: usize) -> String {
    let names = [&about.name, &about.id];
    let named = names.into_iter().find(|name| !name.is_empty());
    named.cloned().unwrap_or_else(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_its_own_card() {
        let about = About {
            title: "Trail stopped".to_owned(),
            level: "high".to_owned(),
            status: "test".to_owned(),
            tags: vec!["attack.t1685.002".to_owned()],
            false_positives: vec!["Maintenance".to_owned()],
            ..About::default()
        };
        let card = card(&about);
        assert_eq!(
            (card.title.as_str(), card.severity, card.status.as_str()),
            ("Trail stopped", Severity::High, "test")
        );
        assert_eq!((card.tags, card.false_positives), (about.tags, about.false_positives));
    }

    #[test]
    fn a_document_is_called_by_name_or_id_or_number() {
        let mut about = About { id: "1-2".to_owned(), name: "stopped".to_owned(), ..About::default() };
        assert_eq!(name(&about, 3), "stopped");
        about.name.clear();
        assert_eq!(name(&about, 3), "1-2");
        assert_eq!(name(&About::default(), 3), "3");
    }
}
