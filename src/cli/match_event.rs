//! `backtrail match`: test-event-pattern, offline.

use super::args::Match;
use super::exit::{Exit, OrBadArguments as _, say};
use anyhow::Context as _;
use backtrail::event::{EventFields, is_event};
use backtrail::json::{Fields, Leaves};
use backtrail::language::{Language, Pattern, Subject};
use backtrail::query::{self, Answer};
use backtrail::words::thousands;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;

/// What `aws events test-event-pattern` requires of an event. `resources` is documented as required, too, but not
/// enforced.
const REQUIRED: [&str; 6] = ["id", "account", "source", "time", "region", "detail-type"];

/// Runs the command.
pub fn run(command: &Match) -> anyhow::Result<Exit> {
    if let Some(cases) = &command.cases {
        return judge_cases(cases);
    }
    let (name, text) = match (&command.pattern, &command.text) {
        (Some(path), _) => (name(path), read_pattern(path)?),
        (None, text) => ("`-e`".to_owned(), text.clone().unwrap_or_default()),
    };
    let language = Language::of(&text);
    let pattern = language
        .read(&text)
        .with_context(|| format!("{name} is not {}", language.noun()))
        .or_bad_arguments()?;
    for warning in pattern.warnings() {
        say(&format!("warning: {warning}"));
    }
    let event = command.event.as_deref().context("no event given").or_bad_arguments()?;
    let is_match = test(&pattern, event)?;
    writeln!(std::io::stdout(), "{}", if is_match { Answer::Match } else { Answer::NoMatch })?;
    Ok(if is_match { Exit::Done } else { Exit::Failed })
}

/// Tells whether the event, or the record wrapped as an event, matches.
fn test(pattern: &Pattern, path: &Path) -> anyhow::Result<bool> {
    let (name, text) = (name(path), read(path)?);
    let value: serde_json::Value = serde_json::from_str(&text)
        .with_context(|| format!("{name} is not valid JSON"))
        .or_bad_arguments()?;
    let object =
        value.as_object().with_context(|| format!("{name} is not a JSON object")).or_bad_arguments()?;
    let (event, mut fields) = (text.trim().as_bytes(), Fields::new());
    let condition = pattern.compile(&mut fields);
    let (fields, mut leaves) = (EventFields::new(fields), Leaves::new());
    if is_event(event) || object.contains_key("detail-type") {
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|field| !object.contains_key(*field)).collect();
        if !missing.is_empty() {
            say(&format!("warning: AWS would refuse this event: it has no `{}`", missing.join("`, `")));
        }
        fields.project_event(event, &mut leaves)
    } else {
        anyhow::ensure!(
            object.contains_key("eventName") || object.contains_key("eventSource"),
            super::exit::BadArguments(anyhow::anyhow!(
                "{name} is neither an EventBridge event nor a CloudTrail record"
            ))
        );
        if condition.subject() == Subject::Event {
            say("note: the event is a CloudTrail record and is wrapped as EventBridge would do it");
        }
        fields.project_record(event, None, &mut leaves)
    }
    .with_context(|| format!("{name} is not valid JSON"))
    .or_bad_arguments()?;
    Ok(condition.is_satisfied(&leaves.view(event)))
}

/// Judges the cases of a file: a verdict a line, the summary last.
fn judge_cases(path: &Path) -> anyhow::Result<Exit> {
    let (name, text) = (path.display().to_string(), read(path)?);
    let mut out = BufWriter::new(std::io::stdout());
    let (mut all, mut expected) = (0, 0);
    // Lines end with a line feed only: U+2028 and its kin may stand inside.
    for (line, number) in text.split('\n').zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let judged = query::judge(&name, number, line).or_bad_arguments()?;
        all += 1;
        if judged.is_wrong() {
            let wanted = judged.expected.map_or_else(String::new, |answer| answer.to_string());
            writeln!(out, "{}\t{}\tWRONG, expected {wanted}", judged.id, judged.verdict)?;
        } else {
            expected += 1;
            writeln!(out, "{}\t{}", judged.id, judged.verdict)?;
        }
    }
    writeln!(out, "{} of {} verdicts as expected", thousands(expected), thousands(all))?;
    out.flush()?;
    Ok(if expected == all { Exit::Done } else { Exit::Failed })
}

/// Returns what messages call a file.
fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { format!("`{}`", path.display()) }
}

/// Reads the file with the pattern; a pattern that was put in its place gets a hint.
fn read_pattern(path: &Path) -> anyhow::Result<String> {
    if path.to_string_lossy().trim_start().starts_with('{') && !path.exists() {
        let hint = "`--pattern` takes a file: give the text of a pattern with -e";
        return Err(anyhow::anyhow!(hint)).or_bad_arguments();
    }
    read(path)
}

/// Reads a file, or standard input for `-`.
fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    read.with_context(|| format!("cannot read {}", name(path))).or_bad_arguments()?;
    Ok(text)
}
