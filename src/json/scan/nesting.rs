//! The open brackets of a value: a stack of bits, so that no nesting needs memory or recursion.

use super::{MAX_DEPTH, SyntaxError};

/// Which kind of bracket is open at each level: one bit a level, set for an object.
pub(super) struct Nesting {
    kinds: [u64; MAX_DEPTH / 64],
    depth: usize,
    outside: usize,
}

impl Nesting {
    /// Begins inside `outside` brackets that somebody else has opened.
    pub(super) fn new(outside: usize) -> Self {
        Self { kinds: [0; MAX_DEPTH / 64], depth: outside, outside }
    }

    /// Opens the bracket at `at`.
    #[inline]
    pub(super) fn open(&mut self, is_object: bool, at: usize) -> Result<(), SyntaxError> {
        let word = self.kinds.get_mut(self.depth / 64).ok_or(SyntaxError::TooDeep { at })?;
        let bit = 1 << (self.depth % 64);
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth += 1;
        Ok(())
    }

    /// Closes the innermost bracket.
    #[inline]
    pub(super) fn close(&mut self) {
        self.depth -= 1;
    }

    /// Tells whether the innermost open bracket is an object's; `None` when all that were opened are closed.
    #[inline]
    pub(super) fn innermost(&self) -> Option<bool> {
        if self.depth == self.outside {
            return None;
        }
        let level = self.depth - 1;
        Some(self.kinds[level / 64] >> (level % 64) & 1 == 1)
    }
}
