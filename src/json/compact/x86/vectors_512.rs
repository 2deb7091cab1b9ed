//! Vectors of 64 bytes: one a block, and for masks eight blocks in one.

use super::super::Marker;
use super::super::classes::{AHEAD, BLOCK, BLOCKS, CHUNK, Classes, Classify, Depths, Rare, SHORTEST_SPAN};
use super::{fetch_ahead, multiply};
use std::arch::x86_64::*;

/// The way of functions with AVX-512.
pub(super) struct Vectors512 {
    first_letters: __m512i,
    sixth_letters: __m512i,
}

impl Vectors512 {
    /// Looks up the letters behind a quote: each names the groups that marked names with it are in. The lowest six bits tell
    /// letters apart; what else has the same ones is found out by those who look closer.
    #[inline(always)]
    fn before_names(&self, bytes: &[u8; CHUNK + AHEAD], at: usize, quotes: __mmask64) -> u64 {
        // SAFETY: only `split_512` gets here.
        unsafe {
            let first = _mm512_permutexvar_epi8(load_512(bytes, at + 1), self.first_letters);
            let sixth = _mm512_permutexvar_epi8(load_512(bytes, at + AHEAD), self.sixth_letters);
            _mm512_mask_test_epi8_mask(quotes, first, sixth)
        }
    }
}

#[inline(always)]
fn load_512<T, const LENGTH: usize>(items: &[T; LENGTH], at: usize) -> __m512i {
    debug_assert!((at + BLOCK / size_of::<T>()) <= LENGTH);
    // SAFETY: only `split_512` gets here, with places that leave 64 bytes.
    unsafe { _mm512_loadu_si512(items.as_ptr().add(at).cast()) }
}

#[inline(always)]
fn store_512<T, const LENGTH: usize>(items: &mut [T; LENGTH], at: usize, vector: __m512i) {
    debug_assert!((at + BLOCK / size_of::<T>()) <= LENGTH);
    // SAFETY: only `split_512` gets here, with places that leave 64 bytes.
    unsafe { _mm512_storeu_si512(items.as_mut_ptr().add(at).cast(), vector) }
}

#[inline(always)]
fn equal_512(block: __m512i, byte: u8) -> u64 {
    // SAFETY: only `split_512` gets here.
    unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8)) }
}

/// Prefix xor of each of eight masks.
#[inline(always)]
fn prefix_xor_512(quotes: __m512i) -> __m512i {
    // SAFETY: only `split_512` gets here. Without carries, a product with all ones is the prefix xor.
    unsafe {
        let ones = _mm512_set1_epi8(-1);
        let even = _mm512_clmulepi64_epi128::<0x00>(quotes, ones);
        let odd = _mm512_clmulepi64_epi128::<0x01>(quotes, ones);
        _mm512_unpacklo_epi64(even, odd)
    }
}

/// Adds up sixteen-bit numbers: each one becomes the sum of all up to it.
#[inline(always)]
fn sum_up_512(numbers: __m512i) -> __m512i {
    // SAFETY: only `split_512` gets here.
    unsafe {
        let sums = _mm512_add_epi16(numbers, _mm512_bslli_epi128::<2>(numbers));
        let sums = _mm512_add_epi16(sums, _mm512_bslli_epi128::<4>(sums));
        let sums = _mm512_add_epi16(sums, _mm512_bslli_epi128::<8>(sums));
        // What the quarters in front come to is added to the later ones.
        let last = _mm512_set1_epi16(0x0f0e);
        let quarters = _mm512_shuffle_epi8(sums, last);
        let one = _mm512_maskz_shuffle_i64x2::<0b10_01_00_00>(0b1111_1100, quarters, quarters);
        let two = _mm512_maskz_shuffle_i64x2::<0b01_00_00_00>(0b1111_0000, quarters, quarters);
        let three = _mm512_maskz_shuffle_i64x2::<0b00_00_00_00>(0b1100_0000, quarters, quarters);
        _mm512_add_epi16(_mm512_add_epi16(sums, one), _mm512_add_epi16(two, three))
    }
}

impl Classify for Vectors512 {
    const SPAN: usize = SHORTEST_SPAN;

    #[inline(always)]
    fn new(marker: &Marker) -> Self {
        let [first_letters, sixth_letters] = &marker.letters().groups;
        Self { first_letters: load_512(first_letters, 0), sixth_letters: load_512(sixth_letters, 0) }
    }

    #[inline(always)]
    fn classify<const MARKING: bool>(&self, bytes: &[u8; CHUNK + AHEAD], classes: &mut Classes) -> bool {
        // SAFETY: only `split_512` gets here.
        unsafe {
            let (space, backslash) = (_mm512_set1_epi8(0x20), _mm512_set1_epi8(b'\\' as i8));
            let (mut lowest, mut nearest) = (space, space);
            for place in 0..BLOCKS {
                let block = load_512(bytes, place * BLOCK);
                // As signed numbers those beyond ASCII are negative.
                lowest = _mm512_min_epi8(lowest, block);
                nearest = _mm512_min_epu8(nearest, _mm512_xor_si512(block, backslash));
                let quotes = equal_512(block, b'"');
                // Brackets and braces differ in this one bit.
                let braces = _mm512_or_si512(block, space);
                classes.quotes[place] = quotes;
                classes.opening[place] = equal_512(braces, b'{');
                classes.closing[place] = equal_512(braces, b'}');
                if MARKING {
                    classes.names[place] = self.before_names(bytes, place * BLOCK, quotes);
                }
            }
            _mm512_cmplt_epi8_mask(lowest, space) | _mm512_testn_epi8_mask(nearest, nearest) == 0
        }
    }

    #[inline(always)]
    fn rare(&self, bytes: &[u8; BLOCK]) -> Rare {
        let block = load_512(bytes, 0);
        // SAFETY: only `split_512` gets here.
        let unusual = unsafe { _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(0x20)) };
        Rare { backslashes: equal_512(block, b'\\'), letters_u: equal_512(block, b'u'), unusual }
    }

    #[inline(always)]
    fn strip(classes: &mut Classes, inside: &mut u64) {
        let within =
            [prefix_xor_512(load_512(&classes.quotes, 0)), prefix_xor_512(load_512(&classes.quotes, 8))];
        // SAFETY: only `split_512` gets here.
        unsafe {
            // Which blocks have an odd number of quotes, and then: which of them begin inside a string.
            let zero = _mm512_setzero_si512();
            let odd = u64::from(_mm512_cmplt_epi64_mask(within[0], zero))
                | u64::from(_mm512_cmplt_epi64_mask(within[1], zero)) << 8;
            let ends_inside = Self::prefix_xor(odd) ^ *inside;
            let begins_inside = ends_inside << 1 | *inside & 1;
            *inside = ((ends_inside << (63 - (BLOCKS - 1))) as i64 >> 63) as u64;
            let ones = _mm512_set1_epi8(-1);
            classes.named = 0;
            for (half, begins_inside) in
                [begins_inside as u8, (begins_inside >> 8) as u8].into_iter().enumerate()
            {
                let (at, within) = (half * 8, within[half]);
                let within = _mm512_mask_xor_epi64(within, begins_inside, within, ones);
                let names = _mm512_and_si512(load_512(&classes.names, at), load_512(&classes.quotes, at));
                let names = _mm512_and_si512(names, within);
                store_512(&mut classes.names, at, names);
                classes.named |= u32::from(_mm512_test_epi64_mask(names, names)) << at;
                let opening = _mm512_andnot_si512(within, load_512(&classes.opening, at));
                store_512(&mut classes.opening, at, opening);
                let closing = _mm512_andnot_si512(within, load_512(&classes.closing, at));
                store_512(&mut classes.closing, at, closing);
                store_512(&mut classes.quotes, at, within);
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        multiply(quotes)
    }

    #[inline(always)]
    fn follow(classes: &Classes, depth: i16, most: i16, depths: &mut Depths) {
        (depths.low, depths.is_too_deep) = (0, false);
        // SAFETY: only `split_512` gets here.
        unsafe {
            let mut depth = _mm512_set1_epi16(depth);
            for half in 0..2 {
                let closed = _mm512_popcnt_epi16(load_512(&classes.closing, half * 8));
                let opened = _mm512_popcnt_epi16(load_512(&classes.opening, half * 8));
                let change = _mm512_sub_epi16(opened, closed);
                let behind = _mm512_add_epi16(depth, sum_up_512(change));
                let before = _mm512_sub_epi16(behind, change);
                store_512(&mut depths.before, half * 32, before);
                depths.low |= u64::from(_mm512_cmple_epi16_mask(before, closed)) << (half * 32);
                depths.is_too_deep |= _mm512_cmpgt_epi16_mask(behind, _mm512_set1_epi16(most)) != 0;
                depth = _mm512_permutexvar_epi16(_mm512_set1_epi16(31), behind);
            }
            depths.behind = _mm_cvtsi128_si32(_mm512_castsi512_si128(depth)) as i16;
        }
    }

    #[inline(always)]
    fn fetch_ahead(bytes: &[u8; CHUNK + AHEAD]) {
        fetch_ahead(bytes);
    }
}
