//! Where rules live, and what that makes of their matches.

use super::args::{RuleLocation, RuleState};
use super::exit::say;
use backtrail::delivery::{Delivery, Location, State, Verdict};
use backtrail::hit::Hit;
use backtrail::query::Query;
use backtrail::source::UnknownRegion;
use backtrail::words::{plural, thousands};
use std::collections::BTreeMap;

/// So many queries are summed up one by one.
const SAID_QUERIES: usize = 20;

/// Writes what the arguments say of the rules' place on the queries' cards.
pub fn overlay(queries: &mut [Query], arguments: &RuleLocation) -> anyhow::Result<()> {
    let location = read(arguments)?;
    queries.iter_mut().for_each(|query| query.card.rule.overlay(&location));
    Ok(())
}

/// Refuses to sort out what would not have been delivered when nobody knows where.
pub fn require(queries: &[Query]) -> anyhow::Result<()> {
    anyhow::ensure!(
        is_known(queries),
        "--delivered needs to know where the rule lives: give --rule-region or another --rule option, a `[rule]` on the \
         card, or a rule document"
    );
    Ok(())
}

/// Tells whether there is a second verdict to be told.
pub fn is_known(queries: &[Query]) -> bool {
    queries.iter().any(|query| query.card.rule.is_known())
}

fn read(arguments: &RuleLocation) -> anyhow::Result<Location> {
    if let Some(account) = &arguments.rule_account {
        let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
        anyhow::ensure!(is_account, "`--rule-account {account}` is no account: give its 12 digits");
    }
    if let Some(unknown) = arguments.rule_region.as_deref().and_then(UnknownRegion::find) {
        anyhow::ensure!(unknown.is_possible(), "--rule-region: {unknown}");
        say(&format!("warning: --rule-region: {unknown}"));
    }
    let mut location = arguments.rule_bus.as_deref().map_or_else(Location::default, Location::of_bus);
    location.overlay(&Location {
        region: arguments.rule_region.clone(),
        account: arguments.rule_account.clone(),
        state: arguments.rule_state.map(|state| match state {
            RuleState::Disabled => State::Disabled,
            RuleState::Enabled => State::Enabled,
            RuleState::All => State::EnabledWithAllCloudtrailManagementEvents,
        }),
        bus: None,
    });
    Ok(location)
}

/// What became of the matches of every query.
#[derive(Debug, Default)]
pub struct Deliveries {
    by_query: BTreeMap<String, Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    matches: u64,
    fires: u64,
    uncertain: u64,
    /// By the words of each reason, and whether it forbids.
    reasons: BTreeMap<String, u64>,
}

impl Deliveries {
    /// Counts a match, and tells whether its rule would have fired for certain.
    pub fn take(&mut self, hit: &Hit<'_>) -> bool {
        let Some(delivery) = hit.delivery() else { return false };
        let tally = match self.by_query.get_mut(&hit.query.id) {
            Some(tally) => tally,
            None => self.by_query.entry(hit.query.id.clone()).or_default(),
        };
        tally.count(&delivery);
        delivery.verdict == Verdict::Fires
    }

    /// Says in a line for each query on how many of its matches the rule would have fired, and why not on the others.
    pub fn say(&self) {
        if self.by_query.is_empty() {
            return;
        }
        for (query, tally) in self.by_query.iter().take(SAID_QUERIES) {
            say(&format!("{query}: {}", tally.sentence()));
        }
        let unsaid = self.by_query.len().saturating_sub(SAID_QUERIES);
        if unsaid > 0 {
            say(&format!("… and {} more", plural(unsaid as u64, "query", "queries")));
        }
        say(
            "note: it is taken for granted that a trail with logging on recorded these events where they were, and that \
             the rule existed then",
        );
    }
}

impl Tally {
    fn count(&mut self, delivery: &Delivery) {
        self.matches += 1;
        match delivery.verdict {
            Verdict::Fires => self.fires += 1,
            Verdict::Uncertain => self.uncertain += 1,
            Verdict::Silent => {}
        }
        for reason in &delivery.reasons {
            *self.reasons.entry(reason.words()).or_default() += 1;
        }
    }

    fn sentence(&self) -> String {
        let mut sentence = format!(
            "would have fired on {} of {}",
            thousands(self.fires),
            plural(self.matches, "match", "matches")
        );
        if self.uncertain > 0 {
            sentence += &format!(", uncertain on {}", thousands(self.uncertain));
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons: Vec<String> =
            reasons.into_iter().map(|(words, count)| format!("{words} {}", thousands(*count))).collect();
        match reasons.is_empty() {
            true => sentence,
            false => format!("{sentence} ({})", reasons.join(", ")),
        }
    }
}
