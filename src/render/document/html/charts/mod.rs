//! Charts: marks as inline SVG, one file a shape; words as HTML around them, so that they stay legible at any width.
//!
//! Places along a chart are per cent, which needs no script and no viewBox. Each chart says in words what it shows and
//! has its figures as a table. Nothing is told apart by colour alone: series have rows of their own, parts numbers,
//! states patterns, and the shades of the heat map are also ordered by lightness.

mod bars;
mod calendar;
mod days;
mod figures;
mod parts;
mod week;

pub use calendar::write_patterns;

use super::text::Plain;
use crate::report::{Chart, DayState, Shape};
use jiff::civil::Date;
use std::io::{self, Write};

/// Writes a chart, unless there is nothing to see; `id` is its place in the document.
pub fn write(chart: &Chart, id: &str, out: &mut dyn Write) -> io::Result<()> {
    if is_empty(&chart.shape) {
        return Ok(());
    }
    writeln!(out, r#"<figure class="chart" id="{id}" aria-labelledby="{id}-title">"#)?;
    writeln!(out, r#"<figcaption id="{id}-title">{}</figcaption>"#, Plain(&chart.title))?;
    match &chart.shape {
        Shape::Days(series) => days::write(series, out)?,
        Shape::Bars(bars) => bars::write(bars, out)?,
        Shape::Parts(parts) => parts::write(parts, out)?,
        Shape::Week(hours) => week::write(hours, out)?,
        Shape::Calendar(rows) => calendar::write(rows, out)?,
    }
    writeln!(out, "</figure>")
}

fn is_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Days(series) => series.iter().flat_map(|series| &series.days).all(|(_, count)| *count == 0),
        Shape::Bars(bars) | Shape::Parts(bars) => bars.iter().all(|bar| bar.value == 0),
        Shape::Week(hours) => hours.iter().flatten().all(|count| *count == 0),
        Shape::Calendar(rows) => {
            let states = rows.iter().flat_map(|row| &row.days).map(|(_, state)| *state);
            states.into_iter().all(|state| state == DayState::Read(0))
        }
    }
}

/// The days along a chart.
#[derive(Debug, Clone, Copy)]
struct Axis {
    first: Date,
    last: Date,
}

impl Axis {
    /// Returns the axis that holds all of these days; none without days.
    fn over(days: impl Iterator<Item = Date>) -> Option<Self> {
        days.fold(None, |axis: Option<Self>, day| {
            let (first, last) = axis.map_or((day, day), |axis| (axis.first.min(day), axis.last.max(day)));
            Some(Self { first, last })
        })
    }

    /// Returns how many days it has.
    fn len(self) -> i32 {
        (self.last - self.first).get_days() + 1
    }

    /// Returns where a day begins, in per cent.
    fn start(self, day: Date) -> f64 {
        f64::from((day - self.first).get_days()) / f64::from(self.len()) * 100.0
    }

    /// Returns how wide a day is, in per cent.
    fn step(self) -> f64 {
        100.0 / f64::from(self.len())
    }

    /// Writes the days below a chart: the first, the last, and some between that leave each other room.
    fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let last = self.len() - 1;
        let mut places: Vec<i32> =
            if last < 4 { (0..=last).collect() } else { (0..=4).map(|part| last * part / 4).collect() };
        places.dedup();
        write!(out, r#"<svg class="axis" aria-hidden="true">"#)?;
        for place in &places {
            let day = self.first + jiff::Span::new().days(*place);
            let middle = self.start(day) + self.step() / 2.0;
            let (x, anchor) = match *place {
                0 if last == 0 => (middle, "middle"),
                0 => (0.0, "start"),
                place if place == last => (100.0, "end"),
                _ => (middle, "middle"),
            };
            let is_between = *place != 0 && *place != last && *place != last * 2 / 4;
            let class = if is_between { r#" class="between""# } else { "" };
            write!(out, r#"<text x="{x:.3}%" y="13" text-anchor="{anchor}"{class}>{day}</text>"#)?;
        }
        writeln!(out, "</svg>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Bar, CalendarRow, Series};
    use jiff::civil::date;

    fn drawn(shape: Shape) -> String {
        let mut out = Vec::new();
        write(&Chart { title: "A <b> chart".to_owned(), shape }, "c", &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn charts_without_anything_to_see_are_left_out() {
        let empty = [
            Shape::Days(Vec::new()),
            Shape::Days(vec![Series { name: "a".to_owned(), days: vec![(date(2026, 3, 2), 0)] }]),
            Shape::Bars(Vec::new()),
            Shape::Parts(vec![Bar { name: "a".to_owned(), value: 0 }]),
            Shape::Week(Box::new([[0; 24]; 7])),
            Shape::Calendar(Vec::new()),
        ];
        for shape in empty {
            assert_eq!(drawn(shape), "");
        }
    }

    #[test]
    fn hostile_names_stay_names() {
        let name = || "</svg><script>".to_owned();
        let bar = || vec![Bar { name: name(), value: 2 }];
        let shapes = [
            Shape::Days(vec![Series { name: name(), days: vec![(date(2026, 3, 2), 1)] }]),
            Shape::Bars(bar()),
            Shape::Parts(bar()),
            Shape::Calendar(vec![CalendarRow {
                name: name(),
                days: vec![(date(2026, 3, 2), DayState::Gap)],
            }]),
        ];
        for shape in shapes {
            let html = drawn(shape);
            assert!(html.contains("&lt;/svg&gt;&lt;script&gt;") && !html.contains("<script"), "{html}");
            assert!(html.contains("A &lt;b&gt; chart"), "{html}");
        }
    }

    #[test]
    fn days_of_odd_records_do_not_make_the_chart_large() {
        let days = vec![(date(-9999, 1, 1), 1), (date(2026, 3, 2), 7), (date(9999, 12, 31), 1)];
        let html = drawn(Shape::Days(vec![Series { name: "a".to_owned(), days }]));
        assert!(html.len() < 5_000, "{} bytes", html.len());
        let days = vec![(date(-9999, 1, 1), DayState::Gap), (date(9999, 12, 31), DayState::Off)];
        let html = drawn(Shape::Calendar(vec![CalendarRow { name: "a".to_owned(), days }]));
        assert!(html.len() < 5_000, "{} bytes", html.len());
    }

    #[test]
    fn an_axis_of_any_length_has_few_days_on_it() {
        for last in [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6), date(2028, 1, 1)] {
            let axis = Axis::over([last, date(2026, 3, 2)].into_iter()).unwrap();
            let mut out = Vec::new();
            axis.write(&mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.matches("<text").count(), (axis.len() as usize).min(5));
            assert!(text.contains("2026-03-02") && text.contains(&last.to_string()), "{text}");
        }
    }
}
