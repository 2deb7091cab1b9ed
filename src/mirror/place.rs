//! Where a key lies in a folder. Keys come from a bucket that anybody may write to: none leads out of the folder.

use crate::source::LogKey;
use std::path::{Component, Path, PathBuf};

/// Where a key lies, relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(PathBuf);

/// A key that no file can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be copied: no file can have this name")]
pub struct NotAPlace;

impl Place {
    /// Reads a key: the file's path must give the same key again.
    pub fn of(key: &LogKey) -> Result<Self, NotAPlace> {
        let text = key.as_str();
        let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\\']);
        if text.split('/').all(is_name) { Ok(Self(text.into())) } else { Err(NotAPlace) }
    }

    /// Returns the path below a folder.
    pub fn below(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    /// Tells whether a file of that size is there.
    pub fn has(&self, folder: &Path, size: u64) -> bool {
        let metadata = self.below(folder).symlink_metadata();
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
    }
}

/// Tells whether a folder lies inside an `AWSLogs` folder: its keys would then begin there, and be others than the
/// archive's.
pub fn leads_into_a_tree(folder: &Path) -> bool {
    folder.components().any(|part| part == Component::Normal("AWSLogs".as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leads_out_of_the_folder_or_becomes_another_one() {
        for text in ["/etc/passwd", "a/../../b.json", "a//b.json", "./a.json", "..", "", "a/", "a\0b", "a\\b"]
        {
            assert_eq!(Place::of(&LogKey::parse(text)), Err(NotAPlace), "{text}");
        }
        for text in ["a b+c%20(1).json.gz", "ä/..b/c.json", "AWSLogs/x"] {
            assert_eq!(
                Place::of(&LogKey::parse(text)).unwrap().below(Path::new("f")),
                Path::new("f").join(text)
            );
        }
    }

    #[test]
    fn a_folder_inside_a_tree_is_known() {
        assert!(leads_into_a_tree(Path::new("/data/AWSLogs/copy")));
        assert!(!leads_into_a_tree(Path::new("/data/AWSLogs-copy")));
    }
}
