//! Vectors of 32 bytes: two a block.

use super::super::Marker;
use super::super::classes::{AHEAD, BLOCK, BLOCKS, CHUNK, Classes, Classify, LetterSet, Rare};
use super::{fetch_ahead, multiply};
use std::arch::x86_64::*;

/// The way of functions with AVX2.
pub(super) struct Vectors256 {
    first_letters: __m256i,
    sixth_letters: __m256i,
    by_high: __m256i,
}

impl Vectors256 {
    /// Sets the bytes that no marked name can follow.
    #[inline(always)]
    fn is_no_name(&self, bytes: &[u8; CHUNK + AHEAD], at: usize) -> __m256i {
        let first = self.is_none_of(load_256(bytes, at + 1), self.first_letters);
        let sixth = self.is_none_of(load_256(bytes, at + AHEAD), self.sixth_letters);
        // SAFETY: only `split_256` gets here.
        unsafe { _mm256_or_si256(first, sixth) }
    }

    #[inline(always)]
    fn is_none_of(&self, block: __m256i, letters: __m256i) -> __m256i {
        // SAFETY: only `split_256` gets here.
        unsafe {
            let upper = _mm256_and_si256(_mm256_srli_epi16(block, 4), _mm256_set1_epi8(0x0f));
            let by_high = _mm256_shuffle_epi8(self.by_high, upper);
            let both = _mm256_and_si256(_mm256_shuffle_epi8(letters, block), by_high);
            _mm256_cmpeq_epi8(both, _mm256_setzero_si256())
        }
    }
}

#[inline(always)]
fn table_256(set: LetterSet) -> __m256i {
    // SAFETY: only `split_256` gets here, and 16 bytes are read.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(set.by_low.as_ptr().cast())) }
}

#[inline(always)]
fn load_256<const LENGTH: usize>(bytes: &[u8; LENGTH], at: usize) -> __m256i {
    debug_assert!(at + 32 <= LENGTH);
    // SAFETY: only `split_256` gets here, with places that leave 32 bytes.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) }
}

#[inline(always)]
fn mask_256(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: only `split_256` gets here.
    let (low, high) = unsafe { (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32) };
    u64::from(low) | u64::from(high) << 32
}

#[inline(always)]
fn equal_256((low, high): (__m256i, __m256i), byte: u8) -> u64 {
    // SAFETY: only `split_256` gets here.
    unsafe {
        let byte = _mm256_set1_epi8(byte as i8);
        mask_256(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
    }
}

impl Classify for Vectors256 {
    #[inline(always)]
    fn new(marker: &Marker) -> Self {
        let [first_letters, sixth_letters] = marker.letters().sets.map(table_256);
        Self { first_letters, sixth_letters, by_high: table_256(LetterSet { by_low: LetterSet::BY_HIGH }) }
    }

    #[inline(always)]
    fn classify<const MARKING: bool>(&self, bytes: &[u8; CHUNK + AHEAD], classes: &mut Classes) -> bool {
        // SAFETY: only `split_256` gets here.
        unsafe {
            let (space, backslash) = (_mm256_set1_epi8(0x20), _mm256_set1_epi8(b'\\' as i8));
            let (mut lowest, mut nearest) = (space, space);
            for place in 0..BLOCKS {
                let at = place * BLOCK;
                let (low, high) = (load_256(bytes, at), load_256(bytes, at + 32));
                // As signed numbers those beyond ASCII are negative.
                lowest = _mm256_min_epi8(lowest, _mm256_min_epi8(low, high));
                let (near_low, near_high) =
                    (_mm256_xor_si256(low, backslash), _mm256_xor_si256(high, backslash));
                nearest = _mm256_min_epu8(nearest, _mm256_min_epu8(near_low, near_high));
                // Brackets and braces differ in this one bit.
                let braces = (_mm256_or_si256(low, space), _mm256_or_si256(high, space));
                classes.quotes[place] = equal_256((low, high), b'"');
                classes.opening[place] = equal_256(braces, b'{');
                classes.closing[place] = equal_256(braces, b'}');
                if MARKING {
                    classes.names[place] =
                        !mask_256(self.is_no_name(bytes, at), self.is_no_name(bytes, at + 32));
                }
            }
            let is_unusual = _mm256_cmpgt_epi8(space, lowest);
            let is_backslash = _mm256_cmpeq_epi8(nearest, _mm256_setzero_si256());
            _mm256_movemask_epi8(_mm256_or_si256(is_unusual, is_backslash)) == 0
        }
    }

    #[inline(always)]
    fn rare(&self, bytes: &[u8; BLOCK]) -> Rare {
        let (low, high) = (load_256(bytes, 0), load_256(bytes, 32));
        // SAFETY: only `split_256` gets here.
        let unusual = unsafe {
            let space = _mm256_set1_epi8(0x20);
            mask_256(_mm256_cmpgt_epi8(space, low), _mm256_cmpgt_epi8(space, high))
        };
        Rare { backslashes: equal_256((low, high), b'\\'), letters_u: equal_256((low, high), b'u'), unusual }
    }

    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        multiply(quotes)
    }

    #[inline(always)]
    fn fetch_ahead(bytes: &[u8; CHUNK + AHEAD]) {
        fetch_ahead(bytes);
    }
}
