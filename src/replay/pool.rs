//! Memory that is used again.

use std::sync::{Mutex, PoisonError};

/// Things that were used and can be used again. The last one given back is the first one taken: it is in the
/// processor's cache, and no more of them exist than are in use at once.
#[derive(Debug, Default)]
pub(super) struct Pool<T> {
    idle: Mutex<Vec<T>>,
}

impl<T: Default> Pool<T> {
    /// Returns one, a new one when none is idle.
    pub(super) fn take(&self) -> T {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps one for later.
    pub(super) fn give_back(&self, thing: T) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(thing);
    }
}
