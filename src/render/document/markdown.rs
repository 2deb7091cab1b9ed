//! Reports as Markdown of GitHub's kind (<https://github.github.com/gfm/>): tables, lists, and charts as fenced text.
//! Nothing in a text from a log is markup.

use super::page::Page;
use super::{DocumentOptions, chart, spell};
use crate::render::HitOptions;
use crate::render::text;
use crate::replay::Coverage;
use crate::report::{Chart, Document, Kind, Section, Table};
use crate::words::{bytes, plural, thousands};
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// How wide charts are.
const WIDTH: u16 = 80;

/// Writes the document.
pub(super) fn write(document: &Document, options: &DocumentOptions, out: &mut dyn Write) -> io::Result<()> {
    let zone = &options.time_zone;
    writeln!(out, "# {}\n\nMade {}.", escape(&document.title), spell::time(document.created, zone))?;
    if let Some(note) = spell::zone_note(zone) {
        writeln!(out, "{}", escape(&note))?;
    }
    for section in &document.sections {
        write_section(section, zone, out)?;
    }
    write_coverage(&document.coverage, out)
}

fn write_section(section: &Section, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n", escape(section.title))?;
    for finding in &section.findings {
        writeln!(out, "- **{}**: {}", finding.severity.word(), prose(&finding.text))?;
    }
    for chart in section.charts.iter().filter(|chart| !chart::is_empty(&chart.shape)) {
        write_chart(chart, out)?;
    }
    for table in &section.tables {
        writeln!(out, "\n### {}\n\n{}.\n", escape(table.title), prose(&table.about))?;
        write_table(table, zone, out)?;
    }
    writeln!(out, "\n### Columns and definitions of “{}”\n", escape(section.title))?;
    for table in &section.tables {
        for column in &table.columns {
            let place = format!("{}, {}", table.title, column.name);
            writeln!(
                out,
                "- **{}** ({}): {}",
                escape(&place),
                spell::kind(column.kind),
                prose(column.about)
            )?;
        }
    }
    for term in &section.definitions {
        writeln!(out, "- **{}**: {}", escape(term.term), prose(term.meaning))?;
    }
    Ok(())
}

fn write_table(table: &Table, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let rows = table.rows().map_err(io::Error::other)?;
    if rows.is_empty() {
        return writeln!(out, "None.");
    }
    let names = table.columns.iter().map(|column| escape(&column.name));
    writeln!(out, "| {} |", names.collect::<Vec<_>>().join(" | "))?;
    let rules = table.columns.iter().map(|column| match column.kind {
        Kind::Count | Kind::Share | Kind::Dollars => "---:",
        _ => "---",
    });
    writeln!(out, "| {} |", rules.collect::<Vec<_>>().join(" | "))?;
    for row in &rows {
        let cells = row.iter().zip(&table.columns);
        let cells = cells.map(|(value, column)| escape(&spell::value(value, column.kind, zone)));
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}

/// Writes a chart inside a fence that nothing in it can close.
fn write_chart(chart: &Chart, out: &mut dyn Write) -> io::Result<()> {
    let mut drawn = Vec::new();
    let look = HitOptions { width: Some(WIDTH), color: false, ..HitOptions::default() };
    chart::draw(chart, &mut Page { out: &mut drawn, look })?;
    let drawn = String::from_utf8_lossy(&drawn);
    let ticks = drawn.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((ticks + 1).max(3));
    write!(out, "\n### {}\n\n{fence}text\n{drawn}{fence}\n", escape(&chart.title))
}

/// Writes what was read and what was not: it is part of what is handed over.
fn write_coverage(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let (files, records) = (&coverage.log_files, &coverage.records);
    let (accounts, regions, days) = coverage.extent();
    let archives = coverage.archives.iter().map(|name| escape(name)).collect::<Vec<_>>();
    let bound =
        |bound: Option<jiff::Timestamp>| bound.map_or_else(|| "open".to_owned(), |time| time.to_string());
    let lines = [
        ("Archives", archives.join(", ")),
        ("Scope", format!("from {} to {}", bound(coverage.scope.since), bound(coverage.scope.until))),
        ("Accounts asked for", escape(&all(&coverage.scope.accounts))),
        ("Regions asked for", escape(&all(&coverage.scope.regions))),
        ("Complete", if coverage.is_complete { "yes" } else { "**no**" }.to_owned()),
        ("Log files read", format!("{} ({} of JSON)", thousands(files.read), bytes(coverage.bytes.text))),
        ("Log files not read", thousands(files.failed)),
        ("Records in scope", thousands(records.in_scope)),
        ("Duplicates", thousands(records.duplicates)),
        (
            "Extent",
            [
                plural(accounts as u64, "account", "accounts"),
                plural(regions as u64, "region", "regions"),
                plural(days as u64, "day", "days"),
            ]
            .join(" × "),
        ),
    ];
    writeln!(out, "\n## Coverage\n\n| what | how much |\n| --- | --- |")?;
    for (what, how_much) in lines {
        writeln!(out, "| {what} | {how_much} |")?;
    }
    if !coverage.faults.is_empty() {
        writeln!(out, "\n### Faults\n")?;
    }
    for fault in &coverage.faults {
        let kind = if fault.is_partly_read { "partly read" } else { "not read" };
        writeln!(out, "- {kind}: {}: {}", escape(&fault.key), escape(&fault.reason))?;
    }
    Ok(())
}

fn all(names: &[String]) -> String {
    if names.is_empty() { "all".to_owned() } else { names.join(", ") }
}

/// Returns a sentence in which `names` stay code, and nothing else is markup. A name cannot leave its code: it has none of
/// the marks that end it.
fn prose(given: &str) -> String {
    let parts: Vec<&str> = given.split('`').collect();
    let mut sentence = String::with_capacity(given.len());
    for (index, part) in parts.iter().enumerate() {
        let is_closed = index + 1 < parts.len();
        match index % 2 == 1 && is_closed && !part.trim().is_empty() {
            true => sentence.push_str(&format!("`{}`", text::escape(part))),
            false if index % 2 == 1 => {
                sentence.push_str(&format!("\\`{}{}", escape(part), if is_closed { "\\`" } else { "" }))
            }
            false => sentence.push_str(&escape(part)),
        }
    }
    sentence
}

/// Returns a text in which nothing is markup, a link or a mention; it never begins a line.
fn escape(given: &str) -> String {
    let given = text::escape(given);
    let mut escaped = String::with_capacity(given.len());
    let mut before = ' ';
    for (at, character) in given.char_indices() {
        let rest = &given[at + character.len_utf8()..];
        let after = rest.chars().next().unwrap_or(' ');
        let is_markup = match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' | '#' => true,
            // Within a word it emphasises nothing.
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            // `http://` and `www.` become links by themselves.
            ':' => rest.starts_with("//"),
            '.' => escaped.to_ascii_lowercase().ends_with("www"),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
        // An empty comment keeps GitHub from calling somebody of that name.
        if character == '@' && !before.is_alphanumeric() {
            escaped.push_str("<!-- -->");
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::sample::{charts, document};
    use crate::render::sample::listed;

    #[test]
    fn a_report_is_headings_lists_and_tables() {
        let options = DocumentOptions::default();
        insta::assert_snapshot!(listed(|out| write(&document(), &options, out)), @r"
        # CloudTrail report

        Made 2026-04-01T00:00:00Z.

        ## Invented things

        - **high**: =1 odd \| thing was found by user/\\x1b\[2Jx
        - **informational**: 2 things in all

        ### All of them

        One row a principal, most records first.

        | who | source_ip | records | first | day | mfa | part | cost |
        | --- | --- | ---: | --- | --- | --- | ---: | ---: |
        | user/alice | 192.0.2.7 | 1,200 | 2026-03-01T23:30:00Z | 2026-03-01 | yes | 79.9 % | \$2.50 |
        | =cmd\|' /C calc'!A0 | 192.0.2.7 | 300 | 2026-03-01T23:30:00Z | 2026-03-01 | yes | 20.0 % | \$2.50 |
        | \<b\>\*x\*\</b\>\`\\u{202e}\\n\[a\](http\://b) |  | 1 | 2026-03-01T23:30:00Z | 2026-03-01 |  | 0.1 % | \$2.50 |

        ### None of them

        One row a name.

        None.

        ### Columns and definitions of “Invented things”

        - **All of them, who** (text): `userIdentity.arn`: who \| did it
        - **All of them, source_ip** (address): `sourceIPAddress`
        - **All of them, records** (number): number of records
        - **All of them, first** (time): `eventTime` of the first
        - **All of them, day** (day (UTC)): the day
        - **All of them, mfa** (yes or no): whether MFA was used; none when nobody says
        - **All of them, part** (share of 1): part of all records
        - **All of them, cost** (US dollars): what it costs
        - **None of them, name** (text): its name
        - **None of them, records** (number): how many
        - **odd**: what is not even

        ## Coverage

        | what | how much |
        | --- | --- |
        | Archives |  |
        | Scope | from open to open |
        | Accounts asked for | all |
        | Regions asked for | all |
        | Complete | yes |
        | Log files read | 0 (0 B of JSON) |
        | Log files not read | 0 |
        | Records in scope | 0 |
        | Duplicates | 0 |
        | Extent | 0 accounts × 0 regions × 0 days |
        ");
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escape("a|b\nc"), "a\\|b\\\\nc");
        assert_eq!(escape("**x** _y_ a_b `z`"), "\\*\\*x\\*\\* \\_y\\_ a_b \\`z\\`");
        assert_eq!(escape("<img src=x>[a](b)&amp;"), "\\<img src=x\\>\\[a\\](b)\\&amp;");
        assert_eq!(escape("https://x.example WWW.x.example a:b"), "https\\://x.example WWW\\.x.example a:b");
        assert_eq!(escape("@team alice@example.com $x$"), "@<!-- -->team alice@example.com \\$x\\$");
        assert_eq!(escape("arn:aws:iam::111122223333:user/alice"), "arn:aws:iam::111122223333:user/alice");
    }

    #[test]
    fn names_stay_code_and_cannot_leave_it() {
        assert_eq!(prose("`eventName`: what * happened"), "`eventName`: what \\* happened");
        assert_eq!(prose("by `a<b>` `` and ` <i>"), "by `a<b>` \\`\\` and \\` \\<i\\>");
    }

    #[test]
    fn a_chart_cannot_leave_its_fence() {
        let mut chart = charts().charts.swap_remove(1);
        if let crate::report::Shape::Bars(bars) = &mut chart.shape {
            bars[0].name = "````".to_owned();
        }
        let text = listed(|out| write_chart(&chart, out));
        assert_eq!(text.matches("\n`````").count(), 2, "{text}");
    }
}
