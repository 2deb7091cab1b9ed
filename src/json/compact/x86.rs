//! The classes of a block by the vector instructions of x86-64, chosen when the program runs.
#![allow(unsafe_code, reason = "vector instructions exist only behind a check that the processor knows them")]

use super::classes::{AHEAD, BLOCK, Classes, Classify, LetterSet};
use super::{Marker, Split, splitter};
use std::arch::x86_64::*;

/// Splits with the widest vectors there are; `None` where the processor has none of 32 bytes.
pub(super) fn split(text: &[u8], marker: &Marker) -> Option<Option<Split>> {
    let has_scalar_parts = is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("pclmulqdq");
    if !has_scalar_parts || !is_x86_feature_detected!("avx2") {
        return None;
    }
    if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl") {
        // SAFETY: the processor knows the instructions.
        return Some(unsafe { split_512(text, marker) });
    }
    // SAFETY: the processor knows the instructions.
    Some(unsafe { split_256(text, marker) })
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn split_512(text: &[u8], marker: &Marker) -> Option<Split> {
    splitter::split::<Vectors512>(text, marker)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn split_256(text: &[u8], marker: &Marker) -> Option<Split> {
    splitter::split::<Vectors256>(text, marker)
}

/// Without carries, a product with all ones is the prefix xor.
#[inline(always)]
fn multiply(quotes: u64) -> u64 {
    // SAFETY: only the functions above get here.
    unsafe {
        let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, quotes as i64), _mm_set1_epi8(-1), 0);
        _mm_cvtsi128_si64(product) as u64
    }
}

// Closures are not used below: they may be compiled on their own, without the instructions, and then every one of them is
// a call.

/// One vector a block. Only for functions with AVX-512.
struct Vectors512 {
    first_letters: __m512i,
    sixth_letters: __m512i,
    by_high: __m512i,
}

impl Vectors512 {
    /// Looks up both halves of each byte; where they have a bit in common, the byte is one of the letters.
    #[inline(always)]
    fn halves(&self, block: __m512i, letters: __m512i) -> (__m512i, __m512i) {
        // SAFETY: only `split_512` gets here.
        unsafe {
            let high = _mm512_and_si512(_mm512_srli_epi16(block, 4), _mm512_set1_epi8(0x0f));
            (_mm512_shuffle_epi8(letters, block), _mm512_shuffle_epi8(self.by_high, high))
        }
    }
}

#[inline(always)]
fn table_512(bytes: &[u8; 16]) -> __m512i {
    // SAFETY: only `split_512` gets here, and 16 bytes are read.
    unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(bytes.as_ptr().cast())) }
}

#[inline(always)]
fn load_512(bytes: &[u8; BLOCK + AHEAD], at: usize) -> __m512i {
    debug_assert!(at + BLOCK <= bytes.len());
    // SAFETY: only `split_512` gets here, with places that leave 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().add(at).cast()) }
}

#[inline(always)]
fn equal_512(block: __m512i, byte: u8) -> u64 {
    // SAFETY: only `split_512` gets here.
    unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8)) }
}

impl Classify for Vectors512 {
    #[inline(always)]
    fn new(marker: &Marker) -> Self {
        Self {
            first_letters: table_512(&marker.first_letters.by_low),
            sixth_letters: table_512(&marker.sixth_letters.by_low),
            by_high: table_512(&LetterSet::BY_HIGH),
        }
    }

    #[inline(always)]
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes {
        let block = load_512(bytes, 0);
        let (first_low, first_high) = self.halves(load_512(bytes, 1), self.first_letters);
        let (sixth_low, sixth_high) = self.halves(load_512(bytes, AHEAD), self.sixth_letters);
        // SAFETY: only `split_512` gets here.
        let (before_names, braces, unusual) = unsafe {
            let is_first = _mm512_test_epi8_mask(first_low, first_high);
            (
                _mm512_mask_test_epi8_mask(is_first, sixth_low, sixth_high),
                // Brackets and braces differ in this one bit.
                _mm512_or_si512(block, _mm512_set1_epi8(0x20)),
                // As signed numbers those beyond ASCII are negative.
                _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(0x20)),
            )
        };
        Classes {
            quotes: equal_512(block, b'"'),
            backslashes: equal_512(block, b'\\'),
            opening: equal_512(braces, b'{'),
            closing: equal_512(braces, b'}'),
            unusual,
            before_names,
        }
    }

    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        multiply(quotes)
    }
}

/// Two vectors a block. Only for functions with AVX2.
struct Vectors256 {
    first_letters: __m256i,
    sixth_letters: __m256i,
    by_high: __m256i,
}

impl Vectors256 {
    /// Sets the bytes that no marked name can follow.
    #[inline(always)]
    fn is_no_name(&self, bytes: &[u8; BLOCK + AHEAD], at: usize) -> __m256i {
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
fn table_256(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: only `split_256` gets here, and 16 bytes are read.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes.as_ptr().cast())) }
}

#[inline(always)]
fn load_256(bytes: &[u8; BLOCK + AHEAD], at: usize) -> __m256i {
    debug_assert!(at + 32 <= bytes.len());
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
        Self {
            first_letters: table_256(&marker.first_letters.by_low),
            sixth_letters: table_256(&marker.sixth_letters.by_low),
            by_high: table_256(&LetterSet::BY_HIGH),
        }
    }

    #[inline(always)]
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes {
        let (low, high) = (load_256(bytes, 0), load_256(bytes, 32));
        // SAFETY: only `split_256` gets here.
        let (braces, unusual) = unsafe {
            let space = _mm256_set1_epi8(0x20);
            (
                // Brackets and braces differ in this one bit.
                (_mm256_or_si256(low, space), _mm256_or_si256(high, space)),
                // As signed numbers those beyond ASCII are negative.
                mask_256(_mm256_cmpgt_epi8(space, low), _mm256_cmpgt_epi8(space, high)),
            )
        };
        Classes {
            quotes: equal_256((low, high), b'"'),
            backslashes: equal_256((low, high), b'\\'),
            opening: equal_256(braces, b'{'),
            closing: equal_256(braces, b'}'),
            unusual,
            before_names: !mask_256(self.is_no_name(bytes, 0), self.is_no_name(bytes, 32)),
        }
    }

    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        multiply(quotes)
    }
}

/// Splits with AVX2 also where the processor has more.
#[cfg(test)]
pub(super) fn split_256_if_known(text: &[u8], marker: &Marker) -> Option<Option<Split>> {
    let is_known = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq");
    // SAFETY: the processor knows the instructions; those with AVX2 know the scalar ones, too.
    is_known.then(|| unsafe { split_256(text, marker) })
}

#[cfg(test)]
mod tests {
    use super::super::classes::Portable;
    use super::*;

    #[test]
    fn every_byte_is_classified_as_the_portable_way_does() {
        let marker = Marker::new([(0, &b"eventName"[..]), (1, b"userAgent")]).unwrap();
        let only_at_quotes =
            |classes: Classes| Classes { before_names: classes.before_names & classes.quotes, ..classes };
        for byte in 0..=u8::MAX {
            for place in [0, 1, 6, 31, 32, 63, 64, 69] {
                let mut bytes = [*b"\"eventN"; 10].concat();
                bytes[place] = byte;
                let block: &[u8; BLOCK + AHEAD] = bytes.first_chunk().unwrap();
                let wanted = Portable::new(&marker).classify(block);
                if is_x86_feature_detected!("avx2") {
                    let classes = Vectors256::new(&marker).classify(block);
                    assert_eq!(only_at_quotes(classes), wanted, "{byte} at {place}");
                }
                if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl") {
                    let classes = Vectors512::new(&marker).classify(block);
                    assert_eq!(only_at_quotes(classes), wanted, "{byte} at {place}");
                }
            }
        }
    }

    #[test]
    fn the_product_is_the_prefix_xor() {
        if is_x86_feature_detected!("pclmulqdq") {
            for quotes in [0, 1, 1 << 63, u64::MAX, 0x8001, 0xdead_beef_0123_4567] {
                assert_eq!(multiply(quotes), Portable::prefix_xor(quotes));
            }
        }
    }
}
