//! Where an archive lies in S3, and how its keys are named.

use crate::source::{Error, LogKey, key};

/// A bucket and a prefix in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The argument as it was given.
    pub archive: String,
    pub bucket: String,
    /// The folder that is read: empty, or ending in `/`.
    pub prefix: String,
    /// The key of the one object that the argument may mean instead.
    pub single: Option<String>,
    /// What keys begin with: the part of the prefix from `AWSLogs` on.
    base: String,
}

impl Address {
    /// Reads `s3://bucket/prefix`.
    pub fn parse(archive: &str) -> Result<Self, Error> {
        let rest = archive.strip_prefix("s3://").unwrap_or(archive);
        let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() || bucket.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::Address { archive: archive.to_owned() });
        }
        let is_folder = path.is_empty() || path.ends_with('/');
        let (prefix, single) =
            if is_folder { (path.to_owned(), None) } else { (format!("{path}/"), Some(path.to_owned())) };
        let base = key::inherited(&prefix);
        Ok(Self { archive: archive.to_owned(), bucket: bucket.to_owned(), prefix, single, base })
    }

    /// Returns how an object or a folder of the bucket is named here.
    pub fn name(&self, full: &str) -> String {
        format!("{}{}", self.base, full.strip_prefix(&self.prefix).unwrap_or(full))
    }

    /// Returns how the one object is named that the argument means: its file name, or from `AWSLogs` on.
    pub fn single_name(&self, full: &str) -> String {
        let (folder, name) = full.rsplit_once('/').unwrap_or(("", full));
        key::inherited(folder) + name
    }

    /// Returns the name of a folder as a key, for faults; the archive itself is called as the user called it.
    pub fn folder_key(&self, full: &str) -> LogKey {
        let name = self.name(full);
        LogKey::parse(if name.is_empty() { self.archive.clone() } else { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_from_the_prefix_or_from_the_tree_it_lies_in() {
        let address = Address::parse("s3://b/trail").unwrap();
        assert_eq!((address.prefix.as_str(), address.single.as_deref()), ("trail/", Some("trail")));
        assert_eq!(address.name("trail/AWSLogs/x"), "AWSLogs/x");
        let address = Address::parse("s3://b/trail/AWSLogs/111122223333/").unwrap();
        assert_eq!(
            address.name("trail/AWSLogs/111122223333/CloudTrail/x"),
            "AWSLogs/111122223333/CloudTrail/x"
        );
        assert_eq!(address.single_name("trail/AWSLogs/x.gz"), "AWSLogs/x.gz");
        assert_eq!(address.single_name("trail/x.gz"), "x.gz");
    }

    #[test]
    fn an_address_without_a_bucket_is_refused() {
        for archive in ["s3://", "s3:///x", "s3://a b/x"] {
            assert!(matches!(Address::parse(archive), Err(Error::Address { .. })), "{archive}");
        }
    }
}
