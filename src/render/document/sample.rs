//! An invented document with every kind of column and chart, for the tests of the formats.

use crate::query::Severity;
use crate::replay::Coverage;
use crate::report::{
    Bar, CalendarRow, Column, DayState, Document, Kind, Rows, Section, Series, Shape, Value,
};
use jiff::civil::{Date, date};

/// Returns a report `invented` with two tables, `all` and `none`, and no charts.
pub(super) fn document() -> Document {
    let mut section = Section::new("invented", "Invented things");
    section.find(Severity::High, "=1 odd | thing was found by user/\u{1b}[2Jx");
    section.find(Severity::Informational, "2 things in all");
    let mut rows = Rows::new([
        Column::new("who", Kind::Text, "`userIdentity.arn`: who | did it"),
        Column::new("source_ip", Kind::Address, "`sourceIPAddress`"),
        Column::bar("records", "number of records"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("day", Kind::Day, "the day"),
        Column::new("mfa", Kind::Flag, "whether MFA was used; none when nobody says"),
        Column::new("part", Kind::Share, "part of all records"),
        Column::new("cost", Kind::Dollars, "what it costs"),
    ]);
    let time: jiff::Timestamp = "2026-03-01T23:30:00.250Z".parse().unwrap();
    let day = date(2026, 3, 1);
    let who = ["user/alice", "=cmd|' /C calc'!A0", "<b>*x*</b>`\u{202e}\n[a](http://b)"];
    for (who, records) in who.into_iter().zip([1_200_u64, 300, 1]) {
        let address = if records == 1 { Value::Null } else { "192.0.2.7".into() };
        let part = records as f64 / 1501.0;
        rows.push([
            who.into(),
            address,
            records.into(),
            time.into(),
            day.into(),
            (records > 1).then_some(true).into(),
            ((part * 1000.0).round() / 1000.0).into(),
            2.5.into(),
        ]);
    }
    section
        .tables
        .push(rows.into_table("all", "All of them", "One row a principal, most records first").unwrap());
    let columns =
        [Column::new("name", Kind::Text, "its name"), Column::new("records", Kind::Count, "how many")];
    section.tables.push(Rows::new(columns).into_table("none", "None of them", "One row a name").unwrap());
    section.define("odd", "what is not even");
    Document {
        title: "CloudTrail report".to_owned(),
        created: "2026-04-01T00:00:00Z".parse().unwrap(),
        sections: vec![section],
        coverage: Coverage { version: 1, is_complete: true, ..Coverage::default() },
    }
}

/// Returns charts of all shapes.
pub(super) fn charts() -> Section {
    let mut section = Section::new("charts", "Charts");
    let day = |number: i32| date(2026, 3, 1).saturating_add(jiff::Span::new().days(number));
    let series = |name: &str, counts: &[u64]| Series {
        name: name.to_owned(),
        days: counts
            .iter()
            .enumerate()
            .map(|(at, count)| (day(at as i32), *count))
            .collect::<Vec<(Date, u64)>>(),
    };
    let days = vec![
        series("success", &[1, 2, 3, 0, 5, 6, 7, 8]),
        series("failure of \u{1b}[2J a very long name", &[100, 0, 0, 900]),
    ];
    section.chart("Sign-ins per day", Shape::Days(days));
    let bars = ["us-east-1", "eu-west-1", "ap-southeast-2"].into_iter().zip([1_234, 617, 1]);
    let bars: Vec<Bar> = bars.map(|(name, value)| Bar { name: name.to_owned(), value }).collect();
    section.chart("Regions", Shape::Bars(bars.clone()));
    section.chart("Parts", Shape::Parts(bars));
    let mut week = Box::new([[0; 24]; 7]);
    for (weekday, hours) in week.iter_mut().enumerate() {
        for (hour, count) in hours.iter_mut().enumerate() {
            *count = if weekday < 5 && (8..18).contains(&hour) { 10 * (weekday as u64 + 1) } else { 0 };
        }
    }
    week[6][3] = 1;
    section.chart("When", Shape::Week(week));
    let states = [DayState::Read(5), DayState::Gap, DayState::Failed, DayState::Off, DayState::Read(0)];
    let row = |name: &str, skip: usize| CalendarRow {
        name: name.to_owned(),
        days: states.iter().enumerate().skip(skip).map(|(at, state)| (day(at as i32), *state)).collect(),
    };
    section.chart(
        "Days read",
        Shape::Calendar(vec![row("111122223333 us-east-1", 0), row("444455556666 eu-west-1", 2)]),
    );
    section
}
