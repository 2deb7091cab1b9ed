//! How far a replay is, for whoever draws it.

/// One finished log file, or one that could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tick {
    /// Stored bytes.
    pub stored_bytes: u64,
    /// Records in it.
    pub records: u64,
    /// Hits in it.
    pub hits: u64,
}

/// Learns how far a replay is. Called from several threads.
pub trait Progress: Sync {
    /// Whether somebody watches what is still to come: knowing it early costs a look ahead.
    fn is_watched(&self) -> bool {
        true
    }

    /// That many more log files of so many stored bytes are known to be coming.
    fn announce(&self, log_files: u64, stored_bytes: u64);

    /// Nothing more will be announced.
    fn know_all(&self) {}

    /// One more log file is done.
    fn finish(&self, tick: Tick);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn is_watched(&self) -> bool {
        false
    }

    fn announce(&self, _log_files: u64, _stored_bytes: u64) {}

    fn finish(&self, _tick: Tick) {}
}
