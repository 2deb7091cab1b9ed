//! What came of the log files that are done, on disk, so that a run that was killed can be taken up again.
//!
//! What comes of a log file depends on its bytes and the question alone, never on the files before it: duplicates are
//! dropped behind this place. So the checkpoint is a bag of outcomes by log file, and a run that goes on lists its archives
//! as the first one did, takes what is known from here and reads the rest. [`journal`] keeps the frames, [`record`] turns
//! an outcome into one.

mod journal;
mod question;
mod record;

pub use question::Question;

use super::groups::Groups;
use super::outcome::{ReadLogFile, What};
use crate::source::LogKey;
use jiff::Timestamp;
use journal::Journal;
pub(super) use journal::Recorded;
use std::io;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened, read or made.
    #[error("cannot open checkpoint `{file}`")]
    Open {
        /// The file.
        file: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Something else has that name.
    #[error("`{file}` is no checkpoint, or damaged: give another file, or remove it to begin anew")]
    Foreign {
        /// The file.
        file: String,
    },
    /// Another process works with it.
    #[error("checkpoint `{file}` is in use by another run")]
    InUse {
        /// The file.
        file: String,
    },
    /// It holds the answers to another question.
    #[error("checkpoint `{file}` is of another run, with other {}: give each its own file", differences.join(", "))]
    OtherQuestion {
        /// The file.
        file: String,
        /// What is asked differently.
        differences: Vec<String>,
    },
    /// Something cannot be added to it: the disk is full, say.
    #[error("cannot write checkpoint `{file}`")]
    Write {
        /// The file.
        file: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

/// The file that a run can be taken up from.
#[derive(Debug)]
pub struct Checkpoint {
    journal: Journal,
}

/// Stands for one log file of one archive, of one size.
pub(super) type Fingerprint = u128;

impl Checkpoint {
    /// Returns the moment at which the run was begun that a file is of; `None` when there is none yet. Whoever takes it up
    /// again asks the same question only as of that moment: `90d` must mean the same days.
    ///
    /// # Errors
    /// Returns an error when the file is something else or cannot be read.
    pub fn begun(path: &Path) -> Result<Option<Timestamp>, Error> {
        let header = journal::peek(path)?;
        let question = header.map(|header| Question::parse(&header).ok_or_else(|| journal::foreign(path)));
        Ok(question.transpose()?.map(|question| question.moment()))
    }

    /// Opens or makes the file of one question, and reads which log files are done. A record that was half-written when
    /// the last run was killed is dropped.
    ///
    /// # Errors
    /// Returns an error when the file is something else, of another question, in use, or cannot be read or written.
    pub fn open(path: &Path, question: &Question) -> Result<Self, Error> {
        let (mut journal, header) = Journal::open(path)?;
        match header {
            Some(header) => {
                let known = Question::parse(&header).ok_or_else(|| journal::foreign(path))?;
                let differences = question.differences(&known);
                if !differences.is_empty() {
                    return Err(Error::OtherQuestion { file: journal.name(), differences });
                }
            }
            None => journal.begin(question.to_text().as_bytes())?,
        }
        Ok(Self { journal })
    }

    /// Returns how many log files are done.
    pub fn len(&self) -> usize {
        self.journal.len()
    }

    /// Tells whether nothing is done yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes the file, when the run is complete and its result in place.
    ///
    /// # Errors
    /// Returns the system's reason.
    pub fn remove(self) -> Result<(), Error> {
        self.journal.remove()
    }

    /// Returns which log files an earlier run has recorded.
    pub(super) fn recorded(&self) -> Recorded {
        self.journal.recorded()
    }

    /// Tells whether an earlier run has recorded a log file, and where.
    pub(super) fn find(&self, fingerprint: Fingerprint) -> Option<u64> {
        self.journal.find(fingerprint)
    }

    /// Returns what came of a log file in an earlier run.
    pub(super) fn recall(&self, offset: u64, key: LogKey, groups: &Groups) -> What {
        let name = key.clone();
        let read =
            |bytes: Vec<u8>| record::decode(&bytes, key, groups).ok_or(io::ErrorKind::InvalidData.into());
        match self.journal.read(offset).and_then(read) {
            Ok(read) => What::Read(Box::new(read)),
            Err(error) => {
                let reason = format!("what is known of it cannot be read from the checkpoint: {error}");
                What::Unreadable { key: name, reason, is_archived: false }
            }
        }
    }

    /// Adds what came of a log file, as [`frame`] wrote it.
    pub(super) fn append(&self, frame: &[u8]) -> Result<(), Error> {
        self.journal.append(frame)
    }
}

/// Returns what stands for a log file. Log files never change; one of another size is another one all the same.
pub(super) fn fingerprint(archive: &str, key: &LogKey, size: u64) -> Fingerprint {
    let mut hash = Xxh3::new();
    hash.update(archive.as_bytes());
    hash.update(b"\0");
    hash.update(key.as_str().as_bytes());
    hash.update(b"\0");
    hash.update(&size.to_le_bytes());
    hash.digest128()
}

/// Writes down what came of a log file.
pub(super) fn frame(fingerprint: Fingerprint, read: &ReadLogFile, groups: &Groups) -> Vec<u8> {
    journal::frame(fingerprint, &record::encode(read, groups))
}
