//! `backtrail queries import`: rules of documents, or those that are deployed, as files of one's own.

use super::args::Import;
use super::exit::{Exit, OrBadArguments as _, say};
use super::select::why;
use anyhow::Context as _;
use backtrail::language::{Language, Pattern};
use backtrail::live::{self, ACTIONS};
use backtrail::query::{self, Card, Loaded, Query, Severity};
use backtrail::source::S3Options;
use backtrail::words::plural;
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(command: &Import) -> anyhow::Result<Exit> {
    if command.policy {
        let allowed = json!({"Effect": "Allow", "Action": ACTIONS, "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [allowed]});
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&policy)?)?;
        return Ok(Exit::Done);
    }
    let to = command.to.as_deref().context("--to names no directory").or_bad_arguments()?;
    let mut is_complete = true;
    let mut tally = Tally::default();
    for loaded in load(command, &mut is_complete)? {
        for unusable in &loaded.unusable {
            let kind = if unusable.reason.is_harmless() { "note" } else { "warning" };
            is_complete &= unusable.reason.is_harmless();
            say(&format!("{kind}: left out: {}", why(unusable)));
        }
        for query in &loaded.queries {
            tally.keep(query, to, command.force)?;
        }
    }
    say(&tally.in_words(to));
    Ok(if is_complete { Exit::Done } else { Exit::Incomplete })
}

fn load(command: &Import, is_complete: &mut bool) -> anyhow::Result<Vec<Loaded>> {
    let mut all = Vec::new();
    for path in &command.documents {
        all.push(query::load(path).or_bad_arguments()?);
    }
    if command.live {
        let access = S3Options {
            profile: command.profile.clone(),
            endpoint_url: command.endpoint_url.clone(),
            ..S3Options::default()
        };
        let found = live::read(&access, &command.regions).context("cannot reach AWS")?;
        for fault in &found.faults {
            *is_complete = false;
            say(&format!("warning: {fault}"));
        }
        let documents =
            found.documents.into_iter().map(|document| (document.origin, document.content.to_string()));
        all.push(query::read(&documents.collect::<Vec<_>>())?);
    }
    Ok(all)
}

/// What became of the queries.
#[derive(Default)]
struct Tally {
    written: u64,
    unchanged: u64,
    kept: u64,
}

impl Tally {
    fn keep(&mut self, query: &Query, to: &Path, is_forced: bool) -> anyhow::Result<()> {
        let path = to.join(file_of(&query.id));
        let mut texts = vec![text(&path, &query.pattern)];
        // A Sigma rule says itself what other cards say.
        if query.pattern.language() != Language::Sigma {
            texts.push((with_ending(&path, "toml"), card(&query.card)?));
        }
        let is_there = |(path, _): &(PathBuf, String)| path.exists();
        let is_same =
            |(path, text): &(PathBuf, String)| fs::read_to_string(path).is_ok_and(|old| old == *text);
        if texts.iter().all(is_same) {
            self.unchanged += 1;
            return Ok(());
        }
        if texts.iter().any(is_there) && !is_forced {
            self.kept += 1;
            let path = texts[0].0.display();
            say(&format!("note: `{path}` is there already and differs; --force writes over it"));
            return Ok(());
        }
        for (path, text) in texts {
            let folder = path.parent().unwrap_or(to);
            fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
            fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        self.written += 1;
        Ok(())
    }

    fn in_words(&self, to: &Path) -> String {
        let mut words = format!("{} written to {}", plural(self.written, "query", "queries"), to.display());
        if self.unchanged > 0 {
            words += &format!("; {} there already", self.unchanged);
        }
        if self.kept > 0 {
            words += &format!("; {} left as they were", self.kept);
        }
        words
    }
}

/// Returns an id as a path below a directory: only what every file system takes, and nothing that leads out of it.
fn file_of(id: &str) -> PathBuf {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    let parts = id.split('/').map(|part| {
        let plain: String = part.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
        let plain = plain.trim_start_matches('.').to_owned();
        if plain.is_empty() { "rule".to_owned() } else { plain }
    });
    parts.collect()
}

/// Adds an ending to a name that may have dots of its own.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Returns the file of a pattern and what stands in it.
fn text(path: &Path, pattern: &Pattern) -> (PathBuf, String) {
    let text = pattern.to_text();
    match pattern.language() {
        Language::EventPattern => (with_ending(path, "json"), pretty(&text)),
        Language::MetricFilter => (with_ending(path, "filter"), text + "\n"),
        Language::Sigma => (with_ending(path, "yml"), text),
    }
}

fn pretty(json: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(json);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| json.to_owned()) + "\n"
}

/// Returns the text of a card without what nobody stated.
fn card(card: &Card) -> anyhow::Result<String> {
    let mut table = toml::Table::try_from(card)?;
    if card.severity == Severity::default() {
        table.remove("severity");
    }
    table.retain(|_, value| match value {
        toml::Value::String(text) => !text.is_empty(),
        toml::Value::Array(values) => !values.is_empty(),
        toml::Value::Table(members) => !members.is_empty(),
        _ => true,
    });
    Ok(toml::to_string_pretty(&table)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leads_out_of_the_directory() {
        for (id, file) in [
            ("iam/user-created", "iam/user-created"),
            ("../../etc/passwd", "rule/rule/etc/passwd"),
            ("/etc", "rule/etc"),
            ("a b:c", "a-b-c"),
            ("rule.v2", "rule.v2"),
        ] {
            assert_eq!(file_of(id), Path::new(file), "{id}");
        }
        assert_eq!(with_ending(Path::new("a/rule.v2"), "json"), Path::new("a/rule.v2.json"));
    }

    #[test]
    fn a_card_has_only_what_somebody_stated() {
        let stated = Card { title: "Root was used".to_owned(), ..Card::default() };
        assert_eq!(card(&stated).unwrap(), "title = \"Root was used\"\n");
    }
}
