//! Splits a compact array of objects, sixty-four bytes at a time, and checks it on the way: the path that nearly every
//! byte of an archive takes.
//!
//! "Compact" means no white space between tokens, as CloudTrail writes. Whatever is not compact, not JSON or not UTF-8
//! is refused without a reason: [`super::scan`] then reads the text once more, and knows the reason. So this may refuse
//! too much, and must never take what the scan would refuse.

mod checker;
mod classes;
mod escapes;
#[cfg(target_arch = "x86_64")]
mod x86;

use classes::Portable;

/// One object of the array.
///
/// The values of three of its members are marked where that costs nothing: it is these that decide about a record
/// most often. Each is the offset of the value's first byte within the object, 0 where there is no such member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Object {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// The value of `eventName`.
    pub event_name: u32,
    /// The value of `eventTime`.
    pub event_time: u32,
    /// The value of `eventType`.
    pub event_type: u32,
    /// Whether a name may be written with a backslash, so that the marks may not be all there is.
    pub has_escaped_name: bool,
    /// Whether there may be a backslash at all.
    pub has_backslash: bool,
}

/// The objects of an array.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The objects in text order.
    pub objects: Vec<Object>,
    /// Offset behind the array's closing bracket.
    pub end: usize,
}

/// Splits the array whose opening bracket is at `at`. Returns `None` for everything but a compact array of at most
/// `limit` objects in a text below 4 GiB.
pub fn split(text: &[u8], at: usize, limit: usize) -> Option<Split> {
    if text.get(at) != Some(&b'[') || u32::try_from(text.len()).is_err() {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(split) = x86::split(text, at + 1, limit) {
        return split;
    }
    checker::split::<Portable>(text, at + 1, limit)
}

#[cfg(test)]
mod tests;
