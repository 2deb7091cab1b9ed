//! Log files taken apart into Parquet, for asking again and again.
//!
//! ```text
//! account=111122223333/region=us-east-1/day=2026-03-02/part-000001-0001.parquet    typed columns and the raw record
//! _backtrail/manifest-000001                                                       which log files are where
//! _backtrail/rows-000001                                                           kind, time and identity of every record
//! _backtrail/verbatim/…                                                            log files that are stored as they were
//! ```
//!
//! Rows of a part are sorted by their kinds ([`crate::source::RecordKind`]: error code, event name, source, identity type and
//! the like), and the pages of records are cut where these change, so that a question about a few kinds of calls reads a few
//! pages, and one about kinds that a part does not have does not open it. The [`manifest`] knows for each log file what it
//! was, so that an answer counts every log file and record as if all had been read; the [`rows`] know of each record what
//! counting needs, so that whatever kinds can answer is counted without reading a record. A record is of a kind only where
//! its columns say all that can be known at its members; all others are read whenever somebody asks. A log file that is odd
//! in any way (damaged, no plain records, a record without a time) is kept as it was: then it is odd in the same way later.
//!
//! [`Lake`] is a source: it puts log files together again, with the records that are asked for, in the order of their
//! archives and keys.

mod convert;
mod examine;
mod manifest;
mod pages;
mod part;
mod read;
mod rebuild;
mod rows;
mod wants;
mod write;

pub use convert::{Converted, Options, Watch, convert};
pub use read::Lake;

use std::io;
use std::path::Path;

/// Where everything is that is no Parquet file. Readers of partitioned folders pass over such names.
const FOLDER: &str = "_backtrail";

/// Why a folder cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An archive cannot be read.
    #[error(transparent)]
    Source(#[from] crate::source::Error),
    /// The system refused.
    #[error("cannot {action} `{path}`")]
    Folder {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The Parquet writer refused.
    #[error("cannot write `{path}`")]
    Parquet {
        /// The file.
        path: String,
        /// Its reason.
        #[source]
        source: polars::prelude::PolarsError,
    },
    /// A manifest that was not written by this program, or by a later version.
    #[error("`{path}` is no manifest that this backtrail knows: {reason}")]
    Manifest {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Its manifest has another version than this program's.
    #[error(
        "`{folder}` was converted by another backtrail, whose folders are of version {version}, and this one's are of {known}: convert the archive again, into an empty directory"
    )]
    Version {
        /// The folder.
        folder: String,
        /// That of the folder.
        version: u32,
        /// The one that can be read.
        known: u32,
    },
    /// Another process writes into it.
    #[error("`{folder}` is being written by another run")]
    InUse {
        /// The folder.
        folder: String,
    },
}

impl Error {
    fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { action, path: path.display().to_string(), source }
    }
}
