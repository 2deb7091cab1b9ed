//! Processor time of the running thread, added up room by room.

use std::hint::black_box;
use std::time::Duration;

/// A clock with a hand for each room, in the order in which they were first timed.
#[derive(Debug, Default)]
pub struct Clock {
    hands: Vec<(&'static str, Duration)>,
}

impl Clock {
    /// Does something on the time of a room.
    pub fn time<T>(&mut self, room: &'static str, work: impl FnOnce() -> T) -> T {
        let start = now();
        let done = black_box(work());
        let spent = now().saturating_sub(start);
        match self.hands.iter_mut().find(|(name, _)| *name == room) {
            Some((_, time)) => *time += spent,
            None => self.hands.push((room, spent)),
        }
        done
    }

    /// Returns the rooms and what was spent in each, in seconds.
    pub fn seconds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.hands.iter().map(|(room, time)| (*room, time.as_secs_f64()))
    }
}

#[cfg(unix)]
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Elsewhere the time on the wall must do.
#[cfg(not(unix))]
fn now() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
