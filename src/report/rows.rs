//! Puts a frame together row by row.

use super::section::{Column, Kind, Table};
use jiff::Timestamp;
use jiff::civil::Date;
use polars::prelude::{Column as Series, DataFrame, IntoColumn as _, PolarsError, StringChunkedBuilder};
use std::borrow::Cow;
use std::fmt;

/// The rows of a table while they are collected.
pub struct Rows {
    columns: Vec<Column>,
    cells: Vec<Cells>,
    height: usize,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// For text and addresses.
    Text(Cow<'a, str>),
    /// For counts.
    Count(u64),
    /// For times.
    Time(Timestamp),
    /// For days.
    Day(Date),
    /// For yes and no.
    Flag(bool),
    /// For shares, numbers that need not be whole, and amounts.
    Number(f64),
}

enum Cells {
    Text(StringChunkedBuilder),
    Count(Vec<Option<u64>>),
    Time(Vec<Option<i64>>),
    Day(Vec<Option<i32>>),
    Flag(Vec<Option<bool>>),
    Number(Vec<Option<f64>>),
}

impl Rows {
    /// Returns no rows of these columns.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        let columns: Vec<_> = columns.into_iter().collect();
        let cells = columns.iter().map(Cells::new).collect();
        Self { columns, cells, height: 0 }
    }

    /// Adds a row: a value for each column.
    ///
    /// # Panics
    /// Panics when a value is not of its column's kind, or there are more or fewer values than columns.
    pub fn push<const N: usize>(&mut self, row: [Value<'_>; N]) {
        self.push_all(row);
    }

    /// Adds a row of a width that is not known before; see [`Rows::push`].
    ///
    /// # Panics
    /// Panics like [`Rows::push`].
    pub fn push_all<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) {
        let mut row = row.into_iter();
        for (cells, column) in self.cells.iter_mut().zip(&self.columns) {
            let value = row.next().expect("a row has a value for each column");
            cells.push(value, column);
        }
        assert!(row.next().is_none(), "a row has no more values than columns");
        self.height += 1;
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.height
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.height == 0
    }

    /// Returns the table.
    ///
    /// # Errors
    /// Returns an error when Polars refuses the frame: two columns have one name.
    pub fn into_table(
        self,
        name: &'static str,
        title: &'static str,
        about: impl Into<String>,
    ) -> Result<Table, PolarsError> {
        let series =
            self.cells.into_iter().zip(&self.columns).map(|(cells, column)| cells.into_series(column));
        let frame = DataFrame::new(self.height, series.collect())?;
        Ok(Table { name, title, about: about.into(), columns: self.columns, frame })
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { columns, height, .. } = self;
        formatter
            .debug_struct("Rows")
            .field("columns", columns)
            .field("height", height)
            .finish_non_exhaustive()
    }
}

impl Cells {
    fn new(column: &Column) -> Self {
        match column.kind {
            Kind::Text | Kind::Address => {
                Self::Text(StringChunkedBuilder::new(column.name.as_str().into(), 0))
            }
            Kind::Count => Self::Count(Vec::new()),
            Kind::Time => Self::Time(Vec::new()),
            Kind::Day => Self::Day(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
            Kind::Share | Kind::Number | Kind::Dollars => Self::Number(Vec::new()),
        }
    }

    fn push(&mut self, value: Value<'_>, column: &Column) {
        match (self, value) {
            (Self::Text(cells), Value::Text(text)) => cells.append_value(&*text),
            (Self::Text(cells), Value::Null) => cells.append_null(),
            (Self::Count(cells), Value::Count(count)) => cells.push(Some(count)),
            (Self::Count(cells), Value::Null) => cells.push(None),
            (Self::Time(cells), Value::Time(time)) => cells.push(Some(time.as_millisecond())),
            (Self::Time(cells), Value::Null) => cells.push(None),
            (Self::Day(cells), Value::Day(day)) => cells.push(Some(days_since_1970(day))),
            (Self::Day(cells), Value::Null) => cells.push(None),
            (Self::Flag(cells), Value::Flag(flag)) => cells.push(Some(flag)),
            (Self::Flag(cells), Value::Null) => cells.push(None),
            (Self::Number(cells), Value::Number(number)) => cells.push(Some(number)),
            (Self::Number(cells), Value::Null) => cells.push(None),
            (_, value) => panic!("column `{}` is no place for {value:?}", column.name),
        }
    }

    fn into_series(self, column: &Column) -> Series {
        let name = column.name.as_str().into();
        match self {
            Self::Text(cells) => cells.finish().into_column(),
            Self::Count(cells) => Series::new(name, cells),
            Self::Time(cells) => Series::new(name, cells),
            Self::Day(cells) => Series::new(name, cells),
            Self::Flag(cells) => Series::new(name, cells),
            Self::Number(cells) => Series::new(name, cells),
        }
    }
}

impl Table {
    /// Returns the rows, a value for each column.
    ///
    /// # Errors
    /// Returns an error when the frame is not what the columns say.
    pub fn rows(&self) -> Result<Vec<Vec<Value<'_>>>, PolarsError> {
        let mut rows = vec![Vec::with_capacity(self.columns.len()); self.frame.height()];
        for column in &self.columns {
            for (row, value) in rows.iter_mut().zip(self.values(column)?) {
                row.push(value);
            }
        }
        Ok(rows)
    }

    /// Returns the table with only some of its rows: so many from `start` on, if there are as many.
    pub fn part(&self, start: usize, rows: usize) -> Self {
        Self { frame: self.frame.slice(start as i64, rows), ..self.clone() }
    }

    /// Returns the values of one of the columns, row by row.
    ///
    /// # Errors
    /// Returns an error when the frame is not what the column says.
    pub fn values(&self, column: &Column) -> Result<Vec<Value<'_>>, PolarsError> {
        let series = self.frame.column(&column.name)?;
        let moment = |milliseconds| Timestamp::from_millisecond(milliseconds).ok();
        let day = |days| EPOCH.checked_add(jiff::Span::new().days(days)).ok();
        Ok(match column.kind {
            Kind::Text | Kind::Address => series.str()?.iter().map(Value::from).collect(),
            Kind::Count => series.u64()?.iter().map(Value::from).collect(),
            Kind::Time => series.i64()?.iter().map(|time| time.and_then(moment).into()).collect(),
            Kind::Day => series.i32()?.iter().map(|days| days.and_then(day).into()).collect(),
            Kind::Flag => series.bool()?.iter().map(Value::from).collect(),
            Kind::Share | Kind::Number | Kind::Dollars => series.f64()?.iter().map(Value::from).collect(),
        })
    }
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

fn days_since_1970(day: Date) -> i32 {
    (day - EPOCH).get_days()
}

macro_rules! value_from {
    ($($from:ty => $make:expr;)+) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from(value: $from) -> Self {
                $make(value)
            }
        }
    )+};
}

value_from! {
    String => |text| Self::Text(Cow::Owned(text));
    &'a str => |text| Self::Text(Cow::Borrowed(text));
    &'a String => |text: &'a String| Self::Text(Cow::Borrowed(text));
    Cow<'a, str> => Self::Text;
    u64 => Self::Count;
    usize => |count: usize| Self::Count(count as u64);
    Timestamp => Self::Time;
    Date => Self::Day;
    bool => Self::Flag;
    f64 => Self::Number;
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_type_and_may_be_null() {
        let kinds = [
            Kind::Text,
            Kind::Address,
            Kind::Count,
            Kind::Time,
            Kind::Day,
            Kind::Flag,
            Kind::Share,
            Kind::Number,
            Kind::Dollars,
        ];
        let mut rows = Rows::new(kinds.map(|kind| Column::new(format!("{kind:?}"), kind, "")));
        let time: Timestamp = "2026-03-01T00:00:01Z".parse().unwrap();
        rows.push([
            "a".into(),
            "192.0.2.1".into(),
            7_u64.into(),
            time.into(),
            jiff::civil::date(1970, 1, 3).into(),
            true.into(),
            0.5.into(),
            1.5.into(),
            2.0.into(),
        ]);
        rows.push([const { Value::Null }; 9]);
        let table = rows.into_table("t", "T", "about").unwrap();
        assert_eq!(table.frame.shape(), (2, 9));
        let read = table.rows().unwrap();
        assert_eq!(read[0][2..5], [7_u64.into(), time.into(), jiff::civil::date(1970, 1, 3).into()]);
        assert!(read[1].iter().all(|value| *value == Value::Null));
        let times = table.frame.column("Time").unwrap().i64().unwrap().to_vec();
        assert_eq!(times, [Some(time.as_millisecond()), None]);
        assert_eq!(table.frame.column("Day").unwrap().i32().unwrap().to_vec(), [Some(2), None]);
        assert_eq!(
            table.frame.column("Flag").unwrap().bool().unwrap().iter().collect::<Vec<_>>(),
            [Some(true), None]
        );
        assert_eq!(table.frame.column("Share").unwrap().f64().unwrap().to_vec(), [Some(0.5), None]);
    }

    #[test]
    #[should_panic(expected = "column `n` is no place for Text(\"x\")")]
    fn a_value_of_another_kind_is_a_mistake_of_the_report() {
        Rows::new([Column::new("n", Kind::Count, "")]).push(["x".into()]);
    }
}
