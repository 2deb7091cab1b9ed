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

/// One vector a block. Only for functions with AVX-512.
struct Vectors512 {
    first_letters: __m512i,
    sixth_letters: __m512i,
    by_high: __m512i,
}

impl Classify for Vectors512 {
    #[inline(always)]
    fn new(marker: &Marker) -> Self {
        // SAFETY: only `split_512` gets here.
        unsafe {
            let table = |bytes: &[u8; 16]| _mm512_broadcast_i32x4(_mm_loadu_si128(bytes.as_ptr().cast()));
            Self {
                first_letters: table(&marker.first_letters.by_low),
                sixth_letters: table(&marker.sixth_letters.by_low),
                by_high: table(&LetterSet::BY_HIGH),
            }
        }
    }

    #[inline(always)]
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes {
        // SAFETY: only `split_512` gets here, and 64 bytes are read from an array of six more, at most six behind its
        // beginning.
        unsafe {
            let from = |place: usize| _mm512_loadu_si512(bytes.as_ptr().add(place).cast());
            let block = from(0);
            let is = |block, byte: u8| _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8));
            let halves = |block, letters| {
                let high = _mm512_and_si512(_mm512_srli_epi16(block, 4), _mm512_set1_epi8(0x0f));
                (_mm512_shuffle_epi8(letters, block), _mm512_shuffle_epi8(self.by_high, high))
            };
            let (low, high) = halves(from(1), self.first_letters);
            let is_first = _mm512_test_epi8_mask(low, high);
            let (low, high) = halves(from(AHEAD), self.sixth_letters);
            let before_names = _mm512_mask_test_epi8_mask(is_first, low, high);
            // Brackets and braces differ in this one bit.
            let braces = _mm512_or_si512(block, _mm512_set1_epi8(0x20));
            Classes {
                quotes: is(block, b'"'),
                backslashes: is(block, b'\\'),
                opening: is(braces, b'{'),
                closing: is(braces, b'}'),
                // As signed numbers those beyond ASCII are negative.
                unusual: _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(0x20)),
                before_names,
            }
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

impl Classify for Vectors256 {
    #[inline(always)]
    fn new(marker: &Marker) -> Self {
        // SAFETY: only `split_256` gets here.
        unsafe {
            let table =
                |bytes: &[u8; 16]| _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes.as_ptr().cast()));
            Self {
                first_letters: table(&marker.first_letters.by_low),
                sixth_letters: table(&marker.sixth_letters.by_low),
                by_high: table(&LetterSet::BY_HIGH),
            }
        }
    }

    #[inline(always)]
    fn classify(&self, bytes: &[u8; BLOCK + AHEAD]) -> Classes {
        // SAFETY: only `split_256` gets here, and 32 bytes are read from an array of 70, at most 38 behind its
        // beginning.
        unsafe {
            let from = |place: usize| _mm256_loadu_si256(bytes.as_ptr().add(place).cast());
            let (low, high) = (from(0), from(32));
            let mask = |low, high| {
                let (low, high) = (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32);
                u64::from(low) | u64::from(high) << 32
            };
            let is = |low, high, byte: u8| {
                let byte = _mm256_set1_epi8(byte as i8);
                mask(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
            };
            let is_none_of = |block, letters| {
                let upper = _mm256_and_si256(_mm256_srli_epi16(block, 4), _mm256_set1_epi8(0x0f));
                let both = _mm256_and_si256(
                    _mm256_shuffle_epi8(letters, block),
                    _mm256_shuffle_epi8(self.by_high, upper),
                );
                _mm256_cmpeq_epi8(both, _mm256_setzero_si256())
            };
            let is_no_name = |place| {
                _mm256_or_si256(
                    is_none_of(from(place + 1), self.first_letters),
                    is_none_of(from(place + AHEAD), self.sixth_letters),
                )
            };
            // Brackets and braces differ in this one bit.
            let space = _mm256_set1_epi8(0x20);
            let braces = (_mm256_or_si256(low, space), _mm256_or_si256(high, space));
            Classes {
                quotes: is(low, high, b'"'),
                backslashes: is(low, high, b'\\'),
                opening: is(braces.0, braces.1, b'{'),
                closing: is(braces.0, braces.1, b'}'),
                // As signed numbers those beyond ASCII are negative.
                unusual: mask(_mm256_cmpgt_epi8(space, low), _mm256_cmpgt_epi8(space, high)),
                before_names: !mask(is_no_name(0), is_no_name(32)),
            }
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
