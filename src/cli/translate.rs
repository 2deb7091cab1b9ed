//! `backtrail queries convert`: queries in another language.

use super::args::{CardFormat, SqlDialect, Translated};
use super::exit::{Exit, say};
use backtrail::query::Query;
use backtrail::render::text::escape;
use backtrail::translation::{Dialect, Refusal, Target, Translation, translate};
use std::io::Write;

/// Returns what the arguments ask for.
pub fn target(to: Translated, dialect: SqlDialect) -> Target {
    match to {
        Translated::EventPattern => Target::EventPattern,
        Translated::MetricFilter => Target::MetricFilter,
        Translated::Sigma => Target::Sigma,
        Translated::Sql => Target::Sql(match dialect {
            SqlDialect::Athena => Dialect::Athena,
            SqlDialect::AthenaProjection => Dialect::AthenaProjection,
            SqlDialect::Trino => Dialect::Trino,
            SqlDialect::Spark => Dialect::Spark,
            SqlDialect::DuckDb => Dialect::DuckDb,
        }),
    }
}

#[derive(serde::Serialize)]
struct Document<'a> {
    version: u32,
    translations: Vec<Object<'a>>,
}

#[derive(serde::Serialize)]
struct Object<'a> {
    query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    lost: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

/// Writes the queries; says what is lost and what is refused.
pub fn run(
    queries: &[Query],
    target: Target,
    format: CardFormat,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let translated: Vec<_> = queries.iter().map(|query| (query, translate(query, target))).collect();
    match format {
        CardFormat::Text => write_texts(&translated, target, out)?,
        CardFormat::Json => {
            let objects: Vec<Object<'_>> =
                translated.iter().map(|(query, done)| object(query, done)).collect();
            let document = Document { version: 1, translations: objects };
            serde_json::to_writer(&mut *out, &document)?;
            writeln!(out)?;
        }
    }
    let is_refused = translated.iter().any(|(_, done)| done.is_err());
    Ok(if is_refused { Exit::Failed } else { Exit::Done })
}

/// Writes the texts one after the other: one alone as it is, several each under its id, as the language writes comments.
fn write_texts(
    translated: &[(&Query, Result<Translation, Refusal>)],
    target: Target,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut is_first = true;
    for (query, done) in translated {
        match done {
            Ok(translation) => {
                match target {
                    Target::Sigma if !is_first => writeln!(out, "---")?,
                    Target::Sql(_) if !is_first => writeln!(out)?,
                    Target::EventPattern | Target::MetricFilter if translated.len() > 1 => {
                        writeln!(out, "# {}", escape(&query.id))?;
                    }
                    _ => {}
                }
                let end = if matches!(target, Target::Sql(_)) { ";" } else { "" };
                writeln!(out, "{}{end}", translation.text)?;
                is_first = false;
                translation.lost.iter().for_each(|loss| say(&format!("lost: {}: {loss}", query.id)));
            }
            Err(refusal) => say(&format!("refused: {}: {refusal}", query.id)),
        }
    }
    Ok(())
}

fn object<'a>(query: &'a Query, done: &'a Result<Translation, Refusal>) -> Object<'a> {
    match done {
        Ok(translation) => Object {
            query: &query.id,
            text: Some(&translation.text),
            lost: translation.lost.iter().map(ToString::to_string).collect(),
            refused: None,
        },
        Err(refusal) => {
            Object { query: &query.id, text: None, lost: Vec::new(), refused: Some(refusal.to_string()) }
        }
    }
}
