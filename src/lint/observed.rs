//! Patterns held against an archive: fields and values that no record has.

use super::finding::{Edit, Finding, Level};
use crate::hit::Hit;
use crate::language::event_pattern::EventPattern;
use crate::query::{Card, Query};
use crate::replay::{Keep, MOST_GROUPINGS};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A closest value is named when no more than a third of it had to change.
const CLOSE: usize = 3;

/// Fields of which AWS makes the values, so that nearly the same is no coincidence.
const NAMES: [&str; 4] =
    ["detail.eventName", "detail.eventSource", "detail.eventType", "detail.userIdentity.type"];

/// What the records of an archive have at the fields of some queries. The replay runs [`Observed::queries`] with
/// [`Observed::keeps`], and hands its hits to [`Seen::take`].
#[derive(Debug)]
pub struct Observed {
    /// Paths below `detail`, as patterns name them.
    paths: Vec<String>,
    queries: Vec<Query>,
    keeps: Vec<Keep>,
}

/// The values seen at each path.
#[derive(Debug, Default)]
pub struct Seen {
    by_path: Vec<BTreeSet<String>>,
    is_counted: Vec<Vec<bool>>,
}

impl Observed {
    /// Prepares the replay for the fields of some queries. There are as many as one run can look at: 64; `None` when there
    /// are none or more.
    pub fn of(queries: &[Query]) -> Option<Self> {
        let patterns = queries.iter().filter_map(|query| query.pattern.as_event_pattern());
        let paths: BTreeSet<String> = patterns.flat_map(EventPattern::paths).collect();
        let paths: Vec<String> = paths.into_iter().filter(|path| path.starts_with("detail.")).collect();
        if paths.is_empty() || paths.len() > MOST_GROUPINGS {
            return None;
        }
        let made = paths.iter().map(|path| {
            let pattern = EventPattern::parse(&existing(path)).expect("our own pattern is valid");
            Query::new(path.clone(), Card::default(), pattern, "observed")
        });
        let keeps = paths.iter().map(|path| {
            let field = path.strip_prefix("detail.").unwrap_or(path);
            Keep::Counts(vec![vec![field.to_owned()]])
        });
        Some(Self { queries: made.collect(), keeps: keeps.collect(), paths })
    }

    /// Returns the queries to replay.
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Returns what is to be kept of their hits.
    pub fn keeps(&self) -> &[Keep] {
        &self.keeps
    }

    /// Returns nothing seen yet.
    pub fn nothing(&self) -> Seen {
        Seen {
            by_path: vec![BTreeSet::new(); self.paths.len()],
            is_counted: vec![Vec::new(); self.paths.len()],
        }
    }

    /// Returns what the pattern of a query wants and no record has.
    pub fn find(&self, query: &Query, seen: &Seen) -> Vec<Finding> {
        let Some(pattern) = query.pattern.as_event_pattern() else { return Vec::new() };
        let by_path: BTreeMap<&str, &BTreeSet<String>> =
            self.paths.iter().map(String::as_str).zip(&seen.by_path).collect();
        let mut findings = Vec::new();
        for (path, wanted) in pattern.conditions() {
            let Some(values) = by_path.get(path.as_str()) else { continue };
            if values.is_empty() {
                // Whoever asks for its absence gets it.
                if !wanted.contains(&json!({"exists": false})) {
                    let message = "has no value in any record of the archive".to_owned();
                    findings.push(Finding::new("field-never-seen", &path, message));
                }
                continue;
            }
            let texts = wanted.iter().enumerate().filter_map(|(index, value)| Some((index, value.as_str()?)));
            for (index, text) in texts.filter(|(_, text)| !values.contains(*text)) {
                findings.push(value_never_seen(&path, index, text, values));
            }
        }
        findings
    }
}

fn value_never_seen(path: &str, index: usize, text: &str, values: &BTreeSet<String>) -> Finding {
    let place = format!("{path}[{index}]");
    let closest = values.iter().min_by_key(|value| strsim::osa_distance(value, text));
    let closest = closest.filter(|value| strsim::osa_distance(value, text) <= text.chars().count() / CLOSE);
    let Some(closest) = closest else {
        let message = format!("wants `{text}`, which no record of the archive has there");
        return Finding::new("value-never-seen", &place, message);
    };
    let message =
        format!("wants `{text}`, which no record of the archive has there; the closest is `{closest}`");
    let edit = Edit::Replace { path: path.to_owned(), from: text.to_owned(), to: closest.clone() };
    // A difference of case alone is a slip; any other may be meant.
    let is_sure = closest.eq_ignore_ascii_case(text);
    let mut finding = Finding::new("value-never-seen", &place, message).fixed_by(is_sure.then_some(edit));
    if NAMES.contains(&path) && (is_sure || strsim::osa_distance(closest, text) == 1) {
        finding.level = Level::Warning;
    }
    finding
}

/// Returns the pattern of every record with a value at a path.
fn existing(path: &str) -> String {
    let wanted = json!([{"exists": true}]);
    path.rsplit('.')
        .fold(wanted, |below, name| Value::Object([(name.to_owned(), below)].into_iter().collect()))
        .to_string()
}

impl Seen {
    /// Takes what one hit has. Several values at one field are told apart where they hold no `, ` themselves.
    pub fn take(&mut self, hit: &Hit<'_>) {
        let position = hit.position as usize;
        let (Some(values), Some(is_counted)) =
            (self.by_path.get_mut(position), self.is_counted.get_mut(position))
        else {
            return;
        };
        for group in hit.groups {
            let number = group.number as usize;
            if is_counted.len() <= number {
                is_counted.resize(number + 1, false);
            }
            if std::mem::replace(&mut is_counted[number], true) {
                continue;
            }
            let joined = group.values().next().flatten().unwrap_or_default();
            values.extend(joined.split(", ").map(str::to_owned));
            values.insert(joined.into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_values_that_no_record_has_are_named_with_the_closest() {
        let text = r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUsr","DeleteUser"],"gone":["x"],"errorCode":[{"exists":false}]}}"#;
        let query = Query::from_pattern_text("x", text, "x").unwrap();
        let observed = Observed::of(std::slice::from_ref(&query)).unwrap();
        assert_eq!(observed.queries().len(), 3);
        let mut seen = observed.nothing();
        let at = observed.paths.iter().position(|path| path == "detail.eventName").unwrap();
        seen.by_path[at] = ["CreateUser", "DeleteUser"].map(str::to_owned).into();
        let levels: Vec<_> = observed.find(&query, &seen).iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Warning, Level::Note]);
        let sentences: Vec<_> = observed.find(&query, &seen).iter().map(Finding::sentence).collect();
        assert_eq!(
            sentences,
            [
                "`detail.eventName[0]` wants `CreateUsr`, which no record of the archive has there; the closest is `CreateUser`",
                "`detail.gone` has no value in any record of the archive",
            ]
        );
    }
}
