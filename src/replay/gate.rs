//! Bounds what is under way between the feeder and the receiver.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes of matches that may wait for log files in front of theirs. The files that are under way add to that.
const MOST_HELD: usize = 32 << 20;

/// Whoever waits before a full gate is let in when so many places are free: to be woken for each one costs more than
/// what is done with it.
const PLACES_AT_ONCE: usize = 64;

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
    is_awaited: bool,
}

impl Room {
    fn is_full(&self) -> bool {
        self.places == 0 || self.held > MOST_HELD
    }
}

impl Gate {
    /// Returns a gate that lets `places` through before somebody has to leave.
    pub(super) fn new(places: usize) -> Self {
        Self { room: Mutex::new(Room { places, held: 0, is_awaited: false }), changed: Condvar::new() }
    }

    /// Takes a place, waiting for one.
    pub(super) fn enter(&self) {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        while room.is_full() {
            room.is_awaited = true;
            room = self.changed.wait(room).unwrap_or_else(PoisonError::into_inner);
        }
        room.places -= 1;
    }

    /// Takes a place if there is one.
    pub(super) fn try_enter(&self) -> bool {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = !room.is_full();
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
        if room.is_awaited && room.places >= PLACES_AT_ONCE && !room.is_full() {
            room.is_awaited = false;
            self.changed.notify_one();
        }
    }
}
