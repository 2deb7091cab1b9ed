//! Hits as aligned columns, or, where columns would be too narrow to read, as cards.
//!
//! Hits arrive one at a time and are not kept, so the columns are as wide as the first hits need; a longer text in
//! a later hit is cut.

use super::layout::{Cell, Column, Layout};
use super::palette::Style;
use super::text::Align;
use super::{HitOptions, HitWriter};
use crate::delivery::{Reason, Verdict};
use crate::hit::Hit;
use std::io::{self, Write};

/// How many hits decide about the widths.
const SAMPLE: usize = 200;

/// With fewer columns than these (time, query, principal, event), cards say more.
const FEWEST: usize = 4;

/// Stands before the names of approximated events.
const APPROXIMATED: &str = "≈ ";

const fn column(title: &'static str, least: usize, most: usize, rank: u8) -> Column<'static> {
    Column { title, align: Align::Left, least, most, rank }
}

/// The last one is only there when it is told whether rules would have fired.
const COLUMNS: [Column<'_>; 10] = [
    column("TIME", 20, 20, 0),
    column("SEVERITY", 13, 13, 5),
    column("QUERY", 14, 48, 1),
    column("ACCOUNT", 12, 20, 6),
    column("REGION", 9, 20, 7),
    column("PRINCIPAL", 14, 60, 2),
    column("EVENT", 14, 48, 3),
    column("SOURCE IP", 12, 40, 8),
    column("OUTCOME", 8, 40, 4),
    column("WOULD HAVE FIRED", 16, 60, 1),
];

/// Writes hits for people.
pub(super) struct TableWriter<'a> {
    out: Box<dyn Write + 'a>,
    options: HitOptions,
    sample: Vec<Vec<Cell>>,
    shape: Option<Shape>,
}

enum Shape {
    Rows(Layout),
    Cards { is_first: bool },
}

impl<'a> TableWriter<'a> {
    pub(super) fn new(options: HitOptions, out: Box<dyn Write + 'a>) -> Self {
        Self { out, options, sample: Vec::new(), shape: None }
    }

    /// Decides about the shape by the sample and writes that.
    fn settle(&mut self) -> io::Result<()> {
        let sample = std::mem::take(&mut self.sample);
        if sample.is_empty() {
            return Ok(());
        }
        let columns = &COLUMNS[..sample[0].len()];
        let layout = Layout::fit(columns, &sample, self.options);
        let mut shape = if layout.len() < FEWEST {
            Shape::Cards { is_first: true }
        } else {
            writeln!(self.out, "{}", layout.header(columns))?;
            Shape::Rows(layout)
        };
        for cells in &sample {
            shape.write(cells, self.options, &mut self.out)?;
        }
        self.shape = Some(shape);
        Ok(())
    }
}

impl HitWriter for TableWriter<'_> {
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()> {
        let cells = cells(hit, self.options.tells_delivery);
        if let Some(shape) = &mut self.shape {
            return shape.write(&cells, self.options, &mut self.out);
        }
        self.sample.push(cells);
        if self.sample.len() == SAMPLE { self.settle() } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.settle()?;
        self.out.flush()
    }
}

impl Shape {
    fn write(&mut self, cells: &[Cell], options: HitOptions, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Rows(layout) => writeln!(out, "{}", layout.row(cells)),
            Self::Cards { is_first } => {
                if !std::mem::take(is_first) {
                    writeln!(out)?;
                }
                write_card(cells, options, out)
            }
        }
    }
}

/// Returns the cells of a hit, in the order of the columns.
fn cells(hit: &Hit<'_>, tells_delivery: bool) -> Vec<Cell> {
    let facts = hit.facts;
    let plain = |text: Option<&str>| Cell::plain(text.unwrap_or_default());
    let severity = hit.query.card.severity;
    let mut cells = vec![
        Cell::time(facts.time),
        Cell::new(severity.word(), Some(Style::Severity(severity))),
        Cell::plain(&hit.query.id),
        plain(hit.account()),
        plain(facts.region.as_deref()),
        plain(facts.principal.as_deref()),
        match facts.event_name.as_deref() {
            Some(name) if hit.is_synthetic => Cell::plain(&format!("{APPROXIMATED}{name}")),
            name => plain(name),
        },
        plain(facts.source_ip.as_deref()),
        match facts.outcome.error() {
            Some(error) => Cell::new(error, Some(Style::Failure)),
            None => Cell::plain("success"),
        },
    ];
    cells.extend(tells_delivery.then(|| delivery(hit)));
    cells
}

fn delivery(hit: &Hit<'_>) -> Cell {
    let Some(delivery) = hit.delivery() else { return Cell::plain("") };
    let reasons: Vec<String> = delivery.reasons.iter().map(Reason::words).collect();
    let word = delivery.verdict.word();
    let text = if reasons.is_empty() { word.to_owned() } else { format!("{word}: {}", reasons.join(", ")) };
    Cell::new(&text, (delivery.verdict == Verdict::Silent).then_some(Style::Failure))
}

/// Writes time and severity on a line, and below it, indented, what else is known, as much a line as fits.
fn write_card(cells: &[Cell], options: HitOptions, out: &mut dyn Write) -> io::Result<()> {
    const INDENT: usize = 2;
    let columns = options.columns();
    writeln!(out, "{}  {}", cells[0].show(20, options.color), cells[1].show(13, options.color))?;
    let mut used = 0;
    for cell in [2, 5, 6, 8, 9, 3, 4, 7].into_iter().filter_map(|index| cells.get(index)) {
        if !cell.is_filled() {
            continue;
        }
        let needed = cell.width().min(columns - INDENT) + INDENT;
        if used > 0 && used + needed > columns {
            writeln!(out)?;
            used = 0;
        }
        write!(out, "  {}", cell.show(columns - INDENT, options.color))?;
        used += needed;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Severity;
    use crate::record::Facts;
    use crate::render::Format;
    use crate::render::sample::{denied, facts, hit, query, written};
    use crate::render::text::width;

    fn at(width: u16) -> HitOptions {
        HitOptions { width: Some(width), color: false, ..HitOptions::default() }
    }

    fn table(width: u16) -> String {
        let (low, high) =
            (query("iam/user-created", Severity::Low), query("sign-in/root-login", Severity::Critical));
        let (facts, denied) = (facts(), denied());
        written(
            Format::Table,
            at(width),
            &[hit(&low, &facts), hit(&high, &denied), hit(&low, &Facts::default())],
        )
    }

    #[test]
    fn all_columns_stand_side_by_side_where_there_is_room() {
        insta::assert_snapshot!(table(160), @r#"
        TIME                  SEVERITY  QUERY               ACCOUNT       REGION     PRINCIPAL         EVENT       SOURCE IP  OUTCOME
        2026-01-02T03:04:05Z  low       iam/user-created    111122223333  us-east-1  role/Admin/alice  CreateUser  192.0.2.7  success
        2026-01-02T03:04:05Z  critical  sign-in/root-login  111122223333  us-east-1  role/Admin/alice  CreateUser  192.0.2.7  AccessDenied
        -                     low       iam/user-created    -             -          -                 -           -          success
        "#);
    }

    #[test]
    fn at_eighty_columns_the_least_important_are_dropped() {
        insta::assert_snapshot!(table(80), @r#"
        TIME                  QUERY               PRINCIPAL         EVENT       OUTCOME
        2026-01-02T03:04:05Z  iam/user-created    role/Admin/alice  CreateUser  success
        2026-01-02T03:04:05Z  sign-in/root-login  role/Admin/alice  CreateUser  AccessD…
        -                     iam/user-created    -                 -           success
        "#);
    }

    #[test]
    fn at_forty_columns_hits_become_cards() {
        insta::assert_snapshot!(table(40), @r#"
        2026-01-02T03:04:05Z  low
          iam/user-created  role/Admin/alice
          CreateUser  success  111122223333
          us-east-1  192.0.2.7

        2026-01-02T03:04:05Z  critical
          sign-in/root-login  role/Admin/alice
          CreateUser  AccessDenied  111122223333
          us-east-1  192.0.2.7

        -  low
          iam/user-created  success
        "#);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let query = query(&"long/".repeat(20), Severity::Informational);
        let mut facts = denied();
        facts.principal = Some("東京".repeat(50));
        facts.source_ip = Some("2001:db8:1111:2222:3333:4444:5555:6666".to_owned());
        for columns in 40..200 {
            for line in written(Format::Table, at(columns), &[hit(&query, &facts); 2]).lines() {
                assert!(width(line) <= usize::from(columns), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn a_hostile_text_cannot_reach_the_terminal() {
        let query = query("iam/user-created", Severity::Low);
        let mut facts = facts();
        facts.principal = Some("user/\u{1b}[2Jx\n\u{202e}".to_owned());
        for width in [40, 160] {
            let table = written(Format::Table, at(width), &[hit(&query, &facts)]);
            assert!(table.contains("user/\\x1b[2Jx\\n\\u{202e}"), "{table}");
            assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table}");
        }
    }

    #[test]
    fn colours_mark_severity_and_failure_without_moving_a_column() {
        let critical = query("sign-in/root-login", Severity::Critical);
        let denied = denied();
        for width in [40, 160] {
            let plain = written(Format::Table, at(width), &[hit(&critical, &denied)]);
            let options = HitOptions { width: Some(width), color: true, ..HitOptions::default() };
            let colored = written(Format::Table, options, &[hit(&critical, &denied)]);
            assert!(colored.contains("\u{1b}[1;31mcritical\u{1b}[0m"), "{colored:?}");
            assert!(colored.contains("\u{1b}[31mAccessDenied\u{1b}[0m"), "{colored:?}");
            let bare = ["\u{1b}[1;31m", "\u{1b}[31m", "\u{1b}[1m", "\u{1b}[0m"]
                .iter()
                .fold(colored, |text, code| text.replace(code, ""));
            assert_eq!(bare, plain);
        }
    }

    #[test]
    fn the_first_hits_decide_about_the_widths_and_later_texts_are_cut() {
        let (short, long) = (query("a/b", Severity::Low), query("a/much-longer-name", Severity::Low));
        let facts = facts();
        let mut all = vec![hit(&short, &facts); SAMPLE];
        all.push(hit(&long, &facts));
        let table = written(Format::Table, at(160), &all);
        assert_eq!(table.lines().count(), SAMPLE + 2);
        assert!(table.lines().last().unwrap().contains("low       a/mu…  "), "{table}");
        assert!(written(Format::Table, at(160), &all[SAMPLE - 1..]).contains("a/much-longer-name"));
    }

    #[test]
    fn no_hits_give_no_table() {
        assert_eq!(table_of_none(), "");
    }

    fn table_of_none() -> String {
        written(Format::Table, HitOptions::default(), &[])
    }
}
