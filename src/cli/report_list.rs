//! `backtrail report list` and `backtrail report show`: which reports there are, and what one consists of.

use super::args::{self, Global, ReportFormat};
use super::exit::{Exit, OrBadArguments as _};
use super::terminal;
use backtrail::render::{self, HitOptions, ListFormat};
use backtrail::report::{self, Settings};
use std::io::{self, BufWriter, Write};

/// Runs the command when it asks for one of them.
pub fn run(command: &args::Report, settings: &Settings, global: &Global) -> anyhow::Result<Exit> {
    let look = terminal::look(global.color, true);
    let mut out = BufWriter::new(io::stdout());
    let format = command.output.format;
    if !command.archives.is_empty() {
        show(&command.archives, settings, (format, &look), &mut out)?;
    } else if command.names == "show" {
        return Err(anyhow::anyhow!(
            "which report? Give its name; `backtrail report list` says which there are"
        ))
        .or_bad_arguments();
    } else {
        render::write_reports(list_format(format).or_bad_arguments()?, report::all(), &look, &mut out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn show(
    names: &[String],
    settings: &Settings,
    (format, look): (ReportFormat, &HitOptions),
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for (index, definition) in report::select(names).or_bad_arguments()?.into_iter().enumerate() {
        let section = report::outline(definition, settings)?;
        match format {
            ReportFormat::Table => {
                if index > 0 {
                    writeln!(out)?;
                }
                render::write_outline(definition, &section, look, out)?;
            }
            ReportFormat::Json => render::write_outline_json(definition, &section, out)?,
            _ => return Err(anyhow::anyhow!("a report is shown as `table` or `json`")).or_bad_arguments(),
        }
    }
    Ok(())
}

fn list_format(format: ReportFormat) -> anyhow::Result<ListFormat> {
    match format {
        ReportFormat::Table => Ok(ListFormat::Table),
        ReportFormat::Json => Ok(ListFormat::Json),
        ReportFormat::Ndjson => Ok(ListFormat::Ndjson),
        ReportFormat::Csv => Ok(ListFormat::Csv),
        _ => anyhow::bail!("the list of reports is written as `table`, `json`, `ndjson` or `csv`"),
    }
}
