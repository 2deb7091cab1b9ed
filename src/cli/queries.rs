//! `backtrail queries`: what there is to replay.

use super::args::{CardFormat, Global, ListFormat, Queries, QueriesAction};
use super::exit::{Exit, OrBadArguments as _};
use super::{import, select, terminal, translate};
use backtrail::query::Query;
use backtrail::render;
use std::io::{self, BufWriter, Write as _};

/// Runs the command.
pub fn run(command: &Queries, global: &Global) -> anyhow::Result<Exit> {
    let options = terminal::look(global.color, true);
    let mut out = BufWriter::new(io::stdout());
    match &command.action {
        QueriesAction::List { queries, format } => {
            let loaded = select::load(queries)?;
            let queries: Vec<&Query> = loaded.queries.iter().collect();
            let format = match format {
                ListFormat::Table => render::ListFormat::Table,
                ListFormat::Json => render::ListFormat::Json,
                ListFormat::Ndjson => render::ListFormat::Ndjson,
                ListFormat::Csv => render::ListFormat::Csv,
            };
            render::write_queries(format, &queries, &options, &mut out)?;
        }
        QueriesAction::Import(command) => return import::run(command),
        QueriesAction::Convert { queries, to, dialect, format } => {
            let target = translate::target(*to, *dialect);
            let exit = translate::run(&select::load(queries)?.queries, target, *format, &mut out)?;
            out.flush()?;
            return Ok(exit);
        }
        QueriesAction::Show { query, format } => {
            let loaded = select::load(std::slice::from_ref(query))?;
            let [query] = loaded.queries.as_slice() else {
                let ids: Vec<&str> = loaded.queries.iter().map(|query| query.id.as_str()).collect();
                return Err(anyhow::anyhow!("`{query}` is {} queries: {}", ids.len(), ids.join(", ")))
                    .or_bad_arguments();
            };
            match format {
                CardFormat::Text => render::write_card(query, &options, &mut out)?,
                CardFormat::Json => render::write_card_json(query, &mut out)?,
            }
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}
