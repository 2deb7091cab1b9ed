//! Two versions of rules compared: for people, and as JSON.

use super::HitOptions;
use super::object::VERSION;
use super::text::{escape, truncate};
use crate::diff::{Compared, Counts, Example, Side};
use crate::words::{plural, thousands};
use serde_json::json;
use std::io::{self, Write};

/// Writes every rule that has hits, for people. `days` is how many days the archive covers.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_compared(
    compared: &[Compared],
    days: u64,
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (silent, told): (Vec<_>, Vec<_>) = compared.iter().partition(|one| one.counts == Counts::default());
    for one in told {
        write_one(one, days, options, out)?;
        writeln!(out)?;
    }
    let changed = compared.iter().filter(|one| one.counts.only_old + one.counts.only_new > 0).count();
    writeln!(
        out,
        "{}: {} with other hits, {} without any",
        plural(compared.len() as u64, "rule", "rules"),
        thousands(changed as u64),
        thousands(silent.len() as u64)
    )
}

fn write_one(one: &Compared, days: u64, options: &HitOptions, out: &mut dyn Write) -> io::Result<()> {
    let counts = &one.counts;
    writeln!(out, "{}{}", escape(&one.rule), presence(one.is_in))?;
    writeln!(
        out,
        "  {} only old, {} both, {} only new",
        thousands(counts.only_old),
        thousands(counts.both),
        thousands(counts.only_new)
    )?;
    writeln!(
        out,
        "  alerts a day: old {:.2}, new {:.2} (over {})",
        rate(counts.all_old(), days),
        rate(counts.all_new(), days),
        plural(days, "day", "days")
    )?;
    writeln!(out, "  {:<10}  {:>10}  {:>10}  {:>10}", "DAY", "ONLY OLD", "BOTH", "ONLY NEW")?;
    for (day, counts) in &one.days {
        let day = day.map_or_else(|| "undated".to_owned(), |day| day.to_string());
        let [old, both, new] = [counts.only_old, counts.both, counts.only_new].map(thousands);
        writeln!(out, "  {day:<10}  {old:>10}  {both:>10}  {new:>10}")?;
    }
    write_notes(one, options, out)
}

/// Writes the examples, and what exclusions would remove.
fn write_notes(one: &Compared, options: &HitOptions, out: &mut dyn Write) -> io::Result<()> {
    let counts = &one.counts;
    for (side, example) in &one.examples {
        let line = format!("only {}: {}", side.word(), words(example));
        writeln!(out, "  {}", truncate(&escape(&line), options.columns() - 2))?;
    }
    for exclusion in &one.exclusions {
        let share = exclusion.hits * 100 / counts.all_new().max(1);
        let removed = thousands(exclusion.hits);
        let line = format!(
            "excluding {} {} removes {removed} of {} ({share} %)",
            exclusion.path,
            serde_json::Value::from(exclusion.value.as_str()),
            plural(counts.all_new(), "hit", "hits")
        );
        writeln!(out, "  {}", truncate(&escape(&line), options.columns() - 2))?;
    }
    Ok(())
}

fn presence(is_in: [bool; 2]) -> &'static str {
    match is_in {
        [true, false] => " (old only)",
        [false, true] => " (new only)",
        _ => "",
    }
}

fn rate(hits: u64, days: u64) -> f64 {
    if days == 0 { 0.0 } else { hits as f64 / days as f64 }
}

fn words(example: &Example) -> String {
    let time = example.time.map(|time| time.to_string());
    let parts = [
        &time,
        &example.event_name,
        &example.principal,
        &example.account,
        &example.region,
        &example.event_id,
    ];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("  ")
}

/// Writes all rules as one JSON object on one line.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_compared_json(compared: &[Compared], days: u64, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = compared.iter().map(|one| object(one, days)).collect();
    writeln!(out, "{}", json!({"version": VERSION, "days": days, "rules": rules}))
}

fn object(one: &Compared, days: u64) -> serde_json::Value {
    let numbers = |counts: &Counts| json!({"only_old": counts.only_old, "both": counts.both, "only_new": counts.only_new});
    let by_day = one.days.iter().map(|(day, counts)| {
        let mut object = numbers(counts);
        object["day"] = json!(day.map(|day| day.to_string()));
        object
    });
    let examples = one.examples.iter().map(|(side, example): &(Side, Example)| {
        json!({
            "only": side.word(),
            "time": example.time.map(|time| time.to_string()),
            "event_id": example.event_id,
            "event_name": example.event_name,
            "principal": example.principal,
            "account": example.account,
            "region": example.region,
        })
    });
    let exclusions = one.exclusions.iter().map(|exclusion| {
        json!({
            "path": exclusion.path,
            "value": exclusion.value,
            "removes": exclusion.hits,
            "condition": exclusion.condition(),
        })
    });
    json!({
        "rule": one.rule,
        "in_old": one.is_in[0],
        "in_new": one.is_in[1],
        "hits": numbers(&one.counts),
        "alerts_a_day": {"old": rate(one.counts.all_old(), days), "new": rate(one.counts.all_new(), days)},
        "days": by_day.collect::<Vec<_>>(),
        "examples": examples.collect::<Vec<_>>(),
        "exclusions": exclusions.collect::<Vec<_>>(),
    })
}
