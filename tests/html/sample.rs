//! A document with all there can be in one: every kind of column, every chart, hostile text, much and nothing.

use backtrail::query::Severity;
use backtrail::replay::{Cell, Coverage, Fault, LeftOut, Note};
use backtrail::report::{
    Bar, CalendarRow, Column, DayState, Document, Kind, Rows, Section, Series, Shape, Value,
};
use jiff::Timestamp;
use jiff::civil::{Date, date};

/// Texts as somebody writes them who wants to be in a report.
pub const HOSTILE: [&str; 8] = [
    "<script>document.title='owned'</script>",
    "</style></script><img src=x onerror=\"document.title='owned'\">",
    "\"><svg onload=document.title='owned'>' onmouseover='x",
    "https://evil.example/?<a href=\"https://evil.example/\">",
    "user\u{202e}gnp.exe\u{0}\n\r\t",
    "משתמש מנהל 7",
    "=HYPERLINK(\"http://evil.example\")",
    "`backticks` and `one more",
];

/// How many rows the long table has.
pub const MANY: usize = 2_500;

fn day(offset: i32) -> Date {
    date(2026, 1, 1) + jiff::Span::new().days(offset)
}

fn bar(name: &str, value: u64) -> Bar {
    Bar { name: name.to_owned(), value }
}

/// Returns the document.
pub fn document() -> Document {
    Document {
        title: "CloudTrail report".to_owned(),
        created: "2026-04-01T00:00:00Z".parse().unwrap(),
        sections: vec![sign_ins(), charts(), hostile(), empty()],
        coverage: coverage(),
    }
}

fn sign_ins() -> Section {
    let mut section = Section::new("logins", "Console sign-ins");
    section.find(Severity::Critical, "The root user signed in 2 times without MFA");
    section.find(Severity::High, "14 sign-ins of IAM users without MFA, of 3 users");
    section.find(Severity::Medium, "23 sign-ins failed, 20 of them from 203.0.113.9 within one hour");
    section.find(Severity::Low, "1 sign-in in a region that nobody else uses");
    section.find(Severity::Informational, "2,500 sign-ins by 317 principals in 4 regions");
    let count = |factor: u64, offset: i32| (offset as u64 * factor % 17) * if offset % 7 > 4 { 1 } else { 6 };
    let series = |name: &str, factor: u64| Series {
        name: name.to_owned(),
        days: (0..90).map(|offset| (day(offset), count(factor, offset))).collect(),
    };
    section.chart("Sign-ins per day", Shape::Days(vec![series("success", 5), series("failure", 3)]));
    section.chart(
        "MFA",
        Shape::Parts(vec![
            bar("with MFA", 1_805),
            bar("unknown: the identity provider decides", 604),
            bar("without MFA", 91),
        ]),
    );
    section.tables.push(many());
    section.define(
        "without MFA",
        "`additionalEventData.MFAUsed` is `No` and the principal signs in with a password",
    );
    section.define(
        "unknown",
        "the record of a federated sign-in does not say what the identity provider asked for",
    );
    section
}

fn many() -> backtrail::report::Table {
    let mut rows = Rows::new([
        Column::new("principal", Kind::Text, "who signed in"),
        Column::bar("records", "number of sign-ins"),
        Column::new("share", Kind::Share, "part of all sign-ins"),
        Column::new("cost", Kind::Dollars, "what another copy of these records costs, in US dollars"),
        Column::new("with_mfa", Kind::Flag, "whether all were with MFA; unknown for federated principals"),
        Column::new("source_address", Kind::Address, "`sourceIPAddress` of the last"),
        Column::new("first", Kind::Time, "`eventTime` of the first"),
        Column::new("last", Kind::Time, "`eventTime` of the last"),
        Column::new("day", Kind::Day, "day of the last"),
    ]);
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for number in 0..MANY as u64 {
        // A large multiple of a prime: no column is in the order of another.
        let mixed = number * 7_919 % MANY as u64;
        let at = start + jiff::SignedDuration::from_secs((mixed * 3_001) as i64);
        let name = match number % 3 {
            0 => format!(
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Administrator_0123456789abcdef/user{number}@example.com"
            ),
            1 => format!("user/user{number}"),
            _ => format!("role/deploy-{number}"),
        };
        rows.push([
            name.into(),
            (mixed * mixed).into(),
            (mixed as f64 / MANY as f64).into(),
            (mixed as f64 * 0.0003).into(),
            (number % 3 != 0).then_some(mixed.is_multiple_of(2)).into(),
            format!("203.0.113.{}", mixed % 256).into(),
            at.into(),
            (number % 5 != 4).then_some(at).into(),
            day((mixed % 90) as i32).into(),
        ]);
    }
    rows.into_table("principals", "Principals", "One row a principal, in no order that matters").unwrap()
}

fn charts() -> Section {
    let mut section = Section::new("activity", "Activity");
    section.find(Severity::Informational, "All charts there are");
    let one = Series {
        name: "events".to_owned(),
        days: (0..30).map(|at| (day(at), 40 + at as u64 % 7 * 9)).collect(),
    };
    section.chart("Events per day", Shape::Days(vec![one]));
    let quiet = Series { name: "denied".to_owned(), days: vec![(day(3), 1), (day(20), 2)] };
    let loud = Series { name: "allowed".to_owned(), days: (0..400).map(|at| (day(at), 10_000)).collect() };
    let none = Series { name: "never".to_owned(), days: Vec::new() };
    section.chart("Series of unequal size", Shape::Days(vec![loud, quiet, none]));
    let regions = [
        "us-east-1",
        "eu-central-1",
        "eu-north-1",
        "ap-southeast-2",
        "arn:aws:iam::111122223333:role/aws-service-role/a-very-long-name-without-any-space-in-it",
    ];
    let regions = regions.iter().zip([120_431, 20_001, 312, 4, 0]);
    section.chart("Events by region", Shape::Bars(regions.map(|(name, value)| bar(name, value)).collect()));
    let parts =
        ["AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn", "AwsConsoleAction", "AwsVpceEvent", "a", "b"];
    let parts = parts.iter().zip([500, 250, 125, 60, 30, 15, 1]);
    section.chart("Kinds of event", Shape::Parts(parts.map(|(name, value)| bar(name, value)).collect()));
    let mut week = Box::new([[0; 24]; 7]);
    for (weekday, hours) in week.iter_mut().enumerate() {
        for (hour, count) in hours.iter_mut().enumerate() {
            let is_office = weekday < 5 && (7..18).contains(&hour);
            *count = if is_office {
                100 + (hour * 37 + weekday * 11) as u64 % 90
            } else {
                (hour * weekday) as u64 % 5
            };
        }
    }
    section.chart("Hour by day of week", Shape::Week(week));
    let states = |from: i32, missing: DayState| {
        (0..60).map(move |at| {
            (day(at), if (from..from + 3).contains(&at) { missing } else { DayState::Read(9) })
        })
    };
    let row = |name: &str, from, missing| CalendarRow {
        name: name.to_owned(),
        days: states(from, missing).collect(),
    };
    section.chart(
        "Gaps",
        Shape::Calendar(vec![
            row("111122223333 us-east-1", 100, DayState::Gap),
            row("111122223333 eu-central-1", 12, DayState::Gap),
            row("444455556666 us-east-1", 30, DayState::Off),
            row("444455556666 eu-north-1", 55, DayState::Failed),
        ]),
    );
    section
}

fn hostile() -> Section {
    let mut section = Section::new("denied", "Denied calls");
    for text in HOSTILE {
        section.find(Severity::High, format!("{text} was denied 3 times"));
    }
    let mut rows = Rows::new([
        Column::new(
            "userIdentity.sessionContext.sessionIssuer.userName",
            Kind::Text,
            "as it stands in the `record`",
        ),
        Column::new("user_agent", Kind::Text, "`userAgent` of the last"),
        Column::new("source_address", Kind::Address, "`sourceIPAddress` of the last"),
        Column::bar("records", "number of calls"),
    ]);
    let agent =
        "Mozilla/5.0 (X11; Linux x86_64) [exec-env/AWS_Lambda_python3.13 ua/2.0 md/internal#1] ".repeat(4);
    for (number, text) in HOSTILE.iter().enumerate() {
        rows.push([(*text).into(), agent.as_str().into(), (*text).into(), (number as u64).into()]);
    }
    rows.push(["x".repeat(5_000).into(), "w".repeat(300).into(), Value::Null, 1_u64.into()]);
    section.tables.push(rows.into_table("callers", "Callers", "One row a caller").unwrap());
    let named = HOSTILE.iter().zip([1_u64, 2, 3, 4, 5, 6, 7, 8]).map(|(text, value)| bar(text, value));
    section.chart("Hostile bars", Shape::Bars(named.clone().rev().collect()));
    section.chart("Hostile parts", Shape::Parts(named.collect()));
    let days = |text: &&str| Series { name: (*text).to_owned(), days: vec![(day(0), 1), (day(4), 3)] };
    section.chart("Hostile days", Shape::Days(HOSTILE.iter().take(3).map(days).collect()));
    section.chart(
        HOSTILE[0],
        Shape::Calendar(vec![CalendarRow {
            name: HOSTILE[1].to_owned(),
            days: vec![(day(0), DayState::Gap)],
        }]),
    );
    section
}

fn empty() -> Section {
    let mut section = Section::new("trail", "Changes of the trail");
    section.find(Severity::Informational, "0 changes in 412 log files; 3 could not be read");
    let rows = Rows::new([Column::new("event_name", Kind::Text, "the call")]);
    section.tables.push(rows.into_table("changes", "Changes", "One row a change, by time").unwrap());
    section.chart("Changes per day", Shape::Days(Vec::new()));
    section
}

fn coverage() -> Coverage {
    let mut coverage = Coverage {
        version: 1,
        archives: vec!["s3://example-trail/<b>org</b>".to_owned()],
        ..Coverage::default()
    };
    coverage.scope.since = Some("2026-01-01T00:00:00Z".parse().unwrap());
    coverage.scope.until = Some("2026-04-01T00:00:00Z".parse().unwrap());
    (coverage.log_files.listed, coverage.log_files.read, coverage.log_files.failed) = (415, 412, 3);
    coverage.log_files.skipped = [("digest", 90), ("other-name", 2)].into();
    (coverage.bytes.stored, coverage.bytes.text) = (73_400_320, 812_345_678);
    (coverage.records.read, coverage.records.in_scope, coverage.records.duplicates) =
        (500_000, 499_000, 1_204);
    for (account, region) in
        [("111122223333", "us-east-1"), ("111122223333", "eu-central-1"), ("444455556666", "us-east-1")]
    {
        let days = (0..90).filter(|at| account == "444455556666" || !(40..47).contains(at));
        let cell = |at: i32| Cell { log_files: 2, failed: u64::from(at == 70), records: 1_000 + at as u64 };
        let regions = coverage.accounts.entry(account.to_owned()).or_default();
        regions.insert(region.to_owned(), days.map(|at| (day(at), cell(at))).collect());
    }
    for (number, text) in HOSTILE.iter().take(3).enumerate() {
        let key = format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/12/{text}.json.gz");
        let reason = "gzip data ends early".to_owned();
        coverage.faults.push(Fault { key, reason, is_partly_read: number == 1 });
    }
    coverage.notes.push(Note { key: HOSTILE[1].to_owned(), remark: "not compressed".to_owned() });
    let (name, origin) = ("root-used".to_owned(), HOSTILE[0].to_owned());
    coverage.queries_left_out.push(LeftOut {
        name,
        origin,
        reason: "`!Sub` names what only a deployment knows".to_owned(),
    });
    coverage
}
