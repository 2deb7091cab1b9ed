//! Decompression of deflated data by libdeflate, which says where they end; the crate around it does not pass that on.
#![allow(unsafe_code, reason = "libdeflate is written in C")]

use libdeflate_sys as sys;
use std::alloc::Layout;
use std::ptr::{self, NonNull};

/// Tables that decompression fills anew each time.
pub(super) struct Decompressor {
    tables: NonNull<sys::libdeflate_decompressor>,
}

// SAFETY: the tables are no other thread's, and libdeflate keeps nothing else.
unsafe impl Send for Decompressor {}
// SAFETY: nothing can be done with a shared one.
unsafe impl Sync for Decompressor {}

impl Default for Decompressor {
    fn default() -> Self {
        // SAFETY: there is nothing to heed.
        let tables = unsafe { sys::libdeflate_alloc_decompressor() };
        let tables = NonNull::new(tables);
        Self {
            tables: tables.unwrap_or_else(|| std::alloc::handle_alloc_error(Layout::new::<[u8; 1 << 14]>())),
        }
    }
}

impl Decompressor {
    /// Fills `text` with what `deflated` begins with, and returns how many bytes of that it took; `None` when they are no
    /// deflated data, or those of a text of another length.
    pub(super) fn fill(&mut self, text: &mut [u8], deflated: &[u8]) -> Option<usize> {
        let mut taken = 0;
        // SAFETY: the lengths are those of the slices, the tables are ours alone, and without a place to write its length to
        // the text has to be as long as its memory.
        let result = unsafe {
            sys::libdeflate_deflate_decompress_ex(
                self.tables.as_ptr(),
                deflated.as_ptr().cast(),
                deflated.len(),
                text.as_mut_ptr().cast(),
                text.len(),
                &mut taken,
                ptr::null_mut(),
            )
        };
        (result == sys::libdeflate_result_LIBDEFLATE_SUCCESS).then_some(taken)
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: they were made by libdeflate, and nobody else has them.
        unsafe { sys::libdeflate_free_decompressor(self.tables.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::Write as _;

    #[test]
    fn a_text_is_as_long_as_its_memory_and_the_end_of_the_data_is_told() {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"one and one and one and one").unwrap();
        let mut deflated = encoder.finish().unwrap();
        let length = deflated.len();
        deflated.extend_from_slice(b"more");
        let mut decompressor = Decompressor::default();
        let mut fill = |length: usize, deflated: &[u8]| {
            let mut text = vec![0; length];
            decompressor.fill(&mut text, deflated).map(|taken| (taken, text))
        };
        assert_eq!(fill(27, &deflated), Some((length, b"one and one and one and one".to_vec())));
        assert_eq!(fill(26, &deflated), None);
        assert_eq!(fill(28, &deflated), None);
        assert_eq!(fill(27, &deflated[..length - 1]), None);
        assert_eq!(fill(27, b""), None);
        assert_eq!(fill(0, b""), None);
    }
}
