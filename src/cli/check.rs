//! `backtrail check`: stored queries are valid, described, and their cases hold.

use super::args::Check;
use super::exit::{Exit, OrBadArguments as _};
use super::select;
use backtrail::query::{self, Demand, Verdict};
use backtrail::render::quantity::plural;
use backtrail::render::text::escape;
use std::io::{BufWriter, Write as _};

/// Runs the command. Shipped queries must be complete; a user's own must be correct.
pub fn run(command: &Check) -> anyhow::Result<Exit> {
    let loaded = query::gather(&command.queries).or_bad_arguments()?;
    let demand = if command.queries.is_empty() { Demand::Complete } else { Demand::Correct };
    let mut out = BufWriter::new(std::io::stdout());
    let (mut failed, mut cases) = (0, 0);
    for unusable in &loaded.unusable {
        let is_harmless = unusable.reason.is_harmless();
        failed += u64::from(!is_harmless);
        writeln!(out, "{} {}", if is_harmless { "ok    " } else { "FAILED" }, escape(&unusable.name))?;
        writeln!(out, "       {}", escape(&select::why(unusable)))?;
    }
    for query in &loaded.queries {
        let proof = loaded.proof(query).or_bad_arguments()?;
        let verdicts = query::check(query, &proof, demand);
        let held = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Holds { .. })).count() as u64;
        let is_failed = verdicts.iter().any(Verdict::is_failure);
        cases += held;
        failed += u64::from(is_failed);
        writeln!(
            out,
            "{} {} ({} hold)",
            if is_failed { "FAILED" } else { "ok    " },
            query.id,
            plural(held, "case", "cases")
        )?;
        for verdict in verdicts.iter().filter(|verdict| !matches!(verdict, Verdict::Holds { .. })) {
            writeln!(out, "       {}{verdict}", if verdict.is_failure() { "" } else { "warning: " })?;
        }
    }
    for stored in &loaded.correlations {
        let rules = plural(stored.correlation.feeds.len() as u64, "rule", "rules");
        writeln!(out, "ok     {} (correlation of {rules})", escape(&stored.id))?;
    }
    let all = loaded.queries.len() + loaded.correlations.len() + loaded.unusable.len();
    let bad = loaded.unusable.iter().filter(|unusable| !unusable.reason.is_harmless()).count();
    if bad > 0 {
        let loads = loaded.queries.len() + loaded.correlations.len();
        writeln!(out, "{loads} of {} load", plural((loads + bad) as u64, "query", "queries"))?;
    }
    writeln!(
        out,
        "{}, {} hold, {failed} failed",
        plural(all as u64, "query", "queries"),
        plural(cases, "case", "cases")
    )?;
    out.flush()?;
    Ok(if failed == 0 { Exit::Done } else { Exit::Failed })
}
