//! Which bytes of a block belong to which class, one bit a byte.

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// The classes of a block's bytes; the lowest bit is the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// Below the space.
    pub(super) controls: u64,
    pub(super) non_ascii: u64,
    /// Opening brackets of both kinds.
    pub(super) opening: u64,
    /// Closing brackets of both kinds.
    pub(super) closing: u64,
    pub(super) colons: u64,
    pub(super) commas: u64,
    /// First letters of the marked names (see [`super::Object`]), wherever they stand.
    pub(super) first_letters: u64,
    /// Sixth letters of the marked names.
    pub(super) sixth_letters: u64,
}

/// A way to tell the classes of a block.
pub(super) trait Classify {
    fn classify(block: &[u8; BLOCK]) -> Classes;

    /// Sets every bit from an odd one to the next even one: the insides of strings, opening quotes included.
    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].into_iter().fold(quotes, |inside, shift| inside ^ inside << shift)
    }
}

/// The way that every processor knows.
pub(super) struct Portable;

impl Classify for Portable {
    #[inline(always)]
    fn classify(block: &[u8; BLOCK]) -> Classes {
        let mut classes = Classes::default();
        for (place, byte) in block.iter().enumerate() {
            let bit = 1 << place;
            let class = match byte {
                b'"' => &mut classes.quotes,
                b'\\' => &mut classes.backslashes,
                b'{' | b'[' => &mut classes.opening,
                b'}' | b']' => &mut classes.closing,
                b':' => &mut classes.colons,
                b',' => &mut classes.commas,
                b'e' => &mut classes.first_letters,
                b'N' | b'T' => &mut classes.sixth_letters,
                0..0x20 => &mut classes.controls,
                0x80.. => &mut classes.non_ascii,
                _ => continue,
            };
            *class |= bit;
        }
        classes
    }
}
