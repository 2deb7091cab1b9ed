//! The classes of a block by the vector instructions of x86-64, chosen when the program runs.
#![allow(unsafe_code, reason = "vector instructions exist only behind a check that the processor knows them")]

use super::classes::{BLOCK, Classes, Classify};
use super::{Split, checker};
use std::arch::x86_64::*;

/// Splits with AVX2; `None` where the processor has none. AVX-512 was tried and is no faster.
pub(super) fn split(text: &[u8], at: usize, limit: usize) -> Option<Option<Split>> {
    let has_scalar_parts = is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("pclmulqdq");
    if !has_scalar_parts {
        return None;
    }
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor knows the instructions.
        return Some(unsafe { split_256(text, at, limit) });
    }
    None
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn split_256(text: &[u8], at: usize, limit: usize) -> Option<Split> {
    checker::split::<Vectors256>(text, at, limit)
}

/// Without carries, a product with all ones is the prefix xor.
#[inline(always)]
fn multiply(quotes: u64) -> u64 {
    // SAFETY: only `split_256` gets here.
    unsafe {
        let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, quotes as i64), _mm_set1_epi8(-1), 0);
        _mm_cvtsi128_si64(product) as u64
    }
}

/// Two vectors a block. Only for functions with AVX2.
struct Vectors256;

impl Classify for Vectors256 {
    #[inline(always)]
    fn classify(block: &[u8; BLOCK]) -> Classes {
        // SAFETY: only `split_256` gets here, and twice 32 bytes are read from an array of 64.
        unsafe {
            let low = _mm256_loadu_si256(block.as_ptr().cast());
            let high = _mm256_loadu_si256(block.as_ptr().add(32).cast());
            let mask = |low, high| {
                let (low, high) = (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32);
                u64::from(low) | u64::from(high) << 32
            };
            let is = |low, high, byte: u8| {
                let byte = _mm256_set1_epi8(byte as i8);
                mask(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
            };
            let highest_control = _mm256_set1_epi8(0x1f);
            let is_control =
                |bytes| _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, highest_control), highest_control);
            // Brackets and braces differ in this one bit.
            let bit = _mm256_set1_epi8(0x20);
            let brackets = (_mm256_or_si256(low, bit), _mm256_or_si256(high, bit));
            Classes {
                quotes: is(low, high, b'"'),
                backslashes: is(low, high, b'\\'),
                controls: mask(is_control(low), is_control(high)),
                non_ascii: mask(low, high),
                opening: is(brackets.0, brackets.1, b'{'),
                closing: is(brackets.0, brackets.1, b'}'),
                colons: is(low, high, b':'),
                commas: is(low, high, b','),
                first_letters: is(low, high, b'e'),
                sixth_letters: is(low, high, b'N') | is(low, high, b'T'),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(quotes: u64) -> u64 {
        multiply(quotes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::classes::Portable;
    use super::*;

    #[test]
    fn every_byte_is_classified_as_the_portable_way_does() {
        for byte in 0..=u8::MAX {
            for place in [0, 1, 31, 32, 63] {
                let mut block = [b'a'; BLOCK];
                block[place] = byte;
                let wanted = Portable::classify(&block);
                if is_x86_feature_detected!("avx2") {
                    assert_eq!(Vectors256::classify(&block), wanted, "{byte} at {place}");
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

    #[test]
    fn every_width_splits_alike() {
        let text = br#"[{"a":"b\"c","d":[1,{"e":null}]},{"f":"0123456789012345678901234567890123456789"}]"#;
        let wanted = checker::split::<Portable>(text, 1, 9);
        assert!(wanted.is_some());
        if is_x86_feature_detected!("avx2") {
            assert_eq!(checker::split::<Vectors256>(text, 1, 9), wanted);
        }
    }
}
