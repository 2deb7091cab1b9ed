//! Fits columns into a width: the widest and least important give way first, and when that is not enough, the least important go.

use super::HitOptions;
use super::palette::Style;
use super::text::{Align, escape, truncate, width};
use jiff::Timestamp;
use std::io::{self, Write};

/// How many spaces stand between two columns.
const GAP: usize = 2;

/// How many spaces more than the next important column a column keeps while both give way.
const RELUCTANCE: usize = 6;

/// How many characters of a text from a log are looked at; no column is that wide.
const LONGEST: usize = 256;

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    /// What stands above it.
    pub(super) title: &'a str,
    /// Which side its texts lean on.
    pub(super) align: Align,
    /// The width below which it is of no use; a column that needs less may have less.
    pub(super) least: usize,
    /// The width it never exceeds.
    pub(super) most: usize,
    /// How soon it is dropped; 0 stays to the end.
    pub(super) rank: u8,
}

/// A text in a column, safe to print.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Option<Style>,
}

impl Cell {
    /// Makes a cell of a text that may come from a log; nothing is shown as `-`.
    pub(super) fn new(text: &str, style: Option<Style>) -> Self {
        let end = match text.len() {
            ..=LONGEST => text.len(),
            _ => text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end),
        };
        let text = if text.is_empty() { "-".to_owned() } else { escape(&text[..end]).into_owned() };
        Self { text, style }
    }

    /// Makes a cell without style.
    pub(super) fn plain(text: &str) -> Self {
        Self::new(text, None)
    }

    /// Makes a cell of what we have drawn ourselves; nothing is shown as nothing.
    #[cfg(feature = "report")]
    pub(super) fn drawn(text: String) -> Self {
        Self { text, style: None }
    }

    /// Makes a cell of a moment, to the second.
    pub(super) fn time(time: Option<Timestamp>) -> Self {
        let text = time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        Self::plain(&text.unwrap_or_default())
    }

    /// Tells whether there is something in it.
    pub(super) fn is_filled(&self) -> bool {
        self.text != "-"
    }

    /// Returns how many columns the whole text takes.
    pub(super) fn width(&self) -> usize {
        width(&self.text)
    }

    /// Returns the text cut to `columns` and, when asked for, coloured.
    pub(super) fn show(&self, columns: usize, color: bool) -> String {
        let text = truncate(&self.text, columns);
        match self.style {
            Some(style) if color => style.paint(&text),
            _ => text.into_owned(),
        }
    }
}

/// The columns that are shown, with their widths.
pub(super) struct Layout {
    placed: Vec<Placed>,
    color: bool,
}

struct Placed {
    index: usize,
    width: usize,
    align: Align,
}

impl Layout {
    /// Finds a layout for `columns` that shows the `rows` as far as the options' width allows.
    pub(super) fn fit(columns: &[Column<'_>], rows: &[Vec<Cell>], options: HitOptions) -> Self {
        let wanted: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let widest = rows.iter().map(|row| row[index].width()).max().unwrap_or(0);
                widest.max(width(column.title)).min(column.most)
            })
            .collect();
        let least = |index: usize| columns[index].least.min(wanted[index]);

        let mut kept: Vec<usize> = (0..columns.len()).collect();
        while kept.len() > 1 && total(kept.iter().map(|index| least(*index))) > options.columns() {
            kept.retain({
                let last = kept.iter().map(|index| columns[*index].rank).max();
                move |index| Some(columns[*index].rank) != last
            });
        }
        let mut widths: Vec<usize> = kept.iter().map(|index| wanted[*index]).collect();
        while total(widths.iter().copied()) > options.columns() {
            let can_shrink = |position: &usize| widths[*position] > least(kept[*position]);
            // What is dropped early also gives way early: a cut address hurts less than a cut name of a query.
            let pressure = |position: &usize| {
                widths[*position] + RELUCTANCE * usize::from(columns[kept[*position]].rank)
            };
            match (0..kept.len()).filter(can_shrink).max_by_key(pressure) {
                Some(widest) => widths[widest] -= 1,
                None => break,
            }
        }
        let placed = kept.iter().zip(widths);
        let placed =
            placed.map(|(index, width)| Placed { index: *index, width, align: columns[*index].align });
        Self { placed: placed.collect(), color: options.color }
    }

    /// Returns how many columns are left.
    pub(super) fn len(&self) -> usize {
        self.placed.len()
    }

    /// Tells whether there was room for the column at that place.
    #[cfg(feature = "report")]
    pub(super) fn has(&self, index: usize) -> bool {
        self.placed.iter().any(|placed| placed.index == index)
    }

    /// Returns the line of titles, without line end.
    pub(super) fn header(&self, columns: &[Column<'_>]) -> String {
        let titles: Vec<Cell> =
            columns.iter().map(|column| Cell::new(column.title, Some(Style::Heading))).collect();
        self.row(&titles)
    }

    /// Returns one row, without line end and without spaces before it.
    pub(super) fn row(&self, cells: &[Cell]) -> String {
        let mut line = String::new();
        let mut gap = 0;
        for placed in &self.placed {
            let cell = &cells[placed.index];
            let room = placed.width.saturating_sub(cell.width());
            if placed.align == Align::Right {
                gap += room;
            }
            line.extend(std::iter::repeat_n(' ', gap));
            line.push_str(&cell.show(placed.width, self.color));
            gap = GAP + if placed.align == Align::Left { room } else { 0 };
        }
        line
    }
}

fn total(widths: impl ExactSizeIterator<Item = usize>) -> usize {
    let gaps = GAP * widths.len().saturating_sub(1);
    widths.sum::<usize>() + gaps
}

/// Writes a table that is known as a whole.
pub(super) fn write_table(
    columns: &[Column<'_>],
    rows: &[Vec<Cell>],
    options: HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = Layout::fit(columns, rows, options);
    writeln!(out, "{}", layout.header(columns))?;
    for row in rows {
        writeln!(out, "{}", layout.row(row))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<'_>; 3] = [
        Column { title: "NAME", align: Align::Left, least: 10, most: 30, rank: 0 },
        Column { title: "COUNT", align: Align::Right, least: 9, most: 9, rank: 1 },
        Column { title: "WHAT", align: Align::Left, least: 10, most: 30, rank: 2 },
    ];

    fn table(cells: [&str; 3], width: u16) -> String {
        let rows = [cells.iter().map(|text| Cell::plain(text)).collect()];
        let mut out = Vec::new();
        let options = HitOptions { width: Some(width), color: false, ..HitOptions::default() };
        write_table(&COLUMNS, &rows, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        assert_eq!(table(["a", "1", "b"], 80), "NAME  COUNT  WHAT\na         1  b\n");
    }

    #[test]
    fn the_least_important_column_gives_way_first() {
        let expected = "NAME                  COUNT  WHAT\na-name-of-20-chars-x   1234  a-text-of-20-c…\n";
        assert_eq!(table(["a-name-of-20-chars-x", "1234", "a-text-of-20-chars-x"], 44), expected);
    }

    #[test]
    fn a_column_that_would_be_of_no_use_is_dropped() {
        let name = "n".repeat(30);
        let cells = [name.as_str(), "123456789", &name].map(Cell::plain).to_vec();
        let options = HitOptions { width: Some(40), color: false, ..HitOptions::default() };
        assert_eq!(Layout::fit(&COLUMNS, std::slice::from_ref(&cells), options).len(), 3);
        let mut columns = COLUMNS;
        columns[0].least = 25;
        let layout = Layout::fit(&columns, &[cells], options);
        assert_eq!(layout.header(&columns), format!("NAME{}COUNT", " ".repeat(31)));
    }

    #[test]
    fn a_text_of_a_log_is_looked_at_only_so_far() {
        let cell = Cell::plain(&"\u{1b}".repeat(1_000_000));
        assert_eq!(cell.width(), 4 * LONGEST);
        assert_eq!(cell.show(9, false), "\\x1b\\x1b…");
    }
}
