//! One stored query with all that is known about it: for people, or as JSON.

use super::HitOptions;
use super::object::VERSION;
use super::palette::Style;
use super::pretty::pretty;
use super::text::{escape, wrap};
use crate::alarm::Alarm;
use crate::language::Language;
use crate::query::{Parameter, Query};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the card and below it the pattern, ready to be pasted into AWS.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_card(query: &Query, options: &HitOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, options: *options };
    let card = &query.card;
    page.heading(&query.id)?;
    if card.title != query.id {
        page.paragraph("", &card.title)?;
    }
    writeln!(page.out)?;
    let severity = card.severity.word();
    let painted = Style::Severity(card.severity).paint(severity);
    writeln!(page.out, "severity  {}", if options.color { &painted } else { severity })?;
    page.field("status", &card.status)?;
    page.field("tags", &card.tags.join(", "))?;
    page.field("origin", &query.origin)?;
    if !card.description.is_empty() {
        writeln!(page.out)?;
        page.paragraph("", &card.description)?;
    }
    page.section("False positives", card.false_positives.iter().cloned())?;
    let parameters = card.parameters.iter();
    let parameters =
        parameters.map(|(name, parameter)| format!("{name} ({}): {}", parameter.path, parameter.description));
    page.section("Parameters", parameters)?;
    page.section("Alarm", card.alarm.iter().map(alarm))?;
    page.section("References", card.references.iter().cloned())?;
    writeln!(page.out)?;
    page.heading("Pattern")?;
    let text = query.pattern.to_text();
    let text = match query.pattern.language() {
        Language::EventPattern => pretty(&text),
        Language::MetricFilter => escape(&text).into_owned(),
        Language::Sigma => text.lines().map(escape).collect::<Vec<_>>().join("\n"),
    };
    writeln!(page.out, "{text}")?;
    page.out.flush()
}

/// Says when the alarm rings, in one sentence.
fn alarm(alarm: &Alarm) -> String {
    match alarm {
        Alarm::Window(alarm) if alarm.group_by.is_empty() => {
            format!("{} hits or more in {} seconds", alarm.least, alarm.window)
        }
        Alarm::Window(alarm) => {
            let by = alarm.group_by.join(", ");
            format!("{} hits or more in {} seconds with one value of {by}", alarm.least, alarm.window)
        }
        Alarm::Metric(alarm) => format!(
            "{:?} of {} seconds {:?} {}, in {} of {} periods",
            alarm.statistic,
            alarm.period,
            alarm.comparison,
            alarm.threshold,
            alarm.datapoints_to_alarm,
            alarm.evaluation_periods
        ),
    }
}

/// Lays a pattern out the way people write patterns, as a file holds it.
pub fn pattern_file(pattern: &str) -> String {
    pretty(pattern) + "\n"
}

struct Page<'a> {
    out: &'a mut dyn Write,
    options: HitOptions,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = escape(text);
        if self.options.color {
            writeln!(self.out, "{}", Style::Heading.paint(&text))
        } else {
            writeln!(self.out, "{text}")
        }
    }

    fn field(&mut self, name: &str, value: &str) -> io::Result<()> {
        if value.is_empty() {
            return Ok(());
        }
        self.paragraph(&format!("{name:<10}"), value)
    }

    /// Writes a heading and below it the items, unless there are none.
    fn section(&mut self, title: &str, items: impl Iterator<Item = String>) -> io::Result<()> {
        let mut items = items.peekable();
        if items.peek().is_none() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.heading(title)?;
        for item in items {
            self.paragraph("- ", &item)?;
        }
        Ok(())
    }

    /// Writes a text after `lead`, with its further lines below its first word.
    fn paragraph(&mut self, lead: &str, text: &str) -> io::Result<()> {
        let room = self.options.columns().min(100).saturating_sub(lead.len());
        // Line ends in a card are only how its author wrapped it, so words are parted before anything is escaped.
        let words: Vec<String> = text.split_whitespace().map(|word| escape(word).into_owned()).collect();
        for (index, line) in wrap(&words, room).iter().enumerate() {
            let margin = if index == 0 { lead.to_owned() } else { " ".repeat(lead.len()) };
            writeln!(self.out, "{margin}{line}")?;
        }
        Ok(())
    }
}

#[derive(serde::Serialize)]
struct Object<'a> {
    version: u32,
    query: &'a str,
    title: &'a str,
    description: &'a str,
    severity: &'static str,
    status: &'a str,
    tags: &'a [String],
    references: &'a [String],
    false_positives: &'a [String],
    parameters: BTreeMap<&'a str, ParameterObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<&'a Alarm>,
    origin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    pattern: Box<RawValue>,
}

#[derive(serde::Serialize)]
struct ParameterObject<'a> {
    path: &'a str,
    description: &'a str,
}

impl<'a> From<&'a Parameter> for ParameterObject<'a> {
    fn from(parameter: &'a Parameter) -> Self {
        Self { path: &parameter.path, description: &parameter.description }
    }
}

/// Writes the card and the pattern as one JSON object on one line.
///
/// # Errors
/// Returns the error of the underlying writer.
pub fn write_card_json(query: &Query, out: &mut dyn Write) -> io::Result<()> {
    let (card, language) = (&query.card, query.pattern.language());
    let parameters = card.parameters.iter();
    let object = Object {
        version: VERSION,
        query: &query.id,
        title: &card.title,
        description: &card.description,
        severity: card.severity.word(),
        status: &card.status,
        tags: &card.tags,
        references: &card.references,
        false_positives: &card.false_positives,
        parameters: parameters.map(|(name, parameter)| (name.as_str(), parameter.into())).collect(),
        alarm: card.alarm.as_ref(),
        origin: &query.origin,
        language: (language != Language::EventPattern).then(|| language.word()),
        pattern: RawValue::from_string(match language {
            Language::EventPattern => query.pattern.to_text(),
            _ => serde_json::to_string(&query.pattern.to_text())?,
        })?,
    };
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Severity;
    use crate::render::sample::{listed, query};

    fn full() -> Query {
        let mut query = query("iam/user-created", Severity::High);
        let card = &mut query.card;
        card.description = "Says why that matters.\nGoes on about it for more than one line.".to_owned();
        card.status = "stable".to_owned();
        card.tags = vec!["attack.t1136.003".to_owned(), "iam".to_owned()];
        card.references = vec!["https://docs.example.com/iam".to_owned()];
        card.false_positives = vec!["A new colleague arrives and gets a user of the usual kind".to_owned()];
        let parameter =
            Parameter { path: "detail.eventName".to_owned(), description: "Names to look for".to_owned() };
        card.parameters.insert("names".to_owned(), parameter);
        query
    }

    fn card(query: &Query, width: u16, color: bool) -> String {
        let options = HitOptions { width: Some(width), color, ..HitOptions::default() };
        listed(|out| write_card(query, &options, out))
    }

    #[test]
    fn a_card_shows_all_that_is_known() {
        insta::assert_snapshot!(card(&full(), 50, false), @r#"
        iam/user-created
        Title of iam/user-created

        severity  high
        status    stable
        tags      attack.t1136.003, iam
        origin    built in

        Says why that matters. Goes on about it for more
        than one line.

        False positives
        - A new colleague arrives and gets a user of the
          usual kind

        Parameters
        - names (detail.eventName): Names to look for

        References
        - https://docs.example.com/iam

        Pattern
        {
          "source": ["aws.iam"]
        }
        "#);
    }

    #[test]
    fn a_card_says_when_its_alarm_rings() {
        for (text, expected) in [
            ("threshold = 1", "- Sum of 300 seconds GreaterThanOrEqualToThreshold 1, in 1 of 1 periods"),
            ("threshold = 5\nwindow = 600", "- 5 hits or more in 600 seconds"),
            (
                "threshold = 5\nwindow = 600\ngroup_by = [\"sourceIPAddress\"]",
                "- 5 hits or more in 600 seconds with one value of sourceIPAddress",
            ),
        ] {
            let mut query = query("a/b", Severity::Low);
            query.card.alarm = Some(toml::from_str(text).unwrap());
            assert!(card(&query, 80, false).contains(&format!("\nAlarm\n{expected}\n")), "{text}");
            assert!(listed(|out| write_card_json(&query, out)).contains("\"alarm\":{"));
        }
    }

    #[test]
    fn a_card_leaves_out_what_is_not_known() {
        insta::assert_snapshot!(card(&query("a/b", Severity::Low), 80, false), @r#"
        a/b
        Title of a/b

        severity  low
        origin    built in

        Pattern
        {
          "source": ["aws.iam"]
        }
        "#);
    }

    #[test]
    fn a_card_cannot_drive_the_terminal() {
        let mut query = full();
        query.card.description = "a\u{1b}[2J".to_owned();
        assert!(card(&query, 80, false).contains("a\\x1b[2J"));
        assert!(card(&full(), 80, true).contains("\u{1b}[31mhigh\u{1b}[0m"));
    }

    #[test]
    fn a_card_makes_a_json_object() {
        insta::assert_snapshot!(listed(|out| write_card_json(&full(), out)), @r#"
        {"version":1,"query":"iam/user-created","title":"Title of iam/user-created","description":"Says why that matters.\nGoes on about it for more than one line.","severity":"high","status":"stable","tags":["attack.t1136.003","iam"],"references":["https://docs.example.com/iam"],"false_positives":["A new colleague arrives and gets a user of the usual kind"],"parameters":{"names":{"path":"detail.eventName","description":"Names to look for"}},"origin":"built in","pattern":{"source":["aws.iam"]}}
        "#);
    }
}
