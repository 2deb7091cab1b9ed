//! What is marked: members by their names, or strings by what they say.

use super::classes::Letters;
use std::collections::BTreeSet;

/// A name is looked for by its first and its sixth letter, and found by the first six.
const SHORTEST: usize = 6;

/// Shorter literals are in too many strings.
const SHORTEST_LITERAL: usize = 4;

/// How many slots there are for names by their first six letters; few names share one.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 8;

/// The golden ratio: it spreads similar numbers.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The bit that tells upper from lower case, in each of eight letters.
const CASE: u64 = 0x2020_2020_2020_2020;

/// How much of a name, with its closing quote and colon, is compared at once.
const CHUNK: usize = 16;

/// Why names cannot be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkerError {
    /// A name is too short, or would have to be written with an escape.
    #[error("a name has fewer than {SHORTEST} bytes, or a character that is no plain ASCII")]
    Name,
    /// A number is too high.
    #[error("a name has a number of {} or more", Marker::MOST_NAMES)]
    Number,
}

/// What is marked; built once, used for every text.
#[derive(Debug, Clone)]
pub struct Marker {
    /// Whether the names are what strings say, at whatever depth and in upper or lower case.
    is_of_strings: bool,
    /// Those in the same slot side by side.
    names: Vec<Name>,
    /// Where the names of each slot begin and end.
    slots: Box<[(u8, u8); SLOTS]>,
    letters: Letters,
}

#[derive(Debug, Clone)]
struct Name {
    number: u32,
    /// With the closing quote and the colon, or what else must stand behind it.
    bytes: Box<[u8]>,
    /// The first bytes, and which of them are the name's own.
    chunk: u128,
    own: u128,
    /// The last bytes, of longer names.
    last: u128,
    /// Which bits of the first bytes count, with those behind the name, when the case of letters does not.
    caseless: u128,
}

/// What stands behind the quote that opens a string.
pub(super) enum Looks {
    /// Nothing of interest.
    Foreign,
    /// A name: its number, and the offset of what follows the colon from the quote.
    Named(u32, usize),
    /// The bytes of a name, but not followed by a colon, or with a dot and more behind it.
    Odd,
}

impl Marker {
    /// Names are numbered from 0 to below this: one bit each.
    pub const MOST_NAMES: u32 = 64;

    /// Returns a marker for `names` and their numbers.
    ///
    /// # Errors
    /// Returns an error for names that cannot be marked; whoever wants them has to read all objects.
    pub fn new<'n>(names: impl IntoIterator<Item = (u32, &'n [u8])>) -> Result<Self, MarkerError> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'.');
        let name = |(number, name): (u32, &[u8])| match std::str::from_utf8(name) {
            Ok(text) if text.len() >= SHORTEST && text.bytes().all(is_plain) => {
                Ok(Name::new(number, (text, "\":")))
            }
            _ => Err(MarkerError::Name),
        };
        let mut marker = Self::of_names(names.into_iter().map(name).collect::<Result<_, _>>()?)?;
        marker.insert_letters(|letter| letter);
        Ok(marker)
    }

    /// Returns a marker for names that lacks their letters.
    fn of_names(names: Vec<Name>) -> Result<Self, MarkerError> {
        if names.iter().any(|name| name.number >= Self::MOST_NAMES) {
            return Err(MarkerError::Number);
        }
        let slots = Box::new([(0, 0); SLOTS]);
        let mut marker = Self { is_of_strings: false, names, slots, letters: Letters::default() };
        marker.names.sort_by_key(Name::slot);
        for (place, name) in (0..).zip(&marker.names) {
            let (begin, end) = &mut marker.slots[name.slot()];
            (*begin, *end) = (if *end == 0 { place } else { *begin }, place + 1);
        }
        Ok(marker)
    }

    /// Returns a marker for all strings that say one of `literals`, whatever the case of their letters; their numbers are
    /// the places in the list. Short ones are marked where they are values. A string with an escape in it is not marked,
    /// but [`super::Object::is_certain`] then says so where the escape could be a letter.
    ///
    /// # Errors
    /// Returns an error for literals that cannot be marked.
    pub fn of_strings(literals: &[&str]) -> Result<Self, MarkerError> {
        let mut names = Vec::new();
        for (number, literal) in (0..).zip(literals) {
            if !Self::is_markable(literal) {
                return Err(MarkerError::Name);
            }
            // Enough of what stands behind a short one is looked for, too.
            let ends: &[&str] = if literal.len() + 1 < SHORTEST { &["\",", "\"}", "\"]"] } else { &["\""] };
            let literal = literal.to_ascii_lowercase();
            names.extend(ends.iter().map(|end| Name::new(number, (&literal, end))));
        }
        let mut marker = Self::of_names(names)?;
        marker.is_of_strings = true;
        marker.insert_letters(|letter| letter);
        marker.insert_letters(|letter| letter.to_ascii_uppercase());
        Ok(marker)
    }

    /// Adds the letters that the names are looked for by. Names with the same first letter are in one group: then the sixth
    /// ones of others do not pass for theirs.
    fn insert_letters(&mut self, cased: fn(u8) -> u8) {
        let firsts: BTreeSet<u8> = self.names.iter().map(|name| name.letters()[0]).collect();
        for (group, first) in firsts.into_iter().enumerate() {
            for letters in self.names.iter().map(Name::letters).filter(|letters| letters[0] == first) {
                self.letters.insert(group, letters.map(cased));
            }
        }
    }

    /// Tells whether strings that say this can be marked.
    pub fn is_markable(literal: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/');
        literal.len() >= SHORTEST_LITERAL && literal.bytes().all(is_plain)
    }

    /// Returns a marker that marks nothing.
    pub fn none() -> Self {
        Self::new([]).expect("no name is wrong where there is none")
    }

    /// Tells whether nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Tells whether strings are marked, not members.
    pub(super) fn is_of_strings(&self) -> bool {
        self.is_of_strings
    }

    /// Returns the letters that the names are looked for by.
    pub(super) fn letters(&self) -> &Letters {
        &self.letters
    }

    /// Returns the number of the literal that the string says whose opening quote is at `at`.
    #[inline(always)]
    pub(super) fn look_at_string(&self, text: &[u8], at: usize) -> Option<u32> {
        let names = self.names_in(slot(text.get(at + 1..)?));
        for name in names {
            if name.is_said(text, at + 1) {
                return Some(name.number);
            }
        }
        None
    }

    #[inline(always)]
    fn names_in(&self, slot: usize) -> &[Name] {
        let (begin, end) = self.slots[slot];
        &self.names[usize::from(begin)..usize::from(end)]
    }

    /// Tells what stands behind the quote at `at`, which may be a name.
    #[inline(always)]
    pub(super) fn look(&self, text: &[u8], at: usize) -> Looks {
        let Some(rest) = text.get(at + 1..) else { return Looks::Foreign };
        for name in self.names_in(slot(rest)) {
            match name.look(text, at + 1) {
                Looks::Foreign => {}
                Looks::Odd => return Looks::Odd,
                named @ Looks::Named(..) => return named,
            }
        }
        Looks::Foreign
    }
}

/// Returns the slot of the name at the beginning of a text, whatever the case of its letters.
#[inline(always)]
fn slot(text: &[u8]) -> usize {
    let letters = text.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; size_of::<u64>()];
        padded[..text.len()].copy_from_slice(text);
        padded
    });
    let letters = u64::from_le_bytes(letters) | CASE;
    let first_six = letters << (u64::BITS - 8 * SHORTEST as u32);
    (first_six.wrapping_mul(SPREAD) >> (u64::BITS - SLOT_BITS)) as usize
}

impl Name {
    fn new(number: u32, (name, end): (&str, &str)) -> Self {
        let bytes = [name, end].concat().into_bytes().into_boxed_slice();
        let (mut chunk, mut own) = ([0; CHUNK], [0; CHUNK]);
        own[..name.len().min(CHUNK)].fill(u8::MAX);
        let mut caseless = [0; CHUNK];
        for (place, byte) in bytes.iter().take(CHUNK).enumerate() {
            chunk[place] = *byte;
            caseless[place] = if byte.is_ascii_alphabetic() { !(CASE as u8) } else { u8::MAX };
        }
        let last = bytes.last_chunk().copied().unwrap_or_default();
        let [chunk, own, last, caseless] = [chunk, own, last, caseless].map(u128::from_le_bytes);
        Self { number, bytes, chunk, own, last, caseless }
    }

    fn slot(&self) -> usize {
        slot(&self.bytes)
    }

    /// Returns the letters that the name is looked for by.
    fn letters(&self) -> [u8; 2] {
        [self.bytes[0], self.bytes[SHORTEST - 1]]
    }

    #[inline(always)]
    fn look(&self, text: &[u8], at: usize) -> Looks {
        let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<CHUNK>) else {
            return self.look_closer(text, at);
        };
        if (u128::from_le_bytes(*chunk) ^ self.chunk) & self.own != 0 {
            return Looks::Foreign;
        }
        let end = self.bytes.len();
        let is_named = match text.get(at + end - 2..at + end) {
            Some(b"\":") if end <= CHUNK + 2 => true,
            Some(b"\":") => {
                text[at + end - CHUNK..].first_chunk().copied().map(u128::from_le_bytes) == Some(self.last)
            }
            _ => false,
        };
        if is_named { self.named() } else { self.look_closer(text, at) }
    }

    /// Tells whether the name stands there, in upper or lower case, with what must be behind it.
    #[inline(always)]
    fn is_said(&self, text: &[u8], at: usize) -> bool {
        let chunk = text.get(at..).and_then(<[u8]>::first_chunk::<CHUNK>);
        let is_other =
            chunk.is_some_and(|chunk| (u128::from_le_bytes(*chunk) ^ self.chunk) & self.caseless != 0);
        if is_other || chunk.is_some() && self.bytes.len() <= CHUNK {
            return !is_other;
        }
        text.get(at..at + self.bytes.len()).is_some_and(|said| said.eq_ignore_ascii_case(&self.bytes))
    }

    fn named(&self) -> Looks {
        Looks::Named(self.number, 1 + self.bytes.len())
    }

    fn look_closer(&self, text: &[u8], at: usize) -> Looks {
        let name = &self.bytes[..self.bytes.len() - 2];
        match text[at..].strip_prefix(name) {
            Some([b'"', b':', ..]) => self.named(),
            Some([b'"' | b'.', ..]) => Looks::Odd,
            _ => Looks::Foreign,
        }
    }
}
