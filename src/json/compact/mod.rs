//! Splits a compact row of objects, sixty-four bytes at a time: the path that nearly every byte of an archive takes.
//!
//! Strings and brackets are matched, and nothing else: what stands between them is checked by those who read it (see
//! [`super::project`]) and by those who pass it on (see [`super::scan`]). "Compact" means no line breaks and no
//! indentation, as CloudTrail writes. Whatever looks otherwise, is not UTF-8, or does not come out even is refused
//! without a reason: [`super::scan`] then reads the text once more, and knows the reason.
//!
//! On the way the members that somebody asked for are marked, so that they need not be searched for again.

mod classes;
mod escapes;
mod marker;
mod splitter;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use marker::{Marker, MarkerError};

use classes::Portable;

/// One object of the row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Object {
    /// Offset of its first byte.
    pub start: u32,
    /// Offset behind its last byte.
    pub end: u32,
    /// Where its marks begin among all; they end where those of the next object begin.
    pub first_mark: u32,
    /// Whether the marks tell all about the marked names: none could be hidden in an escape, stands there twice or looks
    /// odd.
    pub is_certain: bool,
    /// Whether there may be a backslash in it.
    pub has_backslash: bool,
}

/// A member of an object, not of what is nested in it; or a string anywhere in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Which of the marker's names it has, or says.
    pub name: u32,
    /// Offset of the member's value, or of the string, within the object.
    pub value: u32,
}

/// The objects of a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The objects in text order.
    pub objects: Vec<Object>,
    /// Their marks, in text order.
    pub marks: Vec<Mark>,
}

/// Splits a text that is objects with commas between them, and nothing else. Returns `None` for every other text, and for
/// those of 4 GiB and more. The memory of what was `used` is used again.
pub fn split(text: &[u8], marker: &Marker, used: Split) -> Option<Split> {
    u32::try_from(text.len()).ok()?;
    #[cfg(target_arch = "x86_64")]
    let used = match x86::split(text, marker, used) {
        Ok(split) => return split,
        Err(used) => used,
    };
    splitter::split::<Portable, true>(text, marker, used)
}

#[cfg(test)]
mod tests;
