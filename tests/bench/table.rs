//! Tables for the terminal and for Markdown.

use super::measure::Outcome;

/// A table; what could not be measured is explained below it.
#[derive(Debug)]
pub struct Table {
    title: String,
    header: Vec<&'static str>,
    rows: Vec<Line>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Line {
    name: String,
    what: &'static str,
    cells: Vec<String>,
}

impl Table {
    /// Returns an empty table; the first column holds names.
    pub fn new(title: impl Into<String>, header: &[&'static str]) -> Self {
        Self { title: title.into(), header: header.to_vec(), rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row; `what` says in Markdown what the name means.
    pub fn push<T>(
        &mut self,
        name: impl Into<String>,
        what: &'static str,
        outcome: &Outcome<T>,
        cells: impl FnOnce(&T) -> Vec<String>,
    ) {
        let name = name.into();
        let (word, reason) = match outcome {
            Outcome::Measured(measured) => {
                self.rows.push(Line { name, what, cells: cells(measured) });
                return;
            }
            Outcome::Failed(reason) => ("failed", reason),
            Outcome::Skipped(reason) => ("skipped", reason),
        };
        self.notes.push(format!("{name} {word}: {reason}"));
        self.rows.push(Line { name, what, cells: vec![word.to_owned()] });
    }

    /// Returns the table for a terminal.
    pub fn plain(&self) -> String {
        let header = self.header.iter().map(ToString::to_string).collect();
        let lines: Vec<Vec<String>> =
            std::iter::once(header).chain(self.rows.iter().map(Line::all)).collect();
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let mut text = format!("{}\n", self.title);
        for line in &lines {
            let mut row = String::new();
            for (column, cell) in line.iter().enumerate() {
                let width = width(column);
                row += &if column == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            text += row.trim_end();
            text.push('\n');
        }
        self.notes.iter().for_each(|note| text += &format!("  {note}\n"));
        text
    }

    /// Returns the table as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("{}:\n\n| {} |\n|---|", self.title, self.header.join(" | "));
        text += &"---:|".repeat(self.header.len() - 1);
        for Line { name, what, cells } in &self.rows {
            let name = if what.is_empty() { name.replace('|', "\\|") } else { format!("`{name}`: {what}") };
            let missing = self.header.len() - 1 - cells.len();
            text += &format!("\n| {name} | {} |{}", cells.join(" | "), " |".repeat(missing));
        }
        text.push('\n');
        self.notes.iter().for_each(|note| text += &format!("\n{note}\n"));
        text
    }
}

impl Line {
    fn all(&self) -> Vec<String> {
        std::iter::once(&self.name).chain(&self.cells).cloned().collect()
    }
}

/// Shows a number with that many decimals.
pub fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}

/// Shows bytes as MiB.
pub fn mebibytes(bytes: u64) -> String {
    number(bytes as f64 / f64::from(1 << 20), 0)
}

/// Shows what may be absent.
pub fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}
