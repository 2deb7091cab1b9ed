//! Hits as CSV (RFC 4180) for spreadsheets, which must not take a text from a log for a formula.

use super::HitWriter;
use super::object::outcome_name;
use crate::hit::Hit;
use std::borrow::Cow;
use std::io::{self, Write};

/// The last two are only there when it is told whether rules would have fired.
const HEADER: [&str; 17] = [
    "time",
    "severity",
    "query",
    "account",
    "region",
    "principal",
    "identity_type",
    "event_name",
    "event_source",
    "event_id",
    "source_ip",
    "user_agent",
    "outcome",
    "error",
    "log_key",
    "would_have_fired",
    "reasons",
];

/// Lines of CSV below a header. The header is there even when nothing follows.
pub(super) struct Sheet<'a, W: Write> {
    lines: csv::Writer<W>,
    header: Option<&'a [&'a str]>,
}

impl<'a, W: Write> Sheet<'a, W> {
    pub(super) fn new(header: &'a [&'a str], out: W) -> Self {
        let lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        Self { lines, header: Some(header) }
    }

    /// Writes one line.
    pub(super) fn push(&mut self, cells: &[&str]) -> io::Result<()> {
        self.write_header()?;
        self.write_line(cells)
    }

    /// Flushes.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.write_header()?;
        self.lines.flush()
    }

    fn write_header(&mut self) -> io::Result<()> {
        match self.header.take() {
            Some(header) => self.write_line(header),
            None => Ok(()),
        }
    }

    fn write_line(&mut self, cells: &[&str]) -> io::Result<()> {
        for cell in cells {
            self.lines.write_field(neutralise(cell).as_bytes()).map_err(unwrapped)?;
        }
        self.lines.write_record(None::<&[u8]>).map_err(unwrapped)
    }
}

/// Returns the writer's own error, so that a closed pipe is still known as one.
fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Returns the cell with an apostrophe before it when a spreadsheet would take it for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn neutralise(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Writes hits as CSV.
pub(super) struct CsvWriter<'a> {
    sheet: Sheet<'static, Box<dyn Write + 'a>>,
    /// How many of the columns are written.
    columns: usize,
}

impl<'a> CsvWriter<'a> {
    pub(super) fn new(tells_delivery: bool, out: Box<dyn Write + 'a>) -> Self {
        let columns = if tells_delivery { HEADER.len() } else { HEADER.len() - 2 };
        Self { sheet: Sheet::new(&HEADER[..columns], out), columns }
    }
}

impl HitWriter for CsvWriter<'_> {
    fn write(&mut self, hit: &Hit<'_>) -> io::Result<()> {
        fn text(text: &Option<String>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        let facts = hit.facts;
        let time = facts.time.map(|time| time.to_string());
        let event_name = text(&facts.event_name);
        let event_name = match hit.is_synthetic {
            true => Cow::Owned(format!("{event_name} (approximated)")),
            false => Cow::Borrowed(event_name),
        };
        let delivery = if self.columns == HEADER.len() { hit.delivery() } else { None };
        let reasons = delivery.iter().flat_map(|delivery| &delivery.reasons).map(ToString::to_string);
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let cells = [
            text(&time),
            hit.query.card.severity.word(),
            &hit.query.id,
            hit.account().unwrap_or_default(),
            text(&facts.region),
            text(&facts.principal),
            text(&facts.identity_type),
            &event_name,
            text(&facts.event_source),
            text(&facts.event_id),
            text(&facts.source_ip),
            text(&facts.user_agent),
            outcome_name(hit),
            facts.outcome.error().unwrap_or_default(),
            hit.log_key,
            delivery.as_ref().map_or("", |delivery| delivery.verdict.word()),
            &reasons,
        ];
        self.sheet.push(&cells[..self.columns])
    }

    fn finish(&mut self) -> io::Result<()> {
        self.sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Severity;
    use crate::render::sample::{denied, facts, hit, query, written};
    use crate::render::{Format, HitOptions};

    #[test]
    fn hits_are_flat_lines_below_a_header() {
        let query = query("iam/user-created", Severity::Medium);
        let (mut facts, denied) = (facts(), denied());
        facts.principal = Some("a \"b\", c\nd".to_owned());
        let csv = written(Format::Csv, HitOptions::default(), &[hit(&query, &facts), hit(&query, &denied)]);
        let expected = "time,severity,query,account,region,principal,identity_type,event_name,event_source,event_id,\
            source_ip,user_agent,outcome,error,log_key\r\n\
            2026-01-02T03:04:05Z,medium,iam/user-created,111122223333,us-east-1,\"a \"\"b\"\", c\nd\",AssumedRole,\
            CreateUser,iam.amazonaws.com,11111111-2222-3333-4444-555555555555,192.0.2.7,aws-cli/2.0,success,,\
            logs/a.json.gz\r\n\
            2026-01-02T03:04:05Z,medium,iam/user-created,111122223333,us-east-1,role/Admin/alice,AssumedRole,\
            CreateUser,iam.amazonaws.com,11111111-2222-3333-4444-555555555555,192.0.2.7,aws-cli/2.0,failure,\
            AccessDenied,logs/a.json.gz\r\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn no_hits_give_the_header() {
        let told = HitOptions { tells_delivery: true, ..HitOptions::default() };
        assert_eq!(written(Format::Csv, told, &[]), format!("{}\r\n", HEADER.join(",")));
        let plain = written(Format::Csv, HitOptions::default(), &[]);
        assert_eq!(plain, format!("{}\r\n", HEADER[..15].join(",")));
    }

    #[test]
    fn the_error_of_the_writer_is_passed_on_as_it_is() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let long = "x".repeat(100_000);
        let error = Sheet::new(&["text"], Closed).push(&[&long]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn formulas_are_neutralised() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(neutralise(formula), format!("'{formula}"));
        }
        for harmless in ["", "a=1", "'=1", " =1", "192.0.2.7"] {
            assert_eq!(neutralise(harmless), harmless);
        }
    }

    #[test]
    fn a_user_agent_cannot_be_a_formula() {
        let query = query("a/b", Severity::Low);
        let mut facts = facts();
        facts.user_agent = Some("=HYPERLINK(\"http://example.com\",\"x\")".to_owned());
        let csv = written(Format::Csv, HitOptions::default(), &[hit(&query, &facts)]);
        assert!(csv.contains(",\"'=HYPERLINK(\"\"http://example.com\"\",\"\"x\"\")\","), "{csv}");
    }
}
