//! `backtrail check`: stored queries are valid and described, their cases hold, and their patterns say what they mean.

mod archive;
mod junit;
mod sarif;
mod text;

use super::args::{Check, CheckFormat, Global, LevelArgument};
use super::exit::{Exit, OrBadArguments as _, say};
use super::{location, select};
use anyhow::Context as _;
use backtrail::language::event_pattern::EventPattern;
use backtrail::lint::{self, Finding, Level};
use backtrail::query::{self, Demand, Loaded, Query, StoredCorrelation, Verdict};
use backtrail::render;
use backtrail::words::plural;
use std::io::{BufWriter, Write as _};

/// What was checked of one query, or of something that is none.
struct Checked {
    name: String,
    /// The file it is from, or `shipped`.
    origin: String,
    /// What it is, when it is no query with cases of its own.
    kind: Option<String>,
    /// Why it cannot be used, and whether that is harmless.
    unusable: Option<(String, bool)>,
    /// Of card and cases.
    verdicts: Vec<Verdict>,
    findings: Vec<Finding>,
    /// Findings of this level and above are refused.
    deny: Option<Level>,
}

impl Checked {
    fn held(&self) -> u64 {
        self.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Holds { .. })).count() as u64
    }

    fn is_denied(&self, finding: &Finding) -> bool {
        self.deny.is_some_and(|deny| finding.level >= deny)
    }

    fn is_failed(&self) -> bool {
        self.unusable.as_ref().is_some_and(|(_, is_harmless)| !is_harmless)
            || self.verdicts.iter().any(Verdict::is_failure)
            || self.findings.iter().any(|finding| self.is_denied(finding))
    }
}

/// Runs the command. Shipped queries must be complete; a user's own must be correct.
pub fn run(command: &Check, global: &Global) -> anyhow::Result<Exit> {
    let mut out = BufWriter::new(std::io::stdout());
    if let Some(id) = &command.explain {
        text::explain(id, &mut out).or_bad_arguments()?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    if command.list {
        text::list(&mut out)?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let mut loaded = query::gather(&command.queries).or_bad_arguments()?;
    location::overlay(&mut loaded.queries, &command.rule).or_bad_arguments()?;
    if command.fix {
        fix(&mut loaded)?;
    }
    let (observed, exit) = archive::observe(command, global, &loaded.queries)?;
    let mut checked = unusable(&loaded);
    for query in &loaded.queries {
        let mut findings = lint::find(query);
        if let Some((observed, seen)) = &observed {
            findings.extend(observed.find(query, seen));
        }
        checked.push(check(command, &loaded, query, findings)?);
    }
    checked.extend(loaded.correlations.iter().map(correlation));
    match command.format {
        CheckFormat::Text => text::write(&checked, &mut out)?,
        CheckFormat::Json => text::write_json(&checked, &mut out)?,
        CheckFormat::Sarif => sarif::write(&checked, &mut out)?,
        CheckFormat::Junit => junit::write(&checked, &mut out)?,
    }
    out.flush()?;
    Ok(if checked.iter().any(Checked::is_failed) { Exit::Failed } else { exit })
}

fn unusable(loaded: &Loaded) -> Vec<Checked> {
    let unusable = loaded.unusable.iter().map(|unusable| Checked {
        name: unusable.name.clone(),
        origin: unusable.origin.clone(),
        kind: None,
        unusable: Some((select::why(unusable), unusable.reason.is_harmless())),
        verdicts: Vec::new(),
        findings: Vec::new(),
        deny: None,
    });
    unusable.collect()
}

fn check(command: &Check, loaded: &Loaded, query: &Query, findings: Vec<Finding>) -> anyhow::Result<Checked> {
    let demand = if command.queries.is_empty() { Demand::Complete } else { Demand::Correct };
    let proof = loaded.proof(query).or_bad_arguments()?;
    let mut verdicts = query::check(query, &proof, demand);
    // They are among the findings.
    verdicts.retain(|verdict| !matches!(verdict, Verdict::Warns(_)));
    Ok(Checked {
        name: query.id.clone(),
        origin: query.origin.clone(),
        kind: None,
        unusable: None,
        verdicts,
        findings,
        deny: command.deny.map(level),
    })
}

fn correlation(stored: &StoredCorrelation) -> Checked {
    let rules = plural(stored.correlation.feeds.len() as u64, "rule", "rules");
    Checked {
        name: stored.id.clone(),
        origin: stored.origin.clone(),
        kind: Some(format!("correlation of {rules}")),
        unusable: None,
        verdicts: Vec::new(),
        findings: Vec::new(),
        deny: None,
    }
}

/// Mends what can be mended safely, in files that hold nothing but a pattern.
fn fix(loaded: &mut Loaded) -> anyhow::Result<()> {
    for at in 0..loaded.queries.len() {
        let edits: Vec<_> =
            lint::find(&loaded.queries[at]).into_iter().filter_map(|finding| finding.edit).collect();
        let Some(path) = loaded.pattern_file(&loaded.queries[at]).map(std::path::Path::to_owned) else {
            if !edits.is_empty() {
                say(&format!(
                    "note: {} is not mended: only files that hold one pattern are",
                    loaded.queries[at].id
                ));
            }
            continue;
        };
        let query = &mut loaded.queries[at];
        let Some(pattern) = query.pattern.as_event_pattern_mut().filter(|_| !edits.is_empty()) else {
            continue;
        };
        edits.iter().for_each(|edit| edit.apply(pattern));
        let text = pattern.to_json();
        // Nothing is written that could not be read again.
        EventPattern::parse(&text).with_context(|| format!("cannot mend `{}`", path.display()))?;
        std::fs::write(&path, render::pattern_file(&text))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        say(&format!("mended {}: {}", path.display(), plural(edits.len() as u64, "finding", "findings")));
    }
    Ok(())
}

fn level(level: LevelArgument) -> Level {
    match level {
        LevelArgument::Note => Level::Note,
        LevelArgument::Warning => Level::Warning,
        LevelArgument::Error => Level::Error,
    }
}
