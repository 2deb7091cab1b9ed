//! Small archives in a folder of their own, and the queries that find something in them.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// A folder that goes away with the test.
pub struct Archive(TempDir);

/// Where a trail puts the log file of an account, a region and a day.
pub fn key(account: &str, region: &str, day: &str) -> String {
    let compact = day.replace('/', "");
    format!(
        "trail/AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{compact}T1000Z_AAAAAAAAAAAAAAAA.json.gz"
    )
}

/// A record of a call to IAM: an event id, who called what, when, and how it ended.
pub fn record(id: u32, user: &str, name: &str, time: &str, error: Option<&str>) -> String {
    let error = error.map_or_else(String::new, |error| format!(r#""errorCode":"{error}","#));
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333","userName":"{user}"}},"eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"test",{error}"eventID":"{id:08}-0000-4000-8000-000000000000","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
    )
}

/// The text of a log file.
pub fn document(records: &[String]) -> String {
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

/// Stores a text in gzip without compressing it, so that sizes do not depend on the compressor.
pub fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

impl Archive {
    /// An empty folder.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Two days of a trail with three calls, a digest and a note; and two queries, one with a card.
    pub fn small() -> Self {
        let archive = Self::empty();
        let first = [
            record(1, "alice", "CreateUser", "2026-03-02T09:58:00Z", None),
            record(2, "mallory", "DeleteUser", "2026-03-02T09:59:00Z", Some("AccessDenied")),
        ];
        let second = [record(3, "mallory", "CreateUser", "2026-03-03T09:59:30Z", None)];
        archive.write(&key("111122223333", "us-east-1", "2026/03/02"), gzip(&document(&first)));
        archive.write(&key("111122223333", "us-east-1", "2026/03/03"), gzip(&document(&second)));
        archive.write("trail/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/x.json.gz", "x");
        archive.write("trail/notes.txt", "x");
        archive.write(
            "queries/user-created.json",
            r#"{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}"#,
        );
        archive.write("queries/user-created.toml", "title = \"A user was created\"\nseverity = \"high\"\n");
        archive.write(
            "queries/user-deleted.json",
            r#"{"source":["aws.iam"],"detail":{"eventName":["DeleteUser"]}}"#,
        );
        archive
    }

    /// Writes a file, and the folders it needs.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Reads a file back.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// The names in its top folder, hidden ones included.
    pub fn names(&self) -> Vec<String> {
        self.names_in(".")
    }

    /// The names in a folder, hidden ones included.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
