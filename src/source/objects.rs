//! Lists of objects, read instead of asking a bucket for them: those that `backtrail plan --save` writes, and S3
//! Inventory's in CSV.
//!
//! A list is held in memory, in the order of keys; Inventory promises none.

use super::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Version of the first line of a saved list.
pub const LIST_VERSION: u32 = 1;

/// The first line of a saved list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHead {
    /// Version of the format.
    pub version: u32,
    /// The archives that were listed, as they were named.
    pub archives: Vec<String>,
}

/// One object of a list; also a line of a saved one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListedObject {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Stored bytes, where the list says it.
    pub size: Option<u64>,
    /// As S3 gives it, with its quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The storage class, where it is not the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

/// Objects of one or more buckets in the order of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectList {
    objects: Vec<ListedObject>,
    archives: Vec<String>,
}

/// The columns of a CSV list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Columns {
    bucket: usize,
    key: usize,
    size: Option<usize>,
    etag: Option<usize>,
    class: Option<usize>,
    is_latest: Option<usize>,
    is_delete_marker: Option<usize>,
}

/// What Inventory writes beside its lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    file_format: String,
    file_schema: String,
    files: Vec<ManifestFile>,
}

#[derive(Debug, Deserialize)]
struct ManifestFile {
    key: String,
}

impl ObjectList {
    /// Reads a list, packed with gzip or not. The files that an Inventory manifest names are looked for beside it, as
    /// Inventory lays them out.
    ///
    /// # Errors
    /// Returns an error for a file that cannot be read or is no list.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = text_of(path)?;
        let blame = |reason: String| refuse(path, reason);
        let mut list = Self::default();
        if !text.trim_start().starts_with('{') {
            list.add_csv(&text, None).map_err(blame)?;
        } else if let Ok(manifest) = serde_json::from_str::<Manifest>(&text) {
            if manifest.file_format != "CSV" {
                return Err(blame(format!("lists are in {}, only CSV is read", manifest.file_format)));
            }
            let columns = Columns::of_schema(&manifest.file_schema).map_err(blame)?;
            for file in &manifest.files {
                let file = find_beside(path, &file.key)?;
                let text = text_of(&file)?;
                list.add_csv(&text, Some(&columns)).map_err(|reason| refuse(&file, reason))?;
            }
        } else {
            list.add_saved(&text).map_err(blame)?;
        }
        list.objects.sort_unstable();
        list.objects.dedup_by(|one, other| one.key == other.key && one.bucket == other.bucket);
        if list.archives.is_empty() {
            let buckets: BTreeSet<&str> = list.objects.iter().map(|object| object.bucket.as_str()).collect();
            list.archives = buckets.into_iter().map(|bucket| format!("s3://{bucket}")).collect();
        }
        Ok(list)
    }

    /// Returns the archives that the list was made of, or the buckets in it.
    pub fn archives(&self) -> &[String] {
        &self.archives
    }

    /// Returns the objects of one bucket whose keys begin with a text.
    pub fn below(&self, bucket: &str, prefix: &str) -> &[ListedObject] {
        let place = |object: &ListedObject| (object.bucket.as_str(), object.key.as_str()) < (bucket, prefix);
        let objects = &self.objects[self.objects.partition_point(place)..];
        let is_below = |object: &ListedObject| object.bucket == bucket && object.key.starts_with(prefix);
        &objects[..objects.partition_point(is_below)]
    }

    /// Returns one object.
    pub fn find(&self, bucket: &str, key: &str) -> Option<&ListedObject> {
        self.below(bucket, key).first().filter(|object| object.key == key)
    }

    fn add_saved(&mut self, text: &str) -> Result<(), String> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let head = lines.next().map(|(line, _)| serde_json::from_str::<ListHead>(line));
        match head {
            Some(Ok(head)) if head.version == LIST_VERSION => self.archives = head.archives,
            Some(Ok(head)) => return Err(format!("is of version {}", head.version)),
            _ => return Err("is no list of `backtrail plan --save`, nor of S3 Inventory".to_owned()),
        }
        for (line, number) in lines {
            let object = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
            self.objects.push(object);
        }
        Ok(())
    }

    fn add_csv(&mut self, text: &str, columns: Option<&Columns>) -> Result<(), String> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut guessed = None;
        for row in reader.records() {
            let row = row.map_err(|error| error.to_string())?;
            let columns = match columns {
                Some(columns) => columns,
                None => guessed.get_or_insert_with(|| Columns::guess(&row)),
            };
            self.objects.extend(columns.read(&row).ok_or("has rows without a bucket and a key")?);
        }
        Ok(())
    }
}

impl Columns {
    fn of_schema(schema: &str) -> Result<Self, String> {
        let names: Vec<String> = schema.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
        let find = |name: &str| names.iter().position(|known| known == name);
        let needed = |name: &str| find(name).ok_or_else(|| format!("lists have no column `{name}`"));
        Ok(Self {
            bucket: needed("bucket")?,
            key: needed("key")?,
            size: find("size"),
            etag: find("etag"),
            class: find("storageclass"),
            is_latest: find("islatest"),
            is_delete_marker: find("isdeletemarker"),
        })
    }

    /// Guesses what a list without a manifest holds: bucket, key, and what Inventory writes next. Versions come with two
    /// columns that say `true` or `false`.
    fn guess(row: &csv::StringRecord) -> Self {
        let is_flag = |at: usize| matches!(row.get(at), Some("true" | "false"));
        let is_number = |at: &usize| row.get(*at).is_some_and(|text| text.parse::<u64>().is_ok());
        let has_versions = is_flag(3) && is_flag(4);
        let size = Some(if has_versions { 5 } else { 2 }).filter(is_number);
        let class = (0..row.len()).find(|at| CLASSES.contains(&&row[*at]));
        Self {
            bucket: 0,
            key: 1,
            size,
            etag: None,
            class,
            is_latest: has_versions.then_some(3),
            is_delete_marker: has_versions.then_some(4),
        }
    }

    /// Reads a row; versions that a GET does not give are left out.
    fn read(&self, row: &csv::StringRecord) -> Option<Option<ListedObject>> {
        let text = |at: Option<usize>| row.get(at?).filter(|text| !text.is_empty());
        let (bucket, key) = (row.get(self.bucket)?, row.get(self.key)?);
        if text(self.is_latest) == Some("false") || text(self.is_delete_marker) == Some("true") {
            return Some(None);
        }
        Some(Some(ListedObject {
            bucket: bucket.to_owned(),
            key: decode_key(key),
            size: text(self.size).and_then(|size| size.parse().ok()),
            etag: text(self.etag).map(|etag| format!("\"{}\"", etag.trim_matches('"'))),
            class: text(self.class).filter(|class| *class != "STANDARD").map(str::to_owned),
        }))
    }
}

/// Storage classes as S3 names them.
const CLASSES: [&str; 9] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "REDUCED_REDUNDANCY",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
    "EXPRESS_ONEZONE",
];

fn text_of(path: &Path) -> Result<String, Error> {
    let cannot_open = |source| Error::Open { archive: path.display().to_string(), source };
    let mut bytes = fs::read(path).map_err(cannot_open)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).map_err(cannot_open)?;
        bytes = text;
    }
    String::from_utf8(bytes).map_err(|_| refuse(path, "is no text".to_owned()))
}

/// Finds a file of Inventory's by its key in the bucket that it was written to.
fn find_beside(manifest: &Path, key: &str) -> Result<PathBuf, Error> {
    let name = key.rsplit('/').next().unwrap_or(key);
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let places = [folder.join("../data").join(name), folder.join("data").join(name), folder.join(name)];
    let found = places.into_iter().find(|place| place.is_file());
    found.ok_or_else(|| refuse(manifest, format!("names `{key}`, which is not beside it, nor in `../data`")))
}

fn refuse(path: &Path, reason: String) -> Error {
    Error::ObjectList { path: path.to_owned(), reason }
}

/// Undoes the encoding of keys in listings and lists: `+` is a space, `%` stands before two hexadecimal digits.
pub(super) fn decode_key(key: &str) -> String {
    // Nearly always.
    let Some(first) = memchr::memchr2(b'%', b'+', key.as_bytes()) else { return key.to_owned() };
    let (plain, mut rest) = key.as_bytes().split_at(first);
    let mut bytes = Vec::with_capacity(key.len());
    bytes.extend_from_slice(plain);
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(hexadecimal);
        bytes.push(match (first, escaped) {
            (_, Some(byte)) => byte,
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*digits.first()?)?, digit(*digits.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_keys_are_read_back() {
        assert_eq!(decode_key("copy+of+log+%281%29%2B.json.gz"), "copy of log (1)+.json.gz");
        assert_eq!(decode_key("%C3%A4/100%25"), "ä/100%");
        assert_eq!(decode_key("50%"), "50%");
        assert_eq!(decode_key("%zz"), "%zz");
    }

    #[test]
    fn lists_of_inventory_are_read_with_and_without_their_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("b.csv", "\"b\",\"z+%281%29.gz\",\"7\",\"GLACIER\"\n\"b\",\"a.gz\",\"8\",\"STANDARD\"\n");
        let list = ObjectList::open(&folder.path().join("b.csv")).unwrap();
        let keys: Vec<_> =
            list.below("b", "").iter().map(|object| (object.key.as_str(), object.size)).collect();
        assert_eq!(keys, [("a.gz", Some(8)), ("z (1).gz", Some(7))]);
        assert_eq!(list.below("b", "z")[0].class.as_deref(), Some("GLACIER"));
        assert_eq!(list.archives(), ["s3://b"]);

        write("v.csv", "b,a,v1,true,false,5\nb,a,v0,false,false,6\nb,c,v2,true,true,0\n");
        let schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size";
        let files = r#""files":[{"key":"inventory/data/v.csv","size":1}]"#;
        write("manifest.json", &format!(r#"{{"fileFormat":"CSV","fileSchema":"{schema}",{files}}}"#));
        for name in ["manifest.json", "v.csv"] {
            let list = ObjectList::open(&folder.path().join(name)).unwrap();
            let objects: Vec<_> =
                list.below("b", "").iter().map(|object| (&*object.key, object.size)).collect();
            assert_eq!(objects, [("a", Some(5))], "{name}");
        }
        write("orc.json", r#"{"fileFormat":"ORC","fileSchema":"","files":[]}"#);
        let error = ObjectList::open(&folder.path().join("orc.json")).unwrap_err();
        assert!(error.to_string().contains("only CSV"), "{error}");
    }
}
