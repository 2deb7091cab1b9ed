//! When alarms would have gone to `ALARM` and back.

use super::csv::Sheet;
use super::json::Document;
use super::layout::{Cell, Column, write_table};
use super::object::VERSION;
use super::palette::Style;
use super::text::Align;
use super::{HitOptions, ListFormat};
use crate::alarm::Change;
use crate::query::Severity;
use std::io::{self, Write};

/// A change of an alarm's state.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmChange {
    /// The id of the query, or of the correlation.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
    /// The fields and values of the group that it happened to; often none.
    pub group: Vec<(String, String)>,
    /// What happened.
    pub change: Change,
}

const COLUMNS: [Column<'_>; 7] = [
    Column { title: "TIME", align: Align::Left, least: 20, most: 20, rank: 0 },
    Column { title: "QUERY", align: Align::Left, least: 14, most: 60, rank: 1 },
    Column { title: "SEVERITY", align: Align::Left, least: 13, most: 13, rank: 5 },
    Column { title: "FROM", align: Align::Left, least: 17, most: 17, rank: 4 },
    Column { title: "TO", align: Align::Left, least: 17, most: 17, rank: 2 },
    Column { title: "VALUE", align: Align::Right, least: 12, most: 20, rank: 6 },
    Column { title: "GROUP", align: Align::Left, least: 14, most: 100, rank: 3 },
];

const HEADER: [&str; 8] = ["time", "query", "title", "severity", "from", "to", "value", "group"];

#[derive(serde::Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    time: String,
    query: &'a str,
    title: &'a str,
    severity: &'static str,
    from: &'static str,
    to: &'static str,
    value: Option<f64>,
    group: Group<'a>,
}

/// An object with a member per field, in their order.
struct Group<'a>(&'a [(String, String)]);

impl serde::Serialize for Group<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Writes changes of alarms' states in the order given.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_alarms(
    format: ListFormat,
    changes: &[AlarmChange],
    options: &HitOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ListFormat::Table => {
            let rows: Vec<Vec<Cell>> = changes.iter().map(cells).collect();
            write_table(&COLUMNS, &rows, *options, out)?;
        }
        ListFormat::Json => {
            let mut document = Document::new("alarms", &mut *out);
            for change in changes {
                document.push(&serde_json::to_vec(&object(change, None))?)?;
            }
            document.finish()?;
        }
        ListFormat::Ndjson => {
            for change in changes {
                serde_json::to_writer(&mut *out, &object(change, Some(VERSION)))?;
                writeln!(out)?;
            }
        }
        ListFormat::Csv => {
            let mut sheet = Sheet::new(&HEADER, &mut *out);
            for change in changes {
                let object = object(change, None);
                let (value, group) = (value(change), group(change));
                sheet.push(&[
                    &object.time,
                    object.query,
                    object.title,
                    object.severity,
                    object.from,
                    object.to,
                    &value,
                    &group,
                ])?;
            }
            sheet.finish()?;
        }
    }
    out.flush()
}

fn cells(change: &AlarmChange) -> Vec<Cell> {
    vec![
        Cell::time(Some(change.change.at)),
        Cell::plain(&change.id),
        Cell::new(change.severity.word(), Some(Style::Severity(change.severity))),
        Cell::plain(change.change.from.word()),
        Cell::plain(change.change.to.word()),
        Cell::plain(&value(change)),
        Cell::plain(&group(change)),
    ]
}

fn value(change: &AlarmChange) -> String {
    change.change.value.map(|value| value.to_string()).unwrap_or_default()
}

fn group(change: &AlarmChange) -> String {
    let parts: Vec<String> = change.group.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(", ")
}

fn object(change: &AlarmChange, version: Option<u32>) -> Object<'_> {
    Object {
        version,
        time: change.change.at.to_string(),
        query: &change.id,
        title: &change.title,
        severity: change.severity.word(),
        from: change.change.from.word(),
        to: change.change.to.word(),
        value: change.change.value,
        group: Group(&change.group),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::State;
    use crate::render::sample::listed;

    fn written(format: ListFormat) -> String {
        let change = |at: &str, from, to, value| Change { at: at.parse().unwrap(), from, to, value };
        let group = vec![("sourceIPAddress".to_owned(), "=1\u{1b}".to_owned())];
        let row = |change, group| AlarmChange {
            id: "signin/failed".to_owned(),
            title: "Failed".to_owned(),
            severity: Severity::High,
            group,
            change,
        };
        let changes = [
            row(change("2026-03-02T10:00:00Z", State::Ok, State::Alarm, Some(2.5)), group),
            row(change("2026-03-02T10:10:00Z", State::Alarm, State::InsufficientData, None), Vec::new()),
        ];
        listed(|out| write_alarms(format, &changes, &HitOptions::default(), out))
    }

    #[test]
    fn changes_make_a_table() {
        insta::assert_snapshot!(written(ListFormat::Table), @r"
        TIME                  QUERY          SEVERITY  FROM   TO                 VALUE  GROUP
        2026-03-02T10:00:00Z  signin/failed  high      OK     ALARM                2.5  sourceIPAddress==1\x1b
        2026-03-02T10:10:00Z  signin/failed  high      ALARM  INSUFFICIENT_DATA      -  -
        ");
    }

    #[test]
    fn changes_make_json_and_csv() {
        insta::assert_snapshot!(written(ListFormat::Json), @r#"
        {"version":1,"alarms":[
        {"time":"2026-03-02T10:00:00Z","query":"signin/failed","title":"Failed","severity":"high","from":"OK","to":"ALARM","value":2.5,"group":{"sourceIPAddress":"=1\u001b"}},
        {"time":"2026-03-02T10:10:00Z","query":"signin/failed","title":"Failed","severity":"high","from":"ALARM","to":"INSUFFICIENT_DATA","value":null,"group":{}}
        ]}
        "#);
        assert!(written(ListFormat::Ndjson).starts_with("{\"version\":1,\"time\":\"2026-03-02T10:00:00Z\""));
        let csv = written(ListFormat::Csv);
        assert!(csv.starts_with("time,query,title,severity,from,to,value,group\r\n"));
        assert!(
            csv.ends_with("2026-03-02T10:10:00Z,signin/failed,Failed,high,ALARM,INSUFFICIENT_DATA,,\r\n")
        );
    }
}
