//! The bytes of a block that a backslash stands before.

/// Carries from block to block whether the first byte is escaped.
#[derive(Debug, Default)]
pub(super) struct Escapes {
    is_first_escaped: bool,
}

impl Escapes {
    /// Returns the escaped bytes. Of a row of backslashes every second one is escaped itself.
    #[inline(always)]
    pub(super) fn next(&mut self, backslashes: u64) -> u64 {
        if backslashes == 0 {
            return u64::from(std::mem::take(&mut self.is_first_escaped));
        }
        self.find(backslashes)
    }

    /// Tells whether the first byte of the next block is escaped.
    pub(super) fn is_first_escaped(&self) -> bool {
        self.is_first_escaped
    }

    /// Adds the rows that begin at odd places to themselves: the carry shows where such a row ends, and there odd and
    /// even change roles.
    fn find(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let first = u64::from(self.is_first_escaped);
        let backslashes = backslashes & !first;
        let follows = backslashes << 1 | first;
        let odd_starts = backslashes & !EVEN & !follows;
        let (sum, overflow) = odd_starts.overflowing_add(backslashes);
        self.is_first_escaped = overflow;
        (EVEN ^ (sum << 1)) & follows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(blocks: &[u64]) -> Vec<u64> {
        let mut is_escaped = false;
        let block = |backslashes: &u64| {
            (0..64).fold(0, |found, place| {
                let found = found | u64::from(is_escaped) << place;
                is_escaped = !is_escaped && backslashes >> place & 1 == 1;
                found
            })
        };
        blocks.iter().map(block).collect()
    }

    proptest! {
        #[test]
        fn escaped_bytes_are_those_that_a_walk_finds(
            blocks in prop::collection::vec(prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(u64::MAX - 1), Just(1 << 63)], 1..6),
        ) {
            let mut escapes = Escapes::default();
            let found: Vec<u64> = blocks.iter().map(|block| escapes.next(*block)).collect();
            prop_assert_eq!(found, one_by_one(&blocks));
        }
    }
}
