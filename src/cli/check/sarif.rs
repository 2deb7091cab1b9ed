//! What was checked, as SARIF 2.1.0, which GitHub and editors show beside the file.

use super::Checked;
use backtrail::lint::{CATALOGUE, Finding};
use backtrail::query::Verdict;
use serde_json::{Value, json};
use std::io::Write;

/// What stands for cards and cases that are not as they should be.
const CASE: &str = "query";

/// Writes one SARIF log with one run.
pub fn write(checked: &[Checked], out: &mut dyn Write) -> anyhow::Result<()> {
    let rules = CATALOGUE.iter().map(|entry| {
        json!({
            "id": entry.id,
            "fullDescription": {"text": entry.meaning},
            "shortDescription": {"text": entry.meaning.split(". ").next().unwrap_or_default()},
            "defaultConfiguration": {"level": entry.level.word()},
        })
    });
    let own = json!({"id": CASE, "shortDescription": {"text": "A query that is not valid, not described, or whose cases do not hold."}});
    let rules: Vec<Value> = rules.chain([own]).collect();
    let results: Vec<Value> = checked.iter().flat_map(results).collect();
    let driver = json!({
        "name": "backtrail",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    });
    writeln!(out, "{}", serde_json::to_string_pretty(&log)?)?;
    Ok(())
}

fn results(one: &Checked) -> Vec<Value> {
    let unusable = one.unusable.iter().filter(|(_, is_harmless)| !is_harmless).map(|(why, _)| why.clone());
    let failures = one.verdicts.iter().filter(|verdict| verdict.is_failure()).map(Verdict::to_string);
    let failures = unusable.chain(failures).map(|text| result(one, CASE, "error", &text, ""));
    let finding =
        |finding: &Finding| result(one, finding.id, finding.level.word(), &finding.sentence(), &finding.path);
    failures.chain(one.findings.iter().map(finding)).collect()
}

fn result(one: &Checked, id: &str, level: &str, text: &str, path: &str) -> Value {
    // Where in the file, SARIF wants as lines; the path in the pattern says it better.
    let logical = json!([{"fullyQualifiedName": format!("{}: {path}", one.name)}]);
    json!({
        "ruleId": id,
        "level": level,
        "message": {"text": format!("{}: {text}", one.name)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": one.origin}},
            "logicalLocations": logical,
        }],
    })
}
