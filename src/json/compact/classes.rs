//! Which bytes of a block belong to which class, one bit a byte.

use super::Marker;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// How many more bytes have to be there: a marked name is told by a letter that far behind its quote.
pub(super) const AHEAD: usize = 6;

/// The classes of a block's bytes; the lowest bit is the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// Opening brackets of both kinds.
    pub(super) opening: u64,
    /// Closing brackets of both kinds.
    pub(super) closing: u64,
    /// Control characters, such as line breaks, and all beyond ASCII.
    pub(super) unusual: u64,
    /// Bytes that a marked name may follow: the next one and the sixth from here are right.
    pub(super) before_names: u64,
}

/// A way to tell the classes of blocks.
pub(super) trait Classify {
    fn new(marker: &Marker) -> Self;

    /// Looks at the first block of these bytes.
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes;

    /// Sets every bit from an odd one to the next even one: the insides of strings, opening quotes included.
    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].into_iter().fold(quotes, |inside, shift| inside ^ inside << shift)
    }
}

/// A set of ASCII characters: one bit for each upper half of a byte, looked up by the lower half.
#[derive(Debug, Clone, Copy)]
pub(super) struct LetterSet {
    pub(super) by_low: [u8; 16],
}

impl LetterSet {
    pub(super) const EMPTY: Self = Self { by_low: [0; 16] };

    /// The bit of each upper half.
    pub(super) const BY_HIGH: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

    pub(super) fn insert(&mut self, letter: u8) {
        self.by_low[usize::from(letter & 15)] |= Self::BY_HIGH[usize::from(letter >> 4)];
    }

    fn contains(&self, byte: u8) -> bool {
        self.by_low[usize::from(byte & 15)] & Self::BY_HIGH[usize::from(byte >> 4)] != 0
    }
}

/// The way that every processor knows.
pub(super) struct Portable {
    first_letters: LetterSet,
    sixth_letters: LetterSet,
}

impl Classify for Portable {
    fn new(marker: &Marker) -> Self {
        Self { first_letters: marker.first_letters, sixth_letters: marker.sixth_letters }
    }

    #[inline(always)]
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes {
        let mut classes = Classes::default();
        for (place, byte) in bytes[..BLOCK].iter().enumerate() {
            let bit = 1 << place;
            match byte {
                b'"' => {
                    classes.quotes |= bit;
                    let (first, sixth) = (bytes[place + 1], bytes[place + AHEAD]);
                    if self.first_letters.contains(first) && self.sixth_letters.contains(sixth) {
                        classes.before_names |= bit;
                    }
                }
                b'\\' => classes.backslashes |= bit,
                b'{' | b'[' => classes.opening |= bit,
                b'}' | b']' => classes.closing |= bit,
                ..0x20 | 0x80.. => classes.unusual |= bit,
                _ => {}
            }
        }
        classes
    }
}
