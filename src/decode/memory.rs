//! Memory that is filled again and again. Nothing else in a run touches so much new memory, and having the system find a
//! page whenever one is touched takes as long as matching does: so it is asked for all of them at once, where it can be.

use memmap2::MmapMut;

/// So much is reserved: more than log files of CloudTrail take. What is not filled costs nothing.
const USUAL: usize = 64 << 20;

/// Memory of any content.
#[derive(Debug)]
pub(super) enum Memory {
    Mapped {
        map: MmapMut,
        /// How much of it has been there for use.
        filled: usize,
    },
    /// Where nothing can be mapped, and before anything was asked for.
    Heap(Vec<u8>),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Heap(Vec::new())
    }
}

impl Memory {
    /// Returns all that may have been filled.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped { map, filled } => &map[..*filled],
            Self::Heap(bytes) => bytes,
        }
    }

    /// Returns the first `length` bytes. What was there may be lost when there were fewer.
    pub(super) fn fill(&mut self, length: usize) -> &mut [u8] {
        if self.reserved() < length {
            // The old memory is given back before the new is there.
            *self = Self::default();
            *self = Self::reserve(length);
        }
        match self {
            Self::Mapped { map, filled } => {
                if *filled < length {
                    fetch(map, *filled, length);
                    *filled = length;
                }
                &mut map[..length]
            }
            Self::Heap(bytes) => &mut bytes[..length],
        }
    }

    fn reserved(&self) -> usize {
        match self {
            Self::Mapped { map, .. } => map.len(),
            Self::Heap(bytes) => bytes.len(),
        }
    }

    fn reserve(length: usize) -> Self {
        match MmapMut::map_anon(length.max(USUAL)) {
            Ok(map) => Self::Mapped { map, filled: 0 },
            Err(_) => Self::Heap(vec![0; length]),
        }
    }
}

/// Has the system find the pages between two places. Older ones than Linux 5.14 cannot, and find each when it is touched.
#[cfg(target_os = "linux")]
fn fetch(map: &MmapMut, start: usize, end: usize) {
    drop(map.advise_range(memmap2::Advice::PopulateWrite, start, end - start));
}

/// Has nothing to do: pages are found when they are touched.
#[cfg(not(target_os = "linux"))]
fn fetch(_map: &MmapMut, _start: usize, _end: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_as_much_as_is_asked_for() {
        let mut memory = Memory::default();
        assert!(memory.bytes().is_empty());
        for length in [0, 1, 5_000, 4_999, USUAL, USUAL + 1, 7] {
            let bytes = memory.fill(length);
            assert_eq!(bytes.len(), length);
            bytes.fill(b'x');
            assert!(memory.bytes()[..length].iter().all(|byte| *byte == b'x'));
        }
    }
}
