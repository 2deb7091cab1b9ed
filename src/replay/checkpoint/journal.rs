//! A file that only grows: a first line that says what it is, then frames, each with its length and a checksum.
//!
//! A frame is written with one call to the system, so that a killed process leaves at most one torn frame, the last one;
//! that is cut off when the file is opened again. The file is synchronised when it is made and every so many frames: when
//! the machine itself goes down, what the disk has not seen yet is lost, and those log files are read again.

use super::{Error, Fingerprint};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// What the file begins with; the number changes with its form.
const MAGIC: &[u8] = b"backtrail checkpoint 3\n";

/// Length and checksum.
const HEAD: usize = 12;

/// Frames between two synchronisations.
const SYNC_EVERY: u64 = 1_000;

/// Bodies of at least so many bytes are compressed.
const COMPRESSED_FROM: usize = 512;

/// A fingerprint in two halves, and the offset of the frame: 24 bytes a log file.
type Entry = [u64; 3];

/// Where the outcomes of log files stand, sorted by fingerprint. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::replay) struct Recorded(Arc<[Entry]>);

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// What was there when the file was opened.
    recorded: Recorded,
    appended: AtomicU64,
}

impl Journal {
    /// Opens the file, or makes it; returns the first frame, when there is one.
    pub fn open(path: &Path) -> Result<(Self, Option<Vec<u8>>), Error> {
        let name = || path.display().to_string();
        let cannot_open = |source| Error::Open { file: name(), source };
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(foreign(path));
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(cannot_open)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { file: name() }),
            Err(TryLockError::Error(source)) => return Err(cannot_open(source)),
        }
        let mut journal =
            Self { path: path.to_owned(), file, recorded: Recorded([].into()), appended: AtomicU64::new(0) };
        let header = journal.load().map_err(|source| Error::Open { file: journal.name(), source })?;
        match header {
            Loaded::Frames(header) => Ok((journal, Some(header))),
            Loaded::Nothing => Ok((journal, None)),
            Loaded::Foreign => Err(foreign(path)),
        }
    }

    /// Returns the file's name.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Writes the first line and the first frame.
    pub fn begin(&mut self, header: &[u8]) -> Result<(), Error> {
        let mut bytes = MAGIC.to_vec();
        put_frame(header, &mut bytes);
        self.file
            .write_all(&bytes)
            .and_then(|()| self.file.sync_all())
            .map_err(|source| self.unwritten(source))
    }

    /// Returns the number of log files that were recorded when the file was opened.
    pub fn len(&self) -> usize {
        self.recorded.0.len()
    }

    /// Returns what was recorded when the file was opened.
    pub fn recorded(&self) -> Recorded {
        self.recorded.clone()
    }

    /// Finds the frame of a log file.
    pub fn find(&self, fingerprint: Fingerprint) -> Option<u64> {
        self.recorded.find(fingerprint)
    }

    /// Reads the body of the frame at an offset.
    pub fn read(&self, offset: u64) -> io::Result<Vec<u8>> {
        let mut head = [0; HEAD];
        self.file.read_exact_at(&mut head, offset)?;
        let (length, checksum) = read_head(&head);
        let mut payload = vec![0; length];
        self.file.read_exact_at(&mut payload, offset + HEAD as u64)?;
        if xxh3_64(&payload) != checksum {
            return Err(io::ErrorKind::InvalidData.into());
        }
        unpack(&payload[size_of::<Fingerprint>()..]).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Adds a frame.
    pub fn append(&self, frame: &[u8]) -> Result<(), Error> {
        let mut file = &self.file;
        file.write_all(frame).map_err(|source| self.unwritten(source))?;
        if self.appended.fetch_add(1, Ordering::Relaxed) % SYNC_EVERY == SYNC_EVERY - 1 {
            file.sync_data().map_err(|source| self.unwritten(source))?;
        }
        Ok(())
    }

    /// Removes the file.
    pub fn remove(self) -> Result<(), Error> {
        std::fs::remove_file(&self.path).map_err(|source| self.unwritten(source))
    }

    fn unwritten(&self, source: io::Error) -> Error {
        Error::Write { file: self.name(), source }
    }

    /// Reads all frames, and cuts off what is torn at the end.
    fn load(&mut self) -> io::Result<Loaded> {
        let length = self.file.seek(SeekFrom::End(0))?;
        self.file.rewind()?;
        let mut input = BufReader::with_capacity(1 << 20, &self.file);
        let header = match read_header(&mut input, length)? {
            Loaded::Frames(header) => header,
            Loaded::Nothing => return self.file.set_len(0).map(|()| Loaded::Nothing),
            Loaded::Foreign => return Ok(Loaded::Foreign),
        };
        let mut end = (MAGIC.len() + HEAD + header.len()) as u64;
        let (mut entries, mut payload) = (Vec::new(), Vec::new());
        while let Some(taken) = next_frame(&mut input, length - end, &mut payload)? {
            let Some((fingerprint, _)) = payload.split_first_chunk() else { break };
            let (high, low) = halves(Fingerprint::from_le_bytes(*fingerprint));
            entries.push([high, low, end]);
            end += taken;
        }
        drop(input);
        if end < length {
            self.file.set_len(end)?;
        }
        entries.sort_unstable();
        entries.dedup_by_key(|[high, low, _]| (*high, *low));
        self.recorded = Recorded(entries.into());
        Ok(Loaded::Frames(header))
    }
}

impl Recorded {
    /// Tells whether a log file is recorded.
    pub fn has(&self, fingerprint: Fingerprint) -> bool {
        self.find(fingerprint).is_some()
    }

    fn find(&self, fingerprint: Fingerprint) -> Option<u64> {
        let halves = halves(fingerprint);
        let found = self.0.binary_search_by_key(&halves, |[high, low, _]| (*high, *low));
        found.ok().map(|place| self.0[place][2])
    }
}

/// Says that a file is something else.
pub(super) fn foreign(path: &Path) -> Error {
    Error::Foreign { file: path.display().to_string() }
}

/// Returns the first frame of a file, when there is one.
pub(super) fn peek(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let cannot_open = |source| Error::Open { file: path.display().to_string(), source };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot_open(error)),
    };
    let metadata = file.metadata().map_err(cannot_open)?;
    if !metadata.is_file() {
        return Err(foreign(path));
    }
    match read_header(&mut file, metadata.len()).map_err(cannot_open)? {
        Loaded::Nothing => Ok(None),
        Loaded::Frames(header) => Ok(Some(header)),
        Loaded::Foreign => Err(foreign(path)),
    }
}

/// Reads what the file begins with.
fn read_header(input: &mut impl io::Read, length: u64) -> io::Result<Loaded> {
    let mut magic = Vec::new();
    input.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    if !MAGIC.starts_with(&magic) {
        return Ok(Loaded::Foreign);
    }
    let mut header = Vec::new();
    let frame = next_frame(input, length - magic.len() as u64, &mut header)?;
    Ok(if frame.is_some() { Loaded::Frames(header) } else { Loaded::Nothing })
}

/// What a file holds.
enum Loaded {
    Nothing,
    Frames(Vec<u8>),
    Foreign,
}

/// Puts a frame around what came of a log file.
pub(super) fn frame(fingerprint: Fingerprint, body: &[u8]) -> Vec<u8> {
    let mut payload = fingerprint.to_le_bytes().to_vec();
    pack(body, &mut payload);
    let mut frame = Vec::with_capacity(HEAD + payload.len());
    put_frame(&payload, &mut frame);
    frame
}

fn put_frame(payload: &[u8], into: &mut Vec<u8>) {
    let length =
        u32::try_from(payload.len()).expect("a log file is smaller than 4 GiB, and so is what came of it");
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&xxh3_64(payload).to_le_bytes());
    into.extend_from_slice(payload);
}

fn read_head(head: &[u8; HEAD]) -> (usize, u64) {
    let (length, checksum) = head.split_at(4);
    let length = u32::from_le_bytes(length.try_into().expect("4 bytes were split off"));
    (length as usize, u64::from_le_bytes(checksum.try_into().expect("8 bytes are left")))
}

/// Reads the next frame of the `left` bytes, and returns how many it takes; `None` when it is not whole.
fn next_frame(input: &mut impl io::Read, left: u64, payload: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut head = [0; HEAD];
    if left < HEAD as u64 {
        return Ok(None);
    }
    input.read_exact(&mut head)?;
    let (length, checksum) = read_head(&head);
    if left - (HEAD as u64) < length as u64 {
        return Ok(None);
    }
    payload.resize(length, 0);
    input.read_exact(payload)?;
    Ok((xxh3_64(payload) == checksum).then_some((HEAD + length) as u64))
}

/// Adds the length of a body, and the body in the shorter of two forms.
fn pack(body: &[u8], into: &mut Vec<u8>) {
    into.extend_from_slice(&(body.len() as u64).to_le_bytes());
    let start = into.len();
    if body.len() >= COMPRESSED_FROM {
        let mut compressor =
            libdeflater::Compressor::new(libdeflater::CompressionLvl::new(1).unwrap_or_default());
        // It has to be shorter than the body, or it is of no use: then there is no room for it.
        into.resize(start + body.len() - 1, 0);
        match compressor.deflate_compress(body, &mut into[start..]) {
            Ok(length) => return into.truncate(start + length),
            Err(_) => into.truncate(start),
        }
    }
    into.extend_from_slice(body);
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (length, packed) = packed.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    if packed.len() == length {
        return Some(packed.to_vec());
    }
    let mut body = vec![0; length];
    let written = libdeflater::Decompressor::new().deflate_decompress(packed, &mut body);
    written.is_ok_and(|written| written == length).then_some(body)
}

fn halves(fingerprint: Fingerprint) -> (u64, u64) {
    ((fingerprint >> 64) as u64, fingerprint as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(path: &Path) -> Journal {
        Journal::open(path).unwrap().0
    }

    #[test]
    fn cut_anywhere_the_file_holds_all_frames_that_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let mut first = journal(&path);
        first.begin(b"question").unwrap();
        let bodies = [b"one".to_vec(), Vec::new(), b"long ".repeat(200), b"four".to_vec()];
        let mut ends = vec![first.file.metadata().unwrap().len()];
        for (number, body) in (1..).zip(&bodies) {
            first.append(&frame(number << 70, body)).unwrap();
            ends.push(first.file.metadata().unwrap().len());
        }
        drop(first);
        let whole = std::fs::read(&path).unwrap();
        assert!(whole.len() < 400, "{} bytes", whole.len());
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (cut, header) = Journal::open(&path).unwrap();
            assert_eq!(header.is_some(), length as u64 >= ends[0], "{length}");
            let count = ends[1..].iter().filter(|end| **end <= length as u64).count();
            assert_eq!(cut.len(), count);
            for (number, body) in (1..).zip(&bodies[..count]) {
                assert_eq!(&cut.read(cut.find(number << 70).unwrap()).unwrap(), body);
            }
            assert_eq!(cut.find(9), None);
        }
    }

    #[test]
    fn what_follows_a_damaged_frame_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let mut first = journal(&path);
        first.begin(b"question").unwrap();
        first.append(&frame(1, b"one")).unwrap();
        let end = first.file.metadata().unwrap().len() as usize;
        first.append(&frame(2, b"two")).unwrap();
        drop(first);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[end + HEAD + 3] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let mended = journal(&path);
        assert_eq!((mended.len(), mended.file.metadata().unwrap().len()), (1, end as u64));
    }

    #[test]
    fn a_foreign_file_is_left_alone_and_one_in_use_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "notes").unwrap();
        assert!(matches!(Journal::open(&path), Err(Error::Foreign { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"notes");
        assert!(matches!(Journal::open(folder.path()), Err(Error::Foreign { .. })));
        let path = folder.path().join("checkpoint");
        let first = journal(&path);
        assert!(matches!(Journal::open(&path), Err(Error::InUse { .. })));
        first.remove().unwrap();
        assert!(!path.exists());
    }
}
