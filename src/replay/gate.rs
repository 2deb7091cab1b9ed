//! Bounds how many log files are under way between the feeder and the receiver.

use std::sync::{Condvar, Mutex, PoisonError};

/// A counting gate: entering blocks while it is full.
#[derive(Debug)]
pub(super) struct Gate {
    room: Mutex<usize>,
    changed: Condvar,
}

impl Gate {
    /// Returns a gate that lets `places` through before somebody has to leave.
    pub(super) fn new(places: usize) -> Self {
        Self { room: Mutex::new(places), changed: Condvar::new() }
    }

    /// Takes a place, waiting for one.
    pub(super) fn enter(&self) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let mut room =
            self.changed.wait_while(room, |room| *room == 0).unwrap_or_else(PoisonError::into_inner);
        *room -= 1;
    }

    /// Gives a place back.
    pub(super) fn leave(&self) {
        *self.room.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_one();
    }
}
