//! Charts in blocks, on as many columns as there are.

use super::page::Page;
use crate::render::palette::Style;
use crate::render::text::{Align, escape, pad, truncate, width};
use crate::report::{Bar, CalendarRow, Chart, DayState, Series, Shape};
use crate::words::{plural, thousands};
use jiff::civil::Date;
use std::io;

/// Names get no more room than that.
const NAME: usize = 32;

/// Bars are no longer than that.
const LONGEST_BAR: usize = 40;

/// What stands for nothing.
const NOTHING: char = '·';

/// Writes a chart below its title; one that shows nothing is left out.
pub(super) fn write(chart: &Chart, page: &mut Page<'_>) -> io::Result<()> {
    if is_empty(&chart.shape) {
        return Ok(());
    }
    page.heading(&chart.title, false)?;
    draw(chart, page)
}

/// Draws what stands below the title.
pub(super) fn draw(chart: &Chart, page: &mut Page<'_>) -> io::Result<()> {
    match &chart.shape {
        Shape::Days(series) => days(series, page),
        Shape::Bars(all) => bars(all, false, page),
        Shape::Parts(parts) => bars(parts, true, page),
        Shape::Week(week) => self::week(week, page),
        Shape::Calendar(rows) => calendar(rows, page),
    }
}

/// Tells whether a chart would show nothing.
pub(super) fn is_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Days(series) => series.iter().all(|series| series.days.is_empty()),
        Shape::Bars(bars) | Shape::Parts(bars) => bars.iter().all(|bar| bar.value == 0),
        Shape::Week(week) => week.iter().flatten().all(|count| *count == 0),
        Shape::Calendar(rows) => rows.iter().all(|row| row.days.is_empty()),
    }
}

/// Returns a bar in eighths of a block; what is not zero is seen.
pub(super) fn bar(value: f64, most: f64, columns: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if value <= 0.0 || most <= 0.0 {
        return String::new();
    }
    let eighths = (value / most * columns as f64 * 8.0).round().max(1.0) as usize;
    "█".repeat(eighths / 8) + PARTS[eighths % 8]
}

/// Returns the names as wide as the widest, cut where that is too wide.
fn names<'a>(names: impl Iterator<Item = &'a str>, page: &Page<'_>) -> Vec<String> {
    let room = NAME.min(page.columns() / 2);
    let names: Vec<String> = names.map(|name| truncate(&escape(name), room).into_owned()).collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    names.iter().map(|name| pad(name, widest, Align::Left)).collect()
}

fn bars(bars: &[Bar], has_shares: bool, page: &mut Page<'_>) -> io::Result<()> {
    let names = names(bars.iter().map(|bar| bar.name.as_str()), page);
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
    let whole = bars.iter().map(|bar| bar.value as f64).sum::<f64>().max(1.0);
    let share = |value: u64| match has_shares {
        true => format!("  {:>7}", super::spell::share(value as f64 / whole)),
        false => String::new(),
    };
    let number = width(&thousands(most));
    let taken = names.first().map_or(0, |name| width(name)) + number + share(0).len() + 4;
    let room = page.columns().saturating_sub(taken);
    for (name, bar) in names.iter().zip(bars) {
        let value = pad(&thousands(bar.value), number, Align::Right);
        let drawn = self::bar(bar.value as f64, most as f64, room.min(LONGEST_BAR));
        page.line(&format!("{name}  {value}{}  {drawn}", share(bar.value)))?;
    }
    Ok(())
}

/// The days of a chart, several a block where there are more than columns.
struct Span {
    first: Date,
    last: Date,
    days_a_block: usize,
}

impl Span {
    fn new(days: impl Iterator<Item = Date> + Clone, room: usize) -> Option<Self> {
        let (first, last) = (days.clone().min()?, days.max()?);
        let all = (last - first).get_days() as usize + 1;
        Some(Self { first, last, days_a_block: all.div_ceil(room.max(1)) })
    }

    /// Returns in which block a day is.
    fn block(&self, day: Date) -> usize {
        (day - self.first).get_days() as usize / self.days_a_block
    }

    fn blocks(&self) -> usize {
        self.block(self.last) + 1
    }

    /// Writes the days at both ends below the blocks.
    fn write(&self, margin: usize, what: &str, page: &mut Page<'_>) -> io::Result<()> {
        let (first, last) = (self.first.to_string(), self.last.to_string());
        let gap = self.blocks().saturating_sub(first.len() + last.len());
        let ends = match gap {
            _ if first == last => first,
            0 | 1 => format!("{first} … {last}"),
            gap => format!("{first}{}{last}", " ".repeat(gap)),
        };
        page.line(&format!("{}{ends}", " ".repeat(margin.min(page.columns().saturating_sub(width(&ends))))))?;
        let days = plural(self.days_a_block as u64, "day", "days");
        page.paragraph(("", None), &format!("A block is {days}{what}"))
    }
}

fn days(all: &[Series], page: &mut Page<'_>) -> io::Result<()> {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let names = names(all.iter().map(|series| series.name.as_str()), page);
    let margin = names.first().map_or(0, |name| width(name)) + 2;
    let totals: Vec<u64> =
        all.iter().map(|series| series.days.iter().map(|(_, count)| count).sum()).collect();
    let number = totals.iter().map(|total| width(&thousands(*total))).max().unwrap_or(0);
    let room = page.columns().saturating_sub(margin + number + 2);
    let Some(span) = Span::new(all.iter().flat_map(|series| &series.days).map(|(day, _)| *day), room) else {
        return Ok(());
    };
    for ((name, series), total) in names.iter().zip(all).zip(totals) {
        let mut blocks = vec![0_u64; span.blocks()];
        for (day, count) in &series.days {
            blocks[span.block(*day)] += count;
        }
        let most = blocks.iter().copied().max().unwrap_or(0).max(1);
        let level = |count: &u64| match count {
            0 => NOTHING,
            count => LEVELS[((*count as f64 / most as f64 * 8.0).ceil() as usize).clamp(1, 8) - 1],
        };
        let blocks: String = blocks.iter().map(level).collect();
        page.line(&format!("{name}  {blocks}  {}", pad(&thousands(total), number, Align::Right)))?;
    }
    let scale = if all.len() > 1 { "; every line has its own scale" } else { "" };
    span.write(margin, &format!("{scale}; the number is the sum"), page)
}

fn week(week: &[[u64; 24]; 7], page: &mut Page<'_>) -> io::Result<()> {
    const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let most = week.iter().flatten().copied().max().unwrap_or(0).max(1);
    let each = if page.columns() >= 60 { 2 } else { 1 };
    let hours: String =
        (0..24).step_by(6).map(|hour| pad(&hour.to_string(), 6 * each, Align::Left)).collect();
    page.line(&format!("     {hours}"))?;
    for (day, hours) in DAYS.iter().zip(week) {
        let shade = |count: &u64| match count {
            0 => NOTHING,
            count => SHADES[((*count as f64 / most as f64 * 4.0).ceil() as usize).clamp(1, 4) - 1],
        };
        let hours: String =
            hours.iter().map(shade).flat_map(|shade| std::iter::repeat_n(shade, each)).collect();
        page.line(&format!("{day}  {hours}"))?;
    }
    page.paragraph(
        ("", None),
        &format!("Hours of the day (UTC); {NOTHING} none, █ up to {}", thousands(most)),
    )
}

fn calendar(rows: &[CalendarRow], page: &mut Page<'_>) -> io::Result<()> {
    let names = names(rows.iter().map(|row| row.name.as_str()), page);
    let margin = names.first().map_or(0, |name| width(name)) + 2;
    let room = page.columns().saturating_sub(margin);
    let Some(span) = Span::new(rows.iter().flat_map(|row| &row.days).map(|(day, _)| *day), room) else {
        return Ok(());
    };
    for (name, row) in names.iter().zip(rows) {
        let mut blocks = vec![(0, NOTHING); span.blocks()];
        for (day, state) in &row.days {
            let block = &mut blocks[span.block(*day)];
            *block = (*block).max(mark(*state));
        }
        let draw = |(badness, mark): &(u8, char)| match badness {
            0 | 1 => mark.to_string(),
            _ => page.paint(&mark.to_string(), Style::Failure),
        };
        let drawn: String = blocks.iter().map(draw).collect();
        page.line(&format!("{name}  {drawn}"))?;
    }
    let worst = if span.days_a_block > 1 { ", of which the worst is shown" } else { "" };
    let legend = format!("{worst}: █ read, ▄ logging off, ! not readable, ░ gap, {NOTHING} nothing");
    span.write(margin, &legend, page)
}

/// Returns how bad a state is, and what stands for it.
fn mark(state: DayState) -> (u8, char) {
    match state {
        DayState::Read(_) => (1, '█'),
        DayState::Off => (2, '▄'),
        DayState::Failed => (3, '!'),
        DayState::Gap => (4, '░'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::HitOptions;
    use crate::render::document::sample::charts;
    use crate::render::sample::listed;

    fn drawn(columns: u16, color: bool, charts: &[Chart]) -> String {
        let look = HitOptions { width: Some(columns), color, ..HitOptions::default() };
        listed(|out| charts.iter().try_for_each(|chart| write(chart, &mut Page { out: &mut *out, look })))
    }

    #[test]
    fn numbers_are_drawn_as_bars() {
        insta::assert_snapshot!(drawn(80, false, &charts().charts[..3]), @r"

        Sign-ins per day
        success                           ▁▂▃·▅▆▇█     32
        failure of \x1b[2J a very long …  ▁··█····  1,000
                                          2026-03-01 … 2026-03-08
        A block is 1 day; every line has its own scale; the number is the sum

        Regions
        us-east-1       1,234  ████████████████████████████████████████
        eu-west-1         617  ████████████████████
        ap-southeast-2      1  ▏

        Parts
        us-east-1       1,234   66.6 %  ████████████████████████████████████████
        eu-west-1         617   33.3 %  ████████████████████
        ap-southeast-2      1    0.1 %  ▏
        ");
    }

    #[test]
    fn weeks_and_calendars_are_drawn_as_shades() {
        insta::assert_snapshot!(drawn(80, false, &charts().charts[3..]), @r"

        When
             0           6           12          18
        Mon  ················░░░░░░░░░░░░░░░░░░░░············
        Tue  ················▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒············
        Wed  ················▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓············
        Thu  ················████████████████████············
        Fri  ················████████████████████············
        Sat  ················································
        Sun  ······░░········································
        Hours of the day (UTC); · none, █ up to 50

        Days read
        111122223333 us-east-1  █░!▄█
        444455556666 eu-west-1  ··!▄█
                                2026-03-01 … 2026-03-05
        A block is 1 day: █ read, ▄ logging off, ! not readable, ░ gap, · nothing
        ");
    }

    #[test]
    fn charts_fit_on_forty_columns() {
        insta::assert_snapshot!(drawn(40, false, &charts().charts[..3]), @r"

        Sign-ins per day
        success               ▁▂▃·▅▆▇█     32
        failure of \x1b[2J …  ▁··█····  1,000
                         2026-03-01 … 2026-03-08
        A block is 1 day; every line has its own
        scale; the number is the sum

        Regions
        us-east-1       1,234  █████████████████
        eu-west-1         617  ████████▌
        ap-southeast-2      1  ▏

        Parts
        us-east-1       1,234   66.6 %  ████████
        eu-west-1         617   33.3 %  ████
        ap-southeast-2      1    0.1 %  ▏
        ");
        insta::assert_snapshot!(drawn(40, false, &charts().charts[3..]), @r"

        When
             0     6     12    18
        Mon  ········░░░░░░░░░░······
        Tue  ········▒▒▒▒▒▒▒▒▒▒······
        Wed  ········▓▓▓▓▓▓▓▓▓▓······
        Thu  ········██████████······
        Fri  ········██████████······
        Sat  ························
        Sun  ···░····················
        Hours of the day (UTC); · none, █ up to
        50

        Days read
        111122223333 us-eas…  █░!▄█
        444455556666 eu-wes…  ··!▄█
                         2026-03-01 … 2026-03-05
        A block is 1 day: █ read, ▄ logging off,
        ! not readable, ░ gap, · nothing
        ");
        for columns in 40..200 {
            for line in drawn(columns, false, &charts().charts).lines() {
                assert!(width(line) <= usize::from(columns), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn a_hostile_name_cannot_reach_the_terminal_and_gaps_are_red() {
        assert!(!drawn(200, false, &charts().charts).contains('\u{1b}'));
        assert!(drawn(80, true, &charts().charts).contains("\u{1b}[31m░\u{1b}[0m"));
    }

    #[test]
    fn a_chart_of_nothing_is_left_out() {
        let empty = [
            Shape::Days(vec![Series { name: String::new(), days: Vec::new() }]),
            Shape::Bars(Vec::new()),
            Shape::Parts(vec![Bar { name: String::new(), value: 0 }]),
            Shape::Week(Box::new([[0; 24]; 7])),
            Shape::Calendar(Vec::new()),
        ];
        assert!(empty.iter().all(is_empty));
        assert!(charts().charts.iter().all(|chart| !is_empty(&chart.shape)));
    }

    #[test]
    fn eight_thousand_years_take_no_more_than_a_line() {
        let far = [(Date::MIN, 1), (jiff::civil::date(2026, 3, 1), 2), (Date::MAX, 1)];
        let shape = Shape::Days(vec![Series { name: "odd".to_owned(), days: far.to_vec() }]);
        let look = HitOptions { width: Some(60), color: false, ..HitOptions::default() };
        let chart = Chart { title: "Odd".to_owned(), shape };
        let text = listed(|out| write(&chart, &mut Page { out, look }));
        assert!(text.lines().all(|line| width(line) <= 60), "{text}");
    }

    #[test]
    fn numbers_as_long_as_they_get_leave_no_room_and_do_no_harm() {
        let bars = vec![Bar { name: "n".repeat(50), value: u64::MAX }];
        let days = vec![Series { name: "n".repeat(50), days: vec![(Date::MAX, u64::MAX)] }];
        for shape in [Shape::Parts(bars), Shape::Days(days)] {
            assert!(drawn(40, false, &[Chart { title: String::new(), shape }]).contains("551,615"));
        }
    }

    #[test]
    fn a_bar_shows_what_is_not_zero() {
        assert_eq!(bar(0.0, 10.0, 4), "");
        assert_eq!(bar(0.001, 10.0, 4), "▏");
        assert_eq!(bar(5.0, 10.0, 4), "██");
        assert_eq!(bar(10.0, 10.0, 4), "████");
        assert_eq!(bar(1.0, 0.0, 4), "");
    }
}
