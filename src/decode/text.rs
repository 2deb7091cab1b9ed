//! Memory for the text of one log file after the other.

use libdeflater::Decompressor;

/// The text of a log file. Its memory only grows, and is cleared only once.
pub struct Text {
    bytes: Vec<u8>,
    /// How many of the bytes are the text.
    length: usize,
    /// Tables that decompression fills anew each time.
    decompressor: Decompressor,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: Vec::new(), length: 0, decompressor: Decompressor::new() }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Text").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Text {
    /// Returns the text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Returns how many bytes of memory it holds.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Forgets the text.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Replaces the text.
    pub(super) fn set(&mut self, bytes: Vec<u8>) {
        self.length = bytes.len();
        self.bytes = bytes;
    }

    /// Replaces the text by a copy.
    pub(super) fn copy(&mut self, bytes: &[u8]) {
        self.length = bytes.len();
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
    }

    /// Decompresses deflated data, which must give `length` bytes.
    pub(super) fn decompress(&mut self, deflated: &[u8], length: usize) -> bool {
        // What the last text has left is overwritten: only new memory is cleared.
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        }
        self.length = length;
        let written = self.decompressor.deflate_decompress(deflated, &mut self.bytes[..length]);
        written.is_ok_and(|written| written == length)
    }
}
