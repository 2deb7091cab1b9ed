//! Reports say what is in the records, and what they rest on. One file a report.

#[path = "reports/activity.rs"]
mod activity;
#[path = "reports/compliance.rs"]
mod compliance;
#[path = "reports/denied.rs"]
mod denied;
#[path = "reports/duplicates.rs"]
mod duplicates;
#[path = "reports/iam_changes.rs"]
mod iam_changes;
#[path = "reports/instances.rs"]
mod instances;
#[path = "reports/logins.rs"]
mod logins;
#[path = "reports/many.rs"]
mod many;
#[path = "reports/network.rs"]
mod network;
#[path = "reports/no_mfa.rs"]
mod no_mfa;
#[path = "reports/queries.rs"]
mod queries;
#[path = "reports/roles.rs"]
mod roles;
#[path = "reports/root.rs"]
mod root;
#[path = "reports/trail.rs"]
mod trail;

use backtrail::replay::{self, DEFAULT_MAX_OBJECT_SIZE, MOST_GROUPS, Matcher, Options, Silent, Watch};
use backtrail::report::{self, Document, Reports, Section, Settings, Value};
use backtrail::source::{Memory, Scope, Source};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

/// A log key of account 111122223333 in us-east-1 on a day of March 2026.
pub fn key(day: u8) -> String {
    let name = "111122223333_CloudTrail_us-east-1_20260302T1000Z_AAAAAAAAAAAAAAAA.json.gz";
    format!("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/{day:02}/{name}")
}

/// Makes reports over log files: each is a key and the records in it.
pub fn document(names: &[&str], log_files: &[(String, Vec<String>)], settings: &Settings) -> Document {
    document_with(names, log_files, settings, (2, MOST_GROUPS))
}

/// Makes reports with so many threads, and so many groups that are told apart.
pub fn document_with(
    names: &[&str],
    log_files: &[(String, Vec<String>)],
    settings: &Settings,
    (threads, most_groups): (usize, usize),
) -> Document {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut reports = Reports::new(&report::select(&names).unwrap(), settings);
    let queries = reports.queries().to_vec();
    let matcher = Matcher::keeping(&queries, reports.keeps()).telling_apart(most_groups);
    let text = |records: &Vec<String>| format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes();
    let objects = log_files.iter().map(|(key, records)| (key.clone(), text(records)));
    let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory::new("memory", objects))];
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    let options = Options {
        scope: Scope {
            since: None,
            until: None,
            accounts: [].into(),
            regions: [].into(),
            late_slack_days: 1,
            first_day: None,
            read_before: None,
            now,
        },
        threads,
        max_object_size: DEFAULT_MAX_OBJECT_SIZE,
        is_deduplicating: true,
        limit: None,
        is_pairing: true,
    };
    let interrupt = AtomicBool::new(false);
    let watch = Watch { progress: &Silent, interrupt: &interrupt, checkpoint: None };
    let coverage = replay::run(&sources, &matcher, &options, watch, &mut |hit| {
        reports.take(hit);
        ControlFlow::Continue(())
    });
    reports.finish(coverage.unwrap(), now).unwrap()
}

/// Makes one report over records of one log file.
pub fn section(name: &str, records: &[String]) -> Section {
    let document = document(&[name], &[(key(2), records.to_vec())], &Settings::default());
    document.sections.into_iter().next().unwrap()
}

/// Returns the rows of a table as text, with `|` between the values and `-` for none.
pub fn rows(section: &Section, table: &str) -> Vec<String> {
    let table = section.tables.iter().find(|known| known.name == table).unwrap();
    let text = |value: &Value<'_>| match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.to_string(),
        Value::Count(count) => count.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
    };
    let row = |row: &Vec<Value>| row.iter().map(text).collect::<Vec<_>>().join("|");
    table.rows().unwrap().iter().map(row).collect()
}
