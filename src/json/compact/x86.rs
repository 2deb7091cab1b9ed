//! The classes of a chunk by the vector instructions of x86-64, chosen when the program runs.
//!
//! No closures are used: they may be compiled on their own, without the instructions, and then every one of them is a call.
#![allow(unsafe_code, reason = "vector instructions exist only behind a check that the processor knows them")]

mod vectors_256;
mod vectors_512;

use super::classes::{AHEAD, CHUNK};
use super::{Marker, Split, splitter};
use std::arch::x86_64::*;
use vectors_256::Vectors256;
use vectors_512::Vectors512;

/// Splits with the widest vectors there are; gives the memory back where the processor has none of 32 bytes.
pub(super) fn split(text: &[u8], marker: &Marker, used: Split) -> Result<Option<Split>, Split> {
    let has_scalar_parts = is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("pclmulqdq");
    if !has_scalar_parts || !is_x86_feature_detected!("avx2") {
        return Err(used);
    }
    if has_512() {
        // SAFETY: the processor knows the instructions.
        return Ok(unsafe { split_512(text, marker, used) });
    }
    // SAFETY: the processor knows the instructions.
    Ok(unsafe { split_256(text, marker, used) })
}

/// Tells whether the processor knows what is done with vectors of 64 bytes, as those since Ice Lake and Zen 4 do.
fn has_512() -> bool {
    is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512bitalg")
        && is_x86_feature_detected!("vpclmulqdq")
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512bitalg,vpclmulqdq,avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq"
)]
fn split_512(text: &[u8], marker: &Marker, used: Split) -> Option<Split> {
    if marker.is_empty() {
        return splitter::split::<Vectors512, false>(text, marker, used);
    }
    splitter::split::<Vectors512, true>(text, marker, used)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn split_256(text: &[u8], marker: &Marker, used: Split) -> Option<Split> {
    if marker.is_empty() {
        return splitter::split::<Vectors256, false>(text, marker, used);
    }
    splitter::split::<Vectors256, true>(text, marker, used)
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

/// How far ahead of the place that is looked at the processor is told to fetch: on its own it does so only within a page
/// of memory.
const FETCHED_AHEAD: usize = 4 << 10;

#[inline(always)]
fn fetch_ahead(bytes: &[u8; CHUNK + AHEAD]) {
    for line in (0..CHUNK).step_by(64) {
        let ahead = bytes.as_ptr().wrapping_add(FETCHED_AHEAD + line);
        // SAFETY: nothing is read, and an address that is none does no harm.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(ahead.cast()) };
    }
}

/// Splits with AVX2 also where the processor has more.
#[cfg(test)]
pub(super) fn split_256_if_known(text: &[u8], marker: &Marker) -> Option<Option<Split>> {
    let is_known = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq");
    // SAFETY: the processor knows the instructions; those with AVX2 know the scalar ones, too.
    is_known.then(|| unsafe { split_256(text, marker, Split::default()) })
}

#[cfg(test)]
mod tests {
    use super::super::classes::{BLOCKS, Classes, Classify, Portable, Rare};
    use super::*;

    fn classified<C: Classify>(
        marker: &Marker,
        bytes: &[u8; CHUNK + AHEAD],
    ) -> (Classes, [Rare; BLOCKS], bool) {
        let (way, mut classes) = (C::new(marker), Classes::default());
        let is_plain = way.classify::<true>(bytes, &mut classes);
        let (blocks, _) = bytes.as_chunks();
        let mut rares = [Rare::default(); BLOCKS];
        rares.iter_mut().zip(blocks).for_each(|(rare, block)| *rare = way.rare(block));
        // What stands behind other bytes than quotes is not asked.
        classes.names.iter_mut().zip(classes.quotes).for_each(|(names, quotes)| *names &= quotes);
        (classes, rares, is_plain)
    }

    #[test]
    fn every_byte_is_classified_as_the_portable_way_does() {
        // One letter each: what has the first letter of one and the sixth of another may count, or not.
        let marker = Marker::new([(0, &b"eventName"[..])]).unwrap();
        for byte in 0..=u8::MAX {
            for place in [0, 1, 6, 31, 32, 63, 64, 69, 500, 1017, 1023, 1024, 1029] {
                let mut bytes = [*b"\"eventN"; 148].concat();
                bytes[place] = byte;
                let bytes = bytes.first_chunk().unwrap();
                let wanted = classified::<Portable>(&marker, bytes);
                if is_x86_feature_detected!("avx2") {
                    assert_eq!(classified::<Vectors256>(&marker, bytes), wanted, "{byte} at {place}");
                }
                if has_512() {
                    let (classes, rares, is_plain) = classified::<Vectors512>(&marker, bytes);
                    assert_eq!((rares, is_plain), (wanted.1, wanted.2), "{byte} at {place}");
                    let mut wanted = wanted.0;
                    // Letters are told apart by six bits only.
                    let more = classes.names.iter().zip(&mut wanted.names);
                    more.for_each(|(names, wanted)| {
                        *wanted |= if byte.is_ascii_alphabetic() { 0 } else { *names }
                    });
                    assert_eq!(classes, wanted, "{byte} at {place}");
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
