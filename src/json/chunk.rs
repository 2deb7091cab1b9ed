//! A few bytes looked at together.

/// How many.
pub(super) const SIZE: usize = 16;

/// Returns the place of the first quote or backslash.
#[inline]
pub(super) fn first_quote_or_backslash(chunk: &[u8; SIZE]) -> Option<usize> {
    first::<false>(chunk)
}

/// Returns the place of the first quote, backslash or control character.
#[inline]
pub(super) fn first_special(chunk: &[u8; SIZE]) -> Option<usize> {
    first::<true>(chunk)
}

/// Returns the place of the first quote or backslash, or control character where these count.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "every processor of this architecture knows these vector instructions")]
#[inline]
fn first<const OR_CONTROL: bool>(chunk: &[u8; SIZE]) -> Option<usize> {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };
    // SAFETY: SSE2 belongs to the architecture, and 16 bytes are read from an array of 16.
    let found = unsafe {
        let bytes = _mm_loadu_si128(chunk.as_ptr().cast());
        let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
        let backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
        let mut found = _mm_or_si128(quotes, backslashes);
        if OR_CONTROL {
            let controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
            found = _mm_or_si128(found, controls);
        }
        _mm_movemask_epi8(found)
    };
    (found != 0).then(|| found.trailing_zeros() as usize)
}

/// Returns the place of the first quote or backslash, or control character where these count.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn first<const OR_CONTROL: bool>(chunk: &[u8; SIZE]) -> Option<usize> {
    chunk.iter().position(|byte| matches!(byte, b'"' | b'\\') || OR_CONTROL && *byte < 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_both_is_found_at_every_place() {
        for place in 0..SIZE {
            for byte in 0..=u8::MAX {
                let mut chunk = [b'a'; SIZE];
                chunk[SIZE - 1] = b'"';
                chunk[place] = byte;
                let wanted = chunk.iter().position(|byte| matches!(byte, b'"' | b'\\'));
                assert_eq!(first_quote_or_backslash(&chunk), wanted);
                let wanted = chunk.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
                assert_eq!(first_special(&chunk), wanted);
            }
        }
        assert_eq!(first_quote_or_backslash(&[b'#'; SIZE]), None);
    }
}
