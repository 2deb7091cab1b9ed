//! What was checked, for people and as JSON.

use super::Checked;
use anyhow::Context as _;
use backtrail::language::Language;
use backtrail::lint::{self, CATALOGUE};
use backtrail::query::Verdict;
use backtrail::render;
use backtrail::render::text::escape;
use backtrail::words::plural;
use serde_json::json;
use std::io::Write;

/// Writes a line for each query, and below it what is wrong.
pub fn write(checked: &[Checked], out: &mut dyn Write) -> anyhow::Result<()> {
    for one in checked {
        let word = if one.is_failed() { "FAILED" } else { "ok    " };
        if let Some((why, _)) = &one.unusable {
            writeln!(out, "{word} {}\n       {}", escape(&one.name), escape(why))?;
            continue;
        }
        let cases = || format!("{} hold", plural(one.held(), "case", "cases"));
        writeln!(out, "{word} {} ({})", escape(&one.name), one.kind.clone().unwrap_or_else(cases))?;
        for verdict in one.verdicts.iter().filter(|verdict| !matches!(verdict, Verdict::Holds { .. })) {
            writeln!(out, "       {}", escape(&verdict.to_string()))?;
        }
        for finding in &one.findings {
            let (level, sentence) = (finding.level.word(), finding.sentence());
            writeln!(out, "       {level}: {} [{}]", escape(&sentence), finding.id)?;
        }
    }
    let (all, held) = (checked.len() as u64, checked.iter().map(Checked::held).sum());
    let failed = checked.iter().filter(|one| one.is_failed()).count();
    let cases = plural(held, "case", "cases");
    let bad = checked.iter().filter(|one| one.unusable.as_ref().is_some_and(|(_, is_harmless)| !is_harmless));
    let (bad, loads) = (bad.count(), checked.iter().filter(|one| one.unusable.is_none()).count());
    if bad > 0 {
        writeln!(out, "{loads} of {} load", plural((loads + bad) as u64, "query", "queries"))?;
    }
    writeln!(out, "{}, {cases} hold, {failed} failed", plural(all, "query", "queries"))?;
    let findings = checked.iter().flat_map(|one| &one.findings);
    let (findings, mendable) = (findings.clone().count(), findings.filter(|one| one.edit.is_some()).count());
    if findings > 0 {
        writeln!(out, "{}, {mendable} with a safe fix", plural(findings as u64, "finding", "findings"))?;
    }
    Ok(())
}

/// Writes one JSON document.
pub fn write_json(checked: &[Checked], out: &mut dyn Write) -> anyhow::Result<()> {
    let queries = checked.iter().map(|one| {
        let failures = one.verdicts.iter().filter(|verdict| verdict.is_failure()).map(ToString::to_string);
        let findings = one.findings.iter().map(|finding| {
            json!({
                "id": finding.id,
                "level": finding.level.word(),
                "path": finding.path,
                "sentence": finding.sentence(),
                "has_fix": finding.edit.is_some(),
            })
        });
        json!({
            "query": one.name,
            "origin": one.origin,
            "failed": one.is_failed(),
            "unusable": one.unusable.as_ref().map(|(why, _)| why),
            "cases_hold": one.held(),
            "failures": failures.collect::<Vec<_>>(),
            "findings": findings.collect::<Vec<_>>(),
        })
    });
    let queries: Vec<_> = queries.collect();
    writeln!(out, "{}", serde_json::to_string_pretty(&json!({"version": 1, "queries": queries}))?)?;
    Ok(())
}

/// Lists all ids.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for entry in &CATALOGUE {
        let meaning = entry.meaning.split(". ").next().unwrap_or_default().trim_end_matches('.');
        writeln!(out, "{:<26}  {:<7}  {meaning}", entry.id, entry.level.word())?;
    }
    Ok(())
}

/// Explains one id, with an example.
pub fn explain(id: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let entry = lint::entry(id)
        .with_context(|| format!("no finding has the id `{id}`: `backtrail check --list` has all"))?;
    writeln!(out, "{} ({})\n\n{}\n", entry.id, entry.level.word(), entry.meaning)?;
    let mut example = match Language::of(entry.example) {
        Language::EventPattern => render::pattern_file(entry.example),
        Language::MetricFilter | Language::Sigma => entry.example.trim_end().to_owned() + "\n",
    };
    // One of them is an example of length.
    if example.lines().count() > 40 {
        example = example.lines().take(8).collect::<Vec<_>>().join("\n") + "\n…\n";
    }
    write!(out, "Example:\n{example}")?;
    if !entry.rule.is_empty() {
        writeln!(out, "with `{}` in `[rule]` on its card", entry.rule)?;
    }
    if entry.needs_archive {
        writeln!(out, "with an archive (`--archive`) in which that is so")?;
    }
    Ok(())
}
