//! One log file on its way to a worker.

use super::{LogKey, ReadFault};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One log file: its key, and its bytes or the way to them.
///
/// A log file from S3 holds a part of the bytes that may be in flight until it is read or dropped: whoever collects
/// many without reading them makes the source wait for ever.
#[derive(Debug)]
pub struct LogFile {
    /// Where it is.
    pub key: LogKey,
    /// Stored size in bytes, as listed.
    pub size: u64,
    /// What it was, when it is put together again from what was kept of it.
    pub original: Option<Original>,
    content: Content,
}

/// Files below this size are read with one call where that is possible.
const SMALL: u64 = 64 << 10;

/// What a log file was that is put together again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Original {
    /// Stored bytes.
    pub stored_bytes: u64,
    /// Bytes of its text.
    pub text_bytes: u64,
}

/// What else is in a log file than its bytes say, when it was put together again: a part of its records may be left out,
/// because nobody asks for more than that they are there, or not even for that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// Records that are left out and belong to no counted kind …
    pub left_out: u64,
    /// … and how many of these are inside the scope.
    pub left_out_in_scope: u64,
    /// Records that are left out and only counted. All are inside the scope.
    pub counted: Vec<Counted>,
    /// The places of the others among all records, when some are counted.
    pub numbers: Vec<u32>,
}

/// A record that is only counted: it is sound, and an event bus carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Its place among all records of the log file.
    pub number: u32,
    /// Its kind, by the number of [`super::Want::Count`].
    pub kind: u32,
    /// Its time, which is a whole second since 1970.
    pub seconds: i64,
    /// What tells its event from others.
    pub identity: u128,
}

/// Writes the text of a log file.
pub type Rebuild = dyn Fn(&mut Vec<u8>) -> Result<Rest, ReadFault> + Send + Sync;

struct Rebuilt(Box<Rebuild>);

impl std::fmt::Debug for Rebuilt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Rebuilt")
    }
}

/// The bytes or the way to them.
#[derive(Debug)]
enum Content {
    Path(PathBuf),
    Shared(Arc<[u8]>),
    Rebuilt(Rebuilt),
    /// Nobody wants them.
    #[cfg(feature = "s3")]
    Unfetched,
    /// Bytes with their part of the budget, given back when it is dropped.
    #[cfg(feature = "s3")]
    Held(Vec<u8>, #[expect(dead_code, reason = "kept for its drop")] Box<dyn Permit>),
}

/// A part of a budget, given back when it is dropped.
#[cfg(feature = "s3")]
pub(super) trait Permit: std::fmt::Debug + Send + Sync {}

#[cfg(feature = "s3")]
impl<T: std::fmt::Debug + Send + Sync> Permit for T {}

impl LogFile {
    /// A log file that lies in the file system.
    pub fn at(key: LogKey, size: u64, path: PathBuf) -> Self {
        Self { key, size, original: None, content: Content::Path(path) }
    }

    pub(super) fn shared(key: LogKey, bytes: Arc<[u8]>) -> Self {
        Self { key, size: bytes.len() as u64, original: None, content: Content::Shared(bytes) }
    }

    /// A log file that is put together again, when somebody reads it.
    pub fn rebuilt(key: LogKey, original: Original, rebuild: Box<Rebuild>) -> Self {
        let content = Content::Rebuilt(Rebuilt(rebuild));
        Self { key, size: original.stored_bytes, original: Some(original), content }
    }

    #[cfg(feature = "s3")]
    pub(super) fn held(key: LogKey, bytes: Vec<u8>, permit: impl Permit + 'static) -> Self {
        Self {
            key,
            size: bytes.len() as u64,
            original: None,
            content: Content::Held(bytes, Box::new(permit)),
        }
    }

    /// A log file whose bytes were not fetched, because the sink knows already what is in it.
    #[cfg(feature = "s3")]
    pub(super) fn unfetched(key: LogKey, size: u64) -> Self {
        Self { key, size, original: None, content: Content::Unfetched }
    }

    /// Reads the stored bytes into `buffer`, which is cleared first, and returns what is not among them. At most `cap` bytes:
    /// more is a fault.
    ///
    /// # Errors
    /// Returns why the file cannot be read; the buffer is then of no use.
    pub fn read(self, cap: u64, buffer: &mut Vec<u8>) -> Result<Rest, ReadFault> {
        buffer.clear();
        if self.size > cap || self.original.is_some_and(|original| original.text_bytes > cap) {
            return Err(ReadFault::TooLarge { cap });
        }
        match self.content {
            Content::Path(path) => {
                read_file(&path, self.size, cap, buffer).map_err(|error| fault_of(&error))?;
                if buffer.len() as u64 > cap { Err(ReadFault::TooLarge { cap }) } else { Ok(Rest::default()) }
            }
            Content::Rebuilt(Rebuilt(rebuild)) => rebuild(buffer),
            Content::Shared(bytes) => {
                buffer.extend_from_slice(&bytes);
                Ok(Rest::default())
            }
            #[cfg(feature = "s3")]
            Content::Unfetched => Err(ReadFault::Transfer { reason: "was not asked for".to_owned() }),
            #[cfg(feature = "s3")]
            Content::Held(bytes, _) => {
                buffer.extend_from_slice(&bytes);
                Ok(Rest::default())
            }
        }
    }
}

/// Reads a file to its end, but not much further than `cap` bytes: it may have grown after it was listed.
fn read_file(path: &Path, size: u64, cap: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut file = File::open(path)?;
    if size < SMALL {
        // With room for one more byte most files are read at once: what is as long as it was listed, and does not fill the
        // room, ends there.
        buffer.resize(size as usize + 1, 0);
        let length = match file.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            read => read?,
        };
        buffer.truncate(length);
        if length as u64 == size {
            return Ok(());
        }
    }
    buffer.reserve(usize::try_from(size).unwrap_or(0));
    let limit = cap.saturating_add(1).saturating_sub(buffer.len() as u64);
    file.take(limit).read_to_end(buffer).map(drop)
}

fn fault_of(error: &io::Error) -> ReadFault {
    match error.kind() {
        ErrorKind::NotFound => ReadFault::Gone,
        _ => ReadFault::Unreadable { reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_clears_the_buffer_first() {
        let mut buffer = b"old".to_vec();
        LogFile::shared(LogKey::parse("x"), b"new"[..].into()).read(3, &mut buffer).unwrap();
        assert_eq!(buffer, b"new");
    }

    #[test]
    fn more_bytes_than_the_cap_are_a_fault() {
        let file = LogFile::shared(LogKey::parse("x"), b"four"[..].into());
        assert_eq!(file.read(3, &mut Vec::new()), Err(ReadFault::TooLarge { cap: 3 }));
    }

    #[test]
    fn a_file_is_read_to_its_end_whatever_was_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for length in [0, 1, 4, 100_000] {
            let text: Vec<u8> = (0..length).map(|at| at as u8).collect();
            std::fs::write(&path, &text).unwrap();
            for listed in [0, 3, 4, 5, 70_000, 200_000] {
                let mut buffer = b"old".to_vec();
                let file = LogFile::at(LogKey::parse("x"), listed, path.clone());
                file.read(1 << 20, &mut buffer).unwrap();
                assert!(buffer == text, "{length} bytes, {listed} listed");
            }
        }
    }

    #[test]
    fn a_file_that_grew_beyond_the_cap_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"four").unwrap();
        let file = LogFile::at(LogKey::parse("x"), 1, path);
        assert_eq!(file.read(3, &mut Vec::new()), Err(ReadFault::TooLarge { cap: 3 }));
    }

    #[test]
    fn a_file_deleted_after_listing_is_gone() {
        let file = LogFile::at(LogKey::parse("x"), 1, "/nonexistent/x".into());
        assert_eq!(file.read(3, &mut Vec::new()), Err(ReadFault::Gone));
    }
}
