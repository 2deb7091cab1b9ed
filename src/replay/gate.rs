//! Bounds what is under way between the feeder and the receiver.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes of matches that may wait for log files in front of theirs. The files that are under way add to that.
const MOST_HELD: usize = 32 << 20;

/// Whoever waits before a full gate is let in when this part of its places is free: to be woken for each one costs more
/// than what is done with it.
const PART_AT_ONCE: usize = 8;

/// A counting gate: entering blocks while it is full, or while too many bytes wait behind it.
#[derive(Debug)]
pub(super) struct Gate {
    room: Mutex<Room>,
    changed: Condvar,
    /// So many places have to be free before somebody who waits is let in.
    at_once: usize,
}

#[derive(Debug)]
struct Room {
    places: usize,
    held: usize,
    /// Whether anybody waits, and so has to be woken.
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
        let room = Room { places, held: 0, is_awaited: false };
        let at_once = (places / PART_AT_ONCE).max(1);
        Self { room: Mutex::new(room), changed: Condvar::new(), at_once }
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
        if room.is_awaited && room.places >= self.at_once && !room.is_full() {
            room.is_awaited = false;
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn whoever_waits_is_let_in_when_others_have_left() {
        for places in [2, 7, 64] {
            let gate = Gate::new(places);
            (0..places).for_each(|_| gate.enter());
            assert!(!gate.try_enter());
            gate.hold(MOST_HELD + 1);
            thread::scope(|threads| {
                let waiting = threads.spawn(|| gate.enter());
                gate.leave(0);
                assert!(!gate.try_enter(), "too many bytes wait");
                gate.leave(MOST_HELD + 1);
                (2..places).for_each(|_| gate.leave(0));
                waiting.join().unwrap();
            });
        }
    }
}
