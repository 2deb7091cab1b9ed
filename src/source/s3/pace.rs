//! How many objects are asked for at the same time: few at first, more while that brings more, fewer when S3 says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Objects asked for at first.
const FIRST: usize = 8;

/// What a request is worth beside its bytes: so much could have come in the time that it takes.
const BYTES_PER_REQUEST: u64 = 16 << 10;

/// Time over which a rate is measured at least.
const ROUND: Duration = Duration::from_millis(50);

/// Rounds without gain after which more is tried once again: the world changes.
const ROUNDS_TO_PATIENCE: u32 = 20;

/// How long it takes until S3 can ask for less once more: all that are under way hear it at once.
const DEAF: Duration = Duration::from_millis(200);

/// The limit, and what it is measured by.
pub(super) struct Pace {
    permits: Arc<Semaphore>,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Permits to be taken back when they come.
    debt: usize,
    begun: Instant,
    requests: u64,
    work: u64,
    best: f64,
    rounds_without_gain: u32,
    /// When S3 asked for less. From then on the limit grows in small steps.
    slowed: Option<Instant>,
}

/// The right to have one request under way.
#[derive(Debug)]
pub(super) struct Turn(OwnedSemaphorePermit);

impl Pace {
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let limit = FIRST.min(most);
        let state = State {
            limit,
            debt: 0,
            begun: Instant::now(),
            requests: 0,
            work: 0,
            best: 0.0,
            rounds_without_gain: 0,
            slowed: None,
        };
        Self { permits: Arc::new(Semaphore::new(limit)), most, state: Mutex::new(state) }
    }

    /// Waits for a turn.
    pub async fn enter(&self) -> Turn {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        Turn(permit)
    }

    /// Ends a turn that brought an object.
    pub fn succeed(&self, turn: Turn, bytes: u64) {
        let is_binding = self.permits.available_permits() == 0;
        let grown = self.with(|state| state.count(bytes, is_binding, self.most));
        self.permits.add_permits(grown);
        self.leave(turn);
    }

    /// Ends a turn that brought nothing.
    pub fn leave(&self, turn: Turn) {
        if self.with(State::takes_back) {
            turn.0.forget();
        }
    }

    /// Asks for less from now on.
    pub fn slow_down(&self) {
        self.with(State::slow_down);
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Counts one more object; returns how many more may be under way from now on.
    fn count(&mut self, bytes: u64, is_binding: bool, most: usize) -> usize {
        self.requests += 1;
        self.work += bytes + BYTES_PER_REQUEST;
        let elapsed = self.begun.elapsed();
        if self.requests < self.limit as u64 || elapsed < ROUND {
            return 0;
        }
        let rate = self.work as f64 / elapsed.as_secs_f64();
        (self.requests, self.work, self.begun) = (0, 0, Instant::now());
        self.judge(rate, is_binding, most)
    }

    fn judge(&mut self, rate: f64, is_binding: bool, most: usize) -> usize {
        if rate > self.best * 1.05 {
            (self.best, self.rounds_without_gain) = (rate, 0);
        } else {
            self.rounds_without_gain += 1;
            if self.rounds_without_gain < ROUNDS_TO_PATIENCE {
                return 0;
            }
            (self.best, self.rounds_without_gain) = (rate, 0);
        }
        let step = if self.slowed.is_some() { self.limit.div_ceil(16) } else { self.limit.div_ceil(2) };
        let grown = if is_binding { (self.limit + step).min(most) - self.limit } else { 0 };
        self.limit += grown;
        let forgiven = grown.min(self.debt);
        self.debt -= forgiven;
        grown - forgiven
    }

    fn slow_down(&mut self) {
        if self.slowed.is_some_and(|slowed| slowed.elapsed() < DEAF) {
            return;
        }
        let kept = (self.limit * 6 / 10).max(1);
        self.debt += self.limit - kept;
        self.limit = kept;
        (self.best, self.rounds_without_gain) = (0.0, 0);
        (self.requests, self.work, self.begun) = (0, 0, Instant::now());
        self.slowed = Some(self.begun);
    }

    fn takes_back(&mut self) -> bool {
        let is_owed = self.debt > 0;
        self.debt -= usize::from(is_owed);
        is_owed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(pace: &Pace) -> usize {
        pace.with(|state| state.limit)
    }

    #[test]
    fn more_is_asked_for_while_that_brings_more() {
        let pace = Pace::new(100);
        let judge = |rate| pace.with(|state| state.judge(rate, true, 100));
        assert_eq!((judge(10.0), judge(20.0), limit(&pace)), (4, 6, 18));
        assert_eq!((judge(20.0), judge(15.0), limit(&pace)), (0, 0, 18));
        for _ in 0..10 {
            judge(pace.with(|state| state.best * 2.0));
        }
        assert_eq!(limit(&pace), 100);
    }

    #[test]
    fn nothing_grows_that_nobody_waits_for() {
        let pace = Pace::new(100);
        assert_eq!(pace.with(|state| state.judge(10.0, false, 100)), 0);
        assert_eq!(limit(&pace), FIRST);
    }

    #[tokio::test]
    async fn many_refusals_at_once_are_one_and_permits_are_taken_back() {
        let pace = Pace::new(100);
        let mut turns = Vec::new();
        for _ in 0..FIRST {
            turns.push(pace.enter().await);
        }
        for _ in 0..FIRST {
            pace.slow_down();
        }
        assert_eq!(limit(&pace), 4);
        turns.into_iter().for_each(|turn| pace.leave(turn));
        assert_eq!(pace.permits.available_permits(), 4);
        assert_eq!(pace.with(|state| state.judge(10.0, true, 100)), 1);
    }
}
