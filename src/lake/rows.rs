//! What is known of every record without reading it, in a file beside the manifest: records of a fixed length, log file by
//! log file, in the order in which they stand there.

use super::manifest::{self, Apart};
use super::{Error, FOLDER};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Bytes of a row.
const LENGTH: usize = 28;

/// Rows that are read at once: so few that their memory is at hand, so many that a log file takes few reads.
const AT_ONCE: usize = 1024;

/// A row knows so many places of its log file.
pub(super) const MOST_PLACES: usize = 256;

/// Beyond so many kinds in a segment the others are none.
pub(super) const MOST_KINDS: u32 = 1 << 24;

/// What is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// Its kind, by the segment's number.
    pub kind: u32,
    /// Where it says that it is from: see [`Apart::places`].
    pub place: u8,
    /// Seconds since the first record of its log file.
    pub seconds: u32,
    /// Its row in the part.
    pub row: u32,
    /// What tells its event from others.
    pub identity: u128,
}

impl Known {
    fn to_bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..16].copy_from_slice(&self.identity.to_le_bytes());
        let kind = u32::from(self.place) << 24 | self.kind;
        for (at, number) in [kind, self.seconds, self.row].into_iter().enumerate() {
            bytes[16 + at * 4..20 + at * 4].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        let [i @ .., _, _, _, _, _, _, _, _, _, _, _, _] = *bytes;
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let kind = number(16);
        Self {
            kind: kind & (MOST_KINDS - 1),
            place: (kind >> 24) as u8,
            seconds: number(20),
            row: number(24),
            identity: u128::from_le_bytes(i),
        }
    }
}

/// Writes the rows of a segment.
#[derive(Debug, Default)]
pub(super) struct Writer {
    file: Option<(BufWriter<File>, PathBuf)>,
    count: u64,
}

impl Writer {
    /// Adds the rows of a log file, and returns the number of the first one.
    pub fn add(&mut self, folder: &Path, number: u32, rows: &[Known]) -> Result<u64, Error> {
        let first = self.count;
        if self.file.is_none() {
            let path = path(folder, number);
            let file = File::create(&path).map_err(Error::of("write", &path))?;
            self.file = Some((BufWriter::new(file), path));
        }
        if let Some((file, path)) = &mut self.file {
            for row in rows {
                file.write_all(&row.to_bytes()).map_err(Error::of("write", path))?;
            }
        }
        self.count += rows.len() as u64;
        Ok(first)
    }

    /// Ends the segment's file.
    pub fn end(&mut self) -> Result<(), Error> {
        self.count = 0;
        let Some((mut file, path)) = self.file.take() else { return Ok(()) };
        file.flush().and_then(|()| file.get_ref().sync_all()).map_err(Error::of("write", &path))
    }
}

/// Reads the rows of a log file and hands them out with their numbers, until one is refused.
///
/// # Errors
/// Returns what it was refused with, or what `unread` makes of the reason why rows cannot be read.
pub(super) fn read<E>(
    file: &File,
    apart: &Apart,
    unread: impl Fn(io::Error) -> E,
    mut take: impl FnMut(u32, &Known) -> Result<(), E>,
) -> Result<(), E> {
    let mut left = apart.records as usize;
    let mut bytes = vec![0; left.min(AT_ONCE) * LENGTH];
    let (mut at, mut number) = (apart.first * LENGTH as u64, 0);
    while left > 0 {
        let bytes = &mut bytes[..left.min(AT_ONCE) * LENGTH];
        file.read_exact_at(bytes, at).map_err(&unread)?;
        for row in bytes.as_chunks().0 {
            take(number, &Known::from_bytes(row))?;
            number += 1;
        }
        at += bytes.len() as u64;
        left -= bytes.len() / LENGTH;
    }
    Ok(())
}

/// Opens the rows of a segment.
pub(super) fn open(folder: &Path, number: u32) -> io::Result<File> {
    File::open(path(folder, number))
}

fn path(folder: &Path, number: u32) -> PathBuf {
    folder.join(FOLDER).join(format!("{}{number:06}", manifest::ROWS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let row = Known { kind: 0x12_3456, place: 0xff, seconds: 1, row: u32::MAX, identity: u128::MAX - 7 };
        assert_eq!(Known::from_bytes(&row.to_bytes()), row);
    }
}
