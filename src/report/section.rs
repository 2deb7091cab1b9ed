//! What a report says: findings, tables with their columns explained, and charts.

use crate::query::Severity;
use jiff::civil::Date;
use polars::prelude::DataFrame;

/// What one report says.
#[derive(Debug, Clone)]
pub struct Section {
    /// The report's name.
    pub name: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// What it says in sentences, the gravest first. There is at least one, also when nothing was found.
    pub findings: Vec<Finding>,
    /// The figures.
    pub tables: Vec<Table>,
    /// The figures a person would rather look at than read.
    pub charts: Vec<Chart>,
    /// How words are used here, and why something is unknown.
    pub definitions: Vec<Term>,
}

/// A sentence that stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is; `informational` for figures alone.
    pub severity: Severity,
    /// One sentence without full stop.
    pub text: String,
}

/// A word and what a report means by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The word, as it stands in a table.
    pub term: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// A table with its columns explained.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in file names and documents: lower case, words joined by `_`.
    pub name: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// What a row is, and in which order they are. One sentence.
    pub about: String,
    /// The columns, those of the frame in its order.
    pub columns: Vec<Column>,
    /// The rows. See [`Kind`] for the types.
    pub frame: DataFrame,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name: lower case, words joined by `_`, or a field's path where somebody asked for that.
    pub name: String,
    /// What stands in it.
    pub kind: Kind,
    /// What it says, with unit and reason for what is unknown.
    pub about: &'static str,
    /// Whether people are shown a bar beside the number.
    pub has_bar: bool,
}

/// What stands in a column; every kind may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text (`String`).
    Text,
    /// A source address as CloudTrail has it (`String`): often the name of a service.
    Address,
    /// A number of things (`UInt64`).
    Count,
    /// A moment (`Int64`, milliseconds since 1970 in UTC; written with its type).
    Time,
    /// A day in UTC (`Int32`, days since 1970; written with its type).
    Day,
    /// Yes or no (`Boolean`).
    Flag,
    /// A part of one (`Float64`).
    Share,
    /// A number that need not be whole, like a mean (`Float64`).
    Number,
    /// US dollars (`Float64`).
    Dollars,
}

impl Column {
    /// Returns a column.
    pub fn new(name: impl Into<String>, kind: Kind, about: &'static str) -> Self {
        Self { name: name.into(), kind, about, has_bar: false }
    }

    /// Returns a column of counts that people are shown a bar beside.
    pub fn bar(name: impl Into<String>, about: &'static str) -> Self {
        Self { has_bar: true, ..Self::new(name, Kind::Count, about) }
    }
}

/// Figures to look at. Empty charts are left out by whoever draws them.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What stands above it.
    pub title: String,
    /// What it shows.
    pub shape: Shape,
}

/// The shapes that charts have.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Numbers per day (UTC) of one or more series; days without any may be missing.
    Days(Vec<Series>),
    /// Numbers side by side, in the order given.
    Bars(Vec<Bar>),
    /// The parts of a whole.
    Parts(Vec<Bar>),
    /// Numbers by day of week (Monday first) and hour (UTC).
    Week(Box<[[u64; 24]; 7]>),
    /// What is there and what is missing, day by day, one row a place.
    Calendar(Vec<CalendarRow>),
}

/// Numbers per day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What is counted.
    pub name: String,
    /// Ascending, each day once.
    pub days: Vec<(Date, u64)>,
}

/// A named number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub name: String,
    /// How many.
    pub value: u64,
}

/// One place in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    /// The place.
    pub name: String,
    /// Ascending, each day once; days outside the calendar may be missing.
    pub days: Vec<(Date, DayState)>,
}

/// What there is of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayState {
    /// So much was read.
    Read(u64),
    /// Nothing is there although there is something before and after.
    Gap,
    /// Something is there and could not be read.
    Failed,
    /// Logging was off, at least for a while.
    Off,
}

impl Section {
    /// Returns a section that says nothing yet.
    pub fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            findings: Vec::new(),
            tables: Vec::new(),
            charts: Vec::new(),
            definitions: Vec::new(),
        }
    }

    /// Adds a sentence.
    pub fn find(&mut self, severity: Severity, text: impl Into<String>) {
        self.findings.push(Finding { severity, text: text.into() });
    }

    /// Adds a chart.
    pub fn chart(&mut self, title: impl Into<String>, shape: Shape) {
        self.charts.push(Chart { title: title.into(), shape });
    }

    /// Explains a word.
    pub fn define(&mut self, term: &'static str, meaning: &'static str) {
        self.definitions.push(Term { term, meaning });
    }

    /// Returns how bad the gravest finding is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}
