//! The sample trail is what its generator writes, and what its README says about it is true.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

#[path = "../samples/generate/mod.rs"]
mod generate;

use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// A committed file: its path below `samples`, and its content.
struct Committed {
    path: String,
    content: Value,
}

impl Committed {
    fn folder(&self) -> &str {
        self.path.split('/').nth(3).unwrap()
    }

    fn day(&self) -> String {
        self.path.split('/').skip(5).take(3).collect::<Vec<_>>().join("-")
    }

    fn records(&self) -> &[Value] {
        self.content["Records"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// Returns the records of all committed log files, in the order of the paths.
pub fn records() -> impl Iterator<Item = &'static Value> {
    COMMITTED.iter().flat_map(Committed::records)
}

/// Every committed file, in the order of the paths; read once.
static COMMITTED: LazyLock<Vec<Committed>> = LazyLock::new(committed);
/// What the generator writes; made once.
static TRAIL: LazyLock<Vec<generate::Object>> = LazyLock::new(generate::trail);

fn committed() -> Vec<Committed> {
    let mut waiting = vec![samples().join("AWSLogs")];
    let mut found = Vec::new();
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let mut text = String::new();
            GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
            let parts: Vec<_> =
                path.strip_prefix(samples()).unwrap().iter().map(|part| part.to_string_lossy()).collect();
            found.push(Committed { path: parts.join("/"), content: serde_json::from_str(&text).unwrap() });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Returns the numbers of the README's table of counts, by their names.
fn counts_in_the_readme() -> BTreeMap<String, usize> {
    let readme = fs::read_to_string(samples().join("README.md")).unwrap();
    let (_, after) = readme.split_once("## Counts").unwrap();
    let table = after.split("\n## ").next().unwrap();
    table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let name = cells.next()?.to_owned();
            let number = cells.next()?.replace(',', "").parse().ok()?;
            Some((name, number))
        })
        .collect()
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// Returns what tells an event from all others: the receiving account and the event id.
pub fn id(record: &Value) -> (String, String) {
    (record["recipientAccountId"].as_str().unwrap().into(), record["eventID"].as_str().unwrap().into())
}

#[test]
fn the_committed_trail_is_what_the_generator_writes() {
    let differences = generate::differences(&samples(), &TRAIL).unwrap();
    assert_eq!(differences, Vec::<String>::new(), "run `cargo run --example generate-samples`");
}

#[test]
fn the_same_bytes_are_written_every_time_and_other_contents_are_noticed() {
    let objects = &*TRAIL;
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    generate::write(one.path(), objects).unwrap();
    generate::write(other.path(), &generate::trail()).unwrap();
    for object in objects {
        let bytes = fs::read(one.path().join(&object.path)).unwrap();
        assert_eq!(bytes[4..8], [0; 4], "no time in the header of `{}`", object.path);
        assert_eq!(bytes, fs::read(other.path().join(&object.path)).unwrap(), "`{}`", object.path);
    }
    fs::copy(one.path().join(&objects[1].path), one.path().join(&objects[0].path)).unwrap();
    fs::remove_file(one.path().join(&objects[2].path)).unwrap();
    fs::write(one.path().join("AWSLogs/notes"), "").unwrap();
    let differences = generate::differences(one.path(), objects).unwrap();
    assert_eq!(
        differences,
        [
            format!("`{}` has other contents", objects[0].path),
            format!("`{}` is missing", objects[2].path),
            "`AWSLogs/notes` is not part of the trail".to_owned(),
        ]
    );
}

#[test]
fn the_readme_counts_every_file_and_record() {
    let files = &*COMMITTED;
    let mut counted = BTreeMap::new();
    let mut unique = BTreeSet::new();
    for file in files {
        let kind = match file.folder() {
            "CloudTrail-Digest" => "digest files",
            _ => "log files",
        };
        *counted.entry(kind.to_owned()).or_insert(0) += 1;
        *counted.entry(format!("files in `{}`", file.folder())).or_insert(0) += 1;
        *counted.entry("records, copies included".to_owned()).or_insert(0) += file.records().len();
        if kind == "log files" {
            *counted.entry(format!("records in `{}`", file.folder())).or_insert(0) += file.records().len();
        }
        unique.extend(file.records().iter().map(id));
    }
    counted.insert("duplicate records".to_owned(), counted["records, copies included"] - unique.len());
    counted.insert("different records".to_owned(), unique.len());
    assert_eq!(counts_in_the_readme(), counted);
}

#[test]
fn one_record_lies_in_the_folder_of_the_day_after() {
    let files = &*COMMITTED;
    let mut elsewhere = Vec::new();
    for file in files {
        for record in file.records() {
            if !record["eventTime"].as_str().unwrap().starts_with(&file.day()) {
                elsewhere.push((file.day(), record));
            }
        }
    }
    let [(day, record)] = elsewhere.as_slice() else { panic!("{} records", elsewhere.len()) };
    assert_eq!(day, "2026-03-04");
    assert_eq!(record["eventTime"], "2026-03-03T16:22:40Z");
    assert_eq!(record["addendum"]["reason"], "DELIVERY_DELAY");
}

#[test]
fn duplicates_are_exact_copies_in_another_file() {
    let files = &*COMMITTED;
    let mut seen: BTreeMap<_, (&str, &Value)> = BTreeMap::new();
    for file in files {
        for record in file.records() {
            if let Some((path, first)) = seen.insert(id(record), (&file.path, record)) {
                assert_eq!(first, record);
                assert_ne!(path, file.path);
            }
        }
    }
}

#[test]
fn a_role_of_another_account_is_taken_in_two_records_with_one_shared_id() {
    let files = &*COMMITTED;
    let records = files.iter().flat_map(Committed::records);
    let mut shared: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in records.filter(|record| record["eventName"] == "AssumeRole") {
        if let Some(id) = record["sharedEventID"].as_str() {
            shared.entry(id).or_default().push(record);
        }
    }
    let pairs: Vec<_> = shared.values().filter(|records| records.len() == 2).collect();
    assert_eq!(pairs.len(), 4);
    for pair in pairs {
        let accounts: BTreeSet<_> =
            pair.iter().map(|record| record["recipientAccountId"].as_str().unwrap()).collect();
        let kinds: BTreeSet<_> =
            pair.iter().map(|record| record["userIdentity"]["type"].as_str().unwrap()).collect();
        assert_eq!(accounts.into_iter().collect::<Vec<_>>(), ["111122223333", "444455556666"]);
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["AWSAccount", "IAMUser"]);
        assert_ne!(pair[0]["eventID"], pair[1]["eventID"]);
    }
}

#[test]
fn nothing_in_the_trail_can_be_mistaken_for_somebody_s_own() {
    let files = &*COMMITTED;
    for file in files {
        for record in file.records() {
            let mut found = Vec::new();
            texts(record, &mut found);
            for text in found {
                let is_key = text.len() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA"));
                assert!(!is_key || text.ends_with("EXAMPLE"), "access key `{text}`");
            }
            let address = record["sourceIPAddress"].as_str().unwrap_or_default();
            let documented = ["192.0.2.", "198.51.100.", "203.0.113.", "10.0."];
            let is_address = address.starts_with(|first: char| first.is_ascii_digit());
            assert!(!is_address || documented.iter().any(|range| address.starts_with(range)), "`{address}`");
        }
    }
}

#[test]
fn digests_name_log_files_of_the_trail() {
    let files = &*COMMITTED;
    let paths: BTreeSet<_> = files.iter().map(|file| file.path.as_str()).collect();
    for digest in files.iter().filter(|file| file.folder() == "CloudTrail-Digest") {
        assert_eq!(digest.content["digestS3Object"], digest.path.as_str());
        let named = digest.content["logFiles"].as_array().unwrap();
        assert!(!named.is_empty(), "`{}` covers nothing", digest.path);
        for log_file in named {
            assert!(paths.contains(log_file["s3Object"].as_str().unwrap()));
        }
    }
}
