//! Reports for people at a terminal: findings first, then charts and tables, definitions last.

use super::page::Page;
use super::{DocumentOptions, chart, spell};
use crate::render::layout::{Cell, Column as Place, Layout};
use crate::render::palette::Style;
use crate::render::text::Align;
use crate::report::{Column, Document, Finding, Kind, Section, Table, Value};
use crate::words::plural;
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// How wide the bars beside numbers are, where there is room.
const BAR: usize = 12;

/// Words get at least so much room, unless they need less.
const LEAST: usize = 14;

/// … and never more.
const MOST: usize = 100;

/// Writes the document.
pub(super) fn write(document: &Document, options: &DocumentOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page { out, look: options.look };
    let created = spell::time(document.created, &options.time_zone);
    page.paragraph(("", None), &format!("{}, {created}", document.title))?;
    if let Some(note) = spell::zone_note(&options.time_zone) {
        page.paragraph(("", None), &note)?;
    }
    document.sections.iter().try_for_each(|section| write_section(section, options, page))
}

fn write_section(section: &Section, options: &DocumentOptions, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(section.title, true)?;
    write_findings(&section.findings, page)?;
    for chart in &section.charts {
        chart::write(chart, page)?;
    }
    for table in &section.tables {
        page.heading(table.title, false)?;
        page.paragraph(("", None), &table.about)?;
        write_table(table, options, page)?;
    }
    if !section.definitions.is_empty() {
        page.heading("Definitions", false)?;
    }
    let definitions = section.definitions.iter();
    definitions
        .map(|term| format!("{}: {}", term.term, term.meaning))
        .try_for_each(|text| page.paragraph(("  ", None), &text))
}

fn write_findings(findings: &[Finding], page: &mut Page<'_>) -> io::Result<()> {
    let widest = findings.iter().map(|finding| finding.severity.word().len()).max().unwrap_or(0);
    for finding in findings {
        let lead = format!("{:<widest$}  ", finding.severity.word());
        page.paragraph((&lead, Some(Style::Severity(finding.severity))), &finding.text)?;
    }
    Ok(())
}

/// Writes the rows, the first of them where there are many.
fn write_table(table: &Table, options: &DocumentOptions, page: &mut Page<'_>) -> io::Result<()> {
    let rows = table.rows().map_err(io::Error::other)?;
    if rows.is_empty() {
        return page.line("none");
    }
    let shown = &rows[..rows.len().min(options.rows.unwrap_or(usize::MAX))];
    let grid = Grid::new(table, shown, options);
    let layout = Layout::fit(&grid.places(), &grid.cells, page.look);
    page.line(&layout.row(&grid.titles))?;
    for row in &grid.cells {
        page.line(&layout.row(row))?;
    }
    let narrow: Vec<&str> = grid
        .columns
        .iter()
        .enumerate()
        .filter(|(index, _)| !layout.has(*index))
        .map(|(_, column)| column.title.as_str())
        .collect();
    if !narrow.is_empty() {
        page.paragraph(("", None), &format!("(no room for: {})", narrow.join(", ")))?;
    }
    match rows.len() - shown.len() {
        0 => Ok(()),
        more => {
            let more = plural(more as u64, "more row", "more rows");
            page.paragraph(
                ("", None),
                &format!("… {more}: all are in a file (-o FILE), in a pipe, and in other formats (--format)"),
            )
        }
    }
}

/// A table as it is shown: with bars beside numbers.
struct Grid {
    columns: Vec<Shown>,
    titles: Vec<Cell>,
    cells: Vec<Vec<Cell>>,
}

/// A column as it is shown.
struct Shown {
    title: String,
    kind: Option<Kind>,
    rank: u8,
}

impl Grid {
    /// Bars stand where everything fits with them.
    fn new(table: &Table, rows: &[Vec<Value>], options: &DocumentOptions) -> Self {
        let plain = Self::of(table, rows, &options.time_zone, 0);
        let bars = table.columns.iter().filter(|column| column.has_bar).count();
        let room = options.look.columns().saturating_sub(plain.width());
        match room.checked_div(bars).unwrap_or(0).saturating_sub(1).min(BAR) {
            bar if bar < BAR / 3 => plain,
            bar => Self::of(table, rows, &options.time_zone, bar),
        }
    }

    fn of(table: &Table, rows: &[Vec<Value>], zone: &TimeZone, bar: usize) -> Self {
        let mut columns = Vec::new();
        let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); rows.len()];
        for (index, column) in table.columns.iter().enumerate() {
            columns.push(Shown {
                title: title(&column.name),
                kind: Some(column.kind),
                rank: rank(index, column),
            });
            for (cells, row) in cells.iter_mut().zip(rows) {
                cells.push(Cell::plain(&spell::value(&row[index], column.kind, zone)));
            }
            if column.has_bar && bar > 0 {
                columns.push(Shown { title: String::new(), kind: None, rank: u8::MAX });
                let most = rows.iter().map(|row| number(&row[index])).fold(0.0, f64::max);
                for (cells, row) in cells.iter_mut().zip(rows) {
                    cells.push(Cell::drawn(chart::bar(number(&row[index]), most, bar)));
                }
            }
        }
        let head = |column: &Shown| match column.kind {
            Some(_) => Cell::new(&column.title, Some(Style::Heading)),
            None => Cell::drawn(String::new()),
        };
        let titles = columns.iter().map(head).collect();
        Self { columns, titles, cells }
    }

    /// Returns what the widest texts of all columns need.
    fn width(&self) -> usize {
        let widest = |index: usize| {
            let cells = self.cells.iter().map(|row| row[index].width()).max().unwrap_or(0);
            cells.max(self.titles[index].width()).min(MOST)
        };
        (0..self.columns.len()).map(|index| widest(index) + 2).sum()
    }

    fn places(&self) -> Vec<Place<'_>> {
        self.columns.iter().map(Shown::place).collect()
    }
}

impl Shown {
    fn place(&self) -> Place<'_> {
        let (align, least) = match self.kind {
            Some(Kind::Text | Kind::Address) => (Align::Left, LEAST),
            Some(Kind::Count | Kind::Share | Kind::Dollars | Kind::Number) => (Align::Right, MOST),
            Some(Kind::Time | Kind::Day | Kind::Flag) | None => (Align::Left, MOST),
        };
        Place { title: &self.title, align, least, most: MOST, rank: self.rank }
    }
}

/// Returns how soon a column goes where it is narrow: the first and what has a bar stay longest, the others go from the end.
fn rank(index: usize, column: &Column) -> u8 {
    let place = u8::try_from(index).unwrap_or(u8::MAX - 2).min(u8::MAX - 2);
    if column.has_bar {
        place.min(1)
    } else if place == 0 {
        0
    } else {
        place + 1
    }
}

/// Returns what stands above a column: fields keep their spelling.
fn title(name: &str) -> String {
    let is_word =
        name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if is_word { name.to_uppercase().replace('_', " ") } else { name.to_owned() }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Count(count) => *count as f64,
        Value::Number(number) => *number,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::HitOptions;
    use crate::render::document::sample::document;
    use crate::render::sample::listed;
    use crate::render::text::width;

    fn written(columns: u16, rows: Option<usize>, color: bool) -> String {
        let look = HitOptions { width: Some(columns), color, ..HitOptions::default() };
        let options = DocumentOptions { look, rows, ..DocumentOptions::default() };
        listed(|out| write(&document(), &options, out))
    }

    #[test]
    fn findings_come_first_and_definitions_last() {
        insta::assert_snapshot!(written(160, None, false), @r"
        CloudTrail report, 2026-04-01T00:00:00Z

        Invented things
        ═══════════════
        high           =1 odd | thing was found by user/\x1b[2Jx
        informational  2 things in all

        All of them
        One row a principal, most records first
        WHO                                 SOURCE IP  RECORDS                FIRST                 DAY         MFA    PART   COST
        user/alice                          192.0.2.7    1,200  ████████████  2026-03-01T23:30:00Z  2026-03-01  yes  79.9 %  $2.50
        =cmd|' /C calc'!A0                  192.0.2.7      300  ███           2026-03-01T23:30:00Z  2026-03-01  yes  20.0 %  $2.50
        <b>*x*</b>`\u{202e}\n[a](http://b)  -                1  ▏             2026-03-01T23:30:00Z  2026-03-01  -     0.1 %  $2.50

        None of them
        One row a name
        none

        Definitions
          odd: what is not even
        ");
    }

    #[test]
    fn where_it_is_narrow_the_least_important_columns_go_and_are_named() {
        insta::assert_snapshot!(written(40, Some(1), false), @r"
        CloudTrail report, 2026-04-01T00:00:00Z

        Invented things
        ═══════════════
        high           =1 odd | thing was found
                       by user/\x1b[2Jx
        informational  2 things in all

        All of them
        One row a principal, most records first
        WHO         SOURCE IP  RECORDS
        user/alice  192.0.2.7    1,200
        (no room for: FIRST, DAY, MFA, PART,
        COST)
        … 2 more rows: all are in a file (-o
        FILE), in a pipe, and in other formats
        (--format)

        None of them
        One row a name
        none

        Definitions
          odd: what is not even
        ");
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for columns in 40..200 {
            for line in written(columns, None, false).lines() {
                assert!(width(line) <= usize::from(columns), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn colours_mark_severities_and_headings_and_move_nothing() {
        let colored = written(100, None, true);
        assert!(colored.contains("\u{1b}[31mhigh\u{1b}[0m           =1 odd"), "{colored:?}");
        let codes = ["\u{1b}[31m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"];
        let bare = codes.iter().fold(colored, |text, code| text.replace(code, ""));
        assert_eq!(bare, written(100, None, false));
    }

    #[test]
    fn times_are_told_in_the_zone_that_was_asked_for() {
        let time_zone = TimeZone::get("Europe/Berlin").unwrap();
        let options = DocumentOptions { time_zone, ..DocumentOptions::default() };
        let text = listed(|out| write(&document(), &options, out));
        assert!(text.contains("2026-03-02T00:30:00+01:00  2026-03-01"), "{text}");
        assert!(text.contains("Times are those of Europe/Berlin"), "{text}");
    }
}
