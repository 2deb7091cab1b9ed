//! Which bytes of a chunk belong to which class, one bit a byte.

use super::Marker;

/// Bytes that share a mask.
pub(super) const BLOCK: usize = 64;

/// Bytes that are looked at together.
pub(super) const CHUNK: usize = 1024;
pub(super) const BLOCKS: usize = CHUNK / BLOCK;

/// How many more bytes have to be there: a marked name is told by a letter that far behind its quote.
pub(super) const AHEAD: usize = 6;

/// The shortest spans in which brackets are counted.
pub(super) const SHORTEST_SPAN: usize = 16;

/// The classes of a chunk's bytes, a mask for each block; the lowest bit is the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Classes {
    /// Quotes; after [`Classify::strip`] the insides of strings, opening quotes included.
    pub(super) quotes: [u64; BLOCKS],
    /// Opening brackets of both kinds.
    pub(super) opening: [u64; BLOCKS],
    /// Closing brackets of both kinds.
    pub(super) closing: [u64; BLOCKS],
    /// Bytes that a marked name may follow: the next one and the sixth from here are right. After [`Classify::strip`] the
    /// quotes among them that open a string …
    pub(super) names: [u64; BLOCKS],
    /// … and the blocks that have any, one bit each.
    pub(super) named: u32,
}

/// The classes of what few blocks have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) backslashes: u64,
    /// The letter `u`.
    pub(super) letters_u: u64,
    /// Control characters, such as line breaks, and all beyond ASCII.
    pub(super) unusual: u64,
}

/// The open brackets of a chunk, without the array's own.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Depths {
    /// How many are open before each span.
    pub(super) before: [i16; CHUNK / SHORTEST_SPAN],
    /// How many are open behind the chunk.
    pub(super) behind: i16,
    /// The spans in which none may be open, one bit each.
    pub(super) low: u64,
    /// Whether too many are open somewhere.
    pub(super) is_too_deep: bool,
}

/// A way to tell the classes of chunks.
pub(super) trait Classify {
    /// How many bytes are a span, inside of which brackets are not counted one by one.
    const SPAN: usize = BLOCK;

    fn new(marker: &Marker) -> Self;

    /// Looks at the bytes of a chunk; at those of names only when some are to be marked. Tells whether there is nothing
    /// rare among them.
    fn classify<const MARKING: bool>(&self, bytes: &[u8; CHUNK + AHEAD], classes: &mut Classes) -> bool;

    /// Looks once more at a block, for what few have.
    fn rare(&self, bytes: &[u8; BLOCK]) -> Rare;

    /// Removes what is inside strings. `inside` is all ones when the chunk begins in a string, and when it ends in one.
    #[inline(always)]
    fn strip(classes: &mut Classes, inside: &mut u64) {
        classes.named = 0;
        for place in 0..BLOCKS {
            let inside_here = Self::prefix_xor(classes.quotes[place]) ^ *inside;
            *inside = ((inside_here as i64) >> 63) as u64;
            classes.opening[place] &= !inside_here;
            classes.closing[place] &= !inside_here;
            classes.names[place] &= classes.quotes[place] & inside_here;
            classes.named |= u32::from(classes.names[place] != 0) << place;
            classes.quotes[place] = inside_here;
        }
    }

    /// Sets every bit from an odd one to the next even one.
    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].into_iter().fold(quotes, |inside, shift| inside ^ inside << shift)
    }

    /// Counts the open brackets, from `depth` on.
    #[inline(always)]
    fn follow(classes: &Classes, depth: i16, most: i16, depths: &mut Depths) {
        (depths.behind, depths.low, depths.is_too_deep) = (depth, 0, false);
        for (place, (opening, closing)) in classes.opening.iter().zip(&classes.closing).enumerate() {
            let (opened, closed) = (opening.count_ones() as i16, closing.count_ones() as i16);
            depths.before[place] = depths.behind;
            depths.low |= u64::from(depths.behind <= closed) << place;
            depths.behind += opened - closed;
            depths.is_too_deep |= depths.behind > most;
        }
    }

    /// Has the processor fetch what stands some way behind these bytes.
    #[inline(always)]
    fn fetch_ahead(_bytes: &[u8; CHUNK + AHEAD]) {}
}

/// A set of ASCII characters: one bit for each upper half of a byte, looked up by the lower half.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LetterSet {
    pub(super) by_low: [u8; 16],
}

impl LetterSet {
    /// The bit of each upper half.
    pub(super) const BY_HIGH: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

    fn insert(&mut self, letter: u8) {
        self.by_low[usize::from(letter & 15)] |= Self::BY_HIGH[usize::from(letter >> 4)];
    }

    fn contains(&self, byte: u8) -> bool {
        self.by_low[usize::from(byte & 15)] & Self::BY_HIGH[usize::from(byte >> 4)] != 0
    }
}

/// The letters that marked names are looked for by: for each of the first and the sixth ones …
#[derive(Debug, Clone)]
pub(super) struct Letters {
    /// … all of them …
    pub(super) sets: [LetterSet; 2],
    /// … and which groups of names have it, by its lowest six bits; eight groups share the names.
    pub(super) groups: [[u8; BLOCK]; 2],
}

impl Default for Letters {
    fn default() -> Self {
        Self { sets: Default::default(), groups: [[0; BLOCK]; 2] }
    }
}

impl Letters {
    /// Adds the letters of the name with a number.
    pub(super) fn insert(&mut self, name: usize, letters: [u8; 2]) {
        for ((set, groups), letter) in self.sets.iter_mut().zip(&mut self.groups).zip(letters) {
            set.insert(letter);
            groups[usize::from(letter & 63)] |= 1 << (name & 7);
        }
    }
}

/// The way that every processor knows.
pub(super) struct Portable {
    first_letters: LetterSet,
    sixth_letters: LetterSet,
}

impl Classify for Portable {
    fn new(marker: &Marker) -> Self {
        let [first_letters, sixth_letters] = marker.letters().sets;
        Self { first_letters, sixth_letters }
    }

    fn classify<const MARKING: bool>(&self, bytes: &[u8; CHUNK + AHEAD], classes: &mut Classes) -> bool {
        *classes = Classes::default();
        let mut is_plain = true;
        for (place, byte) in bytes[..CHUNK].iter().enumerate() {
            let (block, bit) = (place / BLOCK, 1 << (place % BLOCK));
            match byte {
                b'"' => {
                    classes.quotes[block] |= bit;
                    let (first, sixth) = (bytes[place + 1], bytes[place + AHEAD]);
                    if MARKING && self.first_letters.contains(first) && self.sixth_letters.contains(sixth) {
                        classes.names[block] |= bit;
                    }
                }
                b'{' | b'[' => classes.opening[block] |= bit,
                b'}' | b']' => classes.closing[block] |= bit,
                b'\\' | ..0x20 | 0x80.. => is_plain = false,
                _ => {}
            }
        }
        is_plain
    }

    fn rare(&self, bytes: &[u8; BLOCK]) -> Rare {
        let mut rare = Rare::default();
        for (place, byte) in bytes.iter().enumerate() {
            match byte {
                b'\\' => rare.backslashes |= 1 << place,
                b'u' => rare.letters_u |= 1 << place,
                ..0x20 | 0x80.. => rare.unusual |= 1 << place,
                _ => {}
            }
        }
        rare
    }
}
