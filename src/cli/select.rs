//! From `-q`, `-e` and `--set` to queries.

use super::args::{Selection, Synthesize};
use super::exit::{OrBadArguments as _, say, sentence};
use anyhow::Context as _;
use backtrail::event::STATE_CHANGE;
use backtrail::language::event_pattern::EventPattern;
use backtrail::language::metric_filter::MetricFilter;
use backtrail::query::{self, Loaded, Query, Reason, StoredCorrelation, Unusable};
use backtrail::replay::LeftOut;
use backtrail::words::plural;
use std::collections::BTreeMap;

/// What the arguments select.
pub struct Selected {
    pub queries: Vec<Query>,
    /// Correlations of them.
    pub correlations: Vec<StoredCorrelation>,
    /// What was named as well and cannot be replayed.
    pub left_out: Vec<LeftOut>,
}

/// Where the texts of the CIS benchmark are: most of them ask again, less exactly, what other shipped queries ask.
const BENCHMARK: &str = "cis/";

/// What is done with hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// They are shown or counted.
    Hits,
    /// They raise alarms.
    Alarms,
}

/// Returns the queries that the arguments name. When they name none, these are the shipped ones, except those with a
/// parameter that nobody filled in, which would find every role there is, and those of the benchmark, which are there for
/// their alarms.
pub fn select(selection: &Selection, purpose: Purpose) -> anyhow::Result<Selected> {
    let (mut queries, mut correlations, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    if !selection.queries.is_empty() {
        let loaded = load(&selection.queries)?;
        left_out = loaded.unusable.iter().filter_map(left_out_of).collect();
        (queries, correlations) = (loaded.queries, loaded.correlations);
    } else if selection.patterns.is_empty() {
        queries = load(&[])?.queries;
        queries.retain(|query| query.card.parameters.keys().all(|name| is_set(selection, name)));
        queries.retain(|query| purpose == Purpose::Alarms || !is_of_benchmark(query));
    }
    for pattern in &selection.patterns {
        let id = free_id(&queries, selection.patterns.len() == 1);
        queries.push(given(&id, pattern).or_bad_arguments()?);
    }
    fill_in(&mut queries, &selection.set).or_bad_arguments()?;
    if selection.signin_alias {
        let patterns = queries.iter_mut().filter_map(|query| query.pattern.as_event_pattern_mut());
        patterns.for_each(EventPattern::accept_both_sign_in_spellings);
    }
    limit(&mut queries, selection.only.as_deref())?;
    if purpose == Purpose::Hits && !correlations.is_empty() {
        let count = plural(correlations.len() as u64, "correlation", "correlations");
        say(&format!("note: {count} not watched: that takes --alarms"));
    }
    Ok(Selected { queries, correlations, left_out })
}

/// Tells whether a query is one of those texts.
pub fn is_of_benchmark(query: &Query) -> bool {
    query.id.starts_with(BENCHMARK)
}

/// Lets queries find only records that the filter of `--where` takes.
pub fn limit(queries: &mut [Query], only: Option<&str>) -> anyhow::Result<()> {
    let Some(only) = only else { return Ok(()) };
    let filter = MetricFilter::parse(only).context("`--where` takes a metric filter").or_bad_arguments()?;
    for warning in filter.warnings() {
        say(&format!("warning: --where: {warning}"));
    }
    for query in queries {
        query.limit_to(&filter);
    }
    Ok(())
}

/// Returns what the coverage says about a rule that cannot be used; nothing about one that has no pattern to be used.
fn left_out_of(unusable: &Unusable) -> Option<LeftOut> {
    (!unusable.reason.is_harmless()).then(|| LeftOut {
        name: unusable.name.clone(),
        origin: unusable.origin.clone(),
        reason: sentence(&unusable.reason),
    })
}

/// Makes a query of a pattern from the command line; a file that was put there by mistake gets a hint.
fn given(id: &str, pattern: &str) -> anyhow::Result<Query> {
    let query = Query::from_pattern_text(id, pattern, "-e");
    if query.is_err() && std::path::Path::new(pattern).is_file() {
        anyhow::bail!("`-e` takes the text of a pattern, and `{pattern}` is a file: give it with -q");
    }
    Ok(query?)
}

/// Returns an id for a pattern from the command line that no query has.
fn free_id(queries: &[Query], is_only: bool) -> String {
    let is_free = |id: &String| queries.iter().all(|query| query.id != *id);
    let numbered = (1..).map(|number| format!("pattern-{number}"));
    let plain = is_only.then(|| "pattern".to_owned());
    plain.into_iter().chain(numbered).find(is_free).unwrap_or_default()
}

/// So many warnings are said; `backtrail check` says all.
const SAID_WARNINGS: usize = 10;

/// Says what in the patterns will surprise their author.
pub fn warn(queries: &[Query]) {
    let warnings: Vec<String> = queries.iter().flat_map(warnings_of).collect();
    warnings.iter().take(SAID_WARNINGS).for_each(|warning| say(warning));
    let unsaid = warnings.len().saturating_sub(SAID_WARNINGS);
    if unsaid > 0 {
        say(&format!("warning: … and {unsaid} more: `backtrail check` lists those of files"));
    }
}

/// Names the queries that wait for nothing but events that CloudTrail does not record: that they have no hits says nothing.
pub fn note_unrecorded(queries: &[Query], synthesize: Option<Synthesize>) {
    let mut notes = Vec::new();
    for query in queries {
        let pattern = query.pattern.as_event_pattern();
        let wanted = pattern.and_then(|pattern| pattern.wanted_texts("detail-type"));
        let Some(wanted) = wanted else { continue };
        let is_recorded = |text: &&str| text.ends_with(" via CloudTrail");
        let is_approximated = |text: &&str| synthesize.is_some() && *text == STATE_CHANGE;
        if wanted.iter().any(|text| is_recorded(text) || is_approximated(text)) {
            continue;
        }
        let advice = match wanted.contains(&STATE_CHANGE) {
            true => " (`--synthesize ec2-state` approximates these events)",
            false => "",
        };
        let wanted: Vec<String> = wanted.iter().map(|text| format!("`{text}`")).collect();
        notes.push(format!(
            "note: {}: {} is not replayable from CloudTrail{advice}",
            query.id,
            wanted.join(", ")
        ));
    }
    notes.iter().take(SAID_WARNINGS).for_each(|note| say(note));
    let unsaid = notes.len().saturating_sub(SAID_WARNINGS);
    if unsaid > 0 {
        say(&format!("note: … and {unsaid} more queries are not replayable from CloudTrail"));
    }
}

/// Says what approximated events are worth.
pub fn note_synthesis(synthesize: Option<Synthesize>) {
    if synthesize.is_some() {
        CAVEATS.iter().for_each(|caveat| say(caveat));
    }
}

/// One line each.
const CAVEATS: [&str; 5] = [
    "note: `EC2 Instance State-change Notification` events are approximated from API calls, at the time of the call",
    "note: that the second state (running, stopped, terminated) is reached, and when, is assumed: no call records it",
    "note: shutdowns from inside, retirement, failures of hardware or capacity leave no call and give no event",
    "note: Spot interruptions are taken for terminations",
    "note: hits on them are marked; principal, event id and log file are those of the call",
];

fn warnings_of(query: &Query) -> impl Iterator<Item = String> {
    query.pattern.warnings().iter().map(|warning| format!("warning: {}: {warning}", query.id))
}

/// Loads what `-q` names, all shipped queries when it names nothing; what cannot be used is named on stderr.
pub fn load(named: &[String]) -> anyhow::Result<Loaded> {
    let loaded = query::gather(named).or_bad_arguments()?;
    for unusable in &loaded.unusable {
        let kind = if unusable.reason.is_harmless() { "note" } else { "warning" };
        say(&format!("{kind}: left out: {}", why(unusable)));
    }
    if loaded.queries.is_empty() {
        return Err(anyhow::anyhow!("there is no query that can be used")).or_bad_arguments();
    }
    Ok(loaded)
}

/// Says which rule or file cannot be used, and why.
pub fn why(unusable: &Unusable) -> String {
    let reason = sentence(&unusable.reason);
    match &unusable.reason {
        // It names the file itself.
        Reason::File(_) => reason,
        _ => format!("rule `{}` in `{}`: {reason}", unusable.name, unusable.origin),
    }
}

fn is_set(selection: &Selection, parameter: &str) -> bool {
    selection.set.iter().any(|assignment| assignment.split('=').next() == Some(parameter))
}

/// Fills in the parameters of `--set`; each must be known to at least one query. Several values of one name are a
/// choice.
fn fill_in(queries: &mut [Query], set: &[String]) -> anyhow::Result<()> {
    let mut values: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for assignment in set {
        let parts = assignment.split_once('=');
        let (name, value) =
            parts.with_context(|| format!("`--set {assignment}` needs the form NAME=VALUE"))?;
        values.entry(name).or_default().push(value.to_owned());
    }
    for (name, values) in &values {
        let mut is_known = false;
        for query in queries.iter_mut().filter(|query| query.card.parameters.contains_key(*name)) {
            query.set(name, values)?;
            is_known = true;
        }
        anyhow::ensure!(
            is_known,
            "no selected query has a parameter `{name}` (`backtrail queries show ID` lists them)"
        );
    }
    Ok(())
}
