//! Memory for the text of one log file after the other.

use super::deflate::Decompressor;
use super::memory::Memory;

/// The text of a log file. Its memory only grows.
#[derive(Default)]
pub struct Text {
    memory: Memory,
    /// How many of its bytes are the text.
    length: usize,
    /// The text, when it came with memory of its own.
    own: Option<Vec<u8>>,
    /// Made when it is needed.
    decompressor: Option<Decompressor>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Text").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Text {
    /// Returns the text.
    pub fn bytes(&self) -> &[u8] {
        self.own.as_deref().unwrap_or(&self.memory.bytes()[..self.length])
    }

    /// Returns how many bytes of memory it holds.
    pub fn capacity(&self) -> usize {
        self.memory.bytes().len() + self.own.as_ref().map_or(0, Vec::capacity)
    }

    /// Forgets the text.
    pub(super) fn clear(&mut self) {
        (self.length, self.own) = (0, None);
    }

    /// Replaces the text.
    pub(super) fn set(&mut self, bytes: Vec<u8>) {
        (self.length, self.own) = (0, Some(bytes));
    }

    /// Replaces the text by a copy.
    pub(super) fn copy(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len()).copy_from_slice(bytes);
    }

    /// Decompresses what `deflated` begins with, which must give `length` bytes, and returns where that ends.
    pub(super) fn decompress(&mut self, deflated: &[u8], length: usize) -> Option<usize> {
        let mut decompressor = self.decompressor.take().unwrap_or_default();
        let taken = decompressor.fill(self.make_room(length), deflated);
        self.decompressor = Some(decompressor);
        taken
    }

    /// Makes the text so long; what it says is to be filled in.
    fn make_room(&mut self, length: usize) -> &mut [u8] {
        (self.length, self.own) = (length, None);
        self.memory.fill(length)
    }
}
