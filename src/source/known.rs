//! What is known to be coming, counted by one thread and told to the sink by another.

use super::Sink;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Log files that were found and that the sink has not been told of yet.
#[derive(Debug, Default)]
pub(super) struct Known {
    objects: AtomicU64,
    bytes: AtomicU64,
    is_complete: AtomicBool,
    is_unwanted: AtomicBool,
}

impl Known {
    /// Adds what was found.
    pub fn add(&self, objects: u64, bytes: u64) {
        self.objects.fetch_add(objects, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Says that there is nothing else to be found.
    pub fn complete(&self) {
        self.is_complete.store(true, Ordering::Release);
    }

    /// Says that nobody asks any more.
    pub fn dismiss(&self) {
        self.is_unwanted.store(true, Ordering::Relaxed);
    }

    /// Tells whether somebody still asks.
    pub fn is_wanted(&self) -> bool {
        !self.is_unwanted.load(Ordering::Relaxed)
    }

    /// Tells the sink what was found since the last time.
    pub fn tell(&self, sink: &mut dyn Sink) {
        // Read first: whatever was found before that is told now.
        let is_complete = self.is_complete.swap(false, Ordering::Acquire);
        let objects = self.objects.swap(0, Ordering::Relaxed);
        let bytes = self.bytes.swap(0, Ordering::Relaxed);
        if objects > 0 {
            sink.announce(objects, bytes);
        }
        if is_complete {
            sink.announce_end();
        }
    }
}
