//! An object to be read, as a listing describes it.

use super::page::Attributes;
use crate::source::LogKey;

/// An object to be read.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub key: LogKey,
    /// Its key in the bucket.
    pub full: String,
    /// Stored bytes, where somebody has said.
    pub size: Option<u64>,
    pub etag: Option<String>,
    /// Where it is not the standard one.
    pub class: Option<String>,
    /// A copy can be read although the class says otherwise.
    pub is_restored: bool,
}

impl Object {
    /// Takes what a listing says.
    pub fn listed(key: LogKey, full: String, attributes: Attributes) -> Self {
        let Attributes { size, etag, class, is_restored } = attributes;
        Self { key, full, size, etag, class, is_restored }
    }

    /// Returns the storage class that it has to be restored from before it can be read. Which tier of
    /// `INTELLIGENT_TIERING` it lies in, only reading it shows.
    pub fn archived(&self) -> Option<&str> {
        let class = self.class.as_deref().filter(|_| !self.is_restored)?;
        matches!(class, "GLACIER" | "DEEP_ARCHIVE").then_some(class)
    }
}
