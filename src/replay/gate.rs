//! Bounds what is under way between the feeder and the receiver.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes of matches that may wait for log files in front of theirs. The files that are under way add to that.
const MOST_HELD: usize = 32 << 20;

/// A counting gate: entering blocks while it is full, or while too many bytes wait behind it.
#[derive(Debug)]
pub(super) struct Gate {
    room: Mutex<Room>,
    changed: Condvar,
}

#[derive(Debug)]
struct Room {
    places: usize,
    held: usize,
}

impl Gate {
    /// Returns a gate that lets `places` through before somebody has to leave.
    pub(super) fn new(places: usize) -> Self {
        Self { room: Mutex::new(Room { places, held: 0 }), changed: Condvar::new() }
    }

    /// Takes a place, waiting for one.
    pub(super) fn enter(&self) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |room: &mut Room| room.places == 0 || room.held > MOST_HELD;
        let mut room = self.changed.wait_while(room, is_full).unwrap_or_else(PoisonError::into_inner);
        room.places -= 1;
    }

    /// Takes a place if there is one.
    pub(super) fn try_enter(&self) -> bool {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = room.places > 0 && room.held <= MOST_HELD;
        room.places -= usize::from(has_room);
        has_room
    }

    /// Notes that a result of that many bytes waits to be taken. All in front of it have entered, so it will be.
    pub(super) fn hold(&self, bytes: usize) {
        self.room.lock().unwrap_or_else(PoisonError::into_inner).held += bytes;
    }

    /// Gives a place back, and the bytes that were held with it.
    pub(super) fn leave(&self, bytes: usize) {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        room.places += 1;
        room.held -= bytes;
        self.changed.notify_one();
    }
}
